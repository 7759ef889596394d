"""SQL for automation: finding the records that match a condition, changing their states, and the automation events."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson

from mockcrm.core.orgs.rows import columns, insert_statement, row_of


@row_of("firing")
class AutomationEvent(NamedTuple):
    """An automation event on one record; `changes` is the JSON text of the fields set."""

    id: int
    time: int
    kind: str
    name: str
    module_id: int
    record_id: int
    job_id: int | None
    changes: str
    webhook: str | None = None
    webhook_status: int | None = None
    webhook_error: str | None = None


INSERT = insert_statement(AutomationEvent)
ALL = f"SELECT {columns(AutomationEvent)} FROM firing ORDER BY id"
CLEAR = "DELETE FROM firing"
SENT = "UPDATE firing SET webhook_status = ?, webhook_error = ? WHERE id = ?"
ADD_STATE = "UPDATE record SET state = state | ? WHERE id IN (SELECT value FROM json_each(?))"


def matching_ids(
    connection: sqlite3.Connection,
    ids: Sequence[int],
    module_id: int,
    condition: str,
    parameters: Sequence[object],
    without_state: int = 0,
) -> list[int]:
    """Return the ids in `ids` of records that are in the module, match `condition` (compiled criteria) and have none of
    the state bits `without_state`, in order of id."""
    statement = (
        "SELECT id FROM record WHERE id IN (SELECT value FROM json_each(?)) AND module_id = ? "
        f"AND state & ? = 0 AND ({condition}) ORDER BY id"
    )
    arguments = (orjson.dumps(ids).decode(), module_id, without_state, *parameters)
    return [row[0] for row in connection.execute(statement, arguments)]


def add_state(connection: sqlite3.Connection, ids: Sequence[int], state: int) -> None:
    """Add state bits to records."""
    connection.execute(ADD_STATE, (state, orjson.dumps(ids).decode()))


def insert_events(connection: sqlite3.Connection, added: Iterable[AutomationEvent]) -> None:
    """Add automation events."""
    connection.executemany(INSERT, added)


def list_events(connection: sqlite3.Connection) -> list[AutomationEvent]:
    """Return all automation events, oldest first."""
    return [AutomationEvent._make(row) for row in connection.execute(ALL)]


def set_webhook_outcome(
    connection: sqlite3.Connection, event_ids: Sequence[int], status: int | None, error: str | None
) -> None:
    """Store the outcome of the webhooks of events: the HTTP status of the response, or why there is none."""
    connection.executemany(SENT, [(status, error, event_id) for event_id in event_ids])


def delete_events(connection: sqlite3.Connection) -> int:
    """Delete all automation events and return how many were deleted."""
    return connection.execute(CLEAR).rowcount
