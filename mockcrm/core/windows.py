"""Sliding windows of ten minutes by an org's clock, for the limits of docs/contract/mass-update-and-core.md 1.5.

In memory only: a restart or a reset of the org starts from zero.
"""

from __future__ import annotations

from collections import deque

WINDOW = 600.0
"""Seconds."""


class Windows:
    """Sliding windows by org and key. Not thread-safe: the owner holds a lock."""

    def __init__(self) -> None:
        self._times: dict[str, dict[str, deque[float]]] = {}

    def take(self, org: str, key: str, most: int, now: float) -> bool:
        """Count one event, unless `most` are in the window already; return whether it was counted."""
        times = self._times.setdefault(org, {}).setdefault(key, deque())
        # A clock that was set back leaves times in the future behind, which are not part of this window.
        while times and times[-1] > now:
            times.pop()
        while times and times[0] <= now - WINDOW:
            times.popleft()
        if len(times) >= most:
            return False
        times.append(now)
        return True

    def forget(self, org: str) -> None:
        """Remove the windows of an org."""
        self._times.pop(org, None)
