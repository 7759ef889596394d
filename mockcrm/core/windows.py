"""How often something happened within the last ten minutes by an org's clock: the limits of contract 1.5.

In memory only: a restart or a reset of the org starts to count anew.
"""

from __future__ import annotations

from collections import deque

WINDOW = 600.0
"""Seconds."""


class Windows:
    """Sliding windows by org and key. Not locked: whoever owns them holds a lock."""

    def __init__(self) -> None:
        self._times: dict[str, dict[str, deque[float]]] = {}

    def take(self, org: str, key: str, most: int, now: float) -> bool:
        """Count one more, unless there were `most` in the window already; whether it was counted."""
        times = self._times.setdefault(org, {}).setdefault(key, deque())
        # A clock that was put back leaves times in the future behind; they are no part of this window.
        while times and times[-1] > now:
            times.pop()
        while times and times[0] <= now - WINDOW:
            times.popleft()
        if len(times) >= most:
            return False
        times.append(now)
        return True

    def forget(self, org: str) -> None:
        """Start anew for an org."""
        self._times.pop(org, None)
