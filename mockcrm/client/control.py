"""A typed client of the control API (/_mockcrm), for the command line and for tests in Python.

with ControlClient("http://127.0.0.1:9646") as control:
    org = control.create_org(fixture="blueprint")
    control.org(org["org"]).step(job_id, records=10)

Results are the JSON objects of the API, as dicts; lists are returned without the object around them.

It uses the standard library's HTTP client, because tests patch httpx, requests and urllib3 (pytest-httpx, respx,
responses), and such a patch must not intercept the requests that set up a test. It is also imported much faster.
"""

from __future__ import annotations

import json
import os
import select
import ssl
from collections import deque
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

import orjson

Json = dict[str, Any]
Content = bytes | Iterable[bytes]
"""The bytes of a body, in one or several pieces."""


class ControlError(Exception):
    """The server rejected a request. `where` is the invalid part (`body.records`), `status` the HTTP status."""

    def __init__(self, message: str, where: str | None, status: int) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.where = where
        self.status = status


class ServerUnreachable(Exception):
    """No mockcrm server responds at the address; the message is one line."""


class ControlClient:
    """A client of one server; it is thread-safe. Its methods raise ControlError when the server rejects a request, and
    ServerUnreachable when none responds.

    Requests have no timeout, because `run` and a large `load` may take long. `token` is the server's control token
    (default: MOCKCRM_CONTROL_TOKEN), `ca` the certificate of its CA (default: MOCKCRM_CA_FILE, then that of a server
    with its state in MOCKCRM_DATA_DIR).
    """

    def __init__(self, base_url: str, *, token: str | None = None, ca: Path | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        token = token or os.environ.get("MOCKCRM_CONTROL_TOKEN")
        self._headers = {"X-Mockcrm-Control": token} if token else {}
        self._connections = _Connections(self.base_url, ca)

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(self, method: str, path: str, body: object = None, content: Content | None = None) -> Any:
        """Send a request to a path below /_mockcrm and return the JSON of its response. `body` is sent as JSON,
        `content` unchanged."""
        if content is None and body is not None:
            content = _written(body)
        try:
            status, text = self._connections.send(method, f"/_mockcrm{path}", content, self._headers)
        except (OSError, HTTPException, ValueError) as fault:
            raise ServerUnreachable(f"no mockcrm server responds at {self.base_url}: {fault}") from fault
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise ServerUnreachable(f"the server at {self.base_url} is not a mockcrm server") from None
        if 200 <= status < 300:
            return found
        error = found.get("error") if isinstance(found, dict) else None
        if not isinstance(error, dict) or "message" not in error:
            raise ServerUnreachable(f"the server at {self.base_url} is not a mockcrm server")
        raise ControlError(error["message"], error.get("where"), status)

    # -- the server ------------------------------------------------------------------------------------------------

    def health(self) -> Json:
        """GET /health: {"status", "version"}."""
        return _object(self.call("GET", "/health"))

    def info(self) -> Json:
        """GET /info: return version, base_url, and the org `default` with its credentials."""
        return _object(self.call("GET", "/info"))

    def orgs(self) -> list[Json]:
        """GET /orgs."""
        return _list(self.call("GET", "/orgs"), "orgs")

    def create_org(self, name: str | None = None, fixture: str | Mapping[str, Any] | None = None) -> Json:
        """POST /orgs: create an org and return it with its credentials. `fixture` is a fixture's name or content."""
        content = dict(fixture) if isinstance(fixture, Mapping) else fixture
        return _object(self.call("POST", "/orgs", _given(name=name, fixture=content)))

    def reset_all(self) -> list[str]:
        """POST /reset-all: reset every org and return the names of those that were reset."""
        names: list[str] = self.call("POST", "/reset-all")["orgs"]
        return names

    def org(self, name: str = "default") -> OrgControl:
        """Return a client of one org; no request is sent yet."""
        return OrgControl(self, name)


class OrgControl:
    """A client of one org."""

    def __init__(self, client: ControlClient, name: str) -> None:
        self.name = name
        self._client = client
        self._path = f"/orgs/{quote(name, safe='')}"

    def _call(self, method: str, path: str, body: object = None, content: Content | None = None) -> Any:
        return self._client.call(method, self._path + path, body, content)

    def delete(self) -> None:
        """DELETE /orgs/{org}."""
        self._call("DELETE", "")

    def reset(self) -> None:
        """POST .../reset: put the org back to the state it was created with."""
        self._call("POST", "/reset")

    def load(self, fixture: str | Content | Mapping[str, Any]) -> list[Json]:
        """POST .../load: add a fixture, given as a mapping or as JSON or YAML text, and return its credentials."""
        if isinstance(fixture, Mapping):
            return _list(self._call("POST", "/load", dict(fixture)), "tokens")
        content = fixture.encode() if isinstance(fixture, str) else fixture
        return _list(self._call("POST", "/load", content=content), "tokens")

    def load_named(self, name: str) -> list[Json]:
        """POST .../load: add a fixture that the server finds by name, and return its credentials."""
        return _list(self._call("POST", "/load", {"fixture": name}), "tokens")

    def export(self, *, secrets: bool = False) -> Json:
        """GET .../export: return the org as a fixture; with `secrets` also the secrets and tokens of its clients."""
        return _object(self._call("GET", "/export?secrets=true" if secrets else "/export"))

    def token(
        self,
        user: str | None = None,
        scopes: list[str] | None = None,
        expires_in: int | str | None = None,
    ) -> Json:
        """POST .../tokens: create credentials. `expires_in` is in seconds, or `never`."""
        return _object(self._call("POST", "/tokens", _given(user=user, scopes=scopes, expires_in=expires_in)))

    def record(self, module: str, record_id: str) -> Json:
        """GET .../records/{module}/{id}: return the record as it is stored, with its values under `fields`."""
        return _object(self._call("GET", f"/records/{quote(module, safe='')}/{quote(record_id, safe='')}"))

    def set_record(
        self,
        module: str,
        record_id: str,
        *,
        state: list[str] | None = None,
        territories: list[str] | None = None,
    ) -> Json:
        """PATCH .../records/{module}/{id}: set the states and territories of a record."""
        path = f"/records/{quote(module, safe='')}/{quote(record_id, safe='')}"
        return _object(self._call("PATCH", path, _given(state=state, territories=territories)))

    # -- settings, jobs, clock -------------------------------------------------------------------------------------

    def settings(self, **changes: Any) -> Json:
        """GET .../settings, or PUT if there are changes; return the settings."""
        return _object(self._call("PUT", "/settings", changes) if changes else self._call("GET", "/settings"))

    def job_policy(self, **changes: Any) -> Json:
        """GET .../job-policy, or PUT if there are changes; return the policy."""
        return _object(self._call("PUT", "/job-policy", changes) if changes else self._call("GET", "/job-policy"))

    def jobs(self) -> list[Json]:
        """GET .../jobs, oldest first."""
        return _list(self._call("GET", "/jobs"), "jobs")

    def job(self, job_id: str) -> Json:
        """GET .../jobs/{id}, with the error of each failed record."""
        return _object(self._call("GET", f"/jobs/{quote(job_id, safe='')}"))

    def step(self, job_id: str, records: int | None = None) -> Json:
        """POST .../jobs/{id}/step: process records of the job and return it."""
        return _object(self._call("POST", f"/jobs/{quote(job_id, safe='')}/step", _given(records=records)))

    def fail(self, job_id: str, after: int | None = None) -> Json:
        """POST .../jobs/{id}/fail: make the job fail and return it."""
        return _object(self._call("POST", f"/jobs/{quote(job_id, safe='')}/fail", _given(after=after)))

    def run(self) -> list[Json]:
        """POST .../jobs/run: run the live jobs to their end and return them."""
        return _list(self._call("POST", "/jobs/run"), "jobs")

    def clock(self, *, now: str | float | None = None, frozen: bool | None = None) -> Json:
        """GET .../clock, or PUT if a parameter is given; return {"now", "frozen"}."""
        changes = _given(now=now, frozen=frozen)
        return _object(self._call("PUT", "/clock", changes) if changes else self._call("GET", "/clock"))

    def advance(self, seconds: float) -> Json:
        """POST .../clock/advance: advance the clock and return {"now", "frozen"}."""
        return _object(self._call("POST", "/clock/advance", {"seconds": seconds}))

    # -- faults, the journal ---------------------------------------------------------------------------------------

    def faults(self) -> list[Json]:
        """GET .../faults, in the order they were added, each with how often it was `seen` and `fired`."""
        return _list(self._call("GET", "/faults"), "faults")

    def add_fault(self, match: Mapping[str, str] | None = None, **fault: Any) -> Json:
        """POST .../faults: add a fault and return it with its id. `match` may have method, path (a glob) and module;
        `fault` times, after, and the effects error, status, delay_ms, drop, slow, truncate."""
        return _object(self._call("POST", "/faults", _given(match=dict(match or {}), **fault)))

    def clear_faults(self, fault_id: str | None = None) -> int:
        """DELETE .../faults or .../faults/{id}: return how many were deleted."""
        path = "/faults" if fault_id is None else f"/faults/{quote(fault_id, safe='')}"
        return int(self._call("DELETE", path)["deleted"])

    def requests(self, **query: Any) -> list[Json]:
        """GET .../requests: return the requests, newest last, that match method, path (a glob), status, rule (the name
        of an error) and come after the id `after`; of these the newest `limit`."""
        return _list(self._call("GET", f"/requests{_query(query)}"), "requests")

    def count_requests(self, **query: Any) -> int:
        """GET .../requests: return how many match."""
        return int(self._call("GET", f"/requests{_query({**query, 'limit': 0})}")["count"])

    def clear_requests(self) -> int:
        """DELETE .../requests: return how many were deleted."""
        return int(self._call("DELETE", "/requests")["deleted"])

    # -- snapshots -------------------------------------------------------------------------------------------------

    def snapshots(self) -> list[Json]:
        """GET .../snapshots, ordered by name."""
        return _list(self._call("GET", "/snapshots"), "snapshots")

    def snapshot(self, name: str) -> Json:
        """POST .../snapshots/{name}: save the org's state under a name."""
        return _object(self._call("POST", f"/snapshots/{quote(name, safe='')}"))

    def restore(self, name: str) -> None:
        """POST .../snapshots/{name}/restore: put the org back to a snapshot."""
        self._call("POST", f"/snapshots/{quote(name, safe='')}/restore")

    def delete_snapshot(self, name: str) -> None:
        """DELETE .../snapshots/{name}."""
        self._call("DELETE", f"/snapshots/{quote(name, safe='')}")


class _Connections:
    """A pool of connections to one server that stay open between requests; each serves one request at a time."""

    def __init__(self, url: str, ca: Path | None) -> None:
        self._url = url
        self._idle: deque[HTTPConnection] = deque()
        # http.client uses no proxy, so those that the environment configures do not apply.
        self._context = _trust(ca) if url.startswith("https:") else None

    def send(self, method: str, path: str, content: Content | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Send a request and return the status and body of its response. Raises OSError, HTTPException, and ValueError
        for an invalid URL."""
        connection = self._take()
        try:
            connection.request(method, urlsplit(self._url).path + path, content, dict(headers))
            answer = connection.getresponse()
            text = answer.read()
        except BaseException:
            connection.close()
            raise
        if connection.sock is not None:
            self._idle.append(connection)
        return answer.status, text

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        # A client that is never closed must not cause a ResourceWarning in the suite that uses it.
        self.close()

    def _take(self) -> HTTPConnection:
        while self._idle:
            try:
                kept = self._idle.pop()
            except IndexError:
                break  # another thread took the last one
            # An idle connection is readable only when the server has closed it: it stopped, or the connection was idle
            # for too long.
            if kept.sock is not None and not select.select([kept.sock], [], [], 0)[0]:
                return kept
            kept.close()
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected an address like http://127.0.0.1:9646")
        if self._context is not None:
            return HTTPSConnection(parts.hostname, parts.port, context=self._context)
        return HTTPConnection(parts.hostname, parts.port)


def _trust(ca: Path | None) -> ssl.SSLContext:
    """Return the SSL context that trusts the given CA or that of the environment, else those of the system."""
    found = ca or _ca_of_environment()
    try:
        return ssl.create_default_context() if found is None else ssl.create_default_context(cafile=found)
    except (OSError, ssl.SSLError) as fault:
        raise ServerUnreachable(f"{found}: cannot read the CA's certificate: {fault}") from fault


def _ca_of_environment() -> Path | None:
    named = os.environ.get("MOCKCRM_CA_FILE")
    if named:
        return Path(named)
    data_dir = os.environ.get("MOCKCRM_DATA_DIR")
    beside = None if not data_dir else Path(data_dir, "tls", "ca.pem")
    return beside if beside is not None and beside.is_file() else None


def _written(body: object) -> bytes:
    # json for what orjson rejects: fixtures in tests may contain a str Enum or an integer beyond 64 bits.
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body).encode()


def _given(**values: Any) -> Json:
    return {key: value for key, value in values.items() if value is not None}


def _query(values: Mapping[str, Any]) -> str:
    text = urlencode(_given(**values))
    return f"?{text}" if text else ""


def _object(found: Any) -> Json:
    return dict(found)


def _list(found: Any, key: str) -> list[Json]:
    return list(found[key])
