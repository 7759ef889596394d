"""Requests of web pages to the API and the accounts host: whether a page may use credentials that anybody can know."""

from __future__ import annotations

from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.http.exchange import Exchange

MAX_SHOWN = 200
"""The maximum of characters of an origin that the note repeats."""


def refused_page_note(exchange: Exchange, metadata: OrgMetadata) -> str | None:
    """Return the text of X-Mockcrm-Note when the request was sent by a page that may not use the credentials written
    in the org's fixture; None for every other request."""
    origin = exchange.origin
    if origin is None:
        return None
    host = exchange.header("host") or ""
    if exchange.runtime.origins.allow(origin, exchange.scope["scheme"], host, metadata.page_origins):
        return None
    shown = "".join(sign for sign in origin[:MAX_SHOWN] if " " <= sign <= "~")
    return (
        f"a web page of the origin {shown} may use neither credentials written in a fixture nor, with auth: any, "
        "unknown ones; allow it with mockcrm serve --origins"
    )
