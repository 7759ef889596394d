"""POST, PUT and DELETE of records and upsert: the handlers, and the response made of the outcomes
(docs/contract/mass-update-and-core.md 4.4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mockcrm.core.automation import engine as automation
from mockcrm.core.automation.engine import Trigger
from mockcrm.core.automation.events import AutomationEvent
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.clock import iso
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.records import TooManyRecords, UpdateNotApproved
from mockcrm.core.errors.request import RequiredParamMissing, WrongType
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import SE_MODULE
from mockcrm.core.org_metadata.users import user_json
from mockcrm.core.orgs.org import MAX_SHORT_WRITE_RECORDS
from mockcrm.core.records import notes
from mockcrm.core.records import store as records
from mockcrm.core.records.values import parse_records, parse_triggers
from mockcrm.crm.records import errors
from mockcrm.crm.records.changes import DELETED, Batch, Written
from mockcrm.crm.records.named import NamedRecords
from mockcrm.http import parameters
from mockcrm.http.call import Call
from mockcrm.http.errors import InvalidModule
from mockcrm.http.external_ids import refuse_external_ids
from mockcrm.http.response import Response

Change = Callable[[Batch], Written]
Outcome = Written | ZohoError


async def post_records(call: Call) -> Response:
    """Insert up to 100 records; each succeeds or fails on its own. Activities is rejected: a record has to be inserted
    as a task, an event or a call (assumed)."""
    refuse_external_ids(call)
    _no_pseudo_module(call)
    body = call.json()
    sent = parse_records(body)
    changes = [_insertion(index, record) for index, record in enumerate(sent)]
    return await _write(call, changes, 201, sent=sent, kinds=parse_triggers(body))


async def put_records(call: Call) -> Response:
    """Update up to 100 records by their ids."""
    refuse_external_ids(call)
    body = call.json()
    sent = parse_records(body)
    changes = [_update(index, record, record.get("id")) for index, record in enumerate(sent)]
    return await _write(call, changes, 200, sent=sent, kinds=parse_triggers(body))


async def put_record(call: Call) -> Response:
    """Update the record of the path. In v8 a record that waits for approval is a top-level error."""
    refuse_external_ids(call)
    body = call.json()
    sent = parse_records(body)[:1]
    change = _update(0, sent[0], call.path["id"], in_path=True)
    result = await _apply_changes(call, [change], sent=sent, kinds=parse_triggers(body))
    if isinstance(result.outcomes[0], UpdateNotApproved) and call.version.has_texts_of_v8:
        raise errors.RecordInPathNotApproved(call.path["id"])
    return _published(call, result, 200)


async def upsert_records(call: Call) -> Response:
    """Update the existing records, insert the others."""
    refuse_external_ids(call)
    _no_pseudo_module(call)
    body = call.json()
    sent = parse_records(body)
    compared = _parse_duplicate_check_fields(call, body)
    changes = [_upsert(index, record) for index, record in enumerate(sent)]
    return await _write(call, changes, 200, sent=sent, kinds=parse_triggers(body), compared=compared)


async def delete_records(call: Call) -> Response:
    """Delete the records of the `ids` parameter."""
    refuse_external_ids(call)
    text = call.query.get("ids")
    if not text:
        raise RequiredParamMissing({"param_name": "ids"})
    ids = [part.strip() for part in text.split(",")]
    if len(ids) > parameters.MAX_IDS:
        raise TooManyRecords("ids")
    return await _write(call, [_deletion(sent) for sent in ids], 200)


async def delete_record(call: Call) -> Response:
    """Delete the record of the path. From v2.1 on an unknown id is a top-level error."""
    refuse_external_ids(call)
    change = _deletion(call.path["id"])
    result = await _apply_changes(call, [change])
    unknown = isinstance(result.outcomes[0], errors.RecordNotDeleted)
    if unknown and call.version.unknown_record_to_delete_is_top_level:
        malformed = parse_id(call.path["id"]) is None
        raise errors.DeletedIdMalformed if malformed else errors.DeletedRecordUnknown
    return _response(call, result, 200)


def _no_pseudo_module(call: Call) -> None:
    if call.module.definition.pseudo:
        raise InvalidModule


def _parse_duplicate_check_fields(call: Call, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields by which an upsert looks for an existing record: those of `duplicate_check_fields` in the body
    or the query, otherwise the module's default; unique fields are compared in addition."""
    named: Any = body.get("duplicate_check_fields")
    if named is None and "duplicate_check_fields" in call.query:
        named = [name.strip() for name in call.query["duplicate_check_fields"].split(",") if name.strip()]
    if not named and isinstance(named, list | None):
        key = call.module.definition.upsert_key
        return () if key is None else (key,)
    if not isinstance(named, list):
        details = {"expected_data_type": "jsonarray", "api_name": "duplicate_check_fields"}
        raise WrongType(details, path="$.duplicate_check_fields")
    fields = [field for field in call.module.document_fields if field is not SE_MODULE]
    allowed = {field.api_name for field in fields if field.exists_in(call.version)}
    for place, name in enumerate(named):
        if not isinstance(name, str) or name not in allowed:
            raise WrongType({"api_name": "duplicate_check_fields"}, path=f"$.duplicate_check_fields[{place}]")
    return tuple(named)


# -- changes -----------------------------------------------------------------------------------------------------


def _insertion(index: int, record: Mapping[str, Any]) -> Change:
    return lambda batch: batch.insert(index, record)


def _update(index: int, record: Mapping[str, Any], sent: object, *, in_path: bool = False) -> Change:
    return lambda batch: batch.update(index, record, sent, in_path=in_path)


def _upsert(index: int, record: Mapping[str, Any]) -> Change:
    return lambda batch: batch.upsert(index, record)


def _deletion(sent: str) -> Change:
    return lambda batch: batch.delete(sent)


@dataclass(frozen=True, slots=True)
class _Result:
    """The outcome of each change, the states of the records afterwards (if the response shows them), the automation
    events, and the time of the write."""

    outcomes: list[Outcome]
    states: dict[int, int]
    fired: list[AutomationEvent]
    now: int


async def _write(
    call: Call,
    changes: Sequence[Change],
    status: int,
    *,
    sent: Sequence[Mapping[str, Any]] = (),
    kinds: Sequence[str] = (),
    compared: Sequence[str] = (),
) -> Response:
    return _published(call, await _apply_changes(call, changes, sent=sent, kinds=kinds, compared=compared), status)


def _published(call: Call, result: _Result, status: int) -> Response:
    """Return the response after the automation events have been published."""
    if result.fired:
        call.org.publish(call.metadata, result.fired)
    return _response(call, result, status)


async def _apply_changes(
    call: Call,
    changes: Sequence[Change],
    *,
    sent: Sequence[Mapping[str, Any]] = (),
    kinds: Sequence[str] = (),
    compared: Sequence[str] = (),
) -> _Result:
    """Make the changes and run the automation that they trigger in one transaction."""
    named = NamedRecords(call, sent)
    shows_approval = bool(sent) and _shows_approval(call)

    def work(connection: sqlite3.Connection) -> _Result:
        batch = Batch(call, connection, sent, compared, named)
        outcomes = [_outcome(batch, change) for change in changes]
        written = list(dict.fromkeys(item.id for item in outcomes if isinstance(item, Written)))
        fired: list[AutomationEvent] = []
        if kinds:
            trigger = Trigger(call.user.id, batch.now)
            for name, ids in named.created.items():
                fired += automation.fire(connection, call.metadata, call.metadata.modules[name], ids, trigger, kinds)
            fired += automation.fire(connection, call.metadata, call.module, written, trigger, kinds)
        heads = records.heads(connection, written) if shows_approval and written else {}
        states = {record_id: head.state for record_id, head in heads.items()}
        return _Result(outcomes, states, fired, batch.now)

    scans = bool(compared) or named.any or bool(call.module.unique)
    long = len(changes) > MAX_SHORT_WRITE_RECORDS or call.is_long or (scans and bool(sent))
    return await call.org.write(work, metadata=call.metadata, long=long)


def _shows_approval(call: Call) -> bool:
    # The notes of the v8 schema have no $approval_state.
    without = call.module.api_name == notes.MODULE and call.version.has_texts_of_v8
    return call.version.record_items_show_approval and not without


def _outcome(batch: Batch, change: Change) -> Outcome:
    try:
        return change(batch)
    except ZohoError as error:
        return error


# -- responses ---------------------------------------------------------------------------------------------------


def _response(call: Call, result: _Result, status: int) -> Response:
    """Return one item per record, in the order of the request. The status is 207 if some failed; if all failed, 202 in
    v2 and 400 later, or 412 if each was modified since If-Unmodified-Since."""
    outcomes = result.outcomes
    failed = [item for item in outcomes if isinstance(item, ZohoError)]
    if len(failed) == len(outcomes):
        changed_since = all(isinstance(error, errors.AlreadyModified) for error in failed)
        status = errors.AlreadyModified.status if changed_since else call.version.none_written_status
    elif failed:
        status = 207
    now = iso(result.now, call.metadata.org.offset)
    items = [
        orjson.dumps(item.item(call.version)).decode()
        if isinstance(item, ZohoError)
        else _item(call, item, now, result.states.get(item.id))
        for item in outcomes
    ]
    return Response(status, f'{{"data":[{",".join(items)}]}}'.encode(), tuple(error.name for error in failed))


def _item(call: Call, item: Written, now: str, state: int | None) -> str:
    metadata = call.metadata
    if item.message == DELETED:
        return f'{{"code":"SUCCESS","details":{{"id":"{item.id}"}},"message":"{DELETED}","status":"success"}}'
    upsert = ""
    if item.upsert is not None:
        upsert = f"{orjson.dumps(item.upsert).decode()[1:-1]},"
    approval = ""
    if state is not None:
        pending = state & RecordState.APPROVAL_PENDING
        approval = f',"$approval_state":"{"approval_process_pending" if pending else "approved"}"'
    return (
        f'{{"code":"SUCCESS",{upsert}"details":{{"Modified_Time":"{now}",'
        f'"Modified_By":{user_json(metadata, call.user.id)},'
        f'"Created_Time":"{iso(item.created_time, metadata.org.offset)}","id":"{item.id}",'
        f'"Created_By":{user_json(metadata, item.created_by)}{approval}}},'
        f'"message":"{item.message}","status":"success"}}'
    )
