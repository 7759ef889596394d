"""kill -9 at random moments: nothing acknowledged is lost, no record is changed twice by a job, every job ends.

A trigger in the org's file, added while no server runs, shows whether a record is changed twice: its notes are
committed or lost together with the changes that they record.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live.exported import exported_records
from tests.live.server import LIVE, Org, RunningServer, clean_environment, serve_command

from .evidence import Evidence, evidence

LEADS = 50_000
INSERTERS = 3
VIEW = "554023000000091518"
COUNTERS = "55402300000048000{}"
FIXTURE: dict[str, Any] = {
    "mockcrm": 1,
    "custom_views": [{"id": VIEW, "module": "Leads", "name": "Everybody"}],
    "records": {"Accounts": [{"id": COUNTERS.format(1), "fields": {"Account_Name": "Counter", "Employees": 0}}]},
    "generate": [
        {"module": "Leads", "count": LEADS, "fields": {"Last_Name": "Lead {n}", "Company": "Zylker", "City": "Madurai"}}
    ],
}
AUDIT = """
CREATE TABLE proof_change (city TEXT, record_id INTEGER);
CREATE TRIGGER proof_of_change AFTER UPDATE OF fields ON record
WHEN json_extract(NEW.fields, '$.City') IS NOT NULL
BEGIN INSERT INTO proof_change VALUES (json_extract(NEW.fields, '$.City'), NEW.id); END;
"""
MAX_LIFE_SECONDS = 0.4
"""Seconds that a server lives at most once a job is seen to run: kills hit the job wherever it is then."""
MAX_START_SECONDS = 1.5
"""Seconds that a server has at most which is killed while it starts."""
WAIT = 120.0
"""Seconds after which a proof that hangs fails."""


@dataclass
class Acknowledged:
    """What the server acknowledged to its clients, and therefore must not lose."""

    contacts: dict[str, str] = field(default_factory=dict)
    counter: int = 0
    access_tokens: list[str] = field(default_factory=list)
    jobs: dict[str, str] = field(default_factory=dict)
    """City by job id."""
    updated: dict[str, int] = field(default_factory=dict)
    """The last Updated_Count that a client received, by job id."""
    new_contacts: list[str] = field(default_factory=list)
    """Those of the latest life."""
    requested: int = 0
    """Jobs requested, acknowledged or not."""


def until_killed(work: Callable[[], None]) -> threading.Thread:
    """A client in a thread of its own, which sends requests until the server no longer responds."""

    def run() -> None:
        try:
            while True:
                work()
        except httpx.TransportError:
            return

    thread = threading.Thread(target=run)
    thread.start()
    return thread


class Clients:
    """Clients of one life of a server. `running` is set when one of them has read the status of a job that has changed
    some of its records, but not all."""

    def __init__(self, org: Org, known: Acknowledged) -> None:
        self._org = org
        self._known = known
        self._numbers = iter(range(10**9))
        self._faults: list[str] = []
        self.running = threading.Event()
        known.new_contacts.clear()
        works = [*[self._insert] * INSERTERS, self._count, self._refresh, self._job]
        self._threads = [until_killed(work) for work in works]

    def join(self) -> None:
        """When the server is dead: wait for the clients to notice, with the connections that they share still open.
        Every response until then was a good one."""
        for thread in self._threads:
            thread.join(timeout=WAIT)
            assert not thread.is_alive()
        assert self._faults == []

    def _good(self, response: httpx.Response) -> dict[str, Any] | None:
        if response.is_success:
            return dict(response.json())
        self._faults.append(f"{response.request.url}: {response.status_code} {response.text}")
        return None

    def _insert(self) -> None:
        name = f"Contact {len(self._known.contacts)} of {threading.get_ident()}"
        body = {"data": [{"Last_Name": name}]}
        content = self._good(self._org.server.post("/crm/v2/Contacts", json=body, headers=self._org.headers))
        if content is not None:
            record_id = content["data"][0]["details"]["id"]
            self._known.contacts[record_id] = name
            self._known.new_contacts.append(record_id)

    def _count(self) -> None:
        number = self._known.counter + 1
        response = self._org.mass_update("Accounts", {"data": [{"Employees": number}], "ids": [COUNTERS.format(1)]})
        if self._good(response) is not None:
            self._known.counter = number

    def _refresh(self) -> None:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._org.client_id,
            "client_secret": self._org.client_secret,
            "refresh_token": self._org.refresh_token,
        }
        content = self._good(self._org.server.post("/oauth/v2/token", data=form))
        if content is not None:
            self._known.access_tokens.append(content["access_token"])

    def _job(self) -> None:
        """Schedule a job when none is live, otherwise read the status of the last one."""
        known = self._known
        live = [job for job in self._org.jobs() if job["status"] in LIVE]
        if not live:
            known.requested += 1
            city = f"City {known.requested}"
            content = self._good(self._org.mass_update("Leads", {"data": [{"City": city}], "cvid": VIEW}))
            if content is not None:
                known.jobs[content["data"][0]["details"]["job_id"]] = city
        else:
            (job,) = live
            content = self._org.counts("Leads", job["id"])
            known.updated[job["id"]] = content["Updated_Count"]
            if content["Status"] == "RUNNING" and content["Updated_Count"]:
                self.running.set()


def check_remembered(org: Org, known: Acknowledged) -> None:
    """Assert that what was acknowledged exists; changes in progress when the server died may exist or not."""
    for begin in range(0, len(known.new_contacts), 100):
        ids = known.new_contacts[begin : begin + 100]
        response = org.get("/crm/v2/Contacts", ids=",".join(ids))
        found = {record["id"]: record["Last_Name"] for record in response.json()["data"]}
        assert found == {record_id: known.contacts[record_id] for record_id in ids}
    counter = org.record("Accounts", COUNTERS.format(1))["Employees"]
    assert counter in (known.counter, known.counter + 1)
    known.counter = counter
    for token in known.access_tokens[-1:]:
        headers = {"Authorization": f"Zoho-oauthtoken {token}"}
        assert org.server.get("/crm/v2/users?type=CurrentUser", headers=headers).status_code == 200
    for job_id in known.jobs:
        assert org.counts("Leads", job_id)["Updated_Count"] >= known.updated.get(job_id, 0)


def kill_while_starting(data_dir: Path, after: float) -> None:
    """Start a server and kill it after `after` seconds, whether it is ready or not."""
    process = subprocess.Popen(
        serve_command("--port", "0", "--data-dir", str(data_dir)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=clean_environment(),
    )
    time.sleep(after)
    process.kill()
    process.wait(timeout=30)


def file_of(data_dir: Path, org: Org) -> Path:
    """The file of an org, whose name begins with the org's."""
    (found,) = (data_dir / "orgs").glob(f"{org.name}*.sqlite")
    return found


def live_job(data_dir: Path, org: Org) -> str | None:
    """How far the job is that a dead server has left; read in a copy, since reading recovers what it finds. None when
    it has left none."""
    path = file_of(data_dir, org)
    with tempfile.TemporaryDirectory(dir=data_dir.parent) as folder:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / path.name)) as copy:
            found = copy.execute(
                "SELECT status, updated, total FROM job WHERE status IN ('SCHEDULED', 'RUNNING')"
            ).fetchone()
    return None if found is None else "{}, {} of {}".format(*found)


def crash_again_and_again(folder: Path, kills: int) -> None:
    """Kill a server `kills` times among its clients while a job is in flight, and some more times while it starts; look
    after each."""
    with evidence("crash", folder) as kept:
        _crash_again_and_again(folder, kills, kept)


def _crash_again_and_again(folder: Path, kills: int, kept: Evidence) -> None:
    moments = random.Random(kills)
    data_dir = folder / "data"
    known = Acknowledged()
    with RunningServer(data_dir=data_dir) as server:
        org = server.create_org(FIXTURE)
        assert server.stop() == 0
    with closing(sqlite3.connect(file_of(data_dir, org))) as file:
        file.executescript(AUDIT)
    lives = hits = 0
    while hits < kills:
        lives += 1
        assert lives <= 2 * kills + 5, f"only {hits} of {lives} kills hit a job in flight"
        if lives % 5 == 0:
            kill_while_starting(data_dir, moments.uniform(0, MAX_START_SECONDS))
        with RunningServer(data_dir=data_dir) as server:
            kept.watch(server)
            check_remembered(org.on(server), known)
            clients = Clients(org.on(server), known)
            assert clients.running.wait(WAIT), f"no job was seen to run; {server.printed_text()}"
            time.sleep(moments.uniform(0, MAX_LIFE_SECONDS))
            server.process.kill()
            clients.join()
            server.kill9()
            left = live_job(data_dir, org)
            hits += left is not None
            kept.note(f"killed, with a job {left}; {len(known.contacts)} inserts and {known.counter} updates so far")
            assert server.errors == []

    with RunningServer(data_dir=data_dir) as server:
        kept.watch(server)
        org = org.on(server)
        check_remembered(org, known)
        jobs = org.jobs()
        for job in jobs:
            assert org.wait_for_job("Leads", job["id"]) == {
                "Status": "COMPLETED",
                "Failed_Count": 0,
                "Updated_Count": LEADS,
                "Not_Updated_Count": 0,
                "Total_Count": LEADS,
            }
        assert {job["id"] for job in jobs} >= set(known.jobs)
        contacts = {item["id"]: item["fields"]["Last_Name"] for item in exported_records(org, "Contacts")}
        assert contacts.items() >= known.contacts.items()
        assert len(contacts) <= len(known.contacts) + lives * INSERTERS
        assert server.stop() == 0
        assert server.errors == []

    with closing(sqlite3.connect(file_of(data_dir, org))) as file:
        changes = file.execute(
            "SELECT city, count(*), count(DISTINCT record_id) FROM proof_change GROUP BY city"
        ).fetchall()
    cities = {city for city, _, _ in changes}
    assert changes == [(city, LEADS, LEADS) for city in sorted(cities)]
    assert len(changes) == len(jobs)
    assert cities >= set(known.jobs.values())
    summary = f"{len(known.contacts)} inserts, {known.counter} updates, {len(known.access_tokens)} tokens acknowledged"
    print(f"{lives} kills, {hits} of them in one of {len(jobs)} jobs, {summary}")


def test_three_kills(tmp_path: Path) -> None:
    crash_again_and_again(tmp_path, 3)


@pytest.mark.slow
def test_sixty_kills(tmp_path: Path) -> None:
    crash_again_and_again(tmp_path, 60)
