"""The job policies `polled` and `paced` as pure functions of a job's row: no SQL, no clock, no waiting.

They only calculate what is due; the job engine advances the job.
"""

from __future__ import annotations

from math import floor
from typing import NamedTuple

from mockcrm.core.jobs.store import Job
from mockcrm.core.org_settings import JobPolicy, Polls

MIN_TURN_INTERVAL = 0.05
"""The least number of seconds between two turns of a paced job; a fast job processes several records per turn."""
TIME_TOLERANCE = 1e-6
"""Seconds. Work counts as due this much early, because a float stores a time since the epoch only with this
precision."""


class PollEffect(NamedTuple):
    """The effect of a status read: `polls` counts the reads of the job up to this one, `started` says whether this one
    shows the job as RUNNING, and `records` is how many records it processes."""

    polls: int
    started: bool
    records: int


class DueWork(NamedTuple):
    """What is due for a job: to `start` it, or to process `records` records. Afterwards its pace counts from `since`.
    If nothing is due now, it will be in `wait` seconds."""

    start: bool
    records: int
    since: float
    wait: float


def next_poll(job: Job, polls: Polls) -> PollEffect:
    """Return the effect of the next status read of a live job: the first `scheduled` reads show it as SCHEDULED, the
    next `running` ones as RUNNING, and the one after that ends it.

    Each of the `running` reads processes an equal share of the remaining records, except one record that is left for
    the final read. A job that is RUNNING already (started under another policy or by hand) skips the `scheduled` reads.
    """
    number = job.polls + 1
    if job.status == "RUNNING":
        number = max(number, polls.scheduled + 1)
    elif number <= polls.scheduled:
        return PollEffect(number, started=False, records=0)
    reads = polls.scheduled + polls.running - number + 1
    if reads <= 0:
        return PollEffect(number, started=True, records=job.not_updated)
    return PollEffect(number, started=True, records=max(0, min(job.not_updated // reads, job.not_updated - 1)))


def due_work(job: Job, policy: JobPolicy, now: float, max_records: int) -> DueWork:
    """Return what is due for a live job at `now`: its start after `start_delay`, then `records_per_second`, at most
    `max_records` records at once.

    A start is returned alone, so that clients can see each state of a job even when much is due. Nothing is processed
    ahead of time, so a `paced_time` later than `now` means that the clock was set back while the server was down; the
    pace then counts from `now`.
    """
    since = job.paced_time if job.paced_time <= now + TIME_TOLERANCE else now
    if job.status == "SCHEDULED":
        wait = since + policy.start_delay - now
        if wait <= TIME_TOLERANCE:
            return DueWork(start=True, records=0, since=since + policy.start_delay, wait=0)
        return DueWork(start=False, records=0, since=since, wait=wait)
    rate = policy.records_per_second
    due = min(floor((now - since + TIME_TOLERANCE) * rate), job.not_updated, max_records)
    if due > 0:
        return DueWork(start=False, records=due, since=since + due / rate, wait=0)
    return DueWork(start=False, records=0, since=since, wait=max(since + 1 / rate - now, MIN_TURN_INTERVAL))
