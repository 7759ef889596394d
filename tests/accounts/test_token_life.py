"""The setting `access_token_seconds`: how long an access token is valid, and what the service says about it."""

from __future__ import annotations

import httpx
import pytest

from tests.accounts.consenting import FIXTURE, OAuthClient, redirected
from tests.support.application import Application, settings_of
from tests.support.for_each import for_each

LIFE = 5


@pytest.fixture
def short(application: Application) -> OAuthClient:
    """A client of an org whose access tokens are valid for five seconds."""
    return OAuthClient(application.org({**FIXTURE, "settings": {"access_token_seconds": LIFE}}).entry_of(1))


def refresh(client: OAuthClient) -> httpx.Response:
    return client.refresh(client.org.entry.refresh_token or "")


def assert_ends(client: OAuthClient, token: str, life: int = LIFE) -> None:
    """Check that a token just issued is valid for `life` seconds of the org's clock and no longer."""
    client.wait(life - 1)
    assert client.status_of(token) == 200
    client.wait(1)
    assert client.status_of(token) == 401


def test_a_refreshed_token(short: OAuthClient) -> None:
    content = refresh(short).json()
    assert content["expires_in"] == LIFE
    assert_ends(short, content["access_token"])


def test_the_token_of_a_grant_code(short: OAuthClient) -> None:
    content = short.exchange(short.code()).json()
    assert content["expires_in"] == LIFE
    assert_ends(short, content["access_token"])


def test_the_token_of_the_client_itself(short: OAuthClient) -> None:
    content = short.token(grant_type="client_credentials", scope="ZohoCRM.users.READ").json()
    assert content["expires_in"] == LIFE
    assert_ends(short, content["access_token"])


@for_each("changes", [{}, {"session": "true"}])
def test_tokens_of_the_token_flow(short: OAuthClient, changes: dict[str, str]) -> None:
    page = short.page(response_type="token")
    assert "For 5 seconds it would be allowed" in page.text
    found = redirected(short.response(page, **changes), mark="#")
    assert (found["expires_in"], found["expires_in_sec"]) == ("5", "5")
    assert_ends(short, found["access_token"])


def test_a_renewed_token(short: OAuthClient) -> None:
    short.consent(response_type="token")
    found = redirected(short.ask("/oauth/v2/auth/refresh", response_type="token"), mark="#")
    assert (found["expires_in"], found["expires_in_sec"]) == ("5", "5")
    assert_ends(short, found["access_token"])


def test_a_token_without_a_grant_where_every_token_is_accepted(application: Application) -> None:
    org = application.org({"settings": {"auth": "any", "access_token_seconds": 7}})
    sent = {"grant_type": "refresh_token", "client_id": "x", "client_secret": "y", "refresh_token": "z"}
    assert application.send("POST", f"/o/{org.name}/oauth/v2/token", data=sent).json()["expires_in"] == 7


def test_a_change_counts_from_the_next_token_on(client: OAuthClient) -> None:
    first = refresh(client).json()
    with client.org.using() as org:
        settings_of(org, access_token_seconds=60)
    second = refresh(client).json()
    assert (first["expires_in"], second["expires_in"]) == (3600, 60)
    client.wait(60)
    assert (client.status_of(first["access_token"]), client.status_of(second["access_token"])) == (200, 401)


def test_tokens_of_the_fixture_and_of_the_control_api_have_lives_of_their_own(short: OAuthClient) -> None:
    made = short.org.application.send("POST", f"/_mockcrm/orgs/{short.org.name}/tokens").json()["access_token"]
    short.wait(3599)
    assert [short.status_of(token) for token in (short.org.entry.access_token or "", made)] == [200, 200]


@for_each("value", [0, -1, 31_536_001, 1.5, "60", None])
def test_lives_that_are_refused(short: OAuthClient, value: object) -> None:
    path = f"/_mockcrm/orgs/{short.org.name}/settings"
    response = short.org.application.send("PUT", path, json={"access_token_seconds": value})
    assert (response.status_code, response.json()["error"]["where"]) == (400, "body.access_token_seconds")
