"""Validating the value of a field and converting it to its stored form.

`stored` returns the value as the record's document holds it: text as text, numbers as JSON numbers, bigint as a
string of digits, lookups as {"id"}, multi-selects as lists without duplicates. InvalidFieldValue carries the details
of the error item; the caller chooses the error class. See docs/contract/mass-update-and-core.md 4.1 and 4.6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mockcrm.core.catalog.model import Field
from mockcrm.core.clock import in_zone
from mockcrm.core.ids import parse_id
from mockcrm.core.versions import ApiVersion

EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s.,;<>()\"]+")
DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NUMBER = re.compile(r"-?\d{1,19}(\.\d{1,19})?", re.ASCII)
MAX_DECIMALS = 9
MAX_LEVELS = 20
"""Levels of arrays and objects in a value (assumed). The JSON reader accepts deeper nesting than the writer."""


class InvalidFieldValue(Exception):
    """The value is invalid for its field. `details` are those of the error item without api_name and json_path."""

    def __init__(self, details: dict[str, object]) -> None:
        super().__init__(details)
        self.details = details


@dataclass(frozen=True, slots=True)
class ValueContext:
    """What validation depends on besides the field: the API version, the ids of the org's users, whether picklists
    accept only listed values, and the org's time zone in seconds east of UTC, in which times are stored and shown."""

    version: ApiVersion
    users: Container[int] = ()
    strict_picklists: bool = False
    offset: int = 0


def stored(field: Field, value: Any, context: ValueContext) -> Any:
    """Return the value in its stored form; None clears the field. Raises InvalidFieldValue."""
    if value is None:
        if field.system_mandatory:
            raise _expected(field, context)
        return None
    if field.api_name == "Tag":
        return _tags(value)
    return _CHECKS.get(field.data_type, _by_json_type)(field, value, context)


def expected_type_name(field: Field, version: ApiVersion) -> str:
    """Return the name of the field's type in `expected_data_type` (4.6)."""
    word = _WORDS.get(field.data_type)
    if word is None:
        return field.json_type if field.json_type.startswith("json") else "text"
    if word in ("currency", "percent") and not version.double_types_have_own_words:
        return "double"
    return word


_WORDS = {
    "email": "email",
    "integer": "integer",
    "bigint": "bigint",
    "long": "bigint",
    "currency": "currency",
    "double": "double",
    "percent": "percent",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "userlookup": "jsonobject",
    "multiselectpicklist": "jsonarray",
    "subform": "jsonarray",
}


def _expected(field: Field, context: ValueContext) -> InvalidFieldValue:
    return InvalidFieldValue({"expected_data_type": expected_type_name(field, context.version)})


def _text(field: Field, value: Any, context: ValueContext) -> str:
    # The service cannot store a NUL character, and SQLite's string functions stop at it.
    if not isinstance(value, str) or "\0" in value:
        raise _expected(field, context)
    if field.length is not None and len(value) > field.length:
        raise InvalidFieldValue({"maximum_length": field.length})
    return value


def _tags(value: Any) -> list[dict[str, str]]:
    # Tag has the type text, but its JSON is an array of {"name"}; plain names are accepted too (assumed).
    names: list[Any] = [None]
    if isinstance(value, list):
        names = [tag.get("name") if isinstance(tag, dict) else tag for tag in value]
    if not all(isinstance(name, str) and "\0" not in name for name in names):
        raise InvalidFieldValue({"expected_data_type": "jsonarray"})
    return [{"name": name} for name in dict.fromkeys(names)]


def _email(field: Field, value: Any, context: ValueContext) -> str:
    text = _text(field, value, context)
    if text and EMAIL.fullmatch(text) is None:
        raise _expected(field, context)
    return text


def _picklist(field: Field, value: Any, context: ValueContext) -> str:
    text = _text(field, value, context)
    if context.strict_picklists and text not in field.pick_list_values:
        raise _expected(field, context)
    return text


def _multi_select(field: Field, value: Any, context: ValueContext) -> list[str]:
    if not isinstance(value, list):
        raise _expected(field, context)
    return list(dict.fromkeys(_picklist_member(field, member, context) for member in value))


def _picklist_member(field: Field, value: Any, context: ValueContext) -> str:
    if not isinstance(value, str) or "\0" in value or len(value) > 255:
        raise _expected(field, context)
    if context.strict_picklists and value not in field.pick_list_values:
        raise _expected(field, context)
    return value


def _boolean(field: Field, value: Any, context: ValueContext) -> bool:
    if not isinstance(value, bool):
        raise _expected(field, context)
    return value


def _integer(field: Field, value: Any, context: ValueContext) -> int:
    if isinstance(value, str) and NUMBER.fullmatch(value) and "." not in value:
        value = int(value)  # numeric strings are accepted (assumed, 4.6)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _expected(field, context)
    if len(str(abs(value))) > (field.length or 9):
        raise InvalidFieldValue({"maximum_length": field.length or 9})
    return value


def _bigint(field: Field, value: Any, context: ValueContext) -> str:
    if isinstance(value, str) and NUMBER.fullmatch(value) and "." not in value:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _expected(field, context)
    if len(str(abs(value))) > min(field.length or 18, 18):
        raise InvalidFieldValue({"maximum_length": min(field.length or 18, 18)})
    return str(value)


def _double(field: Field, value: Any, context: ValueContext) -> int | float:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = float(value) if "." in value else int(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _expected(field, context)
    digits, decimals = _digits(value)
    length = field.length or 16
    if digits > length:
        raise InvalidFieldValue({"maximum_length": length})
    most = MAX_DECIMALS if field.decimal_place is None else field.decimal_place
    if decimals > most:
        raise InvalidFieldValue({"maximum_decimal_place": most})
    return value


def _digits(value: int | float) -> tuple[int, int]:
    """Digits before the point, decimals behind it, as the number would be written out."""
    _, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    if not isinstance(exponent, int):
        return 400, 0
    decimals = max(0, -exponent)
    return max(1, len(digits) + exponent), decimals


def _date(field: Field, value: Any, context: ValueContext) -> str:
    if not isinstance(value, str) or DATE.fullmatch(value) is None:
        raise _expected(field, context)
    try:
        date.fromisoformat(value)
    except ValueError:
        raise _expected(field, context) from None
    return value


def _datetime(field: Field, value: Any, context: ValueContext) -> str:
    if not isinstance(value, str) or DATETIME.fullmatch(value) is None:
        raise _expected(field, context)
    try:
        return in_zone(value, context.offset)
    except (ValueError, OverflowError):
        raise _expected(field, context) from None


def _lookup(field: Field, value: Any, context: ValueContext) -> dict[str, str]:
    number = parse_id(value.get("id") if isinstance(value, dict) else value)
    if number is None:
        raise _expected(field, context)
    return {"id": str(number)}


def _user(field: Field, value: Any, context: ValueContext) -> dict[str, str]:
    reference = _lookup(field, value, context)
    if int(reference["id"]) not in context.users:
        raise InvalidFieldValue({})
    return reference


def _by_json_type(field: Field, value: Any, context: ValueContext) -> Any:
    expected = {"jsonobject": dict, "jsonarray": list, "boolean": bool, "string": str}.get(field.json_type)
    if expected is None:
        return _double(field, value, context)
    if expected is str:
        return _text(field, value, context)
    if not isinstance(value, expected) or not _nested_within(value, MAX_LEVELS):
        raise _expected(field, context)
    return value


def _nested_within(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return levels > 0 and all(_nested_within(member, levels - 1) for member in value)


_CHECKS: dict[str, Callable[[Field, Any, ValueContext], Any]] = {
    "text": _text,
    "textarea": _text,
    "phone": _text,
    "website": _text,
    "mediumtext": _text,
    "email": _email,
    "picklist": _picklist,
    "multiselectpicklist": _multi_select,
    "boolean": _boolean,
    "integer": _integer,
    "bigint": _bigint,
    "long": _bigint,
    "double": _double,
    "currency": _double,
    "percent": _double,
    "date": _date,
    "datetime": _datetime,
    "lookup": _lookup,
    "ownerlookup": _user,
    "userlookup": _user,
}
