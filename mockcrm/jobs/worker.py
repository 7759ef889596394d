"""The background worker: one thread that gives every org with work a chunk in turn.

It looks at the job table alone, so it resumes after a restart what a killed process left. Who schedules a job or
changes a policy calls `notify`.
"""

from __future__ import annotations

import logging
import sqlite3
import threading

from mockcrm.jobs import engine
from mockcrm.state.orgs import OrgGone, OrgRegistry

LOG = logging.getLogger("mockcrm.jobs")


class Worker:
    """Moves the jobs of orgs whose policy is `auto`, chunk by chunk, round-robin over the orgs."""

    def __init__(self, registry: OrgRegistry) -> None:
        self._registry = registry
        self._wake = threading.Condition()
        self._names: dict[str, None] = {}
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

    def notify(self, name: str) -> None:
        """There may be work in that org."""
        with self._wake:
            self._names[name] = None
            self._wake.notify()

    def _run(self) -> None:
        if self._registry.settings.data_dir is not None:
            for found in self._registry.with_live_jobs():
                self.notify(found)
        while (name := self._next()) is not None:
            try:
                if self._advance(name):
                    self.notify(name)
            except sqlite3.Error:
                # One org's broken file must not stop the jobs of the others.
                LOG.exception("org %s: its job cannot go on", name)

    def _next(self) -> str | None:
        with self._wake:
            while not self._names and not self._stopping:
                self._wake.wait()
            if self._stopping:
                return None
            name = next(iter(self._names))
            del self._names[name]
            return name

    def _advance(self, name: str) -> bool:
        """Give an org its turn; whether it has more to do."""
        org = self._registry.pin(name)
        if org is None:
            return False
        try:
            if org.settings.job_policy.mode != "auto" or not engine.turn(org):
                return False
            self._registry.maintenance.wake()
            return True
        except OrgGone:
            return False
        finally:
            self._registry.unpin(org)
