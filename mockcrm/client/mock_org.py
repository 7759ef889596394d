"""One org on a running server, for a test: the value of the pytest fixture `mockcrm`, and what MockCRM.new_org returns.

It uses only the control API, so that inspecting an org does not use up its faults or limits and adds nothing to its
journal.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mockcrm.client import ControlClient, ControlError, Json, OrgControl
from mockcrm.client.sources import Source, content_of

LIVE = ("SCHEDULED", "RUNNING")


class MockOrg:
    """An org with the credentials of its administrator. As a context manager it is deleted at the end.

    Its methods raise ControlError when the server rejects a request; the message says what is invalid and where.
    """

    def __init__(self, client: ControlClient, answer: Json, settings: Mapping[str, Any] | None = None) -> None:
        """`answer` is the response of POST /orgs; `settings` apply from the start and again after each reset."""
        self.url: str = answer["api_domain"]
        """The base URL: API host and accounts host."""
        self.org: str = answer["org"]
        """The org's name."""
        self.token: str = answer["access_token"]
        """An access token with all scopes."""
        self.client_id: str = answer["client_id"]
        self.client_secret: str = answer["client_secret"]
        self.refresh_token: str = answer["refresh_token"]
        self.grant_code: str | None = answer["grant_code"]
        self.tokens: list[Json] = answer["tokens"]
        """The credentials of the fixture's token entries, in order."""
        self.control: OrgControl = client.org(self.org)
        """The client of this org with every request of the control API."""
        self.jobs = Jobs(self.control)
        self.faults = Faults(self.control)
        self.clock = OrgClock(self.control)
        self.requests = Requests(self.control)
        self._given = dict(settings or {})
        self._folders: Sequence[Path] = (Path(),)
        self._set()

    @classmethod
    def make(
        cls,
        client: ControlClient,
        fixture: Source | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        folders: Sequence[Path] = (Path(),),
    ) -> Self:
        """Create an org: without records, or from a fixture given as a mapping, a local file, text, or by name.

        `settings` override the fixture's; `job_mode` among them is the mode of the job policy. Relative paths are
        looked up in the folders. Raises FixtureError or ControlError when the fixture or a setting is invalid.
        """
        content, label = (None, "") if fixture is None else content_of(fixture, folders)
        try:
            answer = client.create_org(fixture=content)
        except ControlError as fault:
            raise _named(fault, "body.fixture", label) from None
        try:
            made = cls(client, answer, settings)
        except ControlError:
            client.org(answer["org"]).delete()
            raise
        made._folders = folders
        return made

    @property
    def headers(self) -> dict[str, str]:
        """The headers that authenticate a request as the administrator."""
        return {"Authorization": f"Zoho-oauthtoken {self.token}"}

    # -- content -----------------------------------------------------------------------------------------------

    def load(self, fixture: Source) -> list[Json]:
        """Add a fixture: a mapping, the path of a local file, YAML or JSON text, or the name of a fixture. Return the
        credentials of its clients. Raises FixtureError or ControlError when it is invalid; then nothing was loaded."""
        content, label = content_of(fixture, self._folders)
        try:
            return self.control.load_named(content) if isinstance(content, str) else self.control.load(content)
        except ControlError as fault:
            raise _named(fault, "body", label) from None

    def record(self, module: str, record_id: str | int) -> Json:
        """Return a record as it is stored: its fields by api_name, `id`, `Owner`, `Created_By`, `Modified_By` (e-mail
        addresses), `Created_Time`, `Modified_Time`, `$state` and `$territories` (names)."""
        found = self.control.record(module, str(record_id))
        return {
            "id": found["id"],
            "Owner": found["owner"],
            "Created_Time": found["created"]["time"],
            "Created_By": found["created"]["by"],
            "Modified_Time": found["modified"]["time"],
            "Modified_By": found["modified"]["by"],
            "$state": found["state"],
            "$territories": [item["name"] for item in found["territories"]],
            **found["fields"],
        }

    def set_record(
        self,
        module: str,
        record_id: str | int,
        *,
        state: list[str] | None = None,
        territories: list[str] | None = None,
    ) -> Json:
        """Set the states of a record (`["in_blueprint"]`, or `[]` for none) or its territories (names or ids)."""
        return self.control.set_record(module, str(record_id), state=state, territories=territories)

    def settings(self, **changes: Any) -> Json:
        """Change settings (status_profile, edition, strict_picklists, ...) until the next reset, and return all."""
        return self.control.settings(**changes)

    # -- credentials -------------------------------------------------------------------------------------------

    def token_for(
        self, user: str | None = None, *, scopes: list[str] | None = None, expires_in: int | str = 3600
    ) -> str:
        """Create an access token for a user, given by e-mail address or id (None: the administrator). `scopes` defaults
        to all; `expires_in` is in seconds of the org's clock, or `never`."""
        token: str = self.credentials_for(user, scopes=scopes, expires_in=expires_in)["access_token"]
        return token

    def credentials_for(
        self, user: str | None = None, *, scopes: list[str] | None = None, expires_in: int | str = 3600
    ) -> Json:
        """Create an access token like `token_for`; return it with client, secret, refresh token and grant code."""
        return self.control.token(user, scopes, expires_in)

    # -- the whole org -----------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Put content, settings, clock, jobs, faults and journal back to the beginning. The credentials stay valid."""
        self.control.reset()
        self._set()

    def snapshot(self, name: str) -> None:
        """Save the state under a name."""
        self.control.snapshot(name)

    def restore(self, name: str) -> None:
        """Put the org back to a saved state."""
        self.control.restore(name)

    def delete(self) -> None:
        """Delete the org, if it still exists."""
        with suppress(ControlError):
            self.control.delete()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.delete()

    def __repr__(self) -> str:
        return f"<MockOrg {self.org} at {self.url}>"

    def _set(self) -> None:
        given = dict(self._given)
        mode = given.pop("job_mode", None)
        if given:
            self.control.settings(**given)
        if mode is not None:
            self.control.job_policy(mode=mode)


class Jobs:
    """The scheduled jobs of an org. A job is a dict: id, status, module, cvid, total, updated, failed, not_updated."""

    def __init__(self, control: OrgControl) -> None:
        self._control = control

    def policy(self, **changes: Any) -> Json:
        """Show or change when jobs advance: mode="auto" | "paced" (start_delay, records_per_second) | "polled" (polls)
        | "manual"."""
        return self._control.job_policy(**changes)

    def list(self) -> list[Json]:
        """Return every job, oldest first."""
        return self._control.jobs()

    def get(self, job_id: str) -> Json:
        """Return one job, with the error of each failed record under `failures`."""
        return self._control.job(job_id)

    def step(self, job_id: str, records: int | None = None) -> Json:
        """Start the job if it is SCHEDULED, then process so many records (None: one chunk)."""
        return self._control.step(job_id, records)

    def fail(self, job_id: str, after: int | None = None) -> Json:
        """Make the job fail once `after` of its records are processed."""
        return self._control.fail(job_id, after)

    def run(self) -> list[Json]:  # type: ignore[valid-type]  # `list` is the method above
        """Run every live job to its end, whatever the policy, and return these jobs."""
        return self._control.run()

    def wait(self, job_id: str, timeout: float = 10.0) -> Json:
        """Wait until the job is COMPLETED or FAILED and return it. Raises TimeoutError after `timeout` seconds. This
        does not advance the job: under the policies `polled` and `manual` something else has to."""
        deadline = time.monotonic() + timeout
        pause = 0.002
        while True:
            job = self._control.job(job_id)
            if job["status"] not in LIVE:
                return job
            if time.monotonic() >= deadline:
                mode = self._control.job_policy()["mode"]
                counts = f"{job['updated']} updated, {job['failed']} failed of {job['total']}"
                raise TimeoutError(
                    f"job {job_id} is still {job['status']} after {timeout:g} s ({counts}); the job policy is {mode}"
                )
            time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
            pause = min(pause * 1.5, 0.1)


class Faults:
    """The faults of an org: failures that it injects into its responses."""

    def __init__(self, control: OrgControl) -> None:
        self._control = control

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
    ) -> Json:
        """Make requests fail that match `method`, `path` (a glob over the whole path) and `module`: `times` of them
        after the first `after`. Effects: an `error` by its name, a `status`, `delay_ms`, `drop` (True or "answer"),
        `slow` ({"pieces", "pause_ms"}), `truncate` (True or bytes). Return the fault with its id."""
        match = {"method": method, "path": path, "module": module}
        return self._control.add_fault(
            {name: value for name, value in match.items() if value is not None},
            times=times,
            after=after,
            error=error,
            status=status,
            delay_ms=delay_ms,
            drop=drop,
            slow=slow,
            truncate=truncate,
        )

    def list(self) -> list[Json]:
        """Return every fault, with how often it was `seen` and `fired`."""
        return self._control.faults()

    def clear(self, fault_id: str | None = None) -> int:
        """Delete one fault, or all, and return how many were deleted."""
        return self._control.clear_faults(fault_id)


class OrgClock:
    """The org's clock: it sets Modified_Time, the expiry of tokens and the progress of jobs of the policy `paced`."""

    def __init__(self, control: OrgControl) -> None:
        self._control = control

    def now(self) -> datetime:
        """Return the time, in the org's time zone."""
        return datetime.fromisoformat(self._control.clock()["now"])

    def freeze(self, at: datetime | str | float | None = None) -> datetime:
        """Freeze the clock, now or at a time: ISO 8601, a datetime with a time zone, or seconds since the epoch."""
        return _time(self._control.clock(now=_moment(at), frozen=True))

    def set(self, now: datetime | str | float) -> datetime:
        """Set the time; the clock stays frozen or running."""
        return _time(self._control.clock(now=_moment(now)))

    def advance(self, seconds: float | timedelta) -> datetime:
        """Advance the clock; it stays frozen or running."""
        return _time(
            self._control.advance(seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds))
        )

    def run(self) -> datetime:
        """Let a frozen clock run on from its time."""
        return _time(self._control.clock(frozen=False))


class Requests:
    """The journal: the latest 1,000 requests of the emulated API and their responses, with secrets masked."""

    def __init__(self, control: OrgControl) -> None:
        self._control = control

    def find(self, **query: Any) -> list[Json]:
        """Return the requests that match method, path (a glob), status, rule (the name of an error), oldest first; with
        `limit` only the newest. Each has method, path, query, headers, body, status, rules, answer, fault, time."""
        return self._control.requests(**query)

    def count(self, **query: Any) -> int:
        """Return how many requests match."""
        return self._control.count_requests(**query)

    def clear(self) -> int:
        """Delete the requests and return how many were deleted."""
        return self._control.clear_requests()


def _moment(value: datetime | str | float | None) -> str | float | None:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone; use datetime(..., tzinfo=UTC)")
    return value.isoformat(timespec="seconds")


def _time(answer: Json) -> datetime:
    return datetime.fromisoformat(answer["now"])


def _named(fault: ControlError, inside: str, label: str) -> ControlError:
    """Return the error with its place given relative to the fixture instead of the request body."""
    where = fault.where or ""
    if not where.startswith(inside):
        return fault
    return ControlError(
        fault.message, f"{label}: {rest}" if (rest := where[len(inside) :].lstrip(". ")) else label, fault.status
    )
