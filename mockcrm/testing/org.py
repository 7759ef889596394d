"""One org on a running server as a test handles it: what the fixture `mockcrm` is, and what MockCRM.new_org gives.

Nothing here goes by the emulated API, so no fault, token limit, clock or journal of the org is touched by looking.
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
from mockcrm.testing.sources import Source, content_of

LIVE = ("SCHEDULED", "RUNNING")


class MockOrg:
    """An org with the credentials of its administrator. As a context manager it is deleted at the end.

    ControlError: the server refused a call; the text says what was wrong and where.
    """

    def __init__(self, client: ControlClient, answer: Json, settings: Mapping[str, Any] | None = None) -> None:
        """`answer` is that of POST /orgs; `settings` hold from the start and after each reset."""
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
        """Every call of the control API about this org."""
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
        """A new org: an empty standard one, or from a mapping, a file here, a text, or a name that the server has.

        `settings` win over the fixture's; `job_mode` among them is the mode of the job policy. Relative paths are
        looked up in the folders. FixtureError, ControlError: the fixture or a setting is wrong.
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
        """What signs a request in as the administrator."""
        return {"Authorization": f"Zoho-oauthtoken {self.token}"}

    # -- content -----------------------------------------------------------------------------------------------

    def load(self, fixture: Source) -> list[Json]:
        """Add a fixture: a mapping, the path of a file here, YAML or JSON text, or a name that the server has. The
        credentials of the clients that it brought. FixtureError, ControlError: it is wrong, and nothing was loaded."""
        content, label = content_of(fixture, self._folders)
        try:
            return self.control.load_named(content) if isinstance(content, str) else self.control.load(content)
        except ControlError as fault:
            raise _named(fault, "body", label) from None

    def record(self, module: str, record_id: str | int) -> Json:
        """A record as it is stored: its fields by api_name, `id`, `Owner`, `Created_By`, `Modified_By` (e-mail
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
        """Put a record into states (`["in_blueprint"]`, none with `[]`) or territories (names or ids)."""
        return self.control.set_record(module, str(record_id), state=state, territories=territories)

    def settings(self, **changes: Any) -> Json:
        """Change settings (status_profile, edition, strict_picklists, ...) until the next reset; all of them."""
        return self.control.settings(**changes)

    # -- credentials -------------------------------------------------------------------------------------------

    def token_for(
        self, user: str | None = None, *, scopes: list[str] | None = None, expires_in: int | str = 3600
    ) -> str:
        """A fresh access token of a user, by e-mail address or id (None: the administrator), with all scopes or those
        given, for so many seconds of the org's clock or for `never`."""
        token: str = self.credentials_for(user, scopes=scopes, expires_in=expires_in)["access_token"]
        return token

    def credentials_for(
        self, user: str | None = None, *, scopes: list[str] | None = None, expires_in: int | str = 3600
    ) -> Json:
        """The same with client, secret, refresh token and grant code."""
        return self.control.token(user, scopes, expires_in)

    # -- the whole org -----------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Back to the beginning: content, settings, clock, jobs, faults and journal. The credentials stay."""
        self.control.reset()
        self._set()

    def snapshot(self, name: str) -> None:
        """Keep the state under a name."""
        self.control.snapshot(name)

    def restore(self, name: str) -> None:
        """Back to a kept state."""
        self.control.restore(name)

    def delete(self) -> None:
        """Delete the org; nothing happens when it is gone."""
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
        """When jobs move: mode="auto" | "paced" (start_delay, records_per_second) | "polled" (polls) | "manual"."""
        return self._control.job_policy(**changes)

    def list(self) -> list[Json]:
        """Every job, oldest first."""
        return self._control.jobs()

    def get(self, job_id: str) -> Json:
        """One job, with the outcome of each record that failed under `failures`."""
        return self._control.job(job_id)

    def step(self, job_id: str, records: int | None = None) -> Json:
        """Start the job if it is SCHEDULED, then do so many records (None: one chunk)."""
        return self._control.step(job_id, records)

    def fail(self, job_id: str, after: int | None = None) -> Json:
        """Let the job fail once `after` of its records are done."""
        return self._control.fail(job_id, after)

    def run(self) -> list[Json]:  # type: ignore[valid-type]  # `list` is the method above
        """Move every live job to its end, whatever the policy; those jobs."""
        return self._control.run()

    def wait(self, job_id: str, timeout: float = 10.0) -> Json:
        """The job once it is COMPLETED or FAILED; TimeoutError after so many seconds. It does not move the job: under
        `polled` and `manual` somebody else has to."""
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
    """The failures that an org was told to produce."""

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
        """Let requests fail that match `method`, `path` (a glob over the whole path) and `module`: `times` of them once
        `after` have passed. What happens: an `error` by its name, a `status`, `delay_ms`, `drop` (True or "answer"),
        `slow` ({"pieces", "pause_ms"}), `truncate` (True or bytes). The fault, with its id."""
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
        """Every fault with how often it was `seen` and `fired`."""
        return self._control.faults()

    def clear(self, fault_id: str | None = None) -> int:
        """Forget one, or all; how many are gone."""
        return self._control.clear_faults(fault_id)


class OrgClock:
    """The org's time: tokens expire by it, Modified_Time and jobs of the policy `paced` follow it."""

    def __init__(self, control: OrgControl) -> None:
        self._control = control

    def now(self) -> datetime:
        """The time, in the org's time zone."""
        return datetime.fromisoformat(self._control.clock()["now"])

    def freeze(self, at: datetime | str | float | None = None) -> datetime:
        """Stop it, now or at a time: ISO 8601, a datetime with a time zone, or seconds since the epoch."""
        return _time(self._control.clock(now=_moment(at), frozen=True))

    def set(self, now: datetime | str | float) -> datetime:
        """Set it; it goes on standing or running as it did."""
        return _time(self._control.clock(now=_moment(now)))

    def advance(self, seconds: float | timedelta) -> datetime:
        """Move it on."""
        return _time(
            self._control.advance(seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds))
        )

    def run(self) -> datetime:
        """Let it run on from where it stands."""
        return _time(self._control.clock(frozen=False))


class Requests:
    """The journal: what came over the emulated API and was answered, secrets masked; the latest 1,000."""

    def __init__(self, control: OrgControl) -> None:
        self._control = control

    def find(self, **query: Any) -> list[Json]:
        """Those that fit method, path (a glob), status, rule (the name of an error), oldest first; `limit` for the
        newest only. Each has method, path, query, headers, body, status, rules, answer, fault, time."""
        return self._control.requests(**query)

    def count(self, **query: Any) -> int:
        """How many fit."""
        return self._control.count_requests(**query)

    def clear(self) -> int:
        """Forget them; how many there were."""
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
    """The same refusal, with the place told as one in the fixture."""
    where = fault.where or ""
    if not where.startswith(inside):
        return fault
    return ControlError(
        fault.message, f"{label}: {rest}" if (rest := where[len(inside) :].lstrip(". ")) else label, fault.status
    )
