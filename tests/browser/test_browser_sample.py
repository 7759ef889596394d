"""The reference page's browser sample against a real server, in a real browser, from a page on another port."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from tests.browser.conftest import CLIENT_ID, LEAD, REP, Setting

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOUR = 3600


def responses(page: Page, count: int) -> list[tuple[int, Any]]:
    """Status and body of the page's requests since it was loaded, once there are `count`."""
    page.locator("#answers li").nth(count - 1).wait_for()
    found = page.locator("#answers li").all()
    return [(int(item.get_attribute("data-status") or 0), json.loads(item.inner_text())) for item in found]


def stored(page: Page, key: str) -> str | None:
    """Return what the page stores under a key."""
    text: str | None = page.evaluate("key => sessionStorage.getItem(key)", key)
    return text


def sign_in(page: Page, setting: Setting) -> None:
    """Open the page, and accept in the window that it opens, as the representative."""
    with page.expect_popup() as opened:
        page.goto(setting.page_url)
    consent = opened.value
    consent.get_by_label("You are").select_option(label="Charles Stone (rep@zylker.example)")
    with page.expect_navigation():  # the page reloads itself when the token has come
        consent.get_by_role("button", name="Accept").click()


def updated(body: Any) -> dict[str, Any]:
    """The one outcome of a mass update by ids."""
    (item,) = body["data"]
    assert (item["code"], item["status"], item["details"]["id"]) == ("SUCCESS", "success", LEAD)
    return dict(item["details"])


def test_page_signs_in_and_mass_updates(page: Page, setting: Setting) -> None:
    with page.expect_popup() as opened:
        page.goto(setting.page_url)
    # The sample does not wait for its token: the first request goes out without one, and its refusal can be read.
    ((status, body),) = responses(page, 1)
    assert (status, body["code"]) == (401, "INVALID_TOKEN")

    consent = opened.value
    consent.wait_for_load_state()
    assert consent.title() == f"Permission for {CLIENT_ID}"
    scopes = consent.locator("li").all_inner_texts()
    assert (len(scopes), scopes[0], scopes[-1]) == (
        12,
        "ZohoCRM.mass_update.Leads.UPDATE",
        "ZohoCRM.settings.variable_groups.ALL",
    )
    consent.get_by_label("You are").select_option(label="Charles Stone (rep@zylker.example)")
    with page.expect_navigation():
        consent.get_by_role("button", name="Accept").click()

    ((status, body),) = responses(page, 1)
    assert status == 200
    assert updated(body)["Modified_By"] == {"name": "Charles Stone", "id": REP}
    kept = {name: stored(page, name) for name in ("state", "expires_in", "expires_in_sec", "location", "api_domain")}
    assert kept == {
        "state": "zohocrmclient",
        "expires_in": "3600",
        "expires_in_sec": "3600",
        "location": "us",
        "api_domain": setting.crm.url,
    }
    assert consent.is_closed()


def test_page_renews_its_token_without_a_consent_page(page: Page, setting: Setting) -> None:
    sign_in(page, setting)
    responses(page, 1)
    first = stored(page, "access_token")
    assert stored(page, "granted_for_session") == "true"

    with setting.crm.runtime.registry.using("default") as org:
        org.set_clock(org.clock.advance(HOUR))
    page.evaluate("hour => sessionStorage.setItem('__token_init', Date.now() - hour * 1000)", HOUR)
    visited: list[str] = []
    page.context.on("request", lambda request: visited.append(request.url) if request.is_navigation_request() else None)
    with page.expect_popup():
        page.reload()
    page.wait_for_function("first => ![null, first].includes(sessionStorage.getItem('access_token'))", arg=first)
    ((status, body),) = responses(page, 1)
    assert status == 200
    updated(body)
    assert [url for url in visited if url.startswith(f"{setting.crm.url}/oauth/v2/auth/refresh?")]
    assert not [url for url in visited if url.startswith(f"{setting.crm.url}/oauth/v2/auth?")]
    headers = {"Authorization": f"Zoho-oauthtoken {first}"}
    assert httpx.get(f"{setting.crm.url}/crm/v2/users", headers=headers).status_code == 401


def test_consent_for_once_is_not_renewed(page: Page, setting: Setting) -> None:
    with page.expect_popup() as opened:
        page.goto(setting.page_url)
    consent = opened.value
    consent.get_by_label("Grant access for the entire session").uncheck()
    with page.expect_navigation():
        consent.get_by_role("button", name="Accept").click()
    responses(page, 1)
    assert stored(page, "granted_for_session") is None
    uri = f"{setting.site}/redirect.html"
    query = f"client_id={CLIENT_ID}&redirect_uri={uri}&response_type=token"
    response = page.context.request.get(f"{setting.crm.url}/oauth/v2/auth/refresh?{query}", max_redirects=0)
    assert (response.status, response.headers["location"]) == (302, f"{uri}#error=client_not_granted")


def test_refusal_reaches_the_page(page: Page, setting: Setting) -> None:
    with page.expect_popup() as opened:
        page.goto(setting.page_url)
    with opened.value.expect_event("close"):
        opened.value.get_by_role("button", name="Reject").click()
    page.wait_for_function("localStorage.getItem('error') !== null")
    found = page.evaluate("['error', 'state', 'access_token'].map(key => localStorage.getItem(key))")
    assert found == ["access_denied", "zohocrmclient", None]


def test_unfit_request_is_explained_in_the_window(page: Page, setting: Setting) -> None:
    response = page.goto(f"{setting.crm.url}/oauth/v2/auth?client_id={CLIENT_ID}&redirect_uri=http://evil.example/")
    assert response is not None
    assert response.status == 400
    assert page.get_by_role("heading").inner_text() == "invalid_redirect_uri"
    assert f"{setting.site}/redirect.html" in page.locator("main").inner_text()


def test_form_on_another_site_cannot_consent(page: Page, setting: Setting) -> None:
    query = f"client_id={CLIENT_ID}&redirect_uri={setting.site}/redirect.html&response_type=token&scope=ZohoCRM.org.ALL"
    shown = httpx.get(f"{setting.crm.url}/oauth/v2/auth?{query}").text
    ticket = shown.partition('name="ticket" value="')[2].partition('"')[0]
    page.goto(f"{setting.site}/redirect.html")
    page.evaluate(
        """([action, ticket, user]) => {
          const form = document.createElement("form");
          form.method = "post";
          form.action = action;
          for (const [name, value] of Object.entries({ ticket, user, decision: "accept" })) {
            const field = document.createElement("input");
            Object.assign(field, { name, value });
            form.append(field);
          }
          document.body.append(form);
          form.submit();
        }""",
        [f"{setting.crm.url}/oauth/v2/auth", ticket, REP],
    )
    page.wait_for_url(f"{setting.crm.url}/**")
    assert page.get_by_role("heading").inner_text() == "invalid_request"
    assert page.context.cookies() == []
