"""Faults of the control API: which requests they match, what they do, how they are listed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from mockcrm.core import faults
from mockcrm.core.journal import JournalQuery
from mockcrm.fixture_format.errors import show
from mockcrm.http import faulty_response as faulty
from tests.support.application import Application, OrgApi, assert_response
from tests.support.for_each import for_each

LEAD = "111"
FIXTURE = {"records": {"Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle", "City": "Old"}}]}}
UPDATE = "/crm/v2/Leads/actions/mass_update"
INTERNAL = {"code": "INTERNAL_ERROR", "details": {}, "message": "Internal Server Error", "status": "error"}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def control(org: OrgApi, method: str, path: str = "", body: object = None) -> httpx.Response:
    return org.application.send(method, f"/_mockcrm/orgs/{org.name}/faults{path}", json=body)


def add(org: OrgApi, match: Mapping[str, Any] | None = None, **fault: Any) -> str:
    response = control(org, "POST", "", {"match": match or {}, **fault})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def update(org: OrgApi) -> httpx.Response:
    return org.mass_update("Leads", {"data": [{"City": "New"}], "ids": [LEAD]})


def statuses(org: OrgApi, path: str, count: int) -> list[int]:
    return [org.get(path).status_code for _ in range(count)]


# -- which requests --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "met"),
    [
        ({}, (True, True, True)),
        ({"method": "post"}, (False, False, True)),
        ({"method": "GET"}, (True, True, False)),
        ({"path": "/crm/v2/Leads"}, (True, False, False)),
        ({"path": "/crm/*/Leads/actions/*"}, (False, False, True)),
        ({"path": "*mass_update"}, (False, False, True)),
        ({"module": "Leads"}, (True, False, True)),
        ({"module": "Deals", "method": "POST"}, (False, False, False)),
    ],
)
def test_requests_are_met_by_method_path_and_module(
    org: OrgApi, match: dict[str, str], met: tuple[bool, bool, bool]
) -> None:
    add(org, match, status=503)
    responses = (org.get("/crm/v2/Leads"), org.get("/crm/v2/users", type="AllUsers"), update(org))
    assert tuple(response.status_code == 503 for response in responses) == met
    listed = control(org, "GET").json()["faults"][0]
    assert (listed["seen"], listed["fired"]) == (sum(met), sum(met))


def test_some_requests_pass_first_then_some_are_met(org: OrgApi) -> None:
    number = add(org, {"path": "/crm/v2/Leads"}, error="TOO_MANY_REQUESTS", after=2, times=2)
    assert statuses(org, "/crm/v2/Leads", 6) == [200, 200, 429, 429, 200, 200]
    assert control(org, "GET", f"/{number}").json() == {
        "id": number,
        "match": {"path": "/crm/v2/Leads"},
        "after": 2,
        "times": 2,
        "error": "TOO_MANY_REQUESTS",
        "seen": 6,
        "fired": 2,
        "spent": True,
    }


def test_the_first_that_is_not_spent_fires_and_the_others_have_seen_it(org: OrgApi) -> None:
    add(org, status=503, times=1)
    add(org, status=504, times=1)
    assert statuses(org, "/crm/v2/Leads", 3) == [503, 504, 200]
    assert [(item["seen"], item["fired"]) for item in control(org, "GET").json()["faults"]] == [(3, 1), (3, 1)]


def test_orgs_do_not_see_each_others_faults(application: Application, org: OrgApi) -> None:
    other = application.org(FIXTURE)
    add(other, status=503)
    assert statuses(org, "/crm/v2/Leads", 1) == [200]
    assert control(org, "GET").json() == {"faults": []}


def test_control_api_and_requests_without_a_known_org_meet_no_fault(org: OrgApi) -> None:
    add(org, status=503)
    assert control(org, "GET").status_code == 200
    assert org.get("/crm/v2/nothing/here/at/all").status_code == 404
    assert org.application.send("GET", "/crm/v2/Leads").status_code == 401
    assert control(org, "GET").json()["faults"][0]["seen"] == 0


def test_token_requests_meet_the_faults_of_their_clients_org(org: OrgApi) -> None:
    add(org, {"path": "/oauth/v2/token"}, error="INTERNAL_ERROR", times=1)
    form = {
        "grant_type": "refresh_token",
        "client_id": org.entry.client_id,
        "client_secret": org.entry.client_secret,
        "refresh_token": org.entry.refresh_token,
    }
    first = org.application.send("POST", "/oauth/v2/token", data=form)
    assert_response(first, 500, INTERNAL, "INTERNAL_ERROR")
    assert org.application.send("POST", "/oauth/v2/token", data=form).json()["expires_in"] == 3600


def test_revocations_meet_the_faults_of_their_tokens_org(org: OrgApi) -> None:
    add(org, {"path": "/oauth/v2/token/revoke"}, error="INTERNAL_ERROR", times=1)
    token = {"token": org.entry.access_token}
    responses = [org.application.send("POST", "/oauth/v2/token/revoke", params=token) for _ in range(3)]
    assert [response.status_code for response in responses] == [500, 200, 400]


# -- what happens ----------------------------------------------------------------------------------------------


def test_an_error_is_returned_instead_of_handling_the_request(org: OrgApi) -> None:
    add(org, error="INTERNAL_ERROR")
    assert_response(update(org), 500, INTERNAL, "INTERNAL_ERROR")
    assert org.value(111, "City") == "Old"


def test_a_status_stands_in_for_that_of_the_error(org: OrgApi) -> None:
    add(org, {"method": "POST"}, error="TOO_MANY_REQUESTS", status=420)
    add(org, {"method": "GET"}, status=502)
    assert (update(org).status_code, update(org).json()["code"]) == (420, "TOO_MANY_REQUESTS")
    assert_response(org.get("/crm/v2/Leads"), 502, INTERNAL, "INTERNAL_ERROR")


def test_a_status_without_a_body_has_none(org: OrgApi) -> None:
    add(org, status=204)
    response = org.get("/crm/v2/Leads")
    assert (response.status_code, response.content) == (204, b"")


def test_a_delay_is_waited_before_the_request_goes_on(org: OrgApi, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[tuple[float, str]] = []

    async def sleep(seconds: float) -> None:
        waited.append((seconds, org.value(111, "City")))

    add(org, {"method": "POST"}, delay_ms=1500, times=1)
    monkeypatch.setattr(faulty, "asyncio", type("Patched", (), {"sleep": staticmethod(sleep)}))
    assert update(org).status_code == 200
    assert update(org).status_code == 200
    assert waited == [(1.5, "Old")]
    assert org.value(111, "City") == "New"


def test_a_delayed_request_does_not_hold_up_the_next(org: OrgApi, monkeypatch: pytest.MonkeyPatch) -> None:
    add(org, {"method": "POST"}, delay_ms=600_000)
    waiting = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(faulty, "asyncio", type("Patched", (), {"sleep": staticmethod(sleep)}))

    async def both() -> int:
        body = b'{"data":[{"City":"New"}],"ids":["111"]}'
        slow = asyncio.create_task(org.application.client.post(UPDATE, content=body, headers=org.headers))
        await waiting.wait()
        response = await org.application.client.get("/crm/v2/Leads", headers=org.headers)
        assert not slow.done()
        slow.cancel()
        return response.status_code

    assert org.application.run(both()) == 200
    assert org.value(111, "City") == "Old"


@pytest.mark.parametrize(("drop", "city"), [(True, "Old"), ("request", "Old"), ("answer", "New")])
def test_a_dropped_request_is_done_or_not(org: OrgApi, drop: object, city: str) -> None:
    add(org, drop=drop, times=1)
    with pytest.raises(faulty.ConnectionBroken):  # in process there is no connection to break
        update(org)
    assert org.value(111, "City") == city
    assert org.get("/crm/v2/Leads").status_code == 200


def test_a_status_read_whose_response_is_lost_counts_as_a_poll(application: Application) -> None:
    policy = {"mode": "polled", "polls": {"scheduled": 1, "running": 1}}
    view = {"id": "501", "module": "Leads", "name": "V"}
    org = application.org({**FIXTURE, "settings": {"job_policy": policy}, "custom_views": [view]})
    job_id = org.schedule("Leads", {"data": [{"City": "New"}], "cvid": "501"})
    add(org, {"method": "GET"}, error="INTERNAL_ERROR", times=1)
    assert org.status("Leads", job_id).status_code == 500
    add(org, {"method": "GET"}, drop="answer", times=1)
    with pytest.raises(faulty.ConnectionBroken):
        org.status("Leads", job_id)
    assert org.status("Leads", job_id).json()["data"][0]["Status"] == "RUNNING"


def test_a_slow_response_is_complete_in_the_end(org: OrgApi) -> None:
    whole = org.get("/crm/v2/Leads")
    add(org, slow={"pieces": 7, "pause_ms": 0})
    slow = org.get("/crm/v2/Leads")
    assert (slow.status_code, slow.json()) == (200, whole.json())


@pytest.mark.parametrize("change", [{"error": "INTERNAL_ERROR"}, {"status": 503}, {}])
@pytest.mark.parametrize("truncate", [True, 0, 10, 10_000_000])
def test_a_truncated_response_ends_early(org: OrgApi, truncate: object, change: dict[str, Any]) -> None:
    add(org, truncate=truncate, **change)
    with pytest.raises(faulty.ConnectionBroken):
        update(org)
    assert org.value(111, "City") == ("Old" if change else "New")


# -- the API itself --------------------------------------------------------------------------------------------


def test_what_is_added_is_listed_as_it_was_given(org: OrgApi) -> None:
    given = {
        "match": {"method": "GET", "path": "/crm/*", "module": "Leads"},
        "after": 1,
        "times": 3,
        "delay_ms": 5,
        "drop": "answer",
        "error": "LIMIT_EXCEEDED",
        "status": 429,
        "slow": {"pieces": 4, "pause_ms": 20},
        "truncate": True,
    }
    number = add(org, given["match"], **{key: value for key, value in given.items() if key != "match"})  # type: ignore[arg-type]
    expected = {"id": number, **given, "seen": 0, "fired": 0, "spent": False}
    assert control(org, "GET").json() == {"faults": [expected]}
    assert control(org, "GET", f"/{number}").json() == expected


def test_a_zoho_code_names_an_error_where_only_one_has_it(org: OrgApi) -> None:
    number = add(org, error="OAUTH_SCOPE_MISMATCH")
    assert control(org, "GET", f"/{number}").json()["error"] == "OAUTH_SCOPE_MISMATCH"


@for_each(
    ("body", "where", "message"),
    [
        ({}, "body", "expected one of delay_ms, drop, error, status, slow, truncate, body"),
        ({"match": {}, "times": 1}, "body", "expected one of delay_ms, drop, error, status, slow, truncate, body"),
        (
            {"error": "INTERNAL_ERORR"},
            "body.error",
            "unknown error 'INTERNAL_ERORR'; did you mean 'INTERNAL_ERROR'?",
        ),
        (
            {"status": 500, "match": {"path": "crm/v2"}},
            "body.match.path",
            "expected a pattern for the whole path, like /crm/*/Leads/actions/*, got 'crm/v2'",
        ),
        (
            {"status": 500, "match": {"path": "*" + "?" * 300}},
            "body.match.path",
            f"expected at most 256 characters, got {show('*' + '?' * 300)}",
        ),
        (
            {"status": 500, "match": {"path": "/*" * 17}},
            "body.match.path",
            f"expected a pattern with at most 16 `*` and 8 `[`, got '{'/*' * 17}'",
        ),
        (
            {"status": 500, "match": {"method": "G" * 101}},
            "body.match.method",
            f"expected at most 100 characters, got {show('G' * 101)}",
        ),
        (
            {"status": 500, "match": {"module": "L" * 101}},
            "body.match.module",
            f"expected at most 100 characters, got {show('L' * 101)}",
        ),
        ({"error": "E" * 101}, "body.error", f"expected at most 100 characters, got {show('E' * 101)}"),
        ({"status": 42}, "body.status", "expected 200 or more, got 42"),
        ({"status": 500, "times": 0}, "body.times", "expected 1 or more, got 0"),
        ({"status": 500, "times": 2_000_000}, "body.times", "expected 1000000 or less, got 2000000"),
        ({"drop": 1}, "body.drop", "expected true (same as `request`) or `answer`, got 1"),
        ({"drop": False}, "body.drop", "expected true (same as `request`) or `answer`, got false"),
        ({"truncate": -1}, "body.truncate", "expected true (half of the body) or a number of bytes, got -1"),
        ({"slow": {"pieces": 1}}, "body.slow.pieces", "expected 2 or more, got 1"),
        ({"slow": {"peaces": 1}}, "body.slow.peaces", "unknown key; expected one of: pieces, pause_ms"),
        ({"match": {"verb": "GET"}}, "body.match.verb", "unknown key; expected one of: method, path, module"),
    ],
)
def test_bad_faults_are_refused(org: OrgApi, body: object, where: str, message: str) -> None:
    response = control(org, "POST", "", body)
    assert (response.status_code, response.json()) == (400, {"error": {"message": message, "where": where}})
    assert control(org, "GET").json() == {"faults": []}


def test_a_module_that_the_org_does_not_have_is_refused(org: OrgApi) -> None:
    response = control(org, "POST", "", {"status": 500, "match": {"module": "Lead"}})
    refused = response.json()["error"]
    assert (response.status_code, refused["where"]) == (400, "body.match.module")
    assert refused["message"].startswith("unknown module 'Lead'; expected one of: Leads, Accounts, ")


def test_faults_are_removed_alone_or_together(org: OrgApi) -> None:
    first, second, third = (add(org, status=500 + number) for number in range(3))
    assert control(org, "DELETE", f"/{second}").json() == {"deleted": 1}
    assert [item["id"] for item in control(org, "GET").json()["faults"]] == [first, third]
    missing = {"error": {"message": f"the org {org.name!r} has no fault '{second}'", "where": "path.fault"}}
    for method in ("GET", "DELETE"):
        response = control(org, method, f"/{second}")
        assert (response.status_code, response.json()) == (404, missing)
    assert control(org, "DELETE").json() == {"deleted": 2}
    assert control(org, "GET").json() == {"faults": []}
    assert update(org).status_code == 200


def test_an_org_has_so_many_faults(application: Application, org: OrgApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "MAX_FAULTS", 2)
    first = add(org, status=500)
    add(org, status=501, times=1)
    refused = control(org, "POST", "", {"status": 502})
    assert (refused.status_code, refused.json()["error"]["where"]) == (409, "path.org")
    assert "faults, spent ones included" in refused.json()["error"]["message"]
    assert len(control(org, "GET").json()["faults"]) == 2
    add(application.org(FIXTURE), status=502)
    control(org, "DELETE", f"/{first}")
    add(org, status=502)


def test_a_reset_forgets_the_faults(org: OrgApi) -> None:
    add(org, status=500)
    assert org.application.send("POST", f"/_mockcrm/orgs/{org.name}/reset").is_success
    assert control(org, "GET").json() == {"faults": []}


def test_an_unknown_org_has_no_faults(application: Application) -> None:
    for method in ("GET", "POST", "DELETE"):
        response = application.send(method, "/_mockcrm/orgs/nobody/faults", json={"status": 500})
        expected = {"error": {"message": "unknown org 'nobody'", "where": "path.org"}}
        assert (response.status_code, response.json()) == (404, expected)


def test_a_token_that_is_revoked_during_a_delay_is_refused_as_unknown(
    org: OrgApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(org, delay_ms=1)

    async def revoke(_seconds: float) -> None:
        org.application.registry.credentials.revoke(org.entry.access_token, lambda _owner: True)

    monkeypatch.setattr(faulty.asyncio, "sleep", revoke)
    response = org.get("/crm/v2/Leads")
    monkeypatch.undo()

    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (401, "INVALID_TOKEN")
    # Nothing says any more to which org it belonged, so the request counts as one to the org `default`.
    registry = org.application.registry
    entry = registry.journal.find(registry.uid_of("default") or "", JournalQuery(rule="INVALID_TOKEN"))[-1]
    assert (entry.path, entry.user_id) == ("/crm/v2/Leads", None)
