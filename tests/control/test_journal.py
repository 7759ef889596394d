"""The journal: what it stores of requests and responses, what it never shows, how it is searched."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import orjson
import pytest

from mockcrm.core import journal
from tests.support.application import BASE, Application, OrgApi
from tests.support.for_each import for_each

FIXTURE: dict[str, Any] = {
    "org": {"time_zone": "+05:30"},
    "users": [{"email": "rep@zylker.example", "profile": "Standard"}],
    "clients": [{"client_id": "1000.X", "client_secret": "x", "tokens": [{"user": "rep@zylker.example"}]}],
    "records": {"Leads": [{"id": "111", "fields": {"Last_Name": "Boyle"}}]},
}
UPDATE = "/crm/v2/Leads/actions/mass_update"
UPDATE_BODY = {"data": [{"City": "New"}], "ids": ["111"]}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def list_requests(org: OrgApi, **query: Any) -> httpx.Response:
    return org.application.send("GET", f"/_mockcrm/orgs/{org.name}/requests", params=query)


def found(org: OrgApi, **query: Any) -> list[dict[str, Any]]:
    response = list_requests(org, **query)
    assert response.status_code == 200, response.text
    return list(response.json()["requests"])


def only(org: OrgApi, **query: Any) -> dict[str, Any]:
    (entry,) = found(org, **query)
    return entry


def test_an_entry_has_the_request_and_its_response(org: OrgApi) -> None:
    headers = {"User-Agent": "suite/1", "X-ZOHO-SDK": "Linux/3.11 python-2.0:1", "Cookie": "JSESSIONID=1"}
    response = org.entry_of(1).send("POST", UPDATE, UPDATE_BODY, headers=headers)
    entry = only(org)
    received, duration = entry.pop("received"), entry.pop("duration_ms")
    assert received.endswith("+00:00")
    assert duration > 0
    assert entry.pop("id") > 0
    assert entry == {
        "time": "2023-11-15T03:43:20+05:30",
        "client": "127.0.0.1:123",
        "user": "rep@zylker.example",
        "method": "POST",
        "path": UPDATE,
        "query": {},
        "headers": {
            "authorization": "Zoho-oauthtoken ***",
            "accept": "*/*",
            "user-agent": "suite/1",
            "x-zoho-sdk": "Linux/3.11 python-2.0:1",
        },
        "body": UPDATE_BODY,
        "body_bytes": len(orjson.dumps(UPDATE_BODY)),
        "status": 200,
        "rules": [],
        "answer": response.json(),
        "answer_bytes": len(response.content),
        "fault": None,
    }


def test_rules_that_refused_something_are_named(org: OrgApi) -> None:
    org.mass_update("Leads", {"data": [{"City": "New"}], "ids": ["111", "8", "9"]})
    org.mass_update("Nothing", UPDATE_BODY)
    assert [entry["rules"] for entry in found(org)] == [["INVALID_RECORD_ID"], ["INVALID_MODULE"]]


def test_requests_are_newest_last_and_found_by_their_properties(org: OrgApi) -> None:
    org.get("/crm/v2/Leads", page="2")
    org.mass_update("Leads", UPDATE_BODY)
    org.mass_update("Nothing", UPDATE_BODY)
    org.get("/crm/v2/Leads/111")
    paths = ["/crm/v2/Leads", UPDATE, "/crm/v2/Nothing/actions/mass_update", "/crm/v2/Leads/111"]
    assert [entry["path"] for entry in found(org)] == paths
    assert [entry["path"] for entry in found(org, method="post")] == paths[1:3]
    assert [entry["path"] for entry in found(org, path="/crm/v2/Leads*")] == [paths[0], paths[1], paths[3]]
    assert [entry["path"] for entry in found(org, path="/crm/v2/Leads")] == [paths[0]]
    assert [entry["path"] for entry in found(org, status=400)] == [paths[2]]
    assert [entry["path"] for entry in found(org, rule="INVALID_MODULE")] == [paths[2]]
    assert [entry["path"] for entry in found(org, method="GET", path="*/111")] == [paths[3]]
    assert [entry["path"] for entry in found(org, limit=2)] == paths[2:]
    assert [entry["path"] for entry in found(org, after=found(org)[1]["id"])] == paths[2:]
    assert list_requests(org, limit=1, method="POST").json()["count"] == 2
    assert list_requests(org, limit=0).json() == {"requests": [], "count": 4}
    assert found(org)[0]["query"] == {"page": "2"}


@for_each(
    ("query", "where"),
    [
        ({"status": "x"}, "query.status"),
        ({"limit": "-1"}, "query.limit"),
        ({"after": "z"}, "query.after"),
        ({"path": "*" + "?" * 256}, "query.path"),
        ({"path": "*/" * 17}, "query.path"),
        ({"method": "G" * 101}, "query.method"),
        ({"rule": "R" * 101}, "query.rule"),
    ],
)
def test_bad_searches_are_refused(org: OrgApi, query: Mapping[str, str], where: str) -> None:
    response = list_requests(org, **query)
    assert (response.status_code, response.json()["error"]["where"]) == (400, where)


# -- secrets ---------------------------------------------------------------------------------------------------


def test_no_secret_of_an_oauth_exchange_is_shown(application: Application, org: OrgApi) -> None:
    entry = org.entry
    form = {
        "grant_type": "refresh_token",
        "client_id": entry.client_id,
        "client_secret": entry.client_secret,
        "refresh_token": entry.refresh_token,
    }
    code = {**form, "grant_type": "authorization_code", "code": entry.grant_code}
    secrets = [entry.client_secret, entry.refresh_token, entry.grant_code, entry.access_token]
    made = [
        application.send("POST", "/oauth/v2/token", data=form),
        application.send("POST", "/oauth/v2/token", params=form),
        application.send("POST", "/oauth/v2/token", files={name: (None, value) for name, value in code.items()}),
        application.send("POST", "/oauth/v2/token/revoke", params={"token": entry.access_token}),
    ]
    secrets += [response.json()["access_token"] for response in made[:3]]
    text = list_requests(org).text
    assert [secret for secret in secrets if secret is None or secret in text] == []
    by_form, by_query, by_parts, revoked = found(org)
    masked = {**form, "client_secret": "***", "refresh_token": "***"}
    assert (by_form["body"], by_form["query"]) == (masked, {})
    assert (by_query["body"], by_query["query"]) == (None, masked)
    assert by_form["answer"] == {**made[0].json(), "access_token": "***"}
    assert by_parts["answer"] == {**made[2].json(), "access_token": "***", "refresh_token": "***"}
    assert by_parts["body"].count("***") == 3
    assert entry.client_id in by_parts["body"]
    assert (revoked["query"], revoked["answer"]) == ({"token": "***"}, {"status": "success"})


def test_a_token_is_masked_by_its_format_in_any_place(org: OrgApi) -> None:
    token = org.entry.access_token
    assert token is not None
    org.get(f"/crm/v2/{token}", authtoken=token, note=f"see {token}")
    org.mass_update("Leads", {"data": [{"City": token}], "ids": [token]})
    assert token not in list_requests(org).text
    first, second = found(org)
    assert (first["path"], first["query"]) == ("/crm/v2/1000.***", {"authtoken": "***", "note": "see 1000.***"})
    assert second["body"] == {"data": [{"City": "1000.***"}], "ids": ["1000.***"]}


def test_malformed_authorization_headers_show_only_their_scheme(application: Application, org: OrgApi) -> None:
    for value in ("secret-without-scheme", "Basic dXNlcjpwYXNz", "Bearer a b c"):
        application.send("GET", f"/o/{org.name}/crm/v2/Leads", headers={"Authorization": value})
    headers = [entry["headers"]["authorization"] for entry in found(org)]
    assert headers == ["***", "Basic ***", "Bearer ***"]


def test_secrets_are_masked_in_the_beginning_of_a_long_body(org: OrgApi) -> None:
    long = "x" * journal.MAX_BYTES
    body = b'{"client_secret": "hid\\"den", "City": "seen", "note": "' + long.encode() + b'"}'
    org.send("POST", UPDATE, body)
    entry = only(org)
    assert entry["body"].startswith('{"client_secret": "***", "City": "seen", "note": "xxx')
    assert (len(entry["body"]) < len(body), entry["body_bytes"]) == (True, len(body))


# -- whose journal ---------------------------------------------------------------------------------------------


def test_orgs_have_journals_of_their_own(application: Application, org: OrgApi) -> None:
    other = application.org(FIXTURE)
    other.get("/crm/v2/Leads")
    org.get("/crm/v2/Leads/111")
    assert [entry["path"] for entry in found(org)] == ["/crm/v2/Leads/111"]
    assert [entry["path"] for entry in found(other)] == ["/crm/v2/Leads"]


def test_requests_that_fail_early_belong_to_the_org_of_their_token_or_address(
    application: Application, org: OrgApi
) -> None:
    org.get("/crm/v1/Leads")
    org.get("/no/such/path")
    application.send("GET", f"/o/{org.name}/crm/v2/Leads")
    application.send("GET", f"/o/{org.name}/crm/v2/Leads", headers={"Authorization": "Bearer wrong"})
    application.send("POST", "/oauth/v2/token", data={"grant_type": "refresh_token", "client_id": org.entry.client_id})
    assert [(entry["path"], entry["rules"]) for entry in found(org)] == [
        ("/crm/v1/Leads", ["API_VERSION_UNKNOWN"]),
        ("/no/such/path", ["INVALID_URL_PATTERN"]),
        ("/crm/v2/Leads", ["AUTHENTICATION_FAILURE"]),
        ("/crm/v2/Leads", ["INVALID_TOKEN"]),
        ("/oauth/v2/token", []),
    ]


def test_requests_without_an_org_are_recorded_in_the_default_org(application: Application) -> None:
    application.send("DELETE", "/_mockcrm/orgs/default/requests")
    application.send("GET", "/crm/v2/Leads")
    application.send("GET", "/crm/v2/Leads", headers={"Authorization": "Bearer unknown"})
    application.send("PUT", "/nothing", content=b"what")
    application.send("GET", "/o/nobody/crm/v2/Leads")
    entries = application.send("GET", "/_mockcrm/orgs/default/requests").json()["requests"]
    assert [(entry["method"], entry["path"], entry["status"], entry["body"], entry["user"]) for entry in entries] == [
        ("GET", "/crm/v2/Leads", 401, None, None),
        ("GET", "/crm/v2/Leads", 401, None, None),
        ("PUT", "/nothing", 404, "what", None),
        ("GET", "/crm/v2/Leads", 401, None, None),
    ]


def test_control_api_and_preflights_are_not_noted(application: Application, org: OrgApi) -> None:
    application.send("GET", "/_mockcrm/health")
    application.send("GET", f"/_mockcrm/orgs/{org.name}/jobs")
    org.send("OPTIONS", UPDATE, headers={"Origin": "http://page", "Access-Control-Request-Method": "POST"})
    assert list_requests(org).json() == {"requests": [], "count": 0}


# -- faults, bounds, clearing ----------------------------------------------------------------------------------


def test_an_entry_names_the_fault_that_fired(application: Application, org: OrgApi) -> None:
    faults = f"/_mockcrm/orgs/{org.name}/faults"
    ids = [
        application.send("POST", faults, json={"times": 1, **effect}).json()["id"]
        for effect in ({"error": "LIMIT_EXCEEDED"}, {"drop": True}, {"drop": "answer"}, {"truncate": 5})
    ]
    assert org.get("/crm/v2/Leads").status_code >= 400
    for _ in ids[1:]:
        with pytest.raises(ConnectionError):
            org.get("/crm/v2/Leads")
    org.get("/crm/v2/Leads")
    entries = found(org)
    assert [entry["fault"] for entry in entries] == [*ids, None]
    assert [entry["status"] for entry in entries] == [entries[0]["status"], None, None, 200, 200]
    assert [bool(entry["answer"]) for entry in entries] == [True, False, True, True, True]


def test_a_client_that_has_its_response_finds_the_entry(application: Application, org: OrgApi) -> None:
    async def ask(number: int) -> bool:
        path = f"/crm/v2/Leads/{number}"
        await application.client.get(path, headers=org.headers)
        response = await application.client.get(f"/_mockcrm/orgs/{org.name}/requests", params={"path": path})
        return bool(response.json()["count"] == 1)

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(ask(BASE + number) for number in range(40)))

    assert all(application.run(all_of_them()))


def test_only_the_latest_are_stored(org: OrgApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_ENTRIES", 3)
    for number in range(1, 6):
        org.get("/crm/v2/Leads", page=number)
    assert [entry["query"]["page"] for entry in found(org)] == ["3", "4", "5"]


def test_a_reset_forgets_the_journal_and_a_restored_snapshot_keeps_it(application: Application, org: OrgApi) -> None:
    own = f"/_mockcrm/orgs/{org.name}"
    application.send("POST", f"{own}/snapshots/s")
    org.get("/crm/v2/Leads")
    application.send("POST", f"{own}/snapshots/s/restore")
    assert list_requests(org).json()["count"] == 1
    application.send("POST", f"{own}/reset")
    assert list_requests(org).json() == {"requests": [], "count": 0}


def test_a_journal_can_be_cleared(application: Application, org: OrgApi) -> None:
    org.get("/crm/v2/Leads")
    org.get("/crm/v2/Deals")
    path = f"/_mockcrm/orgs/{org.name}/requests"
    assert application.send("DELETE", path).json() == {"deleted": 2}
    assert application.send("DELETE", path).json() == {"deleted": 0}
    assert found(org) == []


def test_an_unknown_org_has_no_journal(application: Application) -> None:
    for method in ("GET", "DELETE"):
        response = application.send(method, "/_mockcrm/orgs/nobody/requests")
        expected = {"error": {"message": "unknown org 'nobody'", "where": "path.org"}}
        assert (response.status_code, response.json()) == (404, expected)


def test_json_that_is_nested_deep_is_shown_as_text(org: OrgApi) -> None:
    body = b"[" * 900 + b'{"token": "s3cret"}' + b"]" * 900
    org.send("POST", UPDATE, body)
    assert only(org)["body"] == body.decode().replace("s3cret", "***")


def test_a_request_that_outlives_its_org_is_noted_nowhere(application: Application) -> None:
    org = application.org(FIXTURE)
    with org.using() as opened:
        pass
    book = application.registry.journal
    application.registry.delete(org.name)
    scope = {"method": "GET", "query_string": b"", "headers": []}
    book.add(org.uid, opened.clock, None, scope, "/", None, b"", 0, 200, b"", (), 0.0)
    again = application.org(FIXTURE, name=org.name)
    assert found(again) == []
