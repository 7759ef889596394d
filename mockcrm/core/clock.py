"""The time of an org: the system's, frozen, or shifted. No other code in the package reads the system's clock.

A clock is an immutable value: setting or advancing it returns a new one, which the org stores. Times are seconds since
the epoch as floats; `iso` returns the format of the API (ISO 8601 with offset, without fraction).
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
    """The system's time, except that it never goes back. It follows the wall clock forwards, also after the machine was
    suspended. If the wall clock is set back, by hand or by NTP, it continues at the rate of the monotonic clock.

    It stores the largest offset between the two clocks, `wall` and `monotonic`, which it first reads when `now` is
    first called.
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
        """Return the seconds since the epoch."""
        # The wall clock is read first: a delay between the two readings makes the offset smaller, so it has no effect.
        wall = self._wall()
        monotonic = self._monotonic()
        if wall - monotonic > self._offset:
            with self._lock:
                self._offset = max(self._offset, wall - monotonic)
        return monotonic + self._offset


SYSTEM = SystemClock()
"""The clock from which every org's time is derived."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of an org. `frozen_at` is None while time runs; `shift` is added to the system's time, in seconds."""

    shift: float = 0.0
    frozen_at: float | None = None

    def now(self) -> float:
        """Return the org's time in seconds since the epoch."""
        return SYSTEM.now() + self.shift if self.frozen_at is None else self.frozen_at

    def freeze(self, at: float | None = None) -> Clock:
        """Return a clock that is frozen at `at`, by default at this clock's present time."""
        return Clock(self.shift, self.now() if at is None else at)

    def run(self, at: float | None = None) -> Clock:
        """Return a clock that runs from `at`, by default from this clock's present time."""
        return Clock((self.now() if at is None else at) - SYSTEM.now(), None)

    def advance(self, seconds: float) -> Clock:
        """Return the same clock `seconds` later; a frozen clock stays frozen."""
        if self.frozen_at is not None:
            return Clock(self.shift, self.frozen_at + seconds)
        return Clock(self.shift + seconds, None)


def parse_offset(text: str) -> int:
    """Return the seconds east of UTC of an offset such as `+05:30`. Raises ValueError for other text."""
    match = _OFFSET.fullmatch(text)
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        raise ValueError(f"not a UTC offset like +05:30: {text!r}")
    seconds = int(match[2]) * 3600 + int(match[3]) * 60
    return -seconds if match[1] == "-" else seconds


@lru_cache(maxsize=4096)
def iso(seconds: int, offset: int) -> str:
    """Return a time such as `2021-03-03T12:17:00+05:30` from whole `seconds` since the epoch, at `offset` seconds east
    of UTC."""
    return datetime.fromtimestamp(seconds, timezone(timedelta(seconds=offset))).isoformat()


def iso_offset(offset: int) -> str:
    """Return an offset in seconds east of UTC in the format of ISO 8601, such as `+05:30`."""
    hours, minutes = divmod(abs(offset) // 60, 60)
    return f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"


def in_zone(text: str, offset: int) -> str:
    """Return an ISO 8601 time in the format of the API: the same moment at `offset` seconds east of UTC, without
    fraction. Raises ValueError or OverflowError for an invalid time."""
    moment = datetime.fromisoformat(text).replace(microsecond=0)
    return moment.astimezone(timezone(timedelta(seconds=offset))).isoformat()


def parse_iso(text: str) -> int:
    """Return the seconds since the epoch of an ISO 8601 time, in UTC if it has no offset. Raises ValueError for other
    text."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())
