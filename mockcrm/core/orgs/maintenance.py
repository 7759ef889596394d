"""What is done beside the traffic, in one thread: WALs are copied back into their files, orgs nobody uses are closed.

No request ever pays for it (state/database). `wake` is called after what writes much: a reset, a load, a job's chunk.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

LOG = logging.getLogger("mockcrm.core")
PERIOD = 0.5
"""Seconds between two looks at the sizes when nobody wakes the thread."""


class Maintenance:
    """Calls `work` whenever it is woken, and every now and then; before that, whatever it was given to do once."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._once: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="mockcrm-maintenance", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is probably something to copy."""
        self._wake.set()

    def do(self, work: Callable[[], None]) -> None:
        """Do `work` soon, once; returns at once."""
        self._once.put(work)
        self._wake.set()

    def wait_until_idle(self, seconds: float = 30.0) -> None:
        """Wait until everything given before is done, and one look at the sizes after it. TimeoutError."""
        reached = threading.Event()
        # Done in order: the first is after what was given before, the second after the look that follows.
        self.do(lambda: self.do(reached.set))
        if not reached.wait(seconds):
            raise TimeoutError

    def stop(self) -> None:
        """End the thread after what it is at."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def finish(self, done: Callable[[], bool], seconds: float) -> bool:
        """Once the thread has ended: do in this one what is still to be done once, until `done`, for so many seconds.
        Whether it was."""
        end = time.monotonic() + seconds
        while not done():
            try:
                self._do(self._once.get(timeout=max(0.0, end - time.monotonic())))
            except Empty:
                return False
        return True

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            # The edge of the thread: the other orgs are still to be closed.
            LOG.exception("an org could not be closed")

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(PERIOD)
            self._wake.clear()
            # What is given meanwhile is done after the next look.
            for _ in range(self._once.qsize()):
                self._do(self._once.get())
            try:
                self._work()
            except Exception:
                # The edge of the thread: the next look may succeed, and orgs are still to be closed.
                LOG.exception("the files could not be looked after")
