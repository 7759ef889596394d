"""HTTP/1.1 as uvicorn reads it, but what is no HTTP is refused in Zoho's words: JSON instead of a line of text.

A verb that the parser does not know, a malformed line or header, or a head without end never reach the application;
a client that decodes every answer as JSON would stumble over uvicorn's own.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mockcrm import errors
from mockcrm.api.envelopes import error_answer
from mockcrm.api.faulty import TRANSPORT
from mockcrm.api.http import JSON
from mockcrm.versions import ApiVersion

MOST_HEAD_BYTES = 64 * 2**10
"""Of a request's first line and headers together; the parser itself would collect them without end."""
LINGER = 1.0
"""Seconds that a refused connection still takes what the client sends: closing at once would reset it, and the client
would lose the answer."""


class JsonHttpToolsProtocol(HttpToolsProtocol):
    """uvicorn's protocol with its 400 in JSON."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._extensions: dict[str, dict[object, object]] = {}
        self._requests = 0
        self._in_head = False
        self._head_bytes = 0
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected. Its requests can reach the connection itself, so that faults can break it."""
        super().connection_made(transport)
        self._extensions = {TRANSPORT: {"transport": transport}}

    def data_received(self, data: bytes) -> None:
        """Feed the parser, as long as it makes sense of what comes."""
        if self._refused:
            return
        before = self._requests if self._in_head else None
        super().data_received(data)
        # Only what belongs to one head as a whole counts: the rest of a large body may stand before it.
        if self._in_head and self._requests == before and not self._refused:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """A request begins."""
        self._requests += 1
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()
        self.scope["extensions"] = self._extensions

    def on_url(self, url: bytes) -> None:
        """A part of the request line; an error here makes the parser give up."""
        if len(self.url) + len(url) > MOST_HEAD_BYTES:
            raise ValueError("URL too long")
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A whole header."""
        if len(name) + len(value) > MOST_HEAD_BYTES:
            raise ValueError("header too long")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is over."""
        self._in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the signature is uvicorn's
        """Answer what the parser refused, and close the connection. The base class calls this while it handles the
        parser's exception."""
        self._refused = True
        if self.cycle is not None and not self.cycle.response_complete:
            # The request before this one is still being answered; nothing more may be written for it.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.pipeline.clear()
        unknown_verb = isinstance(sys.exc_info()[1], httptools.HttpParserInvalidMethodError)
        error = errors.InvalidRequestMethod() if unknown_verb else errors.MalformedRequest()
        answer = error_answer(error, ApiVersion.V2, "reference")
        headers = [
            *self.server_state.default_headers,
            JSON,
            (b"content-length", str(len(answer.body)).encode()),
            (b"x-mockcrm-rule", ",".join(answer.rules).encode()),
            (b"connection", b"close"),
        ]
        head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(STATUS_LINE[answer.status] + head + b"\r\n" + answer.body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.loop.call_later(LINGER, self.transport.close)
        else:
            self.transport.close()
