"""Ids: 64-bit integers inside the server, decimal strings in requests and responses.

An org's ids share a prefix: in an org with the id 554023000000000001, every id is 554023 followed by twelve digits. The
catalog has only the last twelve (2175 for Leads); new ids count up from FIRST_RUNNING.
"""

from __future__ import annotations

DEFAULT_ORG_ID = 554023000000000001
_RUNNING = 10**12
FIRST_RUNNING = 20_000_000
MAX_ID = 2**63 - 1


def parse_id(value: object) -> int | None:
    """Return the id in a value of a request or fixture: at most 19 ASCII digits or an integer, from 0 below 2**63.

    Returns None for any other value: int() alone would accept ` 12 `, `1_000` and Arabic digits.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= MAX_ID else None
    if isinstance(value, str) and 0 < len(value) <= 19 and value.isascii() and value.isdigit():
        number = int(value)
        return number if number <= MAX_ID else None
    return None


def base_of(org_id: int) -> int:
    """Return the smallest id of the org: its prefix followed by twelve zeros."""
    return org_id // _RUNNING * _RUNNING or DEFAULT_ORG_ID // _RUNNING * _RUNNING


def last_part(full_id: int) -> int:
    """Return what follows the org's prefix in an id."""
    return full_id % _RUNNING


def within(base: int, full_id: int) -> bool:
    """Return whether `full_id` has the prefix of the org whose ids start at `base`."""
    return base <= full_id < base + _RUNNING
