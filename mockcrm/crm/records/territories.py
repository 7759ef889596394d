"""POST /{module}/actions/assign_territories and /{module}/{id}/actions/assign_territories
(docs/contract/mass-update-and-core.md 3.6).

From v7 on the service schedules a job; this server returns a job id too, but assigns at once (assumed). A record keeps
its existing territories, except a deal, whose single territory is replaced (assumed).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import orjson

from mockcrm.core.catalog.states import RecordState
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.metadata import TerritoryNotEnabled
from mockcrm.core.errors.records import FieldMissing, InvalidRecordValue, RecordLocked
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.orgs.org import MAX_SHORT_WRITE_RECORDS
from mockcrm.core.records import store as records
from mockcrm.core.records.store import Head
from mockcrm.core.records.values import parse_records
from mockcrm.crm.records import errors, territory_errors
from mockcrm.http.call import Call
from mockcrm.http.response import Response

ASSIGNED = "the territories data updated successfully"
SCHEDULED = "Territory assignment process scheduled successfully"
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
    return await _assign(call, [(sent[0], call.path["id"])], in_path=True)


def _parse_body(call: Call) -> list[dict[str, Any]]:
    if not call.module.definition.territories:
        raise territory_errors.TerritoriesNotAssignable
    if not call.metadata.territories and not call.version.territories_off_is_no_content:
        raise TerritoryNotEnabled
    return parse_records(call.json())


async def _assign(call: Call, sent: list[tuple[Mapping[str, Any], object]], *, in_path: bool = False) -> Response:
    def work(connection: sqlite3.Connection) -> list[Item]:
        return [
            _assign_record(call, connection, index, record, record_id, in_path=in_path)
            for index, (record, record_id) in enumerate(sent)
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
    call: Call,
    connection: sqlite3.Connection,
    index: int,
    record: Mapping[str, Any],
    sent: object,
    *,
    in_path: bool,
) -> Item:
    """Assign one record and return its item, which is the error of a record that cannot be. In v8 an error about the
    record in the path is raised, because it is a response of its own."""
    try:
        head = _record_to_assign(call, connection, index, sent, alone=in_path and call.version.has_texts_of_v8)
        requested = _territories(call, connection, index, record, head.id)
    except ZohoError as error:
        if error.shape_in(call.version) == "top":
            raise
        return error
    records.assign_territories(connection, head.id, requested, replace=_max_territories(call) == MAX_DEAL_TERRITORIES)
    if not call.version.territory_assignment_is_scheduled:
        return {"code": "SUCCESS", "details": {"id": str(head.id)}, "message": ASSIGNED, "status": "success"}
    job_id = metadata_store.allocate_ids(connection, 1)
    return {
        "code": "SCHEDULED",
        "details": {"job_id": str(job_id), "id": str(head.id)},
        "message": SCHEDULED,
        "status": "success",
    }


def _record_to_assign(call: Call, connection: sqlite3.Connection, index: int, sent: object, *, alone: bool) -> Head:
    """Return the record with the id that was sent. Raises the error of one that is missing, unknown or locked, if it is
    `alone` in the path with the position there."""
    path = f"$.data[{index}].id"
    if sent is None:
        raise territory_errors.RecordToAssignMissing({"api_name": "id"}, path=path)
    record_id = parse_id(sent)
    head = None if record_id is None else records.head(connection, record_id)
    if head is None or head.module_id != call.module.id:
        row = territory_errors.RecordInPathToAssignUnknown if alone else territory_errors.RecordToAssignUnknown
        unknown = row(str(sent))
        unknown.path = path
        raise unknown
    if head.state & RecordState.LOCKED:
        raise (territory_errors.RecordInPathLocked if alone else RecordLocked)(str(head.id))
    return head


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
        if isinstance(item, dict) and item.get("id") is None:
            raise FieldMissing({"api_name": "id"}, path=where)
        territory = parse_id(item.get("id") if isinstance(item, dict) else item)
        if territory is None or territory not in call.metadata.territories:
            raise errors.LookupNotFound({"api_name": "id"}, path=where)
        if territory in requested:
            first = f"{path}[{requested.index(territory)}].id"
            raise territory_errors.TerritoryRepeated({"api_name": "id"}, path=where, first=first)
        requested.append(territory)
    existing = records.territories_of(connection, [record_id]).get(record_id, [])
    for place, territory in enumerate(requested):
        if territory in existing:
            raise territory_errors.TerritoryAssigned({"api_name": "id"}, path=f"{path}[{place}].id")
    maximum = _max_territories(call)
    total = len(requested) if maximum == MAX_DEAL_TERRITORIES else len(requested) + len(existing)
    if total > maximum:
        raise territory_errors.TooManyTerritories({"limit": maximum, "api_name": "Territories"}, path=path)
    return requested
