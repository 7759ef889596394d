"""Any write that fails leaves the state as it was: every change, on a disk that fails on demand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.core.orgs.disk_faults import CHANGES
from tests.support import disk

LINE = re.compile(r"(\w+) (\d+) writes (\d+) failed (\d+) done")


@pytest.fixture
def state() -> Iterator[Path]:
    """A folder in memory if there is one: on a disk, syncing every write would take minutes."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def run(state: Path, library: Path, every: int) -> dict[str, tuple[int, int]]:
    """How many writes each change makes, and how many tries failed."""
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-m", "tests.core.orgs.disk_faults", str(state), str(every)],
        env={**os.environ, "LD_PRELOAD": str(library), "PYTHONPATH": str(root)},
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: (int(writes), int(failed)) for name, writes, failed, _ in LINE.findall(done.stdout)}


def check(found: dict[str, tuple[int, int]]) -> None:
    assert list(found) == [change.__name__ for change in CHANGES]
    assert all(writes and failed for writes, failed in found.values()), found


def test_write_that_fails_changes_nothing(state: Path, tmp_path: Path) -> None:
    check(run(state, disk.build(tmp_path), every=25))


@pytest.mark.slow
def test_every_write_that_fails_changes_nothing(state: Path, tmp_path: Path) -> None:
    check(run(state, disk.build(tmp_path), every=1))
