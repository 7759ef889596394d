"""A client of one org that requests consent, and a parser of the pages it receives."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

import httpx

from tests.support.application import BASE, HOST, OrgApi

URI = "http://127.0.0.1:5501/redirect.html"
QUERY_URI = "http://127.0.0.1:5501/back?from=crm"
REP = str(BASE + 235014)
LEFT = str(BASE + 235020)
AUTH = "/oauth/v2/auth"
SCOPES = "ZohoCRM.modules.ALL,ZohoCRM.users.READ"
FIXTURE: dict[str, Any] = {
    "org": {"company_name": "Zylker <b>& Sons</b>"},
    "users": [
        {"id": REP, "email": "rep@zylker.example", "full_name": 'Charles "<i>Stone</i>"'},
        {"id": LEFT, "email": "left@zylker.example", "full_name": "Gone Away", "status": "disabled"},
    ],
    "clients": [
        {"redirect_uris": [URI, QUERY_URI], "tokens": [{"user": "rep@zylker.example"}]},
        {"tokens": [{"user": "rep@zylker.example"}]},
    ],
}


class PageReader(HTMLParser):
    """The parts of a page: its text, the fields of its form, and every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every tag with this name."""
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ticket(self) -> str:
        """The ticket in the form."""
        (found,) = [item["value"] for item in self.of("input") if item.get("name") == "ticket"]
        assert found is not None
        return found

    @property
    def users(self) -> list[str | None]:
        """The ids to choose from."""
        return [item["value"] for item in self.of("option")]

    @property
    def selected(self) -> str | None:
        """The id that is preselected."""
        (found,) = [item["value"] for item in self.of("option") if "selected" in item]
        return found


@dataclass
class OAuthClient:
    """A registered client in one browser, whose cookies are in `cookies`."""

    org: OrgApi
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        return self.org.entry.client_id

    def send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Send a request as the browser, which stores the cookies it receives."""
        headers = dict(arguments.pop("headers", {}))
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.org.application.client.cookies.clear()
        response = self.org.application.send(method, path, headers=headers, **arguments)
        self.cookies.update(response.cookies)
        self.org.application.client.cookies.clear()
        return response

    def ask(self, path: str = AUTH, **changes: str | None) -> httpx.Response:
        """Send a GET with the usual parameters; None leaves one out."""
        usual = {"client_id": self.client_id, "redirect_uri": URI, "scope": SCOPES, "response_type": "code"}
        parameters = {name: value for name, value in {**usual, **changes}.items() if value is not None}
        return self.send("GET", path, params=parameters)

    def page(self, **changes: str | None) -> PageReader:
        """The consent page."""
        response = self.ask(**changes)
        assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8"), (
            response.text
        )
        return PageReader(response.text)

    def response(self, page: PageReader, decision: str = "accept", user: str = REP, **more: str) -> httpx.Response:
        """The form as the browser sends it."""
        form = {"ticket": page.ticket, "user": user, "decision": decision, **more}
        (target,) = [item["action"] for item in page.of("form")]
        assert target is not None
        return self.send("POST", target, data=form, headers={"Origin": HOST})

    def consent(self, **changes: str | None) -> httpx.Response:
        """Request consent and accept it at once, as the representative."""
        return self.ask(mockcrm_user="rep@zylker.example", mockcrm_consent="accept", **changes)

    def code(self, **changes: str | None) -> str:
        """A fresh grant code."""
        return redirected(self.consent(**changes))["code"]

    def exchange(self, code: str, **changes: str | None) -> httpx.Response:
        """POST /oauth/v2/token with a grant code."""
        return self.token(**{"grant_type": "authorization_code", "redirect_uri": URI, "code": code, **changes})

    def refresh(self, refresh_token: str) -> httpx.Response:
        """POST /oauth/v2/token with a refresh token."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def token(self, **given: str | None) -> httpx.Response:
        """POST /oauth/v2/token with the client's id and secret."""
        form = {"client_id": self.client_id, "client_secret": self.org.entry.client_secret, **given}
        return self.send("POST", "/oauth/v2/token", data={k: v for k, v in form.items() if v is not None})

    def wait(self, seconds: float) -> None:
        """Let time pass by the org's clock."""
        with self.org.using() as org:
            org.set_clock(org.clock.advance(seconds))

    def status_of(self, access_token: str) -> int:
        """Return the CRM's status for an access token: 200 while it is valid."""
        headers = {"Authorization": f"Zoho-oauthtoken {access_token}"}
        return self.org.application.send("GET", "/crm/v2/users", headers=headers).status_code

    def user_of(self, access_token: str) -> str:
        """Return the id of the user to whom an access token belongs."""
        session = self.org.application.registry.credentials.find_token(access_token)
        assert session is not None
        return str(session.user_id)


def redirected(response: httpx.Response, to: str = URI, mark: str = "?") -> dict[str, str]:
    """Return the parameters of a redirect to `to`, which follow `mark`."""
    assert response.status_code == 302, response.text
    location = response.headers["location"]
    base, found, text = location.partition(mark)
    assert (base, found, response.content) == (to, mark, b""), location
    return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))


def assert_refused(response: httpx.Response, code: str) -> None:
    """Assert a 400 with the code alone, without a redirect and without a cookie."""
    assert (response.status_code, response.json()) == (400, {"error": code})
    assert "location" not in response.headers
    assert "set-cookie" not in response.headers
