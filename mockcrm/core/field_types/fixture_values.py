"""Converting the values that a fixture gives to fields to their stored form, one function for each form.

Lookups are stored as {"id": digits}, big integers as strings of digits, times in the org's time zone, other values as
they are written. A picklist accepts values that are not in its list, as the API does
(docs/contract/mass-update-and-core.md 4.1).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple, Protocol

from mockcrm.core.clock import in_zone
from mockcrm.core.ids import parse_id

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_BIG = re.compile(r"-?\d{1,19}", re.ASCII)


class UserIds(Protocol):
    """The ids of users by email in lower case."""

    def get(self, email: str, /) -> int | None:
        """Return the id of the user with that email."""

    def has(self, user_id: int) -> bool:
        """Return whether a user has that id."""


class FixtureContext(NamedTuple):
    """What conversion depends on besides the value: the org's users, and its seconds east of UTC."""

    users: UserIds
    offset: int


class UnexpectedValue(Exception):
    """The value has another type than the field. `expected` describes a valid one; `path` leads from the value of the
    field to the invalid part, such as `[2]`."""

    def __init__(self, expected: str, value: object) -> None:
        super().__init__(expected)
        self.expected = expected
        self.value = value
        self.path = ""


ConvertFixtureValue = Callable[[Any, FixtureContext], Any]


def convert_text(value: Any, _: FixtureContext) -> str:
    """Return a text as it is."""
    if not isinstance(value, str):
        raise UnexpectedValue("text", value)
    return value


def convert_boolean(value: Any, _: FixtureContext) -> bool:
    """Return a boolean as it is."""
    if not isinstance(value, bool):
        raise UnexpectedValue("true or false", value)
    return value


def convert_integer(value: Any, _: FixtureContext) -> int:
    """Return an integer of at most 64 bits."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise UnexpectedValue("a whole number", value)
    return value


def convert_big_integer(value: Any, _: FixtureContext) -> str:
    """Return a whole number as a string of digits."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or _BIG.fullmatch(text) is None:
        raise UnexpectedValue("a whole number of at most 19 digits", value)
    return text


def convert_number(value: Any, _: FixtureContext) -> int | float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UnexpectedValue("a number", value)
    return value


def convert_result(value: Any, context: FixtureContext) -> Any:
    """Return the result of a formula: a number, a text or a boolean."""
    return value if isinstance(value, str | bool) else convert_number(value, context)


def convert_date(value: Any, _: FixtureContext) -> str:
    """Return a date as its text."""
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise UnexpectedValue("a date like 2024-01-15", value)


def convert_datetime(value: Any, context: FixtureContext) -> str:
    """Return a time as its text in the org's time zone."""
    try:
        if isinstance(value, str) and _DATETIME.fullmatch(value):
            return in_zone(value, context.offset)
    except (ValueError, OverflowError):
        pass
    raise UnexpectedValue("a time like 2024-01-15T10:30:00+05:30", value)


def convert_lookup(value: Any, _: FixtureContext) -> dict[str, str]:
    """Return a reference to a record."""
    given = value.get("id") if isinstance(value, dict) and value.keys() <= {"id", "name"} else value
    record_id = parse_id(given)
    if record_id is None:
        raise UnexpectedValue('the id of a record, as digits or as {"id": digits}', value)
    return {"id": str(record_id)}


def convert_user(value: Any, context: FixtureContext) -> dict[str, str]:
    """Return a reference to a user of the org, who may be given by email."""
    given = value.get("id") if isinstance(value, dict) and value.keys() <= {"id", "name", "email"} else value
    user_id = context.users.get(given.lower()) if isinstance(given, str) and "@" in given else parse_id(given)
    if user_id is None or not context.users.has(user_id):
        raise UnexpectedValue("the email or id of a user", value)
    return {"id": str(user_id)}


def convert_tags(value: Any, _: FixtureContext) -> list[dict[str, Any]]:
    """Return a list of tags with their names, and the ids that are given."""
    if not isinstance(value, list):
        raise UnexpectedValue("a list of tags", value)
    tags = []
    for index, item in enumerate(value):
        tag = {"name": item} if isinstance(item, str) else item
        if not isinstance(tag, dict) or not isinstance(tag.get("name"), str):
            error = UnexpectedValue("the name of a tag", item)
            error.path = f"[{index}]"
            raise error
        tags.append(tag)
    return tags


def convert_object(value: Any, _: FixtureContext) -> dict[str, Any]:
    """Return a mapping as it is."""
    if not isinstance(value, dict):
        raise UnexpectedValue("a mapping", value)
    return value


def convert_anything(value: Any, _: FixtureContext) -> Any:
    """Return any value as it is."""
    return value


def list_of(convert: ConvertFixtureValue) -> ConvertFixtureValue:
    """Return a converter of lists whose members `convert` converts."""

    def convert_list(value: Any, context: FixtureContext) -> list[Any]:
        if not isinstance(value, list):
            raise UnexpectedValue("a list", value)
        converted = []
        for index, member in enumerate(value):
            try:
                converted.append(convert(member, context))
            except UnexpectedValue as error:
                error.path = f"[{index}]{error.path}"
                raise
        return converted

    return convert_list
