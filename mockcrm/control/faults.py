"""/orgs/{org}/faults: failures injected on demand into matching requests of the emulated API and the accounts host."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Body
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from mockcrm.control.context import Running, open_org
from mockcrm.control.errors import ControlError
from mockcrm.control.models import Content
from mockcrm.core import globs
from mockcrm.core.errors.book import ErrorBook
from mockcrm.core.faults import HALF, MAX_FAULTS, Effect, Fault, Match, RawBody, Slow, TooManyFaults
from mockcrm.core.messages import show
from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.core.orgs.org import OrgGone
from mockcrm.core.strict_input import StrictModel
from mockcrm.fixture_format.errors import unknown
from mockcrm.http import response
from mockcrm.http.oauth_errors import OAUTH_ERRORS
from mockcrm.http.oauth_errors import PATHS as OAUTH_PATHS

router = APIRouter(prefix="/orgs/{org}/faults", tags=["faults"])

MAX_DELAY_MS = 600_000
"""The longest delay of a response, in milliseconds."""
MAX_NAME = 100
"""The most characters of the name of a method, module or error, and of a media type."""
MAX_BODY = 64 * 1024
"""The most bytes of the body of a response."""
HTML, JSON = "text/html;charset=UTF-8", response.JSON[1].decode()


def _glob(value: str) -> str:
    if globs.too_much(value):
        raise ValueError(f"{globs.RULE}, got {show(value)}")
    if value[:1] in ("/", "*", "?", "["):
        return value
    raise ValueError(f"expected a pattern for the whole path, like /crm/*/Leads/actions/*, got {show(value)}")


def _media_type(value: str) -> str:
    if re.fullmatch(r"[!-~]+/[ -~]+", value):
        return value
    raise ValueError(f"expected a media type like text/html, got {show(value)}")


def _drop(value: object) -> object:
    if value is None or value is True or value in ("request", "answer"):
        return "request" if value is True else value
    raise ValueError(f"expected true (same as `request`) or `answer`, got {show(value)}")


def _truncate(value: object) -> object:
    if value is True:
        return HALF
    if value is None or (isinstance(value, int) and value is not False and 0 <= value < 2**31):
        return value
    raise ValueError(f"expected true (half of the body) or a number of bytes, got {show(value)}")


class MatchContent(StrictModel):
    """Which requests match; a missing key matches any. `path` is a glob over the whole path without /o/{org}, with at
    most 16 `*` and 8 `[`; only the first 2,048 characters of a path are compared. `module` is an api_name, which both
    the fault and the request may write in any case; a glob compares with case."""

    method: Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(str.upper)] | None = None
    path: Annotated[str, Field(max_length=globs.MAX_LENGTH), AfterValidator(_glob)] | None = None
    module: Annotated[str, Field(max_length=MAX_NAME)] | None = None


class SlowContent(StrictModel):
    """How the body is sent slowly: the number of pieces, and the pause between two of them."""

    pieces: Annotated[int, Field(ge=2, le=10_000)] = 10
    pause_ms: Annotated[int, Field(ge=0, le=MAX_DELAY_MS)] = 100


class NewFault(StrictModel):
    """POST /orgs/{org}/faults. `after` matching requests pass unchanged, then the fault fires `times` times, or always.

    Its effects, in this order: wait `delay_ms`; break the connection (`drop`: true before the request is handled,
    `answer` after it); return the error named `error` (see /_mockcrm/coverage), or the HTTP status `status`, or the
    body `body` (with 200 or `status`); send the body `slow`; break the connection after part of the body (`truncate`:
    true for half, or a number of bytes).

    An error of the accounts host (`invalid_code`, `Access Denied`, `general_error` and so on, docs/oauth.md) matches
    requests below /oauth/ unless `match` has a path. A text as `body` is sent as it is, any other value as JSON;
    `content_type` is then text/html or application/json by default.
    """

    match: MatchContent = MatchContent()
    after: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    times: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    delay_ms: Annotated[int, Field(ge=0, le=MAX_DELAY_MS)] = 0
    drop: Annotated[Any, BeforeValidator(_drop), WithJsonSchema({"enum": [True, "request", "answer"]})] = None
    error: Annotated[str, Field(max_length=MAX_NAME)] | None = None
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    slow: SlowContent | None = None
    truncate: Annotated[
        Any,
        BeforeValidator(_truncate),
        WithJsonSchema({"anyOf": [{"const": True}, {"type": "integer", "minimum": 0}]}),
    ] = None
    body: Any = None
    content_type: Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_media_type)] | None = None


class FaultAnswer(Content):
    """A fault, without the keys that are not set. `seen` counts the matching requests, `fired` those it changed."""

    id: str
    match: MatchContent
    after: int
    times: int | None
    delay_ms: int | None
    drop: Literal["request", "answer"] | None
    error: str | None
    status: int | None
    slow: SlowContent | None
    truncate: Literal[True] | int | None
    body: Any
    content_type: str | None
    seen: int
    fired: int
    spent: bool


class Faults(Content):
    """Faults in the order they were added: of those that match a request, the first that is not spent fires."""

    faults: list[FaultAnswer]


class FaultsDeleted(Content):
    """How many faults were deleted."""

    deleted: int


@router.get("", response_model_exclude_none=True)
def list_faults(org: str, runtime: Running) -> Faults:
    """List the faults of the org, spent ones included."""
    with open_org(runtime, org) as found:
        return Faults(faults=[_response(fault) for fault in runtime.registry.faults.of(found.uid)])


@router.post("", status_code=201, response_model_exclude_none=True)
def add_fault(org: str, runtime: Running, body: Annotated[NewFault | None, Body()] = None) -> FaultAnswer:
    """Add a fault. An org may have 200, spent ones included."""
    requested = body or NewFault()
    with open_org(runtime, org) as found:
        match = _match(requested, found.metadata)
        effect = _effect(requested, runtime.errors)
        try:
            fault = runtime.registry.faults.add(
                found.uid, match, after=requested.after, times=requested.times, **effect
            )
        except TooManyFaults:
            message = f"the org {org!r} already has {MAX_FAULTS} faults, spent ones included; delete some"
            raise ControlError(409, message, "path.org") from None
        if fault is None:
            raise OrgGone(org)
        return _response(fault)


@router.get("/{fault}", response_model_exclude_none=True)
def show_fault(org: str, fault: str, runtime: Running) -> FaultAnswer:
    """Show one fault."""
    with open_org(runtime, org) as found:
        for item in runtime.registry.faults.of(found.uid):
            if item.id == fault:
                return _response(item)
    raise _no_fault(org, fault)


@router.delete("")
def clear_faults(org: str, runtime: Running) -> FaultsDeleted:
    """Delete every fault of the org."""
    with open_org(runtime, org) as found:
        return FaultsDeleted(deleted=runtime.registry.faults.clear(found.uid))


@router.delete("/{fault}")
def remove_fault(org: str, fault: str, runtime: Running) -> FaultsDeleted:
    """Delete one fault."""
    with open_org(runtime, org) as found:
        if not runtime.registry.faults.remove(found.uid, fault):
            raise _no_fault(org, fault)
        return FaultsDeleted(deleted=1)


def _no_fault(org: str, fault: str) -> ControlError:
    return ControlError(404, f"the org {org!r} has no fault {fault!r}", "path.fault")


def _match(requested: NewFault, metadata: OrgMetadata) -> Match:
    match = requested.match
    module = None if match.module is None else metadata.find_module(match.module)
    if match.module is not None and module is None:
        raise ControlError(400, unknown("module", match.module, metadata.modules), "body.match.module")
    if requested.error not in OAUTH_ERRORS:
        return Match(match.method, match.path, None if module is None else module.api_name)
    if module is not None:
        message = f"{requested.error} is an error of the accounts host, whose paths name no module"
        raise ControlError(400, message, "body.match.module")
    if match.path is not None and not match.path.startswith("/oauth/"):
        message = f"{requested.error} is an error of the accounts host; expected a path below /oauth/"
        raise ControlError(400, f"{message}, got {show(match.path)}", "body.match.path")
    return Match(match.method, match.path or OAUTH_PATHS)


def _effect(requested: NewFault, errors: ErrorBook) -> dict[str, Any]:
    effect: dict[str, Any] = {
        "delay_ms": requested.delay_ms,
        "drop": requested.drop,
        "status": requested.status,
        "slow": None if requested.slow is None else Slow(requested.slow.pieces, requested.slow.pause_ms),
        "truncate": requested.truncate,
        "error": _error(requested.error, errors),
        "body": _body(requested),
    }
    if Effect(**effect) == Effect():
        raise ControlError(400, "expected one of delay_ms, drop, error, status, slow, truncate, body", "body")
    if requested.error is not None and requested.body is not None:
        raise ControlError(400, "expected either error or body", "body")
    return effect


def _error(name: str | None, errors: ErrorBook) -> str | None:
    if name is None or name in OAUTH_ERRORS:
        return name
    row = errors.find(name)
    if row is None:
        raise ControlError(400, unknown("error", name, (*errors, *OAUTH_ERRORS)), "body.error")
    return row.name


def _body(requested: NewFault) -> RawBody | None:
    given = requested.body
    if given is None:
        if requested.content_type is not None:
            raise ControlError(400, "expected a body too", "body.content_type")
        return None
    content = given.encode("utf-8", "replace") if isinstance(given, str) else orjson.dumps(given)
    if len(content) > MAX_BODY:
        raise ControlError(400, f"expected {MAX_BODY} bytes or less, got {len(content)}", "body.body")
    default = HTML if isinstance(given, str) else JSON
    return RawBody(content, requested.content_type or default, given)


def _response(fault: Fault) -> FaultAnswer:
    effect = fault.effect
    return FaultAnswer(
        id=fault.id,
        match=MatchContent(method=fault.match.method, path=fault.match.path, module=fault.match.module),
        after=fault.after,
        times=fault.times,
        delay_ms=effect.delay_ms or None,
        drop=effect.drop,
        error=effect.error,
        status=effect.status,
        slow=None if effect.slow is None else SlowContent(pieces=effect.slow.pieces, pause_ms=effect.slow.pause_ms),
        truncate=True if effect.truncate == HALF else effect.truncate,
        body=None if effect.body is None else effect.body.given,
        content_type=None if effect.body is None else effect.body.content_type,
        seen=fault.matched,
        fired=fault.fired,
        spent=fault.spent,
    )
