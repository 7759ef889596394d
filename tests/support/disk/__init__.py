"""A disk that fails on demand: a library that is loaded before the C library, and lets one of its writes fail.

Only files below one folder are meant. Built with the machine's C compiler; without one, or elsewhere than on Linux, the
tests that need it are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("failing.c")


def build(folder: Path) -> Path:
    """The library, built into `folder`."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler and Linux")
    library = folder / "failing.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library
