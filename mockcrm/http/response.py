"""Finished responses of the emulated API and the accounts host, and how they are sent, with what CORS requires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson
from starlette.types import Send

from mockcrm.http.dates import Header

JSON = (b"content-type", b"application/json;charset=UTF-8")


@dataclass(slots=True)
class Response:
    """A finished response: `body` is JSON unless `content_type` says otherwise, or empty (204, 304). `rules` are the
    names of the errors in it."""

    status: int
    body: bytes = b""
    rules: tuple[str, ...] = ()
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: tuple[bytes, bytes] = JSON


def json_response(status: int, content: object, *, rules: tuple[str, ...] = ()) -> Response:
    """Return a response with `content` as JSON."""
    return Response(status, orjson.dumps(content), rules)


async def send_response(
    origin: str | None, send: Send, response: Response, date: Header | None, *, head: bool = False
) -> None:
    """Send a response, with the headers of CORS when a web page sent the request
    (docs/contract/mass-update-and-core.md 0.2). `head`: without its body, since the request was a HEAD."""
    headers = [*response.headers]
    if date is not None:
        headers.append(date)
    if response.body:
        headers.append(response.content_type)
    if response.status not in (204, 304):
        headers.append((b"content-length", str(len(response.body)).encode()))
    if response.rules:
        headers.append((b"x-mockcrm-rule", ",".join(dict.fromkeys(response.rules)).encode()))
    if origin is not None:
        headers.extend(cross_origin(origin, {b"access-control-expose-headers": b"X-Mockcrm-Rule, X-Mockcrm-Note"}))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else response.body})


def cross_origin(origin: str, more: Mapping[bytes, bytes]) -> Iterable[tuple[bytes, bytes]]:
    """Yield the headers that let the page at `origin` read the response, credentials included."""
    yield (b"access-control-allow-origin", origin.encode("latin-1"))
    yield (b"access-control-allow-credentials", b"true")
    yield (b"vary", b"Origin")
    yield from more.items()


def preflight(requested_headers: str | None) -> Response:
    """Return the response to OPTIONS on an emulated path: 200, with the requested headers
    (docs/contract/mass-update-and-core.md 0.2)."""
    allowed = requested_headers or "Authorization, Content-Type"
    return Response(
        200,
        headers=(
            (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE, OPTIONS"),
            (b"access-control-allow-headers", allowed.encode("latin-1")),
            (b"access-control-max-age", b"600"),
        ),
    )
