"""/orgs/{org}/requests: the journal of the emulated API, in which every secret is masked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Query as Parameter
from pydantic import AfterValidator, Field

from mockcrm.control.context import Running, open_org
from mockcrm.control.models import Content
from mockcrm.core import globs, masking
from mockcrm.core.clock import iso
from mockcrm.core.journal import MAX_BYTES, JournalEntry, JournalQuery
from mockcrm.core.messages import show
from mockcrm.core.org_metadata.model import OrgMetadata

router = APIRouter(prefix="/orgs/{org}/requests", tags=["journal"])


MAX_NAME = 100
"""The most characters of a method or of the name of an error."""


def _glob(value: str) -> str:
    if globs.too_much(value):
        raise ValueError(f"{globs.RULE}, got {show(value)}")
    return value


class RequestAnswer(Content):
    """A request and its response.

    `time` is by the org's clock, `received` by the system's; `duration_ms` ends when the response was ready to be sent.
    A body is shown as JSON if it is JSON, a form as an object of its parameters, any other as text, a missing one as
    null; of one above 16 kB only the beginning is shown, as text. `..._bytes` is its size (null: too large to be read).
    `answer` is the body of the response; `status` is null when a fault broke the connection before a response; `rules`
    are the names of the errors in the response; `fault` is the id of the fault that fired.
    """

    id: int
    time: str
    received: str
    duration_ms: float
    client: str | None
    user: str | None
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    body_bytes: int | None
    status: int | None
    rules: list[str]
    answer: Any
    answer_bytes: int
    fault: str | None


class Requests(Content):
    """Requests, newest last; `count` is the number of matching requests, including those beyond `limit`."""

    requests: list[RequestAnswer]
    count: int


class RequestsDeleted(Content):
    """How many requests were deleted."""

    deleted: int


@router.get("")
def list_requests(
    org: str,
    runtime: Running,
    method: Annotated[str | None, Parameter(max_length=MAX_NAME)] = None,
    path: Annotated[
        Annotated[str, Field(max_length=globs.MAX_LENGTH), AfterValidator(_glob)] | None,
        Parameter(description="a glob over the whole path, with at most 16 `*` and 8 `[`"),
    ] = None,
    status: int | None = None,
    rule: Annotated[str | None, Parameter(description="the name of an error", max_length=MAX_NAME)] = None,
    after: Annotated[int, Parameter(ge=0, description="only requests after the one with this id")] = 0,
    limit: Annotated[int | None, Parameter(ge=0, description="at most this many, the newest")] = None,
) -> Requests:
    """List the matching requests among the org's latest 1,000. Requests that name no known org belong to `default`."""
    query = JournalQuery(None if method is None else method.upper(), path, status, rule, after)
    with open_org(runtime, org) as found:
        entries = runtime.registry.journal.find(found.uid, query)
        listed = entries if limit is None else entries[len(entries) - min(limit, len(entries)) :]
        return Requests(requests=[_response(entry, found.metadata) for entry in listed], count=len(entries))


@router.delete("")
def clear_requests(org: str, runtime: Running) -> RequestsDeleted:
    """Delete the org's requests from the journal."""
    with open_org(runtime, org) as found:
        return RequestsDeleted(deleted=runtime.registry.journal.clear(found.uid))


def _response(entry: JournalEntry, metadata: OrgMetadata) -> RequestAnswer:
    headers = {name.decode(): value.decode("latin-1") for name, value in entry.headers}
    user = None if entry.user_id is None else metadata.users.get(entry.user_id)
    content_type = headers.get("content-type", "").lower().encode("latin-1")
    return RequestAnswer(
        id=entry.number,
        time=iso(int(entry.org_time), metadata.org.offset),
        received=datetime.fromtimestamp(entry.time, UTC).isoformat(timespec="milliseconds"),
        duration_ms=round(entry.seconds * 1000, 3),
        client="{}:{}".format(*entry.client) if entry.client else None,
        user=None if user is None else user.email,
        method=entry.method,
        path=entry.path,
        query=masking.query_json(entry.query),
        headers=headers,
        body=masking.body_json(entry.body, content_type, whole=entry.body_bytes <= MAX_BYTES),
        body_bytes=None if entry.body_bytes < 0 else entry.body_bytes,
        status=entry.sent_status,
        rules=list(dict.fromkeys(entry.rules)),
        answer=masking.body_json(entry.response, b"", whole=entry.response_bytes <= MAX_BYTES),
        answer_bytes=entry.response_bytes,
        fault=None if entry.fault is None else entry.fault.id,
    )
