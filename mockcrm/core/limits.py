"""Limits on how often something may happen: sliding windows, and the API usage of each org.

Times are seconds by the org's clock. Everything is in memory, so that a restart or a reset of the org starts from zero.
"""

from __future__ import annotations

import threading
from collections import deque

CREDITS_WINDOW = 86_400
"""Seconds within which the credits of an org count: 24 hours (docs/contract/mass-update-and-core.md 6)."""


class SlidingWindow:
    """Counts the events within the last `seconds`. Not thread-safe."""

    __slots__ = ("_counts", "_seconds", "_total")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._total = 0
        self._counts: deque[tuple[float, int]] = deque()
        """Times, the earliest first, with the number of events at each."""

    def take(self, limit: int, now: float) -> int | None:
        """Count one event and return how many more the limit allows; return None, and count nothing, when the window
        before `now` already holds `limit` events."""
        counts = self._counts
        # A clock that was set back leaves times in the future behind, which are not part of this window.
        while counts and counts[-1][0] > now:
            self._total -= counts.pop()[1]
        while counts and counts[0][0] <= now - self._seconds:
            self._total -= counts.popleft()[1]
        if self._total >= limit:
            return None
        count = counts.pop()[1] if counts and counts[-1][0] == now else 0
        counts.append((now, count + 1))
        self._total += 1
        return limit - self._total


class SlidingWindows:
    """A sliding window for each org and key. Not thread-safe: the owner holds a lock."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._windows: dict[str, dict[str, SlidingWindow]] = {}

    def take(self, org: str, key: str, limit: int, now: float) -> bool:
        """Count one event of the key, unless its window already holds `limit`; return whether it was counted."""
        windows = self._windows.setdefault(org, {})
        window = windows.get(key)
        if window is None:
            window = windows[key] = SlidingWindow(self._seconds)
        return window.take(limit, now) is not None

    def forget(self, org: str) -> None:
        """Remove the windows of an org."""
        self._windows.pop(org, None)


class Usage:
    """The calls of one org: those in progress, and the credits spent. Used by the event loop only, without a lock.

    Counted only while the org's settings limit it. A call costs one credit (assumed)."""

    __slots__ = ("_credits", "in_progress")

    def __init__(self) -> None:
        self.in_progress = 0
        self._credits = SlidingWindow(CREDITS_WINDOW)

    def spend(self, limit: int, now: int) -> int | None:
        """Spend a credit and return how many are left; return None, and spend none, when `limit` were spent within
        CREDITS_WINDOW before `now`."""
        return self._credits.take(limit, now)


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
        """Return the usage of an org; for a deleted org a new object, which is not stored."""
        with self._lock:
            return self._orgs.get(org) or Usage()

    def clear(self, org: str) -> None:
        """Start counting from zero; calls in progress still count in the old object."""
        with self._lock:
            if org in self._orgs:
                self._orgs[org] = Usage()

    def forget(self, org: str) -> None:
        """Remove the usage of a deleted org."""
        with self._lock:
            self._orgs.pop(org, None)
