"""A server in the test's own process with the API of `RunningServer`, for tests that need no process: it starts six
times as fast."""

from __future__ import annotations

import logging
from pathlib import Path

import httpx

from mockcrm.server import MockCRM

from .server import RunningServer


class LocalServer(RunningServer):
    """A server on a data dir; what it logs is in `errors`, as it would be on stderr.

    A test must not read the files that it has open: closing them drops the locks that SQLite holds for the process.
    """

    def __init__(self, data_dir: Path) -> None:
        self.output, self.errors = [], []
        self._log = _Lines(self.errors)
        self._running = True
        logging.getLogger().addHandler(self._log)
        try:
            self._crm = MockCRM(data_dir=data_dir).start()
        except BaseException:
            logging.getLogger().removeHandler(self._log)
            raise
        self.url = self._crm.url
        self.http = httpx.Client(base_url=self.url, timeout=300, trust_env=False)

    def stop(self) -> int:
        """Stop it; return 0, the exit code of a server that stopped."""
        if self._running:
            self._running = False
            self.http.close()
            self._crm.stop()
            logging.getLogger().removeHandler(self._log)
        return 0


class _Lines(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter("mockcrm: %(levelname)s: %(message)s"))
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(f"{self.format(record)}\n")
