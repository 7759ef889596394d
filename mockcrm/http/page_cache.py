"""A cache of response bodies that are valid until something in their org changes.

Whether an entry is stale is read from the database itself: for each connection SQLite counts the commits of all others
(PRAGMA data_version), so no writer has to invalidate entries. Not thread-safe: for the event loop only.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Hashable
from typing import NamedTuple

from cachetools import LRUCache

MAX_BYTES = 8 * 2**20
"""The maximum size of all cached bodies together."""
MAX_PAGES = 256


class _Page(NamedTuple):
    owner: weakref.ref[object]
    version: int
    body: bytes


class PageCache:
    """Response bodies by owner and key; the least recently used are evicted first.

    `owner` is the org's metadata object, which is replaced when the metadata changes: a body is returned only for the
    same object, and only while `reader`, a connection that never writes, sees no new commit."""

    def __init__(self) -> None:
        self._pages: LRUCache[tuple[int, Hashable], _Page] = LRUCache(MAX_BYTES, lambda page: len(page.body))

    def version(self, reader: sqlite3.Connection) -> int:
        """Return the data version. Call this before reading the data of the body, so that a commit in between makes the
        body stale."""
        return int(reader.execute("PRAGMA data_version").fetchone()[0])

    def find(self, owner: object, key: Hashable, version: int) -> bytes | None:
        """Return the cached body for that owner, key and version, None if there is none."""
        page = self._pages.get((id(owner), key))
        if page is None or page.owner() is not owner or page.version != version:
            return None
        return page.body

    def add(self, owner: object, key: Hashable, version: int, body: bytes) -> None:
        """Cache a body made from the data at that version, unless it alone is larger than MAX_BYTES."""
        if len(body) > MAX_BYTES:
            return
        self._pages[id(owner), key] = _Page(weakref.ref(owner), version, body)
        while len(self._pages) > MAX_PAGES:
            self._pages.popitem()
