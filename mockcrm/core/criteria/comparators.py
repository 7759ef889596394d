"""Which comparators a field type takes, and which values they take (docs/contract/mass-update-and-core.md 3.4).

The table of comparators per kind of field is (assumed), and so is this: an email, phone or picklist field compares like
text, a date without a time stands for that whole day of the org when the field is a date-time, and `equal` on a
multi-select means exactly this set.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum

from mockcrm.core.catalog.model import LOOKUP_TYPES, TEXT_TYPES, Field
from mockcrm.core.field_types.days import TOKEN_FORMS, DayToken, parse_day_token

MAX_VALUES = 100
"""Values of `in` and other lists (docs/contract/mass-update-and-core.md 4.7 has this limit for searches; here it is
(assumed))."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Only what both Python and SQLite parse, so that a value and a stored text cannot be read differently.
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_ID = re.compile(r"\d{1,19}", re.ASCII)
_INTEGER_LIMIT = 2**63


class CriteriaError(ValueError):
    """An invalid criteria tree: `message` says what was expected, `where` is the JSON path of the error."""

    def __init__(self, message: str, where: str) -> None:
        super().__init__(f"{where}: {message}")
        self.message = message
        self.where = where


class Kind(StrEnum):
    """How the values of a field compare; each value is the word used in error messages."""

    TEXT = "text"
    BOOLEAN = "boolean"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "date-time"
    LOOKUP = "lookup"
    TEXTS = "multi-select"
    LOOKUPS = "multi-lookup"
    OPAQUE = "structured"


class Special(Enum):
    """Operands that are not of the field's type; each value is its token."""

    EMPTY = "${EMPTY}"
    NOT_EMPTY = "${NOTEMPTY}"
    CURRENT_USER = "${CURRENTUSER}"


Operand = str | bool | int | float | date | DayToken | Special
"""A validated value; text is not folded yet. On a date-time field an int is epoch seconds, a date a whole day."""

_EQUAL = ("equal", "not_equal")
_IN = ("in", "not_in")
_ORDER = ("less_than", "less_equal", "greater_than", "greater_equal")
_BETWEEN = ("between", "not_between")
_PARTS = ("contains", "not_contains")
_SETS = ("include_all", "include_any", "exclude_all", "exclude_any")
_ORDERED = (*_EQUAL, *_IN, *_ORDER, *_BETWEEN)

COMPARATORS: tuple[str, ...] = (
    *_EQUAL,
    *_IN,
    *_ORDER,
    *_PARTS,
    "starts_with",
    "ends_with",
    *_BETWEEN,
    *_SETS,
)
COMPARATORS_OF: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: (*_EQUAL, *_IN, *_ORDER, *_PARTS, "starts_with", "ends_with", *_BETWEEN),
    Kind.BOOLEAN: _EQUAL,
    Kind.NUMBER: _ORDERED,
    Kind.DATE: _ORDERED,
    Kind.DATETIME: _ORDERED,
    Kind.LOOKUP: (*_EQUAL, *_IN),
    Kind.TEXTS: (*_EQUAL, *_IN, *_PARTS, *_SETS),
    Kind.LOOKUPS: (*_EQUAL, *_IN, *_PARTS, *_SETS),
    Kind.OPAQUE: _EQUAL,
}

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(TEXT_TYPES, Kind.TEXT),
    **dict.fromkeys(LOOKUP_TYPES, Kind.LOOKUP),
    **dict.fromkeys(("integer", "bigint", "long", "double", "currency", "percent"), Kind.NUMBER),
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "layout": Kind.LOOKUP,
    "multiselectpicklist": Kind.TEXTS,
    "multiselectlookup": Kind.LOOKUPS,
    "multiuserlookup": Kind.LOOKUPS,
}
# The type of a formula or roll-up field's result is its json_type.
_RESULTS: dict[str, Kind] = {
    "string": Kind.TEXT,
    "boolean": Kind.BOOLEAN,
    "integer": Kind.NUMBER,
    "double": Kind.NUMBER,
    "bigint": Kind.NUMBER,
}
_USERS = frozenset({"ownerlookup", "userlookup", "multiuserlookup"})


def kind_of(field: Field) -> Kind:
    """Return how the values of `field` compare."""
    if field.data_type in ("formula", "rollup_summary"):
        return _RESULTS.get(field.json_type, Kind.OPAQUE)
    kind = _KINDS.get(field.data_type, Kind.OPAQUE)
    # Tag has a text data type but holds an array.
    return Kind.TEXTS if kind is Kind.TEXT and field.json_type == "jsonarray" else kind


def parse_operands(field: Field, comparator: str, value: object, where: str) -> tuple[Operand, ...]:
    """Validate and return the values of a leaf: one, two for `between`, one or more for `in` and sets; `where` is the
    JSON path of `value`. Raises CriteriaError."""
    kind = kind_of(field)
    if comparator in _EQUAL:
        if value is None or value == "" or value == Special.EMPTY.value:
            return (Special.EMPTY,)
        if value == Special.NOT_EMPTY.value:
            return (Special.NOT_EMPTY,)
    if comparator in _BETWEEN and not (isinstance(value, list) and len(value) == 2):
        raise CriteriaError(f"{comparator} takes a list of two values, got {show(value)}", where)
    if not isinstance(value, list):
        if comparator in _IN:
            raise CriteriaError(f"{comparator} takes a list of 1 to {MAX_VALUES} values, got {show(value)}", where)
        # A single value for include_any and the like is a list of one (assumed).
        return (_operand(field, kind, value, where),)
    takes_set = comparator in _SETS or (comparator in _EQUAL and kind in (Kind.TEXTS, Kind.LOOKUPS))
    if not takes_set and comparator not in (*_IN, *_BETWEEN):
        raise CriteriaError(f"{comparator} takes a single value, got {show(value)}", where)
    if not 1 <= len(value) <= MAX_VALUES:
        raise CriteriaError(f"{comparator} takes a list of 1 to {MAX_VALUES} values, got {len(value)}", where)
    operands = tuple(_operand(field, kind, item, f"{where}[{index}]") for index, item in enumerate(value))
    if comparator in _BETWEEN and len({isinstance(item, DayToken) and item.is_age for item in operands}) > 1:
        raise CriteriaError("an age in days can be combined only with another age in days", where)
    return operands


def _operand(field: Field, kind: Kind, value: object, where: str) -> Operand:
    operand: Operand | None
    match kind:
        case Kind.TEXT | Kind.TEXTS:
            operand = _text(value)
        case Kind.BOOLEAN:
            operand = {"true": True, "false": False}.get(value) if isinstance(value, str) else _boolean(value)
        case Kind.NUMBER:
            operand = _number(value)
        case Kind.DATE | Kind.DATETIME:
            operand = _moment(value, kind)
        case Kind.LOOKUP | Kind.LOOKUPS:
            operand = _reference(value, user=field.data_type in _USERS)
        case Kind.OPAQUE:
            operand = None
    if operand is None:
        raise CriteriaError(f"expected {_expected(field, kind)} for {field.api_name}, got {show(value)}", where)
    return operand


def _expected(field: Field, kind: Kind) -> str:
    match kind:
        case Kind.TEXT | Kind.TEXTS:
            return "a text that is not empty and contains no NUL"
        case Kind.BOOLEAN:
            return "true or false"
        case Kind.NUMBER:
            return "a number"
        case Kind.DATE:
            return f"a date (yyyy-MM-dd) or one of {', '.join(TOKEN_FORMS)}"
        case Kind.DATETIME:
            return f"a date-time with offset, a date or one of {', '.join(TOKEN_FORMS)}"
        case Kind.LOOKUP | Kind.LOOKUPS:
            return f"an id{f' or {Special.CURRENT_USER.value}' if field.data_type in _USERS else ''}"
        case Kind.OPAQUE:
            return "${EMPTY} or ${NOTEMPTY}"


def _text(value: object) -> str | None:
    if not isinstance(value, str) or not value or "\0" in value:
        return None
    if any(value == token.value for token in Special) or parse_day_token(value) is not None:
        return None
    # A lone surrogate cannot be encoded as UTF-8, so sqlite3 could not bind it.
    return None if any("\ud800" <= character <= "\udfff" for character in value) else value


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> int | float | None:
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


def _moment(value: object, kind: Kind) -> date | int | DayToken | None:
    if not isinstance(value, str):
        return None
    token = parse_day_token(value)
    if token is not None:
        return token
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
        if kind is Kind.DATETIME and _DATETIME.fullmatch(value):
            return (datetime.fromisoformat(value) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    except ValueError:  # for example February 30
        return None
    return None


def _reference(value: object, *, user: bool) -> int | Special | None:
    if user and value == Special.CURRENT_USER.value:
        return Special.CURRENT_USER
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, str) and _ID.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value < _INTEGER_LIMIT else None


def show(value: object) -> str:
    """Return the repr of `value` for error messages, cut off at 80 characters."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
