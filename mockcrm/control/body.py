"""The body of a call: read whole before the call is handled, within a limit, and looked at for JSON that nothing behind
here expects.

The framework would collect a body without end, and has no words for what Python itself cannot read.
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
from starlette.types import Message, Receive, Scope

from mockcrm.control.errors import ControlFault
from mockcrm.fixture_format.errors import FixtureError
from mockcrm.fixture_format.source import TOO_DEEP, loads, written
from mockcrm.http.request import header

MAX_FIXTURE_BYTES = 64 * 2**20
"""Of the body of a call that may carry a fixture."""
MAX_BODY_BYTES = 2**20
"""Of any other: JSON takes up to twenty times its length in memory, and nothing else has that much to say."""
SHORT_BYTES = 64 * 2**10
"""Longer bodies are looked at in a thread, beside the event loop."""
_JSON = "mockcrm.json"
"""Where a call's scope keeps its body as JSON."""
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class ClientGone(Exception):
    """The client closed the connection before its call was whole."""


class ReadOnce(APIRoute):
    """A route that takes the JSON that `read` made of the body: to make it again, the framework would hold up the event
    loop, for a fixture of 64 MiB a second."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's own, given a request that knows its JSON."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            return await handle(_Read(request.scope, request.receive))

        return handled


class _Read(Request):
    async def json(self) -> Any:
        return self.scope[_JSON] if _JSON in self.scope else await super().json()


async def read(scope: Scope, receive: Receive, path: str) -> bytes:
    """The body of a call of `path` (below /_mockcrm); what it is as JSON is kept in the scope. ControlFault when it is
    too large, as soon as that is known: the server takes the rest and throws it away, so that the client gets to read
    the response. ClientGone."""
    loads_fixture = path.endswith("/load")
    limit = MAX_FIXTURE_BYTES if loads_fixture or path == "/orgs" else MAX_BODY_BYTES
    announced = header(scope, b"content-length") or ""
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
        # What is loaded may be YAML, and is looked at where it is read.
        with suppress(json.JSONDecodeError):  # which the framework tells
            scope[_JSON] = await run_in_threadpool(check, body) if size > SHORT_BYTES else check(body)
    return body


def _too_large(limit: int) -> ControlFault:
    return ControlFault(413, f"too large; expected at most {limit // 2**20} MiB", "body")


def given(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read already, then whatever else comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def check(body: bytes) -> Any:
    """A body's JSON. ControlFault when it is JSON that cannot be handled, json.JSONDecodeError when it is none."""
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
    except UnicodeDecodeError as fault:
        raise ControlFault(400, f"expected UTF-8 text (byte {fault.start})", "body") from None
    try:
        tree = loads(text)
    except FixtureError as fault:
        raise ControlFault(400, fault.message, f"body {fault.where}".strip()) from None
    try:
        written(tree)
    except TypeError as fault:
        if str(fault).startswith("Recursion"):
            raise ControlFault(400, TOO_DEEP, "body") from None
        if "surrogates" in str(fault) or _HALF_PAIR.search(json.dumps(tree, ensure_ascii=False)):
            raise ControlFault(400, "holds half of a surrogate pair, which is no text", "body") from None
    return tree
