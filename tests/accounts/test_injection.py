"""Hostile values in every parameter: none ends up as markup in a page, as a line in a header, or as SQL."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

import pytest

from tests.accounts.consenting import AUTH, SCOPES, URI, OAuthClient, PageReader, redirected
from tests.support.application import Application
from tests.support.for_each import for_each

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)",
    "a\r\nSet-Cookie: evil=1\r\n\r\n<h1>",
    "$ticket ${action} $$",
    "%0d%0aX-Evil:%201",
    "javascript:alert(1)",
    "//evil.example/",
    "\x00\x1b\u2028\ufffe",
    "'; DROP TABLE client; --",
    "\U0001f600 äöü &amp; &lt;",
    "x" * 20_000,
]
HTML = {"Accept": "text/html"}
PARAMETERS = ["client_id", "redirect_uri", "scope", "response_type", "mockcrm_user", "mockcrm_consent"]
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "footer", "code"}
FORM_TAGS = {"form", "input", "ul", "li", "label", "select", "option", "button"}


def usual(client: OAuthClient) -> dict[str, str]:
    return {"client_id": client.client_id, "redirect_uri": URI, "scope": SCOPES, "response_type": "code"}


@for_each("value", HOSTILE)
@for_each(
    ("path", "name"),
    [*((AUTH, name) for name in PARAMETERS), *((AUTH + "/refresh", name) for name in PARAMETERS[:-1])],
)
def test_hostile_parameter_is_refused_in_plain_words(client: OAuthClient, path: str, name: str, value: str) -> None:
    parameters = {**usual(client), "response_type": "code" if path == AUTH else "token", name: value}
    for headers in ({}, HTML):
        response = client.send("GET", path, params=parameters, headers=headers)
        assert response.status_code == 400
        assert not {"location", "set-cookie", "x-evil"} & set(response.headers)
        if headers:
            assert {tag for tag, _ in PageReader(response.text).tags} <= TAGS
        else:
            assert list(response.json()) == ["error"]


@for_each("value", HOSTILE)
@for_each("name", ["prompt", "access_type", "nonsense"])
def test_hostile_option_changes_nothing(client: OAuthClient, name: str, value: str) -> None:
    response = client.ask(**{name: value})
    page = PageReader(response.text)
    assert response.status_code == 200
    assert {tag for tag, _ in page.tags} <= TAGS | FORM_TAGS
    assert value not in response.text


@for_each("value", ["", " ", "a b", "a+b", "a%2Bb", "a=b&c=d#e?f", *HOSTILE])
@for_each(("response_type", "mark"), [("code", "?"), ("token", "#")])
def test_state_comes_back_as_it_was(client: OAuthClient, value: str, response_type: str, mark: str) -> None:
    page = client.page(response_type=response_type, state=value)
    assert {tag for tag, _ in page.tags} <= TAGS | FORM_TAGS
    responses = [
        client.response(page),
        client.response(client.page(response_type=response_type, state=value), "reject"),
        client.consent(response_type=response_type, state=value),
    ]
    for response in responses:
        assert redirected(response, mark=mark)["state"] == value
        assert set(response.headers) <= {"location", "cache-control", "content-length", "date", "set-cookie"}
        assert response.headers.get("set-cookie", "mockcrm_user.").startswith("mockcrm_user.")


def test_state_of_any_bytes_comes_back_as_it_was(client: OAuthClient) -> None:
    text = "".join(f"%{byte:02X}" for byte in range(256))
    query = f"client_id={client.client_id}&redirect_uri={URI}&scope={SCOPES}&response_type=token&state={text}"
    response = client.send("GET", f"{AUTH}?{query}&mockcrm_consent=accept")
    assert unquote_to_bytes(response.headers["location"].partition("&state=")[2]) == bytes(range(256))
    page = client.send("GET", f"{AUTH}?{query}")
    assert page.status_code == 200


@for_each("value", HOSTILE)
@for_each("name", ["ticket", "user", "decision", "session"])
def test_hostile_form_field_grants_nothing_more(client: OAuthClient, name: str, value: str) -> None:
    ticket = client.page(response_type="token").ticket
    form = {"ticket": ticket, "user": client.page().users[0] or "", "decision": "accept", name: value}
    response = client.send("POST", AUTH, data=form, headers=HTML)
    if name == "session":
        assert "granted_for_session" not in redirected(response, mark="#")
    else:
        assert response.status_code == 400
        assert {tag for tag, _ in PageReader(response.text).tags} <= TAGS
        assert not {"location", "set-cookie"} & set(response.headers)


@for_each("value", [item for item in HOSTILE if item.isascii() and "\r" not in item and "\0" not in item])
def test_forged_cookie_signs_nobody_in(client: OAuthClient, value: str) -> None:
    known = client.page().users[0]
    client.cookies[f"mockcrm_user.{client.org.name}"] = value
    assert client.page().selected == known
    response = client.ask(AUTH + "/refresh", response_type="token")
    assert redirected(response, mark="#") == {"error": "client_not_granted"}


@pytest.mark.parametrize(
    "prefix", ['/o/"><script>', "/o/%22%3E%3Cscript%3E", "/o/a%0d%0aX-Evil:1", "/o/..%2f..", "/o/%00"]
)
def test_hostile_org_prefix_names_no_org(client: OAuthClient, prefix: str) -> None:
    for headers in ({}, HTML):
        response = client.send("GET", f"{prefix}{AUTH}", params=usual(client), headers=headers)
        assert response.status_code in {400, 404}
        assert not {"location", "set-cookie", "x-evil"} & set(response.headers)
        assert "<script>" not in response.text


def test_last_of_repeated_parameters_counts_everywhere(client: OAuthClient) -> None:
    pairs = [*usual(client).items(), ("redirect_uri", "http://evil.example/"), ("mockcrm_consent", "accept")]
    assert client.send("GET", AUTH, params=pairs).json() == {"error": "invalid_redirect_uri"}
    pairs = [("redirect_uri", "http://evil.example/"), *usual(client).items(), ("mockcrm_consent", "accept")]
    assert "code" in redirected(client.send("GET", AUTH, params=pairs))


def test_special_characters_of_a_registered_redirect_uri_are_escaped(application: Application) -> None:
    uri = 'http://127.0.0.1:5501/ä"<>?a=%20b#part'
    fixture = {"clients": [{"redirect_uris": [uri], "tokens": [{"user": "admin@mockcrm.example"}]}]}
    client = OAuthClient(application.org(fixture).entry_of(1))
    page = client.page(redirect_uri=uri)
    assert uri in page.text
    escaped = "http://127.0.0.1:5501/%C3%A4%22%3C%3E?a=%20b"
    assert "code" in redirected(client.ask(redirect_uri=uri, mockcrm_consent="accept"), escaped, "&")
    response = client.ask(redirect_uri=uri, response_type="token", mockcrm_consent="accept")
    assert "access_token" in redirected(response, escaped, "#")
