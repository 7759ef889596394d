"""GET and POST /oauth/v2/auth: what the page shows, and that each page can be submitted once, by its own form."""

from __future__ import annotations

import pytest

from mockcrm.accounts.tickets import MAX_TICKETS, TICKET_LIFE, ConsentRequest, Tickets
from mockcrm.core.faults import Match
from mockcrm.fixture_format.parse import parse_fixture
from tests.accounts.consenting import (
    AUTH,
    LEFT,
    QUERY_URI,
    REP,
    SCOPES,
    URI,
    OAuthClient,
    PageReader,
    assert_refused,
    redirected,
)
from tests.support.application import ADMIN, HOST, NOW, Application
from tests.support.for_each import for_each


def test_page_shows_client_scopes_and_the_active_users(client: OAuthClient) -> None:
    page = client.page()
    assert client.client_id in page.text
    assert "Zylker <b>& Sons</b>" in page.text
    assert 'Charles "<i>Stone</i>" (rep@zylker.example)' in page.text
    for scope in SCOPES.split(","):
        assert scope in page.text
    assert page.users == [ADMIN["id"], REP]
    assert page.selected == ADMIN["id"]
    assert [(item.get("name"), item.get("value")) for item in page.of("button")] == [
        ("decision", "accept"),
        ("decision", "reject"),
    ]


def test_page_cannot_be_framed_cached_or_read_by_other_origins(client: OAuthClient) -> None:
    parameters = {"client_id": client.client_id, "redirect_uri": URI, "scope": SCOPES, "response_type": "code"}
    response = client.send("GET", AUTH, params=parameters, headers={"Origin": "http://evil.example"})
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["content-security-policy"].startswith("default-src 'none';")
    assert "access-control-allow-origin" not in response.headers


def test_only_the_token_flow_offers_the_whole_session(client: OAuthClient) -> None:
    def boxes(page: PageReader) -> list[str | None]:
        return [item["name"] for item in page.of("input") if item.get("type") == "checkbox"]

    assert boxes(client.page(response_type="code")) == []
    assert boxes(client.page(response_type="token")) == ["session"]


def test_user_who_consented_last_in_this_browser_is_selected(client: OAuthClient) -> None:
    client.response(client.page())
    assert client.page().selected == REP
    assert OAuthClient(client.org).page().selected == ADMIN["id"]


def test_mockcrm_user_selects_a_user_by_email_or_id(client: OAuthClient) -> None:
    assert client.page(mockcrm_user="REP@zylker.example").selected == REP
    assert client.page(mockcrm_user=REP).selected == REP


def test_token_belongs_to_the_chosen_user(client: OAuthClient) -> None:
    for user in (REP, ADMIN["id"]):
        found = redirected(client.response(client.page(response_type="token"), user=user), mark="#")
        assert client.user_of(found["access_token"]) == user


def test_cookie_is_for_this_server_alone_and_not_for_scripts(client: OAuthClient) -> None:
    response = client.response(client.page())
    expected = f"mockcrm_user.{client.org.uid}={REP}; Path=/; HttpOnly; SameSite=Lax"
    assert response.headers.get_list("set-cookie") == [expected]


def test_cookie_of_an_https_server_is_secure(client: OAuthClient) -> None:
    parameters = {
        "client_id": client.client_id,
        "redirect_uri": URI,
        "scope": SCOPES,
        "response_type": "code",
        "mockcrm_consent": "accept",
    }
    response = client.send("GET", f"https://crm.test{AUTH}", params=parameters)
    assert response.headers["set-cookie"].endswith("; SameSite=Lax; Secure")


@pytest.mark.parametrize("response_type", ["code", "token"])
def test_refusal_goes_to_the_client_with_its_state(client: OAuthClient, response_type: str) -> None:
    mark = "?" if response_type == "code" else "#"
    by_form = client.response(client.page(response_type=response_type, state="s"), "reject")
    by_parameter = client.ask(response_type=response_type, state="s", mockcrm_consent="reject")
    for response in (by_form, by_parameter):
        assert redirected(response, mark=mark) == {"error": "access_denied", "state": "s"}
        assert "set-cookie" not in response.headers


def test_each_consent_page_can_be_submitted_once(client: OAuthClient) -> None:
    page = client.page()
    assert client.response(page).status_code == 302
    assert_refused(client.response(page), "invalid_request")


def test_rejected_page_cannot_be_accepted_later(client: OAuthClient) -> None:
    page = client.page()
    assert client.response(page, "reject").status_code == 302
    assert_refused(client.response(page), "invalid_request")


def test_page_holds_ten_minutes_of_the_orgs_clock(client: OAuthClient) -> None:
    fresh, old = client.page(), client.page()
    client.wait(TICKET_LIFE - 1)
    assert client.response(fresh).status_code == 302
    client.wait(1)
    assert_refused(client.response(old), "invalid_request")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://crm.test.evil.example", "http://crm.test:81"]
)
def test_form_of_another_origin_is_refused_and_leaves_the_page_open(client: OAuthClient, origin: str) -> None:
    page = client.page()
    form = {"ticket": page.ticket, "user": REP, "decision": "accept"}
    assert_refused(client.send("POST", AUTH, data=form, headers={"Origin": origin}), "invalid_request")
    assert client.response(page).status_code == 302


def test_form_behind_a_proxy_that_ends_tls_is_accepted(client: OAuthClient) -> None:
    form = {"ticket": client.page().ticket, "user": REP, "decision": "accept"}
    response = client.send("POST", AUTH, data=form, headers={"Origin": HOST.replace("http:", "https:")})
    assert response.status_code == 302


@for_each(
    "changes",
    [{"ticket": "no-such-ticket"}, {"ticket": ""}, {"user": LEFT}, {"user": "1"}, {"user": ""}, {"decision": "maybe"}],
)
def test_unexpected_decisions_are_rejected(client: OAuthClient, changes: dict[str, str]) -> None:
    form = {"ticket": client.page().ticket, "user": REP, "decision": "accept", **changes}
    assert_refused(client.send("POST", AUTH, data=form), "invalid_request")


def test_decision_without_a_form_is_rejected(client: OAuthClient) -> None:
    assert_refused(client.send("POST", AUTH), "invalid_request")


def test_page_of_a_client_that_a_reset_removed_redirects_nowhere(application: Application) -> None:
    org = application.org()
    loaded = {"redirect_uris": [URI], "tokens": [{"user": "admin@mockcrm.example"}]}
    application.registry.load(org.name, parse_fixture({"mockcrm": 1, "clients": [loaded]}, "test"))
    entry = application.registry.credentials.entries(org.uid)[-1]
    page = PageReader(
        application.send(
            "GET",
            AUTH,
            params={"client_id": entry.client_id, "redirect_uri": URI, "scope": SCOPES, "response_type": "code"},
        ).text
    )
    application.registry.reset(org.name)
    with org.using() as opened:
        opened.set_clock(opened.clock.freeze(NOW))
    form = {"ticket": page.ticket, "user": ADMIN["id"], "decision": "accept"}
    assert_refused(application.send("POST", AUTH, data=form), "invalid_client")


@for_each(
    ("changes", "code"),
    [
        ({"client_id": "1000.NOBODY"}, "invalid_client"),
        ({"client_id": ""}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"redirect_uri": "http://evil.example/"}, "invalid_redirect_uri"),
        ({"redirect_uri": URI + "/more"}, "invalid_redirect_uri"),
        ({"redirect_uri": URI + "?more"}, "invalid_redirect_uri"),
        ({"redirect_uri": URI.upper()}, "invalid_redirect_uri"),
        ({"redirect_uri": ""}, "invalid_redirect_uri"),
        ({"redirect_uri": None}, "invalid_redirect_uri"),
        ({"response_type": "id_token"}, "invalid_response_type"),
        ({"response_type": "code token"}, "invalid_response_type"),
        ({"response_type": None}, "invalid_response_type"),
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"scope": "ZohoCRM.modules.ALL,<script>"}, "invalid_scope"),
        ({"scope": "ZohoCRM.modules.ALL;ZohoCRM.users.ALL"}, "invalid_scope"),
        ({"scope": ","}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"mockcrm_user": "nobody@zylker.example"}, "invalid_request"),
        ({"mockcrm_user": "left@zylker.example"}, "invalid_request"),
        ({"mockcrm_consent": "yes"}, "invalid_request"),
    ],
)
def test_invalid_consent_request_is_an_error_without_redirect(
    client: OAuthClient, changes: dict[str, str | None], code: str
) -> None:
    assert_refused(client.ask(**changes), code)
    assert_refused(client.ask(**{"mockcrm_consent": "accept", **changes}), code)


def test_client_without_redirect_uris_gets_no_redirect(client: OAuthClient) -> None:
    bare = OAuthClient(client.org.entry_of(2))
    assert_refused(bare.ask(), "invalid_redirect_uri")
    assert_refused(bare.ask(redirect_uri=""), "invalid_redirect_uri")


def test_person_sees_the_reason_on_a_page(client: OAuthClient) -> None:
    response = client.send("GET", AUTH, params={"client_id": "1000.NOBODY"}, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (response.status_code, response.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "invalid_client" in PageReader(response.text).text
    parameters = {"client_id": client.client_id, "redirect_uri": "http://evil.example/"}
    response = client.send("GET", AUTH, params=parameters, headers={"Accept": "text/html"})
    assert f"{URI}, {QUERY_URI}" in PageReader(response.text).text
    assert "location" not in response.headers


def test_org_prefix_serves_the_page_of_that_org_alone(client: OAuthClient, application: Application) -> None:
    prefix = f"/o/{client.org.name}"
    page = PageReader(client.ask(f"{prefix}{AUTH}").text)
    assert [item["action"] for item in page.of("form")] == [f"{prefix}{AUTH}"]
    found = redirected(client.response(page))
    assert found["accounts-server"] == f"{HOST}{prefix}"
    other = application.org()
    assert_refused(client.ask(f"/o/{other.name}{AUTH}"), "invalid_client")
    assert_refused(client.ask(f"/o/no-such-org{AUTH}"), "invalid_client")
    form = {"ticket": client.page().ticket, "user": REP, "decision": "accept"}
    assert_refused(client.send("POST", f"/o/{other.name}{AUTH}", data=form), "invalid_request")


@pytest.mark.parametrize(("method", "path"), [("PUT", AUTH), ("DELETE", AUTH), ("POST", AUTH + "/refresh")])
def test_other_verbs_are_refused_as_everywhere(client: OAuthClient, method: str, path: str) -> None:
    response = client.send(method, path)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_REQUEST_METHOD")


def test_faults_strike_the_page_too(client: OAuthClient) -> None:
    faults = client.org.application.registry.faults
    faults.add(client.org.uid, Match(path=AUTH), error="INTERNAL_ERROR", times=1)
    assert (client.ask().status_code, client.ask().status_code) == (500, 200)


def test_oldest_of_too_many_open_pages_is_forgotten() -> None:
    tickets = Tickets()
    request = ConsentRequest("default", "1000.A", URI, "code", ("ZohoCRM.modules.ALL",), None, False, False)
    first, *_, last = [tickets.add(request, NOW) for _ in range(MAX_TICKETS + 1)]
    assert tickets.take(first) is None
    assert tickets.take(last) == (request, NOW + TICKET_LIFE)
