"""A server on a disk that fills and empties again: run by test_full_disk in a mount namespace of its own.

Arguments: an empty folder to mount the disk at, and one for evidence. Prints what happened, exits with 1 and a
traceback when something did not hold.
"""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.live.crowd import Connection
from tests.live.server import Org, RunningServer

from .evidence import Evidence, evidence

DISK_BYTES = 48 << 20
LEADS = 8_000
VIEW = "554023000000091518"
LEAD = "554023000000480001"
FIXTURE: dict[str, Any] = {
    "mockcrm": 1,
    "settings": {"job_policy": {"mode": "paced", "records_per_second": 1_500}},
    "custom_views": [{"id": VIEW, "module": "Leads", "name": "Everybody"}],
    "records": {"Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle", "City": "Madurai"}}]},
    "generate": [{"module": "Leads", "count": LEADS - 1, "fields": {"Last_Name": "Lead {n}", "City": "Madurai"}}],
}
FILLINGS = 3
REFUSALS = 30
"""How many writes have to be rejected each time the disk is full."""
WAIT = 120.0
"""Seconds; only bound a proof that hangs."""


class Disk:
    """A small file system of its own, which can be filled to the last byte."""

    def __init__(self, folder: Path) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)], check=True)
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Fill all free space."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError as fault:
                    if fault.errno != errno.ENOSPC:
                        raise

    def empty(self) -> None:
        """Free the space again."""
        self._filler.unlink()


class Client:
    """Writes to an org even while the disk is full, and records what was acknowledged."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self._connection = Connection(org.url)
        self._number = 0
        self.contacts: set[str] = set()
        self.users: set[str] = set()
        self.company: str | None = None
        self.snapshots: set[str] = set()
        self.responses: Counter[tuple[str, int]] = Counter()

    def round(self) -> int:
        """Send one write of each kind and return how many were rejected. A rejected one changes nothing, and reads
        succeed."""
        self._number += 1
        name, company = f"contact{self._number}", f"Company {self._number}"
        accepted = [
            self._api("insert", "POST", "/crm/v2/Contacts", {"data": [{"Last_Name": name}]}),
            self._api(
                "update", "POST", "/crm/v2/Leads/actions/mass_update", {"data": [{"Company": company}], "ids": [LEAD]}
            ),
            self._control("load", "POST", "/load", {"mockcrm": 1, "users": [{"email": f"{name}@zylker.example"}]}),
            self._control("snapshot", "POST", "/snapshots/one"),
            self._control("token", "POST", "/tokens", {}),
            self._control("org", "POST", ""),
        ]
        if accepted[0]:
            self.contacts.add(name)
        if accepted[1]:
            self.company = company
        if accepted[2]:
            self.users.add(f"{name}@zylker.example")
        if accepted[3]:
            self.snapshots.add("one")
        for path in (f"/crm/v2/Leads/{LEAD}", "/crm/v8/Leads?fields=City&per_page=10", "/crm/v8/Leads/actions/count"):
            assert self._api("read", "GET", path), path
        assert self.org.record("Leads", LEAD)["Company"] == self.company
        return accepted.count(False)

    def check(self) -> None:
        """Assert that exactly what was acknowledged exists."""
        assert {item["fields"]["Last_Name"] for item in exported(self.org, "Contacts")} == self.contacts
        users = {user["email"] for user in self.org.control("GET", "/export")["users"]}
        assert {email for email in users if email.startswith("contact")} == self.users
        assert {item["name"] for item in self.org.control("GET", "/snapshots")["snapshots"]} == self.snapshots

    def reconnect(self) -> None:
        """The server was started again."""
        self._connection = Connection(self.org.url)

    def close(self) -> None:
        self._connection.close()

    def _api(self, what: str, method: str, path: str, body: Any = None) -> bool:
        status, content = self._connection.send(method, path, body, self.org.headers)
        self.responses[what, status] += 1
        if status < 400:
            return True
        parsed = json.loads(content)
        assert set(parsed) == {"code", "details", "message", "status"}, content
        assert (status >= 500, parsed["status"]) == (True, "error"), content
        return False

    def _control(self, what: str, method: str, path: str, body: Any = None) -> bool:
        url = f"/_mockcrm/orgs/{self.org.name}{path}"
        if not path:  # an org more, which goes again
            url, body = "/_mockcrm/orgs", {"name": f"more{self._number}"}
        status, content = self._connection.send(method, url, body)
        self.responses[what, status] += 1
        parsed = json.loads(content)
        if status < 400:
            if not path:
                self._connection.send("DELETE", f"/_mockcrm/orgs/more{self._number}")
            return True
        assert status >= 500, f"{method} {url}: {status} {content[:300]!r}"
        assert isinstance(parsed["error"]["message"], str), content
        return False


def exported(org: Org, module: str) -> list[dict[str, Any]]:
    """The records of a module, none when it has none."""
    return list(org.control("GET", "/export").get("records", {}).get(module, ()))


def until(reached: Callable[[], bool], what: str) -> None:
    """Wait until a condition is true."""
    deadline = time.monotonic() + WAIT
    while not reached():
        assert time.monotonic() < deadline, f"{what} within {WAIT} s"
        time.sleep(0.02)


def filled(disk: Disk, client: Client, job_id: str) -> dict[str, Any]:
    """Fill the disk while a job runs, and send changes until enough were rejected; return how far the job got."""
    org = client.org
    until(lambda: org.counts("Leads", job_id)["Updated_Count"] > 0, "the job begins")
    disk.fill()
    refused, done = 0, 0
    deadline = time.monotonic() + WAIT
    while refused < REFUSALS:
        assert time.monotonic() < deadline, f"{refused} of {REFUSALS} writes were refused"
        disk.fill()  # what the server has given back
        refused += client.round()
        job = org.counts("Leads", job_id)
        assert job["Status"] == "RUNNING", job
        assert (job["Failed_Count"], job["Total_Count"]) == (0, LEADS), job
        assert job["Updated_Count"] >= done, f"{job}, after {done}"
        done = job["Updated_Count"]
    return job


def emptied(disk: Disk, client: Client, job_id: str) -> None:
    """Free the space: the job continues by itself to its end, and all requests succeed again."""
    disk.empty()
    job = client.org.wait_for_job("Leads", job_id, WAIT)
    assert (job["Status"], job["Updated_Count"], job["Failed_Count"]) == ("COMPLETED", LEADS, 0), job
    cities = {item["fields"]["City"] for item in exported(client.org, "Leads")}
    assert cities == {"Chennai"}, cities
    assert client.round() == 0, client.responses
    client.check()


def prove(data_dir: Path, disk: Disk, kept: Evidence) -> None:
    """Fill and empty the disk, each time with a new org; the last time the server is stopped and started meanwhile."""
    for filling in range(FILLINGS):
        with RunningServer(data_dir=data_dir) as server:
            kept.watch(server)
            org = server.create_org(FIXTURE)
            client = Client(org)
            job_id = org.schedule("Leads", VIEW, {"City": "Chennai"})
            job = filled(disk, client, job_id)
            counts = sorted(f"{what} {status}: {count}" for (what, status), count in client.responses.items())
            kept.note(f"full: the job is at {job['Updated_Count']}; {', '.join(counts)}")
            print(kept.latest)
            if filling < FILLINGS - 1:
                emptied(disk, client, job_id)
            client.close()
            if filling < FILLINGS - 1:
                org.delete()
            assert server.stop() == 0, server.printed_text()

    disk.empty()
    with RunningServer(data_dir=data_dir) as server:
        kept.watch(server)
        client.org = org.on(server)
        client.reconnect()
        again = client.org.wait_for_job("Leads", job_id, WAIT)
        assert (again["Status"], again["Updated_Count"]) == ("COMPLETED", LEADS), again
        client.check()
        assert client.round() == 0, client.responses
        client.check()
        client.close()
        assert server.stop() == 0, server.printed_text()


def main() -> None:
    """Mount the disk and prove."""
    folder, notes = Path(sys.argv[1]), Path(sys.argv[2])
    with evidence("full-disk", notes) as kept:
        prove(folder / "data", Disk(folder), kept)


if __name__ == "__main__":
    main()
