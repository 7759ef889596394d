"""Orgs in the control API: create, list, delete, load, reset, export; their tokens and records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from mockcrm.core.orgs.org import Org
from mockcrm.fixture_format.model import Fixture
from tests.support.application import Application
from tests.support.for_each import for_each

from .conftest import HOST, Control

LEAD = "554023000000480001"
FIXTURE = {
    "mockcrm": 1,
    "users": [{"id": "554023000000235014", "email": "rep@zylker.example"}],
    "clients": [
        {
            "client_id": "1000.LITERAL",
            "client_secret": "literal",
            "tokens": [{"user": "rep@zylker.example", "access_token": "1000.lit", "scopes": ["ZohoCRM.org.ALL"]}],
        }
    ],
    "territories": [{"id": "554023000000430409", "name": "EMEA"}, {"id": "554023000000430410", "name": "UK"}],
    "records": {"Leads": [{"id": LEAD, "state": ["locked"], "fields": {"Last_Name": "Boyle", "Company": "Zylker"}}]},
}
TOKEN = re.compile(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}")
CLIENT = re.compile(r"1000\.[A-Z0-9]{30}")


def test_a_new_org_is_returned_with_the_administrators_credentials(control: Control) -> None:
    status, response = control.call("POST", "/orgs", {"name": "named"})
    control.made.append("named")

    assert status == 201
    assert list(response) == [
        "org",
        "api_domain",
        "accounts_url",
        "client_id",
        "client_secret",
        "refresh_token",
        "access_token",
        "grant_code",
        "tokens",
    ]
    assert (response["org"], response["api_domain"], response["accounts_url"]) == ("named", HOST, HOST)
    assert response["tokens"] == []
    assert CLIENT.fullmatch(response["client_id"])
    assert all(TOKEN.fullmatch(response[key]) for key in ("refresh_token", "access_token", "grant_code"))


def test_the_entries_of_a_fixture_get_credentials_of_their_own(control: Control) -> None:
    response = control.good("POST", "/orgs", {"fixture": FIXTURE})
    control.made.append(response["org"])

    (entry,) = response["tokens"]
    assert list(entry) == [
        "user",
        "client_id",
        "client_secret",
        "refresh_token",
        "access_token",
        "grant_code",
        "scopes",
    ]
    assert (entry["user"], entry["scopes"]) == ("rep@zylker.example", ["ZohoCRM.org.ALL"])
    assert CLIENT.fullmatch(entry["client_id"])
    assert TOKEN.fullmatch(entry["access_token"])


def test_without_a_body_an_org_gets_a_name(control: Control) -> None:
    status, response = control.call("POST", "/orgs")
    control.made.append(response["org"])

    assert status == 201
    assert re.fullmatch(r"org-[0-9a-f]{10}", response["org"])
    assert response["org"] in [item["org"] for item in control.good("GET", "/orgs")["orgs"]]


def test_the_list_has_the_default_org_first(control: Control) -> None:
    found = control.good("GET", "/orgs")

    assert list(found) == ["orgs"]
    assert list(found["orgs"][0]) == ["org", "created"]
    assert found["orgs"][0]["org"] == "default"


@for_each(
    ("body", "status", "message", "where"),
    [
        ({"name": "default"}, 409, "an org 'default' already exists", "body.name"),
        (
            {"name": "a b"},
            400,
            "expected 1 to 64 letters, digits, '.', '_' or '-', got 'a b'",
            "body.name",
        ),
        ({"name": "../up"}, 400, "expected 1 to 64 letters, digits, '.', '_' or '-', got '../up'", "body.name"),
        ({"name": 1}, 400, "expected text, got 1", "body.name"),
        ({"nam": "x"}, 400, "unknown key; expected one of: name, fixture", "body.nam"),
        ({"fixture": 5}, 400, "expected the name of a fixture or an object, got 5", "body.fixture"),
        (
            {"fixture": {"mockcrm": 1, "records": {"Leads": [{"fields": {"Last_Nmae": "x"}}]}}},
            400,
            "unknown field of Leads 'Last_Nmae'; did you mean 'Last_Name'?",
            "body.fixture.records.Leads[0].fields.Last_Nmae",
        ),
        ([], 400, "expected an object, got []", "body"),
        (b"{", 400, "not JSON: Expecting property name enclosed in double quotes (character 1)", "body"),
    ],
)
def test_a_bad_org_is_refused_and_none_is_made(
    control: Control, body: object, status: int, message: str, where: str
) -> None:
    before = control.good("GET", "/orgs")

    assert control.call("POST", "/orgs", body) == (status, {"error": {"message": message, "where": where}})
    assert control.good("GET", "/orgs") == before


def test_an_unknown_fixture_name_is_reported_with_the_known_ones(control: Control) -> None:
    status, response = control.call("POST", "/orgs", {"fixture": "no-such"})

    assert (status, response["error"]["where"]) == (400, "body.fixture")
    assert response["error"]["message"].startswith("'no-such': unknown fixture; known ones: approval, blueprint")


@pytest.mark.parametrize("path", ["/etc/passwd", "../demo", "demo.yaml"])
def test_a_fixture_is_named_and_never_a_path(control: Control, path: str) -> None:
    status, response = control.call("POST", "/orgs", {"fixture": path})

    assert (status, response["error"]["where"]) == (400, "body.fixture")


def test_a_deleted_org_is_gone_with_its_token(control: Control) -> None:
    org = control.org()
    headers = control.token(org)

    assert control.call("DELETE", org) == (200, {"org": org.removeprefix("/orgs/"), "deleted": True})

    gone = {"error": {"message": f"unknown org {org.removeprefix('/orgs/')!r}", "where": "path.org"}}
    assert control.call("DELETE", org) == (404, gone)
    application = control.application
    response = application.run(application.client.get("/crm/v2/org", headers=headers))
    assert (response.status_code, response.json()["code"]) == (401, "INVALID_TOKEN")


def test_the_default_org_is_not_deleted(control: Control) -> None:
    message = "the org `default` belongs to the server; reset it instead"

    assert control.call("DELETE", "/orgs/default") == (409, {"error": {"message": message, "where": "path.org"}})


@for_each(
    ("method", "path"),
    [
        ("POST", "/reset"),
        ("POST", "/load"),
        ("GET", "/export"),
        ("GET", "/settings"),
        ("PUT", "/settings"),
        ("GET", "/job-policy"),
        ("PUT", "/job-policy"),
        ("GET", "/jobs"),
        ("GET", "/jobs/1"),
        ("POST", "/jobs/1/step"),
        ("POST", "/jobs/1/fail"),
        ("POST", "/jobs/run"),
        ("GET", "/clock"),
        ("PUT", "/clock"),
        ("POST", "/clock/advance"),
        ("POST", "/tokens"),
        ("PATCH", "/records/Leads/1"),
        ("GET", "/snapshots"),
        ("POST", "/snapshots/a"),
        ("POST", "/snapshots/a/restore"),
        ("DELETE", "/snapshots/a"),
    ],
)
def test_every_call_about_an_unknown_org_says_so(control: Control, method: str, path: str) -> None:
    expected = {"error": {"message": "unknown org 'nobody'", "where": "path.org"}}

    assert control.call(method, f"/orgs/nobody{path}") == (404, expected)


# -- content -----------------------------------------------------------------------------------------------------


def last_names(control: Control, org: str) -> list[str]:
    return [item["fields"]["Last_Name"] for item in control.good("GET", f"{org}/export")["records"]["Leads"]]


@pytest.mark.parametrize(
    "body",
    [
        {"mockcrm": 1, "records": {"Leads": [{"fields": {"Last_Name": "Frey", "Company": "K"}}]}},
        b"mockcrm: 1\nrecords:\n  Leads:\n    - fields: {Last_Name: Frey, Company: K}\n",
        {"fixture": {"mockcrm": 1, "records": {"Leads": [{"fields": {"Last_Name": "Frey", "Company": "K"}}]}}},
    ],
    ids=["json", "yaml", "wrapped"],
)
def test_a_load_adds_to_the_org(control: Control, body: object) -> None:
    org = control.org(FIXTURE)

    response = control.good("POST", f"{org}/load", body)

    assert response == {"org": org.removeprefix("/orgs/"), "tokens": []}
    assert last_names(control, org) == ["Boyle", "Frey"]


def test_a_load_returns_the_credentials_that_it_added(control: Control) -> None:
    org = control.org()

    response = control.good("POST", f"{org}/load", FIXTURE)

    assert [(entry["user"], entry["scopes"]) for entry in response["tokens"]] == [
        ("rep@zylker.example", ["ZohoCRM.org.ALL"])
    ]
    headers = {"Authorization": f"Zoho-oauthtoken {response['tokens'][0]['access_token']}"}
    application = control.application
    assert application.run(application.client.get("/crm/v2/org", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("body", "message", "where"),
    [
        (
            b"mockcrm: 1\nrecords: [\n",
            "not YAML: while parsing a flow node, did not find expected node content",
            "body line 3, column 1",
        ),
        ({"mockcrm": 2}, None, "body.mockcrm"),
        ({"mockcrm": 1, "users": [{"full_name": "N"}]}, None, "body.users[0].email"),
        (
            {
                "mockcrm": 1,
                "records": {"Leads": [{"fields": {"Last_Name": "A", "Company": "B"}}, {"state": ["asleep"]}]},
            },
            None,
            "body.records.Leads[1].state[0]",
        ),
        ({"fixture": 1}, "expected the name of a fixture or an object", "body.fixture"),
    ],
)
def test_a_bad_load_changes_nothing(control: Control, body: object, message: str | None, where: str) -> None:
    org = control.org(FIXTURE)
    before = control.good("GET", f"{org}/export")

    status, response = control.call("POST", f"{org}/load", body)

    assert (status, list(response)) == (400, ["error"])
    assert response["error"]["where"] == where
    assert message in (None, response["error"]["message"])
    assert control.good("GET", f"{org}/export") == before


def test_an_empty_load_changes_nothing(control: Control) -> None:
    org = control.org(FIXTURE)
    before = control.good("GET", f"{org}/export")

    assert control.good("POST", f"{org}/load") == {"org": org.removeprefix("/orgs/"), "tokens": []}
    assert control.good("GET", f"{org}/export") == before


def test_a_literal_token_may_be_loaded_twice(control: Control) -> None:
    def entries() -> list[Any]:
        return list(control.good("GET", "/info")["tokens"])

    control.good("POST", "/orgs/default/load", FIXTURE)
    once = entries()
    control.good("POST", "/orgs/default/load", FIXTURE)

    assert entries() == once
    control.good("POST", "/orgs/default/reset")


def test_a_reset_puts_back_the_content_and_keeps_the_credentials(control: Control) -> None:
    org = control.org(FIXTURE)
    before, headers = control.good("GET", f"{org}/export"), control.token(org)
    control.good("POST", f"{org}/load", {"fixture": "blueprint"})
    control.good("PUT", f"{org}/settings", {"edition": "free"})
    control.good("PUT", f"{org}/clock", {"now": 0, "frozen": True})

    assert control.good("POST", f"{org}/reset") == {"org": org.removeprefix("/orgs/")}

    assert control.good("GET", f"{org}/export") == before
    assert control.good("GET", f"{org}/clock")["frozen"] is False
    application = control.application
    assert application.run(application.client.get("/crm/v2/org", headers=headers)).status_code == 200


@pytest.fixture
def few_orgs() -> Iterator[Control]:
    """An application of the test's own: the session's has hundreds of orgs to reset."""
    with Application() as application:
        yield Control(application)


def test_reset_all_resets_every_org(few_orgs: Control) -> None:
    control = few_orgs
    one, other = control.org(FIXTURE), control.org(FIXTURE)
    for org in (one, other):
        control.good("POST", f"{org}/load", {"mockcrm": 1, "org": {"company_name": "Changed"}})

    names = control.good("POST", "/reset-all")["orgs"]

    assert {"default", one.removeprefix("/orgs/"), other.removeprefix("/orgs/")} <= set(names)
    for org in (one, other):
        assert control.good("GET", f"{org}/export")["org"]["company_name"] == "Mock Company"


def test_reset_all_goes_on_past_an_org_that_is_deleted_meanwhile(
    few_orgs: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = few_orgs
    registry = control.application.registry
    going, staying = (control.org().removeprefix("/orgs/") for _ in range(2))
    reset = Org.reset

    def replaced(org: Org, *arguments: Any) -> None:
        if org.name == going:
            registry.delete(going)
        reset(org, *arguments)

    monkeypatch.setattr(Org, "reset", replaced)
    names = control.good("POST", "/reset-all")["orgs"]

    assert staying in names
    assert going not in names


def test_an_org_that_is_deleted_before_a_load_begins_is_unknown(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = control.application.registry
    org = control.org()
    load = registry.load

    def late(name: str, fixture: Fixture) -> Any:
        registry.delete(name)
        return load(name, fixture)

    monkeypatch.setattr(registry, "load", late)
    message = f"unknown org {org.removeprefix('/orgs/')!r}"

    assert control.call("POST", f"{org}/load", {"mockcrm": 1}) == (
        404,
        {"error": {"message": message, "where": "path.org"}},
    )


def test_an_export_can_be_loaded_again(control: Control) -> None:
    org = control.org(FIXTURE)
    exported = control.good("GET", f"{org}/export")

    again = control.org(exported)

    assert control.send("GET", f"{again}/export").content == control.send("GET", f"{org}/export").content


# -- tokens ------------------------------------------------------------------------------------------------------


def test_a_token_is_for_the_requested_user_and_scopes(control: Control) -> None:
    org = control.org(FIXTURE)

    status, entry = control.call(
        "POST", f"{org}/tokens", {"user": "REP@zylker.example", "scopes": ["ZohoCRM.users.READ"]}
    )

    assert (status, entry["user"], entry["scopes"]) == (201, "rep@zylker.example", ["ZohoCRM.users.READ"])
    headers = {"Authorization": f"Zoho-oauthtoken {entry['access_token']}"}
    application = control.application
    found = application.run(application.client.get("/crm/v2/users?type=CurrentUser", headers=headers)).json()
    assert found["users"][0]["email"] == "rep@zylker.example"
    refused = application.run(application.client.get("/crm/v2/Leads", headers=headers))
    assert (refused.status_code, refused.json()["code"]) == (401, "OAUTH_SCOPE_MISMATCH")


def test_a_token_ends_by_the_clock_of_its_org(control: Control) -> None:
    org = control.org()
    control.good("PUT", f"{org}/clock", {"frozen": True})
    entry = control.good("POST", f"{org}/tokens", {"expires_in": 60})
    headers = {"Authorization": f"Zoho-oauthtoken {entry['access_token']}"}
    application = control.application

    def status() -> int:
        return application.run(application.client.get("/crm/v2/org", headers=headers)).status_code

    assert status() == 200
    control.good("POST", f"{org}/clock/advance", {"seconds": 61})
    assert status() == 401


@for_each(
    ("body", "message", "where"),
    [
        (
            {"user": "rap@zylker.example"},
            "unknown user 'rap@zylker.example'; expected one of: admin@mockcrm.example, rep@zylker.example",
            "body.user",
        ),
        ({"scopes": []}, None, "body.scopes"),
        ({"scopes": ["all"]}, "expected a scope like ZohoCRM.modules.ALL, got 'all'", "body.scopes[0]"),
        ({"scopes": ["a.b,c.d"]}, "expected a scope like ZohoCRM.modules.ALL, got 'a.b,c.d'", "body.scopes[0]"),
        ({"expires_in": -1}, "expected `never` or a number of seconds, got -1", "body.expires_in"),
        ({"expires_in": True}, "expected `never` or a number of seconds, got true", "body.expires_in"),
    ],
)
def test_a_bad_token_is_refused(control: Control, body: object, message: str | None, where: str) -> None:
    status, response = control.call("POST", f"{control.org(FIXTURE)}/tokens", body)

    assert (status, response["error"]["where"]) == (400, where)
    assert message in (None, response["error"]["message"])


# -- records -----------------------------------------------------------------------------------------------------


def test_a_record_gets_states_and_territories_and_keeps_what_is_not_given(control: Control) -> None:
    org = control.org(FIXTURE)
    path = f"{org}/records/Leads/{LEAD}"
    plain = {"id": LEAD, "module": "Leads", "state": ["locked"], "territories": []}
    emea = {"id": "554023000000430409", "name": "EMEA"}

    assert control.good("PATCH", path) == plain
    assert control.good("PATCH", path, {"territories": ["EMEA"]}) == {**plain, "territories": [emea]}
    assert control.good("PATCH", path, {"state": ["in_merge", "in_blueprint"]}) == {
        **plain,
        "state": ["in_blueprint", "in_merge"],
        "territories": [emea],
    }
    assert control.good("PATCH", path, {"state": [], "territories": []}) == {**plain, "state": []}


@for_each("module", ["Leads", "leads", "LEADS"])
def test_the_module_of_a_record_is_found_in_any_case(control: Control, module: str) -> None:
    org = control.org(FIXTURE)
    changed = control.good("PATCH", f"{org}/records/{module}/{LEAD}", {"state": ["in_merge"]})
    assert (changed["module"], changed["state"]) == ("Leads", ["in_merge"])
    assert control.good("GET", f"{org}/records/{module}/{LEAD}")["module"] == "Leads"


@for_each(
    ("record", "body", "status", "where"),
    [
        (f"Leads/{LEAD}", {"state": ["asleep"]}, 400, "body.state[0]"),
        (f"Leads/{LEAD}", {"territories": ["Nowhere"]}, 400, "body.territories[0]"),
        (f"Leads/{LEAD}", {"fields": {}}, 400, "body.fields"),
        ("Leads/1", {"state": []}, 404, "path.record"),
        ("Leads/x", {"state": []}, 404, "path.record"),
        (f"Deals/{LEAD}", {"state": []}, 404, "path.record"),
        (f"Dealz/{LEAD}", {"state": []}, 404, "path.module"),
    ],
)
def test_a_bad_change_of_a_record_changes_nothing(
    control: Control, record: str, body: object, status: int, where: str
) -> None:
    org = control.org(FIXTURE)
    before = control.good("GET", f"{org}/export")

    got, response = control.call("PATCH", f"{org}/records/{record}", body)

    assert (got, response["error"]["where"]) == (status, where)
    assert control.good("GET", f"{org}/export") == before
