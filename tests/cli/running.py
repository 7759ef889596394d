"""The command in this process, or in one of its own: with its output in pipes, or on a terminal.

Starting a process takes a third of a second, so only tests that need one start one."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout

import pytest

from mockcrm.cli import main
from mockcrm.server import MockCRM


def invoke(*arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command, run in this process with these MOCKCRM_* variables alone."""
    output, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
        for name in [name for name in os.environ if name.startswith("MOCKCRM_")]:
            patch.delenv(name)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
    code = stopped.value.code
    return code if isinstance(code, int) else int(code is not None), output.getvalue(), errors.getvalue()


def run(crm: MockCRM, *arguments: str) -> tuple[int, str, str]:
    """The same against a server."""
    return invoke(*arguments, env={"MOCKCRM_URL": crm.url})


def command(url: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command line of a process, and the environment that leads it to the server."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MOCKCRM_")}
    return [sys.executable, "-m", "mockcrm", *arguments], {**env, "MOCKCRM_URL": url}


def spawn(*arguments: str, url: str = "http://127.0.0.1:1") -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command in a process of its own."""
    line, env = command(url, *arguments)
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, env=env)
    return done.returncode, done.stdout, done.stderr


def on_terminal(crm: MockCRM, *arguments: str, watch: Callable[[str], object] = lambda _: None) -> tuple[int, str]:
    """Exit code and what a terminal of 120 columns gets; `watch` is called with all that came so far, as it comes."""
    line, env = command(crm.url, *arguments)
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
            pass  # how Linux reports that no writer is left
        finally:
            os.close(ours)
    return process.returncode, seen.decode()
