"""HEAD is answered like GET, without the body."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from mockcrm.server import MockCRM
from tests.support.application import Application, OrgApi
from tests.support.for_each import for_each

LEAD = "1001"
FIXTURE = {
    "records": {"Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle", "Company": "Zylker"}}]},
    "territories": [{"id": "3001", "name": "EMEA"}],
    "custom_views": [{"id": "2001", "module": "Leads", "name": "Every Lead"}],
}
EMULATED = [
    "Leads?fields=Last_Name",
    f"Leads/{LEAD}",
    "Leads/999",
    "Leads/Boyle",
    "Leads/search?word=Boyle",
    "Leads/actions/count",
    "Leads/deleted",
    "Leads/actions/mass_update?job_id=999",
    "Leads/actions/mass_update",
    "Nothing",
    "settings/modules",
    "settings/modules/Leads",
    "settings/fields?module=Leads",
    "settings/layouts?module=Leads",
    "settings/related_lists?module=Leads",
    "settings/custom_views?module=Leads",
    "settings/custom_views/2001?module=Leads",
    "settings/territories",
    "settings/territories/3001",
    "settings/profiles",
    "settings/roles",
    "users",
    "users?type=CurrentUser",
    "org",
    "__features",
    "settings/nothing",
    "settings/tags?module=Leads",
    "Contacts/roles",
    "Services__s",
]


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


@for_each("version", ["v2", "v5", "v8"])
@for_each("path", EMULATED)
def test_emulated_paths(org: OrgApi, path: str, version: str) -> None:
    get = org.send("GET", f"/crm/{version}/{path}")
    head = org.send("HEAD", f"/crm/{version}/{path}")
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert undated(head.headers) == undated(get.headers)
    assert head.headers.get("content-length", "0") == str(len(get.content))


def undated(headers: object) -> dict[str, str]:
    return {name: value for name, value in dict(headers).items() if name != "date"}  # type: ignore[call-overload]


def test_a_path_without_get_has_no_head(org: OrgApi) -> None:
    response = org.send("HEAD", "/crm/v8/Leads/upsert")
    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (400, "INVALID_REQUEST_METHOD")


def test_what_is_not_emulated(org: OrgApi) -> None:
    response = org.send("HEAD", "/crm/v8/settings/tags")
    assert (response.status_code, response.content) == (501, b"")
    assert response.headers["x-mockcrm-note"] == "not emulated by mockcrm, see /_mockcrm/coverage"


def test_the_scopes_of_get_are_required(application: Application) -> None:
    tokens = [{"user": "admin@mockcrm.example", "scopes": ["ZohoCRM.users.READ"]}]
    org = application.org({"clients": [{"client_id": "1000.H", "client_secret": "s", "tokens": tokens}]}).entry_of(1)
    assert org.send("HEAD", "/crm/v8/users").status_code == 200
    refused = org.send("HEAD", "/crm/v8/org")
    assert (refused.status_code, refused.headers["x-mockcrm-rule"]) == (401, "OAUTH_SCOPE_MISMATCH")
    assert application.send("HEAD", "/crm/v8/users").status_code == 401


def test_the_journal_has_an_entry(application: Application) -> None:
    org = application.org()
    org.send("HEAD", "/crm/v8/users")
    (entry,) = application.send("GET", f"/_mockcrm/orgs/{org.name}/requests").json()["requests"]
    assert (entry["method"], entry["path"], entry["status"]) == ("HEAD", "/crm/v8/users", 200)
    assert (entry["answer"], entry["answer_bytes"]) == (None, 0)


@for_each("path", ["health", "info", "coverage", "orgs", "orgs/nobody"])
def test_the_control_api(application: Application, path: str) -> None:
    get = application.send("GET", f"/_mockcrm/{path}")
    head = application.send("HEAD", f"/_mockcrm/{path}")
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-length"] == str(len(get.content))
    assert head.headers["content-type"] == get.headers["content-type"]


def test_the_consent_page(application: Application) -> None:
    get = application.send("GET", "/oauth/v2/auth?client_id=nobody", headers={"accept": "text/html"})
    head = application.send("HEAD", "/oauth/v2/auth?client_id=nobody", headers={"accept": "text/html"})
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


# -- over a socket -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockCRM]:
    with MockCRM("empty") as running:
        yield running


def test_the_connection_stays_usable(crm: MockCRM) -> None:
    address = urlsplit(crm.url)
    paths = ["/_mockcrm/health", "/_mockcrm/info", "/crm/v8/users", "/crm/v8/settings/nothing", "/_mockcrm/health"]
    requests = b"".join(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths)
    requests += b"GET /_mockcrm/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
        connection.sendall(requests)
        with connection.makefile("rb") as stream:
            text = stream.read()
    *heads, body = text.split(b"\r\n\r\n")
    assert [head.split()[1] for head in heads] == [b"200", b"200", b"401", b"404", b"200", b"200"]
    assert body.startswith(b'{"status":"ok"')
