"""Requests of web pages, to the API and to the accounts host: may the page use credentials that anybody can know?"""

from __future__ import annotations

from starlette.types import Scope

from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.http import request as wire
from mockcrm.http.response import Answer
from mockcrm.http.runtime import Runtime

MAX_SHOWN = 200
"""Characters of an origin that are repeated."""


def foreign(runtime: Runtime, scope: Scope, directory: OrgMetadata) -> str | None:
    """What X-Mockcrm-Note says when the request is of a page that may not use the org's literal credentials; None for
    every other request."""
    origin = wire.header(scope, b"origin")
    if origin is None:
        return None
    host = wire.header(scope, b"host") or ""
    if runtime.origins.allow(origin, scope["scheme"], host, directory.page_origins):
        return None
    shown = "".join(sign for sign in origin[:MAX_SHOWN] if " " <= sign <= "~")
    return (
        f"a web page of the origin {shown} may use neither credentials that stand in a fixture nor, with auth: any, "
        "unknown ones; mockcrm serve --origins allows it"
    )


def noted(answer: Answer, note: str | None) -> Answer:
    """The response with the note in X-Mockcrm-Note."""
    if note is not None:
        answer.headers = (*answer.headers, (b"x-mockcrm-note", note.encode("ascii")))
    return answer
