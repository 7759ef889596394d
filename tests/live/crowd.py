"""Clients in threads that use an org until a response says that it is gone, and the unexpected responses they got."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

INVALID_TOKEN = {"code": "INVALID_TOKEN", "details": {}, "message": "invalid oauth token", "status": "error"}
"""The response to a request with a token of a deleted org
(docs/contract/mass-update-and-core.md 1.1), with the status 401."""
GOOD = frozenset({200, 201, 202, 204})
GONE_AGAIN = 3
"""How many responses have to say that the org is gone before a client stops."""
WAIT = 60.0
"""Seconds after which a test that hangs fails; otherwise nothing takes that long."""


@dataclass(frozen=True)
class Call:
    """One request of a client. `{org}` in the path is the org's name, further names are those given to `visit`; a
    `body` that is not text is sent as JSON. `also` are the errors that are expected while the org exists."""

    method: str
    path: str
    body: object = None
    also: frozenset[int] = frozenset()

    @property
    def control(self) -> bool:
        """Whether it is a request of the control API, which finds orgs by name."""
        return self.path.startswith("/_mockcrm/")


class Connection:
    """A persistent connection of one thread, by the standard library, which takes the least time beside the server."""

    def __init__(self, url: str) -> None:
        self._http = HTTPConnection(urlsplit(url).netloc, timeout=WAIT)

    def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Return status and content. OSError, HTTPException: the server no longer responds."""
        content = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
        self._http.request(method, path, content, dict(headers or {}))
        response = self._http.getresponse()
        return response.status, response.read()

    def close(self) -> None:
        self._http.close()


@dataclass
class Visit:
    """One org while a crowd uses it. `unexpected` has the responses that clients should not have got."""

    org: Any
    names: Mapping[str, str]
    deleted: threading.Event = field(default_factory=threading.Event)
    """Set when the deletion was confirmed: every later request must find the org gone."""
    unexpected: list[str] = field(default_factory=list)
    good: dict[int, threading.Semaphore] = field(default_factory=dict)
    leaving: threading.Event = field(default_factory=threading.Event)
    """Set when the clients are to stop although the org exists."""
    _clients: list[Future[None]] = field(default_factory=list)

    def in_progress(self, times: int = 1) -> None:
        """Wait until each client has had this many more good responses."""
        deadline = time.monotonic() + WAIT
        for number, client in enumerate(self._clients):
            for _ in range(times):
                while not self.good[number].acquire(timeout=0.2):
                    if client.done():
                        self.end()
                        raise AssertionError(f"client {number} left before the org did")
                    assert time.monotonic() < deadline, (
                        f"client {number} had no good response in {WAIT} s: {self.unexpected}"
                    )

    def delete(self) -> None:
        """Delete the org while its clients use it, and wait until they have noticed."""
        self.org.delete()
        self.deleted.set()
        self.end()

    def leave(self) -> None:
        """Stop the clients; the org stays."""
        self.leaving.set()
        self.end()

    def end(self) -> None:
        """Wait for the clients, and assert that none got an unexpected response."""
        for client in self._clients:
            client.result(timeout=2 * WAIT)
        assert self.unexpected == [], "\n".join(self.unexpected[:10])


class Crowd:
    """Threads that use one org at a time: one client for each of `works`, which it repeats in turn.

    Expected are good responses as long as the org exists, and that it is gone (INVALID_TOKEN; 404 of the control API)
    from some request on, at the latest from the first one after the deletion."""

    def __init__(self, url: str, *works: Sequence[Call]) -> None:
        self._url = url
        self._works = works
        self._pool = ThreadPoolExecutor(len(works))
        self._mine = threading.local()
        self._connections: list[Connection] = []

    def visit(self, org: Any, **names: str) -> Visit:
        """Let the clients begin. `org` has `name`, `headers` and `delete()`."""
        visit = Visit(org, {"org": org.name, **names})
        visit.good.update((number, threading.Semaphore(0)) for number in range(len(self._works)))
        visit._clients += [
            self._pool.submit(self._use, visit, number, calls) for number, calls in enumerate(self._works)
        ]
        return visit

    def _use(self, visit: Visit, number: int, calls: Sequence[Call]) -> None:
        connection = self._connection()
        # By API: while an org is being deleted, one may know it a moment longer than the other.
        gone = {True: 0, False: 0}
        for call in itertools.cycle(calls):
            if visit.leaving.is_set() or visit.unexpected:
                return
            late = visit.deleted.is_set()
            try:
                status, content = connection.send(
                    call.method, call.path.format_map(visit.names), call.body, visit.org.headers
                )
            except (OSError, HTTPException) as fault:
                visit.unexpected.append(f"{call.method} {call.path}: no response, {type(fault).__name__}: {fault}")
                return
            if is_gone(call, status, content):
                gone[call.control] += 1
                if sum(gone.values()) == GONE_AGAIN:
                    return
            elif late or gone[call.control] or not (status in GOOD or status in call.also):
                when = (
                    "after the deletion"
                    if late
                    else "after it was gone"
                    if gone[call.control]
                    else "while it was there"
                )
                visit.unexpected.append(f"{call.method} {call.path} {when}: {status} {content[:300]!r}")
                return
            else:
                visit.good[number].release()

    def _connection(self) -> Connection:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = Connection(self._url)
            self._connections.append(self._mine.connection)
        found: Connection = self._mine.connection
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True)
        for connection in self._connections:
            connection.close()


def is_gone(call: Call, status: int, content: bytes) -> bool:
    """Return whether a response says, in the form of its API, that the org does not exist."""
    if call.control:
        return status == 404 and json.loads(content)["error"].get("where") == "path.org"
    return status == 401 and json.loads(content) == INVALID_TOKEN
