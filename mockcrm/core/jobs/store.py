"""SQL for jobs: the table is the queue; a job's counters change in the same transaction as the records they count."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from mockcrm.core.orgs.rows import columns, row_of


@row_of("job", json=["request"])
class Job(NamedTuple):
    """One row of the job table. `request` is what the action needs to process a chunk."""

    id: int
    action: str
    module_id: int
    cvid: int
    user_id: int
    status: str
    request: dict[str, Any]
    total: int
    updated: int
    failed: int
    not_updated: int
    cursor: int
    polls: int
    paced_time: float
    created_time: int
    started_time: int | None
    ended_time: int | None

    @property
    def live(self) -> bool:
        """Whether the job is SCHEDULED or RUNNING."""
        return self.status in ("SCHEDULED", "RUNNING")


COLUMNS = columns(Job)
LIVE = "status IN ('SCHEDULED', 'RUNNING')"

ONE = f"SELECT {COLUMNS} FROM job WHERE id = ?"
ALL = f"SELECT {COLUMNS} FROM job ORDER BY id"
NEXT = f"SELECT {COLUMNS} FROM job WHERE {LIVE} ORDER BY id LIMIT 1"
ALL_LIVE = f"SELECT {COLUMNS} FROM job WHERE {LIVE} ORDER BY id"
LIVE_ON_VIEW = f"SELECT id FROM job WHERE cvid = ? AND {LIVE}"
ANY_LIVE = f"SELECT 1 FROM job WHERE {LIVE} LIMIT 1"
INSERT = (
    "INSERT INTO job (id, action, module_id, cvid, user_id, status, request, total, updated, failed, not_updated, "
    "cursor, polls, paced_time, created_time) VALUES (?, ?, ?, ?, ?, 'SCHEDULED', ?, ?, 0, 0, ?, 0, 0, ?, ?)"
)
INSERT_IDS = "INSERT INTO job_ids (job_id, ids) VALUES (?, ?)"
SOME_IDS = "SELECT substr(ids, ?, ?) FROM job_ids WHERE job_id = ?"
FORGET_IDS = "DELETE FROM job_ids WHERE job_id = ?"
START = "UPDATE job SET status = 'RUNNING', started_time = ? WHERE id = ? AND status = 'SCHEDULED'"
ADVANCE = (
    "UPDATE job SET updated = updated + ?, failed = failed + ?, not_updated = not_updated - ?, "
    "cursor = cursor + ? WHERE id = ?"
)
POLLED = "UPDATE job SET polls = ? WHERE id = ?"
PACED = "UPDATE job SET paced_time = ? WHERE id = ?"
RESTART_PACING = f"UPDATE job SET paced_time = ? WHERE {LIVE}"
CLAMP_PACING = f"UPDATE job SET paced_time = min(paced_time, ?) WHERE {LIVE}"
FINISH = "UPDATE job SET status = ?, ended_time = ? WHERE id = ?"
INSERT_FAILURES = "INSERT INTO job_failure (job_id, record_id, error) VALUES (?, ?, ?)"
FAILURES = "SELECT record_id, error FROM job_failure WHERE job_id = ? ORDER BY record_id"

_ID_BYTES = 8


def _job(row: Sequence[Any] | None) -> Job | None:
    return None if row is None else Job._make((*row[:6], orjson.loads(row[6]), *row[7:]))


def get(connection: sqlite3.Connection, job_id: int) -> Job | None:
    """Return the job of that id, None when there is none."""
    return _job(connection.execute(ONE, (job_id,)).fetchone())


def list_all(connection: sqlite3.Connection) -> list[Job]:
    """Return all jobs, oldest first."""
    return [job for row in connection.execute(ALL) if (job := _job(row)) is not None]


def next_live(connection: sqlite3.Connection) -> Job | None:
    """Return the oldest job that is SCHEDULED or RUNNING, None when there is none."""
    return _job(connection.execute(NEXT).fetchone())


def list_live(connection: sqlite3.Connection) -> list[Job]:
    """Return all jobs that are SCHEDULED or RUNNING, oldest first."""
    return [job for row in connection.execute(ALL_LIVE) if (job := _job(row)) is not None]


def has_live_on_view(connection: sqlite3.Connection, cvid: int) -> bool:
    """Return whether a job of that view is SCHEDULED or RUNNING."""
    return connection.execute(LIVE_ON_VIEW, (cvid,)).fetchone() is not None


def has_live(connection: sqlite3.Connection) -> bool:
    """Return whether any job is SCHEDULED or RUNNING."""
    return connection.execute(ANY_LIVE).fetchone() is not None


def schedule(
    connection: sqlite3.Connection,
    *,
    job_id: int,
    action: str,
    module_id: int,
    cvid: int,
    user_id: int,
    request: dict[str, Any],
    ids: Sequence[int],
    now: float,
) -> bool:
    """Add a SCHEDULED job; return False when its view already has a live one (by the unique index)."""
    text = orjson.dumps(request).decode()
    try:
        values = (job_id, action, module_id, cvid, user_id, text, len(ids), len(ids), now, int(now))
        connection.execute(INSERT, values)
    except sqlite3.IntegrityError:
        return False
    connection.execute(INSERT_IDS, (job_id, array("q", ids).tobytes()))
    return True


def ids_from(connection: sqlite3.Connection, job_id: int, cursor: int, count: int) -> list[int]:
    """Return up to `count` record ids of the job, starting at index `cursor`."""
    where = (cursor * _ID_BYTES + 1, count * _ID_BYTES, job_id)
    ids = array("q")
    found = connection.execute(SOME_IDS, where).fetchone()
    if found is not None:
        ids.frombytes(found[0])
    return list(ids)


def start(connection: sqlite3.Connection, job_id: int, now: int) -> None:
    """Set a SCHEDULED job to RUNNING."""
    connection.execute(START, (now, job_id))


def advance(connection: sqlite3.Connection, job_id: int, updated: int, failures: Iterable[tuple[int, str]]) -> None:
    """Count processed records: `updated` successful ones, and `failures` as record ids and names of errors."""
    failed = [(job_id, record_id, error) for record_id, error in failures]
    if failed:
        connection.executemany(INSERT_FAILURES, failed)
    done = updated + len(failed)
    connection.execute(ADVANCE, (updated, len(failed), done, done, job_id))


def set_polls(connection: sqlite3.Connection, job_id: int, polls: int) -> None:
    """Store how many status requests have advanced the job."""
    connection.execute(POLLED, (polls, job_id))


def set_pace(connection: sqlite3.Connection, job_id: int, since: float) -> None:
    """Store the time up to which a paced job has processed everything due."""
    connection.execute(PACED, (since, job_id))


def restart_pacing(connection: sqlite3.Connection, now: float) -> None:
    """Restart the pace of every live job at `now`, so that nothing is due yet."""
    connection.execute(RESTART_PACING, (now,))


def clamp_pacing(connection: sqlite3.Connection, now: float) -> None:
    """Adjust the pace of live jobs to a clock that was set back, so that they do not wait for the old time."""
    connection.execute(CLAMP_PACING, (now,))


def finish(connection: sqlite3.Connection, job_id: int, status: str, now: int) -> None:
    """Set a job to COMPLETED or FAILED, and delete its record ids."""
    connection.execute(FINISH, (status, now, job_id))
    connection.execute(FORGET_IDS, (job_id,))


def failures(connection: sqlite3.Connection, job_id: int) -> list[tuple[int, str]]:
    """Return the ids of the records that failed, with the names of their errors."""
    return [(record_id, error) for record_id, error in connection.execute(FAILURES, (job_id,))]
