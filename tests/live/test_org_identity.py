"""A new org of a deleted org's name is a new org: no snapshot, record, request or token of the old one belongs to the
new one, even if requests were in progress when the old one was deleted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from .crowd import INVALID_TOKEN, WAIT, Connection
from .server import Org, RunningServer

LEAD = "554023000000480001"
SLOW_MS = 1_000
"""How long a slow request takes, in milliseconds: enough to delete an org and create another, which takes about 30."""


def fixture(city: str) -> dict[str, Any]:
    return {"mockcrm": 1, "records": {"Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle", "City": city}}]}}


def create(server: RunningServer, name: str, content: dict[str, Any] | None = None) -> Org:
    """Create an org of that name."""
    body = {"name": name} if content is None else {"name": name, "fixture": content}
    return Org(server, name, server.control("POST", "/orgs", body, expect=201))


def assert_unknown(server: RunningServer, token: str) -> None:
    """Assert that the token belongs to no org."""
    response = server.get("/crm/v2/Leads", headers={"Authorization": f"Zoho-oauthtoken {token}"})
    assert (response.status_code, response.json()) == (401, INVALID_TOKEN)


def until(reached: Callable[[], bool]) -> None:
    """Wait until a condition is true."""
    deadline = time.monotonic() + WAIT
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of the module's own, which must print nothing on stderr."""
    with RunningServer(env={"TMPDIR": str(tmp_path_factory.mktemp("own"))}) as running:
        yield running
        assert running.stop() == 0, running.printed_text()
        assert running.errors == []


# -- requests under way ------------------------------------------------------------------------------------------


def at_once(check: Callable[[str], None], names: Iterable[str]) -> None:
    """Run a check for every name, all at the same time: each waits for a slow request."""
    names = list(names)
    with ThreadPoolExecutor(len(names)) as pool:
        checks = {name: pool.submit(check, name) for name in names}
    failures = {name: error for name, done in checks.items() if (error := done.exception()) is not None}
    assert failures == {}


FAULTS: dict[str, dict[str, Any]] = {"slow": {}, "error": {"error": "INTERNAL_ERROR"}, "dropped": {"drop": "request"}}


def test_a_request_under_way_is_not_in_the_journal_of_the_next_org_of_the_name(own: RunningServer) -> None:
    def check(name: str) -> None:
        old = create(own, name, fixture("Old"))
        faults = f"/_mockcrm/orgs/{name}/faults"
        assert own.post(faults, json={"delay_ms": SLOW_MS, **FAULTS[name]}).status_code == 201

        with ThreadPoolExecutor(1) as pool:
            slow = pool.submit(read, old, "/crm/v2/Leads")
            until(lambda: own.get(faults).json()["faults"][0]["fired"] == 1)
            old.delete()
            new = create(own, name)
            content = slow.result(timeout=WAIT)

        assert b"Old" not in content
        assert new.control("GET", "/requests")["requests"] == []
        assert new.control("GET", "/faults")["faults"] == []
        new.delete()

    at_once(check, FAULTS)


def read(org: Org, path: str) -> bytes:
    """Send a request on a connection of its own; return what was received, nothing if the connection broke."""
    try:
        return httpx.get(org.url + path, headers=org.headers, timeout=WAIT, trust_env=False).content
    except httpx.TransportError:
        return b""


GRANTS = {
    "strict-client-credentials": ("client_credentials", "strict"),
    "any-client-credentials": ("client_credentials", "any"),
    "any-refresh-token": ("refresh_token", "any"),
    "any-authorization-code": ("authorization_code", "any"),
}


def test_a_token_issued_after_the_deletion_is_unknown_to_the_next_org_of_the_name(own: RunningServer) -> None:
    def check(name: str) -> None:
        grant, auth = GRANTS[name]
        old = create(own, name, {"mockcrm": 1, "settings": {"auth": auth}})
        faults = f"/_mockcrm/orgs/{name}/faults"
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
            new = create(own, name, fixture("New"))
            response = slow.result(timeout=WAIT)

        assert response.status_code < 500
        if "access_token" in response.json():
            assert_unknown(own, response.json()["access_token"])
        assert_unknown(own, old.access_token)
        assert new.record("Leads", LEAD)["City"] == "New"
        new.delete()

    at_once(check, GRANTS)


# -- one org after another of one name ---------------------------------------------------------------------------

NAME = "victim"
ROUNDS = 60


def test_whoever_has_a_token_of_one_never_sees_another(own: RunningServer) -> None:
    wrong: list[str] = []

    def read(token: str, city: str, begun: threading.Semaphore) -> None:
        connection = Connection(own.url)
        headers = {"Authorization": f"Zoho-oauthtoken {token}"}
        status = 200
        while status == 200 and not wrong:
            status, content = connection.send("GET", f"/crm/v2/Leads/{LEAD}", headers=headers)
            begun.release()
            decoded = json.loads(content)
            if (status, decoded) != (401, INVALID_TOKEN) and decoded.get("data", [{}])[0].get("City") != city:
                wrong.append(f"{city}: {status} {content[:300]!r}")
        connection.close()

    def renew(org: Org, tokens: list[str], begun: threading.Semaphore) -> None:
        form = {
            "grant_type": "refresh_token",
            "client_id": org.client_id,
            "client_secret": org.client_secret,
            "refresh_token": org.refresh_token,
        }
        connection = Connection(own.url)
        decoded: dict[str, Any] = {"access_token": ""}
        while "access_token" in decoded:
            content = str(httpx.QueryParams(form))
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            status, response = connection.send("POST", "/oauth/v2/token", content, kind)
            begun.release()
            decoded = json.loads(response)
            if "access_token" in decoded:
                tokens.append(decoded["access_token"])
            elif status >= 500:
                wrong.append(f"refresh: {status} {response[:300]!r}")
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        for number in range(ROUNDS):
            city = f"City {number}"
            org = create(own, NAME, fixture(city))
            tokens: list[str] = []
            begun = [threading.Semaphore(0) for _ in range(4)]
            readers = [pool.submit(read, org.access_token, city, begun[n]) for n in range(2)]
            readers += [pool.submit(renew, org, tokens, begun[n]) for n in (2, 3)]
            assert all(started.acquire(timeout=WAIT) for started in begun)
            org.delete()
            next_one = create(own, NAME, fixture("Next"))
            for reader in readers:
                reader.result(timeout=WAIT)
            assert wrong == []
            assert tokens
            for token in [org.access_token, *tokens[-5:]]:
                assert_unknown(own, token)
            assert own.get("/crm/v2/Leads", headers=next_one.headers).status_code == 200
            next_one.delete()
