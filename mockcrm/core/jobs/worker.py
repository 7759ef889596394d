"""The background worker: one thread that gives every org with work a chunk in turn. Orgs go by their uid here.

It looks at the job table alone, so it resumes after a restart what a killed process left. Who schedules a job, changes
a policy or a clock calls `notify`.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time

from mockcrm.core.jobs import engine
from mockcrm.core.orgs.org import GateHeld, OrgGone
from mockcrm.core.orgs.registry import OrgRegistry, StateError

LOG = logging.getLogger("mockcrm.jobs")
FIRST_PAUSE = 0.02
"""Seconds before the second try after a turn that failed; each further pause is twice as long."""
MAX_PAUSE = 5.0
GATE_PAUSE = 0.02
"""Seconds until an org is asked again whose gate somebody holds for long."""


class Worker:
    """Moves the jobs of orgs whose policy lets them move by themselves, chunk by chunk, round-robin over the orgs."""

    def __init__(self, registry: OrgRegistry) -> None:
        self._registry = registry
        self._wake = threading.Condition()
        self._ready: dict[str, None] = {}
        self._later: dict[str, float] = {}  # when an org wants its next turn, by the monotonic clock
        self._failed: dict[str, int] = {}  # how often in a row an org's turn has failed
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="mockcrm-worker", daemon=True)

    def start(self) -> None:
        """Start the thread; jobs that an earlier process left are taken up."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the chunk at hand and end; the job resumes at the next start."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def notify(self, uid: str) -> None:
        """There may be work in the org of that uid."""
        with self._wake:
            self._ready[uid] = None
            self._wake.notify()

    def _run(self) -> None:
        if self._registry.settings.data_dir is not None:
            try:
                for found in self._registry.with_live_jobs():
                    self.notify(found)
            except Exception:
                # The edge of the thread: new jobs are to run all the same.
                LOG.exception("jobs that an earlier server left are not taken up")
        while (uid := self._next()) is not None:
            try:
                wait = self._advance(uid)
            except Exception as error:  # noqa: BLE001 - see below
                # The edge of the thread: whatever is wrong with one org must not stop the jobs of the others. A full
                # disk or a file that another process holds passes, so it is tried again until it does.
                wait = self._pause_after(uid, error)
            else:
                self._recovered(uid)
            if wait is not None:
                self._again(uid, wait)

    def _pause_after(self, uid: str, error: Exception) -> float:
        """Seconds until the next try: the longer, the more tries have failed. Told once, and when it is over."""
        failed = self._failed.get(uid, 0)
        self._failed[uid] = failed + 1
        if not failed:
            known = isinstance(error, sqlite3.OperationalError | StateError | OSError)
            name = self._registry.name_of(uid)
            LOG.error("org %s: its job cannot go on, it is tried again: %s", name, error, exc_info=not known)
        return min(FIRST_PAUSE * 2.0 ** min(failed, 30), MAX_PAUSE)

    def _recovered(self, uid: str) -> None:
        name = self._registry.name_of(uid)
        if self._failed.pop(uid, 0) and name is not None:
            LOG.warning("org %s: its job goes on", name)

    def _again(self, uid: str, wait: float) -> None:
        with self._wake:
            if wait > 0:
                self._later[uid] = time.monotonic() + wait
            else:
                self._ready[uid] = None

    def _next(self) -> str | None:
        """The org whose turn it is, when there is one; None when the worker is to stop."""
        with self._wake:
            while not self._stopping:
                now = time.monotonic()
                for uid in [uid for uid, moment in self._later.items() if moment <= now]:
                    self._ready[uid] = None
                    del self._later[uid]
                if self._ready:
                    uid = next(iter(self._ready))
                    del self._ready[uid]
                    # It is asked now; what it wants next counts from then.
                    self._later.pop(uid, None)
                    return uid
                self._wake.wait(min(self._later.values()) - now if self._later else None)
            return None

    def _advance(self, uid: str) -> float | None:
        """Give an org its turn; in how many seconds it wants the next, None for not by itself."""
        org = self._registry.pin_uid(uid, patient=False)
        if org is None:
            return None
        try:
            wait = engine.turn(org)
            if wait == 0:
                self._registry.maintenance.wake()
            return wait
        except GateHeld:
            return GATE_PAUSE
        except OrgGone:
            return None
        finally:
            org.unpin()
