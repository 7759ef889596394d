"""The Date header of responses: the time of the org, as clients use it for their next If-Modified-Since."""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache

from mockcrm.core.clock import SYSTEM, Clock

Header = tuple[bytes, bytes]


@lru_cache(maxsize=1024)
def date_at(second: int) -> Header:
    """Return the Date header of a whole second since the epoch (RFC 9110, 6.6.1)."""
    return (b"date", formatdate(second, usegmt=True).encode())


def date_by(clock: Clock, system_time: float) -> Header:
    """Return the Date header by the clock of an org, at a time of the system."""
    return date_at(int(system_time + clock.shift if clock.frozen_at is None else clock.frozen_at))


def date_now() -> Header:
    """Return the Date header by the system's time: for responses that belong to no org."""
    return date_at(int(SYSTEM.now()))
