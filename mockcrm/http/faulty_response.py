"""What a fault of the control API does to a response: an injected error, a lost connection, a slow or truncated body.

core/faults decides which fault applies to which request.
"""

from __future__ import annotations

import asyncio
from itertools import pairwise

from starlette.types import Message, Receive, Scope, Send

from mockcrm.core.errors import StatusProfile
from mockcrm.core.errors.book import ErrorBook
from mockcrm.core.errors.request import InternalError
from mockcrm.core.faults import HALF, Effect, Slow
from mockcrm.core.org_settings import OrgSettings
from mockcrm.core.versions import ApiVersion
from mockcrm.http.envelopes import error_response
from mockcrm.http.oauth_errors import OAUTH_ERRORS
from mockcrm.http.response import Response

TRANSPORT = "mockcrm.transport"
"""The extension of the ASGI scope by which our server gives the connection: {"transport": asyncio's transport}."""
NO_RESPONSE = Response(0)
"""Stands for the response to a request whose connection is broken before anything is done."""


class ConnectionBroken(ConnectionError):
    """Under a server that gives no transport: ends the application's turn in the middle of the response, which is all
    that breaks the connection there. In process it reaches the caller."""


def replacement(
    effect: Effect, errors: ErrorBook, version: ApiVersion, profile: StatusProfile, settings: OrgSettings
) -> Response:
    """Return the response that the fault injects, before its own `status`."""
    if effect.body is not None:
        content_type = (b"content-type", effect.body.content_type.encode())
        return Response(200, effect.body.content, content_type=content_type)
    name = effect.error or InternalError.name
    if name in OAUTH_ERRORS:
        return OAUTH_ERRORS[name].response(settings)
    return error_response(errors[name].sample(), version, profile, settings)


async def injected_response(
    effect: Effect, errors: ErrorBook, version: ApiVersion, profile: StatusProfile, settings: OrgSettings
) -> Response | None:
    """Wait for the delay of the fault. Return the response to send without doing what was requested, None when the
    fault lets the request be done."""
    await asyncio.sleep(effect.delay_ms / 1000)
    if effect.drop == "request":
        return NO_RESPONSE
    if not effect.replaces_response:
        return None
    response = replacement(effect, errors, version, profile, settings)
    response.status = effect.status or response.status
    if response.status in (204, 304):
        response.body = b""
    return response


class FaultyResponse:
    """A `send` that loses, cuts or slows the response that it is given, a head and one body."""

    def __init__(self, effect: Effect, scope: Scope, receive: Receive, send: Send) -> None:
        self._effect = effect
        self._scope = scope
        self._receive = receive
        self._send = send
        self._head: Message = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head = message
            return
        effect = self._effect
        body: bytes = message.get("body", b"")
        cut = effect.truncate is not None
        if effect.drop is not None or (cut and not body):  # a body of no bytes cannot end early
            await self._break(flush=False)
            return
        await self._send(self._head)
        if effect.truncate is not None:
            body = body[: len(body) // 2 if effect.truncate == HALF else min(effect.truncate, len(body) - 1)]
        await self._pieces(body, effect.slow or Slow(1, 0), cut=cut)
        if cut:
            await self._break(flush=True)

    async def _pieces(self, body: bytes, slow: Slow, *, cut: bool) -> None:
        number = max(1, min(slow.pieces, len(body)))
        marks = [len(body) * piece // number for piece in range(number + 1)]
        for piece, (begin, end) in enumerate(pairwise(marks), 1):
            if piece > 1:
                await asyncio.sleep(slow.pause_ms / 1000)
            more = cut or piece < number
            await self._send({"type": "http.response.body", "body": body[begin:end], "more_body": more})

    async def _break(self, *, flush: bool) -> None:
        """End the connection in the middle; with `flush`, what was sent still arrives."""
        extension = (self._scope.get("extensions") or {}).get(TRANSPORT)
        if extension is None:
            if not flush:
                headers = [(b"content-length", b"1")]
                await self._send({"type": "http.response.start", "status": 500, "headers": headers})
            raise ConnectionBroken("the connection was broken by a fault of the control API")
        transport: asyncio.WriteTransport = extension["transport"]
        if flush:
            transport.close()
        else:
            transport.abort()
        # The server must notice the disconnection before the application returns, or it would send its own response.
        while (await self._receive())["type"] != "http.disconnect":
            pass
