"""What the paths of the accounts host share: reading parameters, whose org it is, refusals, answers to browsers."""

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
"""Of a form, urlencoded or multipart: many times what OAuth's parameters need, and whoever sends it is unknown."""
_ORG = "mockcrm.accounts_org"
"""Where a request's ASGI scope keeps the org that it turned out to be about."""
_SCOPE = re.compile(r"[A-Za-z]\w*(\.[A-Za-z_]\w*)+", re.ASCII)

Parameters = Mapping[str, str]


class OAuthError(Exception):
    """A refusal of the accounts host, by its code."""

    def __init__(self, code: str, org: Org | None = None, note: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.org = org
        self.note = note
        """What X-Mockcrm-Note says of it."""

    def page(self) -> BrowserAnswer | None:
        """What a person is shown instead; None where only programs come."""
        return None

    def answer(self) -> Answer:
        """The code alone, in nearly all accounts of the real service with HTTP 200
        (docs/contract/mass-update-and-core.md 1.4)."""
        status = self.org.settings.oauth_error_status if self.org is not None else 200
        return http.dumped(status, {"error": self.code})


@dataclass(slots=True)
class BrowserAnswer:
    """A page or a redirect: for the browser itself, so that no script of another origin may read it."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""

    async def send(self, send: Send) -> None:
        """Send it as it is."""
        length = (b"content-length", str(len(self.body)).encode())
        await send({"type": "http.response.start", "status": self.status, "headers": [*self.headers, length]})
        await send({"type": "http.response.body", "body": self.body})


class Accounts:
    """What the paths of the accounts host have in common: the running server, and the open consent pages."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.registry = runtime.registry
        self.credentials = runtime.registry.credentials
        self.tickets = Tickets()

    @asynccontextmanager
    async def org_of(
        self, given: Parameters, scope: Scope, unknown: OAuthError | None = None
    ) -> AsyncIterator[tuple[Client | None, Org]]:
        """The client named by `client_id` and its org, kept open. An unknown client, or one of an org that the address
        does not mean, is None in the addressed org. `unknown` (invalid_client) is raised when there is no such org."""
        addressed: str | None = scope.get("mockcrm.org")
        client = self.credentials.client(given.get("client_id", ""))
        if client is not None and addressed is not None and client.org != self.registry.uid_of(addressed):
            client = None
        uid = client.org if client is not None else self.registry.uid_of(addressed or DEFAULT)
        async with self.opened(uid, unknown) as org:
            yield client, org

    @asynccontextmanager
    async def opened(self, uid: str | None, unknown: OAuthError | None = None) -> AsyncIterator[Org]:
        """An org by its uid, kept open. `unknown` (invalid_client) is raised when there is none."""
        org = None if uid is None else await self.registry.pin_async(uid)
        if org is None:
            raise unknown or OAuthError("invalid_client")
        try:
            yield org
        finally:
            org.unpin()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do what changes credentials: it waits for the disk, and for whoever else changes some."""
        return await asyncio.get_running_loop().run_in_executor(self.runtime.waiting_pool, work)

    async def fault(self, org: Org, scope: Scope) -> Answer | None:
        """The request is about this org: let a fault that was asked for fire; what it answers instead, if anything."""
        scope[_ORG] = org
        fault = faulty.meet(self.registry.faults, org.uid, scope)
        if fault is None:
            return None
        return await faulty.refusal(fault.effect, ApiVersion.V2, org.settings.status_profile)


Reply = Answer | BrowserAnswer
Flow = Callable[[Accounts, Parameters, Scope], Awaitable[Reply]]


class AccountsPath:
    """The ASGI callable of one path of the accounts host, with a flow per verb."""

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
            # A full disk, or a file that another process holds: nothing of the request is in the file.
            LOG.error("%s %s: %s", scope["method"], scope["path"], error)
            return error_answer(errors.InternalError(), ApiVersion.V2, "reference")
        except Exception:
            # The edge of the accounts host: the client gets words it knows, the log gets the fault.
            LOG.exception("%s %s", scope["method"], scope["path"])
            return error_answer(errors.InternalError(), ApiVersion.V2, "reference")


async def _form(runtime: Runtime, _scope: Scope) -> Whole:
    return Whole(MAX_BODY_BYTES, runtime.anonymous)


def _is_browser(scope: Scope) -> bool:
    return "text/html" in (wire.header(scope, b"accept") or "").lower()


async def parameters(scope: Scope, body: bytes) -> Parameters:
    """All parameters: the query's, then the form's, urlencoded or multipart (docs/contract/sdk-clients.md)."""
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
    """The scopes of a comma-separated list, each once; None when there is none or one is no scope at all.

    Scopes of other services are kept (docs/contract/mass-update-and-core.md 1.7), so only the form is looked at."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    return names if names and all(_SCOPE.fullmatch(name) for name in names) else None


def no_store(answer: Answer) -> Answer:
    """Tokens are nothing for a cache (RFC 6749, 5.1)."""
    answer.headers = (*answer.headers, (b"cache-control", b"no-store"))
    return answer


def json_error(code: str, status: int = 400) -> Answer:
    """`{"error": code}`."""
    return Answer(status, orjson.dumps({"error": code}))
