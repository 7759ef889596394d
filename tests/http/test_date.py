"""The Date header is the time of the org, in every response exactly once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import pytest

from mockcrm.server import MockCRM
from tests.support.application import Application, OrgApi
from tests.support.for_each import for_each

FROZEN = "2024-02-29T23:59:58+05:30"
FROZEN_DATE = "Thu, 29 Feb 2024 18:29:58 GMT"
RECORDS = {"Leads": [{"id": "1001", "fields": {"Last_Name": "Boyle"}}]}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org({"records": RECORDS})


def set_time(org: OrgApi, **body: object) -> None:
    response = org.application.send("PUT", f"/_mockcrm/orgs/{org.name}/clock", json=body)
    assert response.status_code == 200, response.text


@for_each(
    ("method", "path", "status"),
    [
        ("GET", "/crm/v8/users", 200),
        ("HEAD", "/crm/v8/users", 200),
        ("GET", "/crm/v8/Leads?fields=id", 200),
        ("GET", "/crm/v8/Leads/999", 204),
        ("GET", "/crm/v8/Nothing", 400),
        ("GET", "/crm/v8/settings/tags", 501),
        ("POST", "/crm/v8/Leads/actions/mass_update", 400),
    ],
)
def test_a_frozen_clock(org: OrgApi, method: str, path: str, status: int) -> None:
    set_time(org, now=FROZEN, frozen=True)
    response = org.send(method, path)
    assert (response.status_code, response.headers.get_list("date")) == (status, [FROZEN_DATE])


def test_it_is_the_time_that_a_write_gets(org: OrgApi) -> None:
    set_time(org, now=FROZEN, frozen=True)
    response = org.send("PUT", "/crm/v8/Leads/1001", {"data": [{"City": "Pune"}]})
    modified = response.json()["data"][0]["details"]["Modified_Time"]
    assert parsedate_to_datetime(response.headers["date"]) == datetime.fromisoformat(modified)


def test_a_shifted_clock(org: OrgApi) -> None:
    set_time(org, now=(datetime.now(UTC) + timedelta(days=1)).isoformat(), frozen=False)
    now = datetime.now(UTC) + timedelta(days=1)
    assert abs(parsedate_to_datetime(org.get("/crm/v8/users").headers["date"]) - now) < timedelta(seconds=5)


def test_a_request_that_is_refused_before_its_org_is_known(org: OrgApi) -> None:
    set_time(org, now=FROZEN, frozen=True)
    response = org.application.send("GET", f"/o/{org.name}/crm/v8/users")
    assert (response.status_code, response.headers.get_list("date")) == (401, [FROZEN_DATE])


def test_the_accounts_host(application: Application) -> None:
    org = application.org()
    set_time(org, now=FROZEN, frozen=True)
    body = {"client_id": org.entry.client_id, "client_secret": org.entry.client_secret}
    body |= {"grant_type": "refresh_token", "refresh_token": "1000.unknown"}
    response = application.send("POST", "/oauth/v2/token", data=body)
    assert response.headers.get_list("date") == [FROZEN_DATE]


@for_each("path", ["/_mockcrm/health", "/_mockcrm/info", "/_mockcrm/coverage", "/_mockcrm/nothing"])
def test_the_control_api_has_the_time_of_the_system(org: OrgApi, path: str) -> None:
    set_time(org, now=FROZEN, frozen=True)
    assert is_now(org.application.send("GET", path))
    assert is_now(org.application.send("GET", f"/_mockcrm/orgs/{org.name}"))


def is_now(response: httpx.Response) -> bool:
    (date,) = response.headers.get_list("date")
    return abs(parsedate_to_datetime(date) - datetime.now(UTC)) < timedelta(seconds=5)


# -- over a socket -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crm() -> Iterator[MockCRM]:
    with MockCRM("empty") as running:
        yield running


@for_each(
    "request_line",
    [
        "GET /_mockcrm/health",
        "HEAD /_mockcrm/info",
        "GET /crm/v8/users",
        "OPTIONS /crm/v8/users",
        "GET /nothing",
        "GET /oauth/v2/auth",
        "BREW /crm/v8/users",
    ],
)
def test_the_server_adds_no_date_of_its_own(crm: MockCRM, request_line: str) -> None:
    address = urlsplit(crm.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
        connection.sendall(f"{request_line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        with connection.makefile("rb") as stream:
            head = stream.read().partition(b"\r\n\r\n")[0].decode().lower()
    dates = [line for line in head.split("\r\n") if line.startswith("date: ")]
    assert len(dates) == 1, head
