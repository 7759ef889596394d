"""The commands policy, faults and requests, against a server in this process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import httpx
import orjson
import pytest

from mockcrm.client import OrgControl
from mockcrm.server import MockCRM
from tests.cli.running import command, run

LEADS = "/crm/v2/Leads"


@pytest.fixture(scope="module")
def crm() -> Iterator[MockCRM]:
    with MockCRM("empty") as running:
        yield running


@pytest.fixture
def org(crm: MockCRM) -> Iterator[OrgControl]:
    """The org `default`, after a reset."""
    with crm.control as control:
        found = control.org()
        found.reset()
        yield found


def get(crm: MockCRM, path: str = LEADS) -> int:
    with crm.control as control:
        token = control.info()["access_token"]
    return httpx.get(crm.url + path, headers={"Authorization": f"Bearer {token}"}, trust_env=False).status_code


def test_the_policy_is_shown_and_changed(crm: MockCRM, org: OrgControl) -> None:
    assert run(crm, "policy") == (0, "auto\n", "")
    code, text, _ = run(crm, "policy", "polled", "--scheduled", "3", "--running", "0")
    assert (code, text) == (0, "polled: 3 status reads see SCHEDULED, 0 RUNNING\n")
    code, text, _ = run(crm, "policy", "paced", "--start-delay", "2.5", "--records-per-second", "40", "--json")
    assert orjson.loads(text) == {
        "mode": "paced",
        "start_delay": 2.5,
        "records_per_second": 40.0,
        "polls": {"scheduled": 3, "running": 0},
    }
    assert run(crm, "policy")[1] == "paced: 2.5 s in SCHEDULED, then 40 records a second\n"
    assert org.jobs.policy()["mode"] == "paced"


def test_a_bad_policy_is_one_line(crm: MockCRM, org: OrgControl) -> None:
    refused = "mockcrm: policy: mode: expected one of: auto, paced, polled, manual, got 'fast'\n"
    assert run(crm, "policy", "fast") == (2, "", refused)


def test_faults_are_added_listed_and_cleared(crm: MockCRM, org: OrgControl) -> None:
    assert run(crm, "faults", "list") == (0, "default has no faults\n", "")
    added = run(
        crm, "faults", "add", "--path", "/crm/*", "--method", "get", "--error", "TOO_MANY_REQUESTS", "--times", "2"
    )
    (fault,) = org.faults.list()
    line = f"{fault['id']}: GET /crm/*: error TOO_MANY_REQUESTS (2 times; seen 0, fired 0)\n"
    assert added == (0, line, "")
    assert get(crm) == 429
    listed = run(crm, "faults", "list")[1]
    assert listed == line.replace("seen 0, fired 0", "seen 1, fired 1")
    slow = run(crm, "faults", "add", "--pieces", "3", "--pause-ms", "1", "--after", "9", "--json")[1]
    assert orjson.loads(slow)["slow"] == {"pieces": 3, "pause_ms": 1}
    assert len(orjson.loads(run(crm, "faults", "list", "--json")[1])["faults"]) == 2
    assert run(crm, "faults", "clear", fault["id"])[:2] == (0, "deleted 1\n")
    assert run(crm, "faults", "clear", "--json")[:2] == (0, '{\n  "deleted": 1\n}\n')
    assert get(crm) == 204


def test_bad_faults_are_one_line(crm: MockCRM, org: OrgControl) -> None:
    code, _, line = run(crm, "faults", "add", "--error", "INTERNAL_ERORR")
    assert (code, line) == (
        2,
        "mockcrm: fault: error: unknown error 'INTERNAL_ERORR'; did you mean 'INTERNAL_ERROR'?\n",
    )
    code, _, line = run(crm, "faults", "clear", "77777")
    assert (code, line) == (2, "mockcrm: the org 'default' has no fault '77777'\n")


def test_requests_are_listed_searched_and_cleared(crm: MockCRM, org: OrgControl) -> None:
    assert run(crm, "requests") == (0, "default has no matching requests\n", "")
    assert (get(crm), get(crm, "/crm/v2/Nothing?page=2")) == (204, 400)
    first, second = run(crm, "requests")[1].splitlines()
    assert first.split(" ")[1:-2] == ["GET", LEADS, "204"]
    assert second.split(" ")[1:-2] == ["GET", "/crm/v2/Nothing?page=2", "400", "INVALID_MODULE"]
    assert run(crm, "requests", "--rule", "INVALID_MODULE")[1].splitlines() == [second]
    assert run(crm, "requests", "--limit", "1")[1].splitlines() == [second]
    shown = orjson.loads(run(crm, "requests", "--status", "204", "--json")[1])
    assert [entry["path"] for entry in shown["requests"]] == [LEADS]
    assert (org.requests.count(method="GET"), org.requests.count(path="*/Nothing")) == (2, 1)
    assert run(crm, "requests", "--clear") == (0, "deleted 2\n", "")
    assert org.requests.find() == []


def test_requests_are_followed(crm: MockCRM, org: OrgControl) -> None:
    get(crm)
    line, env = command(crm.url, "requests", "--follow", "--json")
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        try:
            seen = [orjson.loads(process.stdout.readline())]
            get(crm, "/crm/v2/Deals")
            seen.append(orjson.loads(process.stdout.readline()))
        finally:
            process.terminate()
    assert [entry["path"] for entry in seen] == [LEADS, "/crm/v2/Deals"]
