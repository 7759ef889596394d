"""The background worker: one thread that gives every org with work a chunk in turn.

It looks at the job table alone, so it resumes after a restart what a killed process left. Who schedules a job, changes
a policy or a clock calls `notify`.
"""

from __future__ import annotations

import logging
import threading
import time

from mockcrm.jobs import engine
from mockcrm.state.org import OrgGone
from mockcrm.state.orgs import OrgRegistry

LOG = logging.getLogger("mockcrm.jobs")


class Worker:
    """Moves the jobs of orgs whose policy lets them move by themselves, chunk by chunk, round-robin over the orgs."""

    def __init__(self, registry: OrgRegistry) -> None:
        self._registry = registry
        self._wake = threading.Condition()
        self._ready: dict[str, None] = {}
        self._later: dict[str, float] = {}  # when an org wants its next turn, by the monotonic clock
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
            self._ready[name] = None
            self._wake.notify()

    def _run(self) -> None:
        if self._registry.settings.data_dir is not None:
            for found in self._registry.with_live_jobs():
                self.notify(found)
        while (name := self._next()) is not None:
            try:
                wait = self._advance(name)
            except Exception:
                # The edge of the thread: whatever is wrong with one org must not stop the jobs of the others.
                LOG.exception("org %s: its job cannot go on", name)
                continue
            if wait is not None:
                self._again(name, wait)

    def _again(self, name: str, wait: float) -> None:
        with self._wake:
            if wait > 0:
                self._later[name] = time.monotonic() + wait
            else:
                self._ready[name] = None

    def _next(self) -> str | None:
        """The org whose turn it is, when there is one; None when the worker is to stop."""
        with self._wake:
            while not self._stopping:
                now = time.monotonic()
                for name in [name for name, moment in self._later.items() if moment <= now]:
                    self._ready[name] = None
                    del self._later[name]
                if self._ready:
                    name = next(iter(self._ready))
                    del self._ready[name]
                    # It is asked now; what it wants next counts from then.
                    self._later.pop(name, None)
                    return name
                self._wake.wait(min(self._later.values()) - now if self._later else None)
            return None

    def _advance(self, name: str) -> float | None:
        """Give an org its turn; in how many seconds it wants the next, None for not by itself."""
        org = self._registry.pin(name)
        if org is None:
            return None
        try:
            wait = engine.turn(org)
            if wait == 0:
                self._registry.maintenance.wake()
            return wait
        except OrgGone:
            return None
        finally:
            self._registry.unpin(org)
