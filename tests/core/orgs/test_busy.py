"""A file whose lock another process holds: the server waits for it without delaying other orgs, and not for ever."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from mockcrm.app import open_registry
from mockcrm.core.faults import Match
from mockcrm.core.orgs import database
from mockcrm.core.orgs.org import OrgGone
from mockcrm.core.orgs.registry import OrgRegistry
from mockcrm.core.records import store as records
from mockcrm.fixture_format.parse import parse_fixture
from mockcrm.settings import Settings
from tests.support.application import Application

LEAD_ID = "554023000000480001"
LEAD = {"records": {"Leads": [{"id": LEAD_ID, "fields": {"Last_Name": "Boyle", "Company": "Zylker"}}]}}
UPDATE = "UPDATE record SET modified_time = modified_time + 1"


@pytest.fixture
def registry() -> Iterator[OrgRegistry]:
    made = open_registry(Settings())
    for name in ("a", "b"):
        made.create(name, parse_fixture({"mockcrm": 1, **LEAD}, "test"))
    yield made
    made.close()


@contextmanager
def held(path: Path) -> Iterator[sqlite3.Connection]:
    """Hold the write lock of a file as another process does; COMMIT lets go."""
    with closing(sqlite3.connect(path, isolation_level=None)) as process:
        process.execute("BEGIN IMMEDIATE")
        yield process


def update(connection: sqlite3.Connection) -> int:
    return connection.execute(UPDATE).rowcount


@pytest.mark.parametrize("long", [False, True])
def test_write_waits_for_the_file_and_holds_up_nobody(registry: OrgRegistry, long: bool) -> None:
    async def work() -> None:
        with registry.using("a") as a, registry.using("b") as b, held(a.path) as process:
            waiting = [asyncio.ensure_future(a.write(update, long=long)) for _ in range(3)]
            assert await b.write(update) == 1
            assert await b.write(update, long=True) == 1
            assert not any(task.done() for task in waiting)
            assert await a.scan(lambda connection: connection.execute("SELECT 1").fetchone()) == (1,)
            process.execute("COMMIT")
            assert await asyncio.gather(*waiting) == [1, 1, 1]
            assert not a.gate.held

    asyncio.run(work())


def test_write_gives_up_in_the_end_and_changes_nothing(registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with registry.using("a") as org, held(org.path) as process:
        for attempt in (
            lambda: asyncio.run(org.write(update)),
            lambda: asyncio.run(org.write(update, long=True)),
            lambda: org.write_blocking(update),
            lambda: org.try_write(update),
            lambda: org.change_settings({"strict_picklists": True}),
            lambda: registry.reset("a"),
        ):
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                attempt()
        assert org.settings.strict_picklists is False
        process.execute("COMMIT")
        assert org.write_blocking(update) == 1
        registry.reset("a")


def test_write_that_is_cancelled_while_it_waits_leaves_the_gate_open(registry: OrgRegistry) -> None:
    async def work() -> None:
        with registry.using("a") as org, held(org.path) as process:
            task = asyncio.ensure_future(org.write(update))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            process.execute("COMMIT")
            assert await org.write(update) == 1

    asyncio.run(work())


def test_write_that_waits_ends_when_the_org_is_deleted(registry: OrgRegistry) -> None:
    async def work() -> None:
        with registry.using("a") as org, held(org.path):
            task = asyncio.ensure_future(org.write(update))
            await asyncio.sleep(0)
            registry.delete("a")
            with pytest.raises(OrgGone):
                await task

    asyncio.run(work())


def test_reset_waits_for_the_file(registry: OrgRegistry) -> None:
    with registry.using("a") as org, held(org.path) as process, ThreadPoolExecutor() as pool:
        reset = pool.submit(registry.reset, "a")
        registry.reset("b")
        process.execute("COMMIT")
        assert reset.result(30) == org.uid


def test_tokens_are_known_while_the_registry_is_held_and_issued_afterwards(registry: OrgRegistry) -> None:
    credentials = registry.credentials
    uid = registry.uid_of("a") or ""
    entry = credentials.entries(uid)[0]
    grant = credentials.grant_by_refresh(entry.refresh_token or "")
    assert grant is not None
    with held(registry.root / "registry.sqlite") as process, ThreadPoolExecutor() as pool:
        issued = pool.submit(credentials.issue, grant, 0.0)
        session = credentials.find_token(entry.access_token or "")
        assert session is not None
        assert credentials.find_token("nonsense") is None
        assert credentials.client(entry.client_id) is not None
        process.execute("COMMIT")
        assert credentials.find_token(issued.result(30).token) is not None


def test_resets_of_an_org_whose_file_is_held_keep_no_other_org_waiting(registry: OrgRegistry) -> None:
    async def work() -> None:
        credentials = registry.credentials
        entry = credentials.entries(registry.uid_of("b") or "")[0]
        grant = credentials.grant_by_refresh(entry.refresh_token or "")
        assert grant is not None
        with registry.using("a") as org, held(org.path) as process:
            resets = [asyncio.ensure_future(registry.reset_async("a")) for _ in range(40)]
            await asyncio.sleep(0)
            assert await registry.reset_async("b") == registry.uid_of("b")
            issue = partial(credentials.issue, grant, 0.0)
            assert await asyncio.get_running_loop().run_in_executor(registry.waiting_pool, issue) is not None
            registry.create("c", None)
            opened = await registry.pin_async(registry.uid_of("c") or "")
            assert opened is not None
            opened.unpin()
            assert not any(task.done() for task in resets)
            process.execute("COMMIT")
            assert set(await asyncio.gather(*resets)) == {org.uid}

    asyncio.run(work())


def test_org_is_opened_while_the_registry_is_held(registry: OrgRegistry) -> None:
    async def work() -> None:
        uid = registry.uid_of("a") or ""
        grants = [registry.credentials.entries(uid)[0].refresh_token or ""] * 20
        loop = asyncio.get_running_loop()
        with held(registry.root / "registry.sqlite") as process:
            waiting = [
                loop.run_in_executor(registry.waiting_pool, registry.credentials.revoke, text, lambda _: False)
                for text in grants
            ]
            org = await registry.pin_async(uid)
            assert org is not None
            assert records.count(org.reader) == 1
            org.unpin()
            process.execute("COMMIT")
            assert await asyncio.gather(*waiting) == [False] * 20

    asyncio.run(work())


def test_cancelled_opening_leaves_no_pin(registry: OrgRegistry) -> None:
    async def work() -> None:
        opening = asyncio.ensure_future(registry.pin_async(registry.uid_of("a") or ""))
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening

    asyncio.run(work())
    with registry.using("a") as org:
        assert org._pins == 1
    registry.delete("a")
    registry.maintenance.wait_until_idle()
    assert not list((registry.root / "orgs").glob("a-*"))


@pytest.mark.parametrize("change", ["reset", "load"])
def test_registry_that_stays_held_lets_a_change_of_an_org_change_nothing(
    registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    brought = {"mockcrm": 1, "clients": [{"client_id": "c"}], "records": {"Leads": [{"id": "2"}]}}
    changes = {"reset": lambda: registry.reset("a"), "load": lambda: registry.load("a", parse_fixture(brought, "test"))}
    with registry.using("a") as org:
        org.write_blocking(update)
        registry.faults.add(org.uid, Match(), drop="request")
        before = org.scan_blocking(lambda connection: list(connection.iterdump()))
        with held(registry.root / "registry.sqlite") as process:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                changes[change]()
            assert org.scan_blocking(lambda connection: list(connection.iterdump())) == before
            assert len(registry.faults.of(org.uid)) == 1
            process.execute("COMMIT")
        changes[change]()
        assert org.scan_blocking(lambda connection: list(connection.iterdump())) != before


def test_more_resets_than_threads_beside_long_writes_end(registry: OrgRegistry) -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        with registry.using("a") as org:
            resets = [loop.run_in_executor(registry.waiting_pool, registry.reset, "a") for _ in range(40)]
            writes = [org.write(update, long=True) for _ in range(40)]
            await asyncio.wait_for(asyncio.gather(*resets, *writes), 60)

    asyncio.run(work())


def test_request_to_an_org_whose_file_stays_held_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with Application() as application:
        org = application.org(LEAD)
        with org.using() as opened, held(opened.path):
            response = org.mass_update("Leads", {"data": [{"City": "Erode"}], "ids": [LEAD_ID]})
            assert (response.status_code, response.json()["code"]) == (500, "INTERNAL_ERROR")
            assert org.get("/crm/v2/Leads").status_code == 200
        assert org.mass_update("Leads", {"data": [{"City": "Erode"}], "ids": [LEAD_ID]}).status_code == 200
