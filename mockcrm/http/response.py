"""Finished responses of the emulated API and the accounts host, and how they are sent, with what CORS requires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson
from starlette.types import Send

JSON = (b"content-type", b"application/json;charset=UTF-8")


@dataclass(slots=True)
class Answer:
    """What a route answers: `body` is finished JSON, or empty (204, 304). `rules` names what refused something."""

    status: int
    body: bytes = b""
    rules: tuple[str, ...] = ()
    headers: tuple[tuple[bytes, bytes], ...] = ()


def dumped(status: int, content: object, *, rules: tuple[str, ...] = ()) -> Answer:
    """An answer with `content` as JSON."""
    return Answer(status, orjson.dumps(content), rules)


async def send_answer(origin: str | None, send: Send, answer: Answer) -> None:
    """Send an answer, with what CORS needs when the request came from a page
    (docs/contract/mass-update-and-core.md 0.2)."""
    headers = [*answer.headers]
    if answer.body:
        headers.append(JSON)
    if answer.status not in (204, 304):
        headers.append((b"content-length", str(len(answer.body)).encode()))
    if answer.rules:
        headers.append((b"x-mockcrm-rule", ",".join(dict.fromkeys(answer.rules)).encode()))
    if origin is not None:
        headers.extend(cross_origin(origin, {b"access-control-expose-headers": b"X-Mockcrm-Rule, X-Mockcrm-Note"}))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def cross_origin(origin: str, more: Mapping[bytes, bytes]) -> Iterable[tuple[bytes, bytes]]:
    """Headers that let the page at `origin` read the answer, credentials included."""
    yield (b"access-control-allow-origin", origin.encode("latin-1"))
    yield (b"access-control-allow-credentials", b"true")
    yield (b"vary", b"Origin")
    yield from more.items()


def preflight(requested_headers: str | None) -> Answer:
    """The answer to OPTIONS on an emulated path: 200, with the verbs and headers asked for
    (docs/contract/mass-update-and-core.md 0.2)."""
    allowed = requested_headers or "Authorization, Content-Type"
    return Answer(
        200,
        headers=(
            (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE, OPTIONS"),
            (b"access-control-allow-headers", allowed.encode("latin-1")),
            (b"access-control-max-age", b"600"),
        ),
    )
