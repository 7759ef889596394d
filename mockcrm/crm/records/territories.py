"""POST /{module}/actions/assign_territories and /{module}/{id}/actions/assign_territories
(docs/contract/mass-update-and-core.md 3.6).

The service schedules a job; this server returns a job id too, but assigns at once (assumed). A record keeps its
existing territories, except a deal, whose single territory is replaced (assumed).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import orjson

from mockcrm.core.catalog.states import RecordState
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.bulk import TerritoryNotSupported
from mockcrm.core.errors.metadata import TerritoryNotEnabled
from mockcrm.core.errors.records import FieldMissing, InvalidRecordId, InvalidRecordValue, RecordLocked
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.orgs.org import MAX_SHORT_WRITE_RECORDS
from mockcrm.core.records import store as records
from mockcrm.core.records.values import parse_records
from mockcrm.crm.records import errors
from mockcrm.http.call import Call
from mockcrm.http.response import Response

MESSAGE = "Territory assignment process scheduled successfully"
MAX_TERRITORIES = 10
MAX_DEAL_TERRITORIES = 1
Item = dict[str, Any] | ZohoError


async def assign_territories(call: Call) -> Response:
    """Assign up to 100 records to territories."""
    sent = _parse_body(call)
    return await _assign(call, [(record, record.get("id")) for record in sent])


async def assign_territories_of_record(call: Call) -> Response:
    """Assign the record of the path to territories."""
    sent = _parse_body(call)
    return await _assign(call, [(sent[0], call.path["id"])])


def _parse_body(call: Call) -> list[dict[str, Any]]:
    if not call.module.definition.territories:
        raise TerritoryNotSupported
    if not call.metadata.territories and not call.version.territories_off_is_no_content:
        raise TerritoryNotEnabled
    return parse_records(call.json())


async def _assign(call: Call, sent: list[tuple[Mapping[str, Any], object]]) -> Response:
    def work(connection: sqlite3.Connection) -> list[Item]:
        return [
            _assign_record(call, connection, index, record, record_id) for index, (record, record_id) in enumerate(sent)
        ]

    long = len(sent) > MAX_SHORT_WRITE_RECORDS or call.is_long
    items = await call.org.write(work, metadata=call.metadata, long=long)
    failed = [item for item in items if isinstance(item, ZohoError)]
    status = 202 if call.version.territory_assignment_is_scheduled else 200
    if len(failed) == len(items):
        status = call.version.none_written_status
    elif failed:
        status = 207
    data = [item.item(call.version) if isinstance(item, ZohoError) else item for item in items]
    return Response(status, orjson.dumps({"data": data}), tuple(error.name for error in failed))


def _assign_record(
    call: Call, connection: sqlite3.Connection, index: int, record: Mapping[str, Any], sent: object
) -> Item:
    try:
        if sent is None:
            raise FieldMissing({"api_name": "id"}, path=f"$.data[{index}].id")
        record_id = parse_id(sent)
        head = None if record_id is None else records.head(connection, record_id)
        if head is None or head.module_id != call.module.id:
            unknown = InvalidRecordId(str(sent))
            unknown.path = f"$.data[{index}].id"
            raise unknown
        if head.state & RecordState.LOCKED:
            raise RecordLocked(str(head.id))
        requested = _territories(call, connection, index, record, head.id)
    except ZohoError as error:
        return error
    records.assign_territories(connection, head.id, requested, replace=_max_territories(call) == MAX_DEAL_TERRITORIES)
    job_id = metadata_store.allocate_ids(connection, 1)
    return {
        "code": "SCHEDULED" if call.version.territory_assignment_is_scheduled else "SUCCESS",
        "details": {"job_id": str(job_id), "id": str(head.id)},
        "message": MESSAGE,
        "status": "success",
    }


def _max_territories(call: Call) -> int:
    return MAX_DEAL_TERRITORIES if call.module.api_name == "Deals" else MAX_TERRITORIES


def _territories(
    call: Call, connection: sqlite3.Connection, index: int, record: Mapping[str, Any], record_id: int
) -> list[int]:
    """Return the territories to assign. Raises an error when one is unknown, repeated or already the record's, or when
    there are too many."""
    path = f"$.data[{index}].Territories"
    named = record.get("Territories")
    if named is not None and not isinstance(named, list):
        details = {"expected_data_type": "jsonarray", "api_name": "Territories"}
        raise InvalidRecordValue(details, path=path)
    if not named:
        raise FieldMissing({"api_name": "Territories"}, path=path)
    requested: list[int] = []
    for place, item in enumerate(named):
        where = f"{path}[{place}].id"
        territory = parse_id(item.get("id") if isinstance(item, dict) else item)
        if territory is None or territory not in call.metadata.territories:
            raise errors.LookupNotFound({"api_name": "id"}, path=where)
        if territory in requested:
            raise errors.TerritoryRepeated({"api_name": "id"}, path=where)
        requested.append(territory)
    existing = records.territories_of(connection, [record_id]).get(record_id, [])
    for place, territory in enumerate(requested):
        if territory in existing:
            raise errors.TerritoryAssigned({"api_name": "id"}, path=f"{path}[{place}].id")
    maximum = _max_territories(call)
    total = len(requested) if maximum == MAX_DEAL_TERRITORIES else len(requested) + len(existing)
    if total > maximum:
        raise errors.TooManyTerritories({"limit": maximum, "api_name": "Territories"}, path=path)
    return requested
