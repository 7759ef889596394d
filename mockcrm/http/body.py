"""The body of a request as it arrives, and how much of it is kept.

A client that has not signed in is refused whatever its body says, so no more is kept of that than the journal shows;
but it is read to its end, up to a limit, because a client that is still sending would not read the response.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.types import Receive, Scope

from mockcrm.http.body_budget import Budget
from mockcrm.http.runtime import Runtime

MAX_READ_BYTES = 128 * 2**20
"""Of a body that is thrown away, as far as it is read at all."""


class ClientGone(Exception):
    """The client closed the connection before its request was whole."""


@dataclass(slots=True)
class Body:
    """What is kept of a body: `content` is the whole, its beginning when the rest was `cut` off, None when it was not
    to be kept. `size` is the true one, -1 of one that was too large. `held` is what it has taken of a budget."""

    content: bytes | None
    size: int
    held: int = 0
    cut: bool = False


class Keeper(Protocol):
    """What becomes of a body that comes piece by piece."""

    size: int
    """Of what has come."""
    keeping: bool
    """Whether it may still be kept whole."""

    def add(self, piece: bytes) -> None:
        """The next piece came."""

    def drop(self) -> None:
        """Keep nothing."""

    def body(self) -> Body:
        """What was kept, when no more will come."""


class Whole:
    """Keeps a body that is not above a limit, and nothing of another; with a budget, nothing either when that is used
    up."""

    def __init__(self, limit: int, budget: Budget | None = None) -> None:
        self._limit = limit
        self._budget = budget
        self._kept = bytearray()  # no list of pieces: tiny ones would take many times their bytes
        self._held = 0
        self.size = 0
        self.keeping = True

    def add(self, piece: bytes) -> None:
        """The next piece came."""
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
        """Keep nothing."""
        self.keeping = False
        self._kept.clear()
        if self._budget is not None:
            self._budget.give_back(self._held)
            self._held = 0

    def body(self) -> Body:
        """What was kept, when no more will come."""
        if self.keeping:
            return Body(bytes(self._kept), self.size, self._held)
        return Body(None, self.size if self.size <= self._limit else -1)


class Beginning:
    """Keeps no more than the first bytes of a body, and of those what the budget allows."""

    def __init__(self, limit: int, budget: Budget) -> None:
        self._limit = limit
        self._budget = budget
        self._kept = bytearray()
        self.size = 0
        self.keeping = True

    def add(self, piece: bytes) -> None:
        """The next piece came."""
        self.size += len(piece)
        if self.keeping:
            start = piece[: self._limit - len(self._kept)]
            if self._budget.take(len(start)):
                self._kept += start
            self.keeping = self.size == len(self._kept)

    def drop(self) -> None:
        """Keep nothing."""
        self._budget.give_back(len(self._kept))
        self._kept.clear()

    def body(self) -> Body:
        """What was kept, when no more will come."""
        size = self.size if self.size <= MAX_READ_BYTES else -1
        return Body(bytes(self._kept), size, len(self._kept), not self.keeping)


Choice = Callable[[Runtime, Scope], Awaitable[Keeper]]


async def read(receive: Receive, small: int, choose: Choice, runtime: Runtime, scope: Scope) -> Body:
    """The body of a request; `choose` says what is kept of one that is above `small` bytes, or comes in pieces.
    ClientGone when it never comes whole."""
    message = await receive()
    piece: bytes = message.get("body", b"")
    if len(piece) <= small and message["type"] == "http.request" and not message.get("more_body", False):
        return Body(piece, len(piece))
    keeper = await choose(runtime, scope)
    try:
        while True:
            if message["type"] == "http.disconnect":
                raise ClientGone
            keeper.add(piece)
            if not message.get("more_body", False) or (not keeper.keeping and keeper.size > MAX_READ_BYTES):
                return keeper.body()
            del message, piece  # or they would be held until the next ones come
            message = await receive()
            piece = message.get("body", b"")
    except BaseException:
        keeper.drop()
        raise
