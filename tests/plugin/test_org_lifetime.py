"""Clients that outlive their test, and so their org: the session's server goes on, and they get INVALID_TOKEN."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import http.client
import json
import threading
from urllib.parse import urlsplit

import pytest

PATH = "/crm/v2/Leads/actions/mass_update?job_id=1"
pollers, ends = [], []


def poll(url, headers, first):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    code, status = None, None
    while code in (None, "NOT_FOUND"):  # of the job
        connection.request("GET", PATH, headers=headers)
        response = connection.getresponse()
        status, code = response.status, json.loads(response.read()).get("code")
        first.set()
    ends.append((status, code))
    connection.close()


@pytest.mark.parametrize("number", range(120))
def test_a_poller_is_left_behind(mockcrm, number):
    first = threading.Event()
    pollers.append(threading.Thread(target=poll, args=(mockcrm.url, mockcrm.headers, first), daemon=True))
    pollers[-1].start()
    assert first.wait(60)


def test_every_poller_ended(mockcrm, mockcrm_server):
    for poller in pollers:
        poller.join(60)
    assert ends == [(401, "INVALID_TOKEN")] * len(pollers)
    assert mockcrm_server.health()["status"] == "ok"
    assert [item["org"] for item in mockcrm_server.orgs()] == ["default", mockcrm.org]
"""


def test_a_poller_may_outlive_its_test(alone: pytest.Pytester) -> None:
    alone.makepyfile(SUITE)

    alone.runpytest_subprocess("-W", "error", "-x").assert_outcomes(passed=121)
