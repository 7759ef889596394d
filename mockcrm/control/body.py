"""The body of a control request: read in full before the request is handled, limited in size, and checked for JSON that
the handlers do not expect (nested too deeply, lone surrogates).

The framework would read a body of any size, and has no error message for JSON that Python itself cannot read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from mockcrm.control.errors import ControlError
from mockcrm.fixture_format.errors import FixtureError
from mockcrm.fixture_format.source import TOO_DEEP, loads, to_json

MAX_FIXTURE_BYTES = 64 * 2**20
"""Limit for the body of a request that may contain a fixture."""
MAX_BODY_BYTES = 2**20
"""Limit for any other body. Parsed JSON takes up to twenty times its length in memory, and no other body is long."""
SHORT_BYTES = 64 * 2**10
"""Longer bodies are parsed in a thread, so that they do not block the event loop."""
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class ClientGone(Exception):
    """The client closed the connection before its request was complete."""


class ReadOnce(APIRoute):
    """A route that uses the JSON already parsed by `read`. Parsing it again would block the event loop, for about a
    second with a fixture of 64 MiB."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the framework's handler, called with a request whose JSON is already parsed."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            return await handle(_Read(request.scope, request.receive))

        return handled


class _Read(Request):
    async def json(self) -> Any:
        return self.state.json if hasattr(self.state, "json") else await super().json()


async def read(scope: Scope, receive: Receive, path: str) -> bytes:
    """Return the body of a request of `path` (below /_mockcrm) and store the parsed JSON in the state of the request.

    Raises ControlError when it is too large, as soon as that is known: the server reads and discards the rest, so that
    the client can read the response. Raises ClientGone.
    """
    loads_fixture = path.endswith("/load")
    limit = MAX_FIXTURE_BYTES if loads_fixture or path == "/orgs" else MAX_BODY_BYTES
    announced = Headers(scope=scope).get("content-length", "")
    if announced.isdecimal() and (len(announced) > 20 or int(announced) > limit):
        raise _too_large(limit)
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        more = message.get("more_body", False)
    body = b"".join(chunks)
    if body and not loads_fixture and scope["method"] in ("POST", "PUT", "PATCH"):
        # The body of /load may be YAML, and is checked by the fixture parser.
        with suppress(json.JSONDecodeError):  # which the framework reports
            parsed = await run_in_threadpool(check, body) if size > SHORT_BYTES else check(body)
            scope.setdefault("state", {})["json"] = parsed
    return body


def _too_large(limit: int) -> ControlError:
    return ControlError(413, f"too large; expected at most {limit // 2**20} MiB", "body")


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that first yields a body that was already read, then the messages that follow it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def check(body: bytes) -> Any:
    """Return the parsed JSON of a body. Raises ControlError for JSON that cannot be handled, and json.JSONDecodeError
    when it is not JSON."""
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
    except UnicodeDecodeError as error:
        raise ControlError(400, f"expected UTF-8 text (byte {error.start})", "body") from None
    try:
        tree = loads(text)
    except FixtureError as error:
        raise ControlError(400, error.message, f"body {error.where}".strip()) from None
    try:
        to_json(tree)
    except TypeError as error:
        if str(error).startswith("Recursion"):
            raise ControlError(400, TOO_DEEP, "body") from None
        if "surrogates" in str(error) or _HALF_PAIR.search(json.dumps(tree, ensure_ascii=False)):
            raise ControlError(400, "contains a lone surrogate: invalid text", "body") from None
    return tree
