"""Orgs are deleted, reset and put back while jobs, webhooks and clients of other orgs are under way, and while the
server is in the test's own process. What must hold is what tests/live/test_org_deletion.py says."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .crowd import WAIT, Crowd
from .lifetime import (
    LEAD,
    LOOKS,
    READS,
    SCANS,
    SNAPSHOTS,
    STEPS,
    WRITES,
    assert_flat,
    content,
    deleted_under,
    handles,
    with_a_job,
)
from .server import LIVE, RunningServer, clean_environment


@pytest.mark.parametrize("mode", ["auto", "paced", "polled"])
def test_an_org_is_deleted_while_its_job_runs(watched_server: RunningServer, mode: str) -> None:
    policy = {"mode": mode, "records_per_second": 2_000, "polls": {"running": 1_000}}
    fixture = content(5_000, settings={"job_policy": policy})
    caught = 0
    with Crowd(watched_server.url, READS[:1], READS) as crowd:
        for _ in range(20):
            org, job_id = with_a_job(watched_server, fixture)
            visit = crowd.visit(org, job=job_id)
            visit.in_progress()
            caught += org.counts("Leads", job_id)["Status"] in LIVE
            visit.delete()
    assert caught > 0


def test_an_org_is_deleted_while_its_webhooks_are_sent(watched_server: RunningServer) -> None:
    arrived = threading.Semaphore(0)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            arrived.release()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            url = f"http://127.0.0.1:{receiver.server_address[1]}/hook"
            fixture = content(modules={"Leads": {"workflows": [{"name": "hook", "webhook": url}]}})
            with Crowd(watched_server.url, WRITES, READS) as crowd:
                for _ in range(60):
                    org, job_id = with_a_job(watched_server, fixture)
                    visit = crowd.visit(org, job=job_id)
                    visit.in_progress(3)
                    assert arrived.acquire(timeout=WAIT)
                    visit.delete()
        finally:
            receiver.shutdown()
            thread.join()


def test_orgs_are_deleted_while_more_are_in_use_than_stay_open(watched_server: RunningServer) -> None:
    others = [with_a_job(watched_server, content())[0] for _ in range(55)]
    done = threading.Event()
    statuses: list[int] = []

    def go_round() -> None:
        while not done.is_set():
            statuses.extend({org.get(f"/crm/v2/Leads/{LEAD}").status_code for org in others})

    with ThreadPoolExecutor(1) as pool, Crowd(watched_server.url, READS, SCANS) as crowd:
        round_about = pool.submit(go_round)
        try:
            deleted_under(watched_server, crowd, content(), 40, slack=200)
        finally:
            done.set()
        round_about.result()
    assert set(statuses) == {200}
    for org in others:
        org.delete()


# -- reset and restore -------------------------------------------------------------------------------------------


def test_an_org_is_reset_again_and_again_under_its_clients(watched_server: RunningServer) -> None:
    early = 0
    org, job_id = with_a_job(watched_server, content())
    with Crowd(watched_server.url, READS, SCANS, WRITES, STEPS, LOOKS) as crowd:
        visit = crowd.visit(org, job=job_id)
        for cycle in range(200):
            org.control("POST", "/reset")
            if cycle % 10 == 0:
                visit.in_progress()
            if cycle == 40:
                early = handles(watched_server)
        assert_flat(watched_server, early)
        visit.leave()
    org.delete()


def test_an_org_is_put_back_to_a_snapshot_again_and_again_under_its_clients(watched_server: RunningServer) -> None:
    org, job_id = with_a_job(watched_server, content())
    org.control("POST", "/snapshots/two", expect=201)
    with Crowd(watched_server.url, READS, SCANS, WRITES, SNAPSHOTS) as crowd:
        visit = crowd.visit(org, job=job_id)
        for cycle in range(100):
            org.control("POST", "/snapshots/two/restore")
            if cycle % 10 == 0:
                visit.in_progress()
        visit.leave()
    org.delete()


# -- a server in the process of the test -------------------------------------------------------------------------

IN_PROCESS = """
import http.client, json, sys, threading
from urllib.parse import urlsplit
from mockcrm.server import MockCRM

CYCLES, POLLERS = 100, 3
unexpected = []

def poll(url, headers, first):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    while True:
        connection.request("GET", "/crm/v2/Leads/actions/mass_update?job_id=1", headers=headers)
        response = connection.getresponse()
        status, body = response.status, json.loads(response.read())
        first.release()
        if status == 401 and body["code"] == "INVALID_TOKEN":
            break
        if body["code"] == "INVALID_TOKEN" or status >= 500:
            unexpected.append((status, body))
            break
    connection.close()

with MockCRM("empty") as crm:
    for _ in range(CYCLES):
        first = threading.Semaphore(0)
        with crm.new_org() as org:
            pollers = [threading.Thread(target=poll, args=(org.url, org.headers, first)) for _ in range(POLLERS)]
            for poller in pollers:
                poller.start()
            for _ in pollers:
                assert first.acquire(timeout=60)
        for poller in pollers:
            poller.join()
assert unexpected == [], unexpected
print("lived")
"""


def test_the_process_of_a_test_lives_when_its_clients_outlive_their_orgs() -> None:
    line = [sys.executable, "-W", "error", "-c", IN_PROCESS]
    done = subprocess.run(line, capture_output=True, text=True, timeout=300, check=False, env=clean_environment())

    assert (done.returncode, done.stdout, done.stderr) == (0, "lived\n", "")
