"""One open org: its file, its settings and clock, and whose turn it is to write (state/gate).

Metadata, settings and clock are kept in memory and replaced under the gate, together with what they were read from.
Which orgs there are, and which of them are open, is the registry's matter (state/orgs).
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mockcrm.clock import Clock
from mockcrm.settings import OrgSettings, merged
from mockcrm.state.database import (
    WAL_HARD_BYTES,
    WAL_SOFT_BYTES,
    connect,
    copy_into,
    copy_out,
    transaction,
    wal_bytes,
)
from mockcrm.state.datadir import check_copy, check_org, unreadable
from mockcrm.state.directory import Directory
from mockcrm.state.fixtures.load import apply_fixture
from mockcrm.state.fixtures.model import Fixture
from mockcrm.state.gate import Gate
from mockcrm.state.reading import read_directory
from mockcrm.state.repository import jobs, metadata
from mockcrm.state.repository.firings import Firing

T = TypeVar("T")

SHORT_WRITE = 20
"""Up to so many records are written on the event loop: a thread would cost more than the write."""


class OrgGone(Exception):
    """The org was deleted while somebody waited for it."""


class MetadataChanged(Exception):
    """The org's metadata was replaced (load, reset) between a request's checks and its change."""


class Org:
    """One open org. The writer connection belongs to whoever holds the gate, the reader to the event loop's thread,
    the scanner to whoever holds its lock."""

    def __init__(
        self, name: str, path: Path, options: dict[str, Any], *, options_win: bool = False, durable: bool
    ) -> None:
        """`options` are the settings of the command line, which the fixture's go over unless `options_win`.
        OrgUnreadable."""
        self.name = name
        self.path = path
        self.pins = 0
        self.closed = False
        self.publish: Callable[[Directory, Sequence[Firing]], None] = lambda _directory, _fired: None
        """Tells the server what automation fired; called after the commit."""
        self.gate = Gate()
        self._options = options
        self._options_win = options_win
        self._durable = durable
        self._scanner_lock = threading.Lock()
        check_org(path, name)
        with ExitStack() as stack:
            self._writer, self.reader, self._scanner = (
                stack.enter_context(closing(connect(path, durable=durable))) for _ in range(3)
            )
            try:
                self._refresh()
            except (sqlite3.DatabaseError, ValueError, KeyError) as fault:
                raise unreadable(path, name, fault) from fault
            stack.pop_all()

    def close(self) -> None:
        """Close the file; nobody may hold the gate or scan."""
        self.closed = True
        with self._scanner_lock:
            for connection in (self.reader, self._scanner, self._writer):
                connection.close()

    # -- reading -----------------------------------------------------------------------------------------------

    directory: Directory
    settings: OrgSettings
    clock: Clock
    metadata_time: int

    def _refresh(self) -> None:
        self.directory = read_directory(self._writer)
        # By the system's clock, as clients go by theirs; rounded up, so that a change within the second in which a
        # client asked is newer than what it asked for.
        self.metadata_time = int(time.time()) + 1
        facts = metadata.meta(self._writer)
        clock = facts.get("clock")
        self.clock = Clock(clock["shift"], clock["frozen_at"]) if clock else Clock()
        fixture = dict(self.directory.settings)
        layers = (fixture, self._options) if self._options_win else (self._options, fixture)
        self.settings = OrgSettings.model_validate(merged(*layers, facts.get("changed_settings", {})))

    @property
    def edition(self) -> str:
        """The edition that rules go by: the one set, else the fixture's."""
        return self.settings.edition or self.directory.org.edition

    def now(self) -> int:
        """Whole seconds since the epoch by the org's clock."""
        return int(self.clock.now())

    async def scan(self, pool: ThreadPoolExecutor, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a long read in a thread, beside writers and the event loop."""
        return await asyncio.get_running_loop().run_in_executor(pool, self.scan_here, work)

    def scan_here(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a long read in this thread."""
        with self._scanner_lock:
            if self.closed:
                raise OrgGone(self.name)
            return work(self._scanner)

    # -- writing -----------------------------------------------------------------------------------------------

    async def write(
        self,
        pool: ThreadPoolExecutor,
        work: Callable[[sqlite3.Connection], T],
        *,
        directory: Directory | None = None,
        long: bool = False,
    ) -> T:
        """Run `work` in one transaction when it is our turn; it is committed when this returns.

        A short write (SHORT_WRITE) runs right here, a `long` one in a thread. With `directory`: MetadataChanged unless
        that is still the org's.
        """
        if not self.gate.try_acquire():
            await self.gate.acquire()
        if long:
            return await self._in_thread(pool, work, directory)
        return self._locked(work, directory)

    async def write_metadata(
        self, pool: ThreadPoolExecutor, work: Callable[[sqlite3.Connection], T], *, directory: Directory
    ) -> T:
        """Change the metadata: like a long `write`, after which the org has a new directory. Both happen in one turn,
        so that whoever is next sees the change. MetadataChanged unless `directory` is still the org's."""
        if not self.gate.try_acquire():
            await self.gate.acquire()
        return await self._in_thread(pool, work, directory, refresh=True)

    def write_here(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The same as `write` from a thread that may wait."""
        with self.gate.blocking():
            return self._transact(work, None)

    async def _in_thread(
        self,
        pool: ThreadPoolExecutor,
        work: Callable[[sqlite3.Connection], T],
        directory: Directory | None,
        *,
        refresh: bool = False,
    ) -> T:
        # The thread opens the gate again, not we: a cancelled request would open it too early.
        locked = partial(self._locked, work, directory, refresh=refresh)
        try:
            running = asyncio.get_running_loop().run_in_executor(pool, locked)
        except RuntimeError:  # the pool is shut down: nobody else would open it
            self.gate.release()
            raise
        return await asyncio.shield(running)

    def _locked(
        self, work: Callable[[sqlite3.Connection], T], directory: Directory | None, *, refresh: bool = False
    ) -> T:
        try:
            result = self._transact(work, directory)
            if refresh:
                self._refresh()
            return result
        finally:
            self.gate.release()

    def _transact(self, work: Callable[[sqlite3.Connection], T], directory: Directory | None) -> T:
        if self.closed:
            raise OrgGone(self.name)
        if directory is not None and directory is not self.directory:
            raise MetadataChanged(self.name)
        with transaction(self._writer):
            return work(self._writer)

    # -- changing the org itself: all from threads ---------------------------------------------------------------

    def set_clock(self, clock: Clock) -> None:
        """Store a new clock."""
        self.change_clock(lambda _: clock)

    def change_clock(self, change: Callable[[Clock], Clock]) -> Clock:
        """Store what `change` makes of the clock; whatever it raises leaves the clock as it was."""
        with self.gate.blocking():
            clock = change(self.clock)
            value = {"shift": clock.shift, "frozen_at": clock.frozen_at}

            def store(connection: sqlite3.Connection) -> None:
                metadata.set_meta(connection, "clock", value)
                jobs.pace_back(connection, clock.now())

            self._transact(store, None)
            self.clock = clock
            return clock

    def change_settings(self, changes: dict[str, Any]) -> None:
        """Change some settings; ValidationError (pydantic) when one is out of bounds, and nothing changes."""
        with self.gate.blocking():
            if self.closed:
                raise OrgGone(self.name)
            now = merged(metadata.meta_value(self._writer, "changed_settings") or {}, changes)
            settings = OrgSettings.model_validate(merged(self.settings.model_dump(), changes))
            becomes_paced = settings.job_policy.mode == "paced" != self.settings.job_policy.mode

            def store(connection: sqlite3.Connection) -> None:
                metadata.set_meta(connection, "changed_settings", now)
                if becomes_paced:
                    jobs.pace_anew(connection, self.clock.now())

            self._transact(store, None)
            self.settings = settings

    def load(self, fixture: Fixture) -> list[dict[str, Any]]:
        """Add a fixture; the clients that it brought. FixtureError when it does not fit, and nothing changes."""
        with self.gate.blocking():
            entries = self._transact(partial(apply_fixture, fixture=fixture, now=self.now()), None)
            before = self.settings.job_policy.mode
            self._refresh()
            if self.settings.job_policy.mode == "paced" != before:
                self._transact(lambda connection: jobs.pace_anew(connection, self.clock.now()), None)
            return entries

    def replace_content(self, source: Path, what: str, *, whole: bool = False) -> None:
        """Make the org's content that of a closed file, which is `what` (reset, restore). StateError: it cannot be
        read (`whole`: all of it), and nothing changes."""
        check_copy(source, what, whole=whole)
        with self.gate.blocking():
            if self.closed:
                raise OrgGone(self.name)
            copy_into(source, self._writer)
            self._refresh()

    def copy_content(self, target: Path) -> None:
        """Write the org's content as a closed file (snapshot)."""
        with self.gate.blocking():
            if self.closed:
                raise OrgGone(self.name)
            copy_out(self._writer, target)

    def checkpoint(self) -> None:
        """Copy the WAL back into the file, beside the traffic; a large one is then emptied while nobody writes."""
        size = wal_bytes(self.path)
        if size <= WAL_SOFT_BYTES:
            return
        with closing(connect(self.path, durable=self._durable)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        if size > WAL_HARD_BYTES:
            with self.gate.blocking():
                if not self.closed:
                    self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
