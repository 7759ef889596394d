"""Orgs that tests delete and reset while clients use them: their content, the requests, what must not be left
behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .crowd import Call, Crowd
from .server import Org, RunningServer

VIEW, BUSY_VIEW = "554023000000091518", "554023000000091519"
LEAD = "554023000000480001"
MISSING = frozenset({400, 404})
"""The statuses of requests for a job or a snapshot that a reset has removed."""


def content(leads: int = 50, **more: Any) -> dict[str, Any]:
    """Return a fixture with this many Leads, two views of all of them, and the job policy `manual`."""
    return {
        "mockcrm": 1,
        "settings": {"job_policy": {"mode": "manual"}},
        "custom_views": [{"id": number, "module": "Leads", "name": f"View {number}"} for number in (VIEW, BUSY_VIEW)],
        "records": {"Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle", "City": "Madurai"}}]},
        "generate": [{"module": "Leads", "count": leads - 1, "fields": {"Last_Name": "Lead {n}", "City": "Erode"}}],
        **more,
    }


READS = (
    Call("GET", "/crm/v2/Leads/actions/mass_update?job_id={job}", also=MISSING),
    Call("GET", f"/crm/v2/Leads/{LEAD}"),
    Call("GET", "/crm/v8/Leads?fields=Last_Name,City&per_page=50"),
)
SCANS = (
    Call("GET", "/crm/v2/Leads/search?criteria=(City:equals:Erode)"),
    Call("GET", "/crm/v8/Leads/actions/count"),
    Call("GET", f"/crm/v2/Leads?cvid={VIEW}"),
)
WRITES = (
    Call("POST", "/crm/v2/Contacts", {"data": [{"Last_Name": "New"}]}),
    Call("POST", "/crm/v2/Leads/actions/mass_update", {"data": [{"City": "Salem"}], "ids": [LEAD]}),
    Call("PUT", f"/crm/v2/Leads/{LEAD}", {"data": [{"Company": "Zylker"}]}),
)
LOOKS = (
    Call("GET", "/_mockcrm/orgs/{org}/requests?limit=20"),
    Call("GET", "/_mockcrm/orgs/{org}/export"),
    Call("GET", "/_mockcrm/orgs/{org}/jobs"),
    Call("GET", "/_mockcrm/orgs/{org}/snapshots"),
)
SNAPSHOTS = (
    Call("POST", "/_mockcrm/orgs/{org}/snapshots/one"),
    Call("POST", "/_mockcrm/orgs/{org}/snapshots/one/restore"),
    Call("GET", "/_mockcrm/orgs/{org}/records/Leads/" + LEAD),
)
CHANGES = (
    Call("PUT", "/_mockcrm/orgs/{org}/clock", {"frozen": True}),
    Call("PUT", "/_mockcrm/orgs/{org}/settings", {"max_body_mb": 5}),
    Call("POST", "/_mockcrm/orgs/{org}/tokens", {}),
    Call("POST", "/_mockcrm/orgs/{org}/load", {"mockcrm": 1, "users": [{"email": "new@zylker.example"}]}),
)
RESETS = (Call("POST", "/_mockcrm/orgs/{org}/reset"),)
STEPS = (
    Call("POST", "/_mockcrm/orgs/{org}/jobs/{job}/step", {"records": 7}, MISSING),
    Call("POST", "/_mockcrm/orgs/{org}/jobs/run", {}),
    Call("POST", "/crm/v2/Leads/actions/mass_update", {"data": [{"City": "Karur"}], "cvid": BUSY_VIEW}),
)


@contextmanager
def watched(server: RunningServer, state: Path) -> Iterator[RunningServer]:
    """A server whose orgs are deleted and reset: at the end it has to run in the process in which it started, with
    an untouched org unchanged and nothing left of the deleted ones, to stop on request, and to be
    silent."""
    pid = server.process.pid
    bystander = server.create_org(content())
    before = bystander.export()
    yield server
    assert server.process.poll() is None, f"the server ended with {server.process.returncode}: {server.printed_text()}"
    assert server.process.pid == pid
    assert bystander.export() == before
    assert bystander.get(f"/crm/v2/Leads/{LEAD}").status_code == 200
    bystander.delete()
    assert left(state) == []
    assert server.stop() == 0, server.printed_text()
    assert server.errors == [], server.printed_text()


def left(state: Path) -> list[str]:
    """Return what is left of orgs other than `default` after a moment: files may be removed after the response."""
    deadline = time.monotonic() + 20
    while True:
        found = [
            str(path.relative_to(state))
            for folder in ("orgs", "snapshots")
            for path in (state / folder).rglob("*")
            if not path.name.startswith("default.sqlite")
        ]
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


def handles(server: RunningServer) -> int:
    """Return how many file handles the server has; 0 where the system does not report it."""
    folder = Path(f"/proc/{server.process.pid}/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def assert_flat(server: RunningServer, early: int, slack: int = 10) -> None:
    """Assert that the server has, at the latest after a moment, no more file handles than at first."""
    deadline = time.monotonic() + 20
    while handles(server) > early + slack and time.monotonic() < deadline:
        time.sleep(0.02)
    assert handles(server) <= early + slack


def with_a_job(server: RunningServer, fixture: dict[str, Any]) -> tuple[Org, str]:
    """A new org and the id of its job over all Leads."""
    org = server.create_org(fixture)
    return org, org.schedule("Leads", VIEW, {"City": "Chennai"})


def deleted_under(server: RunningServer, crowd: Crowd, fixture: dict[str, Any], times: int, slack: int = 10) -> None:
    """Create an org and delete it while a crowd uses it, again and again; the number of file handles must not grow."""
    early = 0
    for cycle in range(times):
        org, job_id = with_a_job(server, fixture)
        visit = crowd.visit(org, job=job_id)
        visit.in_progress()
        visit.delete()
        if cycle == times // 5:
            early = handles(server)
    assert_flat(server, early, slack)
