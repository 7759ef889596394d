"""The limits of docs/contract/mass-update-and-core.md 1.5: enforced where `token_limits` is on, by the org's clock;
otherwise not at all."""

from __future__ import annotations

from mockcrm.core.limits import SlidingWindows
from mockcrm.core.orgs.tokens import LIMIT_SECONDS
from tests.accounts.consenting import OAuthClient, redirected
from tests.support.application import NOW, settings_of

THROTTLED = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}


def offline(client: OAuthClient) -> str:
    """A refresh token by consent."""
    response = client.exchange(client.code(access_type="offline", prompt="consent"))
    token: str = response.json()["refresh_token"]
    return token


def refreshed(client: OAuthClient, refresh_token: str) -> str:
    """Return a new access token; the request must succeed."""
    response = client.refresh(refresh_token)
    assert response.status_code == 200, response.text
    token: str = response.json()["access_token"]
    return token


def test_eleventh_access_token_in_ten_minutes_is_throttled(limited: OAuthClient) -> None:
    token = offline(limited)
    for _ in range(10):
        refreshed(limited, token)
        limited.wait(59)
    response = limited.refresh(token)
    assert (response.status_code, response.json()) == (400, THROTTLED)
    limited.wait(10)
    refreshed(limited, token)
    assert limited.refresh(token).status_code == 400


def test_throttled_request_gets_the_status_of_the_setting(limited: OAuthClient) -> None:
    token = offline(limited)
    with limited.org.using() as org:
        settings_of(org, throttle_status=200)
    for _ in range(10):
        refreshed(limited, token)
    response = limited.refresh(token)
    assert (response.status_code, response.json()) == (200, THROTTLED)


def test_throttle_holds_though_any_token_is_taken(limited: OAuthClient) -> None:
    token = offline(limited)
    with limited.org.using() as org:
        settings_of(org, auth="any")
    for _ in range(10):
        refreshed(limited, token)
    assert limited.refresh(token).json() == THROTTLED


def test_each_refresh_token_is_throttled_alone(limited: OAuthClient) -> None:
    one, other = offline(limited), offline(limited)
    for _ in range(10):
        refreshed(limited, one)
    assert limited.refresh(one).status_code == 400
    refreshed(limited, other)


def test_sixteenth_live_access_token_kills_the_oldest(limited: OAuthClient) -> None:
    token = offline(limited)
    issued = []
    for number in range(15):
        if number % 10 == 0:
            limited.wait(600)
        issued.append(refreshed(limited, token))
    assert [limited.status_of(text) for text in issued] == [200] * 15
    newest = refreshed(limited, token)
    assert [limited.status_of(text) for text in [*issued, newest]] == [401, *[200] * 15]


def test_expired_access_tokens_do_not_count_as_live(limited: OAuthClient) -> None:
    token = offline(limited)
    for _ in range(9):
        refreshed(limited, token)
    limited.wait(3600)
    issued = [refreshed(limited, token) for _ in range(10)]
    assert [limited.status_of(text) for text in issued] == [200] * 10


def test_twenty_first_refresh_token_deletes_the_oldest_with_its_access_tokens(limited: OAuthClient) -> None:
    # The fixture's entry is the first refresh token that the user gave the client.
    first = limited.org.entry.refresh_token
    assert first is not None
    made = []
    for number in range(19):
        if number % 10 == 0:
            limited.wait(600)
        made.append(offline(limited))
    access = refreshed(limited, first)
    limited.wait(600)
    made.append(offline(limited))
    assert limited.refresh(first).json() == {"error": "invalid_code"}
    assert limited.status_of(access) == 401
    for token in made:
        refreshed(limited, token)


def test_codes_that_are_never_used_delete_no_refresh_token(limited: OAuthClient) -> None:
    first = limited.org.entry.refresh_token
    assert first is not None
    for number in range(25):
        if number % 10 == 0:
            limited.wait(600)
        limited.code(access_type="offline")
    refreshed(limited, first)


def test_eleventh_grant_code_in_ten_minutes_is_denied(limited: OAuthClient) -> None:
    for _ in range(10):
        limited.code()
        limited.wait(59)
    by_parameter = limited.consent(state="s")
    by_form = limited.response(limited.page(state="s"))
    for response in (by_parameter, by_form):
        assert redirected(response) == {"error": "access_denied", "state": "s"}
    limited.wait(10)
    limited.code()
    assert redirected(limited.consent()) == {"error": "access_denied"}


def test_token_flow_makes_no_grant_codes(limited: OAuthClient) -> None:
    for _ in range(12):
        assert "access_token" in redirected(limited.consent(response_type="token"), mark="#")


def test_reset_starts_every_count_again(limited: OAuthClient) -> None:
    token = limited.org.entry.refresh_token
    assert token is not None
    for _ in range(10):
        refreshed(limited, token)
    limited.org.application.registry.reset(limited.org.name)
    refreshed(limited, token)


def test_nothing_is_limited_by_default(client: OAuthClient) -> None:
    token = offline(client)
    issued = [refreshed(client, token) for _ in range(25)]
    assert {client.status_of(text) for text in issued} == {200}
    made = [offline(client) for _ in range(25)]
    refreshed(client, made[0])


def test_clock_that_was_put_back_leaves_no_counts_behind() -> None:
    windows = SlidingWindows(LIMIT_SECONDS)
    assert all(windows.take("org", "key", 2, NOW + second) for second in (0, 1))
    assert not windows.take("org", "key", 2, NOW + 2)
    assert windows.take("org", "key", 2, NOW - 1)
    assert windows.take("org", "key", 2, NOW - 1 + LIMIT_SECONDS)
