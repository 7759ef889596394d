"""The only code that moves a job: SCHEDULED -> RUNNING -> chunks -> COMPLETED or FAILED.

Every step is one transaction under the org's gate: records, counters and cursor change together, so that a
killed process resumes without losing or repeating a record, and Total = Updated + Failed + Not_Updated always.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from mockcrm.core.automation import engine as automation
from mockcrm.core.automation.engine import Trigger
from mockcrm.core.automation.events import Firing
from mockcrm.core.errors import InternalError
from mockcrm.core.jobs import policies
from mockcrm.core.jobs import store as jobs
from mockcrm.core.jobs.store import Job
from mockcrm.core.org_metadata.model import Directory
from mockcrm.core.orgs.org import SHORT_WRITE, Org
from mockcrm.crm.bulk_actions import ACTIONS
from mockcrm.crm.mass_update.selection import AUTOMATION_BELOW
from mockcrm.settings import JobPolicy

CHUNK = 500
"""Records per transaction of a bulk job: another writer then waits 8 to 17 ms at the 99th percentile."""


def step(org: Org, job_id: int | None = None, records: int | None = None) -> Job | None:
    """Move one job, whatever the policy: start it if it is SCHEDULED, then do `records` records (default: one chunk).

    `job_id` None takes the org's oldest live job. The answer is the job afterwards, None when there is none of
    that id. A job that is not live any more is left as it is.
    """
    left = CHUNK if records is None else records
    while True:
        job = _move(org, partial(_step, org, job_id=job_id, records=min(left, CHUNK)))
        left -= CHUNK
        if job is None or not job.live or left <= 0:
            return job


def turn(org: Org) -> float | None:
    """The worker's turn: start one of the org's live jobs, or do a chunk of it, as the org's policy wants it.

    In how many seconds the org wants its next turn, 0 for at once; None when nothing moves before somebody changes the
    org. Starting is a turn of its own, so that a job is seen in each of its states. sqlite3.Error: the file cannot be
    written now, and nothing has moved.
    """
    if org.settings.job_policy.mode not in _TURNS:
        return None
    wait, fired = org.try_write(partial(_turn, org))
    org.publish(org.directory, fired)
    return wait


async def poll(org: Org, pool: ThreadPoolExecutor, job: Job) -> Job | None:
    """A client reads the status of a live job: under `polled` that moves it. The job as this read sees it, None when
    it is gone.

    The move is committed before anybody sees it, and polls wait for each other at the gate: no counter goes back.
    """
    long = job.not_updated > SHORT_WRITE
    found, fired = await org.write(pool, partial(_poll, org, job_id=job.id), long=long)
    org.publish(org.directory, fired)
    return found


def run(org: Org) -> list[Job]:
    """Move every live job to its end, oldest first; those jobs as they are now."""
    finished: list[Job] = []
    while (job := step(org)) is not None:
        if not job.live:
            finished.append(job)
    return finished


def fail(org: Org, job_id: int, after: int = 0) -> Job | None:
    """Let a job fail once `after` of its records are done: all that are left become Failed, Not_Updated 0.

    The answer is as that of `step`. What was done already stays done, be it more than `after`.
    """
    while True:
        job = _move(org, partial(_fail, org, job_id=job_id, after=after))
        if job is None or not job.live:
            return job


Moved = tuple[Job | None, list[Firing]]
"""A job, and what automation fired on the way."""


def _move(org: Org, work: Callable[[sqlite3.Connection], Moved]) -> Job | None:
    job, fired = org.write_here(work)
    org.publish(org.directory, fired)
    return job


Turn = tuple[float | None, list[Firing]]
"""In how many seconds the org wants its next turn (None: not by itself), and what automation fired."""


def _turn(org: Org, connection: sqlite3.Connection) -> Turn:
    # The policy is read under the gate: once a change of it is answered, no job moves by the old one any more.
    policy = org.settings.job_policy
    move = _TURNS.get(policy.mode)
    return (None, []) if move is None else move(org, policy, connection)


def _auto(org: Org, _policy: JobPolicy, connection: sqlite3.Connection) -> Turn:
    job = jobs.next_live(connection)
    if job is None:
        return None, []
    if job.status == "SCHEDULED":
        jobs.start(connection, job.id, org.now())
        return 0, []
    return 0, _do(connection, org.directory, job, CHUNK, org.now())


def _paced(org: Org, policy: JobPolicy, connection: sqlite3.Connection) -> Turn:
    clock = org.clock
    now = clock.now()
    waits = []
    for job in jobs.every_live(connection):
        pace = policies.paced(job, policy, now, CHUNK)
        if pace.since != job.paced_time:
            jobs.set_pace(connection, job.id, pace.since)
        if not pace.start and not pace.records:
            waits.append(pace.wait)
            continue
        if pace.start:
            jobs.start(connection, job.id, int(now))
            return 0, []
        return 0, _do(connection, org.directory, job, pace.records, int(now))
    # A clock that stands still brings nothing by itself; who moves it wakes the worker.
    return (None if clock.frozen_at is not None else min(waits, default=None)), []


_TURNS: Mapping[str, Callable[[Org, JobPolicy, sqlite3.Connection], Turn]] = {"auto": _auto, "paced": _paced}
"""The policies under which jobs move by themselves."""


def _poll(org: Org, connection: sqlite3.Connection, job_id: int) -> Moved:
    job = jobs.one(connection, job_id)
    policy = org.settings.job_policy
    if job is None or not job.live or policy.mode != "polled":
        return job, []
    read = policies.polled(job, policy.polls)
    jobs.count_polls(connection, job.id, read.polls)
    if read.started and job.status == "SCHEDULED":
        jobs.start(connection, job.id, org.now())
    fired: list[Firing] = []
    for begun in range(0, read.records, CHUNK):
        share = min(CHUNK, read.records - begun)
        fired += _do(connection, org.directory, job, share, org.now())
        moved = jobs.one(connection, job.id)
        assert moved is not None
        job = moved
    return jobs.one(connection, job.id), fired


def _step(org: Org, connection: sqlite3.Connection, job_id: int | None, records: int) -> Moved:
    # The row is read again inside the transaction: a reset or another step may have come between.
    job = jobs.next_live(connection) if job_id is None else jobs.one(connection, job_id)
    if job is None or not job.live:
        return job, []
    if job.status == "SCHEDULED":
        jobs.start(connection, job.id, org.now())
    fired = _do(connection, org.directory, job, records, org.now())
    return jobs.one(connection, job.id), fired


def _fail(org: Org, connection: sqlite3.Connection, job_id: int, after: int) -> Moved:
    job = jobs.one(connection, job_id)
    if job is None or not job.live:
        return job, []
    if job.status == "SCHEDULED":
        jobs.start(connection, job.id, org.now())
    left = min(after, job.total) - job.cursor
    if left > 0:
        _, fired = _records(connection, org.directory, job, min(left, CHUNK), org.now())
        return jobs.one(connection, job.id), fired
    undone = jobs.ids_from(connection, job.id, job.cursor, job.not_updated)
    jobs.advance(connection, job.id, 0, [(number, InternalError.name) for number in undone])
    jobs.finish(connection, job.id, "FAILED", org.now())
    return jobs.one(connection, job.id), []


def _do(connection: sqlite3.Connection, directory: Directory, job: Job, records: int, now: int) -> list[Firing]:
    done, fired = _records(connection, directory, job, records, now)
    if job.not_updated == done:
        jobs.finish(connection, job.id, "COMPLETED", now)
    return fired


def _records(
    connection: sqlite3.Connection, directory: Directory, job: Job, records: int, now: int
) -> tuple[int, list[Firing]]:
    """Do the next records of a job: how many it were, and what they fired."""
    fired: list[Firing] = []
    ids = jobs.ids_from(connection, job.id, job.cursor, min(records, job.not_updated))
    if ids:
        failures = ACTIONS[job.action].run_chunk(connection, directory, job.request, ids, job.user_id, now)
        jobs.advance(connection, job.id, len(ids) - len(failures), failures)
        if job.total < AUTOMATION_BELOW:
            failed = {number for number, _ in failures}
            updated = [number for number in ids if number not in failed]
            trigger = Trigger(job.user_id, now, job.id)
            fired = automation.fire(connection, directory, directory.modules_by_id[job.module_id], updated, trigger)
    return len(ids), fired
