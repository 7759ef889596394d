"""Servers in processes of their own: mockcrm as a user starts it, and the alternatives under uvicorn."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import orjson

from benchmarks.client import HOST, WrongResponse, request_bytes

REPOSITORY = Path(__file__).resolve().parents[1]
HEALTH = "/_mockcrm/health"
READY_WITHIN = 60.0
UVICORN = ("--http", "httptools", "--loop", "uvloop", "--no-access-log", "--log-level", "warning")
"""The settings with which mockcrm itself uses uvicorn."""


def free_port() -> int:
    """Return a free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def uvicorn_command(app: str, port: int) -> list[str]:
    """Return the command that serves one of the FastAPI applications."""
    return [sys.executable, "-m", "uvicorn", app, "--host", HOST, "--port", str(port), *UVICORN]


def mockcrm_command(port: int, *options: str) -> list[str]:
    """Return the command by which a user starts mockcrm."""
    return [sys.executable, "-m", "mockcrm", "serve", "--port", str(port), *options]


class Server:
    """A server process on a free port; a context manager, stopped by SIGTERM at its end."""

    def __init__(self, command: Sequence[str], port: int, folder: Path, env: Mapping[str, str] | None = None) -> None:
        self.port = port
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOCKCRM_")}
        self._log = (folder / f"server-{port}.log").open("wb")
        self.process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=inherited | {"TMPDIR": str(folder)} | dict(env or {}),
        )

    def until_ready(self) -> Self:
        """Wait for the first response."""
        self.first_response(request_bytes("GET", HEALTH))
        return self

    def first_response(self, request: bytes) -> None:
        """Try until the response is 200: a millisecond between tries, a new connection for each."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            try:
                with socket.create_connection((HOST, self.port), timeout=READY_WITHIN) as client:
                    client.sendall(request)
                    head = client.recv(64)
            except ConnectionError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.001)
                continue
            if not head.startswith(b"HTTP/1.1 200"):
                self.stop()
                raise WrongResponse(f"{request[:100]!r}: {head!r}")
            return
        self.stop()
        raise WrongResponse(f"the server did not start; see {self._log.name}:\n{self.printed_text()}")

    def printed_text(self) -> str:
        """What the server has printed."""
        return Path(self._log.name).read_text("utf-8", "replace")[-2000:]

    def ask(self, method: str, path: str, body: object = None, *, token: str | None = None, expect: int = 200) -> bytes:
        """Send a request on a connection of its own, and return the body of its response."""
        client = http.client.HTTPConnection(HOST, self.port, timeout=900)
        headers = {} if token is None else {"Authorization": f"Zoho-oauthtoken {token}"}
        content = None
        if body is not None:
            content, headers["Content-Type"] = orjson.dumps(body), "application/json"
        try:
            client.request(method, path, content, headers)
            response = client.getresponse()
            found = response.read()
        finally:
            client.close()
        if response.status != expect:
            raise WrongResponse(f"{method} {path}: {response.status} {found[:500]!r}")
        return found

    @property
    def rss(self) -> int:
        """Bytes of memory that the process has in use now."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise WrongResponse(f"process {self.process.pid} is gone")

    def stop(self) -> None:
        """End the process that this object started."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Org:
    """An org on a mockcrm server."""

    def __init__(self, server: Server, credentials: Mapping[str, Any], template: Path) -> None:
        self.server = server
        self.name = str(credentials["org"])
        self.token = str(credentials["access_token"])
        self.template = template
        """The closed SQLite file that the org was copied from: where baselines take the same rows from."""

    def get(self, path: str) -> bytes:
        """Send GET /crm/v2... and wait for the response."""
        return self.server.ask("GET", f"/crm/v2{path}", token=self.token)

    def ids(self, count: int) -> list[str]:
        """The ids of the newest `count` Leads."""
        found: list[str] = []
        while len(found) < count:
            page = orjson.loads(self.get(f"/Leads?page={len(found) // 200 + 1}"))
            found += [record["id"] for record in page["data"]]
        return found[:count]

    def request(self, method: str, path: str, body: object = None) -> bytes:
        """A request to /crm/v2... as bytes for the load client."""
        content = b"" if body is None else orjson.dumps(body)
        return request_bytes(method, f"/crm/v2{path}", token=self.token, body=content)

    def mass_update(self, value: str, **selection: object) -> bytes:
        """A mass update of Leads that sets Rating, as bytes."""
        body = {"data": [{"Rating": value}], "over_write": True, **selection}
        return self.request("POST", "/Leads/actions/mass_update", body)

    def reset(self) -> None:
        """Put it back to its fixture."""
        self.server.ask("POST", f"/_mockcrm/orgs/{self.name}/reset")
