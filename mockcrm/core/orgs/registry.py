"""The orgs of a server: one SQLite file each, opened at its first use, closed when it is idle and many others are open.

<root>/lock                  keeps a second server out
<root>/registry.sqlite       the list of orgs, and the credentials of all of them
<root>/orgs/<uid>.sqlite     one org
<root>/snapshots/<uid>/      named snapshots of one org
<root>/templates/<hash>      a closed file per distinct fixture, which new orgs and resets copy
<root>/lost/                 files that belonged to no org of the registry when the server started

Clients refer to an org by its name, which is free again once the org is deleted. Files, credentials and everything in
memory use the uid, which is never reused: nothing of a deleted org can show up in a later one.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import shutil
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from mockcrm.core import clock
from mockcrm.core.automation.events import AutomationEvent
from mockcrm.core.bulk.action import Action
from mockcrm.core.clock import Clock
from mockcrm.core.faults import FaultStore
from mockcrm.core.jobs import store as jobs
from mockcrm.core.journal import Journal
from mockcrm.core.limits import UsageStore
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.core.orgs.content import ContentWriter, RegistrySettings
from mockcrm.core.orgs.credentials import Credentials, IssuedCredentials
from mockcrm.core.orgs.database import (
    BusyRetry,
    connect,
    connect_closed,
    copy_into,
    create_private,
    is_transient,
    remove_files,
    retry_while_busy,
)
from mockcrm.core.orgs.datadir import OrgUnreadable as OrgUnreadable
from mockcrm.core.orgs.datadir import StateError as StateError
from mockcrm.core.orgs.datadir import (
    check_org,
    lock,
    move_unknown_aside,
    open_registry,
    prepare_root,
    remove_abandoned_roots,
    remove_partial_files,
    restrict_permissions,
    to_unreadable,
)
from mockcrm.core.orgs.maintenance import Maintenance
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry_store import OrgRow
from mockcrm.core.orgs.templates import Templates
from mockcrm.core.orgs.tokens import ServerStopped

LOG = logging.getLogger("mockcrm.core")

DEFAULT = "default"
UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MAX_OPEN_ORGS = 50
"""How many orgs stay open, unless more are in use: five file handles each, well below the usual limit of 1,024."""

CLOSE_SECONDS = 5.0
"""How long `close` waits for threads that still use an org."""

Publisher = Callable[[OrgRow, OrgMetadata, Sequence[AutomationEvent]], None]


class NameTaken(StateError):
    """An org of that name already exists."""


class NoSuchOrg(Exception):
    """No org of that name exists."""


class OrgNotOpen(Exception):
    """The org `uid` must be opened first, in a thread, as that waits for the disk."""

    def __init__(self, uid: str) -> None:
        super().__init__(uid)
        self.uid = uid


class OrgRegistry:
    """Every org of the server, by name. Thread-safe."""

    def __init__(self, settings: RegistrySettings, content: ContentWriter, actions: Mapping[str, Action]) -> None:
        """Take the data dir of `settings`. `content` writes fixtures, `actions` are what jobs run, by name. Raises
        StateError when the data dir cannot be used."""
        self.settings = settings
        self._content = content
        self._actions = actions
        self._options = settings.org_options
        self._temporary = settings.data_dir is None
        self._synchronous = "OFF" if self._temporary else "NORMAL"
        self.faults = FaultStore()
        self.journal = Journal()
        self.usage = UsageStore()
        self._per_org_state = (self.faults, self.journal, self.usage)
        self.publish: Publisher = lambda _row, _metadata, _fired: None
        """Called after a commit with the automation events in it."""
        self._mutex = threading.Lock()  # for the lists of existing and open orgs; held briefly, also on the event loop
        self._create_lock = threading.Lock()  # for creating and deleting orgs and templates, which may take seconds
        self._open_lock = threading.Lock()
        self._open: OrderedDict[str, Org] = OrderedDict()
        self._closing: set[Org] = set()
        self._stopped = False
        self._to_remove: set[str] = set()  # uids of deleted orgs whose files still have to be removed
        if self._temporary:
            remove_abandoned_roots()
        self.root = prepare_root(settings.data_dir)
        with ExitStack() as stack:
            try:
                self._take_root(stack)
            except OSError as error:
                raise StateError(f"data dir {self.root}: {error}") from error
            self._cleanup = stack.pop_all()
        self.pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="mockcrm-state")
        """For long reads, and for writes that hold their gate: work that waits for no other thread."""
        self.waiting_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="mockcrm-waiting")
        """For work that may wait for a gate or the registry; in `pool` it could take the threads that it waits for."""
        self._opening_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mockcrm-opening")
        self.maintenance = Maintenance(self._maintain)

    def _take_root(self, stack: ExitStack) -> None:
        """Lock the folder and read the list of orgs; `stack` undoes it. Raises StateError or OSError."""
        stack.callback(self._leave_root)
        stack.enter_context(lock(self.root, temporary=self._temporary))
        if not self._temporary:
            restrict_permissions(self.root)
        writer, reader = open_registry(self.root, durable=not self._temporary)
        self.credentials = Credentials(writer, reader)
        stack.callback(self.credentials.close)
        rows, leftovers = self.credentials.orgs(), self.credentials.leftovers()
        for name in (*(row.uid for row in rows), *leftovers, *(row.template for row in rows)):
            if UID.fullmatch(name) is None:
                raise StateError(f"data dir {self.root}: registry.sqlite names a file {name!r}")
        self._rows = {row.name: row for row in rows}
        self._uids = {row.uid: row for row in rows}
        if DEFAULT in self._rows:
            # The other orgs are checked when they are opened; without this one the server cannot start.
            uid = self._rows[DEFAULT].uid
            retry_while_busy(lambda: check_org(self._path(uid), DEFAULT, whole=True))
        remove_partial_files(self.root)
        for uid in leftovers:
            if uid not in self._uids:
                self._remove_later(uid)
        move_unknown_aside(self.root, {*self._uids, *self._to_remove})
        used = [row.template for row in rows]
        self.templates = Templates(self.root / "templates", used, self._content, durable=not self._temporary)
        for uid in self._uids:
            for state in self._per_org_state:
                state.open(uid)

    def close(self) -> None:
        """Close every org once it is unused, and remove the files of a temporary state."""
        with self._mutex:
            self._stopped = True
            opened = list(self._open.values())
            self._open.clear()
            self._closing.update(opened)
        idle = [org for org in opened if org.retire()]  # threads that wait for one then get OrgGone
        for pool in (self._opening_pool, self.waiting_pool, self.pool):
            pool.shutdown(wait=True, cancel_futures=True)
        for org in idle:
            self._close_later(org)
        self.maintenance.stop()
        if not self.maintenance.finish(lambda: not self._closing, CLOSE_SECONDS):
            # Closing a connection in use would crash the process. Everything committed is in the files anyway.
            LOG.warning("orgs in use at the stop: %s", ", ".join(sorted(org.name for org in self._closing)))
        self._cleanup.close()

    def _leave_root(self) -> None:
        if self._temporary:
            shutil.rmtree(self.root, ignore_errors=True)

    # -- finding -----------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Return the names of all orgs, oldest first."""
        return [row.name for row in self.rows()]

    def rows(self) -> list[OrgRow]:
        """Return the registry rows of all orgs, oldest first."""
        with self._mutex:
            return list(self._rows.values())

    def uid_of(self, name: str) -> str | None:
        """Return the uid of the org called `name`, None when there is none."""
        row = self._rows.get(name)
        return None if row is None else row.uid

    def name_of(self, uid: str) -> str | None:
        """Return the name of the org `uid`, None when there is none."""
        row = self._uids.get(uid)
        return None if row is None else row.name

    def pin_open(self, uid: str) -> Org | None:
        """Return the org, pinned until `unpin`, or None when it does not exist. Raises OrgNotOpen when a thread has to
        open it first."""
        with self._mutex:
            if self._stopped or uid not in self._uids:
                return None
            org = self._open.get(uid)
            if org is None or not org.pin():
                raise OrgNotOpen(uid)
            self._open.move_to_end(uid)
            return org

    async def pin_async(self, uid: str) -> Org | None:
        """Do what `pin_open` does on the event loop, opening the org in a thread if necessary. Raises OrgUnreadable."""
        retry: BusyRetry | None = None
        while True:
            try:
                return self.pin_open(uid)
            except OrgNotOpen:
                pass
            try:
                await asyncio.get_running_loop().run_in_executor(self._opening_pool, self._open_org, uid)
            except sqlite3.OperationalError as error:
                retry = retry or BusyRetry()
                await asyncio.sleep(retry.next_pause(error))

    def pin_uid(self, uid: str, *, patient: bool = True) -> Org | None:
        """Do what `pin_open` does in a thread that may block, opening the org if necessary. Raises OrgUnreadable and,
        unless `patient`, sqlite3.OperationalError (is_busy) at once when another process has locked the file."""
        while True:
            try:
                return self.pin_open(uid)
            except OrgNotOpen:
                opening = partial(self._open_org, uid)
                if patient:
                    retry_while_busy(opening)
                else:
                    opening()

    def pin(self, name: str) -> Org | None:
        """Do what `pin_uid` does for the org called `name`. Raises OrgUnreadable."""
        uid = self.uid_of(name)
        return None if uid is None else self.pin_uid(uid)

    def _open_org(self, uid: str) -> None:
        with self._open_lock:
            with self._mutex:
                row = self._uids.get(uid)
                stale = self._open.get(uid)
                if row is None or self._stopped or (stale is not None and not stale.closed):
                    return
                if stale is not None:
                    self._retire(stale)
            # In the default org, settings of the command line override those of the fixture.
            default = row.name == DEFAULT
            try:
                org = Org(
                    row,
                    self._path(uid),
                    self._content,
                    self._actions,
                    self.pool,
                    self._options,
                    options_win=default,
                    durable=not self._temporary,
                )
            except OrgUnreadable:
                if uid not in self._uids:
                    return  # deleted meanwhile
                raise
            org.publish = partial(self._publish, row)
            org.on_idle = self._close_later
            with self._mutex:
                self._open[uid] = org
                if self._stopped or uid not in self._uids:
                    self._retire(org)
                self._close_idle()

    def _publish(self, row: OrgRow, metadata: OrgMetadata, fired: Sequence[AutomationEvent]) -> None:
        self.publish(row, metadata, fired)

    @contextmanager
    def using(self, name: str) -> Iterator[Org]:
        """Pin an org for a `with` block, in a thread that may block. Raises NoSuchOrg or OrgUnreadable."""
        org = self.pin(name)
        if org is None:
            raise NoSuchOrg(name)
        try:
            yield org
        finally:
            org.unpin()

    def open_names(self) -> list[str]:
        """Return the names of the open orgs, the least recently used first."""
        with self._mutex:
            return [org.name for org in self._open.values()]

    # -- closing, in the maintenance thread ----------------------------------------------------------------------

    def _close_idle(self) -> None:
        for org in list(self._open.values())[:-1]:  # not the last, which has just been opened
            if len(self._open) <= MAX_OPEN_ORGS:
                return
            if org.retire_if_idle():
                self._retire(org)

    def _retire(self, org: Org) -> None:
        """Remove an org from the open ones and have it closed once it is unused. The caller holds the mutex."""
        if self._open.get(org.uid) is org:
            del self._open[org.uid]
        self._closing.add(org)
        if org.retire():
            self._close_later(org)

    def _close_later(self, org: Org) -> None:
        # Closing checkpoints the WAL and may wait for the disk: not on the event loop.
        self.maintenance.run_once(partial(self._close, org))

    def _close(self, org: Org) -> None:
        try:
            org.close()
            if org.uid not in self._uids:
                self._remove_later(org.uid)
        finally:
            with self._mutex:
                self._closing.discard(org)

    def _remove_later(self, uid: str) -> None:
        """Remove the files of a deleted org now, or have the maintenance thread retry when that fails."""
        try:
            self._remove_content(uid)
            self._to_remove.discard(uid)
        except (sqlite3.Error, OSError, ServerStopped) as error:
            LOG.debug("org %s: its files cannot be removed yet: %s", uid, error)
            self._to_remove.add(uid)

    def _maintain(self) -> None:
        for uid in list(self._to_remove):
            self._remove_later(uid)
        for name in self.open_names():
            try:
                self._checkpoint(name)
            except (sqlite3.Error, OSError) as error:
                # It is tried again later; the data is safe in the WAL.
                LOG.debug("org %s: cannot checkpoint its WAL: %s", name, error)
        try:
            self.credentials.checkpoint(self.root / "registry.sqlite")
        except sqlite3.Error as error:
            LOG.debug("cannot checkpoint the registry's WAL: %s", error)

    def _checkpoint(self, name: str) -> None:
        with self._mutex:
            row = self._rows.get(name)
            org = None if row is None else self._open.get(row.uid)
            if org is None or not org.pin():
                return
        try:
            org.checkpoint()
        finally:
            org.unpin()

    # -- creating and deleting -----------------------------------------------------------------------------------

    def create(self, name: str, fixture: Any | None) -> None:
        """Create an org from a fixture (None: an empty standard org). Raises NameTaken, StateError when the name is
        invalid, FixtureError when the fixture is; then nothing is left behind."""
        if NAME.fullmatch(name) is None:
            raise StateError(f"an org's name is 1 to 64 letters, digits, '.', '_' or '-', not {name!r}")
        with self._create_lock:
            if name in self._rows:
                raise NameTaken(f"an org {name!r} already exists")
            # The default org lives as long as the server's state, so its name can be its uid.
            uid = DEFAULT if name == DEFAULT else f"{name.lower()}-{secrets.token_hex(6)}"
            template = self.templates.get_or_create(fixture)
            path = self._path(uid)
            try:
                row = self._make(OrgRow(name, uid, template.name, int(clock.SYSTEM.now())), template, path)
            except BaseException:
                self._remove_later(uid)
                raise
            self.templates.add_user(template.name)
            with self._mutex:
                self._rows[name] = self._uids[uid] = row
                for state in self._per_org_state:
                    state.open(uid)

    def _make(self, row: OrgRow, template: Path, path: Path) -> OrgRow:
        remove_files(path)
        create_private(path)
        with closing(connect(path, synchronous=self._synchronous)) as connection:
            copy_into(template, connection)
            facts = metadata_store.meta(connection)
        clients, now = facts.get("clients", []), clock.SYSTEM.now()
        self.credentials.add_org(row, clients, facts["admin_id"], literal=row.name == DEFAULT, now=now)
        return row

    def delete(self, name: str) -> bool:
        """Delete an org with everything that belongs to it; return False when there is no org of that name.

        Requests in progress end with the org as it was, or with OrgGone; the files are removed when the last of them
        releases its pin."""
        with self._create_lock:
            row = self._rows.get(name)
            if row is None:
                return False
            self.credentials.remove_org(row.uid)
            with self._mutex:
                del self._rows[name], self._uids[row.uid]
                org = self._open.pop(row.uid, None)
                if org is not None:
                    self._closing.add(org)
            self.templates.remove_user(row.template)
        for state in self._per_org_state:
            state.forget(row.uid)
        if org is None:
            # Another Org object of the same file may still be closing; it removes the files in that case.
            self._remove_later(row.uid)
        elif org.retire():
            self._close(org)
        return True

    def _remove_content(self, uid: str) -> None:
        remove_files(self._path(uid))
        folder = self.snapshot_folder(uid)
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        else:
            folder.unlink(missing_ok=True)
        self.credentials.remove_leftover(uid)

    def reset(self, name: str) -> str:
        """Restore the state that an org was created with, in a thread that may block, and return the org's uid. Raises
        NoSuchOrg."""
        return retry_while_busy(partial(self._reset, name))

    async def reset_async(self, name: str) -> str:
        """Do what `reset` does on the event loop, without blocking a thread while another process has locked a file."""
        retry: BusyRetry | None = None
        while True:
            try:
                work = partial(self._reset, name)
                return await asyncio.get_running_loop().run_in_executor(self.waiting_pool, work)
            except sqlite3.OperationalError as error:
                retry = retry or BusyRetry()
                pause = retry.next_pause(error)
            await asyncio.sleep(pause)

    def _reset(self, name: str) -> str:
        org = self.pin(name)
        if org is None:
            raise NoSuchOrg(name)
        try:
            what = f"the initial state of {name!r}"
            source = self.templates.check(org.row.template, what)
            with closing(connect_closed(source)) as template:
                facts = metadata_store.meta(template)
            # The new access tokens expire by the clock of the initial state.
            stored = facts.get("clock")
            now = (Clock(stored["shift"], stored["frozen_at"]) if stored else Clock()).now()
            clients = facts.get("clients") or []
            org.reset(source, partial(self.credentials.reset_org, org.uid, clients, now))
            for state in self._per_org_state:
                state.clear(org.uid)
            self.maintenance.wake()
            return org.uid
        finally:
            org.unpin()

    def load(self, name: str, fixture: Any) -> list[IssuedCredentials]:
        """Add a fixture to an org and return the credentials of its token entries. Raises NoSuchOrg or FixtureError."""
        with self.using(name) as org:
            literal = name == DEFAULT
            add = self.credentials.add_clients
            added = org.load(fixture, lambda clients: add(org.uid, clients, literal=literal, now=org.clock.now()))
            self.maintenance.wake()
            return added

    def snapshot_folder(self, uid: str) -> Path:
        """Return the folder of an org's snapshots, which need not exist."""
        return self.root / "snapshots" / uid

    def _path(self, uid: str) -> Path:
        return self.root / "orgs" / f"{uid}.sqlite"

    def _reading(self, uid: str) -> closing[sqlite3.Connection]:
        # mode=rw does not create a missing file, so that opening the org reports it as missing.
        return closing(sqlite3.connect(f"{self._path(uid).resolve().as_uri()}?mode=rw", uri=True, timeout=0))

    def uids_with_live_jobs(self) -> list[str]:
        """Return the uids of the orgs that have a SCHEDULED or RUNNING job. Reads every org's file; damaged ones are
        left out and logged, temporarily unreadable ones are included."""
        found = []
        for row in self.rows():
            try:
                with self._reading(row.uid) as connection:
                    if jobs.has_live(connection):
                        found.append(row.uid)
            except sqlite3.Error as error:
                if is_transient(error):
                    found.append(row.uid)  # the job runner opens the org and tries again
                elif row.uid in self._uids:  # otherwise it was deleted meanwhile
                    LOG.warning("%s; its jobs are not resumed", to_unreadable(self._path(row.uid), row.name, error))
        return found
