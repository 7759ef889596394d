"""A disk that fills and empties: errors in the envelope and nothing half done while it is full, and the job goes on by
itself once there is room. The disk is a small tmpfs in a mount namespace of its own (tests/proof/full_disk.py)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.server import REPOSITORY, clean_environment

UNSHARE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


def why_no_disk(folder: Path) -> str:
    """Return why this machine cannot mount a disk for the test; empty if it can."""
    if shutil.which("unshare") is None:
        return "no unshare on this machine"
    line = [*UNSHARE, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    tried = subprocess.run(line, capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"no tmpfs can be mounted here: {tried.stderr.strip()}"


@pytest.mark.slow
def test_a_disk_that_fills_and_empties(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if reason := why_no_disk(disk):
        pytest.skip(reason)
    command = [*UNSHARE, sys.executable, "-m", "tests.proof.full_disk", str(disk), str(tmp_path)]

    ran = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=900, env=clean_environment()
    )

    print(ran.stdout)
    assert ran.returncode == 0, ran.stderr
