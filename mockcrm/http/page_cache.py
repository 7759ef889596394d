"""A cache of response bodies that are valid until something in their org changes.

Whether an entry is stale is read from the database itself: for each connection SQLite counts the commits of all others
(PRAGMA data_version), so no writer has to invalidate entries. Not thread-safe: for the event loop only.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections import OrderedDict
from collections.abc import Hashable

MAX_BYTES = 8 * 2**20
"""The maximum size of all cached bodies together."""
MAX_PAGES = 256


class PageCache:
    """Response bodies by owner and key; the least recently used are evicted first.

    `owner` is the org's metadata object, which is replaced when the metadata changes: a body is returned only for the
    same object, and only while `reader`, a connection that never writes, sees no new commit."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[tuple[int, Hashable], tuple[weakref.ref[object], int, bytes]] = OrderedDict()
        self._bytes = 0

    def version(self, reader: sqlite3.Connection) -> int:
        """Return the data version. Call this before reading the data of the body, so that a commit in between makes the
        body stale."""
        return int(reader.execute("PRAGMA data_version").fetchone()[0])

    def find(self, owner: object, key: Hashable, version: int) -> bytes | None:
        """Return the cached body for that owner, key and version, None if there is none."""
        place = (id(owner), key)
        found = self._bodies.get(place)
        if found is None or found[0]() is not owner or found[1] != version:
            return None
        self._bodies.move_to_end(place)
        return found[2]

    def keep(self, owner: object, key: Hashable, version: int, body: bytes) -> None:
        """Cache a body made from the data at that version."""
        place = (id(owner), key)
        old = self._bodies.pop(place, None)
        self._bytes += len(body) - (0 if old is None else len(old[2]))
        self._bodies[place] = (weakref.ref(owner), version, body)
        while self._bytes > MAX_BYTES or len(self._bodies) > MAX_PAGES:
            _, (_, _, dropped) = self._bodies.popitem(last=False)
            self._bytes -= len(dropped)
