"""SQL for lists of records: pages in any order and from any position, counts, duplicates, deleted records.

Scans return one aggregated row: fetching row by row would release and take the interpreter lock for each.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from mockcrm.core.orgs.rows import columns, row_of
from mockcrm.core.records.store import LISTED, ROW, Row

PAGE_BELOW = f"SELECT {ROW} FROM record WHERE module_id = ? AND {LISTED} AND id < ? ORDER BY id DESC LIMIT ?"
PAGE_ABOVE = f"SELECT {ROW} FROM record WHERE module_id = ? AND {LISTED} AND id > ? ORDER BY id LIMIT ?"

Key = int | float | str | None
"""A record's value of the expression that a list is sorted by."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records to select: those of the modules that match every condition. Conditions are SQL, compiled from
    criteria or from this package, with their parameters in order."""

    module_ids: tuple[int, ...]
    conditions: tuple[str, ...] = ()
    parameters: tuple[object, ...] = ()

    def narrow(self, condition: str, *parameters: object) -> Selection:
        """Return a selection with one more condition."""
        return Selection(self.module_ids, (*self.conditions, condition), (*self.parameters, *parameters))


@dataclass(frozen=True, slots=True)
class Ordering:
    """How a list is sorted: by an SQL expression (see `sort_key` of criteria) and then by id; None for the id alone."""

    key: str | None = None
    descending: bool = True

    def reverse(self) -> Ordering:
        """Return the opposite order."""
        return Ordering(self.key, not self.descending)


@dataclass(frozen=True, slots=True)
class Position:
    """A position in a sorted list: right behind the record with this id and key, which need not exist any more."""

    id: int
    key: Key = None


HAS_ID = "id IN (SELECT value FROM json_each(?))"
MODIFIED_SINCE = "modified_time > ?"


def in_state(bit: int, *, expected: bool) -> str:
    """Return the condition that a record has (`expected`), or has not, a state bit."""
    return f"state & {int(bit)} {'<>' if expected else '='} 0"


def page_from(
    connection: sqlite3.Connection, module_id: int, position: Position, limit: int, *, backwards: bool
) -> list[Row]:
    """Return a page of the unfiltered list, highest ids first, behind a position or before it (`backwards`). Found by
    key, without a scan."""
    statement = PAGE_ABOVE if backwards else PAGE_BELOW
    rows = [Row._make(item) for item in connection.execute(statement, (module_id, position.id, limit))]
    return rows[::-1] if backwards else rows


def ids_of(
    connection: sqlite3.Connection,
    selection: Selection,
    ordering: Ordering,
    limit: int,
    offset: int = 0,
    position: Position | None = None,
) -> list[int]:
    """Return the ids on a page of the selected records."""
    where, parameters = _where(selection)
    by_key = _sortable(ordering.key)
    if position is not None:
        sign = "<" if ordering.descending else ">"
        if by_key is None:
            where, parameters = f"{where} AND id {sign} ?", [*parameters, position.id]
        else:
            key = float("-inf") if position.key is None else position.key
            where, parameters = f"{where} AND ({by_key}, id) {sign} (?, ?)", [*parameters, key, position.id]
    direction = "DESC" if ordering.descending else "ASC"
    order = f"id {direction}" if by_key is None else f"{by_key} {direction}, id {direction}"
    statement = (
        f"SELECT json_group_array(id) FROM (SELECT id FROM record WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?)"
    )
    text = connection.execute(statement, (*parameters, limit, offset)).fetchone()[0]
    ids: list[int] = orjson.loads(text)
    return ids


def key_of(connection: sqlite3.Connection, record_id: int, ordering: Ordering) -> Key:
    """Return the value that a record is sorted by."""
    if ordering.key is None:
        return None
    row = connection.execute(f"SELECT {ordering.key} FROM record WHERE id = ?", (record_id,)).fetchone()
    key: Key = None if row is None else row[0]
    return key


def count_of(connection: sqlite3.Connection, selection: Selection) -> int:
    """Return the number of selected records."""
    where, parameters = _where(selection)
    return int(connection.execute(f"SELECT count(*) FROM record WHERE {where}", parameters).fetchone()[0])


def _where(selection: Selection) -> tuple[str, list[object]]:
    marks = ", ".join("?" * len(selection.module_ids))
    conditions = "".join(f" AND ({condition})" for condition in selection.conditions)
    # With ids, rows are read by key; the + keeps SQLite's planner from scanning the module's index instead.
    plus = "+" if HAS_ID in selection.conditions else ""
    return f"{plus}module_id IN ({marks}){conditions}", [*selection.module_ids, *selection.parameters]


def _sortable(key: str | None) -> str | None:
    # Comparisons with null are null; minus infinity sorts where SQLite sorts null, below every number and text.
    return None if key is None else f"ifnull({key}, -9e999)"


# -- duplicates --------------------------------------------------------------------------------------------------


def find_values(
    connection: sqlite3.Connection, module_id: int, source: str, values: Sequence[str]
) -> list[tuple[int, str]]:
    """Return ids and folded values of the module's records whose stored value (the SQL `source`), compared as text, is
    one of the folded `values`; lowest id first."""
    lower = "lower" if all(value.isascii() for value in values) else "fold"
    compared = f"{lower}(CAST({source} AS TEXT))"
    statement = (
        "SELECT json_group_array(json_array(id, value)) FROM ("
        f"SELECT id, {compared} AS value FROM record WHERE module_id = ? "
        f"AND {compared} IN (SELECT value FROM json_each(?)) ORDER BY id)"
    )
    text = connection.execute(statement, (module_id, orjson.dumps(list(values)).decode())).fetchone()[0]
    return [(record_id, value) for record_id, value in orjson.loads(text)]


# -- deleted records ---------------------------------------------------------------------------------------------


@row_of("deleted_record", partial=True)
class DeletedRecord(NamedTuple):
    """A deleted record; `type` is recycle or permanent."""

    id: int
    type: str
    display_name: str | None
    created_by: int
    deleted_by: int
    deleted_time: int


DELETED = columns(DeletedRecord)


def deleted_page(
    connection: sqlite3.Connection,
    module_ids: Sequence[int],
    types: Sequence[str],
    since: int | None,
    limit: int,
    offset: int,
) -> list[DeletedRecord]:
    """Return a page of the modules' deleted records of these types, the last deleted first; `since` leaves out those
    deleted at that time (epoch seconds) or before."""
    marks = ", ".join("?" * len(module_ids))
    kinds = ", ".join("?" * len(types))
    later = "" if since is None else " AND deleted_time > ?"
    statement = (
        f"SELECT json_group_array(json_array({DELETED})) FROM (SELECT {DELETED} FROM deleted_record "
        f"WHERE module_id IN ({marks}) AND type IN ({kinds}){later} ORDER BY deleted_time DESC, id DESC "
        "LIMIT ? OFFSET ?)"
    )
    parameters: list[object] = [*module_ids, *types, *([] if since is None else [since]), limit, offset]
    text = connection.execute(statement, parameters).fetchone()[0]
    return [DeletedRecord._make(item) for item in orjson.loads(text)]
