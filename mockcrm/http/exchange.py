"""The one way into the emulated API: an ASGI callable per path, which checks in the documented order and answers.

CHECKS is the order of docs/contract/mass-update-and-core.md 0.1, steps 1 to 6; step 7 (profile) and everything after
it are the handlers'.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from mockcrm.core import errors, journal
from mockcrm.core.errors import StatusProfile, ZohoError
from mockcrm.core.faults import Fault
from mockcrm.core.limits import Usage
from mockcrm.core.org_metadata.model import User
from mockcrm.core.orgs.credentials import ALL_SCOPES, Session
from mockcrm.core.orgs.org import MetadataChanged, Org, OrgGone
from mockcrm.core.orgs.registry import DEFAULT, OrgNotOpen, OrgUnreadable
from mockcrm.core.versions import LATEST, VERSIONS, ApiVersion
from mockcrm.http import faulty_response as faulty
from mockcrm.http.body import Beginning, Keeper, Whole
from mockcrm.http.call import MEGABYTE, Call
from mockcrm.http.delivery import access_token, delivery_of
from mockcrm.http.endpoint import Endpoint, Operation
from mockcrm.http.envelopes import error_answer
from mockcrm.http.page_origins import foreign, noted
from mockcrm.http.response import Answer
from mockcrm.http.runtime import Runtime
from mockcrm.http.scopes import require_scope

LOG = logging.getLogger("mockcrm.http")
MAX_BODY_BYTES = 64 * 2**20
"""What is kept of a body at most: the largest that an org's own limit (max_body_mb) can be."""

PAID = "mockcrm.paid"
"""Marks a request that has spent its credit, so that one that begins again does not pay twice."""

CREDITS_LEFT = "mockcrm.credits_left"
"""Where a request keeps how many credits are left, once half of them are used (V7)."""


# -- the checks, in order ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Check:
    """A request on its way through the checks. What each finds out is kept for the next."""

    runtime: Runtime
    endpoint: Endpoint
    scope: AsgiScope
    body: bytes | None
    body_is_cut: bool = False
    version: ApiVersion = LATEST
    profile: StatusProfile = "reference"
    org: Org | None = None
    fault: Fault | None = None
    operation: Operation | None = None
    call: Call | None = None
    usage: Usage | None = None
    note: str | None = None


def version_known(check: Check) -> None:
    """Step 1: `v<number>` that the service has; an endpoint newer than the version is no part of it."""
    text = check.scope["path_params"].get("version", "")
    version = VERSIONS.get(text)
    if version is None:
        check.version = ApiVersion.V2
        number = text.removeprefix("v")
        if text.startswith("v") and number.replace(".", "", 1).isdigit() and number.isascii():
            raise errors.ApiVersionUnknown(number)
        raise errors.InvalidUrlPattern
    check.version = version
    if version < check.endpoint.since:
        raise errors.NotInThisVersion({"supported_version": check.endpoint.since.label})


def authorized(check: Check) -> None:
    """Step 2: a valid access token, which names the org and the user. A page of another origin needs a token that the
    server generated; one that is written in a fixture is not enough."""
    token = access_token(check.scope)
    if not token:
        raise errors.AuthenticationFailure
    known, uid = _named(check.runtime, check.scope, token)
    check.org = org = None if uid is None else check.runtime.registry.pin_open(uid)
    if org is None:
        raise errors.InvalidToken
    check.profile = org.settings.status_profile
    session, user = _signed_in(org, known)
    page = foreign(check.runtime, check.scope, org.directory)
    if page is not None and (known is None or org.directory.is_literal(token)):
        check.note = page
        raise errors.InvalidToken
    if check.body_is_cut:
        raise errors.InvalidToken  # nobody was signed in when the body began, so that it was thrown away
    check.call = Call(check.runtime, check.scope, check.version, check.body, org, session, user)


def _named(runtime: Runtime, scope: AsgiScope, token: str) -> tuple[Session | None, str | None]:
    """The session of a token, if that is known where the address leads, and the uid of the org that is meant."""
    registry = runtime.registry
    session = registry.credentials.session(token)
    addressed: str | None = scope.get("mockcrm.org")
    if session is not None and addressed is not None and session.org != registry.uid_of(addressed):
        session = None
    return session, session.org if session is not None else registry.uid_of(addressed or DEFAULT)


def _signed_in(org: Org, session: Session | None) -> tuple[Session, User]:
    """Whom the org lets in for that session; InvalidToken."""
    directory = org.directory
    if session is None or (session.expires is not None and session.expires <= org.clock.now()):
        if org.settings.auth != "any":
            raise errors.InvalidToken
        session = session or Session(org.uid, directory.admin_id, ALL_SCOPES, None, "")
    user = directory.users.get(session.user_id)
    if user is None or user.status != "active":
        raise errors.InvalidToken
    return session, user


async def _beginning(runtime: Runtime, _scope: AsgiScope) -> Beginning:
    return Beginning(journal.MAX_BYTES, runtime.anonymous)


async def _kept_of_body(runtime: Runtime, scope: AsgiScope) -> Keeper:
    """What is kept of a body before the checks: as much as the org reads of one, if the request is signed in."""
    token = access_token(scope)
    if not token:
        return await _beginning(runtime, scope)
    registry = runtime.registry
    try:
        session, uid = _named(runtime, scope, token)
        org = None if uid is None else await registry.pin_async(uid)
        if org is None:
            return await _beginning(runtime, scope)
        try:
            _signed_in(org, session)
            return Whole(int(org.settings.max_body_mb * MEGABYTE))
        finally:
            org.unpin()
    except (ZohoError, OrgGone, OrgUnreadable, sqlite3.Error):
        return await _beginning(runtime, scope)  # the check will say what is wrong


def within_limits(check: Check) -> None:
    """Step 3: not too many calls of the org at once, and credits left; off unless its settings say so."""
    assert check.org is not None
    settings = check.org.settings
    if settings.concurrency is None and settings.credits is None:
        return
    usage = check.runtime.registry.usage.of(check.org.uid)
    if settings.concurrency is not None and usage.in_progress >= settings.concurrency:
        details = {"retry_after": 1, "limit": settings.concurrency, "window": 1, "trace_id": secrets.token_hex(16)}
        raise errors.TooManyRequests(details)
    usage.in_progress += 1
    check.usage = usage
    if settings.credits is not None and PAID not in check.scope:
        left = usage.spend(settings.credits, check.org.now())
        check.scope[PAID] = True
        if left is None or 2 * left <= settings.credits:
            check.scope[CREDITS_LEFT] = left or 0
        if left is None:
            raise errors.ApiLimitExceeded


def no_fault_injected(check: Check) -> None:
    """Not a rule of the service: a fault of the control API fires here, once a request, as soon as the org is known."""
    assert check.org is not None
    check.fault = faulty.meet(check.runtime.registry.faults, check.org.uid, check.scope)
    if check.fault is not None:
        raise faulty.Fired


def method_allowed(check: Check) -> None:
    """Step 4: the verb is one of the path's, in this version."""
    check.operation = check.endpoint.operations.get(check.scope["method"])
    if check.operation is None or check.version < check.operation.since:
        raise errors.InvalidRequestMethod


def module_known(check: Check) -> None:
    """Step 5."""
    assert check.call is not None
    if check.endpoint.module is not None:
        check.call.module = check.endpoint.module(check.call)


def scopes_granted(check: Check) -> None:
    """Step 6."""
    assert check.call is not None
    assert check.operation is not None
    for needed in check.operation.scopes(check.call):
        require_scope(check.call.session.scopes, needed)


CHECKS: tuple[Callable[[Check], None], ...] = (
    version_known,
    authorized,
    within_limits,
    no_fault_injected,
    method_allowed,
    module_known,
    scopes_granted,
)


class EmulatedPath:
    """The ASGI callable of one path: every verb comes here, so that a wrong one is refused in its turn."""

    def __init__(self, runtime: Runtime, endpoint: Endpoint) -> None:
        self._runtime = runtime
        self._endpoint = endpoint

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        delivery = await delivery_of(self._runtime, scope, receive, send, _kept_of_body, small=journal.MAX_BYTES)
        if delivery is None:
            return
        opened: Org | None = None
        try:
            answer = None
            while answer is None:
                check = Check(self._runtime, self._endpoint, scope, delivery.body.content, delivery.body.cut)
                try:
                    answer = await self._answer(check)
                except OrgNotOpen as closed:
                    # Forgotten before it is unpinned: a cancelled request does not come back from what it awaits next.
                    earlier, opened = opened, None
                    if earlier is not None:
                        earlier.unpin()
                    opened, answer = await self._open(closed.uid)
            if CREDITS_LEFT in scope:
                left = str(scope[CREDITS_LEFT]).encode()
                answer = replace(answer, headers=(*answer.headers, (b"x-api-credits-remaining", left)))
            delivery.org = check.org
            delivery.user_id = None if check.call is None else check.call.user.id
            del check  # with it the body, which is not needed while the answer is sent
            await delivery.answer(answer)
        finally:
            delivery.close()
            if opened is not None:
                opened.unpin()

    async def _open(self, uid: str) -> tuple[Org | None, Answer | None]:
        """Open the request's org in a thread and pin it, so that the request finds it open when it begins again; what
        is answered when that cannot be done."""
        try:
            return await self._runtime.registry.pin_async(uid), None
        except OrgUnreadable as fault:
            LOG.error("%s", fault)
        except Exception:
            LOG.exception("org %s cannot be opened", uid)
        return None, error_answer(errors.InternalError(), LATEST, "reference")

    async def _answer(self, check: Check) -> Answer | None:
        """What is answered; None when the request is to begin again."""
        try:
            for rule in CHECKS:
                rule(check)
            assert check.operation is not None
            assert check.call is not None
            return await check.operation.handler(check.call)
        except ZohoError as error:
            return noted(error_answer(error, check.version, check.profile), check.note)
        except faulty.Fired:
            assert check.fault is not None
            return await faulty.refusal(check.fault.effect, check.version, check.profile)
        except OrgNotOpen:
            raise
        except OrgGone:
            return error_answer(errors.InvalidToken(), check.version, check.profile)
        except MetadataChanged:
            return None
        except OrgUnreadable as fault:
            LOG.error("%s", fault)
            return error_answer(errors.InternalError(), check.version, check.profile)
        except sqlite3.OperationalError as error:
            # A full disk, or a file that another process holds: nothing of the request is in the file.
            LOG.error("%s %s: %s", check.scope["method"], check.scope["path"], error)
            return error_answer(errors.InternalError(), check.version, check.profile)
        except Exception:
            # The edge of the emulated API: whatever is wrong with us, the client gets Zoho's words for it.
            if check.org is not None and check.org.closed:
                return error_answer(errors.InvalidToken(), check.version, check.profile)
            LOG.exception("%s %s", check.scope["method"], check.scope["path"])
            return error_answer(errors.InternalError(), check.version, check.profile)
        finally:
            if check.usage is not None:
                check.usage.in_progress -= 1
            if check.org is not None:
                check.org.unpin()


class UnknownPath:
    """Responds to every path that is not an endpoint, with INVALID_URL_PATTERN."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        delivery = await delivery_of(self._runtime, scope, receive, send, _beginning, small=journal.MAX_BYTES)
        if delivery is None:
            return
        try:
            answer = error_answer(errors.InvalidUrlPattern(), ApiVersion.V2, "reference")
            if scope["path"].startswith(("/crm/", "/oauth/")):
                answer.headers = ((b"x-mockcrm-note", b"not emulated, see /_mockcrm/coverage"),)
            await delivery.answer(answer)
        finally:
            delivery.close()
