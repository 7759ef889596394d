"""The values of a record in an insert or update: which keys are written, and which values they may have.

See docs/contract/mass-update-and-core.md 4.1 (values), 4.4 (writes) and 4.5 (errors of a record).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson

from mockcrm.core import line_items, line_totals
from mockcrm.core.catalog.model import COLUMN_FIELDS, STATE_FIELDS, Field
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.records import FieldMissing, InvalidRecordValue, TooManyRecords
from mockcrm.core.errors.request import MissingKey, UnreadableBody, WrongType
from mockcrm.core.field_values import EmptyMandatoryField, InvalidFieldValue, ValueContext, to_stored
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule, Profile

MAX_RECORDS = 100
NOTHING: Mapping[str, Field] = MappingProxyType({})
TRIGGERS: tuple[str, ...] = ("workflow", "approval", "blueprint")
"""The kinds of automation in the order in which they run; `trigger` may name them (4.4)."""


@dataclass(frozen=True, slots=True)
class RecordValues:
    """What a record write sets: values of the document in stored form, and the owner if one was given. The values of
    the fields in `appended` are added to the stored ones. `taxes` are those of the record itself, None if it names
    none."""

    document: Mapping[str, Any]
    owner_id: int | None
    appended: frozenset[str] = frozenset()
    taxes: list[dict[str, Any]] | None = None


def parse_records(body: object) -> list[dict[str, Any]]:
    """Return the records in the body of a write: `data`, an array of 1 to 100 objects. Raises a ZohoError otherwise."""
    if not isinstance(body, dict):
        raise UnreadableBody
    if "data" not in body:
        raise MissingKey({"api_name": "data"}, path="$.data")
    data = body["data"]
    if not isinstance(data, list):
        raise WrongType({"expected_data_type": "jsonarray", "api_name": "data"}, path="$.data")
    # There may be millions: checking one more than the limit is enough.
    for index, item in enumerate(data[: MAX_RECORDS + 1]):
        if not isinstance(item, dict):
            details = {"expected_data_type": "jsonobject", "api_name": "data"}
            raise WrongType(details, path=f"$.data[{index}]")
    if not data:
        raise MissingKey({"api_name": "data"}, path="$.data")
    if len(data) > MAX_RECORDS:
        raise TooManyRecords
    return data


def parse_triggers(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the kinds of automation that a write runs: all of them without `trigger`, otherwise those it names (an
    empty array: none). It may also name kinds that are not emulated (pathfinder, orchestration)."""
    named = body.get("trigger")
    if named is None:
        return TRIGGERS
    if not isinstance(named, list):
        raise WrongType({"expected_data_type": "jsonarray", "api_name": "trigger"}, path="$.trigger")
    return tuple(kind for kind in TRIGGERS if kind in named)


def check_values(
    record: Mapping[str, Any],
    index: int,
    module: OrgModule,
    metadata: OrgMetadata,
    context: ValueContext,
    *,
    insert: bool,
    profile: Profile | None = None,
    named: Mapping[str, Field] = NOTHING,
) -> tuple[RecordValues, list[ZohoError]]:
    """Return the valid values of the record at index `index` of the body, and every error: invalid values in their
    order, then missing system-mandatory fields.

    Keys that are not writable fields are ignored, as the service does; so are fields that the profile may not see or
    change (assumed). Values of computed fields are ignored or refused, by a setting of the org. The lookups in `named`
    may be given by name, a value of the field in it; such a value becomes {"name"}.
    """
    document: dict[str, Any] = {}
    found: list[ZohoError] = []
    refused: set[str] = set()
    owner = taxes = None
    has_items = line_items.later_name(module) is not None
    barred: Collection[str] = {} if profile is None else profile.fields.get(module.api_name, {})
    for name, value in record.items():
        if name == line_totals.RECORD_TAXES and has_items:
            taxes = _taxes(value, f"$.data[{index}].{name}", found)
        if name in barred or not (name == "Owner" or name in module.fields):
            continue
        path = f"$.data[{index}].{name}"
        try:
            if name == "Owner" and value is not None:
                owner = _owner(value, metadata, path)
            field = _writable(module, name, context, insert=insert)
            if field is not None:
                if has_items and line_totals.is_percentage(name, value):
                    document[name] = value
                elif name in named and (text := name_in(value)) is not None:
                    document[name] = _named(field, named[name], text, context, path)
                else:
                    document[name] = _to_stored(field, value, context, path)
            elif context.refuse_computed and _is_computed(module, name, context):
                raise InvalidRecordValue({"api_name": name}, path=path)
        except ZohoError as error:
            found.append(error)
            refused.add(name)
    if insert:
        found += _missing(document, refused, index, module, context)
    if has_items:
        document = line_items.to_stored_names(module, document)
    return RecordValues(document, owner, _appended_fields(record, module), taxes), found


def _taxes(value: Any, path: str, found: list[ZohoError]) -> list[dict[str, Any]] | None:
    try:
        return line_totals.check_taxes(value)
    except InvalidFieldValue as error:
        found.append(InvalidRecordValue({**error.details, "api_name": line_totals.RECORD_TAXES}, path=path))
        return None


def _writable(module: OrgModule, name: str, context: ValueContext, *, insert: bool) -> Field | None:
    field = module.fields.get(name)
    if field is None or not field.api_writable or name in COLUMN_FIELDS or name in STATE_FIELDS or name == "id":
        return None
    if not insert and not field.type.updatable:
        return None
    return field if field.exists_in(context.version) else None


def _is_computed(module: OrgModule, name: str, context: ValueContext) -> bool:
    """Return whether the service computes the field: an auto-number, a formula or a roll-up summary."""
    field = module.fields.get(name)
    return field is not None and field.type.computed and field.exists_in(context.version)


def _to_stored(field: Field, value: Any, context: ValueContext, path: str) -> Any:
    try:
        return line_items.validate_rows(field, to_stored(field, value, context))
    except EmptyMandatoryField:
        raise FieldMissing({"api_name": field.api_name}, path=path) from None
    except InvalidFieldValue as error:
        raise InvalidRecordValue(error.details_for(field.api_name), path=f"{path}{error.path}") from None


def name_in(value: Any) -> str | None:
    """Return the name in the value of a lookup that names its record, empty for one that clears the field: a text that
    is not an id, or `name` of an object without an id. An array of texts is taken as its JSON text, as the service
    does."""
    if isinstance(value, list) and all(isinstance(member, str) for member in value):
        return orjson.dumps(value).decode()
    if isinstance(value, dict) and value.get("id") is None:
        value = value.get("name")
    return value.strip() if isinstance(value, str) and parse_id(value.strip()) is None else None


def _named(lookup: Field, display: Field, text: str, context: ValueContext, path: str) -> Any:
    """Return a lookup given by the name of its record, which has to be a valid one."""
    if not text:
        return _to_stored(lookup, None, context, path)
    try:
        return {"name": to_stored(display, text, context)}
    except InvalidFieldValue as error:
        raise InvalidRecordValue(error.details_for(lookup.api_name), path=f"{path}{error.path}") from None


def _missing(
    document: Mapping[str, Any], refused: Collection[str], index: int, module: OrgModule, context: ValueContext
) -> list[ZohoError]:
    """Return an error for each system-mandatory field without a value, except those whose value is refused."""
    names = [
        field.api_name
        for field in module.mandatory
        if field.exists_in(context.version)
        and field.api_name not in refused
        and document.get(field.api_name) in (None, "", [])
    ]
    return [FieldMissing({"api_name": name}, path=f"$.data[{index}].{name}") for name in names]


def _appended_fields(record: Mapping[str, Any], module: OrgModule) -> frozenset[str]:
    """Return the multi-select fields that `$append_values` names; other items in it are ignored (assumed)."""
    requested = record.get("$append_values")
    if not isinstance(requested, dict):
        return frozenset()
    return frozenset(
        name
        for name, requested in requested.items()
        if requested is True and name in module.fields and module.fields[name].type.can_append
    )


def _owner(value: Any, metadata: OrgMetadata, path: str) -> int:
    email = value.get("email") if isinstance(value, dict) else None
    if isinstance(email, str) and email.lower() in metadata.users_by_email:
        return metadata.users_by_email[email.lower()].id
    user_id = parse_id(value.get("id") if isinstance(value, dict) else value)
    if user_id is None or user_id not in metadata.users:
        raise InvalidRecordValue({**_expected_of_owner(value), "api_name": "Owner"}, path=path)
    return user_id


def _expected_of_owner(value: Any) -> dict[str, object]:
    """Return what the details of an invalid owner say was expected (4.6)."""
    if isinstance(value, dict):
        return {}
    is_id = isinstance(value, str | int) and not isinstance(value, bool)
    return {"expected_data_type": "bigint" if is_id else "jsonobject"}
