"""How much each org calls the API: calls under way, and credits spent within 24 hours (contract 6).

Counted only while the org's settings limit it; in memory, so that a restart or a reset begins anew.
"""

from __future__ import annotations

import threading
from collections import deque

WINDOW = 86_400
"""Seconds."""


class Usage:
    """The calls of one org, counted by the event loop alone. A call costs one credit (assumed)."""

    __slots__ = ("_seconds", "_spent", "under_way")

    def __init__(self) -> None:
        self.under_way = 0
        self._spent = 0
        self._seconds: deque[tuple[int, int]] = deque()

    def spend(self, most: int, now: int) -> int | None:
        """Spend a credit, if fewer than `most` were within the 24 hours before `now` (seconds of the org's clock); how
        many are left then, None when there was none."""
        seconds = self._seconds
        # A clock that was put back leaves times in the future behind; they are no part of this window.
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


class UsageBook:
    """The usage of every org. An org has one from `open` to `forget`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orgs: dict[str, Usage] = {}

    def open(self, org: str) -> None:
        """The org's calls are counted from now on; what is counted stays."""
        with self._lock:
            self._orgs.setdefault(org, Usage())

    def of(self, org: str) -> Usage:
        """The usage of an org; of one that is gone, one that nobody else sees."""
        with self._lock:
            return self._orgs.get(org) or Usage()

    def clear(self, org: str) -> None:
        """Begin anew; calls under way end in what was forgotten."""
        with self._lock:
            if org in self._orgs:
                self._orgs[org] = Usage()

    def forget(self, org: str) -> None:
        """The org is gone."""
        with self._lock:
            self._orgs.pop(org, None)
