"""What the paths of the accounts host share: parameters, finding the org, errors, and responses to browsers.

Sections are those of docs/contract/mass-update-and-core.md.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl

import orjson
from starlette.types import Message, Receive, Scope, Send

from mockcrm.accounts.tickets import Tickets
from mockcrm.core import errors
from mockcrm.core.orgs.org import Org, OrgGone
from mockcrm.core.orgs.registry import DEFAULT, OrgUnreadable
from mockcrm.core.orgs.registry_store import Client
from mockcrm.core.orgs.tokens import ServerStopped
from mockcrm.core.versions import ApiVersion
from mockcrm.http import faulty_response as faulty
from mockcrm.http import request as wire
from mockcrm.http import response as http
from mockcrm.http.body import Whole
from mockcrm.http.delivery import delivery_of
from mockcrm.http.envelopes import error_answer
from mockcrm.http.page_origins import noted
from mockcrm.http.response import Answer
from mockcrm.http.runtime import Runtime

T = TypeVar("T")
LOG = logging.getLogger("mockcrm.http")
MAX_BODY_BYTES = 64 * 2**10
"""Limit for a form, urlencoded or multipart: much more than OAuth parameters need, small for an unknown sender."""
_ORG = "mockcrm.accounts_org"
"""The key of the ASGI scope under which the request's org is stored once it is found."""
_SCOPE = re.compile(r"[A-Za-z]\w*(\.[A-Za-z_]\w*)+", re.ASCII)

Parameters = Mapping[str, str]


class OAuthError(Exception):
    """An error of the accounts host, by its code."""

    def __init__(self, code: str, org: Org | None = None, note: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.org = org
        self.note = note
        """The text of the header X-Mockcrm-Note."""

    def page(self) -> BrowserAnswer | None:
        """Return the error page for a browser; None where the error is only for programs."""
        return None

    def answer(self) -> Answer:
        """Return the code alone, by default with HTTP 200 as nearly all reports of the service say (section 1.4)."""
        status = self.org.settings.oauth_error_status if self.org is not None else 200
        return http.dumped(status, {"error": self.code})


@dataclass(slots=True)
class BrowserAnswer:
    """A page or a redirect for the browser itself. It has no CORS headers: no script of another origin may read it."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""

    async def send(self, send: Send) -> None:
        """Send the response unchanged."""
        length = (b"content-length", str(len(self.body)).encode())
        await send({"type": "http.response.start", "status": self.status, "headers": [*self.headers, length]})
        await send({"type": "http.response.body", "body": self.body})


class Accounts:
    """The state shared by the paths of the accounts host: the running server, and the open consent pages."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.registry = runtime.registry
        self.credentials = runtime.registry.credentials
        self.tickets = Tickets()

    @asynccontextmanager
    async def org_of(
        self, given: Parameters, scope: Scope, unknown: OAuthError | None = None
    ) -> AsyncIterator[tuple[Client | None, Org]]:
        """Yield the client of `client_id` and its org, kept open. The client is None, and the org that of the URL, when
        the client is unknown or belongs to another org. Raises `unknown` (default: invalid_client) when the org does
        not exist."""
        addressed: str | None = scope.get("mockcrm.org")
        client = self.credentials.client(given.get("client_id", ""))
        if client is not None and addressed is not None and client.org != self.registry.uid_of(addressed):
            client = None
        uid = client.org if client is not None else self.registry.uid_of(addressed or DEFAULT)
        async with self.opened(uid, unknown) as org:
            yield client, org

    @asynccontextmanager
    async def opened(self, uid: str | None, unknown: OAuthError | None = None) -> AsyncIterator[Org]:
        """Yield an org by its uid, kept open. Raises `unknown` (default: invalid_client) when it does not exist."""
        org = None if uid is None else await self.registry.pin_async(uid)
        if org is None:
            raise unknown or OAuthError("invalid_client")
        try:
            yield org
        finally:
            org.unpin()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run work that changes credentials in a thread: it waits for the disk and for other changes."""
        return await asyncio.get_running_loop().run_in_executor(self.runtime.waiting_pool, work)

    async def fault(self, org: Org, scope: Scope) -> Answer | None:
        """Record that the request belongs to this org and fire a matching fault. Return the fault's error response, if
        it has one."""
        scope[_ORG] = org
        fault = faulty.meet(self.registry.faults, org.uid, scope)
        if fault is None:
            return None
        return await faulty.refusal(fault.effect, ApiVersion.V2, org.settings.status_profile)


Reply = Answer | BrowserAnswer
Flow = Callable[[Accounts, Parameters, Scope], Awaitable[Reply]]


class AccountsPath:
    """The ASGI application of one path of the accounts host, with one flow per HTTP method."""

    def __init__(self, accounts: Accounts, flows: Mapping[str, Flow]) -> None:
        self._accounts = accounts
        self._flows = flows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        delivery = await delivery_of(self._accounts.runtime, scope, receive, send, _form, small=0)
        if delivery is None:
            return
        try:
            answer = await self._answer(scope, delivery.body.content)
            delivery.org = scope.get(_ORG)
            if isinstance(answer, BrowserAnswer):
                await delivery.note(answer.status, b"")
                await answer.send(delivery.send)
            else:
                await delivery.answer(answer)
        finally:
            delivery.close()

    async def _answer(self, scope: Scope, body: bytes | None) -> Reply:
        flow = self._flows.get(scope["method"])
        if flow is None:
            return error_answer(errors.InvalidRequestMethod(), ApiVersion.V2, "reference")
        if body is None:
            return error_answer(errors.BodyTooLarge(), ApiVersion.V2, "reference")
        try:
            return await flow(self._accounts, await parameters(scope, body), scope)
        except OAuthError as error:
            return (error.page() if _is_browser(scope) else None) or noted(error.answer(), error.note)
        except (OrgGone, ServerStopped):
            return OAuthError("invalid_client").answer()
        except OrgUnreadable as fault:
            LOG.error("%s", fault)
            return error_answer(errors.InternalError(), ApiVersion.V2, "reference")
        except sqlite3.OperationalError as error:
            # A full disk, or a file that another process has locked: the request has changed nothing.
            LOG.error("%s %s: %s", scope["method"], scope["path"], error)
            return error_answer(errors.InternalError(), ApiVersion.V2, "reference")
        except Exception:
            # The outermost handler of the accounts host: the client gets INTERNAL_ERROR, the log gets the traceback.
            LOG.exception("%s %s", scope["method"], scope["path"])
            return error_answer(errors.InternalError(), ApiVersion.V2, "reference")


async def _form(runtime: Runtime, _scope: Scope) -> Whole:
    return Whole(MAX_BODY_BYTES, runtime.anonymous)


def _is_browser(scope: Scope) -> bool:
    return "text/html" in (wire.header(scope, b"accept") or "").lower()


async def parameters(scope: Scope, body: bytes) -> Parameters:
    """Return all parameters: those of the query, then those of the form, urlencoded or multipart; SDKs send both."""
    found = wire.query(scope)
    content_type = (wire.header(scope, b"content-type") or "").lower()
    if content_type.startswith("multipart/form-data"):
        form = await _multipart(scope, body)
        found.update(form)
    elif body:
        found.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return found


async def _multipart(scope: Scope, body: bytes) -> dict[str, str]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    # Starlette raises its HTTPException for a form that cannot be read.
    from starlette.exceptions import HTTPException
    from starlette.requests import Request

    try:
        async with Request(scope, receive).form() as form:
            return {key: value for key, value in form.items() if isinstance(value, str)}
    except HTTPException:
        raise OAuthError("invalid_request") from None


def scopes_asked(text: str) -> tuple[str, ...] | None:
    """Return the scopes of a comma-separated list without duplicates; None when it is empty or one is malformed.

    Only the form is checked, because scopes of other services are accepted and stored (section 1.7)."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    return names if names and all(_SCOPE.fullmatch(name) for name in names) else None


def no_store(answer: Answer) -> Answer:
    """Add the header that forbids caching, as RFC 6749, 5.1 requires for tokens."""
    answer.headers = (*answer.headers, (b"cache-control", b"no-store"))
    return answer


def json_error(code: str, status: int = 400) -> Answer:
    """Return the response `{"error": code}`."""
    return Answer(status, orjson.dumps({"error": code}))
