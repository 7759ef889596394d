"""Two hundred clients at once with mixed work beside a job: no 5xx, every response JSON, constant memory."""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import orjson
import pytest

from tests.live.server import Org, RunningServer

from .process import open_files, resident_bytes

CLIENTS = 200
LEADS = 50_000
VIEW = "554023000000091518"
FIRST_LEAD = 554023000000900000
FIXTURE: dict[str, Any] = {
    "mockcrm": 1,
    "custom_views": [
        {"id": VIEW, "module": "Leads", "name": "Everybody"},
        {
            "id": "554023000000091519",
            "module": "Leads",
            "name": "Few",
            "criteria": {"comparator": "equal", "field": "City", "value": "Nowhere"},
        },
    ],
    "records": {
        "Contacts": [
            {"id": str(FIRST_LEAD + n), "fields": {"Last_Name": f"Contact {n}", "Email": f"c{n}@zylker.example"}}
            for n in range(1000)
        ]
    },
    "generate": [
        {"module": "Leads", "count": LEADS, "fields": {"Last_Name": "Lead {n}", "Company": "Zylker", "City": "Madurai"}}
    ],
}
GROWTH = 1.2
"""How much more memory a server may have at the end than when it was warm."""


class Load:
    """The clients of one org, and the responses they got."""

    def __init__(self, org: Org, connections: list[httpx.AsyncClient]) -> None:
        self.org = org
        self._connections = connections
        self.responses: Counter[tuple[str, int]] = Counter()
        self.unexpected: list[str] = []
        self._jobs: list[str] = []
        self._numbers = itertools.count(1)
        self._dice = random.Random(CLIENTS)

    async def run(self, seconds: float) -> None:
        """Run all clients at once, for this long."""
        end = time.monotonic() + seconds
        await asyncio.gather(*(self._client(http, end) for http in self._connections))

    async def _client(self, http: httpx.AsyncClient, end: float) -> None:
        while time.monotonic() < end:
            await self._dice.choice(self.WORKS)(self, http)

    async def _ask(self, http: httpx.AsyncClient, what: str, method: str, path: str, **more: Any) -> Any:
        response = await http.request(method, path, **{"headers": self.org.headers, **more})
        self.responses[what, response.status_code] += 1
        try:
            content = orjson.loads(response.content) if response.status_code != 204 else None
        except ValueError:
            content = None
            self.unexpected.append(f"{method} {path}: {response.status_code}, no JSON: {response.text[:200]!r}")
        if response.status_code >= 400:
            self.unexpected.append(f"{method} {path}: {response.status_code} {response.text[:200]}")
        return content

    def _contact(self) -> str:
        return str(FIRST_LEAD + self._dice.randrange(1000))

    async def _read(self, http: httpx.AsyncClient) -> None:
        await self._ask(http, "read", "GET", f"/crm/v2/Contacts/{self._contact()}")

    async def _list(self, http: httpx.AsyncClient) -> None:
        page = self._dice.randrange(1, 11)
        await self._ask(http, "list", "GET", f"/crm/v8/Leads?fields=Last_Name,City&per_page=50&page={page}")

    async def _metadata(self, http: httpx.AsyncClient) -> None:
        await self._ask(http, "metadata", "GET", "/crm/v8/settings/fields?module=Leads")

    async def _update(self, http: httpx.AsyncClient) -> None:
        body = {"data": [{"Department": f"D{next(self._numbers)}"}], "ids": [self._contact(), self._contact()]}
        await self._ask(http, "update", "POST", "/crm/v2/Contacts/actions/mass_update", json=body)

    async def _insert(self, http: httpx.AsyncClient) -> None:
        body = {"data": [{"Subject": f"Task {next(self._numbers)}"}]}
        await self._ask(http, "insert", "POST", "/crm/v2/Tasks", json=body)

    async def _search(self, http: httpx.AsyncClient) -> None:
        email = f"c{self._dice.randrange(1000)}@zylker.example"
        await self._ask(http, "search", "GET", f"/crm/v2/Contacts/search?email={email}")

    async def _refresh(self, http: httpx.AsyncClient) -> None:
        form = {
            "grant_type": "refresh_token",
            "client_id": self.org.client_id,
            "client_secret": self.org.client_secret,
            "refresh_token": self.org.refresh_token,
        }
        content = await self._ask(http, "refresh", "POST", "/oauth/v2/token", data=form, headers={})
        assert "access_token" in content, content

    async def _job(self, http: httpx.AsyncClient) -> None:
        """Schedule the one job that the view may have: it is accepted, or rejected because there is one."""
        body = {"data": [{"City": f"City {next(self._numbers)}"}], "cvid": VIEW}
        content = await self._ask(http, "job", "POST", "/crm/v2/Leads/actions/mass_update", json=body)
        if content["data"][0]["status"] == "success":
            self._jobs.append(content["data"][0]["details"]["job_id"])

    async def _poll(self, http: httpx.AsyncClient) -> None:
        if not self._jobs:
            await self._job(http)
            return
        content = await self._ask(http, "poll", "GET", f"/crm/v2/Leads/actions/mass_update?job_id={self._jobs[-1]}")
        (item,) = content["data"]
        assert item["Total_Count"] == LEADS
        assert item["Updated_Count"] + item["Failed_Count"] + item["Not_Updated_Count"] == LEADS

    WORKS: tuple[Callable[[Load, httpx.AsyncClient], Awaitable[None]], ...] = (
        *[_read] * 6,
        *[_update] * 4,
        *[_insert] * 3,
        *[_poll] * 3,
        _list,
        _metadata,
        _search,
        _refresh,
        _job,
    )


async def loaded(org: Org, warm: float, seconds: float) -> tuple[Load, list[int]]:
    """Load a server until it is warm, and then for this long; return the responses, and its memory before and after."""
    pid = org.server.process.pid
    async with AsyncExitStack() as stack:
        # A pool of 200 connections in one client costs more than the requests.
        connections = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=org.url, verify=False, timeout=60, trust_env=False)
            )
            for _ in range(CLIENTS)
        ]
        load = Load(org, connections)
        await load.run(warm)
        memory = [resident_bytes(pid)]
        await load.run(seconds)
        memory.append(resident_bytes(pid))
        assert open_files(pid) < CLIENTS + 100
    return load, memory


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(
    ("warm", "seconds"), [(0.5, 1), pytest.param(20, 60, marks=pytest.mark.slow)], ids=["short", "a minute"]
)
def test_two_hundred_clients_with_mixed_work_beside_a_job(warm: float, seconds: float) -> None:
    with RunningServer() as server:
        load, memory = asyncio.run(loaded(server.create_org(FIXTURE), warm, seconds))
        assert load.unexpected == []
        assert {what for what, _ in load.responses} == {
            *("read", "list", "metadata", "update", "insert", "search", "refresh", "job", "poll")
        }
        print(f"{load.responses.total()} responses, {memory[0] >> 20} MB when warm, {memory[1] >> 20} MB at the end")
        if seconds > 30:
            assert memory[1] < memory[0] * GROWTH
        assert server.stop() == 0
        assert server.errors == []
