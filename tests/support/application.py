"""The application in the test's own process: requests without a socket, orgs by hand, their tables to look at."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import orjson

from mockcrm.app import close_app, create_app
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.jobs import store as jobs
from mockcrm.core.jobs.store import Job
from mockcrm.core.orgs.credentials import IssuedCredentials
from mockcrm.core.orgs.org import Org
from mockcrm.crm import CAPABILITIES
from mockcrm.crm.capability import Capability
from mockcrm.fixture_format.parse import parse_fixture
from mockcrm.http.runtime import Runtime
from mockcrm.settings import Settings
from tests.support import responses

T = TypeVar("T")
HOST = "http://crm.test"
NOW = 1_700_000_000
"""2023-11-14T22:13:20Z: the frozen time of every org that `Application.org` creates."""
BASE = 554023_000000_000000
ADMIN = {"name": "Mock Administrator", "id": str(BASE + 150013)}
JSON_TYPE = "application/json;charset=UTF-8"
_NAMES = itertools.count(1)


class Application:
    """An application with its state in a temporary folder; close it, or use it in a `with`."""

    def __init__(self, *, capabilities: Sequence[Capability] = CAPABILITIES, **settings: Any) -> None:
        self.app = create_app(Settings(**{"fixture": "empty", **settings}), capabilities=capabilities)
        self.runtime: Runtime = self.app.state.runtime
        self.registry = self.runtime.registry
        self.runner = asyncio.Runner()
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HOST)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the event loop and the application."""
        self.runner.run(self.client.aclose())
        self.runner.close()
        pins = {org.name: org._pins for org in self.registry._open.values() if org._pins}
        close_app(self.app)
        # The worker and the webhooks may still use an org; a finished request does not.
        assert all(count <= 2 for count in pins.values()), pins

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the application's event loop."""
        return self.runner.run(work)

    def send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Send a request unchanged. Its response has to be one that its operation documents."""
        fired = self._fired_faults()
        response = self.run(self.client.request(method, path, **arguments))
        if self._fired_faults() > fired:
            return response  # an injected fault may be any error, with any status
        rules = filter(None, response.headers.get("x-mockcrm-rule", "").split(","))
        responses.check(method, response.request.url.path, response.status_code, response.content, rules)
        return response

    def _fired_faults(self) -> int:
        return sum(fault.fired for faults in self.registry.faults._faults.values() for fault in faults)

    def org(self, fixture: Mapping[str, Any] | None = None, *, name: str | None = None) -> OrgApi:
        """Create an org whose clock is frozen at NOW and whose job policy is `manual` (unless the fixture sets
        another)."""
        content: dict[str, Any] = {"mockcrm": 1, "settings": {}, **(fixture or {})}
        content["settings"] = {"job_policy": {"mode": "manual"}, **content["settings"]}
        name = name or f"org{next(_NAMES)}"
        self.registry.create(name, parse_fixture(content, "test"))
        made = OrgApi(self, name)
        with self.registry.using(name) as org:
            org.set_clock(org.clock.freeze(NOW))
        return made


class OrgApi:
    """One org of an application, seen by its administrator or another user."""

    def __init__(self, application: Application, name: str, entry: int = 0) -> None:
        self.application = application
        self.name = name
        self.uid: str = application.registry.uid_of(name) or ""
        self.entry: IssuedCredentials = application.registry.credentials.entries(self.uid)[entry]

    def entry_of(self, number: int) -> OrgApi:
        """The same org with the credentials of the fixture's token entry `number`, from 1."""
        return OrgApi(self.application, self.name, number)

    @property
    def headers(self) -> dict[str, str]:
        """What signs a request in."""
        return {"Authorization": f"Zoho-oauthtoken {self.entry.access_token}"}

    # -- requests ----------------------------------------------------------------------------------------------

    def send(self, method: str, path: str, body: object = None, **arguments: Any) -> httpx.Response:
        """A request with the org's token; `body` as JSON (bytes as they are)."""
        content = body if isinstance(body, bytes) else None if body is None else orjson.dumps(body)
        headers = {**self.headers, **arguments.pop("headers", {})}
        return self.application.send(method, path, content=content, headers=headers, **arguments)

    def get(self, path: str, **params: Any) -> httpx.Response:
        """GET with query parameters."""
        return self.send("GET", path, params=params)

    def mass_update(self, module: str, body: object, version: str = "v2") -> httpx.Response:
        """POST .../actions/mass_update."""
        return self.send("POST", f"/crm/{version}/{module}/actions/mass_update", body)

    def status(self, module: str, job_id: str, version: str = "v2") -> httpx.Response:
        """GET .../actions/mass_update of a job."""
        return self.get(f"/crm/{version}/{module}/actions/mass_update", job_id=job_id)

    def schedule(self, module: str, body: object, version: str = "v2") -> str:
        """Schedule a job by view; its id."""
        response = self.mass_update(module, body, version)
        assert response.status_code == 200, response.text
        job_id: str = response.json()["data"][0]["details"]["job_id"]
        return job_id

    # -- the org behind the API --------------------------------------------------------------------------------

    def using(self) -> Any:
        """A `with` block over the open org."""
        return self.application.registry.using(self.name)

    def jobs(self) -> list[Job]:
        """Every job of the org."""
        with self.using() as org:
            found: list[Job] = org.scan_blocking(jobs.list_all)
            return found

    def failures(self, job_id: str) -> dict[int, str]:
        """The records of a job that failed, with the names of their errors."""
        with self.using() as org:
            return dict(org.scan_blocking(lambda connection: jobs.failures(connection, int(job_id))))

    def execute(self, statement: str, *values: Any) -> None:
        """Change the org's file behind the API's back."""
        with self.using() as org:
            org.write_blocking(lambda connection: connection.execute(statement, values).fetchall())

    def set_state(self, record_id: int, *names: str) -> None:
        """Put a record into states."""
        self.execute("UPDATE record SET state = ? WHERE id = ?", int(RecordState.from_names(list(names))), record_id)

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """What a query of the org's file gives."""
        with self.using() as org:
            found: list[Any] = org.scan_blocking(lambda connection: connection.execute(statement, values).fetchall())
            return found

    def dump(self) -> dict[str, list[Any]]:
        """Every row of every table of the org."""
        tables = [row[0] for row in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        return {table: self.rows(f'SELECT * FROM "{table}" ORDER BY 1, 2') for table in tables}

    def document(self, record_id: int) -> dict[str, Any]:
        """The stored fields of a record."""
        ((text,),) = self.rows("SELECT fields FROM record WHERE id = ?", record_id)
        found: dict[str, Any] = orjson.loads(text)
        return found

    def value(self, record_id: int, field: str) -> Any:
        """One stored field of a record."""
        return self.document(record_id)[field]


def settings_of(org: Org, **changes: Any) -> None:
    """Change settings of an org as the control API does."""
    org.change_settings(changes)


def error(code: str, message: str, details: object = None) -> dict[str, Any]:
    """The four keys of an error."""
    return {"code": code, "details": details or {}, "message": message, "status": "error"}


def assert_response(response: httpx.Response, status: int, body: object, rule: str | None = None) -> None:
    """Assert the whole response: status, content type, X-Mockcrm-Rule, body."""
    got = response.json() if response.content else None
    assert (response.status_code, response.headers.get("x-mockcrm-rule"), got) == (status, rule, body)
    assert response.headers.get("content-type") == (JSON_TYPE if response.content else None)


def assert_refused(response: httpx.Response, status: int, rule: str, item: dict[str, Any], *, top: bool) -> None:
    """Assert the whole error response: at top level (`top`) or in data[]."""
    assert_response(response, status, item if top else {"data": [item]}, rule)
