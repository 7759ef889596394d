"""uvicorn's HTTP/1.1 protocol, with Zoho's JSON instead of a line of text as the response to malformed HTTP, with
timeouts and with limits on memory.

An unknown method, a malformed line or header, or an endless head never reach the application, and a client that decodes
every response as JSON would fail on uvicorn's own.

An open connection takes a file handle, so the connection of an idle client is closed: of one that sends no request or
only a part of it, or that does not read its response. What the server stores for a connection is limited, however the
bytes arrive: a head, the bytes between and after the chunks of a body, pipelined requests that are not handled yet.
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

from mockcrm.core.versions import ApiVersion
from mockcrm.http import errors
from mockcrm.http.dates import date_now
from mockcrm.http.envelopes import error_response
from mockcrm.http.faulty_response import TRANSPORT
from mockcrm.http.response import JSON

MAX_HEAD_BYTES = 64 * 2**10
"""Limit for a request's URL and headers together, for its trailers together, and for the bytes between the chunks of
its body; the parser itself has no limit."""
HEADER_BYTES = 32
"""Bytes added for each header, besides its name and value, as in HTTP/2 (RFC 9113, 6.5.2): thousands of tiny headers
take many times their size in memory."""
CHUNK_BYTES = 32
"""Bytes around the content of a chunk (its size and two line ends) that do not count towards the limit."""
MAX_FED_BYTES = 16 * 2**10
"""The most bytes given to the parser at once. One read may contain 14,000 small requests, and a parsed request that
waits takes many times its size in memory, so the others wait as unparsed bytes."""
LINGER = 1.0
"""Seconds for which the rest of a malformed request is still received: closing at once would reset the connection, and
the client would lose the response."""
READ_SECONDS = 30.0
"""Seconds within which a request has to be complete, or at least READ_BYTES more of it received; uvicorn has no
timeout for this."""
READ_BYTES = 64 * 2**10
WRITE_SECONDS = 120.0
"""Seconds within which a client has to read at least some bytes of a response."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNKED = b"\r\ntransfer-encoding: chunked\r\n"


class Flow(FlowControl):
    """uvicorn's flow control, except that reading does not resume after each response while requests still wait: more
    and more of them would pile up."""

    def __init__(self, transport: asyncio.Transport, connection: JsonHttpToolsProtocol) -> None:
        super().__init__(transport)
        self._connection = connection

    def resume_reading(self) -> None:
        """Resume reading, unless data already received is still waiting."""
        if self.read_paused and not self._connection.waiting:
            super().resume_reading()


class HeadBuffer(asyncio.Transport):
    """What uvicorn writes one response to: the head waits for the first bytes of the body, so that both leave by one
    system call, and the client is woken once. The head of a chunked response leaves at once, since its body may come
    much later."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._head = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Hold back the head, or send it with `data` behind it."""
        if self._head:
            self._transport.writelines((self._head, data))
            self._pass_on()
        elif data == CONTINUE:
            self._transport.write(data)
        elif CHUNKED in data:
            self._transport.write(data)
            self._pass_on()
        else:
            self._head = bytes(data)

    def _pass_on(self) -> None:
        self._head = b""
        self.write = self._transport.write  # type: ignore[method-assign]

    def is_closing(self) -> bool:
        """Return whether the connection is closing."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Send the head if it is still here, and close the connection."""
        if self._head:
            self._transport.write(self._head)
            self._head = b""
        self._transport.close()


class JsonHttpToolsProtocol(HttpToolsProtocol):
    """uvicorn's protocol with JSON error responses, timeouts and limits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._extensions: dict[str, dict[object, object]] = {}
        self._requests = 0
        self._in_head = False
        self._hosts = 0
        self._listed_bytes = 0  # of the head, or of the trailers, as the parser reports them
        self._raw_bytes = 0  # of the head, or of the body without its content, as received
        self._content_bytes = 0
        self._chunks = 0
        self._refused = False
        self._incoming = False
        self._unfed: deque[bytes | memoryview] = deque()
        self._fed = b""
        self._responding: Any = None
        self._received_bytes = 0
        self._read_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to serve a new connection. Its requests have access to the transport, so that faults can break it."""
        super().connection_made(transport)
        self.flow = Flow(transport, self)
        self._extensions = {TRANSPORT: {"transport": transport}}
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Discard the waiting data and stop the timers of a closed connection."""
        super().connection_lost(exc)
        self._unfed.clear()
        self._unset_keepalive_if_required()
        self._stop_read_timer()
        self._stop_write_timer()

    @property
    def waiting(self) -> bool:
        """Whether received data waits until the responses to earlier requests are sent."""
        return bool(self.pipeline or self._unfed)

    # -- receiving -------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Pass received bytes to the parser, or store them until it is their turn."""
        if self._refused:
            return
        self._received_bytes += len(data)
        if len(data) <= MAX_FED_BYTES and not self.waiting:
            self._feed_piece(data)
        else:
            self._unfed.append(data)
        self._feed()

    def _feed(self) -> None:
        """Pass the stored bytes to the parser until one is malformed or a request has to wait for an earlier one."""
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
        # uvicorn cancels the idle timeout for any received byte, so a client could keep its connection open forever by
        # sending an empty line now and then.
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
        # Count only a piece that belongs to one head, or one body, as a whole; others contain parts of several.
        if self._incoming and not self._refused and self._requests == requests and self._in_head == in_head:
            more = len(piece) - (self._content_bytes - content_bytes) - CHUNK_BYTES * (self._chunks - chunks)
            # The unused allowance of small chunks is not carried over: a long trailer could use it up.
            self._raw_bytes = max(0, self._raw_bytes + more)
            if self._raw_bytes > MAX_HEAD_BYTES:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Start to count for a new request."""
        self._requests += 1
        self._incoming = True
        self._in_head = True
        self._hosts = self._listed_bytes = self._raw_bytes = 0
        super().on_message_begin()
        self.scope["extensions"] = self._extensions

    def on_url(self, url: bytes) -> None:
        """Receive a part of the URL. An exception here makes the parser fail."""
        self._listed_bytes += len(url)
        if self._listed_bytes > MAX_HEAD_BYTES:
            raise ValueError("URL too long")
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Receive a header or a trailer. Trailers are ignored, because the application already handles the request."""
        self._listed_bytes += len(name) + len(value) + HEADER_BYTES
        if self._listed_bytes > MAX_HEAD_BYTES:
            raise ValueError("headers too long")
        if not self._in_head:
            return
        if len(name) == 4 and name.lower() == b"host":
            self._hosts += 1
            if self._hosts > 1:
                raise ValueError("two hosts")  # a proxy in front of this server may have used the other one
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the request at the end of its head, unless it asks for another protocol."""
        self._in_head = False
        self._listed_bytes = self._raw_bytes = 0
        if not self._offers_protocol():
            super().on_headers_complete()
            if self.scope["method"] != "HEAD":  # the response to which has no body
                self.cycle.transport = HeadBuffer(self.transport)
            if not self.pipeline:
                self._responding = self.cycle

    def on_chunk_header(self) -> None:
        """Count a chunk."""
        self._chunks += 1

    def on_body(self, body: bytes) -> None:
        """Receive a part of the body."""
        self._content_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Complete the request, unless it asks for another protocol."""
        if not self._offers_protocol():
            self._incoming = False
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Continue with the next request after a response was sent."""
        if self.pipeline:
            self._responding = self.pipeline[-1][0]
        super().on_response_complete()
        if self._unfed and not self.transport.is_closing():
            self._feed()

    def _offers_protocol(self) -> bool:
        # The parser treats CONNECT as an upgrade too; here it is just a method that no path supports.
        return bool(self.parser.should_upgrade()) and self.parser.get_method() != b"CONNECT"

    def _unsupported_upgrade_warning(self) -> None:
        """Parse a head with an upgrade request again without it. Java's HttpClient asks to upgrade to HTTP/2, which the
        service ignores; the parser would treat the body as data of the other protocol. The base class calls this while
        it handles the parser's exception."""
        requested = sys.exc_info()[1]
        assert isinstance(requested, httptools.HttpParserUpgrade)
        self._unfed.appendleft(memoryview(self._fed)[requested.args[0] :])
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
        with suppress(AttributeError):  # missing in httptools before 0.6.3
            # As in uvicorn's own parser: data after a request with `Connection: close` is not an error.
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    # -- timeouts --------------------------------------------------------------------------------------------------

    def _wait_for_request(self) -> None:
        """Close the connection if no request begins within the idle timeout; uvicorn does so only after a response."""
        responding = self.cycle is not None and not self.cycle.response_complete
        if not responding and not self._refused and self.timeout_keep_alive_task is None:
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
        # While an earlier request is handled it is the server that does not read.
        responding = self._in_head and self.cycle is not None and not self.cycle.response_complete
        if responding or self.flow.read_paused or self._received_bytes - received_then >= READ_BYTES:
            self._start_read_timer()
        else:
            self._read_timer = None
            self.transport.close()

    def pause_writing(self) -> None:
        """Start the write timeout when the client reads more slowly than the server writes."""
        super().pause_writing()
        if self._write_timer is None:
            self._start_write_timer()

    def resume_writing(self) -> None:
        """Stop the write timeout when the client has caught up."""
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
            # close() would wait until the client has read the rest.
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the signature is uvicorn's
        """Send the error response for malformed HTTP and close the connection. The base class calls this while it
        handles the parser's exception."""
        self._refused = True
        for cycle in (self._responding, self.cycle):
            if cycle is not None and not cycle.response_complete:
                # An earlier request is still being handled; nothing more may be written for it.
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()
        unknown_verb = isinstance(sys.exc_info()[1], httptools.HttpParserInvalidMethodError)
        error = errors.InvalidRequestMethod() if unknown_verb else errors.MalformedRequest()
        response = error_response(error, ApiVersion.V2, "reference")
        headers = [
            *self.server_state.default_headers,
            date_now(),
            JSON,
            (b"content-length", str(len(response.body)).encode()),
            (b"x-mockcrm-rule", ",".join(response.rules).encode()),
            (b"connection", b"close"),
        ]
        head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(STATUS_LINE[response.status] + head + b"\r\n" + response.body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.loop.call_later(LINGER, self.transport.close)
        else:
            self.transport.close()
