"""The orgs of a server: one SQLite file each, opened when first asked for, closed when idle.

<root>/lock                  keeps a second server out
<root>/registry.sqlite       which orgs there are, and everybody's credentials
<root>/orgs/<name>.sqlite    one org
<root>/snapshots/<name>/      named snapshots of one org
<root>/templates/<hash>      a closed file per distinct fixture, which new orgs and resets copy
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from mockcrm import __version__
from mockcrm.settings import Settings
from mockcrm.state.credentials import Credentials, Entry
from mockcrm.state.database import connect, copy_into, remove_files
from mockcrm.state.datadir import OrgUnreadable as OrgUnreadable
from mockcrm.state.datadir import StateError as StateError
from mockcrm.state.datadir import check_org, lock, open_registry, prepare_root
from mockcrm.state.directory import Directory
from mockcrm.state.faults import FaultBook
from mockcrm.state.fixtures.load import create_org
from mockcrm.state.fixtures.model import Fixture
from mockcrm.state.journal import Journal
from mockcrm.state.maintenance import Maintenance
from mockcrm.state.org import Org
from mockcrm.state.repository import jobs, metadata, registry
from mockcrm.state.repository.firings import Firing
from mockcrm.state.schema import FORMAT, create_schema
from mockcrm.state.usage import UsageBook

DEFAULT = "default"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
OPEN_ORGS = 50
"""How many orgs stay open at once: five file handles each, well below the usual limit of 1,024."""

Publisher = Callable[[str, Directory, Sequence[Firing]], None]


class NameTaken(StateError):
    """There is an org of that name already."""


class NoSuchOrg(Exception):
    """There is no org of that name."""


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
                org = self._opened(name)
                org.pins = 1  # before others are closed: it is idle itself until then
                self._open[name] = org
                self._close_idle()
            else:
                org.pins += 1
                self._open.move_to_end(name)
            return org

    def _opened(self, name: str) -> Org:
        # In the org of the command line, the command line goes over the fixture (settings).
        default = name == DEFAULT
        org = Org(name, self._path(name), self._options, options_win=default, durable=not self._temporary)
        org.publish = partial(self._publish, name)
        return org

    def _publish(self, name: str, directory: Directory, fired: Sequence[Firing]) -> None:
        self.publish(name, directory, fired)

    def unpin(self, org: Org) -> None:
        """Let the org be closed when it is idle."""
        with self._mutex:
            org.pins -= 1

    @contextmanager
    def using(self, name: str) -> Iterator[Org]:
        """Pin an org for a block; NoSuchOrg."""
        org = self.pin(name)
        if org is None:
            raise NoSuchOrg(name)
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
            with self._making:
                self._forget(name)
                self._remove_content(name)
            return True
        if org is None:
            return False
        # No org of that name is made before everything of this one is gone.
        with org.gate.blocking(), self._making:
            if org.closed:
                return False  # somebody else was faster
            self._forget(name)
            org.close()
            self._remove_content(name)
        return True

    def _forget(self, name: str) -> None:
        with self._mutex:  # in one go, so that nobody opens again what is closed and removed next
            self.credentials.remove_org(name)
            self._open.pop(name, None)
        self.faults.remove(name)
        self.journal.forget(name)
        self.usage.forget(name)

    def _remove_content(self, name: str) -> None:
        remove_files(self._path(name))
        shutil.rmtree(self.snapshots_of(name), ignore_errors=True)

    def reset(self, name: str) -> None:
        """Put an org back to the state it was created with; NoSuchOrg."""
        with self.using(name) as org:
            row = self.credentials.org(name)
            if row is None:
                raise NoSuchOrg(name)
            org.replace_content(self.root / "templates" / row.template, f"the initial state of {name!r}")
            clients = org.scan_here(lambda connection: metadata.meta_value(connection, "clients")) or []
            self.credentials.reset_org(name, clients, org.clock.now())
            self.faults.remove(name)
            self.journal.forget(name)
            self.usage.forget(name)
            self.maintenance.wake()

    def load(self, name: str, fixture: Fixture) -> list[Entry]:
        """Add a fixture to an org; the token entries that it brought. NoSuchOrg."""
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
