"""Templates: a closed file per distinct fixture, which new orgs and resets copy page by page.

A template that an org was made from stays as long as the org does: a reset needs it. Of the others the latest few stay,
so that a suite whose tests make their orgs from the same fixtures pays for each once.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from mockcrm import __version__
from mockcrm.core import clock
from mockcrm.core.orgs.database import PARTIAL, create_private, remove_files, sync
from mockcrm.core.orgs.datadir import StateError, check_copy
from mockcrm.core.orgs.schema import FORMAT, create_schema
from mockcrm.fixture_format.load import create_org
from mockcrm.fixture_format.model import Fixture

MAX_UNUSED = 32
"""Templates of no org that are kept."""
MAX_UNUSED_BYTES = 256 * 2**20
"""What they may take together."""


class Templates:
    """The templates in a folder. Not locked: whoever makes and deletes orgs holds a lock."""

    def __init__(self, folder: Path, used: Iterable[str], *, durable: bool) -> None:
        """`used`: the names of the templates that orgs were made from, one per org; `durable` ones survive a power
        cut."""
        self._folder = folder
        self._durable = durable
        self._checked: set[str] = set()
        self._users = Counter(used)
        self._unused: OrderedDict[str, int] = OrderedDict()
        """Names and sizes, the longest unused first."""
        found = [path for path in folder.glob("*.sqlite") if path.name not in self._users and path.is_file()]
        for path in sorted(found, key=lambda item: item.stat().st_mtime):
            self._unused[path.name] = path.stat().st_size
        self._remove_some()

    def checked(self, name: str, what: str) -> Path:
        """Where the template of that name is, which can be read as a whole; StateError says that `what` cannot."""
        path = self._folder / name
        # What an earlier process left is read once: a power cut may have come before all of it was on the disk.
        check_copy(path, what, whole=name not in self._checked)
        self._checked.add(name)
        return path

    def of(self, fixture: Fixture | None) -> Path:
        """The template of a fixture, made when there is none that can be read. FixtureError."""
        content = f"{FORMAT} {__version__} {fixture!r}".encode()
        path = self._folder / f"{hashlib.blake2b(content, digest_size=16).hexdigest()}.sqlite"
        if path.exists():
            try:
                found = self.checked(path.name, "the template")
            except StateError:
                pass  # made anew
            else:
                if path.name in self._unused:
                    self._unused.move_to_end(path.name)
                return found
        self._make(path, fixture)
        self._checked.add(path.name)
        if path.name not in self._users:
            self._unused[path.name] = path.stat().st_size
            self._remove_some()
        return path

    def use(self, name: str) -> None:
        """An org was made from that template."""
        self._users[name] += 1
        self._unused.pop(name, None)

    def leave(self, name: str) -> None:
        """An org that was made from that template is deleted."""
        self._users[name] -= 1
        if self._users[name] <= 0:
            del self._users[name]
            path = self._folder / name
            if path.exists():
                self._unused[name] = path.stat().st_size
                self._remove_some()

    def _make(self, path: Path, fixture: Fixture | None) -> None:
        partial_path = path.with_suffix(PARTIAL)
        remove_files(partial_path)
        create_private(partial_path)
        try:
            with closing(sqlite3.connect(partial_path, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = OFF")
                connection.execute("PRAGMA synchronous = OFF")
                create_schema(connection)
                connection.execute("BEGIN")
                create_org(connection, fixture, int(clock.SYSTEM.now()))
                connection.execute("COMMIT")
            if self._durable:
                sync(partial_path)
        except BaseException:
            remove_files(partial_path)
            raise
        partial_path.replace(path)

    def _remove_some(self) -> None:
        """Remove the longest unused; the latest stays in any case, since it is about to be used."""
        while len(self._unused) > 1 and (
            len(self._unused) > MAX_UNUSED or sum(self._unused.values()) > MAX_UNUSED_BYTES
        ):
            name, _ = self._unused.popitem(last=False)
            (self._folder / name).unlink(missing_ok=True)
