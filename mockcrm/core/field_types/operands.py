"""Parsing of the values that criteria compare fields with, one function for each kind of field
(docs/contract/mass-update-and-core.md 3.4).

A function returns the operand, or None for a value of another type. That a date without a time stands for that whole
day of the org when the field is a date-time is (assumed).
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from mockcrm.core.field_types.days import DayToken, parse_day_token

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Only what both Python and SQLite parse, so that a value and a stored text cannot be read differently.
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_ID = re.compile(r"\d{1,19}", re.ASCII)
_INTEGER_LIMIT = 2**63


class Special(Enum):
    """Operands that are not of the field's type; each value is its token."""

    EMPTY = "${EMPTY}"
    NOT_EMPTY = "${NOTEMPTY}"
    CURRENT_USER = "${CURRENTUSER}"


Operand = str | bool | int | float | date | DayToken | Special
"""A validated value; text is not folded yet. On a date-time field an int is epoch seconds, a date a whole day."""


def parse_text(value: object) -> str | None:
    """Return a text that is not empty, has no NUL and is not a token."""
    if not isinstance(value, str) or not value or "\0" in value:
        return None
    if any(value == token.value for token in Special) or parse_day_token(value) is not None:
        return None
    # A lone surrogate cannot be encoded as UTF-8, so sqlite3 could not bind it.
    return None if any("\ud800" <= character <= "\udfff" for character in value) else value


def parse_boolean(value: object) -> bool | None:
    """Return a boolean, also from `"true"` and `"false"`."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value)
    return value if isinstance(value, bool) else None


def parse_number(value: object) -> int | float | None:
    """Return a finite number, also from its text; one beyond 64 bits as a float."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value) if any(mark in value for mark in ".eE") else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        if -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
            return value
        if abs(value) >= 10**300:
            return None
        return float(value)
    return value if math.isfinite(value) else None


def parse_date(value: object) -> date | DayToken | None:
    """Return a date or a day token."""
    if not isinstance(value, str):
        return None
    token = parse_day_token(value)
    if token is not None:
        return token
    try:
        return date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:  # for example February 30
        return None


def parse_datetime(value: object) -> date | int | DayToken | None:
    """Return a time as epoch seconds, or a date or a day token."""
    day = parse_date(value)
    if day is not None or not isinstance(value, str) or _DATETIME.fullmatch(value) is None:
        return day
    try:
        return (datetime.fromisoformat(value) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    except ValueError:
        return None


def parse_reference(value: object) -> int | None:
    """Return the id of a record, from digits, a number or an object with `id`."""
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, str) and _ID.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value < _INTEGER_LIMIT else None


def parse_user(value: object) -> int | Special | None:
    """Return the id of a user or the token of the current one."""
    return Special.CURRENT_USER if value == Special.CURRENT_USER.value else parse_reference(value)


def parse_nothing(_: object) -> None:
    """Return None for every value: only the tokens of emptiness are accepted."""
    return
