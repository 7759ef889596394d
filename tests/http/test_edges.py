"""The edges of the server when its state fails or a request is cancelled: one line in the log, one unpin, no 500 of the
server's own."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from mockcrm.core import journal
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry import OrgNotOpen
from mockcrm.http import exchange as gateway
from mockcrm.http.exchange import EmulatedPath
from tests.accounts.consenting import FIXTURE, OAuthClient
from tests.support.application import Application

HELD = "database is locked"
INTERNAL = {"code": "INTERNAL_ERROR", "details": {}, "message": "Internal Server Error", "status": "error"}


def held(*_arguments: Any, **_more: Any) -> Any:
    raise sqlite3.OperationalError(HELD)


@pytest.fixture
def own() -> Iterator[Application]:
    """An application whose registry may be broken."""
    with Application() as running:
        yield running


def test_a_held_registry_is_one_line_of_the_accounts_host(
    own: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = OAuthClient(own.org(FIXTURE).entry_of(1))
    code = client.code()
    caplog.set_level(logging.ERROR, "mockcrm.http")
    monkeypatch.setattr(type(own.registry.credentials), "client", held)

    answer = client.exchange(code)

    assert (answer.status_code, answer.json()) == (500, INTERNAL)
    (record,) = caplog.records
    assert record.getMessage() == f"POST /oauth/v2/token: {HELD}"
    assert record.exc_info is None


@pytest.mark.parametrize("size", [0, journal.MAX_BYTES + 1])
def test_a_held_registry_is_an_error_of_the_emulated_api(
    own: Application, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    org = own.org()
    monkeypatch.setattr(type(own.registry.credentials), "session", held)

    answer = org.send("POST", "/crm/v2/Leads", b" " * size)

    assert (answer.status_code, answer.json()) == (500, INTERNAL)


def test_a_request_cancelled_while_its_org_opens_unpins_it_once(
    own: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    org = own.org()
    with org.using() as known:
        pinned: Org = known
    pins: list[str] = []
    closed = OrgNotOpen(org.uid)

    async def not_open(*_: Any) -> None:
        raise closed

    opening = asyncio.Event()

    async def pin_async(uid: str) -> Org:
        if pins:
            opening.set()
            await asyncio.Event().wait()
        pins.append("pin")
        return pinned

    monkeypatch.setattr(EmulatedPath, "_answer", not_open)
    monkeypatch.setattr(gateway, "_kept_of_body", gateway._beginning)
    monkeypatch.setattr(own.registry, "pin_async", pin_async)
    monkeypatch.setattr(pinned, "unpin", lambda: pins.append("unpin"))

    async def cancelled() -> None:
        task = asyncio.ensure_future(own.client.get("/crm/v2/Leads", headers=org.headers))
        await opening.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    own.run(cancelled())

    assert pins == ["pin", "unpin"]
