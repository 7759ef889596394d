"""A limit on what many requests together may make the server hold."""

from __future__ import annotations

MAX_ANONYMOUS_BYTES = 16 * 2**20
"""What is kept of the bodies of all requests under way whose sender has not signed in."""


class Budget:
    """Bytes that may be taken and are given back. Used on the event loop alone."""

    __slots__ = ("left",)

    def __init__(self, size: int) -> None:
        self.left = size

    def take(self, size: int) -> bool:
        """Take so many; False, and nothing is taken, when fewer are left."""
        if size > self.left:
            return False
        self.left -= size
        return True

    def give_back(self, size: int) -> None:
        """They are held no longer."""
        self.left += size
