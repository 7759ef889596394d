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
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.types import Message, Receive, Scope, Send

from mockcrm.accounts.tickets import Tickets
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.request import InternalError
from mockcrm.core.orgs.org import Org, OrgGone
from mockcrm.core.orgs.registry import DEFAULT, OrgUnreadable
from mockcrm.core.orgs.registry_store import Client
from mockcrm.core.orgs.tokens import ServerStopped
from mockcrm.core.versions import ApiVersion
from mockcrm.http import errors
from mockcrm.http.body import BodyStore, Whole
from mockcrm.http.envelopes import error_response
from mockcrm.http.exchange import Exchange
from mockcrm.http.oauth_errors import OAUTH_ERRORS
from mockcrm.http.response import Response
from mockcrm.http.runtime import Runtime

T = TypeVar("T")
LOG = logging.getLogger("mockcrm.http")
MAX_BODY_BYTES = 64 * 2**10
"""Limit for a form, urlencoded or multipart: more than OAuth parameters need, and little enough to store for an unknown
sender."""
_SCOPE = re.compile(r"[A-Za-z]\w*(\.[A-Za-z_]\w*)+|openid|profile|email", re.ASCII | re.IGNORECASE)
"""A scope: words joined by dots, or one of those that OpenID Connect defines, which sign-in libraries request."""
_BETWEEN_SCOPES = re.compile(r"[,\s]+", re.ASCII)

Parameters = Mapping[str, str]


class OAuthError(Exception):
    """An error of the accounts host, by its code (a key of OAUTH_ERRORS)."""

    def __init__(self, code: str, org: Org | None = None, note: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.org = org
        self.note = note
        """The text of the header X-Mockcrm-Note."""

    def page(self) -> BrowserResponse | None:
        """Return the error page for a browser; None where the error is only for programs."""
        return None

    def response(self) -> Response:
        """Return the documented response, by default with HTTP 200 as nearly all reports of the service say (section
        1.4)."""
        return OAUTH_ERRORS[self.code].response(self.org.settings if self.org is not None else None)


@dataclass(slots=True)
class BrowserResponse:
    """A page or a redirect for the browser itself. It has no CORS headers: no script of another origin may read it."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""

    async def send(self, exchange: Exchange) -> None:
        """Record the request and send the response unchanged, to a HEAD without its body."""
        await exchange.record(self.status, b"")
        headers = [*self.headers, (b"content-length", str(len(self.body)).encode())]
        if exchange.date is not None:
            headers.append(exchange.date)
        send = exchange.send
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if exchange.method == "HEAD" else self.body})


class Accounts:
    """The state shared by the paths of the accounts host: the running server, and the open consent pages."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.registry = runtime.registry
        self.credentials = runtime.registry.credentials
        self.tickets = Tickets()

    @asynccontextmanager
    async def org_of(
        self, given: Parameters, exchange: Exchange, unknown: OAuthError | None = None
    ) -> AsyncIterator[tuple[Client | None, Org]]:
        """Yield the client of `client_id` and its org, kept open. The client is None, and the org that of the URL, when
        the client is unknown or belongs to another org. Raises `unknown` (default: invalid_client) when the org does
        not exist."""
        addressed = exchange.addressed_org
        client = self.credentials.client(given.get("client_id", ""))
        if client is not None and addressed is not None and client.org != self.registry.uid_of(addressed):
            client = None
        uid = client.org if client is not None else self.registry.uid_of(addressed or DEFAULT)
        async with self.open_org(uid, unknown) as org:
            yield client, org

    @asynccontextmanager
    async def open_org(self, uid: str | None, unknown: OAuthError | None = None) -> AsyncIterator[Org]:
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

    async def fault(self, org: Org, exchange: Exchange) -> Response | None:
        """Record that the request belongs to this org and apply a matching fault. Return the response that the fault
        injects, if any."""
        exchange.org = org
        exchange.status_profile = org.settings.status_profile
        return await exchange.inject_fault(org)


Reply = Response | BrowserResponse
Flow = Callable[[Accounts, Parameters, Exchange], Awaitable[Reply]]


VERBS = {"GET": ["GET", "HEAD"]}
"""The verbs of a flow, where they are more than its own: HEAD gets the response of GET without its body."""


class AccountsRoute(APIRoute):
    """A path and a verb of the accounts host as a FastAPI route; what runs is an AccountsOperation."""

    def __init__(self, accounts: Accounts, path: str, verb: str, flow: Flow) -> None:
        super().__init__(path, _no_parameters, methods=VERBS.get(verb, [verb]), name=flow.__name__)
        self.endpoint = flow
        self.app = AccountsOperation(accounts, flow)


def _no_parameters() -> None:
    """Stand for the flow, so that FastAPI finds no parameters: the flow reads the query and any kind of form itself."""


class AccountsOperation:
    """The ASGI application of a flow, or without a flow, of all verbs that the path does not support."""

    def __init__(self, accounts: Accounts, flow: Flow | None) -> None:
        self._accounts = accounts
        self._flow = flow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(self._accounts.runtime, scope, receive, send)
        exchange.version = ApiVersion.V2  # of the envelope of errors
        try:
            if not await exchange.read_request(0, _form):
                return
            response = await self._response(exchange)
            if isinstance(response, BrowserResponse):
                await response.send(exchange)
            else:
                await exchange.respond(response)
        finally:
            exchange.close()

    async def _response(self, exchange: Exchange) -> Reply:
        if self._flow is None:
            return _error(errors.InvalidRequestMethod())
        if exchange.body.content is None:
            return _error(errors.BodyTooLarge())
        try:
            return await self._flow(self._accounts, await parameters(exchange), exchange)
        except OAuthError as error:
            page = error.page() if _is_browser(exchange) else None
            if page is None:
                exchange.note = error.note
            return page or error.response()
        except (OrgGone, ServerStopped):
            return OAuthError("invalid_client").response()
        except OrgUnreadable as unreadable:
            LOG.error("%s", unreadable)
        except sqlite3.OperationalError as failure:
            # A full disk, or a file that another process has locked: the request has changed nothing.
            LOG.error("%s %s: %s", exchange.method, exchange.path, failure)
        except Exception:
            # The outermost handler of the accounts host: the client gets INTERNAL_ERROR, the log gets the traceback.
            LOG.exception("%s %s", exchange.method, exchange.path)
        return _error(InternalError())


def _error(error: ZohoError) -> Response:
    return error_response(error, ApiVersion.V2, "reference")


async def _form(exchange: Exchange) -> BodyStore:
    return Whole(MAX_BODY_BYTES, exchange.runtime.anonymous)


def _is_browser(exchange: Exchange) -> bool:
    return "text/html" in (exchange.header("accept") or "").lower()


async def parameters(exchange: Exchange) -> Parameters:
    """Return all parameters: those of the query, then those of the form, urlencoded or multipart; SDKs send both.
    Raises OAuthError for a form that cannot be read."""
    found = dict(QueryParams(exchange.scope["query_string"]))
    body = exchange.body.content or b""
    content_type = (exchange.header("content-type") or "").lower()
    if content_type.startswith("multipart/form-data"):
        found.update(await _multipart(exchange.scope, body))
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


def parse_scopes(text: str) -> tuple[str, ...] | None:
    """Return the scopes of a list without duplicates, None when it is empty or one is malformed. Commas and spaces
    separate them, also mixed: the vendor's pages write commas, clients send both.

    Only the form is checked, because scopes of other services are accepted and stored (section 1.7)."""
    names = tuple(dict.fromkeys(name for name in _BETWEEN_SCOPES.split(text) if name))
    return names if names and all(_SCOPE.fullmatch(name) for name in names) else None


def no_store(response: Response) -> Response:
    """Add the header that forbids caching, as RFC 6749, 5.1 requires for tokens."""
    response.headers = (*response.headers, (b"cache-control", b"no-store"))
    return response


def json_error(code: str, status: int = 400) -> Response:
    """Return the response `{"error": code}`."""
    return Response(status, orjson.dumps({"error": code}))
