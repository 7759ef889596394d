"""Validating the value of a field and converting it to its stored form, one function for each form.

Every function raises InvalidFieldValue with the details of the error item
(docs/contract/mass-update-and-core.md 4.1 and 4.6).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mockcrm.core.clock import in_zone, iso_offset
from mockcrm.core.field_types import patterns
from mockcrm.core.field_values import InvalidFieldValue, ValueContext, wrong_type
from mockcrm.core.ids import last_part, parse_id

if TYPE_CHECKING:
    from mockcrm.core.catalog.model import Field

DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})?", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
WHOLE_NUMBER = re.compile(r"-?\d+", re.ASCII)
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
COLOR = re.compile(r"#[0-9A-Fa-f]{6}", re.ASCII)
MAX_DECIMALS = 9
MAX_LEVELS = 20
"""Levels of arrays and objects in a value (assumed). The JSON reader accepts deeper nesting than the writer."""


def check_text(field: Field, value: Any, context: ValueContext) -> str:
    """Return a text of at most the length of the field."""
    # The service cannot store a NUL character, and SQLite's string functions stop at it.
    if not isinstance(value, str) or "\0" in value:
        raise wrong_type(field, context, value)
    most = field.max_length
    if most is not None and len(value) > most:
        raise InvalidFieldValue({"maximum_length": most})
    return value


def _check_shape(field: Field, value: Any, context: ValueContext, has_shape: Callable[[str], bool]) -> str:
    """Return a text of the shape of the field's type and of at most its length."""
    if not isinstance(value, str) or not has_shape(value):
        raise wrong_type(field, context, value)
    return check_text(field, value, context)


def check_phone(field: Field, value: Any, context: ValueContext) -> str:
    """Return a phone number."""
    return _check_shape(field, value, context, patterns.is_phone)


def check_website(field: Field, value: Any, context: ValueContext) -> str:
    """Return a web address."""
    return _check_shape(field, value, context, patterns.is_website)


def check_email(field: Field, value: Any, context: ValueContext) -> str:
    """Return an email address."""
    return _check_shape(field, value, context, patterns.is_email)


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
    members = (_tax_name(field, member) for member in value) if field.lists_taxes else value
    return list(dict.fromkeys(_picklist_member(field, member, context) for member in members))


def _tax_name(field: Field, member: Any) -> Any:
    """Return the name of a tax of a product that is given as `{"value"}` or `{"id"}`; anything else as it is."""
    if not isinstance(member, dict):
        return member
    if member.get("value") is not None:
        return member["value"]
    tax_id = parse_id(member.get("id"))
    return member if tax_id is None else field.pick_list_ids.get(last_part(tax_id), member)


def _picklist_member(field: Field, value: Any, context: ValueContext) -> str:
    if not isinstance(value, str) or "\0" in value or len(value) > 255:
        raise wrong_type(field, context)
    if context.strict_picklists and value not in field.pick_list_values:
        raise wrong_type(field, context)
    return value


def check_tags(field: Field, value: Any, context: ValueContext) -> list[dict[str, str]]:
    """Return a list of tags, each named by its `id` or else by its `name`, with a `color_code` if a valid one is given.
    A plain text is a name (assumed). Whether the tags exist, and their limits, is checked by the writer of records."""
    if not isinstance(value, list):
        raise wrong_type(field, context)
    return [_tag(field, member, context) for member in value]


def _tag(field: Field, value: Any, context: ValueContext) -> dict[str, str]:
    sent = value if isinstance(value, dict) else {"name": value}
    if sent.get("id") is not None:
        tag_id = parse_id(sent["id"])
        return {"id": str(sent["id"] if tag_id is None else tag_id)}
    name = sent.get("name")
    if not isinstance(name, str) or "\0" in name:
        raise wrong_type(field, context)
    color = sent.get("color_code")
    return {"name": name, "color_code": color} if isinstance(color, str) and COLOR.fullmatch(color) else {"name": name}


def check_boolean(field: Field, value: Any, context: ValueContext) -> bool:
    """Return a boolean."""
    if not isinstance(value, bool):
        raise wrong_type(field, context)
    return value


def check_integer(field: Field, value: Any, context: ValueContext) -> int:
    """Return an integer of at most as many digits as the field has."""
    return _whole_number(field, value, context)


def check_bigint(field: Field, value: Any, context: ValueContext) -> str:
    """Return an integer of at most 18 digits as a string of digits, without leading zeros."""
    return str(_whole_number(field, value, context))


def _whole_number(field: Field, value: Any, context: ValueContext) -> int:
    """Return an integer of at most as many digits as the field has; it may be sent as a text of digits."""
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
        _check_digits(field, value)
        return _to_int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type(field, context, value)
    _check_digits(field, str(value))
    return value


def check_double(field: Field, value: Any, context: ValueContext) -> int | float:
    """Return a number with at most the digits and the decimals of the field; it may be sent as a text of digits."""
    text = value if isinstance(value, str) else _written_out(value)
    if text is None or NUMBER.fullmatch(text) is None:
        raise wrong_type(field, context, value)
    whole, _, decimals = text.partition(".")
    _check_digits(field, whole)
    most = MAX_DECIMALS if field.decimal_place is None else field.decimal_place
    if len(decimals.rstrip("0")) > most:
        raise InvalidFieldValue({"maximum_decimal_place": most})
    if not isinstance(value, str):
        number: int | float = value
        return number
    return float(text) if decimals else _to_int(text)


def _check_digits(field: Field, whole: str) -> None:
    """Raise InvalidFieldValue when a whole number, or the part of a number before its decimal point, has more digits
    than the field, without the sign and leading zeros."""
    most = field.max_length
    if most is not None and len(whole.lstrip("-").lstrip("0")) > most:
        raise InvalidFieldValue({"maximum_length": most})


def _to_int(text: str) -> int:
    """Return the number without its leading zeros: int does not take thousands of digits."""
    number = int(text.lstrip("-").lstrip("0") or "0")
    return -number if text.startswith("-") else number


def _written_out(value: Any) -> str | None:
    """Return a JSON number without an exponent; None for any other value."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return format(Decimal(repr(value)), "f")


def check_date(field: Field, value: Any, context: ValueContext) -> str:
    """Return a date as its text."""
    if not isinstance(value, str) or DATE.fullmatch(value) is None:
        raise wrong_type(field, context, value)
    try:
        date.fromisoformat(value)
    except ValueError:
        raise wrong_type(field, context, value) from None
    return value


def check_datetime(field: Field, value: Any, context: ValueContext) -> str:
    """Return a time as its text in the org's time zone, which is also that of a time without an offset (4.1)."""
    match = DATETIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong_type(field, context, value)
    try:
        return in_zone(value if match[1] else value + iso_offset(context.offset), context.offset)
    except (ValueError, OverflowError):
        raise wrong_type(field, context, value) from None


def check_lookup(field: Field, value: Any, context: ValueContext) -> dict[str, str]:
    """Return a reference to a record, whether it exists or not."""
    record_id = parse_id(value.get("id") if isinstance(value, dict) else value)
    if record_id is None:
        raise wrong_type(field, context)
    return {"id": str(record_id)}


def check_user(field: Field, value: Any, context: ValueContext) -> dict[str, str]:
    """Return a reference to a user of the org."""
    if isinstance(value, str) and parse_id(value) not in context.users:
        raise InvalidFieldValue({"expected_data_type": "bigint"})
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
