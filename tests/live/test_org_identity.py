"""A new org of a deleted org's name is a new org: no snapshot, record, request or token of the old one is the new's,
whatever was under way when the old one was deleted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from .crowd import INVALID_TOKEN, WAIT, Connection
from .server import Org, RunningServer

NAME = "victim"
LEAD = "554023000000480001"
SLOW_MS = 1_000
"""How long a slow request takes: enough to delete an org and make another meanwhile, which takes some 30."""


def fixture(city: str) -> dict[str, Any]:
    return {"mockcrm": 1, "records": {"Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle", "City": city}}]}}


def made(server: RunningServer, content: dict[str, Any] | None = None) -> Org:
    """An org of the one name."""
    body = {"name": NAME} if content is None else {"name": NAME, "fixture": content}
    return Org(server, NAME, server.control("POST", "/orgs", body, expect=201))


def assert_unknown(server: RunningServer, token: str) -> None:
    """The token is nobody's."""
    told = server.get("/crm/v2/Leads", headers={"Authorization": f"Zoho-oauthtoken {token}"})
    assert (told.status_code, told.json()) == (401, INVALID_TOKEN)


def until(reached: Callable[[], bool]) -> None:
    """Wait for something that can be seen."""
    deadline = time.monotonic() + WAIT
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RunningServer]:
    """A server of the test's own, which has nothing to say on stderr."""
    with RunningServer(env={"TMPDIR": str(tmp_path)}) as running:
        yield running
        assert running.stop() == 0, running.told()
        assert running.errors == []


# -- requests under way ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [{}, {"error": "INTERNAL_ERROR"}, {"drop": "request"}],
    ids=["slow", "error", "no answer"],
)
def test_a_request_under_way_is_not_in_the_journal_of_the_next_org_of_the_name(
    own: RunningServer, fault: dict[str, Any]
) -> None:
    old = made(own, fixture("Old"))
    faults = f"/_mockcrm/orgs/{NAME}/faults"
    assert own.post(faults, json={"delay_ms": SLOW_MS, **fault}).status_code == 201

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(asked, old, "/crm/v2/Leads")
        until(lambda: own.get(faults).json()["faults"][0]["fired"] == 1)
        old.delete()
        new = made(own)
        told = slow.result(timeout=WAIT)

    assert b"Old" not in told
    assert new.control("GET", "/requests")["requests"] == []
    assert new.control("GET", "/faults")["faults"] == []


def asked(org: Org, path: str) -> bytes:
    """A request on a connection of its own; what came back, nothing when the connection broke."""
    try:
        return httpx.get(org.url + path, headers=org.headers, timeout=WAIT, trust_env=False).content
    except httpx.TransportError:
        return b""


@pytest.mark.parametrize(
    ("grant", "auth"),
    [
        ("client_credentials", "strict"),
        ("client_credentials", "any"),
        ("refresh_token", "any"),
        ("authorization_code", "any"),
    ],
)
def test_a_token_that_is_given_after_the_deletion_is_none_of_the_next_org_of_the_name(
    own: RunningServer, grant: str, auth: str
) -> None:
    old = made(own, {"mockcrm": 1, "settings": {"auth": auth}})
    faults = f"/_mockcrm/orgs/{NAME}/faults"
    match = {"path": "/oauth/v2/token"}
    assert own.post(faults, json={"match": match, "delay_ms": SLOW_MS}).status_code == 201
    form = {
        "grant_type": grant,
        "client_id": old.client_id,
        "client_secret": old.client_secret,
        "refresh_token": old.refresh_token,
        "code": old.granted["grant_code"],
        "scope": "ZohoCRM.modules.ALL",
    }

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(httpx.post, f"{own.url}/oauth/v2/token", data=form, timeout=WAIT, trust_env=False)
        until(lambda: own.get(faults).json()["faults"][0]["fired"] == 1)
        old.delete()
        new = made(own, fixture("New"))
        told = slow.result(timeout=WAIT)

    assert told.status_code < 500
    if "access_token" in told.json():
        assert_unknown(own, told.json()["access_token"])
    assert_unknown(own, old.access_token)
    assert new.record("Leads", LEAD)["City"] == "New"


# -- one org after another of one name ---------------------------------------------------------------------------

ROUNDS = 60


def test_whoever_has_a_token_of_one_never_sees_another(own: RunningServer) -> None:
    odd: list[str] = []

    def read(token: str, city: str, begun: threading.Semaphore) -> None:
        connection = Connection(own.url)
        headers = {"Authorization": f"Zoho-oauthtoken {token}"}
        status = 200
        while status == 200 and not odd:
            status, content = connection.send("GET", f"/crm/v2/Leads/{LEAD}", headers=headers)
            begun.release()
            told = json.loads(content)
            if (status, told) != (401, INVALID_TOKEN) and told.get("data", [{}])[0].get("City") != city:
                odd.append(f"{city}: {status} {content[:300]!r}")
        connection.close()

    def renew(org: Org, tokens: list[str], begun: threading.Semaphore) -> None:
        form = {
            "grant_type": "refresh_token",
            "client_id": org.client_id,
            "client_secret": org.client_secret,
            "refresh_token": org.refresh_token,
        }
        connection = Connection(own.url)
        told: dict[str, Any] = {"access_token": ""}
        while "access_token" in told:
            content = str(httpx.QueryParams(form))
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            status, answer = connection.send("POST", "/oauth/v2/token", content, kind)
            begun.release()
            told = json.loads(answer)
            if "access_token" in told:
                tokens.append(told["access_token"])
            elif status >= 500:
                odd.append(f"refresh: {status} {answer[:300]!r}")
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        for number in range(ROUNDS):
            city = f"City {number}"
            org = made(own, fixture(city))
            tokens: list[str] = []
            begun = [threading.Semaphore(0) for _ in range(4)]
            readers = [pool.submit(read, org.access_token, city, begun[n]) for n in range(2)]
            readers += [pool.submit(renew, org, tokens, begun[n]) for n in (2, 3)]
            assert all(started.acquire(timeout=WAIT) for started in begun)
            org.delete()
            next_one = made(own, fixture("Next"))
            for reader in readers:
                reader.result(timeout=WAIT)
            assert odd == []
            assert tokens
            for token in [org.access_token, *tokens[-5:]]:
                assert_unknown(own, token)
            assert own.get("/crm/v2/Leads", headers=next_one.headers).status_code == 200
            next_one.delete()
