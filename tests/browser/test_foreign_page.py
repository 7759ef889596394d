"""A page of another site in a real browser uses credentials of a fixture: it changes nothing and gets the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from mockcrm.server import MockCRM
from tests.browser.conftest import FOREIGN, LEAD, Setting

if TYPE_CHECKING:
    from playwright.sync_api import Page

# The page is opened by a foreign host name, so the origin of the client's site makes no difference here.
pytestmark = pytest.mark.parametrize("setting", ["127.0.0.1"], indirect=True)
CLIENT = {
    "client_id": "1000.LITERAL",
    "client_secret": "literal-secret",
    "tokens": [{"user": "rep@zylker.example", "access_token": "1000.literal.access", "expires_in": "never"}],
}
UPDATE = """async ([url, token, lead]) => {
  const headers = { Authorization: `Zoho-oauthtoken ${token}` };
  const body = JSON.stringify({ data: [{ City: "Elsewhere" }], ids: [lead] });
  const response = await fetch(`${url}/crm/v2/Leads/actions/mass_update`, { method: "POST", headers, body });
  return [response.status, (await response.json()).code ?? null, response.headers.get("x-mockcrm-note")];
}"""
FORM = """([action, fields]) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action });
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    Object.assign(field, { name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""


@pytest.fixture
def crm(setting: Setting) -> MockCRM:
    """The server, with literal credentials in its org `default`."""
    setting.crm.org.load({"clients": [CLIENT]})
    return setting.crm


def update(page: Page, crm: MockCRM, token: str) -> tuple[Any, ...]:
    """Return the outcome of a mass update by the page: status, code, note."""
    return tuple(page.evaluate(UPDATE, [crm.url, token, LEAD]))


def visit(page: Page, setting: Setting, host: str) -> str:
    """Open a page of the site by that name of its host; the origin."""
    origin = f"http://{host}:{urlsplit(setting.site).port}"
    page.goto(f"{origin}/redirect.html")
    return origin


def test_literal_token_is_refused_and_the_page_can_read_why(page: Page, setting: Setting, crm: MockCRM) -> None:
    origin = visit(page, setting, FOREIGN)

    status, code, note = update(page, crm, "1000.literal.access")

    assert (status, code) == (401, "INVALID_TOKEN")
    assert f"the origin {origin} " in note
    assert "--origins" in note
    assert crm.org.record("Leads", LEAD).get("City") is None
    assert update(page, crm, crm.org.token) == (200, None, None)  # a random one, which the page was given


def test_page_of_this_machine_may_use_it(page: Page, setting: Setting, crm: MockCRM) -> None:
    visit(page, setting, "app.localhost")

    assert update(page, crm, "1000.literal.access") == (200, None, None)


def test_form_gets_no_token(page: Page, setting: Setting, crm: MockCRM) -> None:
    visit(page, setting, FOREIGN)
    fields = {
        "grant_type": "client_credentials",
        "client_id": "1000.LITERAL",
        "client_secret": "literal-secret",
        "scope": "ZohoCRM.users.ALL",
    }

    page.evaluate(FORM, [f"{crm.url}/oauth/v2/token", fields])
    page.wait_for_url(f"{crm.url}/**")

    assert page.locator("body").inner_text() == '{"error":"invalid_client_secret"}'
