"""xdist workers on one shared server: each of hundreds of tests fills, changes, breaks and resets its own org."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mockcrm.server import MockCRM

SUITE = """
import http.client
import json
from urllib.parse import urlsplit

import pytest

VIEW, FIRST = "554023000000091518", 554023000000480001
COUNT = 12
PATH = "/crm/v2/Leads/actions/mass_update"
# All tests use the same ids, names and paths; only the org differs.
FIXTURE = {
    "custom_views": [{"id": VIEW, "module": "Leads", "name": "Everybody"}],
    "records": {"Leads": [
        {"id": str(FIRST + number), "fields": {"Last_Name": f"L {number}", "Company": "Z"}} for number in range(COUNT)
    ]},
}


def call(org, method, path, body=None):
    connection = http.client.HTTPConnection(urlsplit(org.url).netloc)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), org.headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read() or "null")
    finally:
        connection.close()


def cities(org):
    return {record["City"] for record in call(org, "GET", "/crm/v2/Leads")[1]["data"]}


@pytest.mark.mockcrm(job_mode="manual")
@pytest.mark.parametrize("number", range(%d))
def test_an_org_belongs_to_one_test(mockcrm, number):
    assert call(mockcrm, "GET", "/crm/v2/Leads") == (204, None)
    own = f"City {number}"

    # load and update, partly by a job that does not advance
    mockcrm.load(FIXTURE)
    assert call(mockcrm, "POST", PATH, {"data": [{"City": own}], "ids": [str(FIRST)]})[0] == 200
    assert cities(mockcrm) == {None, own}
    job_id = call(mockcrm, "POST", PATH, {"data": [{"City": own}], "cvid": VIEW})[1]["data"][0]["details"]["job_id"]
    assert [job["status"] for job in mockcrm.jobs.list()] == ["SCHEDULED"]
    part = number %% COUNT
    assert mockcrm.jobs.step(job_id, part or None)["updated"] == (part or COUNT)
    mockcrm.jobs.run()
    assert cities(mockcrm) == {own}

    # break
    seconds = 1000 * number
    mockcrm.clock.freeze(seconds)
    fires = 1 + number %% 2
    fault = mockcrm.faults.add(path="*/Leads", error="INTERNAL_ERROR", times=fires)
    assert [call(mockcrm, "GET", "/crm/v2/Leads")[0] for _ in range(3)] == [500] * fires + [200] * (3 - fires)
    assert [(item["id"], item["fired"]) for item in mockcrm.faults.list()] == [(fault["id"], fires)]
    assert mockcrm.requests.count(rule="INTERNAL_ERROR") == fires
    assert mockcrm.clock.now().timestamp() == seconds

    # reset
    mockcrm.reset()
    assert (mockcrm.faults.list(), mockcrm.jobs.list(), mockcrm.requests.count()) == ([], [], 0)
    assert call(mockcrm, "GET", "/crm/v2/Leads") == (204, None)
"""


@pytest.mark.parametrize(("workers", "tests"), [(4, 60), pytest.param(8, 400, marks=pytest.mark.slow)])
def test_no_test_sees_the_state_of_another(tmp_path: Path, workers: int, tests: int) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE % tests)
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MOCKCRM_", "PYTEST_"))}
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = ["-p", "xdist", "-p", "mockcrm.pytest_plugin", "-p", "no:cacheprovider"]
    line = [sys.executable, "-m", "pytest", "-q", *plugins, "-n", str(workers)]
    with MockCRM("empty") as crm:
        done = subprocess.run(
            line,
            cwd=tmp_path,
            env={**env, "MOCKCRM_URL": crm.url},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        with crm.control as control:
            left = [item["org"] for item in control.orgs()]

    assert done.returncode == 0, done.stdout[-10_000:]
    assert f"{tests} passed" in done.stdout
    assert left == ["default"]
