"""The policy `polled` over a socket: several clients read the status of one job at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from .server import Org

VIEW = "554023000000091518"
TOTAL = 1_200
POLICY = {"mode": "polled", "polls": {"scheduled": 4, "running": 24}}
RANK = {"SCHEDULED": 0, "RUNNING": 1, "COMPLETED": 2}
Read = tuple[float, float, tuple[int, int]]
"""When it was sent, when its response was received, and what it showed: the state's rank and the records processed."""


@pytest.fixture
def org(make_org: Callable[..., Org]) -> Org:
    return make_org(
        {
            "mockcrm": 1,
            "settings": {"job_policy": POLICY},
            "custom_views": [{"id": VIEW, "module": "Leads", "name": "Everybody"}],
            "generate": [{"module": "Leads", "count": TOTAL, "fields": {"Last_Name": "Lead {n}"}}],
        }
    )


def test_no_client_sees_less_than_another_has_seen_before(org: Org) -> None:
    job_id = org.schedule("Leads", VIEW, {"City": "Chennai"})

    def poll(_number: int) -> list[Read]:
        found: list[Read] = []
        with httpx.Client(base_url=org.url, headers=org.headers, timeout=60, trust_env=False) as client:
            while not found or found[-1][2][0] < RANK["COMPLETED"]:
                sent = time.monotonic()
                response = client.get("/crm/v2/Leads/actions/mass_update", params={"job_id": job_id})
                (item,) = response.json()["data"]
                done = item["Updated_Count"] + item["Failed_Count"]
                assert done + item["Not_Updated_Count"] == item["Total_Count"] == TOTAL
                found.append((sent, time.monotonic(), (RANK[item["Status"]], done)))
        return found

    with ThreadPoolExecutor(6) as pool:
        reads = [read for found in pool.map(poll, range(6)) for read in found]

    for _, received, seen in reads:
        assert all(seen <= later for sent, _, later in reads if sent > received)
    states = [rank for _, _, (rank, _) in reads]
    assert (states.count(0), states.count(1)) == (4, 24)
    shares = sorted(done for _, _, (rank, done) in reads if rank == 1)
    assert shares == [*range(50, TOTAL, 50), TOTAL - 1]
