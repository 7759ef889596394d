"""Where a request begins and ends: its head, the bytes between the chunks of its body and after them,
and what one connection can make the server hold."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from uvicorn.server import ServerState

from mockcrm.http.uvicorn_protocol import MAX_FED_BYTES, MAX_HEAD_BYTES, JsonHttpToolsProtocol
from mockcrm.server import MockCRM
from mockcrm.testing import MockOrg
from tests.support.for_each import for_each

LEAD = "554023000000480001"
ONE = {"records": {"Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle", "Company": "Zylker"}}]}}
UPDATE = b"/crm/v2/Leads/actions/mass_update"
BODY = json.dumps({"data": [{"City": "Erode"}], "ids": [LEAD]}).encode()
PATIENCE = 60.0
"""Seconds after which a failing test ends."""


@pytest.fixture(scope="module")
def crm() -> Iterator[MockCRM]:
    with MockCRM("empty") as running:
        yield running


@pytest.fixture
def org(crm: MockCRM) -> Iterator[MockOrg]:
    with crm.new_org(ONE) as made:
        yield made


def connected(crm: MockCRM) -> socket.socket:
    address = urlsplit(crm.url)
    connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def responses(crm: MockCRM, *parts: bytes) -> bytes:
    """Send parts one by one on a connection, and return everything received until the server closes it."""
    with connected(crm) as connection:
        for part in parts:
            connection.sendall(part)
        with connection.makefile("rb") as stream:
            return stream.read()


def signed(org: MockOrg) -> bytes:
    return b"Authorization: %s\r\n" % org.headers["Authorization"].encode()


def assert_refused(found: bytes) -> None:
    """Assert that the only response is the 400 for malformed HTTP, which announces the end of the connection."""
    head, _, body = found.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"http/1.1 400 bad request"
    assert {b"x-mockcrm-rule: malformed_request", b"connection: close"} <= set(lines)
    assert json.loads(body)["status"] == "error"


CHUNKED = b"Host: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
HEALTH = b"GET /_mockcrm/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


def chunks(body: bytes, size: int, extension: bytes = b"") -> bytes:
    """A body in chunks without the last one."""
    parts = [body[begin : begin + size] for begin in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)


# -- trailers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces", ["together", "apart", "byte by byte"])
def test_a_trailer_signs_nobody_in(crm: MockCRM, org: MockOrg, pieces: str) -> None:
    head = b"POST %s HTTP/1.1\r\n%s\r\n" % (UPDATE, CHUNKED)
    body = chunks(BODY, 20) + b"0\r\n" + signed(org) + b"Host: y\r\n\r\n"
    sent = {
        "together": [head + body],
        "apart": [head, body],
        "byte by byte": [head, *(bytes([byte]) for byte in body)],
    }[pieces]

    found = responses(crm, *sent)

    assert found.startswith(b"HTTP/1.1 401 Unauthorized\r\n")
    assert b"AUTHENTICATION_FAILURE" in found
    assert org.requests.find() == []


def test_a_request_with_trailers_is_taken_without_them(crm: MockCRM, org: MockOrg) -> None:
    head = b"POST %s HTTP/1.1\r\n%s%s\r\n" % (UPDATE, CHUNKED, signed(org))

    found = responses(crm, head + chunks(BODY, 7, b";a=b") + b"0;c\r\nUser-Agent: late\r\nX-Sum: 1\r\n\r\n")

    assert found.startswith(b"HTTP/1.1 200 OK\r\n")
    (entry,) = org.requests.find()
    assert entry["body"]["ids"] == [LEAD]
    assert "user-agent" not in entry["headers"]


def test_a_body_of_tiny_chunks_is_a_body(crm: MockCRM, org: MockOrg) -> None:
    padded = BODY[:-1] + b', "more": "%s"}' % (b"x" * MAX_HEAD_BYTES)
    head = b"POST %s HTTP/1.1\r\n%s%s\r\n" % (UPDATE, CHUNKED, signed(org))

    assert responses(crm, head, chunks(padded, 1) + b"0\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


LINE = b"X-Trailer: " + b"x" * 1000 + b"\r\n"
ENDLESS = {
    "trailers": (b"0\r\n", LINE),
    "trailers in one read": (b"0\r\n" + LINE * 70 + b"\r\n", b""),
    "a trailer": (b"0\r\nX-Trailer: ", b"x" * 1000),
    "the name of a trailer": (b"0\r\n", b"x" * 1000),
    "the extension of a chunk": (b"2;", b"x" * 1000),
    "the extension of the last chunk": (b"0;a=", b"x" * 1000),
    "extensions of many chunks": (b"", b"1;%s\r\nx\r\n" % (b"x" * 1000)),
    "the size of a chunk": (b"", b"0" * 1000),
    "a trailer after many tiny chunks": (chunks(b"x" * 100_000, 1) + b"0\r\nX-Trailer: ", b"x" * 1000),
}


@for_each(("begin", "more"), ENDLESS.values())
def test_what_is_no_content_of_a_body_has_an_end(crm: MockCRM, begin: bytes, more: bytes) -> None:
    with connected(crm) as connection:
        connection.sendall(b"POST /oauth/v2/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + begin)
        # Four times the limit, and the sockets of both sides take more than that.
        for _ in range(4 * MAX_HEAD_BYTES // len(more) if more else 0):
            connection.sendall(more)
        with connection.makefile("rb") as stream:
            assert_refused(stream.read())


# -- the head ----------------------------------------------------------------------------------------------------


def head_of(size: int, *, url: bool) -> bytes:
    """Return a head whose URL, names and values have about this many bytes."""
    if url:
        return b"GET /_mockcrm/health?%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % (b"x" * size)
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1000) for number in range(size // 1000))
    return HEALTH + lines + b"\r\n"


@for_each("url", [True, False])
@for_each("piece", [2**20, 1000])
@for_each("first", [b"", b"GET /_mockcrm/health HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_the_limit_of_a_head_applies_in_any_pieces(crm: MockCRM, first: bytes, piece: int, url: bool) -> None:
    def found(size: int) -> bytes:
        sent = first + head_of(size, url=url)
        return responses(crm, *(sent[begin : begin + piece] for begin in range(0, len(sent), piece)))

    assert found(MAX_HEAD_BYTES - 6_000).count(b'{"status":"ok"') == 1 + bool(first)
    assert b"malformed_request" in found(MAX_HEAD_BYTES + 1_000).lower()


def test_many_requests_that_are_large_together_are_not_one_large_head(crm: MockCRM) -> None:
    one = b"GET /_mockcrm/health HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n" % (b"x" * 20_000)

    assert responses(crm, one * 20 + HEALTH + b"\r\n").count(b'{"status":"ok"') == 21


def test_headers_without_content_count_too(crm: MockCRM) -> None:
    assert_refused(responses(crm, HEALTH + b"a:\r\n" * 3000 + b"\r\n"))


@pytest.mark.parametrize(
    "lines",
    [b"Host: x\r\nHost: y\r\n", b"Host: x\r\nhOST: x\r\n", b"Host:\r\nX: 1\r\nHost: x\r\n"],
    ids=["different", "the same", "empty"],
)
def test_a_request_with_two_hosts_is_refused(crm: MockCRM, lines: bytes) -> None:
    assert_refused(responses(crm, b"GET /_mockcrm/health HTTP/1.1\r\nConnection: close\r\n%s\r\n" % lines))


def test_each_request_has_a_host_of_its_own(crm: MockCRM) -> None:
    one = b"GET /_mockcrm/health HTTP/1.1\r\nHost: x\r\n\r\n"

    assert responses(crm, one * 3 + HEALTH + b"\r\n").count(b'{"status":"ok"') == 4


@for_each(
    "lines",
    [
        b"Content-Length: 1\r\nContent-Length: 2\r\n",
        b"Content-Length: 1\r\nContent-Length: 1\r\n",
        b"Content-Length: 1, 1\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
    ],
)
def test_a_request_whose_body_has_two_ends_is_refused(crm: MockCRM, lines: bytes) -> None:
    sent = b"POST /oauth/v2/token HTTP/1.1\r\nHost: x\r\n%s\r\n0\r\n\r\n" % lines

    assert_refused(responses(crm, sent))


# -- requests that wait for their turn ---------------------------------------------------------------------------


def test_thousands_of_pipelined_requests_get_their_responses_in_order(crm: MockCRM) -> None:
    one = b"GET /_mockcrm/health HTTP/1.1\r\nHost: x\r\n\r\n"
    count = 5_000
    with connected(crm) as connection:
        sender = threading.Thread(target=connection.sendall, args=(one * count + HEALTH + b"\r\n",))
        sender.start()
        with connection.makefile("rb") as stream:
            found = stream.read()
        sender.join()

    assert found.count(b'{"status":"ok"') == count + 1


def test_bodies_behind_each_other_each_find_their_request(crm: MockCRM, org: MockOrg) -> None:
    head = b"POST %s HTTP/1.1\r\nHost: x\r\n%s" % (UPDATE, signed(org))
    cities = [f"City {number}" for number in range(40)]
    sent = b""
    for city in cities:
        body = BODY.replace(b"Erode", city.encode()) + b" " * 5_000
        sent += b"%sContent-Length: %d\r\n\r\n%s" % (head, len(body), body)

    found = responses(crm, sent + HEALTH + b"\r\n")

    assert found.count(b"HTTP/1.1 200 OK") == len(cities) + 1
    assert [entry["body"]["data"][0]["City"] for entry in org.requests.find()] == cities


def test_a_malformed_request_ends_all_that_wait_before_it(
    crm: MockCRM, org: MockOrg, caplog: pytest.LogCaptureFixture
) -> None:
    org.faults.add(delay_ms=300, times=1)
    get = b"GET /crm/v2/Leads HTTP/1.1\r\nHost: x\r\n%s\r\n" % signed(org)

    assert_refused(responses(crm, get + get + b"GET / HTTP/9.9\r\n\r\n"))

    deadline = time.monotonic() + PATIENCE
    while crm._server.server_state.tasks:  # the delayed request
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


class Idle:
    """Stands for an event loop, a task and a transport; runs and writes nothing."""

    def __init__(self) -> None:
        self.reading = True

    def call_later(self, _seconds: float, _call: Any, *_values: Any) -> Idle:
        return self

    def create_task(self, coroutine: Any, **_options: Any) -> Idle:
        coroutine.close()
        return self

    def add_done_callback(self, _call: Any) -> None: ...

    def cancel(self) -> None: ...

    def get_extra_info(self, _name: str) -> None: ...

    def is_closing(self) -> bool:
        return False

    def write(self, _content: bytes) -> None: ...

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


async def _app(_scope: Any, _receive: Any, _send: Any) -> None: ...


@pytest.mark.parametrize("more", [b"", b"Connection: upgrade\r\nUpgrade: h2c\r\n"], ids=["plain", "upgrade"])
def test_what_waits_does_so_as_bytes_and_stops_the_reading(more: bytes) -> None:
    idle = Idle()
    config = uvicorn.Config(_app, ws="none", lifespan="off", log_config=None)
    connection = JsonHttpToolsProtocol(config=config, server_state=ServerState(), app_state={}, _loop=idle)
    connection.connection_made(idle)  # type: ignore[arg-type]
    one = b"GET / HTTP/1.1\r\n%s\r\n" % more
    waiting = 0
    connection.data_received(one * 10_000)

    for _ in range(5_000):
        waiting = max(waiting, len(connection.pipeline))
        assert not idle.reading
        # As uvicorn does when the response to the first of them is complete.
        cycle = connection._responding
        cycle.response_complete = True
        connection.on_response_complete()
        assert connection._responding is not cycle

    assert 0 < waiting <= MAX_FED_BYTES // len(one) + 1
