"""What the system knows of a server's process: its memory and its open files (Linux)."""

from __future__ import annotations

import os
from pathlib import Path


def resident_bytes(pid: int) -> int:
    """The process's resident memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmRSS:")]
    return int(line.split()[1]) << 10


def open_files(pid: int) -> int:
    """How many file handles it has."""
    return len(os.listdir(f"/proc/{pid}/fd"))
