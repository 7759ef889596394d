"""Idle clients: what is stored for them, and for how long. Times are shortened, and the closing itself is
what is waited for."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from uvicorn.server import ServerState

from mockcrm import server
from mockcrm.http import uvicorn_protocol as protocol
from mockcrm.http.uvicorn_protocol import HeadBuffer, JsonHttpToolsProtocol
from mockcrm.server import MockCRM

TOKEN = "1000.quiet.access"
LEADS = 2_000
FIXTURE = {
    "mockcrm": 1,
    "users": [{"email": "quiet@zylker.example"}],
    "clients": [{"tokens": [{"user": "quiet@zylker.example", "access_token": TOKEN}]}],
    "generate": [
        {
            "module": "Leads",
            "count": LEADS,
            "fields": {"Last_Name": "Lead {n}", "Company": "Z", "Description": "x" * 1000},
        }
    ],
}
SIGN_IN = f"Host: localhost\r\nAuthorization: Zoho-oauthtoken {TOKEN}\r\n"
PATIENCE = 60.0
"""Seconds after which a failing test ends."""


@pytest.fixture(scope="module")
def running() -> Iterator[MockCRM]:
    with MockCRM(FIXTURE) as crm:
        yield crm


@pytest.fixture
def hasty(running: MockCRM, monkeypatch: pytest.MonkeyPatch) -> MockCRM:
    """A server with very short timeouts."""
    monkeypatch.setattr(protocol, "READ_SECONDS", 0.2)
    monkeypatch.setattr(protocol, "WRITE_SECONDS", 0.2)
    return running


def connected(crm: MockCRM) -> socket.socket:
    address = urlsplit(crm.url)
    assert address.hostname is not None
    assert address.port is not None
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE)


def read_to_end(connection: socket.socket) -> bytes:
    """Return everything received until the server closes the connection."""
    chunks = []
    while chunk := connection.recv(2**16):
        chunks.append(chunk)
    return b"".join(chunks)


def wait_until_unconnected(crm: MockCRM) -> None:
    """Wait until the server has no open connection."""
    deadline = time.monotonic() + PATIENCE
    while crm._server.server_state.connections:
        assert time.monotonic() < deadline, "the server keeps a connection"
        time.sleep(0.01)


UPDATE = "/crm/v2/Leads/actions/mass_update"
HALVES = {
    "verb": "PO",
    "request line": f"POST {UPDATE} HT",
    "head": f"POST {UPDATE} HTTP/1.1\r\nHost: localhost\r\nContent-Le",
    "no body": f"POST {UPDATE} HTTP/1.1\r\n{SIGN_IN}Content-Length: 99\r\n\r\n",
    "half a body": f'POST {UPDATE} HTTP/1.1\r\n{SIGN_IN}Content-Length: 99\r\n\r\n{{"data"',
    "half a chunk": f'POST {UPDATE} HTTP/1.1\r\n{SIGN_IN}Transfer-Encoding: chunked\r\n\r\n10\r\n{{"data"',
    "chunks without end": f"POST {UPDATE} HTTP/1.1\r\n{SIGN_IN}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n",
    "unknown path": "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{",
    "token": "POST /oauth/v2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\ngrant",
    "control": "POST /_mockcrm/orgs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{",
}


def test_a_request_that_never_comes_whole_is_given_up(hasty: MockCRM, caplog: pytest.LogCaptureFixture) -> None:
    with ExitStack() as stack:
        connections = {half: stack.enter_context(connected(hasty)) for half in HALVES}
        for half, connection in connections.items():
            connection.sendall(HALVES[half].encode())

        responses = {half: read_to_end(connection) for half, connection in connections.items()}
        assert {half: response for half, response in responses.items() if response} == {}

    wait_until_unconnected(hasty)
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("sent", [b"", b"\r\n"], ids=["nothing", "an empty line"])
def test_a_connection_without_a_request_is_closed(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(server, "KEEP_ALIVE", 0.2)
    with MockCRM(FIXTURE) as crm, connected(crm) as connection:
        connection.sendall(sent)

        assert read_to_end(connection) == b""


def test_a_pooled_connection_outlives_a_minute_between_two_polls() -> None:
    assert server.KEEP_ALIVE >= 75


def test_incomplete_request_behind_a_long_one_does_not_cost_its_response(hasty: MockCRM) -> None:
    with hasty.control as control:
        control.org().faults.add(delay_ms=600, times=1)
    get = f"GET /crm/v2/Leads?per_page=1 HTTP/1.1\r\n{SIGN_IN}\r\n"
    with connected(hasty) as connection:
        connection.sendall(get.encode() + b"GET /crm/v2/Le")

        response = read_to_end(connection)

    assert response.startswith(b"HTTP/1.1 200 OK\r\n")
    assert response.endswith(b"}}")


def test_connection_of_a_client_that_reads_no_responses_is_closed(hasty: MockCRM) -> None:
    get = f"GET /crm/v2/Leads HTTP/1.1\r\n{SIGN_IN}\r\n".encode()
    with connected(hasty) as connection:
        connection.sendall(get * 100)

        wait_until_unconnected(hasty)


def test_a_client_that_reads_slowly_gets_the_whole_response(hasty: MockCRM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "WRITE_SECONDS", PATIENCE)
    get = f"GET /_mockcrm/orgs/default/export HTTP/1.1\r\n{SIGN_IN}Connection: close\r\n\r\n".encode()
    with connected(hasty) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**17)
        connection.sendall(get)
        response = read_to_end(connection)

    head, _, body = response.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(body) > LEADS * 1000


# -- the clock in hand: what is slow, but not quiet --------------------------------------------------------------


class Timer:
    """What `call_later` gives."""

    def __init__(self, call: Any, *values: Any) -> None:
        self.call, self.values, self.cancelled = call, values, False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """An event loop whose timers the test fires; the tasks it is given never end."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []

    def call_later(self, _seconds: float, call: Any, *values: Any) -> Timer:
        self.timers.append(Timer(call, *values))
        return self.timers[-1]

    def create_task(self, coroutine: Any, **_options: Any) -> Any:
        coroutine.close()
        return Task()

    def live(self, name: str) -> list[Timer]:
        """The timers that are to call the method `name`."""
        return [timer for timer in self.timers if timer.call.__name__ == name and not timer.cancelled]

    def go_off(self, name: str) -> None:
        """The one live timer that calls the method `name`."""
        (timer,) = self.live(name)
        self.timers.remove(timer)
        timer.call(*timer.values)


class Task:
    def add_done_callback(self, _call: Any) -> None:
        """Return False: the task never ends."""


class Transport:
    """A transport that writes nothing and cannot close one direction alone."""

    def __init__(self) -> None:
        self.unsent = 0
        self.end = ""

    def get_extra_info(self, _name: str) -> None:
        return None

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return bool(self.end)

    def write(self, _data: bytes) -> None: ...

    def can_write_eof(self) -> bool:
        return False

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def close(self) -> None:
        self.end = "closed"

    def abort(self) -> None:
        self.end = "aborted"


async def _app(_scope: Any, _receive: Any, _send: Any) -> None: ...


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def transport() -> Transport:
    return Transport()


@pytest.fixture
def connection(loop: Loop, transport: Transport) -> JsonHttpToolsProtocol:
    config = uvicorn.Config(_app, ws="none", lifespan="off", log_config=None)
    made = JsonHttpToolsProtocol(config=config, server_state=ServerState(), app_state={}, _loop=loop)
    made.connection_made(transport)  # type: ignore[arg-type]
    return made


def take(connection: JsonHttpToolsProtocol) -> None:
    """What the application does when it has received a part of the body."""
    connection.cycle.body.clear()
    connection.flow.resume_reading()


def test_a_large_body_may_take_its_time_as_long_as_it_comes(
    connection: JsonHttpToolsProtocol, loop: Loop, transport: Transport
) -> None:
    connection.data_received(b"POST /x HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n")
    for _ in range(3):
        connection.data_received(b"x" * protocol.READ_BYTES)
        take(connection)
        loop.go_off("_reading_took_long")
        assert transport.end == ""

    connection.data_received(b"x" * (protocol.READ_BYTES - 1))
    take(connection)
    loop.go_off("_reading_took_long")

    assert transport.end == "closed"


def test_a_body_that_the_server_does_not_take_yet_is_not_late(
    connection: JsonHttpToolsProtocol, loop: Loop, transport: Transport
) -> None:
    connection.data_received(b"POST /x HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + b"x" * (protocol.READ_BYTES + 1))
    for _ in range(3):
        loop.go_off("_reading_took_long")

    assert transport.end == ""


def test_a_whole_request_leaves_no_timer(connection: JsonHttpToolsProtocol, loop: Loop) -> None:
    connection.data_received(b"POST /x HTTP/1.1\r\nContent-Length: 4\r\n\r\nab")
    assert [timer.cancelled for timer in loop.timers] == [True, False]

    connection.data_received(b"cd")

    assert [timer.cancelled for timer in loop.timers] == [True, True]


IDLE = "timeout_keep_alive_handler"


def finish_response(connection: JsonHttpToolsProtocol) -> None:
    """The application has sent its response."""
    connection.cycle.response_complete = True
    connection.on_response_complete()


@pytest.mark.parametrize("before", [b"", b"GET /x HTTP/1.1\r\n\r\n"], ids=["new", "used"])
@pytest.mark.parametrize("sent", [b"\r\n", b"\r", b"\n" * 100, b"\r\n" * 2**14], ids=["line", "half", "many", "pieces"])
def test_bytes_that_begin_no_request_do_not_prolong_the_idle_time(
    connection: JsonHttpToolsProtocol, loop: Loop, transport: Transport, before: bytes, sent: bytes
) -> None:
    if before:
        connection.data_received(before)
        finish_response(connection)
    idle = loop.live(IDLE)
    assert len(idle) == 1
    for _ in range(3):
        connection.data_received(sent)
        assert loop.live(IDLE) == idle

    loop.go_off(IDLE)

    assert transport.end == "closed"


def test_a_request_behind_empty_lines_ends_the_idle_time(connection: JsonHttpToolsProtocol, loop: Loop) -> None:
    connection.data_received(b"\r\n")
    connection.data_received(b"\r\nPOST /x HT")

    assert loop.live(IDLE) == []
    assert len(loop.live("_reading_took_long")) == 1


def test_a_request_that_began_before_the_last_response_ended_is_not_idle(
    connection: JsonHttpToolsProtocol, loop: Loop
) -> None:
    connection.data_received(b"GET /x HTTP/1.1\r\n\r\nPOST /y HTTP/1.1\r\nContent-")
    finish_response(connection)

    connection.data_received(b"Length: 4\r\n\r\nab")
    assert loop.live(IDLE) == []

    connection.data_received(b"cd")
    assert [timer.cancelled for timer in loop.timers] == [True] * len(loop.timers)


def test_a_malformed_request_leaves_no_idle_timer(
    connection: JsonHttpToolsProtocol, loop: Loop, transport: Transport
) -> None:
    connection.data_received(b"\r\n\x00")

    assert loop.live(IDLE) == []
    assert transport.end == "closed"


def test_write_timeout_restarts_while_the_client_reads(
    connection: JsonHttpToolsProtocol, loop: Loop, transport: Transport
) -> None:
    transport.unsent = 100
    connection.pause_writing()
    for unsent in (99, 50):
        transport.unsent = unsent
        loop.go_off("_writing_took_long")
        assert transport.end == ""

    loop.go_off("_writing_took_long")

    assert transport.end == "aborted"


def test_a_response_that_was_read_leaves_no_timer(connection: JsonHttpToolsProtocol, loop: Loop) -> None:
    connection.pause_writing()
    connection.resume_writing()

    assert [timer.cancelled for timer in loop.timers if timer.call.__name__ == "_writing_took_long"] == [True]


def test_a_closed_connection_leaves_no_timer(connection: JsonHttpToolsProtocol, loop: Loop) -> None:
    connection.data_received(b"POST /x HT")
    connection.pause_writing()
    connection.connection_lost(ConnectionResetError())

    assert [timer.cancelled for timer in loop.timers] == [True] * 3


class Written(asyncio.Transport):
    """A transport that notes what is written to it, one item per system call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.calls.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.calls.append(b"".join(list_of_data))

    def close(self) -> None:
        self.closed = True


def test_head_and_body_leave_together() -> None:
    written = Written()
    buffer = HeadBuffer(written)
    for piece in (b"HTTP/1.1 200 OK\r\n\r\n", b"{}", b"more"):
        buffer.write(piece)
    assert written.calls == [b"HTTP/1.1 200 OK\r\n\r\n{}", b"more"]


def test_what_a_client_waits_for_is_not_held_back() -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    written = Written()
    buffer = HeadBuffer(written)
    for piece in (protocol.CONTINUE, chunked, b"2\r\n{}\r\n"):
        buffer.write(piece)
    assert written.calls == [protocol.CONTINUE, chunked, b"2\r\n{}\r\n"]


def test_a_head_without_a_body_leaves_when_the_connection_closes() -> None:
    written = Written()
    buffer = HeadBuffer(written)
    buffer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    buffer.close()
    assert (written.calls, written.closed) == ([b"HTTP/1.1 200 OK\r\n\r\n"], True)


def test_a_response_to_head_has_no_body_and_leaves(running: MockCRM) -> None:
    with connected(running) as connection:
        connection.sendall(f"HEAD {UPDATE} HTTP/1.1\r\n{SIGN_IN}Connection: close\r\n\r\n".encode())
        assert read_to_end(connection).startswith(b"HTTP/1.1 400 Bad Request\r\n")
