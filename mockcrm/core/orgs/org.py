"""One open org: its database file, its settings and clock, and the gate that lets one writer in at a time.

Metadata, settings and clock are cached in memory. They are replaced while the gate is held, together with the rows that
they are read from. Which orgs exist, and which of them are open, is up to OrgRegistry.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mockcrm.core.automation.events import AutomationEvent
from mockcrm.core.bulk.action import Action
from mockcrm.core.clock import Clock
from mockcrm.core.jobs import store as jobs
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.core.org_metadata.reading import read_metadata, settings_of_fixture
from mockcrm.core.org_settings import OrgSettings, merge
from mockcrm.core.orgs.content import ContentWriter
from mockcrm.core.orgs.database import (
    READER_BUSY_MS,
    WAL_HARD_BYTES,
    WAL_SOFT_BYTES,
    BusyRetry,
    connect,
    copy_into,
    copy_out,
    retry_while_busy,
    transaction,
    wal_bytes,
)
from mockcrm.core.orgs.datadir import check_copy, check_org, to_unreadable
from mockcrm.core.orgs.gate import Gate
from mockcrm.core.orgs.registry_store import OrgRow
from mockcrm.core.orgs.upgrade import upgrade

T = TypeVar("T")

GATE_TIMEOUT_SECONDS = 0.05
"""How long `try_write` waits for the gate: its thread has other orgs to serve."""

MAX_SHORT_WRITE_RECORDS = 20
"""Up to this many records are written on the event loop: a thread would cost more than the write."""


class OrgGone(Exception):
    """The org was deleted or closed while a caller waited for it, or the server is stopping."""


class GateTimeout(Exception):
    """`try_write` did not get the org's gate within GATE_TIMEOUT_SECONDS."""


class MetadataChanged(Exception):
    """The org's metadata was replaced (load, reset) between a request's validation and its write."""


class Org:
    """One open org with three connections: the writer belongs to the holder of the gate, the reader to the event loop's
    thread, the scanner to the holder of its lock.

    Every user of a connection holds a pin, threads that work for a request included. A retired org takes no more pins
    and refuses writes; `on_idle` is called when its last pin is released, and only then are the connections closed:
    closing a connection that is in use crashes SQLite.
    """

    def __init__(
        self,
        row: OrgRow,
        path: Path,
        content: ContentWriter,
        actions: Mapping[str, Action],
        pool: ThreadPoolExecutor,
        options: dict[str, Any],
        *,
        options_win: bool = False,
        durable: bool,
    ) -> None:
        """Open the file at `path`. `content` adds fixtures, `actions` are what the org's jobs run, by name, `pool` are
        the threads for long reads and writes. `options` are the settings of the command line; those of the fixture
        override them unless `options_win`. Raises OrgUnreadable."""
        self.row = row
        self.name = row.name
        self.actions = actions
        self._content = content
        self._pool = pool
        self.uid = row.uid
        self.path = path
        self.closed = False
        self.publish: Callable[[OrgMetadata, Sequence[AutomationEvent]], None] = lambda _metadata, _fired: None
        """Called after a commit with the automation events in it."""
        self.on_idle: Callable[[Org], None] = Org.close
        """Called when the last pin of a retired org is released, in the thread that held it; must not block."""
        self.gate = Gate()
        self._pins = 0
        self._pins_lock = threading.Lock()
        self._options = options
        self._options_win = options_win
        self._synchronous = "NORMAL" if durable else "OFF"
        self._scanner_lock = threading.Lock()
        check_org(path, row.name)
        with ExitStack() as stack:
            try:
                self._writer = stack.enter_context(closing(connect(path, synchronous=self._synchronous)))
                self.reader, self._scanner = (
                    stack.enter_context(closing(connect(path, synchronous=self._synchronous, busy_ms=READER_BUSY_MS)))
                    for _ in range(2)
                )
                self._refresh()
            except (sqlite3.DatabaseError, ValueError, KeyError) as error:
                raise to_unreadable(path, row.name, error) from error
            stack.pop_all()

    # -- lifetime ----------------------------------------------------------------------------------------------

    def pin(self) -> bool:
        """Keep the org open until `unpin`; return False when it is retired."""
        with self._pins_lock:
            if not self.closed:
                self._pins += 1
            return not self.closed

    def unpin(self) -> None:
        """Release a pin."""
        with self._pins_lock:
            self._pins -= 1
            last = self.closed and not self._pins
        if last:
            self.on_idle(self)

    def retire(self) -> bool:
        """Take no more pins. Return True when there are none, and the caller must close the org; otherwise `on_idle` is
        called when the last one is released."""
        with self._pins_lock:
            self.closed = True
            return not self._pins

    def retire_if_idle(self) -> bool:
        """Retire the org if it has no pins; return whether it is retired."""
        with self._pins_lock:
            self.closed = self.closed or not self._pins
            return self.closed

    def close(self) -> None:
        """Close the connections of a retired org without pins."""
        for connection in (self.reader, self._scanner, self._writer):
            connection.close()

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        """Run `work` in a thread that holds its own pin, so that it goes on when its request is cancelled. The caller
        must hold a pin too. Raises OrgGone."""
        with self._pins_lock:
            self._pins += 1
        try:
            future = self._pool.submit(work)
        except RuntimeError:  # the pool is shut down: the server is stopping
            self.unpin()
            raise OrgGone(self.name) from None
        future.add_done_callback(lambda _: self.unpin())
        return future

    # -- reading -----------------------------------------------------------------------------------------------

    metadata: OrgMetadata
    settings: OrgSettings
    clock: Clock
    metadata_time: int

    def _refresh(self) -> None:
        upgrade(self._writer, int(time.time()))
        facts = metadata_store.meta(self._writer)
        metadata, clock, settings = read_metadata(self._writer), facts.get("clock"), self._settings_of(facts)
        self.metadata = metadata
        # For If-Modified-Since. By the system's clock, as clients go by theirs; rounded up, so that a change counts as
        # newer than a response that a client got within the same second.
        self.metadata_time = int(time.time()) + 1
        self.clock = Clock(clock["shift"], clock["frozen_at"]) if clock else Clock()
        self.settings = settings

    def _refresh_after_commit(self) -> None:
        try:
            self._refresh()
        except BaseException:
            # The cache no longer matches the file: retired, so that the next user opens the file again.
            self.closed = True
            raise

    def _settings_of(self, facts: Mapping[str, Any]) -> OrgSettings:
        fixture = settings_of_fixture(facts)
        layers = (fixture, self._options) if self._options_win else (self._options, fixture)
        return OrgSettings.model_validate(merge(*layers, facts.get("changed_settings", {})))

    @property
    def edition(self) -> str:
        """The edition that rules apply: the one in the settings, otherwise the fixture's."""
        return self.settings.edition or self.metadata.org.edition

    def now(self) -> int:
        """Return the org's time in whole seconds since the epoch."""
        return int(self.clock.now())

    async def scan(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a long read in a thread, concurrently with writers and the event loop. Raises OrgGone."""
        return await asyncio.wrap_future(self._submit(partial(self.scan_blocking, work)))

    def scan_blocking(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a long read in this thread. Raises OrgGone."""
        with self._scanner_lock:
            if self.closed:
                raise OrgGone(self.name)
            return work(self._scanner)

    # -- writing -----------------------------------------------------------------------------------------------

    async def write(
        self,
        work: Callable[[sqlite3.Connection], T],
        *,
        metadata: OrgMetadata | None = None,
        long: bool = False,
    ) -> T:
        """Wait for the gate and run `work` in one transaction, which is committed when this returns.

        A short write (MAX_SHORT_WRITE_RECORDS) runs on the event loop, a `long` one in a thread. Raises MetadataChanged
        when `metadata` is given and no longer the org's metadata, OrgGone when the org is closed.
        """
        return await self._write(partial(self._transact, work, metadata), long=long)

    async def write_metadata(self, work: Callable[[sqlite3.Connection], T], *, metadata: OrgMetadata) -> T:
        """Change the metadata: a long `write`, then a reload of the org's cached metadata, both while the gate is held,
        so that the next writer sees the change. Raises MetadataChanged unless `metadata` is still the org's."""

        def change() -> T:
            result = self._transact(work, metadata)
            self._refresh_after_commit()
            return result

        return await self._write(change, long=True)

    async def _write(self, turn: Callable[[], T], *, long: bool) -> T:
        retry: BusyRetry | None = None
        while True:
            if not self.gate.try_acquire():
                await self.gate.acquire()
            try:
                return await self._in_thread(turn) if long else self._release_after(turn)
            except sqlite3.OperationalError as error:
                # Another process has locked the file. Wait without the gate and without blocking the event loop.
                retry = retry or BusyRetry()
                pause = retry.next_pause(error)
            await asyncio.sleep(pause)

    async def _in_thread(self, turn: Callable[[], T]) -> T:
        # The thread releases the gate, not this coroutine: a cancelled request would release it too early.
        try:
            running = self._submit(partial(self._release_after, turn))
        except OrgGone:
            self.gate.release()
            raise
        return await asyncio.shield(asyncio.wrap_future(running))

    def _release_after(self, turn: Callable[[], T]) -> T:
        try:
            return turn()
        finally:
            self.gate.release()

    def write_blocking(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do what `write` does, in a thread that may block."""
        return self._run_with_gate(lambda: self._transact(work, None))

    def try_write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do what `write` does, in a thread that has other orgs to serve. Raises GateTimeout when the gate is held for
        longer, and sqlite3.OperationalError (is_busy) at once when another process has locked the file."""
        if not self.gate.acquire_within(GATE_TIMEOUT_SECONDS):
            raise GateTimeout(self.name)
        return self._release_after(lambda: self._transact(work))

    def _run_with_gate(self, turn: Callable[[], T], *, patient: bool = True) -> T:
        """Run `turn` in this thread while holding the gate. If `patient`, retry while another process has locked the
        file. Raises OrgGone."""

        def attempt() -> T:
            with self.gate.hold():
                if self.closed:
                    raise OrgGone(self.name)
                return turn()

        return retry_while_busy(attempt) if patient else attempt()

    def _transact(self, work: Callable[[sqlite3.Connection], T], metadata: OrgMetadata | None = None) -> T:
        if self.closed:
            raise OrgGone(self.name)
        if metadata is not None and metadata is not self.metadata:
            raise MetadataChanged(self.name)
        with transaction(self._writer):
            return work(self._writer)

    # -- changing the org itself: all of it in threads that may block --------------------------------------------

    def set_clock(self, clock: Clock) -> None:
        """Store a new clock."""
        self.change_clock(lambda _: clock)

    def change_clock(self, change: Callable[[Clock], Clock]) -> Clock:
        """Store and return what `change` makes of the clock; if it raises, the clock stays as it was."""

        def turn() -> Clock:
            clock = change(self.clock)
            value = {"shift": clock.shift, "frozen_at": clock.frozen_at}

            def store(connection: sqlite3.Connection) -> None:
                metadata_store.set_meta(connection, "clock", value)
                jobs.clamp_pacing(connection, clock.now())

            self._transact(store)
            self.clock = clock
            return clock

        return self._run_with_gate(turn)

    def change_settings(self, changes: dict[str, Any]) -> None:
        """Change some settings. Raises pydantic's ValidationError when one is invalid; then nothing changes."""

        def turn() -> None:
            now = merge(metadata_store.meta_value(self._writer, "changed_settings") or {}, changes)
            settings = OrgSettings.model_validate(merge(self.settings.model_dump(), changes))
            becomes_paced = settings.job_policy.mode == "paced" != self.settings.job_policy.mode

            def store(connection: sqlite3.Connection) -> None:
                metadata_store.set_meta(connection, "changed_settings", now)
                if becomes_paced:
                    jobs.restart_pacing(connection, self.clock.now())

            self._transact(store)
            self.settings = settings

        self._run_with_gate(turn)

    def load(self, fixture: Any, add_clients: Callable[[list[dict[str, Any]]], T]) -> T:
        """Add a fixture and return the result of `add_clients`, which is called with the fixture's OAuth clients before
        the commit. Raises FixtureError when the fixture conflicts with the org; on any error nothing changes."""

        def turn() -> T:
            before = self.settings.job_policy.mode

            def store(connection: sqlite3.Connection) -> T:
                clients = self._content.apply_fixture(connection, fixture=fixture, now=self.now())
                if self._settings_of(metadata_store.meta(connection)).job_policy.mode == "paced" != before:
                    jobs.restart_pacing(connection, self.clock.now())
                return add_clients(clients)

            added = self._transact(store)
            self._refresh_after_commit()
            return added

        return self._run_with_gate(turn)

    def replace_content(self, source: Path, what: str) -> None:
        """Replace the org's content with that of a closed file (restore); error messages call the file `what`. Raises
        StateError when it cannot be read; then nothing changes."""
        check_copy(source, what, whole=True)

        def turn() -> None:
            copy_into(source, self._writer)
            self._refresh_after_commit()

        self._run_with_gate(turn)

    def reset(self, source: Path, change_credentials: Callable[[Callable[[], None]], None]) -> None:
        """Replace the content with that of a closed file, which the caller has checked. `change_credentials` is called
        with the function that does so, so that both change or neither. Waits for the gate, but raises
        sqlite3.OperationalError (is_busy) at once when another process has locked the file."""

        def turn() -> None:
            change_credentials(lambda: copy_into(source, self._writer))
            self._refresh_after_commit()

        self._run_with_gate(turn, patient=False)

    def copy_content(self, target: Path) -> None:
        """Write the org's content to a closed file (snapshot)."""
        self._run_with_gate(lambda: copy_out(self._writer, target))

    def checkpoint(self) -> None:
        """Copy the WAL into the database file if it has grown (WAL_SOFT_BYTES), without stopping writers; above
        WAL_HARD_BYTES also empty it while holding the gate."""
        size = wal_bytes(self.path)
        if size <= WAL_SOFT_BYTES:
            return
        with closing(connect(self.path, synchronous=self._synchronous)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        if size > WAL_HARD_BYTES:
            with self.gate.hold():
                if not self.closed:
                    self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
