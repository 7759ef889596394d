"""What the application does outside the event loop: loading the control API, closing the state."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx
import pytest

from mockcrm import app as app_module
from tests.support.application import Application


def test_the_control_api_is_made_once_and_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    begun, goes_on = threading.Event(), threading.Event()
    found = app_module.import_module

    def slow(name: str) -> Any:
        threads.append(threading.current_thread())
        begun.set()
        assert goes_on.wait(30), "the event loop stands still"
        return found(name)

    monkeypatch.setattr(app_module, "import_module", slow)
    with Application() as own:

        async def calls() -> list[httpx.Response]:
            first = [asyncio.ensure_future(own.client.get("/_mockcrm/orgs")) for _ in range(3)]
            assert await asyncio.to_thread(begun.wait, 30)
            health = await own.client.get("/_mockcrm/health")
            goes_on.set()
            return [health, *await asyncio.gather(*first)]

        responses = own.run(calls())

    assert [response.status_code for response in responses] == [200] * 4
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_the_end_of_the_lifespan_leaves_the_loop_free(monkeypatch: pytest.MonkeyPatch) -> None:
    closing, responded = threading.Event(), threading.Event()

    def waits(_: Any) -> None:
        closing.set()
        assert responded.wait(30), "the event loop stands still"

    monkeypatch.setattr(app_module, "close_app", waits)

    async def ended(own: Application) -> None:
        async def end() -> None:
            async with app_module._lifespan(own.app):
                pass

        task = asyncio.ensure_future(end())
        assert await asyncio.to_thread(closing.wait, 30)
        responded.set()
        await task

    with Application() as own:
        own.run(ended(own))
