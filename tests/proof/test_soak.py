"""Orgs come and go for minutes, each with a fixture of its own: memory, file handles and disk stay as they were when
the server was warm.

PROOF_SOAK_SECONDS says for how long; 300 by default, of which a third is for warming up.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.live.crowd import Connection
from tests.live.lifetime import left
from tests.live.server import Org, RunningServer

from .evidence import Evidence, evidence
from .process import open_files, resident_bytes

SECONDS = float(os.environ.get("PROOF_SOAK_SECONDS") or 300)
SUITES = 3
"""Test suites that use the server at once, each with one org at a time."""
VIEW = "554023000000091518"
LEADS = 300
MORE_MEMORY = 16 << 20
"""By how much memory varies by itself. Thousands of orgs come and go, so a leak of more than some
kilobytes per org is noticed."""
MORE_HANDLES = 10
MORE_DISK = 8 << 20
"""As much as the WALs of the registry and of `default` may come to."""
MORE_FILES = 10
PATIENCE = 30.0
"""Seconds that the server has to tidy up."""


def fixture(number: int) -> dict[str, Any]:
    """A fixture like no other."""
    return {
        "mockcrm": 1,
        "org": {"company_name": f"Company {number}"},
        "custom_views": [{"id": VIEW, "module": "Leads", "name": f"View {number}"}],
        "generate": [{"module": "Leads", "count": LEADS, "fields": {"Last_Name": f"Lead {number}", "City": "Madurai"}}],
    }


class Suite:
    """Makes, uses and deletes one org after another."""

    def __init__(self, server: RunningServer, numbers: itertools.count[int]) -> None:
        self._server = server
        self._numbers = numbers
        self._connection = Connection(server.url)
        self.cycles = 0

    def run(self, until: float) -> None:
        """Until that moment of the monotonic clock."""
        while time.monotonic() < until:
            self._cycle(next(self._numbers))
            self.cycles += 1

    def close(self) -> None:
        self._connection.close()

    def _cycle(self, number: int) -> None:
        org = self._server.create_org(fixture(number))
        org.control("POST", "/load", {"mockcrm": 1, "users": [{"email": f"rep{number}@zylker.example"}]})
        for method, path, body in (
            ("GET", "/crm/v2/Leads?per_page=200", None),
            ("GET", "/crm/v2/Leads/search?criteria=(City:equals:Madurai)", None),
            ("GET", "/crm/v8/Leads/actions/count", None),
            ("GET", f"/crm/v2/Leads?cvid={VIEW}", None),
            ("GET", "/crm/v8/settings/fields?module=Leads", None),
            ("POST", "/crm/v2/Contacts", {"data": [{"Last_Name": f"Contact {number}"}]}),
        ):
            status, content = self._connection.send(method, path, body, org.headers)
            assert status in (200, 201), f"{method} {path}: {status} {content[:300]!r}"
        job_id = org.schedule("Leads", VIEW, {"City": f"City {number}"})
        assert org.wait_for_job("Leads", job_id)["Updated_Count"] == LEADS
        org.control("POST", "/snapshots/done", expect=201)
        org.control("POST", "/reset")
        assert org.jobs() == []
        org.control("POST", "/snapshots/done/restore")
        assert org.jobs()[0]["updated"] == LEADS
        org.control("GET", "/requests")
        org.control("POST", "/tokens", {}, expect=201)
        self._renew(org)
        org.delete()

    def _renew(self, org: Org) -> None:
        form = {
            "grant_type": "refresh_token",
            "client_id": org.client_id,
            "client_secret": org.client_secret,
            "refresh_token": org.refresh_token,
        }
        assert "access_token" in self._server.post("/oauth/v2/token", data=form).json()


@dataclass(frozen=True)
class Size:
    """The resources of an idle server."""

    memory: int
    handles: int
    disk: int
    files: int

    def __str__(self) -> str:
        return f"{self.memory >> 10} kB, {self.handles} handles, {self.disk >> 10} kB of disk in {self.files} files"


def size(server: RunningServer, *folders: Path) -> Size:
    """What the server takes now."""
    sizes = []
    for path in itertools.chain.from_iterable(folder.rglob("*") for folder in folders):
        try:
            sizes.append(path.stat().st_blocks * 512)
        except FileNotFoundError:
            continue  # removed meanwhile
    pid = server.process.pid
    return Size(resident_bytes(pid), open_files(pid), sum(sizes), len(sizes))


def settled(measure: Callable[[], Size], enough: Callable[[Size], bool]) -> Size:
    """What it takes when it is little enough, or has had the time to become so."""
    deadline = time.monotonic() + PATIENCE
    while not enough(found := measure()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_server_is_as_small_after_minutes_as_it_was_when_warm(tmp_path: Path) -> None:
    data_dir, temporary = tmp_path / "data", tmp_path / "tmp"
    temporary.mkdir()
    with (
        evidence("soak", tmp_path) as kept,
        RunningServer(data_dir=data_dir, env={"TMPDIR": str(temporary)}) as server,
    ):
        kept.watch(server)
        soak(server, data_dir, kept, lambda: size(server, data_dir, temporary))
        assert server.stop() == 0
        assert server.errors == []


def soak(server: RunningServer, data_dir: Path, kept: Evidence, measure: Callable[[], Size]) -> None:
    """Use the server until it is warm, and then for twice as long."""
    numbers = itertools.count(1)
    suites = [Suite(server, numbers) for _ in range(SUITES)]
    looking = threading.Event()

    def look() -> None:
        while not looking.wait(10):
            kept.note(f"{sum(suite.cycles for suite in suites)} orgs: {measure()}")

    with ThreadPoolExecutor(SUITES + 1) as pool:
        looks = pool.submit(look)
        try:
            run(pool, suites, SECONDS / 3)
            assert left(data_dir) == []
            warm, orgs = measure(), sum(suite.cycles for suite in suites)
            run(pool, suites, SECONDS * 2 / 3)
            assert left(data_dir) == []
            end = settled(
                measure,
                lambda now: (
                    now.memory <= warm.memory + MORE_MEMORY
                    and now.handles <= warm.handles + MORE_HANDLES
                    and now.disk <= warm.disk + MORE_DISK
                    and now.files <= warm.files + MORE_FILES
                ),
            )
        finally:
            looking.set()
            looks.result()
            for suite in suites:
                suite.close()
    summary = f"{orgs} orgs: {warm}; {sum(suite.cycles for suite in suites)} orgs: {end}"
    kept.note(summary)
    print(summary)
    assert end.memory <= warm.memory + MORE_MEMORY, summary
    assert end.handles <= warm.handles + MORE_HANDLES, summary
    assert end.disk <= warm.disk + MORE_DISK, summary
    assert end.files <= warm.files + MORE_FILES, summary


def run(pool: ThreadPoolExecutor, suites: list[Suite], seconds: float) -> None:
    """Run all suites at once, for this long."""
    until = time.monotonic() + seconds
    for suite in [pool.submit(suite.run, until) for suite in suites]:
        suite.result()
