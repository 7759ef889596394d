"""The evidence of a proof that failed: a file with everything that its servers printed and what the test observed.

A proof takes minutes and may fail once in a hundred times: the report of pytest alone does not show what the server
printed before. PROOF_DIR names the folder of the files; by default they are in the test's temporary folder.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.server import RunningServer

FOLDER = "PROOF_DIR"


class Evidence:
    """Collects while a proof runs."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._notes: list[str] = []
        self._servers: list[tuple[str, RunningServer]] = []

    def note(self, text: str) -> None:
        """Add an observation of the test."""
        self._notes.append(f"{time.monotonic() - self._begun:8.2f} s  {text}")

    @property
    def latest(self) -> str:
        """The latest observation."""
        return self._notes[-1].strip()

    def watch(self, server: RunningServer) -> RunningServer:
        """Record what this server prints, too."""
        name = f"server {len(self._servers) + 1}, pid {server.process.pid}"
        self._servers.append((name, server))
        self.note(f"{name} serves at {server.url}")
        return server

    def text(self, fault: BaseException) -> str:
        """All of it."""
        parts = ["".join(traceback.format_exception(fault)), "what the test saw:", *self._notes]
        for name, server in self._servers:
            parts += [f"\n{name}, exit code {server.process.poll()}, stdout:", "".join(server.output)]
            parts += [f"{name}, stderr:", "".join(server.errors)]
        return "\n".join(parts)


@contextmanager
def evidence(name: str, tmp_path: Path) -> Iterator[Evidence]:
    """Collect evidence for a block; when it fails, the failure names the file with it."""
    kept = Evidence()
    try:
        yield kept
    except BaseException as fault:
        folder = Path(os.environ.get(FOLDER) or tmp_path)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}-{os.getpid()}.txt"
        path.write_text(kept.text(fault), "utf-8", "replace")
        fault.add_note(f"what the servers printed and the test saw is in {path}")
        raise
