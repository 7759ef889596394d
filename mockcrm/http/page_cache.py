"""Finished answers that are given again while nothing in their org has changed.

SQLite counts for each connection the commits of all others (PRAGMA data_version), so whether an answer still holds is
asked of the file itself: no writer has to know what it makes stale. Used on the event loop alone.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections import OrderedDict
from collections.abc import Hashable

MAX_BYTES = 8 * 2**20
"""What all kept answers of the server may take together."""
MAX_PAGES = 256


class PageCache:
    """Bodies by owner and key, the least recently used dropped first.

    `owner` is an object that is replaced when the org's metadata is (its OrgMetadata): a body is given only to the very
    object that it was kept for, and only while `reader`, a connection that never writes, sees no new commit."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[tuple[int, Hashable], tuple[weakref.ref[object], int, bytes]] = OrderedDict()
        self._bytes = 0

    def version(self, reader: sqlite3.Connection) -> int:
        """Ask before reading what the body is made of, so that a commit in between makes it stale."""
        return int(reader.execute("PRAGMA data_version").fetchone()[0])

    def find(self, owner: object, key: Hashable, version: int) -> bytes | None:
        """The body kept for that owner and key at that version."""
        place = (id(owner), key)
        found = self._bodies.get(place)
        if found is None or found[0]() is not owner or found[1] != version:
            return None
        self._bodies.move_to_end(place)
        return found[2]

    def keep(self, owner: object, key: Hashable, version: int, body: bytes) -> None:
        """Keep a body that was made from what `version` was asked of."""
        place = (id(owner), key)
        old = self._bodies.pop(place, None)
        self._bytes += len(body) - (0 if old is None else len(old[2]))
        self._bodies[place] = (weakref.ref(owner), version, body)
        while self._bytes > MAX_BYTES or len(self._bodies) > MAX_PAGES:
            _, (_, _, dropped) = self._bodies.popitem(last=False)
            self._bytes -= len(dropped)
