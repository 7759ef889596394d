"""Failures of the accounts host that a test injects: its own errors by their code, and bodies that are sent unchanged
(docs/contract/mass-update-and-core.md 1.4)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mockcrm.http.oauth_errors import OAUTH_ERRORS
from tests.accounts.consenting import AUTH, OAuthClient
from tests.support.application import JSON_TYPE, OrgApi, assert_response
from tests.support.for_each import for_each

TOKEN = "/oauth/v2/token"
TOO_MANY = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}
PLAIN = [
    "invalid_code",
    "invalid_client",
    "invalid_client_secret",
    "invalid_redirect_uri",
    "invalid_request",
    "invalid_scope",
    "invalid_response_type",
    "unsupported_grant_type",
    "access_denied",
    "general_error",
]
ERRORS = [
    *((code, 200, {"error": code}) for code in PLAIN),
    ("Access Denied", 400, TOO_MANY),
    ("INVALID_OAUTHTOKEN", 401, {"error": "INVALID_OAUTHTOKEN"}),
    ("INVALID_OAUTHSCOPE", 401, {"error": "INVALID_OAUTHSCOPE"}),
]
PAGE = "<html><body><h1>Sorry, something went wrong</h1></body></html>"


def control(org: OrgApi, method: str, body: object = None, path: str = "/faults") -> httpx.Response:
    return org.application.send(method, f"/_mockcrm/orgs/{org.name}{path}", json=body)


def add(client: OAuthClient, **fault: Any) -> dict[str, Any]:
    response = control(client.org, "POST", fault)
    assert response.status_code == 201, response.text
    added: dict[str, Any] = response.json()
    return added


def refresh(client: OAuthClient) -> httpx.Response:
    return client.refresh(client.org.entry.refresh_token or "")


def test_every_error_is_listed_here() -> None:
    assert [code for code, _, _ in ERRORS] == list(OAUTH_ERRORS)


@for_each(("code", "status", "content"), ERRORS)
def test_an_error_comes_once_in_its_documented_form(
    client: OAuthClient, code: str, status: int, content: dict[str, Any]
) -> None:
    added = add(client, error=code, times=1)
    assert (added["error"], added["match"]) == (code, {"path": "/oauth/*"})

    assert_response(refresh(client), status, content)
    assert "access_token" in refresh(client).json()


def test_an_error_has_the_status_of_the_orgs_settings_or_its_own(client: OAuthClient) -> None:
    control(client.org, "PUT", {"oauth_error_status": 400, "throttle_status": 429}, "/settings")
    for fault, status in (
        ({"error": "invalid_code"}, 400),
        ({"error": "Access Denied"}, 429),
        ({"error": "invalid_code", "status": 503}, 503),
        ({"error": "INVALID_OAUTHTOKEN"}, 401),
    ):
        add(client, **fault, times=1)
        assert refresh(client).status_code == status


def test_an_error_matches_the_accounts_host_alone(client: OAuthClient) -> None:
    add(client, error="invalid_client")
    assert client.org.get("/crm/v2/users", type="AllUsers").status_code == 200
    assert refresh(client).json() == {"error": "invalid_client"}
    revoked = client.send("POST", f"{TOKEN}/revoke", params={"token": client.org.entry.refresh_token})
    assert revoked.json() == {"error": "invalid_client"}
    assert client.ask().json() == {"error": "invalid_client"}


def test_an_error_at_one_path(client: OAuthClient) -> None:
    add(client, match={"method": "POST", "path": TOKEN}, error="general_error", after=1, times=2)
    assert ["error" in refresh(client).json() for _ in range(4)] == [False, True, True, False]
    assert client.ask().status_code == 200


@pytest.mark.parametrize(
    ("fault", "where", "message"),
    [
        (
            {"error": "invalid_code", "match": {"path": "/crm/v2/Leads"}},
            "body.match.path",
            "invalid_code is an error of the accounts host; expected a path below /oauth/, got '/crm/v2/Leads'",
        ),
        (
            {"error": "invalid_code", "match": {"path": "*"}},
            "body.match.path",
            "invalid_code is an error of the accounts host; expected a path below /oauth/, got '*'",
        ),
        (
            {"error": "Access Denied", "match": {"module": "Leads"}},
            "body.match.module",
            "Access Denied is an error of the accounts host, whose paths name no module",
        ),
        ({"error": "invalid_code", "body": {}}, "body", "expected either error or body"),
        ({"content_type": "text/html"}, "body.content_type", "expected a body too"),
        (
            {"body": "x", "content_type": "html"},
            "body.content_type",
            "expected a media type like text/html, got 'html'",
        ),
        (
            {"body": "x", "content_type": "text/html\r\nX-Evil: 1"},
            "body.content_type",
            "expected a media type like text/html, got 'text/html\\r\\nX-Evil: 1'",
        ),
        ({"body": "x" * 65_537}, "body.body", "expected 65536 bytes or less, got 65537"),
    ],
)
def test_faults_that_make_no_sense(client: OAuthClient, fault: dict[str, Any], where: str, message: str) -> None:
    response = control(client.org, "POST", fault)
    assert (response.status_code, response.json()) == (400, {"error": {"message": message, "where": where}})


def test_an_unknown_error_names_those_of_the_accounts_host_too(client: OAuthClient) -> None:
    refused = control(client.org, "POST", {"error": "invalid_cod"}).json()["error"]
    assert refused["where"] == "body.error"
    assert "invalid_code" in refused["message"]


# -- bodies ------------------------------------------------------------------------------------------------------


def test_a_success_without_an_access_token(client: OAuthClient) -> None:
    content = {"scope": "ZohoCRM.modules.ALL", "api_domain": "http://x", "token_type": "Bearer", "expires_in": 3600}
    add(client, match={"path": TOKEN}, body=content, times=1)
    response = refresh(client)
    assert_response(response, 200, content)
    assert response.headers["content-type"] == JSON_TYPE
    assert "access_token" in refresh(client).json()


@for_each(
    ("fault", "status", "content_type", "text"),
    [
        ({"body": PAGE}, 200, "text/html;charset=UTF-8", PAGE),
        ({"body": PAGE, "status": 502}, 502, "text/html;charset=UTF-8", PAGE),
        ({"body": "busy", "status": 503, "content_type": "text/plain"}, 503, "text/plain", "busy"),
        ({"body": "{", "content_type": "application/json"}, 200, "application/json", "{"),
        ({"body": {}}, 200, JSON_TYPE, "{}"),
        ({"body": []}, 200, JSON_TYPE, "[]"),
        ({"body": False}, 200, JSON_TYPE, "false"),
        ({"body": {"access_token": None}}, 200, JSON_TYPE, '{"access_token":null}'),
        ({"body": {"access_token": "t", "expires_in": "1"}}, 200, JSON_TYPE, '{"access_token":"t","expires_in":"1"}'),
        ({"body": ""}, 200, None, ""),
        ({"body": "x", "status": 204}, 204, None, ""),
    ],
)
def test_a_body_is_sent_as_it_is(
    client: OAuthClient, fault: dict[str, Any], status: int, content_type: str | None, text: str
) -> None:
    add(client, match={"path": TOKEN}, **fault, times=1)
    response = refresh(client)
    assert (response.status_code, response.text) == (status, text)
    if text:
        assert response.headers["content-type"] == content_type


@for_each("path", [AUTH, "/oauth/v2/auth/refresh"])
def test_a_browser_gets_the_body_too(client: OAuthClient, path: str) -> None:
    add(client, body=PAGE, status=500, times=1)
    response = client.send("GET", path, params={"client_id": client.client_id}, headers={"Accept": "text/html"})
    assert (response.status_code, response.text) == (500, PAGE)


def test_the_crm_answers_with_a_body_as_well(client: OAuthClient) -> None:
    add(client, match={"path": "/crm/*"}, body=PAGE, status=502, times=1)
    response = client.org.get("/crm/v2/users", type="AllUsers")
    assert (response.status_code, response.headers["content-type"], response.text) == (
        502,
        "text/html;charset=UTF-8",
        PAGE,
    )


def test_a_fault_shows_its_body(client: OAuthClient) -> None:
    added = add(client, match={"path": TOKEN}, body={"access_token": None}, status=401)
    assert control(client.org, "GET").json()["faults"] == [added]
    assert {name: value for name, value in added.items() if name != "id"} == {
        "match": {"path": TOKEN},
        "after": 0,
        "status": 401,
        "body": {"access_token": None},
        "content_type": "application/json;charset=UTF-8",
        "seen": 0,
        "fired": 0,
        "spent": False,
    }
