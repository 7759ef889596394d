"""GET /oauth/user/info: the user of an access token (docs/contract/mass-update-and-core.md 1.8)."""

from __future__ import annotations

from typing import Any

import httpx

from tests.accounts.consenting import OAuthClient
from tests.support.application import Application, assert_response
from tests.support.for_each import for_each

PATH = "/oauth/user/info"
SCOPE = "aaaserver.profile.READ"
NO_TOKEN, NO_SCOPE = {"error": "INVALID_OAUTHTOKEN"}, {"error": "INVALID_OAUTHSCOPE"}


def ask(client: OAuthClient, token: str | None, scheme: str = "Zoho-oauthtoken", **more: str) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"{scheme} {token}"}
    return client.org.application.send("GET", PATH, headers={**headers, **more})


def granted(client: OAuthClient, scope: str = SCOPE) -> str:
    token: str = client.exchange(client.code(scope=scope)).json()["access_token"]
    return token


def test_the_user_who_granted_the_token(application: Application) -> None:
    user = {"id": "554023000000235014", "email": "rep@x.example", "full_name": "Charles van Stone"}
    org = application.org({"users": [user], "clients": [{"tokens": [{"user": "rep@x.example"}]}]}).entry_of(1)
    expected = {
        "First_Name": "Charles van",
        "Email": "rep@x.example",
        "Last_Name": "Stone",
        "Display_Name": "Charles van Stone",
        "ZUID": 600_235_014,
    }
    for scheme in ("Zoho-oauthtoken", "Bearer"):
        assert_response(ask(OAuthClient(org), org.entry.access_token, scheme), 200, expected)
    in_crm = org.get("/crm/v2/users", type="CurrentUser").json()["users"][0]
    assert in_crm["zuid"] == str(expected["ZUID"])


def test_a_user_with_one_name(application: Application) -> None:
    user = {"email": "rep@x.example", "full_name": "Stone"}
    org = application.org({"users": [user], "clients": [{"tokens": [{"user": "rep@x.example"}]}]}).entry_of(1)
    content = ask(OAuthClient(org), org.entry.access_token).json()
    assert [content[name] for name in ("First_Name", "Last_Name", "Display_Name")] == ["", "Stone", "Stone"]


@for_each("scope", [SCOPE, "AaaServer.profile.Read", "Aaaserver.profile.ALL", f"ZohoCRM.modules.ALL,{SCOPE}"])
def test_scopes_that_suffice(client: OAuthClient, scope: str) -> None:
    assert ask(client, granted(client, scope)).json()["Email"] == "rep@zylker.example"


@for_each("scope", ["ZohoCRM.users.ALL", "aaaserver.profile.UPDATE", "aaaserver.READ", "ZohoCRM.profile.READ"])
def test_scopes_that_do_not(client: OAuthClient, scope: str) -> None:
    assert_response(ask(client, granted(client, scope)), 401, NO_SCOPE)


@for_each("token", [None, "", "1000.nobody"])
def test_tokens_that_are_none(client: OAuthClient, token: str | None) -> None:
    assert_response(ask(client, token), 401, NO_TOKEN)


def test_a_token_that_has_ended(client: OAuthClient) -> None:
    token = granted(client)
    client.wait(3600)
    assert_response(ask(client, token), 401, NO_TOKEN)


def test_an_org_prefix_shows_one_org_alone(application: Application, client: OAuthClient) -> None:
    other = application.org()
    headers = {"Authorization": f"Zoho-oauthtoken {granted(client)}"}
    assert application.send("GET", f"/o/{client.org.name}{PATH}", headers=headers).status_code == 200
    for name in (other.name, "nowhere"):
        assert_response(application.send("GET", f"/o/{name}{PATH}", headers=headers), 401, NO_TOKEN)


def test_where_every_token_is_accepted_it_is_the_administrator(application: Application) -> None:
    org = application.org({"settings": {"auth": "any"}})
    headers = {"Authorization": "Zoho-oauthtoken whatever"}
    content = application.send("GET", f"/o/{org.name}{PATH}", headers=headers).json()
    assert content["Email"] == "admin@mockcrm.example"
    assert_response(application.send("GET", f"/o/{org.name}{PATH}"), 401, NO_TOKEN)


@for_each("method", ["POST", "PUT", "DELETE"])
def test_other_verbs(client: OAuthClient, method: str) -> None:
    response = client.org.application.send(method, PATH)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_REQUEST_METHOD")


@for_each(
    ("fault", "status", "content"),
    [
        ({"error": "INVALID_OAUTHTOKEN"}, 401, NO_TOKEN),
        ({"error": "general_error", "status": 500}, 500, {"error": "general_error"}),
        ({"body": {}, "status": 503}, 503, {}),
    ],
)
def test_faults_of_the_tokens_org(client: OAuthClient, fault: dict[str, Any], status: int, content: object) -> None:
    body = {"match": {"path": PATH}, "times": 1, **fault}
    client.org.application.send("POST", f"/_mockcrm/orgs/{client.org.name}/faults", json=body)
    token = granted(client)
    assert_response(ask(client, token), status, content)
    assert ask(client, token).status_code == 200
