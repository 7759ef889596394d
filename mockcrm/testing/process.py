"""A server in a process of its own, for the pytest plugin.

A thread would not do: a suite may freeze time, forbid sockets, turn warnings into errors, patch httpx, trace every line
for coverage or fork, and all of that would affect the server too. Both would also share one interpreter lock.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from typing import IO, TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from mockcrm.http.runtime import Runtime
    from mockcrm.http.sockets import Addresses

PROGRAM = "from mockcrm.testing.process import main; main()"
PASSED_ON = ("MOCKCRM_FIXTURE_DIR", "MOCKCRM_LOG_LEVEL")
"""The MOCKCRM_* variables passed on to the server of a test session; the others are meant for permanent servers."""
TRACERS = ("COV_CORE_", "COVERAGE_PROCESS_")
"""Prefixes of variables that are not passed on: coverage would measure the server and mix its data with the suite's."""
STOP_TIMEOUT = 20.0
"""Seconds before a server that does not stop is killed."""


class ServerFailed(Exception):
    """The server did not start; the message is the server's own."""


class ServerProcess:
    """A server without records on a free port of the loopback interface. It ends at the latest with this process,
    however that ends. Creating one raises ServerFailed when the server does not start."""

    def __init__(self) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `stop`
        # -P: the server must not import modules from the folder in which the tests run.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(),
            start_new_session=True,  # Ctrl-C must reach only the suite, which then still deletes its orgs
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().decode().strip()
        """The base URL."""
        if not self.url:
            self._process.wait()
            output = self.output()
            self.stop()
            raise ServerFailed(f"the mockcrm server did not start: {output}")

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def output(self) -> str:
        """Return the last 20 lines that the server wrote to stderr."""
        self._errors.seek(0)
        return b"\n".join(self._errors.read().splitlines()[-20:]).decode("utf-8", "replace")

    def stop(self) -> None:
        """End the process; after 20 seconds it is killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()  # the server ends when its stdin does
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()


def _environment() -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name in PASSED_ON or not name.startswith("MOCKCRM_")}
    return {name: value for name, value in env.items() if not name.startswith(TRACERS)}


# -- in the new process ------------------------------------------------------------------------------------------


def main() -> NoReturn:
    """Serve until stdin ends, which happens when the parent process ends."""
    import gc
    import logging

    gc.disable()  # until the server is ready, as for `mockcrm serve`

    from mockcrm.http.sockets import CannotListen
    from mockcrm.server import serve
    from mockcrm.settings import Settings

    settings = Settings(port=0, fixture="empty")
    logging.basicConfig(level=settings.log_level.upper(), format="mockcrm: %(levelname)s: %(message)s")
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        serve(settings, _print_url)
    except CannotListen as error:
        sys.exit(str(error))
    sys.exit(0)


def _print_url(addresses: Addresses, _runtime: Runtime) -> None:
    import gc

    print(addresses.url, flush=True)
    gc.freeze()
    gc.enable()


def _end_with_stdin() -> None:
    # os.read and not sys.stdin: this thread would hold the lock of sys.stdin, on which the interpreter's exit waits.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
