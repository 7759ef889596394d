"""Web pages: credentials written in a fixture are accepted only from the developer's pages, random ones from every
page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockcrm.fixture_format.parse import parse_fixture
from tests.support.application import HOST, NOW, Application, OrgApi, assert_response, error, settings_of
from tests.support.for_each import for_each

EVIL = "https://evil.example"
FOREIGN = (
    EVIL,
    "null",
    "",
    "http://evil.example:5501",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://notlocalhost",
    "http://10.0.0.5:3000",
    "http://128.0.0.1",
    "http://[fd00::1]",
    "http://user@localhost",
    "http://localhost:3000/",
    "http://localhost, http://evil.example",
    "ftp://localhost",
    "localhost",
    "https://app.corp.example:8443",
    "http://app.corp.example",
    "http://crm.test:81",
    "http://[:::]",
    "http://[1.2.3.4]",
    "http://[127.0.0.1]",
    "http://[::1",
    "http://[::1]x",
    "http://[.]:3000",
    "http://localhost:65536",
)
OURS = (
    "http://localhost",
    "http://localhost:3000",
    "https://localhost:8443",
    "http://app.localhost:5173",
    "http://127.0.0.1:5501",
    "http://127.8.8.8",
    "http://[::1]:3000",
    "https://app.corp.example",  # these have a redirect URI
    "http://spa.example:8080",
    "https://xn--bcher-kva.example",
    HOST,  # the server's own
)
LOOKS_RANDOM = f"1000.{'0123456789abcdef' * 2}.{'fedcba9876543210' * 2}"
SECRET_LOOKS_RANDOM = "0123456789abcdef" * 2 + "0123456789"
FIXTURE: dict[str, Any] = {
    "mockcrm": 1,
    "settings": {"job_policy": {"mode": "manual"}},
    "clients": [
        {
            "client_id": "1000.LITERAL",
            "client_secret": "literal-secret",
            "redirect_uris": ["https://app.corp.example/back", "http://spa.example:8080/?x=1"],
            "tokens": [
                {
                    "user": "admin@mockcrm.example",
                    "access_token": "1000.literal.access",
                    "refresh_token": "1000.literal.refresh",
                    "grant_code": "1000.literal.grant",
                    "expires_in": "never",
                },
                {"user": "admin@mockcrm.example", "access_token": LOOKS_RANDOM},
            ],
        },
        {
            "client_id": "1000.SECRETLOOKSRANDOM",
            "client_secret": SECRET_LOOKS_RANDOM,
            "redirect_uris": ["https://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example:443/back"],
        },
        {"client_id": "1000.RANDOMSECRET", "tokens": [{"user": "admin@mockcrm.example"}]},
    ],
    "records": {"Leads": [{"id": "1001", "fields": {"Last_Name": "Boyle", "City": "Old"}}]},
}
REFUSED = error("INVALID_TOKEN", "invalid oauth token")
UPDATE = "/crm/v2/Leads/actions/mass_update"
BODY = b'{"data": [{"City": "New"}], "ids": ["1001"]}'


def made(**settings: Any) -> Application:
    """An application whose org `default` is FIXTURE."""
    application = Application(**settings)
    loaded = application.send("POST", "/_mockcrm/orgs/default/load", json=FIXTURE)
    assert loaded.status_code == 200, loaded.text
    return application


@pytest.fixture
def app() -> Iterator[Application]:
    with made() as application:
        yield application


def call(app: Application, token: str, origin: str | None, path: str = "/crm/v2/users", **more: Any) -> httpx.Response:
    """Send a GET (with `content` a POST) as a page of that origin; None: as a client that is not a browser."""
    headers = {"Authorization": f"Zoho-oauthtoken {token}", **more.pop("headers", {})}
    if origin is not None:
        headers["Origin"] = origin
    return app.send("POST" if "content" in more else "GET", path, headers=headers, **more)


def assert_refused(response: httpx.Response, origin: str) -> None:
    assert_response(response, 401, REFUSED, "INVALID_TOKEN")
    assert response.headers["x-mockcrm-note"] == (
        f"a web page of the origin {origin} may use neither credentials written in a fixture nor, with auth: any, "
        "unknown ones; allow it with mockcrm serve --origins"
    )
    assert "X-Mockcrm-Note" in response.headers["access-control-expose-headers"]


# -- the API -----------------------------------------------------------------------------------------------------


@for_each("origin", FOREIGN)
def test_a_foreign_page_neither_reads_nor_changes_anything(app: Application, origin: str) -> None:
    org = OrgApi(app, "default")
    before = org.dump()

    assert_refused(call(app, "1000.literal.access", origin), origin)
    assert_refused(call(app, "1000.literal.access", origin, UPDATE, content=BODY), origin)
    assert org.dump() == before


@for_each("origin", OURS)
def test_a_local_page_may_use_literal_credentials(app: Application, origin: str) -> None:
    response = call(app, "1000.literal.access", origin, UPDATE, content=BODY)

    assert (response.status_code, OrgApi(app, "default").value(1001, "City")) == (200, "New")
    assert response.headers["access-control-allow-origin"] == origin
    assert "x-mockcrm-note" not in response.headers


def test_clients_other_than_browsers_may_use_any_host(app: Application) -> None:
    for host in ("crm.test", "crm.example", "evil.example:9646"):
        assert call(app, "1000.literal.access", None, headers={"Host": host}).status_code == 200


@for_each(
    ("host", "own"),
    [
        ("127.0.0.1:9646", True),
        ("192.168.1.5:9646", True),
        ("[fd00::5]:9646", True),
        ("mockcrm:9646", True),
        ("mockcrm.default.svc.cluster.local", True),
        ("www.zohoapis.com", True),
        ("crm.corp.example", True),  # by --names
        ("evil.example:9646", False),  # its owner pointed it here
        ("127.0.0.1.evil.example", False),
        ("crm.corp.example.evil.example", False),
    ],
)
def test_the_server_s_own_pages_by_a_name_that_nobody_else_has(host: str, own: bool) -> None:
    with made(names="crm.corp.example") as app:
        response = call(app, "1000.literal.access", f"http://{host}", headers={"Host": host})
        assert response.status_code == (200 if own else 401)
        assert call(app, "1000.literal.access", f"https://{host}", headers={"Host": host}).status_code == (
            200 if host.startswith("127.0.0.1:") else 401
        ), "another scheme is another origin"


def test_the_service_s_own_names_over_tls(app: Application) -> None:
    path = "https://www.zohoapis.com/crm/v2/users"

    assert call(app, "1000.literal.access", "https://www.zohoapis.com", path).status_code == 200
    assert_refused(call(app, "1000.literal.access", "https://accounts.zoho.com", path), "https://accounts.zoho.com")


@pytest.mark.parametrize(
    ("origins", "taken", "refused"),
    [
        ("https://evil.example", ["https://evil.example", "https://EVIL.example:443"], ["https://evil.example:1"]),
        ("http://a.example:80, capacitor://localhost", ["http://a.example", "capacitor://localhost"], [EVIL, "null"]),
        ("*", [*FOREIGN], []),
    ],
)
def test_listed_origins(origins: str, taken: list[str], refused: list[str]) -> None:
    with made(origins=origins) as app:
        assert {call(app, "1000.literal.access", origin).status_code for origin in taken} == {200}
        for origin in refused:
            assert_refused(call(app, "1000.literal.access", origin), origin)


def test_a_literal_that_looks_random_is_one(app: Application) -> None:
    assert_refused(call(app, LOOKS_RANDOM, EVIL), EVIL)
    assert call(app, LOOKS_RANDOM, None).status_code == 200


@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost:1"])
def test_random_tokens_are_taken_from_every_page(app: Application, origin: str) -> None:
    other = app.org({"clients": FIXTURE["clients"]})
    entries = app.registry.credentials.entries("default")
    tokens = [
        entries[0].access_token,
        entries[3].access_token,  # the client in the fixture has a name, its token is random
        *(entry.access_token for entry in app.registry.credentials.entries(other.name)),
        app.send("POST", "/_mockcrm/orgs/default/tokens", json={}).json()["access_token"],
        oauth(app, None, **REFRESH).json()["access_token"],
        oauth(app, None, **CLIENT).json()["access_token"],
    ]
    assert [call(app, token or "", origin).status_code for token in tokens] == [200] * len(tokens)


def test_a_literal_of_another_org_is_no_valid_token(app: Application) -> None:
    other = app.org({"clients": [{"tokens": [{"user": "admin@mockcrm.example", "access_token": "1000.other"}]}]})

    assert call(app, "1000.other", None).status_code == 401
    assert call(app, other.entry_of(1).entry.access_token or "", EVIL).status_code == 200


def test_what_is_loaded_later_counts(app: Application) -> None:
    client = {
        "client_id": "1000.LATER",
        "redirect_uris": ["https://later.example/x"],
        "tokens": [{"user": "admin@mockcrm.example", "access_token": "1000.later.access", "expires_in": "never"}],
    }
    assert_refused(call(app, "1000.literal.access", "https://later.example"), "https://later.example")
    app.send("POST", "/_mockcrm/orgs/default/load", json={"mockcrm": 1, "clients": [client]})

    assert call(app, "1000.literal.access", "https://later.example").status_code == 200
    assert_refused(call(app, "1000.later.access", EVIL), EVIL)


def test_a_literal_stays_one_when_its_client_has_left_the_org_s_file(app: Application) -> None:
    org = "/_mockcrm/orgs/default"
    client = {"tokens": [{"user": "admin@mockcrm.example", "access_token": "1000.later"}]}
    app.send("POST", f"{org}/snapshots/before")
    app.send("POST", f"{org}/load", json={"mockcrm": 1, "clients": [client]})
    app.send("POST", f"{org}/snapshots/before/restore")

    assert call(app, "1000.later", None).status_code == 200
    assert_refused(call(app, "1000.later", EVIL), EVIL)


def test_the_fixture_of_the_start_counts(tmp_path: Any) -> None:
    with Application(fixture="demo", data_dir=tmp_path / "state") as first:
        assert_refused(call(first, "1000.demo.access", EVIL), EVIL)
        assert call(first, "1000.demo.access", "http://localhost:3000").status_code == 200
    with Application(fixture="demo", data_dir=tmp_path / "state") as again:
        assert_refused(call(again, "1000.demo.access", EVIL), EVIL)


def test_no_limit_and_no_fault_is_used_up(app: Application) -> None:
    with app.registry.using("default") as org:
        settings_of(org, credits=1)
    app.send("POST", "/_mockcrm/orgs/default/faults", json={"error": "INTERNAL_ERROR", "times": 1})

    assert_refused(call(app, "1000.literal.access", EVIL), EVIL)
    assert call(app, "1000.literal.access", None).status_code == 500


@pytest.mark.parametrize("prefix", ["", "/o/anything"])
def test_any_token_is_not_any_page_s(prefix: str) -> None:
    with made() as app:
        app.org({"settings": {"auth": "any"}}, name="anything")
        with app.registry.using("default") as org:
            settings_of(org, auth="any")
        for origin, status in ((EVIL, 401), ("null", 401), ("http://localhost:3000", 200), (None, 200)):
            response = call(app, "whatever", origin, f"{prefix}/crm/v2/users")
            assert response.status_code == status, origin
        assert_refused(call(app, "whatever", EVIL, f"{prefix}/crm/v2/users"), EVIL)


def test_an_expired_token_of_a_page_s_own_still_does_with_any(app: Application) -> None:
    org = app.org({"settings": {"auth": "any"}})
    with org.using() as opened:
        opened.set_clock(opened.clock.freeze(NOW + 10**9))

    assert call(app, org.entry.access_token or "", EVIL).status_code == 200


# -- the accounts host -------------------------------------------------------------------------------------------

LITERAL = {"client_id": "1000.LITERAL", "client_secret": "literal-secret"}
CLIENT = {**LITERAL, "grant_type": "client_credentials", "scope": "ZohoCRM.users.ALL"}
REFRESH = {**LITERAL, "grant_type": "refresh_token", "refresh_token": "1000.literal.refresh"}
CODE = {**LITERAL, "grant_type": "authorization_code", "code": "1000.literal.grant"}
OTHER_SECRET = {**CLIENT, "client_id": "1000.SECRETLOOKSRANDOM", "client_secret": SECRET_LOOKS_RANDOM}


def oauth(app: Application, origin: str | None, path: str = "/oauth/v2/token", **form: str) -> httpx.Response:
    """A form as a page posts it, which needs no CORS."""
    return app.send("POST", path, data=form, headers={} if origin is None else {"Origin": origin})


def credentials(app: Application) -> list[Any]:
    """Every row about credentials."""
    connection = app.registry.credentials._writer
    return [
        connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
        for table in ("client", "oauth_grant", "access_token")
    ]


def assert_no_token(response: httpx.Response, code: str, origin: str, status: int = 200) -> None:
    assert (response.status_code, response.json()) == (status, {"error": code})
    assert f"the origin {origin} " in response.headers["x-mockcrm-note"]
    assert "--origins" in response.headers["x-mockcrm-note"]


@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost.evil.example", "http://[:::]", "http://[1.2.3.4]"])
@pytest.mark.parametrize("form", [CLIENT, REFRESH, CODE, OTHER_SECRET], ids=["client", "refresh", "code", "secret"])
def test_a_foreign_page_gets_no_token_for_literals(app: Application, form: dict[str, str], origin: str) -> None:
    before = credentials(app)

    assert_no_token(oauth(app, origin, **form), "invalid_client_secret", origin)
    if form["grant_type"] == "client_credentials":
        assert_no_token(oauth(app, origin, "/oauth/v2/auth", **form), "invalid_client_secret", origin)
    assert credentials(app) == before
    assert oauth(app, None, **form).json()["access_token"]


@pytest.mark.parametrize("form", [CLIENT, REFRESH, CODE], ids=["client", "refresh", "code"])
@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://app.corp.example"])
def test_a_local_page_gets_a_token(app: Application, form: dict[str, str], origin: str) -> None:
    assert oauth(app, origin, **form).json()["access_token"]


def test_a_page_with_random_credentials_gets_one(app: Application) -> None:
    entry = app.registry.credentials.entries("default")[3]
    own = {"client_id": "1000.RANDOMSECRET", "client_secret": entry.client_secret}
    assert entry.refresh_token is not None

    response = oauth(app, EVIL, **own, grant_type="refresh_token", refresh_token=entry.refresh_token)

    assert response.json()["access_token"]
    before = credentials(app)
    literal = oauth(app, EVIL, **own, grant_type="refresh_token", refresh_token="1000.literal.refresh")
    assert_no_token(literal, "invalid_code", EVIL)
    code = oauth(app, EVIL, **own, grant_type="authorization_code", code="1000.literal.grant")
    assert_no_token(code, "invalid_code", EVIL)
    assert credentials(app) == before


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "refresh_token", "client_id": "x", "client_secret": "y", "refresh_token": "z"},
        {"grant_type": "client_credentials"},
        REFRESH,
    ],
    ids=["unknown", "nothing", "literal"],
)
def test_any_credentials_are_not_any_page_s(app: Application, form: dict[str, str]) -> None:
    with app.registry.using("default") as org:
        settings_of(org, auth="any")
    before = credentials(app)

    refused = oauth(app, EVIL, **form)

    assert "access_token" not in refused.json()
    assert "--origins" in refused.headers["x-mockcrm-note"]
    assert credentials(app) == before
    assert oauth(app, "http://localhost:3000", **form).json()["access_token"]


@pytest.mark.parametrize("token", ["1000.literal.refresh", "1000.literal.access", LOOKS_RANDOM, "1000.unknown", ""])
def test_a_foreign_page_revokes_nothing_that_it_was_not_given(app: Application, token: str) -> None:
    before = credentials(app)

    assert_no_token(oauth(app, EVIL, "/oauth/v2/token/revoke", token=token), "invalid_code", EVIL, 400)
    assert credentials(app) == before


def test_a_page_revokes_its_own_token(app: Application) -> None:
    token = oauth(app, None, **CLIENT).json()["access_token"]

    assert oauth(app, EVIL, "/oauth/v2/token/revoke", token=token).json() == {"status": "success"}
    assert oauth(app, "http://localhost", "/oauth/v2/token/revoke", token="1000.literal.access").status_code == 200


@pytest.mark.parametrize("path", ["/oauth/v2/token", "/oauth/v2/token/revoke"])
def test_no_fault_of_the_accounts_host_is_used_up(app: Application, path: str) -> None:
    app.send("POST", "/_mockcrm/orgs/default/faults", json={"error": "INTERNAL_ERROR", "times": 1})

    assert "error" in oauth(app, EVIL, path, **REFRESH, token="1000.literal.access").json()
    assert oauth(app, None, path, **REFRESH, token="1000.literal.access").status_code == 500


def test_consent_and_renewal_lead_a_foreign_page_nowhere_of_its_own(app: Application) -> None:
    query = {"client_id": "1000.LITERAL", "response_type": "token", "scope": "ZohoCRM.users.ALL"}
    for path in ("/oauth/v2/auth", "/oauth/v2/auth/refresh"):
        for consent in ("accept", "reject"):
            known = {**query, "redirect_uri": "https://app.corp.example/back", "mockcrm_consent": consent}
            response = app.send("GET", path, params=known, headers={"Origin": EVIL})
            assert response.headers["location"].startswith("https://app.corp.example/back#")
            assert "access-control-allow-origin" not in response.headers
            elsewhere = {**known, "redirect_uri": f"{EVIL}/"}
            assert app.send("GET", path, params=elsewhere, headers={"Origin": EVIL}).status_code == 400


def test_the_metadata_knows_literals_by_the_fixture_alone() -> None:
    with Application() as app:
        app.registry.create("plain", parse_fixture({"mockcrm": 1}, "test"))
        with app.registry.using("plain") as org:
            assert org.metadata.is_literal("1000.literal.access")  # nothing that the server makes looks like this
            assert not org.metadata.is_literal(LOOKS_RANDOM)
            assert org.metadata.page_origins == frozenset()


def test_a_page_asks_who_the_user_is_with_a_token_that_it_was_given(app: Application) -> None:
    form = {**CLIENT, "scope": "aaaserver.profile.READ"}
    token = oauth(app, None, **form).json()["access_token"]

    assert call(app, token, EVIL, "/oauth/user/info").json()["Email"] == "admin@mockcrm.example"
    assert call(app, "1000.literal.access", None, "/oauth/user/info").status_code == 200
    for known in ("1000.literal.access", LOOKS_RANDOM):
        response = call(app, known, EVIL, "/oauth/user/info")
        assert_response(response, 401, {"error": "INVALID_OAUTHTOKEN"})
        assert "--origins" in response.headers["x-mockcrm-note"]
