"""Keeps the WALs small: one thread that copies them back into their files, beside the traffic.

No request ever pays for it (state/database). `wake` is called after what writes much: a reset, a load, a job's chunk.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable

LOG = logging.getLogger("mockcrm.state")
PERIOD = 0.5
"""Seconds between two looks at the sizes when nobody wakes the thread."""


class Maintenance:
    """Calls `work` whenever it is woken, and every now and then."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="mockcrm-maintenance", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is probably something to copy."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread after the file at hand."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(PERIOD)
            self._wake.clear()
            try:
                self._work()
            except sqlite3.Error:
                # A file that cannot be copied back now is tried again; its contents are safe in the WAL.
                LOG.exception("a checkpoint failed")
