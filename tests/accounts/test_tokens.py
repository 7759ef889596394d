"""POST /oauth/v2/token and /token/revoke: every way to send the parameters, every error
(docs/contract/mass-update-and-core.md 1.2 to 1.5)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.application import HOST, JSON_TYPE, Application, OrgApi, assert_response, settings_of
from tests.support.for_each import for_each

TOKEN = re.compile(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}")
URI = "http://localhost:5501/redirect.html"
SCOPES = ["ZohoCRM.modules.ALL", "ZohoCRM.org.READ"]
FIXTURE = {
    "users": [{"email": "a@x.example"}],
    "clients": [
        {"redirect_uris": [URI], "tokens": [{"user": "a@x.example", "scopes": SCOPES}]},
        {"tokens": [{"user": "a@x.example"}]},
    ],
}
WAYS = ["urlencoded", "multipart", "query"]


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE).entry_of(1)


def ask(org: OrgApi, way: str = "urlencoded", path: str = "token", prefix: str = "", **given: str | None) -> Any:
    values = {name: value for name, value in given.items() if value is not None}
    url = f"{prefix}/oauth/v2/{path}"
    if way == "query":
        return org.application.send("POST", url, params=values)
    if way == "multipart":
        return org.application.send("POST", url, files={name: (None, value) for name, value in values.items()})
    return org.application.send("POST", url, data=values)


def of_client(org: OrgApi, **more: Any) -> dict[str, Any]:
    return {"client_id": org.entry.client_id, "client_secret": org.entry.client_secret, **more}


def refresh(org: OrgApi, **more: Any) -> dict[str, Any]:
    return of_client(org, grant_type="refresh_token", refresh_token=org.entry.refresh_token, **more)


def code(org: OrgApi, **more: Any) -> dict[str, Any]:
    return of_client(org, grant_type="authorization_code", code=org.entry.grant_code, **more)


def assert_issued(response: Any, scopes: list[str], **more: Any) -> str:
    content = response.json()
    token: str = content.pop("access_token")
    assert TOKEN.fullmatch(token)
    expected = {"scope": " ".join(scopes), "api_domain": HOST, "token_type": "Bearer", "expires_in": 3600, **more}
    assert (response.status_code, content) == (200, expected)
    assert response.headers["content-type"] == JSON_TYPE
    assert b"\n" not in response.content
    return token


@pytest.mark.parametrize("way", WAYS)
def test_refresh_token_gives_an_access_token(org: OrgApi, way: str) -> None:
    token = assert_issued(ask(org, way, **refresh(org)), SCOPES)
    headers = {"Authorization": f"Zoho-oauthtoken {token}"}
    assert org.application.send("GET", "/crm/v2/Leads", headers=headers).status_code == 204


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("uri", [URI, None])
def test_code_gives_both_tokens_once(org: OrgApi, way: str, uri: str | None) -> None:
    assert_issued(ask(org, way, **code(org, redirect_uri=uri)), SCOPES, refresh_token=org.entry.refresh_token)
    assert_response(ask(org, way, **code(org)), 200, {"error": "invalid_code"})


def test_client_credentials_give_the_administrators_token(org: OrgApi) -> None:
    sent = of_client(org, grant_type="client_credentials", scope="ZohoCRM.modules.READ,ZohoCRM.org.READ")
    assert_issued(ask(org, **sent), ["ZohoCRM.modules.READ", "ZohoCRM.org.READ"])
    assert_issued(ask(org, **sent, soid="ZohoCRM.554023000000000001"), ["ZohoCRM.modules.READ", "ZohoCRM.org.READ"])
    assert_response(ask(org, **sent, soid="ZohoCRM.1"), 200, {"error": "invalid_client"})
    for scope in (None, "", "nonsense", "ZohoCRM.modules.READ;x"):
        assert_response(ask(org, **{**sent, "scope": scope}), 200, {"error": "invalid_scope"})


@for_each(
    ("changes", "expected"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_id": None}, "invalid_request"),
        ({"client_secret": None}, "invalid_request"),
        ({"client_id": "1000.NOBODY"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client_secret"),
        ({"refresh_token": None}, "invalid_request"),
        ({"refresh_token": "1000.nobody"}, "invalid_code"),
        ({"client_secret": "wrong", "refresh_token": "1000.nobody"}, "invalid_client_secret"),
        ({"client_id": "1000.NOBODY", "client_secret": "wrong"}, "invalid_client"),
    ],
)
@for_each("way", WAYS)
def test_refusals(org: OrgApi, way: str, changes: dict[str, str | None], expected: str) -> None:
    assert_response(ask(org, way, **{**refresh(org), **changes}), 200, {"error": expected})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code": None}, "invalid_request"),
        ({"code": "1000.nobody"}, "invalid_code"),
        ({"redirect_uri": "http://elsewhere.example/"}, "invalid_redirect_uri"),
    ],
)
def test_refused_code_is_not_used_up(org: OrgApi, changes: dict[str, str | None], expected: str) -> None:
    assert_response(ask(org, **{**code(org), **changes}), 200, {"error": expected})
    assert_issued(ask(org, **code(org)), SCOPES, refresh_token=org.entry.refresh_token)


def test_tokens_belong_to_their_client(org: OrgApi) -> None:
    second = org.entry_of(2)
    sent = {**refresh(org), "client_id": second.entry.client_id, "client_secret": second.entry.client_secret}
    assert_response(ask(org, **sent), 200, {"error": "invalid_code"})


def test_status_of_refusals_is_a_setting(org: OrgApi) -> None:
    with org.using() as opened:
        settings_of(opened, oauth_error_status=401)
    assert_response(ask(org, **{**refresh(org), "client_secret": "x"}), 401, {"error": "invalid_client_secret"})


@pytest.mark.parametrize("way", WAYS)
def test_revoked_refresh_token_takes_its_access_tokens_along(org: OrgApi, way: str) -> None:
    made = ask(org, **refresh(org)).json()["access_token"]
    assert_response(ask(org, way, "token/revoke", token=org.entry.refresh_token), 200, {"status": "success"})
    for token in (made, org.entry.access_token):
        response = org.application.send("GET", "/crm/v2/Leads", headers={"Authorization": f"Zoho-oauthtoken {token}"})
        assert (response.status_code, response.json()["code"]) == (401, "INVALID_TOKEN")
    assert_response(ask(org, **refresh(org)), 200, {"error": "invalid_code"})
    assert_response(ask(org, way, "token/revoke", token=org.entry.refresh_token), 400, {"error": "invalid_code"})


@pytest.mark.parametrize("token", [None, "", "1000.nobody"])
def test_unknown_token_cannot_be_revoked(org: OrgApi, token: str | None) -> None:
    assert_response(ask(org, path="token/revoke", token=token), 400, {"error": "invalid_code"})


@for_each("path", ["/oauth/v2/token", "/oauth/v2/token/revoke"])
@for_each("method", ["GET", "PUT", "DELETE"])
def test_tokens_are_requested_by_post(org: OrgApi, method: str, path: str) -> None:
    response = org.application.send(method, path)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_REQUEST_METHOD")


def test_form_that_cannot_be_read(org: OrgApi) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    response = org.application.send("POST", "/oauth/v2/token", content=b"x", headers=headers)
    assert_response(response, 200, {"error": "invalid_request"})


# -- orgs stay apart -----------------------------------------------------------------------------------------------


def test_org_prefix_shows_one_org_alone(application: Application, org: OrgApi) -> None:
    other = application.org(FIXTURE).entry_of(1)
    prefix = f"/o/{org.name}"
    assert_issued(ask(org, prefix=prefix, **refresh(org)), SCOPES, api_domain=f"{HOST}{prefix}")
    assert_response(ask(org, prefix=prefix, **refresh(other)), 200, {"error": "invalid_client"})
    assert_response(ask(org, prefix="/o/nowhere", **refresh(org)), 200, {"error": "invalid_client"})
    revoked = ask(org, path="token/revoke", prefix=prefix, token=other.entry.refresh_token)
    assert_response(revoked, 400, {"error": "invalid_code"})
    assert org.get(f"{prefix}/crm/v2/Leads").status_code == 204
    assert other.get(f"{prefix}/crm/v2/Leads").json()["code"] == "INVALID_TOKEN"
    assert org.get("/o/nowhere/crm/v2/Leads").json()["code"] == "INVALID_TOKEN"


@for_each(
    ("header", "expected"),
    [
        ("Zoho-oauthtoken {}", None),
        ("zoho-OAUTHTOKEN   {} ", None),
        ("Bearer {}", None),
        ("Basic {}", "AUTHENTICATION_FAILURE"),
        ("{}", "AUTHENTICATION_FAILURE"),
        ("Zoho-oauthtoken", "AUTHENTICATION_FAILURE"),
        ("Zoho-oauthtoken {}x", "INVALID_TOKEN"),
    ],
)
def test_authorization_header(org: OrgApi, header: str, expected: str | None) -> None:
    headers = {"Authorization": header.format(org.entry.access_token)}
    response = org.application.send("GET", "/crm/v2/Leads", headers=headers)
    assert response.headers.get("x-mockcrm-rule") == expected
    assert response.status_code == (204 if expected is None else 401)


def test_access_token_ends_by_the_clock_of_its_org(application: Application) -> None:
    first, second = application.org(FIXTURE), application.org(FIXTURE)
    with first.using() as opened:
        made = ask(first.entry_of(1), **refresh(first.entry_of(1))).json()["access_token"]
        headers = {"Authorization": f"Zoho-oauthtoken {made}"}
        opened.set_clock(opened.clock.advance(3599))
        assert application.send("GET", "/crm/v2/Leads", headers=headers).status_code == 204
        opened.set_clock(opened.clock.advance(1))
        assert application.send("GET", "/crm/v2/Leads", headers=headers).json()["code"] == "INVALID_TOKEN"
    assert second.get("/crm/v2/Leads").status_code == 204


def test_auth_any_lets_everybody_in_as_the_administrator(application: Application) -> None:
    org = application.org({**FIXTURE, "settings": {"auth": "any"}})
    url = f"/o/{org.name}/crm/v2/Leads"
    headers = {"Authorization": "Zoho-oauthtoken whatever"}
    body = {"data": [{"Last_Name": "x"}]}
    response = application.send("POST", url, json=body, headers=headers)
    assert response.json()["data"][0]["details"]["Created_By"]["name"] == "Mock Administrator"
    assert application.send("GET", url).json()["code"] == "AUTHENTICATION_FAILURE"
    sent = {"grant_type": "refresh_token", "client_id": "x", "client_secret": "y", "refresh_token": "z"}
    content = ask(org, prefix=f"/o/{org.name}", **sent).json()
    assert (content["refresh_token"], content["token_type"]) == ("z", "Bearer")
