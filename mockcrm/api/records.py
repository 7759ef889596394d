"""/crm/{version}/{module}[/{id}]: list, read, insert, update and delete records (contract 4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

from mockcrm import errors
from mockcrm.api.call import Call
from mockcrm.api.envelopes import user_json
from mockcrm.api.http import Answer
from mockcrm.api.record_json import RecordWriter, lookup_targets, writer_for
from mockcrm.catalog.states import RecordState
from mockcrm.clock import iso, parse_iso
from mockcrm.rules import access
from mockcrm.rules.record_values import RecordValues, record_values, records_of
from mockcrm.rules.records import RecordChange, check_state
from mockcrm.rules.values import ValueContext
from mockcrm.state.criteria import Criteria, CriteriaContext, compile_criteria, parse_criteria
from mockcrm.state.directory import OrgModule
from mockcrm.state.fixtures.documents import complete, unset_document
from mockcrm.state.ids import parse_id
from mockcrm.state.repository import metadata, records
from mockcrm.state.repository.records import Row

MAX_PER_PAGE = 200
MAX_FIELDS = 50
MAX_IDS = 100
SHORT_WRITE = 20

Write = Callable[[sqlite3.Connection], tuple[str, errors.ZohoError | None]]


# -- reading -----------------------------------------------------------------------------------------------------


async def get_records(call: Call) -> Answer:
    """A page of records: plain, by ids, or of a view; newest id first."""
    access.may_read(call.profile, call.module)
    wanted = _fields_parameter(call)
    page = _number(call, "page", 1, 1, 1_000_000)
    per_page = _number(call, "per_page", MAX_PER_PAGE, 1, MAX_PER_PAGE)
    offset = (page - 1) * per_page
    if "ids" in call.query:
        found = _by_ids(call)[offset : offset + per_page + 1]
    elif "cvid" in call.query or call.module.module.pseudo:
        found = await _by_view(call, per_page + 1, offset)
    else:
        found = records.page(call.org.reader, call.module.id, per_page + 1, offset)
    if not found:
        return Answer(204)
    rows = found[:per_page]
    texts = written(call, rows, wanted)
    more = str(len(found) > per_page).lower()
    info = f'{{"per_page":{per_page},"count":{len(rows)},"page":{page},"more_records":{more}}}'
    return Answer(200, f'{{"data":[{",".join(texts)}],"info":{info}}}'.encode())


async def get_record(call: Call) -> Answer:
    """One record; an unknown id is 204, a malformed one 400 (contract 4.3, assumed)."""
    access.may_read(call.profile, call.module)
    wanted = _names(call.query["fields"]) if "fields" in call.query else None
    number = parse_id(call.path["id"])
    if number is None:
        raise errors.RecordIdMalformed
    row = records.row(call.org.reader, number)
    if row is None or row.module_id not in _module_ids(call):
        return Answer(204)
    return Answer(200, f'{{"data":[{",".join(written(call, [row], wanted))}]}}'.encode())


def written(call: Call, rows: Sequence[Row], wanted: Sequence[str] | None) -> list[str]:
    """The records as JSON texts, with every field or the `wanted` ones."""
    connection = call.org.reader
    ids = [row.id for row in rows]
    territories = records.territories_of(connection, ids) if call.module.module.territories else {}
    writers = {row.module_id: _writer(call, row.module_id) for row in rows}
    targets: set[int] = set()
    for row in rows:
        writer = writers[row.module_id]
        if writer.special_fields and writer.needs_names(row):
            targets |= lookup_targets([orjson.loads(row.fields)], writer.special_fields)
    names = _display_names(call, targets)
    if wanted is None:
        return [writers[row.module_id].whole(row, territories, names) for row in rows]
    return [writers[row.module_id].chosen(row, wanted, territories, names) for row in rows]


def _writer(call: Call, module_id: int) -> RecordWriter:
    return writer_for(call.directory, call.directory.modules_by_id[module_id], call.version, call.profile)


def _display_names(call: Call, ids: Iterable[int]) -> dict[int, str | None]:
    found = records.rows(call.org.reader, list(ids))
    return {row.id: display_name(call, row) for row in found}


def display_name(call: Call, row: Row) -> str | None:
    """What a record is called: the value of its module's display field."""
    module = call.directory.modules_by_id.get(row.module_id)
    value = None if module is None else orjson.loads(row.fields).get(module.module.display_field)
    return None if value is None else str(value)


def _module_ids(call: Call) -> list[int]:
    return [module.id for module in call.directory.record_modules(call.module)]


def _by_ids(call: Call) -> list[Row]:
    sent = call.query["ids"].split(",")
    numbers = [parse_id(text.strip()) for text in sent]
    if len(sent) > MAX_IDS or None in numbers:
        raise errors.InvalidParam({"param_name": "ids"})
    wanted = sorted({number for number in numbers if number is not None}, reverse=True)
    allowed = _module_ids(call)
    return [row for row in records.rows(call.org.reader, wanted) if row.module_id in allowed]


async def _by_view(call: Call, limit: int, offset: int) -> list[Row]:
    criteria: Criteria | None = None
    if "cvid" in call.query:
        number = parse_id(call.query["cvid"])
        view = None if number is None else call.directory.views.get(number)
        if view is None or view.module != call.module.api_name:
            raise errors.InvalidParam({"param_name": "cvid"})
        if not view.open_to(call.user.id):
            raise errors.ViewNotAccessible
        if view.criteria is not None:
            criteria = parse_criteria(view.criteria, call.module.fields)
    context = CriteriaContext(call.user.id, call.org.clock.now(), call.directory.org.offset)
    sql = compile_criteria(criteria, context)

    def select(connection: sqlite3.Connection) -> list[int]:
        return records.listed_ids(connection, _module_ids(call), sql.text, sql.parameters, limit, offset)

    ids = await call.org.scan(call.runtime.pool, select)
    return records.rows(call.org.reader, ids)


def _fields_parameter(call: Call) -> list[str] | None:
    text = call.query.get("fields")
    if text is None:
        if call.version.fields_parameter_is_mandatory:
            raise errors.RequiredParamMissing({"param_name": "fields"})
        return None
    return _names(text)


def _names(text: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if len(names) > MAX_FIELDS:
        raise errors.TooManyFields
    return names


def _number(call: Call, name: str, default: int, least: int, most: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    number = parse_id(text)
    if number is None or not least <= number <= most:
        raise errors.InvalidParam({"param_name": name})
    return number


# -- writing -----------------------------------------------------------------------------------------------------


async def post_records(call: Call) -> Answer:
    """Insert up to 100 records; each succeeds or fails on its own. Activities has none of its own: a record is made
    as a task, an event or a call (assumed)."""
    access.may_write(call.profile, call.module, "create")
    if call.module.module.pseudo:
        raise errors.InvalidModule
    sent = records_of(call.json())
    return await _write(call, [_insertion(call, number, record) for number, record in enumerate(sent)], 201)


async def put_records(call: Call) -> Answer:
    """Update up to 100 records, each named by its id."""
    access.may_write(call.profile, call.module, "update")
    sent = records_of(call.json())
    writes = [_update(call, number, record, record.get("id")) for number, record in enumerate(sent)]
    return await _write(call, writes, 200)


async def put_record(call: Call) -> Answer:
    """Update the record of the path."""
    access.may_write(call.profile, call.module, "update")
    sent = records_of(call.json())
    return await _write(call, [_update(call, 0, sent[0], call.path["id"])], 200)


async def delete_records(call: Call) -> Answer:
    """Delete the records of the `ids` parameter."""
    access.may_write(call.profile, call.module, "delete")
    text = call.query.get("ids")
    if not text:
        raise errors.RequiredParamMissing({"param_name": "ids"})
    ids = [part.strip() for part in text.split(",")]
    if len(ids) > MAX_IDS:
        raise errors.TooManyRecords("ids")
    return await _write(call, [_deletion(call, sent) for sent in ids], 200)


async def delete_record(call: Call) -> Answer:
    """Delete the record of the path."""
    access.may_write(call.profile, call.module, "delete")
    return await _write(call, [_deletion(call, call.path["id"])], 200)


async def _write(call: Call, writes: Sequence[Write], status: int) -> Answer:
    def work(connection: sqlite3.Connection) -> list[tuple[str, errors.ZohoError | None]]:
        return [write(connection) for write in writes]

    long = len(writes) > SHORT_WRITE
    results = await call.org.write(call.runtime.pool, work, directory=call.directory, long=long)
    failed = [error for _, error in results if error is not None]
    if len(failed) == len(results):
        changed_since = all(isinstance(error, errors.AlreadyModified) for error in failed)
        status = errors.AlreadyModified.status if changed_since else call.version.none_written_status
    elif failed:
        status = 207
    items = [text if error is None else orjson.dumps(error.item(call.version)).decode() for text, error in results]
    return Answer(status, f'{{"data":[{",".join(items)}]}}'.encode(), tuple(error.name for error in failed))


def _item(call: Call, message: str, record_id: int, created_by: int, created: int, now: int) -> str:
    offset, user = call.directory.org.offset, user_json(call.directory, call.user.id)
    return (
        f'{{"code":"SUCCESS","details":{{"Modified_Time":"{iso(now, offset)}","Modified_By":{user},'
        f'"Created_Time":"{iso(created, offset)}","id":"{record_id}",'
        f'"Created_By":{user_json(call.directory, created_by)}}},"message":"{message}","status":"success"}}'
    )


def _values(
    call: Call,
    connection: sqlite3.Connection,
    module: OrgModule,
    number: int,
    record: dict[str, Any],
    *,
    insert: bool,
) -> RecordValues:
    context = ValueContext(call.version, call.directory.users, call.org.settings.strict_picklists)
    values = record_values(record, number, module, call.directory, context, insert=insert)
    for name, value in values.document.items():
        field = module.fields[name]
        if field.data_type == "lookup" and value is not None:
            target = records.head(connection, int(value["id"]))
            wanted = None if field.lookup is None else call.directory.modules[field.lookup]
            if target is None or (wanted is not None and target.module_id != wanted.id):
                raise errors.InvalidRecordValue({"api_name": name}, path=f"$.data[{number}].{name}")
    return values


def _own_module(call: Call, row: Row) -> OrgModule | None:
    """The module of a record that a write names, None when it is none of the path's: a write to Activities goes to the
    task, event or call (contract 2.1, assumed)."""
    module = call.directory.modules_by_id.get(row.module_id)
    return module if module in call.directory.record_modules(call.module) else None


def _insertion(call: Call, number: int, record: dict[str, Any]) -> Write:
    def insert(connection: sqlite3.Connection) -> tuple[str, errors.ZohoError | None]:
        try:
            values = _values(call, connection, call.module, number, record, insert=True)
        except errors.ZohoError as fault:
            return "", fault
        now, user_id = call.org.now(), call.user.id
        record_id = metadata.allocate_ids(connection, 1)
        document = complete(unset_document(call.module), values.document)
        owner_id = values.owner_id or user_id
        text = orjson.dumps(document).decode()
        row = Row(record_id, call.module.id, 0, owner_id, user_id, user_id, now, now, text)
        records.insert(connection, [row])
        return _item(call, "record added", record_id, user_id, now, now), None

    return insert


def _unmodified_since(call: Call) -> int | None:
    """The time of If-Unmodified-Since in ISO 8601, in seconds; what is no such time is ignored (assumed)."""
    sent = call.header(b"if-unmodified-since")
    try:
        return None if sent is None else parse_iso(sent.strip())
    except (ValueError, OverflowError):
        return None


def _update(call: Call, number: int, record: dict[str, Any], sent: object) -> Write:
    unmodified_since = _unmodified_since(call)

    def update(connection: sqlite3.Connection) -> tuple[str, errors.ZohoError | None]:
        if sent is None:
            return "", errors.FieldMissing({"api_name": "id"}, path=f"$.data[{number}].id")
        record_id = parse_id(sent)
        row = None if record_id is None else records.row(connection, record_id)
        module = None if row is None else _own_module(call, row)
        if row is None or module is None:
            return "", errors.InvalidRecordId(str(sent))
        if unmodified_since is not None and row.modified_time > unmodified_since:
            return "", errors.AlreadyModified()
        try:
            values = _values(call, connection, module, number, record, insert=False)
            check_state(RecordChange(str(row.id), RecordState(row.state), module, values.document))
        except errors.ZohoError as fault:
            return "", fault
        now, user_id = call.org.now(), call.user.id
        text = orjson.dumps(complete(orjson.loads(row.fields), values.document)).decode()
        records.replace_document(connection, row.id, text, values.owner_id or row.owner_id, user_id, now)
        return _item(call, "record updated", row.id, row.created_by, row.created_time, now), None

    return update


def _deletion(call: Call, sent: str) -> Write:
    def delete(connection: sqlite3.Connection) -> tuple[str, errors.ZohoError | None]:
        record_id = parse_id(sent)
        row = None if record_id is None else records.row(connection, record_id)
        if row is None or _own_module(call, row) is None:
            return "", errors.RecordNotDeleted(sent)
        records.delete(connection, row, display_name(call, row), call.user.id, call.org.now())
        item = {"code": "SUCCESS", "details": {"id": str(row.id)}, "message": "record deleted", "status": "success"}
        return orjson.dumps(item).decode(), None

    return delete
