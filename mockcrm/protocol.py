"""HTTP/1.1 as uvicorn reads it, but what is no HTTP is refused in Zoho's words: JSON instead of a line of text.

A verb that the parser does not know, a malformed line or header, or a head without end never reach the application;
a client that decodes every answer as JSON would stumble over uvicorn's own.

A connection costs a file handle, so none is kept for a client that has gone quiet: one that never asks, one that
sends a part of a request, one that does not read its answer.
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
READ_SECONDS = 30.0
"""A request has to come whole within this time, or at least READ_BYTES more of it: uvicorn waits without end."""
READ_BYTES = 64 * 2**10
WRITE_SECONDS = 120.0
"""Within this time a client has to take something of an answer that waits for it."""


class JsonHttpToolsProtocol(HttpToolsProtocol):
    """uvicorn's protocol with its 400 in JSON."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._extensions: dict[str, dict[object, object]] = {}
        self._requests = 0
        self._in_head = False
        self._head_bytes = 0
        self._refused = False
        self._incoming = False
        self._fed = b""
        self._received_bytes = 0
        self._read_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected. Its requests can reach the connection itself, so that faults can break it."""
        super().connection_made(transport)
        self._extensions = {TRANSPORT: {"transport": transport}}
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed; nothing is waited for any more."""
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._stop_read_timer()
        self._stop_write_timer()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, as long as it makes sense of what comes."""
        if self._refused:
            return
        self._received_bytes += len(data)
        self._feed(data)
        if not self._incoming or self._refused:
            self._stop_read_timer()
            self._wait_for_request()
        elif self._read_timer is None:
            self._start_read_timer()

    def _feed(self, data: bytes) -> None:
        before = self._requests if self._in_head else None
        self._fed = data
        super().data_received(data)
        # Only what belongs to one head as a whole counts: the rest of a large body may stand before it.
        if self._in_head and self._requests == before and not self._refused:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """A request begins."""
        self._requests += 1
        self._incoming = True
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
        if not self._offers_protocol():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        if not self._offers_protocol():
            self._incoming = False
            super().on_message_complete()

    def _offers_protocol(self) -> bool:
        # For the parser CONNECT asks to upgrade too; it is a verb like others that no path has.
        return bool(self.parser.should_upgrade()) and self.parser.get_method() != b"CONNECT"

    def _unsupported_upgrade_warning(self) -> None:
        """The head asks to go on in another protocol, as Java's HttpClient does for HTTP/2. The service ignores that;
        the parser would take the body for the other protocol's, so it is given the head again without the wish. The
        base class calls this while it handles the parser's exception."""
        if not self._offers_protocol():
            return
        asked = sys.exc_info()[1]
        assert isinstance(asked, httptools.HttpParserUpgrade)
        rest = self._fed[asked.args[0] :]
        lines = [b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())]
        for name, value in self.headers:
            if name == b"connection":
                wishes = (b"upgrade", b"http2-settings")
                value = b",".join(part for part in value.split(b",") if part.strip().lower() not in wishes)
            if name != b"upgrade" and (name != b"connection" or value):
                lines.append(name + b": " + value)
        self.parser = httptools.HttpRequestParser(self)
        self._feed(b"\r\n".join(lines) + b"\r\n\r\n" + rest)

    # -- clients that have gone quiet ------------------------------------------------------------------------------

    def _wait_for_request(self) -> None:
        """Close the connection when no request comes on it: uvicorn does so only after an answer."""
        answering = self.cycle is not None and not self.cycle.response_complete
        if not answering and not self._refused and self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _start_read_timer(self) -> None:
        self._read_timer = self.loop.call_later(READ_SECONDS, self._reading_took_long, self._received_bytes)

    def _stop_read_timer(self) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None

    def _reading_took_long(self, received_then: int) -> None:
        # While the request before this one is answered it is us who do not read.
        answering = self._in_head and self.cycle is not None and not self.cycle.response_complete
        if answering or self.flow.read_paused or self._received_bytes - received_then >= READ_BYTES:
            self._start_read_timer()
        else:
            self._read_timer = None
            self.transport.close()

    def pause_writing(self) -> None:
        """The client reads slower than we write."""
        super().pause_writing()
        if self._write_timer is None:
            self._start_write_timer()

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()
        self._stop_write_timer()

    def _start_write_timer(self) -> None:
        unsent = self.transport.get_write_buffer_size()
        self._write_timer = self.loop.call_later(WRITE_SECONDS, self._writing_took_long, unsent)

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _writing_took_long(self, unsent_then: int) -> None:
        if self.transport.get_write_buffer_size() < unsent_then:
            self._start_write_timer()
        else:
            self._write_timer = None
            # Closing would wait for the client to take the rest.
            self.transport.abort()

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
