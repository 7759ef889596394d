"""The values of a record in an insert or update: which keys count, what they must be (contract 4.1, 4.4, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockcrm import errors
from mockcrm.catalog.model import COLUMN_FIELDS, STATE_FIELDS
from mockcrm.rules.values import ValueContext, ValueFault, stored
from mockcrm.state.directory import Directory, OrgModule
from mockcrm.state.ids import parse_id

MAX_RECORDS = 100


@dataclass(frozen=True, slots=True)
class RecordValues:
    """What a record write sets: members of the document in stored form, and the owner if one was named."""

    document: Mapping[str, Any]
    owner_id: int | None


def records_of(body: object) -> list[dict[str, Any]]:
    """The records of a write's body: `data`, an array of at most 100 objects."""
    if not isinstance(body, dict):
        raise errors.UnreadableBody
    if "data" not in body:
        raise errors.MissingKey({"api_name": "data"}, path="$.data")
    data = body["data"]
    if not isinstance(data, list):
        raise errors.WrongType({"expected_data_type": "jsonarray", "api_name": "data"}, path="$.data")
    for number, item in enumerate(data):
        if not isinstance(item, dict):
            details = {"expected_data_type": "jsonobject", "api_name": "data"}
            raise errors.WrongType(details, path=f"$.data[{number}]")
    if not data:
        raise errors.MissingKey({"api_name": "data"}, path="$.data")
    if len(data) > MAX_RECORDS:
        raise errors.TooManyRecords
    return data


def record_values(
    record: Mapping[str, Any],
    number: int,
    module: OrgModule,
    directory: Directory,
    context: ValueContext,
    *,
    insert: bool,
) -> RecordValues:
    """The checked values of record `number` of the body (from 0). Keys that are no writable field are ignored, as the
    service does; the first wrong value raises, then the first system-mandatory field that is missing."""
    document: dict[str, Any] = {}
    owner = None
    for name, value in record.items():
        path = f"$.data[{number}].{name}"
        if name == "Owner" and value is not None:
            owner = _owner(value, directory, path)
        field = module.fields.get(name)
        if field is None or not field.api_writable or name in COLUMN_FIELDS or name in STATE_FIELDS or name == "id":
            continue
        if not field.known_in(context.version):
            continue
        try:
            document[name] = stored(field, value, context)
        except ValueFault as fault:
            if value is None:
                raise errors.FieldMissing({"api_name": name}, path=path) from None
            raise errors.InvalidRecordValue({**fault.details, "api_name": name}, path=path) from None
    if insert:
        _mandatory_given(document, number, module, context)
    return RecordValues(document, owner)


def _mandatory_given(document: Mapping[str, Any], number: int, module: OrgModule, context: ValueContext) -> None:
    for field in module.fields.values():
        if field.system_mandatory and field.known_in(context.version) and document.get(field.api_name) in (None, ""):
            path = f"$.data[{number}].{field.api_name}"
            raise errors.FieldMissing({"api_name": field.api_name}, path=path)


def _owner(value: Any, directory: Directory, path: str) -> int:
    email = value.get("email") if isinstance(value, dict) else None
    if isinstance(email, str) and email.lower() in directory.users_by_email:
        return directory.users_by_email[email.lower()].id
    number = parse_id(value.get("id") if isinstance(value, dict) else value)
    if number is None or number not in directory.users:
        raise errors.InvalidRecordValue({"api_name": "Owner"}, path=path)
    return number
