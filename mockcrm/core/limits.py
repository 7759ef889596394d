"""API usage of each org: calls in progress, and credits spent within 24 hours
(docs/contract/mass-update-and-core.md 6).

Counted only while the org's settings limit it, and in memory, so that a restart or a reset starts from zero.
"""

from __future__ import annotations

import threading
from collections import deque

WINDOW = 86_400
"""Seconds."""


class Usage:
    """The calls of one org. Used by the event loop only, without a lock. A call costs one credit (assumed)."""

    __slots__ = ("_seconds", "_spent", "in_progress")

    def __init__(self) -> None:
        self.in_progress = 0
        self._spent = 0
        self._seconds: deque[tuple[int, int]] = deque()

    def spend(self, most: int, now: int) -> int | None:
        """Spend a credit and return how many are left; return None, and spend none, when `most` were spent within the
        24 hours before `now` (seconds by the org's clock)."""
        seconds = self._seconds
        # A clock that was set back leaves times in the future behind, which are not part of this window.
        while seconds and seconds[-1][0] > now:
            self._spent -= seconds.pop()[1]
        while seconds and seconds[0][0] <= now - WINDOW:
            self._spent -= seconds.popleft()[1]
        if self._spent >= most:
            return None
        count = seconds.pop()[1] if seconds and seconds[-1][0] == now else 0
        seconds.append((now, count + 1))
        self._spent += 1
        return most - self._spent


class UsageStore:
    """The usage of every org. Thread-safe. An org has a Usage from `open` to `forget`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orgs: dict[str, Usage] = {}

    def open(self, org: str) -> None:
        """Start counting the org's calls unless they are counted already."""
        with self._lock:
            self._orgs.setdefault(org, Usage())

    def of(self, org: str) -> Usage:
        """Return the usage of an org; of a deleted org, an object that nobody else sees."""
        with self._lock:
            return self._orgs.get(org) or Usage()

    def clear(self, org: str) -> None:
        """Start counting from zero; calls in progress still end in the old object."""
        with self._lock:
            if org in self._orgs:
                self._orgs[org] = Usage()

    def forget(self, org: str) -> None:
        """Remove the usage of a deleted org."""
        with self._lock:
            self._orgs.pop(org, None)
