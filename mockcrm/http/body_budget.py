"""A limit on the memory that many requests may take together."""

from __future__ import annotations

MAX_ANONYMOUS_BYTES = 16 * 2**20
"""The maximum to store of the bodies of all current requests without valid credentials."""


class Budget:
    """A number of bytes that can be taken and given back. Not thread-safe: for the event loop only."""

    __slots__ = ("left",)

    def __init__(self, size: int) -> None:
        self.left = size

    def take(self, size: int) -> bool:
        """Take `size` bytes. Return False, without taking any, when fewer are left."""
        if size > self.left:
            return False
        self.left -= size
        return True

    def give_back(self, size: int) -> None:
        """Give back `size` bytes that were taken."""
        self.left += size
