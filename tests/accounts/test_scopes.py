"""Lists of scopes as clients write them: joined by commas, by spaces or by both, in each way that a form or a query
encodes a space (docs/contract/mass-update-and-core.md 1.7)."""

from __future__ import annotations

from tests.accounts.consenting import AUTH, URI, OAuthClient, redirected
from tests.support.for_each import for_each

FIRST, SECOND, THIRD = "ZohoCRM.modules.ALL", "ZohoCRM.users.READ", "ZohoCRM.org.READ"
TWO = f"{FIRST} {SECOND}"
REFRESH = "/oauth/v2/auth/refresh"
WRITTEN = [
    (f"{FIRST},{SECOND}", TWO),
    (f"{FIRST} {SECOND}", TWO),
    (f"{FIRST}, {SECOND}", TWO),
    (f" {FIRST} ,{SECOND}, ", TWO),
    (f"{FIRST}\n{SECOND}\t{THIRD}", f"{TWO} {THIRD}"),
    (f"{FIRST} {SECOND},{THIRD}", f"{TWO} {THIRD}"),
    (f"{FIRST},{SECOND} {THIRD}", f"{TWO} {THIRD}"),
    (f"{FIRST} {SECOND} {FIRST}", TWO),
    (FIRST, FIRST),
    (f"openid email profile {FIRST}", f"openid email profile {FIRST}"),
]
"""What a client sends, and the scopes of the tokens that it gets."""


@for_each(("sent", "granted"), WRITTEN)
def test_scopes_of_a_grant_code(client: OAuthClient, sent: str, granted: str) -> None:
    assert client.exchange(client.code(scope=sent)).json()["scope"] == granted


@for_each(("sent", "granted"), WRITTEN)
def test_scopes_that_the_page_shows_and_its_form_grants(client: OAuthClient, sent: str, granted: str) -> None:
    page = client.page(scope=sent)
    assert [name for name in granted.split() if name not in page.text] == []
    code = redirected(client.response(page))["code"]
    assert client.exchange(code).json()["scope"] == granted


@for_each(("sent", "granted"), WRITTEN)
def test_scopes_of_the_token_flow_and_its_renewal(client: OAuthClient, sent: str, granted: str) -> None:
    for response in (
        client.consent(response_type="token", scope=sent),
        client.ask(REFRESH, response_type="token", scope=sent),
    ):
        issued = redirected(response, mark="#")["access_token"]
        session = client.org.application.registry.credentials.find_token(issued)
        assert session is not None
        assert " ".join(session.scopes) == granted


@for_each(("sent", "granted"), WRITTEN)
@for_each("path", ["/oauth/v2/token", AUTH])
def test_scopes_of_client_credentials(client: OAuthClient, path: str, sent: str, granted: str) -> None:
    entry = client.org.entry
    form = {
        "grant_type": "client_credentials",
        "client_id": entry.client_id,
        "client_secret": entry.client_secret,
        "scope": sent,
    }
    for arguments in ({"data": form}, {"params": form}, {"files": {name: (None, text) for name, text in form.items()}}):
        assert client.send("POST", path, **arguments).json()["scope"] == granted


@for_each("between", [",", "%2C", "%20", "+", "%2C%20", ",+", "%2C+", "%09", "%0D%0A"])
def test_every_encoding_of_what_separates_them(client: OAuthClient, between: str) -> None:
    query = f"client_id={client.client_id}&redirect_uri={URI}&response_type=code&scope={FIRST}{between}{SECOND}"
    code = redirected(client.send("GET", f"{AUTH}?{query}&mockcrm_consent=accept"))["code"]
    assert client.exchange(code).json()["scope"] == TWO


@for_each("sent", ["", " ", ",", " , ", f"{FIRST};{SECOND}", f"{FIRST}|{SECOND}", f"{FIRST} nonsense", "ZohoCRM."])
def test_lists_that_are_no_scopes(client: OAuthClient, sent: str) -> None:
    response = client.ask(scope=sent)
    assert (response.status_code, response.json()) == (400, {"error": "invalid_scope"})


def test_each_scope_of_a_list_with_spaces_counts(client: OAuthClient) -> None:
    issued = client.exchange(client.code(scope="ZohoCRM.org.READ ZohoCRM.users.READ")).json()["access_token"]
    assert client.status_of(issued) == 200
    headers = {"Authorization": f"Zoho-oauthtoken {issued}"}
    assert client.org.application.send("GET", "/crm/v2/org", headers=headers).status_code == 200
    assert client.org.application.send("GET", "/crm/v2/Leads", headers=headers).json()["code"] == "OAUTH_SCOPE_MISMATCH"
