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
from mockcrm.core.faults import Match
from mockcrm.core.orgs.org import Org
from mockcrm.http import exchange
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

    response = client.exchange(code)

    assert (response.status_code, response.json()) == (500, INTERNAL)
    (record,) = caplog.records
    assert record.getMessage() == f"POST /oauth/v2/token: {HELD}"
    assert record.exc_info is None


@pytest.mark.parametrize("size", [0, journal.MAX_BYTES + 1])
def test_a_held_registry_is_an_error_of_the_emulated_api(
    own: Application, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    org = own.org()
    monkeypatch.setattr(type(own.registry.credentials), "find_token", held)

    response = org.send("POST", "/crm/v2/Leads", b" " * size)

    assert (response.status_code, response.json()) == (500, INTERNAL)


def test_a_request_that_is_cancelled_while_it_waits_releases_its_org(
    own: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    org = own.org()
    with org.using() as opened:
        known: Org = opened
    waiting = asyncio.Event()

    async def wait(*_: Any) -> None:
        waiting.set()
        await asyncio.Event().wait()

    own.registry.faults.add(org.uid, Match(), delay_ms=1)
    monkeypatch.setattr(exchange, "injected_response", wait)

    async def cancelled() -> int:
        task = asyncio.ensure_future(own.client.get("/crm/v2/Leads", headers=org.headers))
        await waiting.wait()
        pins = known._pins
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return pins

    assert (own.run(cancelled()), known._pins) == (1, 0)
