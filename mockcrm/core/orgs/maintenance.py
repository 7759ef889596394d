"""Maintenance in a background thread: checkpointing WALs, closing idle orgs, removing the files of deleted orgs.

Requests never wait for any of it. `wake` is called after large writes: a reset, a load, a chunk of a job.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

LOG = logging.getLogger("mockcrm.core")
PERIOD_SECONDS = 0.5
"""Seconds between two regular runs when nothing wakes the thread."""


class Maintenance:
    """A thread that calls `work` every PERIOD_SECONDS and when it is woken, after the one-time tasks of `run_once`."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._tasks: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="mockcrm-maintenance", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Run `work` soon: there is probably a WAL to checkpoint."""
        self._wake.set()

    def run_once(self, work: Callable[[], None]) -> None:
        """Have the thread run `work` once, soon, without waiting for it."""
        self._tasks.put(work)
        self._wake.set()

    def wait_until_idle(self, seconds: float = 30.0) -> None:
        """Wait until all tasks given so far and one regular run after them are done. Raises TimeoutError."""
        reached = threading.Event()
        # Tasks run in order: the outer one after all given so far, the inner one after the regular run that follows.
        self.run_once(lambda: self.run_once(reached.set))
        if not reached.wait(seconds):
            raise TimeoutError

    def stop(self) -> None:
        """Stop the thread after its current run and wait for it."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def finish(self, done: Callable[[], bool], seconds: float) -> bool:
        """After `stop`, run the remaining one-time tasks in this thread until `done` returns True, waiting up to
        `seconds` for more of them; return whether it did."""
        end = time.monotonic() + seconds
        while not done():
            try:
                self._run_task(self._tasks.get(timeout=max(0.0, end - time.monotonic())))
            except Empty:
                return False
        return True

    def _run_task(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            # Nothing above catches errors in this thread, and the other orgs still have to be closed.
            LOG.exception("cannot close an org")

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(PERIOD_SECONDS)
            self._wake.clear()
            # Tasks that are added meanwhile run after the next regular run.
            for _ in range(self._tasks.qsize()):
                self._run_task(self._tasks.get())
            try:
                self._work()
            except Exception:
                # Nothing above catches errors in this thread; the next run may succeed, and orgs must still be closed.
                LOG.exception("maintenance of the data dir failed")
