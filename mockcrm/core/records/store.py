"""SQL for records: reading by key and by page, set-based updates, inserts and deletes.

Field names in statements come from the catalog or a validated fixture, never from a request.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import orjson

from mockcrm.core.catalog.states import NOT_LISTED
from mockcrm.core.orgs.rows import columns, insert_statement, row_of


@row_of("record")
class Row(NamedTuple):
    """One row of the record table; times are epoch seconds, `fields` is the text of a JSON object."""

    id: int
    module_id: int
    state: int
    owner_id: int
    created_by: int
    modified_by: int
    created_time: int
    modified_time: int
    fields: str


@row_of("record", partial=True)
class Head(NamedTuple):
    """What rules and responses need of a record, without the JSON document."""

    id: int
    module_id: int
    state: int
    created_by: int
    created_time: int


@row_of("deleted_record")
class DeletedRow(NamedTuple):
    """One row of the deleted records; `type` is recycle or permanent."""

    id: int
    module_id: int
    type: str
    display_name: str | None
    created_by: int
    deleted_by: int
    deleted_time: int


ROW = columns(Row)
HEAD = columns(Head)
LISTED = f"state & {int(NOT_LISTED)} = 0"  # must be the text of the partial index record_listed, for SQLite to use it

ONE_ROW = f"SELECT {ROW} FROM record WHERE id = ?"
ONE_HEAD = f"SELECT {HEAD} FROM record WHERE id = ?"
HEADS = f"SELECT json_group_array(json_array({HEAD})) FROM record WHERE id IN (SELECT value FROM json_each(?))"
ROWS_BY_ID = f"SELECT {ROW} FROM record WHERE id IN (SELECT value FROM json_each(?))"
PAGE = f"SELECT {ROW} FROM record WHERE module_id = ? AND {LISTED} ORDER BY id DESC LIMIT ? OFFSET ?"
INSERT = insert_statement(Row)
REPLACE_DOCUMENT = "UPDATE record SET fields = ?, owner_id = ?, modified_by = ?, modified_time = ? WHERE id = ?"
DELETE = "DELETE FROM record WHERE id = ?"
ASSIGN_TERRITORY = "INSERT OR IGNORE INTO record_territory (territory_id, record_id) VALUES (?, ?)"
CLEAR_TERRITORIES = "DELETE FROM record_territory WHERE record_id = ?"
IN_TERRITORIES = "id IN (SELECT record_id FROM record_territory WHERE territory_id IN (SELECT value FROM json_each(?)))"
INSERT_DELETED = insert_statement(DeletedRow, verb="INSERT OR REPLACE")
TERRITORIES_OF = (
    "SELECT record_id, territory_id FROM record_territory WHERE record_id IN (SELECT value FROM json_each(?))"
)
COUNT = "SELECT count(*) FROM record"
HAS_RECORDS = "SELECT EXISTS (SELECT 1 FROM record WHERE module_id = ?)"
REWRITE_DOCUMENTS = "UPDATE record SET fields = mockcrm_rewritten(fields) WHERE module_id = ?"


class Assignment(NamedTuple):
    """A new value for a field, as JSON text; `add` adds its members to the stored array instead of replacing it."""

    field: str
    json: str
    add: bool = False


def head(connection: sqlite3.Connection, record_id: int) -> Head | None:
    """Return the head of one record, None when it does not exist."""
    row = connection.execute(ONE_HEAD, (record_id,)).fetchone()
    return None if row is None else Head._make(row)


def heads(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, Head]:
    """Return the heads of the records in `ids` that exist, by id."""
    if len(ids) == 1:
        (only,) = ids
        found = head(connection, only)
        return {} if found is None else {only: found}
    # One aggregated row: fetching 500 heads row by row takes twice as long.
    text = connection.execute(HEADS, (orjson.dumps(list(ids)).decode(),)).fetchone()[0]
    return {row[0]: Head._make(row) for row in orjson.loads(text)}


def row(connection: sqlite3.Connection, record_id: int) -> Row | None:
    """Return one record, None when it does not exist."""
    found = connection.execute(ONE_ROW, (record_id,)).fetchone()
    return None if found is None else Row._make(found)


def rows(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Row]:
    """Return the records in `ids` that exist, in that order."""
    found = {item[0]: item for item in connection.execute(ROWS_BY_ID, (orjson.dumps(list(ids)).decode(),))}
    return [Row._make(found[record_id]) for record_id in ids if record_id in found]


def page(connection: sqlite3.Connection, module_id: int, limit: int, offset: int) -> list[Row]:
    """Return a page of the unfiltered list: highest ids first, without converted and unapproved records."""
    return [Row._make(item) for item in connection.execute(PAGE, (module_id, limit, offset))]


@lru_cache(maxsize=1024)
def _update(shape: tuple[tuple[str, bool], ...], modules: int) -> str:
    # `modules` is the number of modules in a set-based update; 0 updates one record by its id.
    members = "".join(f", '$.\"{name}\"', {_union(name) if add else 'json(?)'}" for name, add in shape)
    where = "id = ?"
    if modules:
        marks = ", ".join("?" * modules)
        # The + keeps SQLite's planner from using the module's index instead of the ids.
        where = f"id IN (SELECT value FROM json_each(?)) AND state & ? = 0 AND +module_id IN ({marks})"
    return f"UPDATE record SET fields = json_set(fields{members}), modified_by = ?, modified_time = ? WHERE {where}"


def _union(name: str) -> str:
    # Stored members first, in their order, then the new members.
    stored = f"json_each(coalesce(json_extract(fields, '$.\"{name}\"'), '[]'))"
    return (
        "(SELECT json_group_array(value) FROM ("
        f"SELECT value FROM {stored} UNION ALL "
        f"SELECT value FROM json_each(?) WHERE value NOT IN (SELECT value FROM {stored})))"
    )


def update(
    connection: sqlite3.Connection, record_id: int, values: Sequence[Assignment], user_id: int, now: int
) -> None:
    """Set fields of one record."""
    shape = tuple((value.field, value.add) for value in values)
    connection.execute(_update(shape, 0), (*(value.json for value in values), user_id, now, record_id))


def update_all(
    connection: sqlite3.Connection,
    ids: Sequence[int],
    module_ids: Sequence[int],
    values: Sequence[Assignment],
    user_id: int,
    now: int,
    *,
    unless_state: int = 0,
) -> int:
    """Set fields of every record in `ids` that is in one of the modules and has none of the state bits `unless_state`;
    return how many were updated."""
    shape = tuple((value.field, value.add) for value in values)
    texts = (value.json for value in values)
    keys = orjson.dumps(ids).decode()
    arguments = (*texts, user_id, now, keys, unless_state, *module_ids)
    return connection.execute(_update(shape, len(module_ids)), arguments).rowcount


def matching_ids(
    connection: sqlite3.Connection,
    module_ids: Sequence[int],
    condition: str,
    parameters: Sequence[object],
    territories: Sequence[int] | None,
    limit: int,
) -> list[int]:
    """Return the ids of the modules' records that match `condition` (compiled criteria) and are in one of the
    `territories` (None: in any or none), lowest id first, at most `limit`.

    Reads one aggregated row: fetching row by row would release and take the interpreter lock for each.
    """
    marks = ", ".join("?" * len(module_ids))
    within = ""
    arguments: list[object] = [*module_ids, *parameters]
    if territories is not None:
        within = f" AND {IN_TERRITORIES}"
        arguments.append(orjson.dumps(list(territories)).decode())
    statement = (
        "SELECT json_group_array(id) FROM ("
        f"SELECT id FROM record WHERE module_id IN ({marks}) AND ({condition}){within} ORDER BY id LIMIT ?)"
    )
    text = connection.execute(statement, (*arguments, limit)).fetchone()[0]
    ids: list[int] = orjson.loads(text)
    return ids


def insert(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Add records."""
    connection.executemany(INSERT, rows)


def replace_document(
    connection: sqlite3.Connection, record_id: int, fields: str, owner_id: int, user_id: int, now: int
) -> None:
    """Replace the document and the owner of a record."""
    connection.execute(REPLACE_DOCUMENT, (fields, owner_id, user_id, now, record_id))


def delete(connection: sqlite3.Connection, record: Row, display_name: str | None, user_id: int, now: int) -> None:
    """Delete a record and its territories, and add it to the deleted records."""
    connection.execute(DELETE, (record.id,))
    connection.execute(CLEAR_TERRITORIES, (record.id,))
    deleted = DeletedRow(record.id, record.module_id, "recycle", display_name, record.created_by, user_id, now)
    connection.execute(INSERT_DELETED, deleted)


def territories_of(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the territory ids by record id, for the records that have any."""
    found: dict[int, list[int]] = {}
    for record_id, territory_id in connection.execute(TERRITORIES_OF, (orjson.dumps(list(ids)).decode(),)):
        found.setdefault(record_id, []).append(territory_id)
    return found


def assign_territories(
    connection: sqlite3.Connection, record_id: int, territories: Sequence[int], *, replace: bool
) -> None:
    """Assign a record to territories, in addition to its present ones or in place (`replace`) of them."""
    if replace:
        connection.execute(CLEAR_TERRITORIES, (record_id,))
    connection.executemany(ASSIGN_TERRITORY, [(territory, record_id) for territory in territories])


def count(connection: sqlite3.Connection) -> int:
    """Return the number of records in the org."""
    return int(connection.execute(COUNT).fetchone()[0])


def rewrite_documents(connection: sqlite3.Connection, module_id: int, rewrite: Callable[[str], str]) -> None:
    """Replace every document of a module with what `rewrite` returns for it, in one statement."""
    if not connection.execute(HAS_RECORDS, (module_id,)).fetchone()[0]:
        return
    connection.create_function("mockcrm_rewritten", 1, rewrite, deterministic=True)
    try:
        connection.execute(REWRITE_DOCUMENTS, (module_id,))
    finally:
        connection.create_function("mockcrm_rewritten", 1, None)
