"""Validating values that are objects or arrays: reminders, recurrences, participants, files and references.

The shapes are those of the samples on the v7 page for inserting records (docs/contract/mass-update-and-core.md 4.1). An
error in a part names its key and the path to it, as in the v8 examples of Remind_At. Valid values are stored as sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mockcrm.core.field_types.patterns import is_email
from mockcrm.core.field_types.values import check_by_json_type
from mockcrm.core.field_values import InvalidFieldValue, ValueContext
from mockcrm.core.ids import parse_id

if TYPE_CHECKING:
    from mockcrm.core.catalog.model import Field

FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
ACTIONS = frozenset({"EMAIL", "POPUP", "EMAILANDPOPUP"})
PARTICIPANTS = frozenset({"lead", "contact", "user", "email"})
FILE_KEYS = ("File_Id__s", "file_id", "id")
"""The keys under which the versions of the API name a file; the last is that of a file already in the field."""


def _invalid(path: str, key: str, expected: str | None = None) -> InvalidFieldValue:
    """Return the error for the key at the end of `path`."""
    return InvalidFieldValue({} if expected is None else {"expected_data_type": expected}, path=path, api_name=key)


# -- rules of recurrences and reminders: {"RRULE": "FREQ=DAILY;INTERVAL=1"} ----------------------------------------


def check_recurrence(field: Field, value: Any, context: ValueContext) -> Any:
    """Return a recurrence: an object with the text RRULE, which has a FREQ, and an INTERVAL that is a number."""
    return _check_rule(field, value, context, "RRULE", _is_recurrence)


def check_alarm(field: Field, value: Any, context: ValueContext) -> Any:
    """Return a reminder: an object with the text ALARM, which has an ACTION and a TRIGGER."""
    return _check_rule(field, value, context, "ALARM", _is_alarm)


def _check_rule(
    field: Field, value: Any, context: ValueContext, key: str, is_valid: Callable[[Mapping[str, str]], bool]
) -> Any:
    check_by_json_type(field, value, context)
    rule = value.get(key)
    if not isinstance(rule, str):
        raise _invalid(f".{key}", key, "text")
    parts = [part.partition("=") for part in rule.removesuffix(";").split(";")]
    if not all(name and content for name, _, content in parts):
        raise _invalid(f".{key}", key)
    if not is_valid({name: content for name, _, content in parts}):
        raise _invalid(f".{key}", key)
    return value


def _is_recurrence(parts: Mapping[str, str]) -> bool:
    return parts.get("FREQ") in FREQUENCIES and _is_whole_number(parts.get("INTERVAL", "1"))


def _is_alarm(parts: Mapping[str, str]) -> bool:
    return parts.get("ACTION") in ACTIONS and "TRIGGER" in parts


# -- arrays of objects ---------------------------------------------------------------------------------------------


def _objects(field: Field, value: Any, context: ValueContext) -> list[tuple[str, dict[str, Any]]]:
    """Return the members of an array of objects, each with its path."""
    check_by_json_type(field, value, context)
    for index, member in enumerate(value):
        if not isinstance(member, dict):
            raise InvalidFieldValue({"expected_data_type": "jsonobject"}, path=f"[{index}]")
    return [(f"[{index}]", member) for index, member in enumerate(value)]


def check_reminders(field: Field, value: Any, context: ValueContext) -> Any:
    """Return an array of reminders: each has a `unit`, a number, and a `period`, a text."""
    for path, reminder in _objects(field, value, context):
        unit, period = reminder.get("unit"), reminder.get("period")
        if not _is_whole_number(unit):
            raise _invalid(f"{path}.unit", "unit", "integer")
        if not isinstance(period, str):
            raise _invalid(f"{path}.period", "period", "text")
    return value


def _is_whole_number(value: Any) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isdecimal()
    return isinstance(value, int) and not isinstance(value, bool)


def check_participants(field: Field, value: Any, context: ValueContext) -> Any:
    """Return an array of participants: each has a `type`, and the id of a record or user, or an email address."""
    for path, participant in _objects(field, value, context):
        kind, known, email = (participant.get(key) for key in ("type", "participant", "Email"))
        if kind is not None and not (isinstance(kind, str) and kind in PARTICIPANTS):
            raise _invalid(f"{path}.type", "type")
        if kind == "email" or (kind is None and known is None):
            address = email or known
            if not isinstance(address, str) or not is_email(address):
                raise _invalid(f"{path}.Email", "Email", "email")
        elif parse_id(known) is None:
            raise _invalid(f"{path}.participant", "participant", "bigint")
    return value


def check_files(field: Field, value: Any, context: ValueContext) -> Any:
    """Return an array of files: each is the id of a file, or an object with it."""
    check_by_json_type(field, value, context)
    for index, file in enumerate(value):
        if isinstance(file, dict):
            if not any(isinstance(file.get(key), str | int) for key in FILE_KEYS):
                raise _invalid(f"[{index}].{FILE_KEYS[0]}", FILE_KEYS[0], "text")
        elif not isinstance(file, str):
            raise InvalidFieldValue({"expected_data_type": "jsonobject"}, path=f"[{index}]")
    return value


# -- references ----------------------------------------------------------------------------------------------------


def check_reference(field: Field, value: Any, context: ValueContext) -> Any:
    """Return an object with the id of a record or layout."""
    check_by_json_type(field, value, context)
    if parse_id(value.get("id")) is None:
        raise _invalid(".id", "id", "bigint")
    return value


def check_layout(field: Field, value: Any, context: ValueContext) -> Any:
    """Return an object with the id of a layout; the id alone is taken, as the first SDK writes it."""
    layout_id = None if isinstance(value, dict) else parse_id(value)
    return check_reference(field, value, context) if layout_id is None else {"id": str(layout_id)}


def check_references(field: Field, value: Any, context: ValueContext) -> Any:
    """Return an array of references: each is an object with an id, or with one such object as the value of the field of
    the linking module."""
    for path, member in _objects(field, value, context):
        for place, reference in [(path, member), *((f"{path}.{key}", inner) for key, inner in member.items())]:
            if isinstance(reference, dict) and "id" in reference:
                if parse_id(reference["id"]) is None:
                    raise _invalid(f"{place}.id", "id", "bigint")
                break
        else:
            raise InvalidFieldValue({"expected_data_type": "jsonobject"}, path=path)
    return value
