"""What the job policies `polled` and `paced` ask of a job, as pure functions of its row: no SQL, no clock, no waiting.

Nothing here moves a job; `engine` does, by what these say.
"""

from __future__ import annotations

from math import floor
from typing import NamedTuple

from mockcrm.core.jobs.store import Job
from mockcrm.settings import JobPolicy, Polls

TICK = 0.05
"""Seconds between two turns of a paced job at least: a fast one then does several records a turn."""
SLACK = 1e-6
"""Seconds by which something counts as due early: a time since the epoch as a float is only that exact."""


class Poll(NamedTuple):
    """What a status read does: it is number `polls`, lets the job be seen RUNNING or not yet, and does `records`."""

    polls: int
    started: bool
    records: int


class Pace(NamedTuple):
    """What is due of a job: to `start` it, or to do `records`. Its pace goes on from `since`; nothing being due, the
    next is in `wait` seconds."""

    start: bool
    records: int
    since: float
    wait: float


def polled(job: Job, polls: Polls) -> Poll:
    """The next status read of a live job: `scheduled` reads see it SCHEDULED, `running` ones RUNNING, the next its end.

    Each of the `running` reads does an even share of what is left for them, but for one record, which the last read
    does. A job that is RUNNING already, by another policy or by hand, has none of the `scheduled` reads any more.
    """
    number = job.polls + 1
    if job.status == "RUNNING":
        number = max(number, polls.scheduled + 1)
    elif number <= polls.scheduled:
        return Poll(number, started=False, records=0)
    reads = polls.scheduled + polls.running - number + 1
    if reads <= 0:
        return Poll(number, started=True, records=job.not_updated)
    return Poll(number, started=True, records=max(0, min(job.not_updated // reads, job.not_updated - 1)))


def paced(job: Job, policy: JobPolicy, now: float, most: int) -> Pace:
    """What is due of a live job at `now`: the start after `start_delay`, then `records_per_second`, `most` at once.

    A start is due alone, so that a job is seen in each of its states also when much is due at once. Nothing is ever
    done ahead of its time, so a pace that goes on from later than `now` comes from before the clock was put back (while
    the server was down): it goes on from `now`.
    """
    since = job.paced_time if job.paced_time <= now + SLACK else now
    if job.status == "SCHEDULED":
        wait = since + policy.start_delay - now
        if wait <= SLACK:
            return Pace(start=True, records=0, since=since + policy.start_delay, wait=0)
        return Pace(start=False, records=0, since=since, wait=wait)
    rate = policy.records_per_second
    due = min(floor((now - since + SLACK) * rate), job.not_updated, most)
    if due > 0:
        return Pace(start=False, records=due, since=since + due / rate, wait=0)
    return Pace(start=False, records=0, since=since, wait=max(since + 1 / rate - now, TICK))
