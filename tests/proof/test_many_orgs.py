"""Thousands of orgs on one server: opened when requested, closed when idle, with bounded file handles and memory."""

from __future__ import annotations

import random
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live.server import Org, RunningServer

from .process import open_files, resident_bytes

USUAL_LIMIT = 1024
"""The usual limit of file handles of a process."""
WARM = 250
"""Orgs after which the server has its threads, its caches are full, and as many orgs are open as it keeps open."""
BYTES_PER_ORG = 32 << 10
"""What an org more may cost that is not open: its name, its latest requests."""
SLACK = 32 << 20
"""By how much memory varies by itself."""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("count", [300, pytest.param(5_000, marks=pytest.mark.slow)])
def test_many_orgs_on_one_server(count: int) -> None:
    import resource

    with RunningServer() as server:
        pid = server.process.pid
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (USUAL_LIMIT, USUAL_LIMIT))
        with ThreadPoolExecutor(8) as clients:
            orgs: list[Org] = list(clients.map(lambda _: server.create_org(), range(WARM)))
            list(clients.map(insert, orgs))
            warm = resident_bytes(pid)

            orgs += clients.map(lambda _: server.create_org(), range(count - len(orgs)))
            random.Random(count).shuffle(orgs)
            ids = list(clients.map(insert, orgs))
            assert open_files(pid) < USUAL_LIMIT / 2
            assert all(
                clients.map(
                    lambda each: each[0].record("Leads", each[1])["Company"] == each[0].name,
                    zip(orgs, ids, strict=True),
                )
            )

        assert len(server.control("GET", "/orgs")["orgs"]) == count + 1
        grown = resident_bytes(pid) - warm
        print(
            f"{count} orgs: {open_files(pid)} file handles, {warm >> 20} MB with {WARM}, {grown >> 20} MB more with all"
        )
        assert grown < (count - WARM) * BYTES_PER_ORG + SLACK
        assert server.stop() == 0
        assert server.errors == []


def insert(org: Org) -> str:
    """A Lead of the org's own; its id."""
    body = {"data": [{"Last_Name": "Boyle", "Company": org.name}]}
    response = org.server.post("/crm/v2/Leads", json=body, headers=org.headers)
    assert response.status_code == 201, response.text
    return str(response.json()["data"][0]["details"]["id"])
