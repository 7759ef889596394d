"""The two ends of every request: its body comes in; it is written into the journal and its answer leaves, as a fault
may want it."""

from __future__ import annotations

import sqlite3
from time import perf_counter

from starlette.types import Receive, Scope, Send

from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry import DEFAULT, OrgUnreadable
from mockcrm.http import body as bodies
from mockcrm.http import faulty_response as faulty
from mockcrm.http import request as wire
from mockcrm.http import response as http
from mockcrm.http.body import Body, Choice
from mockcrm.http.response import Answer
from mockcrm.http.runtime import Runtime


def access_token(scope: Scope) -> str:
    """The access token of a request's Authorization header, empty when it has none of that kind."""
    scheme, _, token = (wire.header(scope, b"authorization") or "").strip().partition(" ")
    return token.strip() if scheme.lower() in ("zoho-oauthtoken", "bearer") else ""


async def delivery_of(
    runtime: Runtime, scope: Scope, receive: Receive, send: Send, choose: Choice, *, small: int
) -> Delivery | None:
    """What answers the request, whose body has come; `choose` says what is kept of one above `small` bytes. None when
    nothing is left to be answered: it was a preflight, or the client has gone."""
    if scope["method"] == "OPTIONS":
        await http.send_answer(scope, send, http.preflight(scope))
        return None
    try:
        body = await bodies.read(receive, small, choose, runtime, scope)
    except bodies.ClientGone:
        return None
    return Delivery(runtime, scope, receive, send, body)


class Delivery:
    """How one request is answered; made when its `body` has come, and to be closed. `org` and `user_id` are noted as
    they become known."""

    __slots__ = ("_begun", "_receive", "_runtime", "_scope", "_send", "body", "org", "user_id")

    def __init__(self, runtime: Runtime, scope: Scope, receive: Receive, send: Send, body: Body) -> None:
        self._begun = perf_counter()
        self._runtime = runtime
        self._scope = scope
        self._receive = receive
        self._send = send
        self.body = body
        self.org: Org | None = None
        self.user_id: int | None = None

    async def answer(self, answer: Answer) -> None:
        """Send an answer of the API."""
        await self.note(answer.status, answer.body, answer.rules)
        await http.send_answer(self._scope, self.send, answer)

    @property
    def send(self) -> Send:
        """Sends the messages of the answer, or what a fault makes of them."""
        return faulty.sender(self._scope, self._receive, self._send)

    async def note(self, status: int, body: bytes, rules: tuple[str, ...] = ()) -> None:
        """Write the request into the journal of its org, before the answer leaves: who has that finds the entry."""
        org = self.org or await self._org_meant()
        if org is not None:
            journal = self._runtime.registry.journal
            content, size = self.body.content, self.body.size
            journal.add(org.uid, org.clock, self.user_id, self._scope, content, status, body, rules, self._begun, size)
        # Nobody needs it any more, and the client may take its time to read the answer.
        self.body.content = None
        self.close()

    def close(self) -> None:
        """Whatever became of it, the request's body is held no longer."""
        if self.body.held:
            self._runtime.anonymous.give_back(self.body.held)
            self.body.held = 0

    async def _org_meant(self) -> Org | None:
        """The org of a request that was refused before that was asked: its token's, its address's, else `default`."""
        registry = self._runtime.registry
        try:
            session = registry.credentials.session(access_token(self._scope))
            addressed = registry.uid_of(self._scope.get("mockcrm.org", ""))
            for uid in (addressed, session.org if session is not None else None, registry.uid_of(DEFAULT)):
                org = await registry.pin_async(uid) if uid is not None else None
                if org is not None:
                    org.unpin()
                    return org
        except (OrgUnreadable, sqlite3.Error):
            pass  # nobody's journal
        return None
