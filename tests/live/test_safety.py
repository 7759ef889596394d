"""What keeps others out: where the server listens, its control token, web pages, secrets in what it prints, paths."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from mockcrm.cli.serve import banner
from mockcrm.client import ControlClient, ControlError
from mockcrm.server import Addresses, MockCRM
from tests.support.for_each import for_each

from .server import RunningServer, clean_environment
from .test_cli_errors import refused as refused_start

TOKEN = "correct-horse-battery-staple"
SECRETS = ("demo-secret", "1000.demo.refresh", "1000.demo.access", "1000.demo.grant")


@pytest.fixture(scope="module")
def open_crm() -> Iterator[MockCRM]:
    with MockCRM(names="crm.corp.example") as running:
        yield running


@pytest.fixture(scope="module")
def guarded() -> Iterator[MockCRM]:
    with MockCRM(control_token=TOKEN) as running:
        yield running


def ask(
    crm: MockCRM, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None
) -> httpx.Response:
    with httpx.Client(base_url=crm.url, trust_env=False, timeout=60) as client:
        return client.request(method, path, headers=headers, content=body)


def refused(crm: MockCRM, headers: dict[str, str], method: str = "POST", path: str = "/orgs") -> tuple[int, str | None]:
    """Return status and `where` of the error; nothing was created."""
    before = ask(crm, "GET", "/_mockcrm/orgs", {"X-Mockcrm-Control": TOKEN}).json()
    response = ask(crm, method, f"/_mockcrm{path}", headers)
    assert ask(crm, "GET", "/_mockcrm/orgs", {"X-Mockcrm-Control": TOKEN}).json() == before
    return response.status_code, response.json()["error"].get("where")


# -- where it listens --------------------------------------------------------------------------------------------


def test_it_listens_on_loopback_alone_by_default() -> None:
    with MockCRM() as crm:
        assert urlsplit(crm.url).hostname == "127.0.0.1"
        with socket.socket() as other:
            # Another process may use the port on another loopback address.
            other.bind(("127.0.0.2", urlsplit(crm.url).port or 0))


@for_each(
    ("options", "warned"),
    [({}, False), ({"host": "0.0.0.0"}, True), ({"host": "0.0.0.0", "control_token": TOKEN}, False)],
)
def test_the_banner_warns_of_a_control_api_that_others_can_reach(options: dict[str, str], warned: bool) -> None:
    with MockCRM(**options) as crm:
        printed = banner(Addresses(crm.url, crm.tls_url, crm.ca), crm.runtime)

    warning = "Other machines can reach this server and use its control API; protect it with --control-token."
    assert (warning in printed) is warned


# -- the control token -------------------------------------------------------------------------------------------


@for_each("given", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\xff", "x" * 1000])
@for_each(("method", "path"), [("POST", "/orgs"), ("POST", "/reset-all"), ("GET", "/orgs/default/export")])
def test_without_the_token_the_control_api_does_nothing(
    guarded: MockCRM, given: str | None, method: str, path: str
) -> None:
    headers = {} if given is None else {"X-Mockcrm-Control": given}
    with httpx.Client(base_url=guarded.url, trust_env=False) as client:
        sent = [(name, value.encode("latin-1")) for name, value in headers.items()]
        response = client.request(method, f"/_mockcrm{path}", headers=sent)

    message = "the control API needs the server's control token in X-Mockcrm-Control"
    expected = {"error": {"message": message, "where": "header.X-Mockcrm-Control"}}
    assert (response.status_code, response.json()) == (401, expected)


@for_each("path", ["/docs", "/openapi.json", "/coverage", "/orgs", "/nothing", "/o/x/_mockcrm/orgs"])
def test_the_control_token_is_required_everywhere_else(guarded: MockCRM, path: str) -> None:
    assert ask(guarded, "GET", f"/_mockcrm{path}").status_code == 401


def test_the_control_token_is_required_below_the_prefix_of_an_org(guarded: MockCRM) -> None:
    assert ask(guarded, "GET", "/o/default/_mockcrm/orgs").status_code == 401


def test_what_stays_open_has_no_secrets(guarded: MockCRM) -> None:
    assert ask(guarded, "GET", "/_mockcrm/health").json()["status"] == "ok"
    info = ask(guarded, "GET", "/_mockcrm/info").json()
    assert info == {
        "version": info["version"],
        "base_url": guarded.url,
        "org": "default",
        "api_domain": guarded.url,
        "accounts_url": guarded.url,
    }
    assert ask(guarded, "GET", "/_mockcrm/ca.pem").status_code == 404  # open, but there is no TLS


def test_the_emulated_api_does_not_require_the_control_token(guarded: MockCRM) -> None:
    assert (
        ask(guarded, "GET", "/crm/v2/Deals", {"Authorization": "Zoho-oauthtoken 1000.demo.access"}).status_code == 200
    )


def test_clients_send_it_given_or_from_the_environment(guarded: MockCRM, monkeypatch: pytest.MonkeyPatch) -> None:
    with guarded.control as control:
        assert control.info()["client_id"]
    with ControlClient(guarded.url) as control, pytest.raises(ControlError, match="control token"):
        control.orgs()
    monkeypatch.setenv("MOCKCRM_CONTROL_TOKEN", TOKEN)
    with ControlClient(guarded.url) as control:
        assert [item["org"] for item in control.orgs()] == ["default"]


def test_an_empty_token_is_no_token_and_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKCRM_CONTROL_TOKEN", "")
    with pytest.raises(ValueError, match="control_token"):
        MockCRM()


def test_a_token_that_is_refused_is_not_repeated() -> None:
    output = refused_start("--port", "0", "--control-token", f"{TOKEN}\x01")

    assert "control-token" in output
    assert TOKEN not in output


# -- web pages ---------------------------------------------------------------------------------------------------


FOREIGN = (
    "null|https://evil.example|http://localhost:3000|http://127.0.0.1|https://{host}|http://{host}.evil.example|{host}|"
)


@for_each("origin", FOREIGN.split("|"))
@for_each("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json"])
def test_a_page_of_another_origin_drives_nothing(open_crm: MockCRM, origin: str, content_type: str) -> None:
    headers = {"Origin": origin.format(host=urlsplit(open_crm.url).netloc), "Content-Type": content_type}

    assert refused(open_crm, headers) == (403, "header.Origin")


def test_a_page_of_our_own_may(open_crm: MockCRM) -> None:
    response = ask(open_crm, "GET", "/_mockcrm/orgs", {"Origin": open_crm.url})

    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


def test_a_preflight_of_the_control_api_is_no_leave(open_crm: MockCRM) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    response = ask(open_crm, "OPTIONS", "/_mockcrm/orgs", headers)

    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


@for_each(
    "host",
    [
        "evil.example",
        "evil.example:9646",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "a.crm.corp.example",
        "1.2.3",
    ],
)
def test_a_name_that_anybody_can_own_drives_nothing(open_crm: MockCRM, host: str) -> None:
    assert refused(open_crm, {"Host": host}) == (403, "header.Host")
    assert refused(open_crm, {"Host": host, "Origin": f"http://{host}"}) == (403, "header.Host")


@for_each(
    "host",
    ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:9646", "192.168.1.5", "mockcrm:9646", "crm.localhost",
     "mockcrm.default.svc.cluster.local", "host.docker.internal", "crm.corp.example:80", "www.zohoapis.com"],
)  # fmt: skip
def test_local_names_may_drive_the_control_api(open_crm: MockCRM, host: str) -> None:
    assert ask(open_crm, "GET", "/_mockcrm/orgs", {"Host": host}).status_code == 200


def test_the_emulated_api_takes_any_host(open_crm: MockCRM) -> None:
    headers = {"Authorization": "Zoho-oauthtoken 1000.demo.access", "Host": "crm.example"}

    assert ask(open_crm, "GET", "/crm/v2/Deals", headers).status_code == 200


def test_a_random_token_is_taken_from_a_page_of_any_origin(open_crm: MockCRM) -> None:
    with open_crm.control as control:
        token = control.create_org(name="pages")["access_token"]
        for origin in ("https://app.example", "null"):
            headers = {"Authorization": f"Zoho-oauthtoken {token}", "Origin": origin}
            response = ask(open_crm, "GET", "/crm/v2/users", headers)
            assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, origin)
        control.org("pages").delete()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_a_literal_token_is_not_taken_from_a_page_of_another_origin(open_crm: MockCRM, origin: str) -> None:
    headers = {"Authorization": "Zoho-oauthtoken 1000.demo.access", "Origin": origin}
    body = b'{"data": [{"Stage": "Qualification"}], "ids": ["554023000000497007"]}'
    before = ask(open_crm, "GET", "/_mockcrm/orgs/default/export").json()

    response = ask(open_crm, "POST", "/crm/v2/Deals/actions/mass_update", headers, body)

    assert (response.status_code, response.json()["code"]) == (401, "INVALID_TOKEN")
    assert f"the origin {origin} " in response.headers["x-mockcrm-note"]
    assert "--origins" in response.headers["x-mockcrm-note"]
    assert ask(open_crm, "GET", "/_mockcrm/orgs/default/export").json() == before


def test_a_form_of_another_origin_gets_no_token(open_crm: MockCRM) -> None:
    form = b"grant_type=client_credentials&client_id=1000.DEMOCLIENT&client_secret=demo-secret&scope=ZohoCRM.users.ALL"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    refused = ask(open_crm, "POST", "/oauth/v2/token", {**headers, "Origin": "https://evil.example"}, form)
    local = ask(open_crm, "POST", "/oauth/v2/token", {**headers, "Origin": "http://localhost:3000"}, form)

    assert refused.json() == {"error": "invalid_client_secret"}
    assert "--origins" in refused.headers["x-mockcrm-note"]
    assert local.json()["access_token"]


def test_a_page_of_a_listed_origin_may_use_literal_tokens() -> None:
    with MockCRM(origins="https://app.example:8443") as crm:
        for origin, status in (("https://app.example:8443", 200), ("https://app.example", 401)):
            headers = {"Authorization": "Zoho-oauthtoken 1000.demo.access", "Origin": origin}
            assert ask(crm, "GET", "/crm/v2/Deals", headers).status_code == status


# -- secrets -----------------------------------------------------------------------------------------------------


def test_an_export_has_no_secrets_unless_requested(open_crm: MockCRM) -> None:
    plain = ask(open_crm, "GET", "/_mockcrm/orgs/default/export").text
    whole = ask(open_crm, "GET", "/_mockcrm/orgs/default/export?secrets=true").text

    assert [secret for secret in SECRETS if secret in plain] == []
    assert [secret for secret in SECRETS if secret in whole] == list(SECRETS)
    assert "1000.DEMOCLIENT" in plain
    with open_crm.control as control:
        org = control.create_org(fixture=ask(open_crm, "GET", "/_mockcrm/orgs/default/export").json())
        assert control.org(org["org"]).export()["clients"] == control.org().export()["clients"]
        control.org(org["org"]).delete()


def test_logs_have_no_secrets(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)
    with MockCRM(control_token=TOKEN, log_level="debug", data_dir=tmp_path) as crm:
        form = {"client_id": "1000.DEMOCLIENT", "client_secret": "demo-secret", "grant_type": "refresh_token"}
        with httpx.Client(base_url=crm.url, trust_env=False) as client:
            issued = client.post("/oauth/v2/token", data={**form, "refresh_token": "1000.demo.refresh"}).json()
            client.post("/oauth/v2/token?client_secret=demo-secret&code=1000.demo.grant")
            client.get("/crm/v2/Deals", headers={"Authorization": "Zoho-oauthtoken 1000.demo.access"})
            client.get("/_mockcrm/orgs", headers={"X-Mockcrm-Control": TOKEN})
            client.get("/_mockcrm/orgs", headers={"X-Mockcrm-Control": "wrong"})
        journal = ask(crm, "GET", "/_mockcrm/orgs/default/requests", {"X-Mockcrm-Control": TOKEN}).text
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))

    for secret in (*SECRETS, TOKEN, issued["access_token"]):
        assert secret not in ours
        assert secret not in journal
        assert secret not in repr(crm.settings)


def test_what_a_guarded_server_prints_has_no_secrets() -> None:
    with RunningServer(env={"MOCKCRM_CONTROL_TOKEN": TOKEN, "MOCKCRM_LOG_LEVEL": "debug"}) as server:
        server.get("/_mockcrm/orgs", headers={"X-Mockcrm-Control": TOKEN})
        assert server.stop() == 0
        output = server.printed_text()

    assert [secret for secret in (*SECRETS, TOKEN) if secret in output] == []
    assert "MOCKCRM_CONTROL_TOKEN" not in clean_environment()


def test_a_token_of_one_org_never_reaches_another(open_crm: MockCRM) -> None:
    with open_crm.control as control:
        made = control.create_org()
        headers = {"Authorization": f"Zoho-oauthtoken {made['access_token']}"}
        response = ask(open_crm, "GET", "/o/default/crm/v2/Deals", headers)
        control.org(made["org"]).delete()

    assert (response.status_code, response.json()["code"]) == (401, "INVALID_TOKEN")


# -- paths -------------------------------------------------------------------------------------------------------

SNAPSHOTS = "/orgs/default/snapshots"
IN_PATHS = [
    "..",
    ".",
    "../x",
    "..%2fx",
    "%2e%2e",
    "%2e%2e%2fx",
    "..%5cx",
    "%00",
    "a%00b",
    "%2fetc%2fpasswd",
    "%ff",
    "-a",
    ".a",
    "a%0a",
]
IN_BODIES = [
    "..",
    "../x",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "a\0b",
    "",
    " a",
    "a" * 65,
    "a\n",
    ".a",
    "\N{LATIN SMALL LETTER AE}",
]


@pytest.fixture(scope="module")
def server_and_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MockCRM, Path]]:
    """A server with a data dir, and the folder around that."""
    folder = tmp_path_factory.mktemp("around")
    with MockCRM("empty", data_dir=folder / "state") as crm:
        yield crm, folder


def files(folder: Path) -> set[str]:
    """Return every file except those that SQLite creates beside an open one."""
    return {str(path) for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm"))}


@for_each("name", [*IN_PATHS, "a" * 65, "a" * 5000])
def test_no_path_of_a_request_reaches_the_file_system(server_and_folder: tuple[MockCRM, Path], name: str) -> None:
    crm, folder = server_and_folder
    before = files(folder)

    for method, path in [
        ("POST", f"{SNAPSHOTS}/{name}"),
        ("POST", f"{SNAPSHOTS}/{name}/restore"),
        ("GET", f"{SNAPSHOTS}/{name}"),
        ("DELETE", f"{SNAPSHOTS}/{name}"),
        ("GET", f"/orgs/{name}/export"),
        ("POST", f"/orgs/{name}/reset"),
        ("POST", f"/orgs/{name}/snapshots/x"),
        ("DELETE", f"/orgs/{name}"),
    ]:
        status, response = raw(crm, method, f"/_mockcrm{path}")
        assert 400 <= status < 500, (method, path, response)
    status, response = raw(crm, "GET", f"/o/{name}/crm/v2/Leads")
    assert 400 <= status < 500, response
    assert files(folder) == before


@for_each("name", IN_BODIES)
def test_no_name_in_a_body_does(server_and_folder: tuple[MockCRM, Path], name: str) -> None:
    crm, folder = server_and_folder
    before = files(folder)

    with crm.control as control:
        for call in (
            lambda: control.create_org(name),
            lambda: control.create_org(fixture=name),
            lambda: control.org().load_named(name),
        ):
            with pytest.raises(ControlError) as refusal:
                call()
            assert refusal.value.status == 400
    assert files(folder) == before


def raw(crm: MockCRM, method: str, target: str) -> tuple[int, bytes]:
    """Send a request whose target no client library has normalized."""
    address = urlsplit(crm.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
        head = f"{method} {target} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode("latin-1"))
        with connection.makefile("rb") as stream:
            response = stream.read()
    return int(response.split(b" ", 2)[1]), response
