"""The commands jobs --watch, fail and run."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator

import httpx
import orjson
import pytest

from mockcrm.server import MockCRM
from mockcrm.testing import MockOrg
from tests.cli.running import command, on_terminal, run
from tests.support.for_each import for_each

VIEW = "554023000000091518"
FIVE = {
    "custom_views": [{"id": VIEW, "module": "Leads", "name": "Everybody"}],
    "generate": [{"module": "Leads", "count": 5, "fields": {"Last_Name": "L {n}", "Company": "Z"}}],
}


@pytest.fixture(scope="module")
def crm() -> Iterator[MockCRM]:
    with MockCRM("empty") as running:
        yield running


@pytest.fixture
def org(crm: MockCRM) -> Iterator[MockOrg]:
    """Five Leads, and jobs that are moved by hand."""
    with crm.new_org(FIVE, job_mode="manual") as made:
        yield made


def schedule(org: MockOrg) -> str:
    """The id of a job over the five."""
    url = f"{org.url}/crm/v2/Leads/actions/mass_update"
    body = {"data": [{"City": "Erode"}], "cvid": VIEW}
    response = httpx.post(url, json=body, headers=org.headers, trust_env=False).json()
    job_id: str = response["data"][0]["details"]["job_id"]
    return job_id


def test_a_job_is_watched_until_its_end(crm: MockCRM, org: MockOrg) -> None:
    job_id = schedule(org)
    line, env = command(crm.url, "jobs", "--watch", "--org", org.org)
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        seen = [process.stdout.readline()]
        org.jobs.step(job_id, 2)
        seen.append(process.stdout.readline())
        org.jobs.fail(job_id, after=3)
        seen.append(process.stdout.readline())
        assert process.stdout.read() == ""

    assert process.returncode == 0
    assert seen == [
        f"job {job_id} on Leads: SCHEDULED, 0 updated, 0 failed, 5 not updated of 5\n",
        f"job {job_id} on Leads: RUNNING, 2 updated, 0 failed, 3 not updated of 5\n",
        f"job {job_id} on Leads: FAILED, 3 updated, 2 failed, 0 not updated of 5\n",
    ]


def test_one_job_is_watched_as_json(crm: MockCRM, org: MockOrg) -> None:
    first = schedule(org)
    org.jobs.run()
    schedule(org)

    code, text, _ = run(crm, "jobs", first, "--watch", "--json", "--org", org.org)

    (line,) = (orjson.loads(line) for line in text.splitlines())
    assert (code, line["id"], line["status"], line["updated"]) == (0, first, "COMPLETED", 5)


def test_jobs_are_bars_on_a_terminal(crm: MockCRM, org: MockOrg) -> None:
    job_id = schedule(org)
    org.jobs.step(job_id, 2)
    found: list[tuple[int, str]] = []
    watching = threading.Thread(
        target=lambda: found.append(on_terminal(crm, "jobs", "--watch", "--org", org.org)), daemon=True
    )
    watching.start()
    org.jobs.run()
    watching.join(60)

    ((code, seen),) = found
    assert code == 0
    assert f"{job_id} Leads" in seen
    assert "COMPLETED" in seen
    assert "5/5" in seen


def test_watching_an_unknown_job_is_reported_in_one_line(crm: MockCRM, org: MockOrg) -> None:
    refused = f"mockcrm: the org '{org.org}' has no job '1'\n"
    assert run(crm, "jobs", "1", "--watch", "--org", org.org) == (2, "", refused)


def test_a_job_fails_and_the_others_run(crm: MockCRM, org: MockOrg) -> None:
    here = ("--org", org.org)
    failed = schedule(org)
    code, text, _ = run(crm, "fail", failed, "--after", "4", *here)
    assert (code, text.splitlines()[0]) == (
        0,
        f"job {failed} on Leads: FAILED, 4 updated, 1 failed, 0 not updated of 5",
    )
    ran = schedule(org)
    line = f"job {ran} on Leads: COMPLETED, 5 updated, 0 failed, 0 not updated of 5\n"
    assert run(crm, "run", *here) == (0, line, "")
    assert run(crm, "run", *here) == (0, f"{org.org} has no live jobs\n", "")
    assert orjson.loads(run(crm, "run", "--json", *here)[1]) == {"jobs": []}


@for_each("arguments", [("fail", "1"), ("fail", "1", "--after", "-1"), ("fail",), ("step", "1", "--records", "x")])
def test_bad_input_is_one_line(crm: MockCRM, arguments: tuple[str, ...]) -> None:
    code, out, err = run(crm, *arguments)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("mockcrm: ")
