"""Reading the body of a request, and how much of it is stored.

A client without valid credentials gets an error for any body, so only the part that the journal shows is stored.
The body is still read to its end, up to a limit, because a client that is still sending would not read the response.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.types import Receive

from mockcrm.http.body_budget import Budget

MAX_READ_BYTES = 128 * 2**20
"""The maximum to read of a body that is discarded."""


class ClientGone(Exception):
    """The client closed the connection before its request was complete."""


@dataclass(slots=True)
class Body:
    """The stored part of a body: `content` is all of it, its beginning when the rest was `cut` off, None when it is not
    stored. `size` is the size of the whole body, -1 when it was too large. `held` is the bytes taken from a budget."""

    content: bytes | None
    size: int
    held: int = 0
    cut: bool = False


class BodyStore(Protocol):
    """Decides how much is stored of a body that arrives in pieces."""

    size: int
    """Bytes received so far."""
    is_complete: bool
    """Whether everything received so far is stored."""

    def add(self, piece: bytes) -> None:
        """Receive the next piece."""

    def drop(self) -> None:
        """Discard what is stored."""

    def body(self) -> Body:
        """Return the stored part, after the last piece."""


class Whole:
    """Stores a body completely or not at all: not when it is above the limit or when the budget is used up."""

    def __init__(self, limit: int, budget: Budget | None = None) -> None:
        self._limit = limit
        self._budget = budget
        self._stored = bytearray()  # not a list of pieces, because tiny ones would take many times their size
        self._held = 0
        self.size = 0
        self.is_complete = True

    def add(self, piece: bytes) -> None:
        """Receive the next piece."""
        self.size += len(piece)
        if not self.is_complete:
            return
        if self.size > self._limit or not (self._budget is None or self._budget.take(len(piece))):
            self.drop()
            return
        if self._budget is not None:
            self._held += len(piece)
        self._stored += piece

    def drop(self) -> None:
        """Discard what is stored."""
        self.is_complete = False
        self._stored.clear()
        if self._budget is not None:
            self._budget.give_back(self._held)
            self._held = 0

    def body(self) -> Body:
        """Return the stored part, after the last piece."""
        if self.is_complete:
            return Body(bytes(self._stored), self.size, self._held)
        return Body(None, self.size if self.size <= self._limit else -1)


class Beginning:
    """Stores only the first bytes of a body, as far as the budget allows."""

    def __init__(self, limit: int, budget: Budget) -> None:
        self._limit = limit
        self._budget = budget
        self._stored = bytearray()
        self.size = 0
        self.is_complete = True

    def add(self, piece: bytes) -> None:
        """Receive the next piece."""
        self.size += len(piece)
        if self.is_complete:
            start = piece[: self._limit - len(self._stored)]
            if self._budget.take(len(start)):
                self._stored += start
            self.is_complete = self.size == len(self._stored)

    def drop(self) -> None:
        """Discard what is stored."""
        self._budget.give_back(len(self._stored))
        self._stored.clear()

    def body(self) -> Body:
        """Return the stored part, after the last piece."""
        size = self.size if self.size <= MAX_READ_BYTES else -1
        return Body(bytes(self._stored), size, len(self._stored), not self.is_complete)


async def read(receive: Receive, small: int, choose: Callable[[], Awaitable[BodyStore]]) -> Body:
    """Read the body of a request. `choose` returns the store for a body that has more than `small` bytes or arrives in
    pieces. Raises ClientGone when the client disconnects before its end."""
    message = await receive()
    piece: bytes = message.get("body", b"")
    if len(piece) <= small and message["type"] == "http.request" and not message.get("more_body", False):
        return Body(piece, len(piece))
    store = await choose()
    try:
        while True:
            if message["type"] == "http.disconnect":
                raise ClientGone
            store.add(piece)
            if not message.get("more_body", False) or (not store.is_complete and store.size > MAX_READ_BYTES):
                return store.body()
            del message, piece  # or both would stay in memory while the next piece is awaited
            message = await receive()
            piece = message.get("body", b"")
    except BaseException:
        store.drop()
        raise
