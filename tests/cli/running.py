"""The command in a process of its own: with its output in pipes, or on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable

from mockcrm.server import MockCRM


def command(crm: MockCRM, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command line, and the environment that leads it to the server."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MOCKCRM_")}
    return [sys.executable, "-m", "mockcrm", *arguments], {**env, "MOCKCRM_URL": crm.url}


def run(crm: MockCRM, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    line, env = command(crm, *arguments)
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, env=env)
    return done.returncode, done.stdout, done.stderr


def on_terminal(crm: MockCRM, *arguments: str, watch: Callable[[str], object] = lambda _: None) -> tuple[int, str]:
    """Exit code and what a terminal of 120 columns gets; `watch` is called with all that came so far, as it comes."""
    line, env = command(crm, *arguments)
    ours, theirs = pty.openpty()
    env |= {"TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        seen = b""
        try:
            while piece := os.read(ours, 4096):
                seen += piece
                watch(seen.decode("utf-8", "replace"))
        except OSError:
            pass  # how Linux tells that nobody writes any more
        finally:
            os.close(ours)
    return process.returncode, seen.decode()
