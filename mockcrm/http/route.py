"""The routes of the emulated API, and the order in which each request is checked: see `EmulatedOperation._handle`."""

from __future__ import annotations

import logging
import secrets
import sqlite3

from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from mockcrm.core import journal
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.request import InternalError
from mockcrm.core.org_metadata.model import User
from mockcrm.core.orgs.credentials import TokenInfo
from mockcrm.core.orgs.org import MetadataChanged, Org, OrgGone
from mockcrm.core.orgs.registry import OrgUnreadable
from mockcrm.core.versions import VERSIONS, ApiVersion
from mockcrm.http import errors
from mockcrm.http.authentication import access_token, find_session, require_token, sign_in
from mockcrm.http.body import BodyStore, Whole
from mockcrm.http.call import MEGABYTE, Call
from mockcrm.http.endpoint import Endpoint, Operation
from mockcrm.http.envelopes import error_response
from mockcrm.http.exchange import Exchange, store_beginning
from mockcrm.http.page_origins import refused_page_note
from mockcrm.http.response import Response
from mockcrm.http.runtime import Runtime
from mockcrm.http.scopes import require_scope

LOG = logging.getLogger("mockcrm.http")


class EmulatedRoute(APIRoute):
    """A path and a verb of the emulated API as a FastAPI route. FastAPI has its path, verb, name and summary; what runs
    is an EmulatedOperation, which responds in Zoho's envelope to everything, because the checks come in the documented
    order and not in that of parameters and dependencies. What these would cost is in docs/performance.md."""

    def __init__(self, runtime: Runtime, endpoint: Endpoint, verb: str) -> None:
        operation = endpoint.operations[verb]
        super().__init__(
            endpoint.path, _no_parameters, methods=[verb], name=operation.handler.__name__, summary=endpoint.summary
        )
        self.endpoint = operation.handler
        self.app = EmulatedOperation(runtime, endpoint, operation)


def _no_parameters() -> None:
    """Stand for the handler, so that FastAPI finds no parameters: the handler takes a Call."""


class EmulatedOperation:
    """The ASGI application of an operation, or without an operation, of all verbs that the path does not support."""

    def __init__(self, runtime: Runtime, endpoint: Endpoint, operation: Operation | None) -> None:
        self._runtime = runtime
        self._endpoint = endpoint
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(self._runtime, scope, receive, send)
        try:
            if await exchange.read_request(journal.MAX_BYTES, _body_store):
                await exchange.respond(await self._response(exchange))
        finally:
            exchange.close()

    async def _response(self, exchange: Exchange) -> Response:
        """Return the response of the handler, or that of the error that was raised on the way."""
        error: ZohoError
        try:
            return await self._handle(exchange)
        except ZohoError as refusal:
            error = refusal
            if isinstance(refusal, errors.NotEmulated):
                exchange.note = errors.NotEmulated.message
        except OrgGone:
            error = errors.InvalidToken()
        except OrgUnreadable as unreadable:
            LOG.error("%s", unreadable)
            error = InternalError()
        except sqlite3.OperationalError as failure:
            # A full disk, or a file that another process has locked: the request has changed nothing.
            LOG.error("%s %s: %s", exchange.method, exchange.path, failure)
            error = InternalError()
        except Exception:
            # The outermost handler of the emulated API: a defect of the server is INTERNAL_ERROR for the client.
            if exchange.org is not None and exchange.org.closed:
                error = errors.InvalidToken()
            else:
                LOG.exception("%s %s", exchange.method, exchange.path)
                error = InternalError()
        finally:
            exchange.release()
        settings = None if exchange.org is None else exchange.org.settings
        return error_response(error, exchange.version, exchange.status_profile, settings)

    async def _handle(self, exchange: Exchange) -> Response:
        """Check the request in the order of docs/contract/mass-update-and-core.md 0.1, then let the handler respond.
        Raises the error of the first check that fails."""
        require_version(exchange, self._endpoint)  # step 1
        token = require_token(exchange.header("authorization"))  # step 2
        org, session, user = await authenticate(exchange, token)
        spend_credit(exchange, org)  # step 3
        injected = await exchange.inject_fault(org)  # not a rule of the service: a fault of the control API
        if injected is not None:
            return injected
        if exchange.fault is not None:
            org, session, user = await authenticate(exchange, token)  # again, since the fault may have waited
        while True:
            call = Call(exchange, org, session, user)
            operation = require_operation(self._operation, call.version)  # step 4
            if self._endpoint.module is not None:
                call.module = self._endpoint.module(call)  # step 5
            for scope in operation.scopes(call):
                require_scope(session.scopes, scope)  # step 6
            if operation.right is not None:
                operation.right(call.profile, call.module)  # step 7
            try:
                return await operation.handler(call)  # step 8 and all that follow
            except MetadataChanged:
                # Another request replaced the org's metadata: check again, by the new one.
                session, user = sign_in(org, session)


# -- the checks --------------------------------------------------------------------------------------------------


def require_version(exchange: Exchange, endpoint: Endpoint) -> None:
    """Set the version of the exchange. Raises ApiVersionUnknown or InvalidUrlPattern for a version that the service
    does not have, NotInThisVersion when the endpoint came later (step 1)."""
    text = exchange.path_params.get("version", "")
    version = VERSIONS.get(text)
    if version is None:
        exchange.version = ApiVersion.V2
        number = text.removeprefix("v")
        if text.startswith("v") and number.replace(".", "", 1).isdigit() and number.isascii():
            raise errors.ApiVersionUnknown(number)
        raise errors.InvalidUrlPattern
    exchange.version = version
    if version < endpoint.since:
        raise errors.NotInThisVersion({"supported_version": endpoint.since.label})


async def authenticate(exchange: Exchange, token: str) -> tuple[Org, TokenInfo, User]:
    """Return the org, the session and the user of an access token. A web page of a foreign origin needs a token that
    the server has issued; one that is written in a fixture is not enough. Raises InvalidToken (step 2)."""
    exchange.user_id = None  # known from before a fault's wait, if this is the second time
    session, uid = find_session(exchange.runtime.registry, token, exchange.addressed_org)
    org = None if uid is None else await exchange.pin(uid)
    if org is None:
        raise errors.InvalidToken
    exchange.status_profile = org.settings.status_profile
    known = session is not None
    session, user = sign_in(org, session)
    note = None if exchange.origin is None else refused_page_note(exchange, org.metadata)
    if note is not None and (not known or org.metadata.is_literal(token)):
        exchange.note = note
        raise errors.InvalidToken
    if exchange.body.cut:
        raise errors.InvalidToken  # the token became valid after the body had arrived, which was not stored
    exchange.user_id = user.id
    return org, session, user


def spend_credit(exchange: Exchange, org: Org) -> None:
    """Count the call in the limits of the org, which are off by default. Raises TooManyRequests for too many calls at
    once, ApiLimitExceeded when no credit is left (step 3)."""
    settings = org.settings
    if settings.concurrency is None and settings.credits is None:
        return
    usage = exchange.runtime.registry.usage.of(org.uid)
    if settings.concurrency is not None and usage.in_progress >= settings.concurrency:
        details = {"retry_after": 1, "limit": settings.concurrency, "window": 1, "trace_id": secrets.token_hex(16)}
        raise errors.TooManyRequests(details)
    exchange.begin_call(usage)
    if settings.credits is None:
        return
    left = usage.spend(settings.credits, org.now())
    if left is None or 2 * left <= settings.credits:
        exchange.credits_left = left or 0  # shown once half of the credits are spent (V7)
    if left is None:
        raise errors.ApiLimitExceeded


def require_operation(operation: Operation | None, version: ApiVersion) -> Operation:
    """Return the operation of the verb. Raises InvalidRequestMethod when the path does not have that verb in this
    version (step 4)."""
    if operation is None or version < operation.since:
        raise errors.InvalidRequestMethod
    return operation


async def _body_store(exchange: Exchange) -> BodyStore:
    """Return the store for a long body: as much as the org accepts if the sender is signed in."""
    token = access_token(exchange.header("authorization"))
    if not token:
        return await store_beginning(exchange)
    registry = exchange.runtime.registry
    try:
        session, uid = find_session(registry, token, exchange.addressed_org)
        org = None if uid is None else await registry.pin_async(uid)
        if org is None:
            return await store_beginning(exchange)
        try:
            sign_in(org, session)
            return Whole(int(org.settings.max_body_mb * MEGABYTE))
        finally:
            org.unpin()
    except (ZohoError, OrgGone, OrgUnreadable, sqlite3.Error):
        return await store_beginning(exchange)  # the checks will respond with the error


UNKNOWN = "not a path that mockcrm knows, see /_mockcrm/coverage"
"""The note of the response to an unknown path."""


class UnknownPath:
    """The ASGI application of every path that is not an endpoint: INVALID_URL_PATTERN."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        exchange = Exchange(self._runtime, scope, receive, send)
        try:
            if await exchange.read_request(journal.MAX_BYTES, store_beginning):
                if exchange.path.startswith(("/crm/", "/oauth/")):
                    exchange.note = UNKNOWN
                await exchange.respond(error_response(errors.InvalidUrlPattern(), ApiVersion.V2, "reference"))
        finally:
            exchange.close()
