"""Validating the value of a field and converting it to its stored form, one function for each form.

Every function raises InvalidFieldValue with the details of the error item
(docs/contract/mass-update-and-core.md 4.1 and 4.6).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mockcrm.core.clock import in_zone
from mockcrm.core.field_values import InvalidFieldValue, ValueContext, wrong_type
from mockcrm.core.ids import parse_id

if TYPE_CHECKING:
    from mockcrm.core.catalog.model import Field

EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s.,;<>()\"]+")
DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NUMBER = re.compile(r"-?\d{1,19}(\.\d{1,19})?", re.ASCII)
MAX_DECIMALS = 9
MAX_LEVELS = 20
"""Levels of arrays and objects in a value (assumed). The JSON reader accepts deeper nesting than the writer."""


def check_text(field: Field, value: Any, context: ValueContext) -> str:
    """Return a text of at most the length of the field."""
    # The service cannot store a NUL character, and SQLite's string functions stop at it.
    if not isinstance(value, str) or "\0" in value:
        raise wrong_type(field, context)
    if field.length is not None and len(value) > field.length:
        raise InvalidFieldValue({"maximum_length": field.length})
    return value


def check_email(field: Field, value: Any, context: ValueContext) -> str:
    """Return an email address, or an empty text."""
    text = check_text(field, value, context)
    if text and EMAIL.fullmatch(text) is None:
        raise wrong_type(field, context)
    return text


def check_picklist(field: Field, value: Any, context: ValueContext) -> str:
    """Return a text; with strict picklists one of the listed values."""
    text = check_text(field, value, context)
    if context.strict_picklists and text not in field.pick_list_values:
        raise wrong_type(field, context)
    return text


def check_multi_select(field: Field, value: Any, context: ValueContext) -> list[str]:
    """Return a list of texts without duplicates."""
    if not isinstance(value, list):
        raise wrong_type(field, context)
    return list(dict.fromkeys(_picklist_member(field, member, context) for member in value))


def _picklist_member(field: Field, value: Any, context: ValueContext) -> str:
    if not isinstance(value, str) or "\0" in value or len(value) > 255:
        raise wrong_type(field, context)
    if context.strict_picklists and value not in field.pick_list_values:
        raise wrong_type(field, context)
    return value


def check_boolean(field: Field, value: Any, context: ValueContext) -> bool:
    """Return a boolean."""
    if not isinstance(value, bool):
        raise wrong_type(field, context)
    return value


def check_integer(field: Field, value: Any, context: ValueContext) -> int:
    """Return an integer of at most as many digits as the field has."""
    if isinstance(value, str) and NUMBER.fullmatch(value) and "." not in value:
        value = int(value)  # numeric strings are accepted (assumed, 4.6)
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type(field, context)
    if len(str(abs(value))) > (field.length or 9):
        raise InvalidFieldValue({"maximum_length": field.length or 9})
    return value


def check_bigint(field: Field, value: Any, context: ValueContext) -> str:
    """Return an integer of at most 18 digits as a string of digits."""
    if isinstance(value, str) and NUMBER.fullmatch(value) and "." not in value:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type(field, context)
    if len(str(abs(value))) > min(field.length or 18, 18):
        raise InvalidFieldValue({"maximum_length": min(field.length or 18, 18)})
    return str(value)


def check_double(field: Field, value: Any, context: ValueContext) -> int | float:
    """Return a number with at most the digits and the decimals of the field."""
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = float(value) if "." in value else int(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise wrong_type(field, context)
    digits, decimals = _digits(value)
    length = field.length or 16
    if digits > length:
        raise InvalidFieldValue({"maximum_length": length})
    max_decimals = MAX_DECIMALS if field.decimal_place is None else field.decimal_place
    if decimals > max_decimals:
        raise InvalidFieldValue({"maximum_decimal_place": max_decimals})
    return value


def _digits(value: int | float) -> tuple[int, int]:
    """Return how many digits the number has before and after its decimal point when it is written out."""
    _, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    if not isinstance(exponent, int):
        return 400, 0
    decimals = max(0, -exponent)
    return max(1, len(digits) + exponent), decimals


def check_date(field: Field, value: Any, context: ValueContext) -> str:
    """Return a date as its text."""
    if not isinstance(value, str) or DATE.fullmatch(value) is None:
        raise wrong_type(field, context)
    try:
        date.fromisoformat(value)
    except ValueError:
        raise wrong_type(field, context) from None
    return value


def check_datetime(field: Field, value: Any, context: ValueContext) -> str:
    """Return a time as its text in the org's time zone."""
    if not isinstance(value, str) or DATETIME.fullmatch(value) is None:
        raise wrong_type(field, context)
    try:
        return in_zone(value, context.offset)
    except (ValueError, OverflowError):
        raise wrong_type(field, context) from None


def check_lookup(field: Field, value: Any, context: ValueContext) -> dict[str, str]:
    """Return a reference to a record, whether it exists or not."""
    record_id = parse_id(value.get("id") if isinstance(value, dict) else value)
    if record_id is None:
        raise wrong_type(field, context)
    return {"id": str(record_id)}


def check_user(field: Field, value: Any, context: ValueContext) -> dict[str, str]:
    """Return a reference to a user of the org."""
    reference = check_lookup(field, value, context)
    if int(reference["id"]) not in context.users:
        raise InvalidFieldValue({})
    return reference


def check_by_json_type(field: Field, value: Any, context: ValueContext) -> Any:
    """Return a value with the JSON type of the field."""
    expected = {"jsonobject": dict, "jsonarray": list, "boolean": bool, "string": str}.get(field.json_type)
    if expected is None:
        return check_double(field, value, context)
    if expected is str:
        return check_text(field, value, context)
    if not isinstance(value, expected) or not _is_nested_within(value, MAX_LEVELS):
        raise wrong_type(field, context)
    return value


def _is_nested_within(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return levels > 0 and all(_is_nested_within(member, levels - 1) for member in value)
