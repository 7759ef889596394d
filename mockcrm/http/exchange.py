"""A request on its way through the server: its body arrives, it is recorded in a journal, and its response leaves.

The emulated API and the accounts host share this; what they check in between is theirs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter

from starlette.types import Receive, Scope, Send

from mockcrm.core import journal
from mockcrm.core.clock import SYSTEM
from mockcrm.core.errors import StatusProfile
from mockcrm.core.faults import Fault
from mockcrm.core.limits import Usage
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry import DEFAULT, OrgUnreadable
from mockcrm.core.versions import LATEST, ApiVersion
from mockcrm.http import body as bodies
from mockcrm.http import response as http
from mockcrm.http.authentication import access_token
from mockcrm.http.body import Body, BodyStore
from mockcrm.http.dates import Header, date_at, date_by, date_now
from mockcrm.http.faulty_response import FaultyResponse, injected_response
from mockcrm.http.request import addressed_org, request_path
from mockcrm.http.response import Response
from mockcrm.http.runtime import Runtime


class Exchange:
    """One request and its response. The attributes without an argument are filled in as they become known; `version`
    and `status_profile` decide how an error is written."""

    __slots__ = (
        "_begun",
        "_headers",
        "_pinned",
        "_receive",
        "_send",
        "_usage",
        "addressed_org",
        "body",
        "credits_left",
        "date",
        "fault",
        "method",
        "note",
        "org",
        "origin",
        "path",
        "path_params",
        "runtime",
        "scope",
        "status_profile",
        "user_id",
        "version",
    )

    def __init__(self, runtime: Runtime, scope: Scope, receive: Receive, send: Send) -> None:
        self.runtime = runtime
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = request_path(scope)
        self.path_params: Mapping[str, str] = scope.get("path_params", {})
        self._headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))
        self.origin = self.header("origin")
        """The origin of the web page that sent the request, None when no page did."""
        self.addressed_org = addressed_org(scope)
        """The org of the URL prefix `/o/{org}`, None without that prefix."""
        self.body = Body(None, 0)
        self.version: ApiVersion = LATEST
        self.status_profile: StatusProfile = "reference"
        self.org: Org | None = None
        self.user_id: int | None = None
        self.fault: Fault | None = None
        self.date: Header | None = None
        """The header Date, known when the request is recorded."""
        self.note: str | None = None
        """The text of the header X-Mockcrm-Note."""
        self.credits_left: int | None = None
        """The number in the header X-API-CREDITS-REMAINING, if the response has it."""
        self._begun = 0.0
        self._pinned: Org | None = None
        self._usage: Usage | None = None
        self._receive = receive
        self._send = send

    def header(self, name: str) -> str | None:
        """Return a request header by its name in lower case; of several with one name, the first."""
        value = self._headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    # -- the request -------------------------------------------------------------------------------------------

    async def read_request(self, small: int, choose: Choice) -> bool:
        """Read the body; `choose` returns the store for one that has more than `small` bytes. Return False when there
        is nothing left to do: the request was a preflight, to which this responds, or the client has disconnected."""
        if self.method == "OPTIONS":
            requested = self.header("access-control-request-headers")
            await http.send_response(self.origin, self._send, http.preflight(requested), date_now())
            return False
        try:
            self.body = await bodies.read(self._receive, small, lambda: choose(self))
        except bodies.ClientGone:
            return False
        self._begun = perf_counter()
        return True

    async def pin(self, uid: str) -> Org | None:
        """Return the org, open until `release` or the next `pin`, or None when it does not exist. Raises
        OrgUnreadable."""
        org = await self.runtime.registry.pin_async(uid)
        if self._pinned is not None:
            self._pinned.unpin()
        self.org = self._pinned = org
        return org

    def begin_call(self, usage: Usage) -> None:
        """Count the request among the org's calls in progress until `release`."""
        usage.in_progress += 1
        self._usage = usage

    def release(self) -> None:
        """Release the org and end the call, when the response is known."""
        if self._usage is not None:
            self._usage.in_progress -= 1
            self._usage = None
        if self._pinned is not None:
            self._pinned.unpin()
            self._pinned = None

    async def inject_fault(self, org: Org) -> Response | None:
        """Match the request with the faults of its org, and wait as the matching one says. Return the response to send
        without doing what was requested, None to go on. Call this once per request."""
        faults, module = self.runtime.registry.faults, self.path_params.get("module")
        self.fault = faults.match_request(org.uid, self.method, self.path, module)
        if self.fault is None:
            return None
        return await injected_response(
            self.fault.effect, self.runtime.errors, self.version, self.status_profile, org.settings
        )

    # -- the response ------------------------------------------------------------------------------------------

    async def respond(self, response: Response) -> None:
        """Record the request, then send its response."""
        if self.credits_left is not None:
            response.headers = (*response.headers, (b"x-api-credits-remaining", str(self.credits_left).encode()))
        if self.note is not None:
            response.headers = (*response.headers, (b"x-mockcrm-note", self.note.encode("ascii")))
        head = self.method == "HEAD"
        await self.record(response.status, b"" if head else response.body, response.rules)
        await http.send_response(self.origin, self.send, response, self.date, head=head)

    @property
    def send(self) -> Send:
        """The function that sends the messages of the response, changed by the fault if it changes them."""
        if self.fault is None or not self.fault.effect.disturbs_response:
            return self._send
        return FaultyResponse(self.fault.effect, self.scope, self._receive, self._send)

    async def record(self, status: int, body: bytes, rules: tuple[str, ...] = ()) -> None:
        """Record the request in the journal of its org, and set the date of the response by the org's clock. Call this
        before the response is sent, so that a client that has the response finds the entry."""
        org = self.org or await self._intended_org()
        now = SYSTEM.now()
        if org is None:
            self.date = date_at(int(now))
        else:
            clock = org.clock
            self.date = date_by(clock, now)
            self.runtime.registry.journal.add(
                org.uid,
                clock,
                self.user_id,
                self.scope,
                self.path,
                self.fault,
                self.body.content,
                self.body.size,
                status,
                body,
                rules,
                self._begun,
                now,
            )
        self.close()  # the client may take long to read the response

    def close(self) -> None:
        """Drop the body of the request."""
        self.body.content = None
        if self.body.held:
            self.runtime.anonymous.give_back(self.body.held)
            self.body.held = 0

    async def _intended_org(self) -> Org | None:
        """Return the org of a request that was refused before its org was known: the one in the URL, or the token's, or
        `default`."""
        registry = self.runtime.registry
        try:
            session = registry.credentials.find_token(access_token(self.header("authorization")))
            addressed = None if self.addressed_org is None else registry.uid_of(self.addressed_org)
            for uid in (addressed, None if session is None else session.org, registry.uid_of(DEFAULT)):
                org = None if uid is None else await registry.pin_async(uid)
                if org is not None:
                    org.unpin()
                    return org
        except (OrgUnreadable, sqlite3.Error):
            return None  # no journal can be found; the response says what is wrong
        return None


Choice = Callable[[Exchange], Awaitable[BodyStore]]
"""Decides how much of a long body is stored."""


async def store_beginning(exchange: Exchange) -> BodyStore:
    """Return a store for what the journal shows of a body; the sender is not signed in."""
    return bodies.Beginning(journal.MAX_BYTES, exchange.runtime.anonymous)
