"""A small HTTP/1.1 client for load: it sends prepared request bytes and returns status and body, with keep-alive.

A general client would take more time per request than the servers that are measured; this one does about 40,000
requests a second. It knows what those servers send: a Content-Length (or no body at all), never chunks.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

import uvloop

T = TypeVar("T")
HOST = "127.0.0.1"
OnResponse = Callable[[int, bytes], None]


class WrongResponse(Exception):
    """A server returned something other than the measurement requires."""


def request_bytes(method: str, path: str, *, token: str | None = None, body: bytes = b"") -> bytes:
    """Return the bytes of a whole request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token is not None:
        lines.append(f"Authorization: Zoho-oauthtoken {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request in progress."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._missing = 0
        self._on_response: OnResponse | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_exception(exc or WrongResponse("the server closed the connection"))

    def close(self) -> None:
        """Close the connection intentionally."""
        if not self.lost.done():
            self.lost.set_result(None)
        assert self._transport is not None
        self._transport.close()

    def send(self, request: bytes, on_response: OnResponse) -> None:
        """Send a request; `on_response` gets status and body as soon as the response is complete."""
        assert self._transport is not None
        self._on_response = on_response
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._missing -= len(data)
        if self._missing > 0:
            return
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end]).lower()
        at = head.find(b"\r\ncontent-length:")
        length = int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        whole = end + 4 + length
        if len(self._buffer) < whole:
            self._missing = whole - len(self._buffer)
            return
        status, body = int(head[9:12]), bytes(self._buffer[end + 4 : whole])
        self._buffer.clear()
        self._missing = 0
        on_response, self._on_response = self._on_response, None
        assert on_response is not None
        on_response(status, body)

    async def ask(self, request: bytes, expect: int = 200) -> bytes:
        """One request and its body."""
        response: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self.send(request, lambda status, body: response.set_result((status, body)))
        await asyncio.wait((response, self.lost), return_when=asyncio.FIRST_COMPLETED)
        if not response.done():
            self.lost.result()
        status, body = response.result()
        if status != expect:
            raise WrongResponse(f"{request[:200]!r}: {status} {body[:500]!r}")
        return body


async def connect(port: int) -> Connection:
    """A connection to a server on the loopback."""
    _, connection = await asyncio.get_running_loop().create_connection(Connection, HOST, port)
    return connection


async def load(
    port: int, requests: Sequence[bytes], connections: int, *, seconds: float = 0.0, count: int = 0
) -> float:
    """Return the requests per second when `connections` send the requests round-robin, each the next one as soon as it
    has the response.

    The load ends after `seconds`, or after `count` requests. Raises WrongResponse at the first status other than 200.
    """
    loop = asyncio.get_running_loop()
    finished: asyncio.Future[None] = loop.create_future()
    opened = [await connect(port) for _ in range(connections)]
    turn = itertools.cycle(requests)
    clock = time.perf_counter
    begin = clock()
    until = begin + seconds
    finished_requests = sent = 0

    def start(connection: Connection) -> None:
        def response(status: int, body: bytes) -> None:
            nonlocal finished_requests, sent
            if status != 200:
                if not finished.done():
                    finished.set_exception(WrongResponse(f"{status} {body[:500]!r}"))
                return
            finished_requests += 1
            if sent < count if count else clock() < until:
                sent += 1
                connection.send(next(turn), response)
            elif sent == finished_requests and not finished.done():
                finished.set_result(None)

        connection.send(next(turn), response)

    for connection in opened:
        sent += 1
        start(connection)
    await asyncio.wait((finished, *(connection.lost for connection in opened)), return_when=asyncio.FIRST_COMPLETED)
    taken = clock() - begin
    for connection in opened:
        connection.close()
    if not finished.done():
        raise WrongResponse("the server closed the connection")
    finished.result()
    return finished_requests / taken


@dataclass
class Paced:
    """Sends one of `requests` every `interval` seconds whether or not the last responses have arrived. Collects
    the seconds that each response took, counted from when its request was due."""

    port: int
    requests: Sequence[bytes]
    interval: float
    latencies: list[float] = field(default_factory=list)
    connections: int = 8
    _free: list[Connection] = field(default_factory=list)
    _all: list[Connection] = field(default_factory=list)
    _queue: deque[tuple[float, bytes]] = field(default_factory=deque)
    _timer: asyncio.TimerHandle | None = None
    _turn: Iterator[bytes] = field(init=False)
    _wrong: str | None = None
    _idle: asyncio.Event | None = None

    async def start(self) -> None:
        """Connect and start sending."""
        self._turn = itertools.cycle(self.requests)
        self._all = [await connect(self.port) for _ in range(self.connections)]
        self._free = list(self._all)
        loop = asyncio.get_running_loop()
        self._tick(loop, loop.time())

    async def stop(self) -> None:
        """Send no more requests, and wait for those in progress. Raises WrongResponse when a status was not 200."""
        assert self._timer is not None
        self._timer.cancel()
        if self._wrong is None and len(self._free) < len(self._all):
            self._idle = asyncio.Event()
            await self._idle.wait()
        for connection in self._all:
            connection.close()
        if self._wrong is not None:
            raise WrongResponse(self._wrong)

    def _tick(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._timer = loop.call_at(due + self.interval, self._tick, loop, due + self.interval)
        # The timer itself may be a millisecond late, which is not caused by the server.
        self._queue.append((time.perf_counter(), next(self._turn)))
        self._send()

    def _send(self) -> None:
        while self._queue and self._free:
            connection = self._free.pop()
            begin, request = self._queue.popleft()

            def response(status: int, body: bytes, begin: float = begin, connection: Connection = connection) -> None:
                self.latencies.append(time.perf_counter() - begin)
                self._free.append(connection)
                if status != 200:
                    self._wrong = f"{status} {body[:500]!r}"
                self._send()
                if self._idle is not None and (self._wrong or len(self._free) == len(self._all)):
                    self._idle.set()

            connection.send(request, response)


class Loop:
    """The event loop that the measurements run on."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)

    def load(self, port: int, requests: Sequence[bytes], connections: int, *, seconds: float) -> float:
        """Requests per second; see `load`."""
        return self._runner.run(load(port, requests, connections, seconds=seconds))

    def send(self, port: int, requests: Sequence[bytes], connections: int, *, count: int) -> float:
        """The same for a number of requests."""
        return self._runner.run(load(port, requests, connections, count=count))

    def run(self, work: Coroutine[None, None, T]) -> T:
        """Run a coroutine to its end."""
        return self._runner.run(work)

    def close(self) -> None:
        """Close the loop."""
        self._runner.close()
