"""The background worker: one thread that processes the jobs of all orgs, one chunk per org in turn.

Its only state is the job table, so after a restart it resumes the jobs of a killed process. Code that schedules a job
or changes a policy or a clock calls `notify`. Orgs are identified by their uid.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time

from mockcrm.core.jobs import engine
from mockcrm.core.orgs.org import GateTimeout, OrgGone
from mockcrm.core.orgs.registry import OrgRegistry, StateError

LOG = logging.getLogger("mockcrm.jobs")
FIRST_RETRY_PAUSE = 0.02
"""Seconds before the first retry of a failed turn; each further pause is twice as long."""
MAX_PAUSE = 5.0
GATE_PAUSE = 0.02
"""Seconds until the next turn of an org whose gate (write lock) is held by another writer."""


class Worker:
    """Advances jobs under the policies that do so by themselves, chunk by chunk, round-robin over the orgs."""

    def __init__(self, registry: OrgRegistry) -> None:
        self._registry = registry
        self._wake = threading.Condition()
        self._ready: dict[str, None] = {}
        self._later: dict[str, float] = {}  # the time of an org's next turn, by the monotonic clock
        self._failed: dict[str, int] = {}  # how many turns of an org have failed in a row
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="mockcrm-worker", daemon=True)

    def start(self) -> None:
        """Start the thread; it resumes jobs that an earlier process left unfinished."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the current chunk and end the thread; the job resumes at the next start."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def notify(self, uid: str) -> None:
        """Give the org of that uid a turn because it may have work."""
        with self._wake:
            self._ready[uid] = None
            self._wake.notify()

    def _run(self) -> None:
        if self._registry.settings.data_dir is not None:
            try:
                for found in self._registry.uids_with_live_jobs():
                    self.notify(found)
            except Exception:
                # Outermost handler of the thread: new jobs have to run nevertheless.
                LOG.exception("cannot resume the jobs of an earlier server")
        while (uid := self._next()) is not None:
            try:
                wait = self._advance(uid)
            except Exception as error:  # noqa: BLE001 - see below
                # Outermost handler of the thread: an error in one org must not stop the jobs of the others. A full
                # disk or a file locked by another process is temporary, so the turn is retried until it succeeds.
                wait = self._pause_after(uid, error)
            else:
                self._log_recovery(uid)
            if wait is not None:
                self._reschedule(uid, wait)

    def _pause_after(self, uid: str, error: Exception) -> float:
        """Return the seconds until the next try, longer after each failure. Only the first failure is logged."""
        failed = self._failed.get(uid, 0)
        self._failed[uid] = failed + 1
        if not failed:
            expected = isinstance(error, sqlite3.OperationalError | StateError | OSError)
            name = self._registry.name_of(uid)
            LOG.error("org %s: its job cannot continue and will be retried: %s", name, error, exc_info=not expected)
        return min(FIRST_RETRY_PAUSE * 2.0 ** min(failed, 30), MAX_PAUSE)

    def _log_recovery(self, uid: str) -> None:
        name = self._registry.name_of(uid)
        if self._failed.pop(uid, 0) and name is not None:
            LOG.warning("org %s: its job continues", name)

    def _reschedule(self, uid: str, wait: float) -> None:
        with self._wake:
            if wait > 0:
                self._later[uid] = time.monotonic() + wait
            else:
                self._ready[uid] = None

    def _next(self) -> str | None:
        """Wait for and return the uid of the org whose turn is next; None when the worker is to stop."""
        with self._wake:
            while not self._stopping:
                now = time.monotonic()
                for uid in [uid for uid, moment in self._later.items() if moment <= now]:
                    self._ready[uid] = None
                    del self._later[uid]
                if self._ready:
                    uid = next(iter(self._ready))
                    del self._ready[uid]
                    # This turn replaces the one that was planned for later.
                    self._later.pop(uid, None)
                    return uid
                self._wake.wait(min(self._later.values()) - now if self._later else None)
            return None

    def _advance(self, uid: str) -> float | None:
        """Run one turn of an org. Return the seconds until its next turn, None when no job advances by itself."""
        org = self._registry.pin_uid(uid, patient=False)
        if org is None:
            return None
        try:
            wait = engine.run_turn(org)
            if wait == 0:
                self._registry.maintenance.wake()
            return wait
        except GateTimeout:
            return GATE_PAUSE
        except OrgGone:
            return None
        finally:
            org.unpin()
