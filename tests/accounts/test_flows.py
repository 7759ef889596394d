"""Code flow, token flow, silent renewal, client credentials: what each response contains and what its tokens allow."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from tests.accounts.consenting import AUTH, QUERY_URI, REP, SCOPES, OAuthClient, redirected
from tests.support.application import HOST, Application

TOKEN = re.compile(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}")
REFRESH = AUTH + "/refresh"


# -- code flow -----------------------------------------------------------------------------------------------------


def test_code_comes_with_location_accounts_server_and_state(client: OAuthClient) -> None:
    by_form = client.response(client.page(state="xyz"))
    by_parameter = client.consent(state="xyz")
    for response in (by_form, by_parameter):
        found = redirected(response)
        assert list(found) == ["code", "location", "accounts-server", "state"]
        assert TOKEN.fullmatch(found.pop("code"))
        assert found == {"location": "us", "accounts-server": HOST, "state": "xyz"}
        assert "access-control-allow-origin" not in response.headers


def test_no_state_is_returned_where_none_was_given(client: OAuthClient) -> None:
    assert "state" not in redirected(client.consent())


def test_result_is_appended_to_the_query_of_the_redirect_uri(client: OAuthClient) -> None:
    response = client.consent(redirect_uri=QUERY_URI)
    assert list(redirected(response, QUERY_URI, "&")) == ["code", "location", "accounts-server"]


def test_offline_code_gives_tokens_of_the_requested_scopes(client: OAuthClient) -> None:
    response = client.exchange(client.code(access_type="offline"))
    content = response.json()
    assert (response.status_code, list(content)) == (
        200,
        ["access_token", "refresh_token", "scope", "api_domain", "token_type", "expires_in"],
    )
    assert TOKEN.fullmatch(content["refresh_token"])
    assert content["scope"] == "ZohoCRM.modules.ALL ZohoCRM.users.READ"
    assert (content["api_domain"], content["token_type"], content["expires_in"]) == (HOST, "Bearer", 3600)
    assert client.user_of(content["access_token"]) == REP
    renewed = client.refresh(content["refresh_token"]).json()
    assert list(renewed) == ["access_token", "scope", "api_domain", "token_type", "expires_in"]
    assert client.user_of(renewed["access_token"]) == REP


@pytest.mark.parametrize("access_type", ["online", None])
def test_online_code_gives_no_refresh_token(client: OAuthClient, access_type: str | None) -> None:
    content = client.exchange(client.code(access_type=access_type)).json()
    assert list(content) == ["access_token", "scope", "api_domain", "token_type", "expires_in"]


def test_scopes_of_the_consent_are_all_that_the_token_may_do(client: OAuthClient) -> None:
    content = client.exchange(client.code(scope="ZohoCRM.users.READ")).json()
    headers = {"Authorization": f"Zoho-oauthtoken {content['access_token']}"}
    statuses = [
        client.org.application.send("GET", path, headers=headers).status_code
        for path in ("/crm/v2/users", "/crm/v2/settings/modules")
    ]
    assert statuses == [200, 401]


def test_repeated_consent_gives_a_refresh_token_only_with_prompt(client: OAuthClient) -> None:
    first = client.exchange(client.code(access_type="offline")).json()
    assert "refresh_token" not in client.exchange(client.code(access_type="offline")).json()
    again = client.exchange(client.code(access_type="offline", prompt="consent")).json()
    assert again["refresh_token"] != first["refresh_token"]
    assert "access_token" in client.refresh(first["refresh_token"]).json()


def test_other_users_consent_is_a_first_one(client: OAuthClient) -> None:
    client.exchange(client.code(access_type="offline"))
    code = redirected(client.ask(access_type="offline", mockcrm_consent="accept"))["code"]
    assert "refresh_token" in client.exchange(code).json()


def test_code_that_was_never_used_makes_no_consent_a_repeated_one(client: OAuthClient) -> None:
    client.code(access_type="offline")
    assert "refresh_token" in client.exchange(client.code(access_type="offline")).json()


def test_consent_after_a_revoked_refresh_token_is_a_first_one(client: OAuthClient) -> None:
    content = client.exchange(client.code(access_type="offline")).json()
    client.send("POST", "/oauth/v2/token/revoke", params={"token": content["refresh_token"]})
    assert client.status_of(content["access_token"]) == 401
    assert "refresh_token" in client.exchange(client.code(access_type="offline")).json()


def test_code_works_once(client: OAuthClient) -> None:
    code = client.code()
    assert "access_token" in client.exchange(code).json()
    assert client.exchange(code).json() == {"error": "invalid_code"}


def test_code_lives_three_minutes_of_the_orgs_clock(client: OAuthClient) -> None:
    used, late = client.code(), client.code()
    client.wait(179)
    assert "access_token" in client.exchange(used).json()
    client.wait(1)
    assert client.exchange(late).json() == {"error": "invalid_code"}


@pytest.mark.parametrize("uri", [QUERY_URI, "http://evil.example/", "", None])
def test_code_is_exchanged_with_the_redirect_uri_of_its_consent(client: OAuthClient, uri: str | None) -> None:
    code = client.code()
    assert client.exchange(code, redirect_uri=uri).json() == {"error": "invalid_redirect_uri"}
    assert "access_token" in client.exchange(code).json()


def test_code_belongs_to_the_client_that_requested_it(client: OAuthClient) -> None:
    other = OAuthClient(client.org.entry_of(2))
    assert other.exchange(client.code()).json() == {"error": "invalid_code"}


def test_code_of_a_fixture_needs_no_redirect_uri_and_gives_a_refresh_token(client: OAuthClient) -> None:
    code = client.org.entry.grant_code
    assert code is not None
    content = client.exchange(code, redirect_uri=None).json()
    assert content["refresh_token"] == client.org.entry.refresh_token


def test_grant_code_is_no_refresh_token_before_it_is_exchanged(client: OAuthClient) -> None:
    client.code(access_type="offline")
    statement = "SELECT refresh_live FROM oauth_grant WHERE org = ? AND redirect_uri IS NOT NULL"
    with closing(sqlite3.connect(client.org.application.registry.root / "registry.sqlite")) as connection:
        assert connection.execute(statement, (client.org.uid,)).fetchall() == [(0,)]


# -- token flow ----------------------------------------------------------------------------------------------------


def test_token_comes_in_the_fragment(client: OAuthClient) -> None:
    response = client.response(client.page(response_type="token", state="zohocrmclient"))
    found = redirected(response, mark="#")
    assert list(found) == ["access_token", "expires_in", "expires_in_sec", "location", "api_domain", "state"]
    assert client.user_of(found["access_token"]) == REP
    assert client.status_of(found.pop("access_token")) == 200
    assert found == {
        "expires_in": "3600",
        "expires_in_sec": "3600",
        "location": "us",
        "api_domain": HOST,
        "state": "zohocrmclient",
    }


def test_grant_for_the_session_is_passed_to_the_page(client: OAuthClient) -> None:
    by_form = client.response(client.page(response_type="token"), session="true")
    by_parameter = client.consent(response_type="token")
    for response in (by_form, by_parameter):
        assert redirected(response, mark="#")["granted_for_session"] == "true"


def test_token_flow_gives_no_refresh_token_even_offline(client: OAuthClient) -> None:
    found = redirected(client.consent(response_type="token", access_type="offline", prompt="consent"), mark="#")
    assert "refresh_token" not in found


def test_token_of_the_fragment_lives_an_hour(client: OAuthClient) -> None:
    found = redirected(client.consent(response_type="token"), mark="#")
    client.wait(3599)
    assert client.status_of(found["access_token"]) == 200
    client.wait(1)
    assert client.status_of(found["access_token"]) == 401


# -- silent renewal ------------------------------------------------------------------------------------------------


def test_consent_for_the_session_is_renewed_without_a_page(client: OAuthClient) -> None:
    first = redirected(client.response(client.page(response_type="token"), session="true"), mark="#")
    client.wait(3600)
    found = redirected(client.ask(REFRESH, response_type="token", state="s"), mark="#")
    assert list(found) == [
        "access_token",
        "expires_in",
        "expires_in_sec",
        "location",
        "api_domain",
        "granted_for_session",
        "state",
    ]
    assert client.user_of(found["access_token"]) == REP
    assert (client.status_of(found["access_token"]), client.status_of(first["access_token"])) == (200, 401)


def test_renewal_without_scopes_gives_those_of_the_consent(client: OAuthClient) -> None:
    client.consent(response_type="token", scope="ZohoCRM.users.READ")
    found = redirected(client.ask(REFRESH, response_type="token", scope=None), mark="#")
    session = client.org.application.registry.credentials.find_token(found["access_token"])
    assert session is not None
    assert session.scopes == ("ZohoCRM.users.READ",)


def test_renewal_may_request_fewer_scopes_but_not_more(client: OAuthClient) -> None:
    client.consent(response_type="token")
    less = redirected(client.ask(REFRESH, response_type="token", scope="zohocrm.users.read"), mark="#")
    session = client.org.application.registry.credentials.find_token(less["access_token"])
    assert session is not None
    assert session.scopes == ("zohocrm.users.read",)
    more = client.ask(REFRESH, response_type="token", scope=SCOPES + ",ZohoCRM.org.ALL", state="s")
    assert redirected(more, mark="#") == {"error": "prompt_required", "state": "s"}


def test_renewal_needs_a_consent_for_the_session_in_this_browser(client: OAuthClient) -> None:
    denied = {"error": "client_not_granted"}
    assert redirected(client.ask(REFRESH, response_type="token"), mark="#") == denied
    client.response(client.page(response_type="token"))
    assert redirected(client.ask(REFRESH, response_type="token"), mark="#") == denied
    client.consent(response_type="token")
    assert "access_token" in redirected(client.ask(REFRESH, response_type="token"), mark="#")
    elsewhere = OAuthClient(client.org)
    assert redirected(elsewhere.ask(REFRESH, response_type="token"), mark="#") == denied
    named = elsewhere.ask(REFRESH, response_type="token", mockcrm_user=REP)
    assert "access_token" in redirected(named, mark="#")


def test_repeated_consents_are_stored_once(client: OAuthClient) -> None:
    for _ in range(3):
        client.consent(response_type="token")
    credentials = client.org.application.registry.credentials
    known = credentials.client(client.client_id)
    assert known is not None
    assert len(credentials.session_consents(known, int(REP))) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "1000.NOBODY"}, "invalid_client"),
        ({"redirect_uri": "http://evil.example/"}, "invalid_redirect_uri"),
        ({"response_type": "code"}, "invalid_response_type"),
        ({"scope": "nonsense"}, "invalid_scope"),
    ],
)
def test_invalid_renewal_is_an_error_without_redirect(client: OAuthClient, changes: dict[str, str], code: str) -> None:
    client.consent(response_type="token")
    response = client.ask(REFRESH, **{"response_type": "token", **changes})
    assert (response.status_code, response.json(), response.headers.get("location")) == (400, {"error": code}, None)


# -- client credentials --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [AUTH, "/oauth/v2/token"])
def test_client_credentials_work_at_both_addresses(client: OAuthClient, path: str) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": client.org.entry.client_secret,
        "scope": SCOPES,
    }
    content = client.send("POST", path, data=form).json()
    assert list(content) == ["access_token", "scope", "api_domain", "token_type", "expires_in"]
    assert client.status_of(content["access_token"]) == 200


def test_other_grant_types_belong_to_the_token_address(client: OAuthClient) -> None:
    response = client.send("POST", AUTH, data={"grant_type": "refresh_token", "client_id": client.client_id})
    assert (response.status_code, response.json()) == (200, {"error": "unsupported_grant_type"})


def test_consent_of_the_demo_client_needs_no_setting_up() -> None:
    with Application(fixture="demo") as application:
        uri = "http://localhost:5501/redirect.html"
        parameters = {
            "client_id": "1000.DEMOCLIENT",
            "redirect_uri": uri,
            "scope": SCOPES,
            "response_type": "code",
            "mockcrm_user": "patricia@zylker.example",
            "mockcrm_consent": "accept",
        }
        code = redirected(application.send("GET", AUTH, params=parameters), uri)["code"]
        form = {
            "grant_type": "authorization_code",
            "client_id": "1000.DEMOCLIENT",
            "client_secret": "demo-secret",
            "redirect_uri": uri,
            "code": code,
        }
        assert "access_token" in application.send("POST", "/oauth/v2/token", data=form).json()
