"""Reading the body of a request, and how much of it is stored.

A client without valid credentials gets an error whatever its body is, so only as much is stored as the journal shows.
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


class Keeper(Protocol):
    """Decides how much is stored of a body that arrives in pieces."""

    size: int
    """Bytes received so far."""
    keeping: bool
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
        self._kept = bytearray()  # not a list of pieces, because tiny ones would take many times their size
        self._held = 0
        self.size = 0
        self.keeping = True

    def add(self, piece: bytes) -> None:
        """Receive the next piece."""
        self.size += len(piece)
        if not self.keeping:
            return
        if self.size > self._limit or not (self._budget is None or self._budget.take(len(piece))):
            self.drop()
            return
        if self._budget is not None:
            self._held += len(piece)
        self._kept += piece

    def drop(self) -> None:
        """Discard what is stored."""
        self.keeping = False
        self._kept.clear()
        if self._budget is not None:
            self._budget.give_back(self._held)
            self._held = 0

    def body(self) -> Body:
        """Return the stored part, after the last piece."""
        if self.keeping:
            return Body(bytes(self._kept), self.size, self._held)
        return Body(None, self.size if self.size <= self._limit else -1)


class Beginning:
    """Stores only the first bytes of a body, as far as the budget allows."""

    def __init__(self, limit: int, budget: Budget) -> None:
        self._limit = limit
        self._budget = budget
        self._kept = bytearray()
        self.size = 0
        self.keeping = True

    def add(self, piece: bytes) -> None:
        """Receive the next piece."""
        self.size += len(piece)
        if self.keeping:
            start = piece[: self._limit - len(self._kept)]
            if self._budget.take(len(start)):
                self._kept += start
            self.keeping = self.size == len(self._kept)

    def drop(self) -> None:
        """Discard what is stored."""
        self._budget.give_back(len(self._kept))
        self._kept.clear()

    def body(self) -> Body:
        """Return the stored part, after the last piece."""
        size = self.size if self.size <= MAX_READ_BYTES else -1
        return Body(bytes(self._kept), size, len(self._kept), not self.keeping)


async def read(receive: Receive, small: int, choose: Callable[[], Awaitable[Keeper]]) -> Body:
    """Read the body of a request. `choose` returns the keeper of a body that has more than `small` bytes or arrives in
    pieces. Raises ClientGone when the client disconnects before its end."""
    message = await receive()
    piece: bytes = message.get("body", b"")
    if len(piece) <= small and message["type"] == "http.request" and not message.get("more_body", False):
        return Body(piece, len(piece))
    keeper = await choose()
    try:
        while True:
            if message["type"] == "http.disconnect":
                raise ClientGone
            keeper.add(piece)
            if not message.get("more_body", False) or (not keeper.keeping and keeper.size > MAX_READ_BYTES):
                return keeper.body()
            del message, piece  # or both would stay in memory while the next piece is awaited
            message = await receive()
            piece = message.get("body", b"")
    except BaseException:
        keeper.drop()
        raise
