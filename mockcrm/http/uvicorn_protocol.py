"""HTTP/1.1 as uvicorn reads it, but what is no HTTP is refused in Zoho's words: JSON instead of a line of text.

A verb that the parser does not know, a malformed line or header, or a head without end never reach the application;
a client that decodes every answer as JSON would stumble over uvicorn's own.

A connection costs a file handle, so none is kept for a client that has gone quiet: one that never asks, one that
sends a part of a request, one that does not read its answer. What a connection can make us hold has a limit, however
its bytes arrive: a head, what stands between and behind the chunks of a body, requests that wait for their turn.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from contextlib import suppress
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mockcrm.core import errors
from mockcrm.core.versions import ApiVersion
from mockcrm.http.envelopes import error_answer
from mockcrm.http.faulty_response import TRANSPORT
from mockcrm.http.response import JSON

MAX_HEAD_BYTES = 64 * 2**10
"""Of a request's URL and headers together, and of its trailers together, or of what stands between the chunks of its
body; the parser itself would collect them without end."""
HEADER_BYTES = 32
"""What a header counts besides its name and value, as in HTTP/2 (RFC 9113, 6.5.2): thousands of tiny ones would take
many times their bytes."""
CHUNK_BYTES = 32
"""What a chunk may have around its content, its size and the ends of two lines, before that is counted."""
MAX_FED_BYTES = 16 * 2**10
"""The parser is given so much at once. One read may hold 14,000 small requests, and each that waits for its turn takes
many times its bytes: what has not been given to the parser waits as the bytes it is."""
LINGER = 1.0
"""Seconds that a refused connection still takes what the client sends: closing at once would reset it, and the client
would lose the answer."""
READ_SECONDS = 30.0
"""A request has to come whole within this time, or at least READ_BYTES more of it: uvicorn waits without end."""
READ_BYTES = 64 * 2**10
WRITE_SECONDS = 120.0
"""Within this time a client has to take something of an answer that waits for it."""


class Flow(FlowControl):
    """uvicorn's, which would read on after each response: more and more requests would wait for their turn."""

    def __init__(self, transport: asyncio.Transport, connection: JsonHttpToolsProtocol) -> None:
        super().__init__(transport)
        self._connection = connection

    def resume_reading(self) -> None:
        """Read on, unless something that was read still waits."""
        if self.read_paused and not self._connection.waiting:
            super().resume_reading()


class JsonHttpToolsProtocol(HttpToolsProtocol):
    """uvicorn's protocol with its 400 in JSON."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._extensions: dict[str, dict[object, object]] = {}
        self._requests = 0
        self._in_head = False
        self._hosts = 0
        self._listed_bytes = 0  # of the head, or of the trailers, as the parser tells of them
        self._raw_bytes = 0  # of the head, or of the body without its content, as they arrive
        self._content_bytes = 0
        self._chunks = 0
        self._refused = False
        self._incoming = False
        self._unfed: deque[bytes | memoryview] = deque()
        self._fed = b""
        self._answering: Any = None
        self._received_bytes = 0
        self._read_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected. Its requests can reach the connection itself, so that faults can break it."""
        super().connection_made(transport)
        self.flow = Flow(transport, self)
        self._extensions = {TRANSPORT: {"transport": transport}}
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed; nothing is waited for any more."""
        super().connection_lost(exc)
        self._unfed.clear()
        self._unset_keepalive_if_required()
        self._stop_read_timer()
        self._stop_write_timer()

    @property
    def waiting(self) -> bool:
        """Whether something that was read waits until the requests before it are answered."""
        return bool(self.pipeline or self._unfed)

    # -- what arrives ----------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes arrived."""
        if self._refused:
            return
        self._received_bytes += len(data)
        if len(data) <= MAX_FED_BYTES and not self.waiting:
            self._feed_piece(data)
        else:
            self._unfed.append(data)
        self._feed()

    def _feed(self) -> None:
        """Feed the parser what has not been given to it yet, as long as it makes sense of that and no request waits for
        its turn."""
        unfed = self._unfed
        while unfed and not self.pipeline and not self._refused:
            piece = unfed.popleft()
            if len(piece) > MAX_FED_BYTES:
                view = memoryview(piece)
                unfed.appendleft(view[MAX_FED_BYTES:])
                piece = view[:MAX_FED_BYTES]
            self._feed_piece(bytes(piece))
        if self._refused:
            unfed.clear()
        if not self._incoming or self._refused:
            self._stop_read_timer()
            self._wait_for_request()
        elif self._read_timer is None:
            self._start_read_timer()

    def _feed_piece(self, piece: bytes) -> None:
        requests, in_head, content_bytes, chunks = self._requests, self._in_head, self._content_bytes, self._chunks
        # With every byte uvicorn ends the time that a connection may be idle, so one that sends an empty line now and
        # then would be kept without end.
        idle = None if self._incoming else self.timeout_keep_alive_task
        if idle is not None:
            self.timeout_keep_alive_task = None
        self._fed = piece
        super().data_received(piece)
        self._fed = b""
        if idle is not None:
            if self._requests == requests and not self._refused:
                self.timeout_keep_alive_task = idle
            else:
                idle.cancel()
        # Only what belongs to one head, or one body, as a whole counts: something else may stand before or behind it.
        if self._incoming and not self._refused and self._requests == requests and self._in_head == in_head:
            more = len(piece) - (self._content_bytes - content_bytes) - CHUNK_BYTES * (self._chunks - chunks)
            # What small chunks leave of their allowance is nobody's: a trailer could use it all.
            self._raw_bytes = max(0, self._raw_bytes + more)
            if self._raw_bytes > MAX_HEAD_BYTES:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """A request begins."""
        self._requests += 1
        self._incoming = True
        self._in_head = True
        self._hosts = self._listed_bytes = self._raw_bytes = 0
        super().on_message_begin()
        self.scope["extensions"] = self._extensions

    def on_url(self, url: bytes) -> None:
        """A part of the request line; an error here makes the parser give up."""
        self._listed_bytes += len(url)
        if self._listed_bytes > MAX_HEAD_BYTES:
            raise ValueError("URL too long")
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A whole header, or a trailer: those are no part of the request that the application sees, since it has begun
        on the request without them."""
        self._listed_bytes += len(name) + len(value) + HEADER_BYTES
        if self._listed_bytes > MAX_HEAD_BYTES:
            raise ValueError("headers too long")
        if not self._in_head:
            return
        if len(name) == 4 and name.lower() == b"host":
            self._hosts += 1
            if self._hosts > 1:
                raise ValueError("two hosts")  # whoever stands before us may have taken the other one
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is over."""
        self._in_head = False
        self._listed_bytes = self._raw_bytes = 0
        if not self._offers_protocol():
            super().on_headers_complete()
            if not self.pipeline:
                self._answering = self.cycle

    def on_chunk_header(self) -> None:
        """A chunk begins."""
        self._chunks += 1

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._content_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if not self._offers_protocol():
            self._incoming = False
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """A response was sent; the next request has its turn."""
        if self.pipeline:
            self._answering = self.pipeline[-1][0]
        super().on_response_complete()
        if self._unfed and not self.transport.is_closing():
            self._feed()

    def _offers_protocol(self) -> bool:
        # For the parser CONNECT asks to upgrade too; it is a verb like others that no path has.
        return bool(self.parser.should_upgrade()) and self.parser.get_method() != b"CONNECT"

    def _unsupported_upgrade_warning(self) -> None:
        """The head asks to go on in another protocol, as Java's HttpClient does for HTTP/2. The service ignores that;
        the parser would take the body for the other protocol's, so it is given the head again without the wish. The
        base class calls this while it handles the parser's exception."""
        asked = sys.exc_info()[1]
        assert isinstance(asked, httptools.HttpParserUpgrade)
        self._unfed.appendleft(memoryview(self._fed)[asked.args[0] :])
        if not self._offers_protocol():
            return
        lines = [b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())]
        for name, value in self.headers:
            if name == b"connection":
                wishes = (b"upgrade", b"http2-settings")
                value = b",".join(part for part in value.split(b",") if part.strip().lower() not in wishes)
            if name != b"upgrade" and (name != b"connection" or value):
                lines.append(name + b": " + value)
        self._unfed.appendleft(b"\r\n".join(lines) + b"\r\n\r\n")
        self.parser = httptools.HttpRequestParser(self)
        with suppress(AttributeError):  # of httptools before 0.6.3
            # As uvicorn sets its own, for what comes behind a request that is to be the last.
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    # -- clients that have gone quiet ------------------------------------------------------------------------------

    def _wait_for_request(self) -> None:
        """Close the connection when no request begins on it: uvicorn does so only after an answer."""
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
        for cycle in (self._answering, self.cycle):
            if cycle is not None and not cycle.response_complete:
                # A request before this one is still being answered; nothing more may be written for it.
                cycle.disconnected = True
                cycle.message_event.set()
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
