"""Templates: one closed database file per distinct fixture, which new orgs and resets copy page by page.

A template that an org was created from exists as long as the org does, for resets. Of the others the most recently used
stay as a cache, so that a test suite that creates many orgs from the same fixtures loads each only once.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from mockcrm import __version__
from mockcrm.core import clock
from mockcrm.core.orgs.content import ContentWriter
from mockcrm.core.orgs.database import PARTIAL, create_private, remove_files, sync
from mockcrm.core.orgs.datadir import StateError, check_copy
from mockcrm.core.orgs.schema import FORMAT, create_schema

MAX_UNUSED = 32
"""The most templates without an org that are cached."""
MAX_UNUSED_BYTES = 256 * 2**20
"""The most bytes of these templates together."""


class Templates:
    """The templates in a folder. Not thread-safe: the caller that creates and deletes orgs holds a lock."""

    def __init__(self, folder: Path, used: Iterable[str], content: ContentWriter, *, durable: bool) -> None:
        """`used` are the names of the templates that orgs were created from, one per org. `durable` templates survive
        a power cut; `content` fills new ones."""
        self._folder = folder
        self._content = content
        self._durable = durable
        self._checked: set[str] = set()
        self._users = Counter(used)
        self._unused: OrderedDict[str, int] = OrderedDict()
        """Names and sizes in bytes, the least recently used first."""
        found = [path for path in folder.glob("*.sqlite") if path.name not in self._users and path.is_file()]
        for path in sorted(found, key=lambda item: item.stat().st_mtime):
            self._unused[path.name] = path.stat().st_size
        self._evict()

    def check(self, name: str, what: str) -> Path:
        """Return the path of the template `name`. Raises StateError, with `what` in its message, when the file cannot
        be read."""
        path = self._folder / name
        # The file of an earlier process is checked once: after a power cut, parts of it may be missing.
        check_copy(path, what, whole=name not in self._checked)
        self._checked.add(name)
        return path

    def get_or_create(self, fixture: Any | None) -> Path:
        """Return the path of a fixture's template, created when it is missing or damaged. Raises FixtureError."""
        content = f"{FORMAT} {__version__} {fixture!r}".encode()
        path = self._folder / f"{hashlib.blake2b(content, digest_size=16).hexdigest()}.sqlite"
        if path.exists():
            try:
                found = self.check(path.name, "the template")
            except StateError:
                pass  # created again
            else:
                if path.name in self._unused:
                    self._unused.move_to_end(path.name)
                return found
        self._make(path, fixture)
        self._checked.add(path.name)
        if path.name not in self._users:
            self._unused[path.name] = path.stat().st_size
            self._evict()
        return path

    def add_user(self, name: str) -> None:
        """Count one more org that was created from the template."""
        self._users[name] += 1
        self._unused.pop(name, None)

    def remove_user(self, name: str) -> None:
        """Count one org fewer that was created from the template."""
        self._users[name] -= 1
        if self._users[name] <= 0:
            del self._users[name]
            path = self._folder / name
            if path.exists():
                self._unused[name] = path.stat().st_size
                self._evict()

    def _make(self, path: Path, fixture: Any | None) -> None:
        partial_path = path.with_suffix(PARTIAL)
        remove_files(partial_path)
        create_private(partial_path)
        try:
            with closing(sqlite3.connect(partial_path, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = OFF")
                connection.execute("PRAGMA synchronous = OFF")
                create_schema(connection)
                connection.execute("BEGIN")
                self._content.create_org(connection, fixture, int(clock.SYSTEM.now()))
                connection.execute("COMMIT")
            if self._durable:
                sync(partial_path)
        except BaseException:
            remove_files(partial_path)
            raise
        partial_path.replace(path)

    def _evict(self) -> None:
        """Remove the least recently used ones; the latest always stays, as it is about to be used."""
        while len(self._unused) > 1 and (
            len(self._unused) > MAX_UNUSED or sum(self._unused.values()) > MAX_UNUSED_BYTES
        ):
            name, _ = self._unused.popitem(last=False)
            (self._folder / name).unlink(missing_ok=True)
