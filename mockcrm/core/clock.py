"""Time for one org: the system's, frozen, or shifted. Nothing else in the package reads the system's clock.

A clock is a value: setting or advancing gives a new one, which the org stores. Times are seconds since the
epoch as floats; `iso` gives the wire form of the API (ISO 8601 with offset, no fraction).
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


class SystemClock:
    """The system's time, but that it never goes back: it follows the system's clock forwards, also over a suspended
    machine, and goes on at the monotonic rate while that stands behind what it has been (set back by hand or by NTP).

    Kept is the largest offset between the two clocks. `wall` and `monotonic` are those of the system; the first
    reading is made when the time is first asked for.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._offset = -math.inf
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds since the epoch."""
        # The wall's time first: whatever comes between the two readings makes the offset smaller, and so counts not.
        wall = self._wall()
        monotonic = self._monotonic()
        if wall - monotonic > self._offset:
            with self._lock:
                self._offset = max(self._offset, wall - monotonic)
        return monotonic + self._offset


SYSTEM = SystemClock()
"""What every org's clock goes by."""


@dataclass(frozen=True, slots=True)
class Clock:
    """`frozen_at` is None while time runs; `shift` is what was added to the system's time, in seconds."""

    shift: float = 0.0
    frozen_at: float | None = None

    def now(self) -> float:
        """The org's time in seconds since the epoch."""
        return SYSTEM.now() + self.shift if self.frozen_at is None else self.frozen_at

    def freeze(self, at: float | None = None) -> Clock:
        """A clock that stands still at `at`, or at this clock's present time."""
        return Clock(self.shift, self.now() if at is None else at)

    def run(self, at: float | None = None) -> Clock:
        """A clock that runs on from `at`, or from this clock's present time."""
        return Clock((self.now() if at is None else at) - SYSTEM.now(), None)

    def advance(self, seconds: float) -> Clock:
        """The same clock, `seconds` later; a frozen one stays frozen."""
        if self.frozen_at is not None:
            return Clock(self.shift, self.frozen_at + seconds)
        return Clock(self.shift + seconds, None)


def parse_offset(text: str) -> int:
    """Seconds east of UTC of `+05:30`; ValueError for anything else."""
    match = _OFFSET.fullmatch(text)
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        raise ValueError(f"not a UTC offset like +05:30: {text!r}")
    seconds = int(match[2]) * 3600 + int(match[3]) * 60
    return -seconds if match[1] == "-" else seconds


@lru_cache(maxsize=4096)
def iso(seconds: int, offset: int) -> str:
    """`2021-03-03T12:17:00+05:30`: whole `seconds` since the epoch, shown at `offset` seconds east of UTC."""
    return datetime.fromtimestamp(seconds, timezone(timedelta(seconds=offset))).isoformat()


def in_zone(text: str, offset: int) -> str:
    """An ISO 8601 time as the API gives it: the same moment at `offset` seconds east of UTC, without fraction.
    ValueError or OverflowError if there is none."""
    moment = datetime.fromisoformat(text).replace(microsecond=0)
    return moment.astimezone(timezone(timedelta(seconds=offset))).isoformat()


def parse_iso(text: str) -> int:
    """Seconds since the epoch of an ISO 8601 time; one without an offset counts as UTC. ValueError if it is none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())
