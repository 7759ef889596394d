"""The orgs of a server: one SQLite file each, opened when first asked for, closed when idle.

<root>/lock                  keeps a second server out
<root>/registry.sqlite       which orgs there are, and everybody's credentials
<root>/orgs/<name>.sqlite    one org
<root>/snapshots/<name>/      named snapshots of one org
<root>/templates/<hash>      a closed file per distinct fixture, which new orgs and resets copy
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mockcrm import __version__
from mockcrm.clock import Clock
from mockcrm.settings import OrgSettings, Settings, merged
from mockcrm.state.credentials import Credentials, Entry
from mockcrm.state.database import (
    WAL_HARD_BYTES,
    WAL_SOFT_BYTES,
    connect,
    copy_into,
    copy_out,
    remove_files,
    transaction,
    wal_bytes,
)
from mockcrm.state.datadir import OrgUnreadable as OrgUnreadable
from mockcrm.state.datadir import StateError as StateError
from mockcrm.state.datadir import check_copy, check_org, lock, open_registry, prepare_root, unreadable
from mockcrm.state.directory import Directory
from mockcrm.state.faults import FaultBook
from mockcrm.state.fixtures.load import apply_fixture, create_org
from mockcrm.state.fixtures.model import Fixture
from mockcrm.state.gate import Gate
from mockcrm.state.journal import Journal
from mockcrm.state.maintenance import Maintenance
from mockcrm.state.reading import read_directory
from mockcrm.state.repository import jobs, metadata, registry
from mockcrm.state.repository.firings import Firing
from mockcrm.state.schema import FORMAT, create_schema
from mockcrm.state.usage import UsageBook

T = TypeVar("T")

DEFAULT = "default"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
OPEN_ORGS = 50
"""How many orgs stay open at once: five file handles each, well below the usual limit of 1,024."""


Publisher = Callable[[str, Directory, Sequence[Firing]], None]


class NameTaken(StateError):
    """There is an org of that name already."""


class OrgGone(Exception):
    """The org was deleted while somebody waited for it."""


class MetadataChanged(Exception):
    """The org's metadata was replaced (load, reset) between a request's checks and its change."""


class Org:
    """One open org. The writer connection belongs to whoever holds the gate, the reader to the event loop's thread,
    the scanner to whoever holds its lock."""

    def __init__(self, name: str, path: Path, options: dict[str, Any], *, durable: bool) -> None:
        self.name = name
        self.path = path
        self.pins = 0
        self.closed = False
        self.publish: Callable[[Directory, Sequence[Firing]], None] = lambda _directory, _fired: None
        """Tells the server what automation fired; called after the commit."""
        self.gate = Gate()
        self._options = options
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
        fixture = {**self.directory.settings}
        layers = (fixture, self._options) if self.name == DEFAULT else (self._options, fixture)
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

        A short write runs right here: a thread would cost more than the write. A long one runs in a thread, which
        then also opens the gate again, so that a cancelled request cannot open it too early. With `directory`:
        MetadataChanged unless that is still the org's.
        """
        if not self.gate.try_acquire():
            await self.gate.acquire()
        if not long:
            return self._locked(work, directory)
        loop = asyncio.get_running_loop()
        try:
            running = loop.run_in_executor(pool, self._locked, work, directory)
        except RuntimeError:
            self.gate.release()
            raise
        return await asyncio.shield(running)

    async def write_metadata(
        self, pool: ThreadPoolExecutor, work: Callable[[sqlite3.Connection], T], *, directory: Directory
    ) -> T:
        """Change the metadata: like a long `write`, after which the org has a new directory. Both happen in one turn,
        so that whoever is next sees the change. MetadataChanged unless `directory` is still the org's."""
        if not self.gate.try_acquire():
            await self.gate.acquire()
        try:
            running = asyncio.get_running_loop().run_in_executor(pool, self._locked_metadata, work, directory)
        except RuntimeError:
            self.gate.release()
            raise
        return await asyncio.shield(running)

    def _locked_metadata(self, work: Callable[[sqlite3.Connection], T], directory: Directory) -> T:
        try:
            result = self._transact(work, directory)
            self._refresh()
            return result
        finally:
            self.gate.release()

    def write_here(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The same from a thread that may wait."""
        with self.gate.blocking():
            return self._transact(work, None)

    def _locked(self, work: Callable[[sqlite3.Connection], T], directory: Directory | None) -> T:
        try:
            return self._transact(work, directory)
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


class OrgRegistry:
    """Every org of the server, by name. Usable from any thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._options = settings.org_options
        self._temporary = settings.data_dir is None
        self.faults = FaultBook()
        self.journal = Journal()
        self.usage = UsageBook()
        self.publish: Publisher = lambda _name, _directory, _fired: None
        """Told what automation fired, after the commit."""
        self.root = prepare_root(settings.data_dir)
        self._lock_file = lock(self.root)
        self._mutex = threading.RLock()  # the open orgs; held briefly, also on the event loop
        self._making = threading.Lock()  # creating orgs and templates, which may take seconds
        self._open: OrderedDict[str, Org] = OrderedDict()
        self.pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="mockcrm-state")
        try:
            self._registry = open_registry(self.root, durable=not self._temporary)
        except BaseException:
            self._leave_root()
            raise
        self.credentials = Credentials(self._registry)
        try:
            if self.credentials.org(DEFAULT) is not None:
                # The others are looked at when they are asked for; without this one there is no server.
                check_org(self._path(DEFAULT), DEFAULT, whole=True)
        except BaseException:
            self._registry.close()
            self._leave_root()
            raise
        self._remove_orphans()
        self.maintenance = Maintenance(self._checkpoint)

    def close(self) -> None:
        """Close every file; a temporary state is removed."""
        self.maintenance.stop()
        self.pool.shutdown(wait=True)
        with self._mutex:
            opened = list(self._open.values())
            self._open.clear()
        for org in opened:
            with org.gate.blocking():
                org.close()
        self._registry.close()
        self._leave_root()

    def _leave_root(self) -> None:
        self._lock_file.close()
        if self._temporary:
            shutil.rmtree(self.root, ignore_errors=True)

    # -- finding -----------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Every org, oldest first."""
        return [row.name for row in self.credentials.orgs()]

    def pin(self, name: str) -> Org | None:
        """The org, open, and kept open until `unpin`; None when there is none of that name. OrgUnreadable."""
        with self._mutex:
            org = self._open.get(name)
            if org is None:
                if self.credentials.org(name) is None:
                    return None
                org = Org(name, self._path(name), self._options, durable=not self._temporary)
                org.publish = partial(self._publish, name)
                org.pins = 1  # before others are closed: it is idle itself until then
                self._open[name] = org
                self._close_idle()
            else:
                org.pins += 1
                self._open.move_to_end(name)
            return org

    def _publish(self, name: str, directory: Directory, fired: Sequence[Firing]) -> None:
        self.publish(name, directory, fired)

    def unpin(self, org: Org) -> None:
        """Let the org be closed when it is idle."""
        with self._mutex:
            org.pins -= 1

    @contextmanager
    def using(self, name: str) -> Iterator[Org]:
        """Pin an org for a block; KeyError when there is none of that name."""
        org = self.pin(name)
        if org is None:
            raise KeyError(name)
        try:
            yield org
        finally:
            self.unpin(org)

    def opened(self) -> list[str]:
        """The names of the orgs that are open now."""
        with self._mutex:
            return list(self._open)

    def _checkpoint(self) -> None:
        for name in self.opened():
            with self._mutex:
                org = self._open.get(name)
                if org is None:
                    continue
                org.pins += 1
            try:
                org.checkpoint()
            finally:
                self.unpin(org)

    def _close_idle(self) -> None:
        for name in list(self._open):
            if len(self._open) <= OPEN_ORGS:
                return
            org = self._open[name]
            if org.pins == 0 and org.gate.try_acquire():
                try:
                    org.close()
                finally:
                    org.gate.release()
                del self._open[name]

    # -- creating and deleting -----------------------------------------------------------------------------------

    def create(self, name: str, fixture: Fixture | None) -> None:
        """Make an org from a fixture (None: an empty standard org). StateError when the name is taken or odd,
        FixtureError when the fixture is bad; then nothing is left behind."""
        if NAME.fullmatch(name) is None:
            raise StateError(f"an org's name is 1 to 64 letters, digits, '.', '_' or '-', not {name!r}")
        path = self._path(name)
        with self._making:
            if self.credentials.org(name) is not None:
                raise NameTaken(f"there is an org {name!r} already")
            template = self._template(fixture)
            remove_files(path)
            with closing(connect(path, durable=not self._temporary)) as connection:
                copy_into(template, connection)
                facts = metadata.meta(connection)
            row = registry.OrgRow(name, template.name, int(time.time()))
            self.credentials.add_org(
                row, facts.get("clients", []), facts["admin_id"], literal=name == DEFAULT, now=time.time()
            )

    def delete(self, name: str) -> bool:
        """Delete an org with everything it has; False when there is none of that name."""
        try:
            org = self.pin(name)
        except OrgUnreadable:
            self._forget(name)
            return True
        if org is None:
            return False
        with org.gate.blocking():
            with self._mutex:
                self._open.pop(name, None)
            org.close()
            self._forget(name)
        return True

    def _forget(self, name: str) -> None:
        self.credentials.remove_org(name)
        self.faults.remove(name)
        self.journal.forget(name)
        remove_files(self._path(name))
        shutil.rmtree(self.snapshots_of(name), ignore_errors=True)

    def reset(self, name: str) -> None:
        """Put an org back to the state it was created with; KeyError when there is none of that name."""
        with self.using(name) as org:
            row = self.credentials.org(name)
            if row is None:
                raise KeyError(name)
            org.replace_content(self.root / "templates" / row.template, f"the initial state of {name!r}")
            clients = org.scan_here(lambda connection: metadata.meta_value(connection, "clients")) or []
            self.credentials.reset_org(name, clients, org.clock.now())
            self.faults.remove(name)
            self.journal.forget(name)
            self.usage.forget(name)
            self.maintenance.wake()

    def load(self, name: str, fixture: Fixture) -> list[Entry]:
        """Add a fixture to an org; the token entries that it brought. KeyError when there is no org of that name."""
        with self.using(name) as org:
            clients = org.load(fixture)
            added = self.credentials.add_clients(name, clients, literal=name == DEFAULT, now=org.clock.now())
            self.maintenance.wake()
            return added

    def _template(self, fixture: Fixture | None) -> Path:
        content = f"{FORMAT} {__version__} {fixture!r}".encode()
        digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        path = self.root / "templates" / f"{digest}.sqlite"
        if not path.exists():
            partial_path = path.with_suffix(".partial")
            remove_files(partial_path)
            try:
                with closing(sqlite3.connect(partial_path, isolation_level=None)) as connection:
                    connection.execute("PRAGMA journal_mode = OFF")
                    connection.execute("PRAGMA synchronous = OFF")
                    create_schema(connection)
                    connection.execute("BEGIN")
                    create_org(connection, fixture, int(time.time()))
                    connection.execute("COMMIT")
            except BaseException:
                remove_files(partial_path)
                raise
            partial_path.replace(path)
        return path

    def snapshots_of(self, name: str) -> Path:
        """The folder of an org's snapshots, which need not exist."""
        return self.root / "snapshots" / name

    def _path(self, name: str) -> Path:
        return self.root / "orgs" / f"{name}.sqlite"

    def _remove_orphans(self) -> None:
        # A file without a row is an org whose creation or deletion was cut off.
        known = set(self.names())
        for path in (self.root / "orgs").glob("*.sqlite"):
            if path.stem not in known:
                remove_files(path)

    def _reading(self, name: str) -> closing[sqlite3.Connection]:
        # Not created when it is missing: that is told to whoever asks for the org.
        return closing(sqlite3.connect(f"{self._path(name).resolve().as_uri()}?mode=rw", uri=True))

    def with_live_jobs(self) -> list[str]:
        """The orgs that have a SCHEDULED or RUNNING job; looks into every file."""
        found = []
        for name in self.names():
            with suppress(sqlite3.Error), self._reading(name) as connection:
                if jobs.any_live(connection):
                    found.append(name)
        return found
