"""Requests of web pages to the API and the accounts host: whether a page may use credentials that anybody can know."""

from __future__ import annotations

from starlette.types import Scope

from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.http import request as wire
from mockcrm.http.response import Answer
from mockcrm.http.runtime import Runtime

MAX_SHOWN = 200
"""The maximum of characters of an origin that the note repeats."""


def foreign(runtime: Runtime, scope: Scope, directory: OrgMetadata) -> str | None:
    """Return the text of X-Mockcrm-Note when a page sent the request that may not use the credentials written in the
    org's fixture; None for every other request."""
    origin = wire.header(scope, b"origin")
    if origin is None:
        return None
    host = wire.header(scope, b"host") or ""
    if runtime.origins.allow(origin, scope["scheme"], host, directory.page_origins):
        return None
    shown = "".join(sign for sign in origin[:MAX_SHOWN] if " " <= sign <= "~")
    return (
        f"a web page of the origin {shown} may use neither credentials written in a fixture nor, with auth: any, "
        "unknown ones; allow it with mockcrm serve --origins"
    )


def noted(answer: Answer, note: str | None) -> Answer:
    """Return the response with the note, if any, in X-Mockcrm-Note."""
    if note is not None:
        answer.headers = (*answer.headers, (b"x-mockcrm-note", note.encode("ascii")))
    return answer
