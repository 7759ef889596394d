"""Start `mockcrm serve` as a user does, in a process of its own, and talk to it over a socket.

`RunningServer` owns the process; `Org` is one org on it with its credentials. Nothing here imports the
package under test.
"""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import httpx

REPOSITORY = Path(__file__).resolve().parents[2]
BASE_URL = re.compile(r"https?://127\.0\.0\.1:\d+")
READY_WITHIN = 60.0
"""Seconds after which a start that hangs fails; a working one is noticed at once."""


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without MOCKCRM_* and with the checkout importable, plus `extra`."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MOCKCRM_")}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(REPOSITORY), env.get("PYTHONPATH")]))
    return env | dict(extra or {})


def serve_command(*args: str) -> list[str]:
    """The command line of a server; `args` follow `serve`."""
    return [sys.executable, "-m", "mockcrm", "serve", *args]


class RunningServer:
    """A server process with the API at `url`; a context manager, stopped by SIGTERM at its end."""

    def __init__(
        self,
        *args: str,
        data_dir: Path | None = None,
        fixture: Path | str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        options = ["--port", "0", *args]
        if data_dir is not None:
            options += ["--data-dir", str(data_dir)]
        if fixture is not None:
            options += ["--fixture", str(fixture)]
        self.output: list[str] = []
        self.errors: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.process = subprocess.Popen(
            serve_command(*options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(env),
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._readers = [
            threading.Thread(target=self._collect, args=(self.process.stdout, self.output), daemon=True),
            threading.Thread(target=self._collect, args=(self.process.stderr, self.errors), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        try:
            self.url = self._wait_for_url()
            self.http = httpx.Client(base_url=self.url, timeout=300, trust_env=False)
            health = self.http.get("/_mockcrm/health")
            assert health.status_code == 200, health.text
        except BaseException:
            self.kill9()
            raise

    def _collect(self, stream: IO[str], into: list[str]) -> None:
        with stream:
            for line in stream:
                into.append(line)
                if into is self.output:
                    self._lines.put(line)
        if into is self.output:
            self._lines.put(None)

    def _wait_for_url(self) -> str:
        deadline = time.monotonic() + READY_WITHIN
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no base URL within {READY_WITHIN} s; {self.printed_text()}") from None
            if line is None:
                self.process.wait(timeout=10)
                raise AssertionError(f"exited with {self.process.returncode}; {self.printed_text()}")
            if found := BASE_URL.search(line):
                return found[0]

    def printed_text(self) -> str:
        """What the process has printed so far, for a failure message."""
        return f"stdout: {''.join(self.output)!r}, stderr: {''.join(self.errors)!r}"

    def info(self) -> dict[str, Any]:
        """GET /_mockcrm/info."""
        return dict(self.control("GET", "/info"))

    def default_org(self) -> Org:
        """The org of the command line, with the literal credentials of its fixture's first token."""
        found = default_org_of(self.info())
        token = found["tokens"][0]
        return Org(self, found["org"], token)

    def create_org(self, fixture: Mapping[str, Any] | str | None = None) -> Org:
        """A fresh org by POST /_mockcrm/orgs, seen as its built-in administrator."""
        body = {} if fixture is None else {"fixture": fixture}
        response = self.control("POST", "/orgs", body, expect=201)
        return Org(self, response["org"], response)

    def control(self, method: str, path: str, body: object = None, expect: int = 200) -> Any:
        """Send a request of the control API; return its JSON."""
        response = self.http.request(method, f"/_mockcrm{path}", json=body)
        assert response.status_code == expect, f"{method} {path}: {response.status_code} {response.text[:2000]}"
        return response.json() if response.content else None

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.http.post(path, **options)

    def kill9(self) -> None:
        """Send SIGKILL, so that the server cannot clean up."""
        if self.process.poll() is None:
            self.process.kill()
        self._reap()

    def stop(self) -> int:
        """Send SIGTERM and return the exit code. A server that does not stop within 30 s is killed, and the test
        fails."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill9()
                raise AssertionError(f"SIGTERM did not stop the server; {self.printed_text()}") from None
        self._reap()
        return self.process.returncode

    def _reap(self) -> None:
        self.process.wait(timeout=30)
        for reader in self._readers:
            reader.join(timeout=30)
        if hasattr(self, "http"):
            self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def default_org_of(info: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object of the `default` org in a response of /info, under any key."""
    for value in (info, *info.values()):
        if isinstance(value, dict) and value.get("org") == "default" and "tokens" in value:
            return value
    raise AssertionError(f"no default org in /info: {info}")


@dataclass
class Org:
    """One org on a running server, and the credentials it is used with.

    `granted` is one object with access_token, client_id, client_secret and refresh_token.
    """

    server: RunningServer
    name: str
    granted: Mapping[str, Any] = field(repr=False)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def access_token(self) -> str:
        return str(self.granted["access_token"])

    @property
    def client_id(self) -> str:
        return str(self.granted["client_id"])

    @property
    def client_secret(self) -> str:
        return str(self.granted["client_secret"])

    @property
    def refresh_token(self) -> str:
        return str(self.granted["refresh_token"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Zoho-oauthtoken {self.access_token}"}

    def on(self, server: RunningServer) -> Org:
        """The same org after a restart."""
        return Org(server, self.name, self.granted)

    def with_scopes(self, *scopes: str) -> Org:
        """The same org through a new token of those scopes alone."""
        response = self.server.http.post(f"/_mockcrm/orgs/{self.name}/tokens", json={"scopes": list(scopes)})
        assert response.status_code in {200, 201}, response.text
        return Org(self.server, self.name, {**self.granted, **response.json()})

    def control(self, method: str, path: str, body: object = None, expect: int = 200) -> Any:
        """Send a request of the control API below /_mockcrm/orgs/{org}."""
        return self.server.control(method, f"/orgs/{self.name}{path}", body, expect)

    def get(self, path: str, **params: str | int) -> httpx.Response:
        return self.server.get(path, params=params, headers=self.headers)

    def mass_update(self, module: str, body: object, version: str = "v2") -> httpx.Response:
        url = f"/crm/{version}/{module}/actions/mass_update"
        return self.server.post(url, json=body, headers=self.headers)

    def schedule(self, module: str, cvid: str, data: Mapping[str, Any], **more: Any) -> str:
        """Schedule a mass update by cvid, which must succeed; return its job id."""
        response = self.mass_update(module, {"data": [data], "cvid": cvid, **more})
        assert response.status_code == 200, response.text
        return str(response.json()["data"][0]["details"]["job_id"])

    def status(self, module: str, job_id: str, version: str = "v2") -> httpx.Response:
        return self.get(f"/crm/{version}/{module}/actions/mass_update", job_id=job_id)

    def counts(self, module: str, job_id: str) -> dict[str, Any]:
        """The five keys of a job's status, with the documented sum checked."""
        response = self.status(module, job_id)
        assert response.status_code == 200, response.text
        (item,) = response.json()["data"]
        parts = item["Updated_Count"] + item["Failed_Count"] + item["Not_Updated_Count"]
        assert item["Total_Count"] == parts, item
        return dict(item)

    def job_policy(self, mode: str, **more: Any) -> None:
        self.control("PUT", "/job-policy", {"mode": mode, **more})

    def step(self, job_id: str, records: int | None = None) -> None:
        self.control("POST", f"/jobs/{job_id}/step", {} if records is None else {"records": records})

    def run_jobs(self) -> None:
        self.control("POST", "/jobs/run")

    def jobs(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "/jobs")["jobs"])

    def wait_for_job(self, module: str, job_id: str, within: float = 120) -> dict[str, Any]:
        """The job's status once it is neither SCHEDULED nor RUNNING; every read on the way is checked."""
        return next(item for item in self.watch(module, job_id, within) if item["Status"] not in LIVE)

    def watch(self, module: str, job_id: str, within: float = 120) -> Iterator[dict[str, Any]]:
        """Status reads one after another, until `within` seconds have passed."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            yield self.counts(module, job_id)
        raise AssertionError(f"job {job_id} took more than {within} s: {self.counts(module, job_id)}")

    def record(self, module: str, record_id: str) -> dict[str, Any]:
        response = self.get(f"/crm/v2/{module}/{record_id}")
        assert response.status_code == 200, f"{response.status_code} {response.text}"
        (found,) = response.json()["data"]
        return dict(found)

    def export(self) -> bytes:
        response = self.server.get(f"/_mockcrm/orgs/{self.name}/export")
        assert response.status_code == 200, response.text[:2000]
        return response.content

    def delete(self) -> None:
        response = self.server.http.delete(f"/_mockcrm/orgs/{self.name}")
        assert response.status_code in {200, 204}, response.text


LIVE = frozenset({"SCHEDULED", "RUNNING"})
