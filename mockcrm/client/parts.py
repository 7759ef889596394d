"""The parts of an org's control API that have a client of their own: jobs, faults, clock and requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

Json = dict[str, Any]
JsonList = list[Json]
"""For the annotations of classes that have a method `list`."""
Call = Callable[..., Any]
"""Sends a request about one org: method, path below the org's, and a JSON body."""

LIVE = ("SCHEDULED", "RUNNING")
"""The statuses of a job that has not ended."""


class Jobs:
    """The scheduled jobs of an org.

    A job is a dict: id, action, module, cvid, user (e-mail address), status (SCHEDULED, RUNNING, COMPLETED or FAILED),
    the numbers of records total, updated, failed and not_updated, and the times created, started and ended in ISO 8601.
    Methods raise ControlError for an unknown job or an invalid value.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    def policy(
        self,
        *,
        mode: str | None = None,
        start_delay: float | None = None,
        records_per_second: float | None = None,
        polls: Mapping[str, int] | None = None,
    ) -> Json:
        """Show or change when jobs advance; live jobs continue under the new policy.

        Args:
            mode: `auto` (immediately), `paced` (by the org's clock), `polled` (each time the status is read) or
                `manual` (only by `step`, `run` and `fail`).
            start_delay: For `paced`, the seconds in SCHEDULED.
            records_per_second: For `paced`, the speed after that.
            polls: For `polled`, how many status reads return each state: {"scheduled": 1, "running": 2}.

        Returns:
            The whole policy after the change: {"mode", "start_delay", "records_per_second", "polls"}.
        """
        changes = without_none(
            mode=mode,
            start_delay=start_delay,
            records_per_second=records_per_second,
            polls=None if polls is None else dict(polls),
        )
        found = self._call("PUT", "/job-policy", changes) if changes else self._call("GET", "/job-policy")
        return dict(found)

    def list(self) -> JsonList:
        """Return every job, oldest first."""
        return as_list(self._call("GET", "/jobs"), "jobs")

    def get(self, job_id: str) -> Json:
        """Return the job with the id `job_id`, with its failed records under `failures`: [{"id", "error", "code",
        "message"}]."""
        return dict(self._call("GET", _job(job_id)))

    def step(self, job_id: str, records: int | None = None) -> Json:
        """Start a job if it is SCHEDULED, then process some of its records.

        Args:
            job_id: The id of the job.
            records: How many records to process, from 1; None is one chunk.

        Returns:
            The job after that, like `get`.
        """
        return dict(self._call("POST", f"{_job(job_id)}/step", without_none(records=records)))

    def fail(self, job_id: str, after: int | None = None) -> Json:
        """Make a job end as FAILED.

        Args:
            job_id: The id of the job.
            after: How many records of the whole job are processed first; None is 0. The others count as failed.

        Returns:
            The job after that, like `get`.
        """
        return dict(self._call("POST", f"{_job(job_id)}/fail", without_none(after=after)))

    def run(self) -> JsonList:
        """Run every live job to its end under any policy, and return these jobs."""
        return as_list(self._call("POST", "/jobs/run"), "jobs")

    def wait(self, job_id: str, timeout: float = 10.0) -> Json:
        """Wait until a job is COMPLETED or FAILED. This does not advance the job: under the policies `polled` and
        `manual` other calls have to.

        Args:
            job_id: The id of the job.
            timeout: Seconds to wait at most.

        Returns:
            The job after that, like `get`.

        Raises:
            TimeoutError: The job is still live after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        pause = 0.002
        while True:
            job = self.get(job_id)
            if job["status"] not in LIVE:
                return job
            if time.monotonic() >= deadline:
                mode = self.policy()["mode"]
                counts = f"{job['updated']} updated, {job['failed']} failed of {job['total']}"
                raise TimeoutError(
                    f"job {job_id} is still {job['status']} after {timeout:g} s ({counts}); the job policy is {mode}"
                )
            time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
            pause = min(pause * 1.5, 0.1)


class Faults:
    """The faults of an org: failures that the server injects into its responses.

    A fault is a dict: id, match, after, the effects that were set, and the numbers of matching requests (`seen`) and of
    those that it changed (`fired`). Methods raise ControlError for an unknown fault or an invalid value.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    def add(
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        module: str | None = None,
        times: int | None = None,
        after: int | None = None,
        error: str | None = None,
        status: int | None = None,
        delay_ms: int | None = None,
        drop: bool | str | None = None,
        slow: Mapping[str, int] | None = None,
        truncate: bool | int | None = None,
        body: Any = None,
        content_type: str | None = None,
    ) -> Json:
        """Make matching requests fail. Without `method`, `path` and `module` every request to the org matches.

        Args:
            method: Match requests with this HTTP method.
            path: Match requests whose whole path matches this glob, such as `/crm/*/Leads`.
            module: Match requests for this module (its api_name, in any case).
            times: How often the fault fires, from 1; None is always.
            after: How many matching requests pass first; None is 0.
            error: Return this error, by its name in docs/errors.md, or one of the accounts host: docs/oauth.md.
            status: Return this HTTP status, 200 to 599.
            delay_ms: Wait this many milliseconds first.
            drop: Break the connection: True or "request" before the request is handled, "answer" after it.
            slow: Send the response in pieces, {"pieces": 10, "pause_ms": 100}.
            truncate: Break the connection in the middle of the response: True after half of it, or after this many
                bytes.
            body: Return this body, a text unchanged or another value as JSON, with HTTP 200 or `status`.
            content_type: The Content-Type of `body`; None is text/html for a text, application/json otherwise.

        Returns:
            The fault with its id.
        """
        match = without_none(method=method, path=path, module=module)
        fault = without_none(
            times=times,
            after=after,
            error=error,
            status=status,
            delay_ms=delay_ms,
            drop=drop,
            slow=None if slow is None else dict(slow),
            truncate=truncate,
            body=body,
            content_type=content_type,
        )
        return dict(self._call("POST", "/faults", {"match": match, **fault}))

    def list(self) -> JsonList:
        """Return every fault in the order they were added."""
        return as_list(self._call("GET", "/faults"), "faults")

    def clear(self, fault_id: str | None = None) -> int:
        """Delete the fault with the id `fault_id`, or all (None), and return how many were deleted."""
        path = "/faults" if fault_id is None else f"/faults/{quote(fault_id, safe='')}"
        return int(self._call("DELETE", path)["deleted"])


class OrgClock:
    """The org's clock: it sets Modified_Time, the expiry of tokens and the progress of jobs under the policy `paced`.

    Every method but `is_frozen` returns the org's time after the call, a datetime in the org's time zone with a
    resolution of one second. A time is given in ISO 8601 with its offset, as a datetime with a time zone, or in seconds
    since the epoch. Methods raise ValueError for a datetime without a time zone, and ControlError for any other invalid
    time.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    def now(self) -> datetime:
        """Return the time."""
        return _time(self._call("GET", "/clock"))

    def is_frozen(self) -> bool:
        """Return whether the clock is frozen."""
        return bool(self._call("GET", "/clock")["frozen"])

    def freeze(self, at: datetime | str | float | None = None) -> datetime:
        """Freeze the clock at the time `at`, or at its current time (None)."""
        return _time(self._call("PUT", "/clock", without_none(now=_moment(at), frozen=True)))

    def set(self, now: datetime | str | float) -> datetime:
        """Set the time to `now`; the clock stays frozen or running."""
        return _time(self._call("PUT", "/clock", {"now": _moment(now)}))

    def advance(self, seconds: float | timedelta) -> datetime:
        """Advance the clock by `seconds`, or a timedelta, of 0 or more; it stays frozen or running."""
        total = seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)
        return _time(self._call("POST", "/clock/advance", {"seconds": total}))

    def run(self) -> datetime:
        """Let a frozen clock run on from its time."""
        return _time(self._call("PUT", "/clock", {"frozen": False}))


class Requests:
    """The journal: the latest 1,000 requests of the emulated API and their responses, with secrets masked.

    Methods raise ControlError for an invalid value.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    def find(
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        rule: str | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> JsonList:
        """Return the matching requests, oldest first.

        Args:
            method: Only requests with this HTTP method.
            path: Only requests whose whole path matches this glob, such as `/crm/*/Leads`.
            status: Only responses with this HTTP status.
            rule: Only responses with this error, by its name in docs/errors.md.
            after: Only requests after the one with this id.
            limit: At most this many requests, the newest.

        Returns:
            One dict per request, with id, time, method, path, query, headers, body, status, rules (the names of the
            errors), answer (the body of the response), fault (the id of the fault that fired or None), duration_ms.
        """
        found = self._find(method=method, path=path, status=status, rule=rule, after=after, limit=limit)
        return as_list(found, "requests")

    def count(
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        rule: str | None = None,
        after: int | None = None,
    ) -> int:
        """Return how many requests match; `method`, `path`, `status`, `rule` and `after` are those of `find`."""
        return int(self._find(method=method, path=path, status=status, rule=rule, after=after, limit=0)["count"])

    def clear(self) -> int:
        """Delete the requests from the journal and return how many were deleted."""
        return int(self._call("DELETE", "/requests")["deleted"])

    def _find(self, **query: Any) -> Any:
        text = urlencode(without_none(**query))
        return self._call("GET", f"/requests?{text}" if text else "/requests")


def without_none(**values: Any) -> Json:
    """Return the values that are not None, by name."""
    return {name: value for name, value in values.items() if value is not None}


def as_list(found: Any, key: str) -> JsonList:
    """Return the list in a response."""
    return list(found[key])


def _job(job_id: str) -> str:
    return f"/jobs/{quote(job_id, safe='')}"


def _moment(value: datetime | str | float | None) -> str | float | None:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone; use datetime(..., tzinfo=UTC)")
    return value.isoformat(timespec="seconds")


def _time(clock: Json) -> datetime:
    return datetime.fromisoformat(clock["now"])
