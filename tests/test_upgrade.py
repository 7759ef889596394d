"""Requests that offer an upgrade to another protocol are handled as if they did not: Java's HttpClient offers
HTTP/2."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from mockcrm.server import MockCRM
from mockcrm.testing import MockOrg

LEAD = "554023000000480001"
ONE = {"records": {"Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle", "Company": "Zylker"}}]}}
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"


@pytest.fixture(scope="module")
def crm() -> Iterator[MockCRM]:
    with MockCRM("empty") as running:
        yield running


@pytest.fixture
def org(crm: MockCRM) -> Iterator[MockOrg]:
    with crm.new_org(ONE) as made:
        yield made


def update(org: MockOrg, city: str, more: bytes) -> tuple[bytes, bytes]:
    """Head and body of a mass update."""
    body = json.dumps({"data": [{"City": city}], "ids": [LEAD]}).encode()
    head = (
        b"POST /crm/v2/Leads/actions/mass_update HTTP/1.1\r\nHost: x\r\n"
        b"Authorization: %s\r\nContent-Length: %d\r\n" % (org.headers["Authorization"].encode(), len(body))
    )
    return head + more + b"\r\n", body


def responses(org: MockOrg, *parts: bytes) -> bytes:
    """Send parts one by one on a connection, and return everything received."""
    address = urlsplit(org.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            connection.sendall(part)
        with connection.makefile("rb") as stream:
            return stream.read()


@pytest.mark.parametrize("pieces", ["together", "head and body", "byte by byte"])
@pytest.mark.parametrize("offer", [OFFER, b"Connection: upgrade\r\nUpgrade: websocket\r\n"])
def test_the_body_of_a_request_with_an_offer_is_read(org: MockOrg, offer: bytes, pieces: str) -> None:
    first = update(org, "Erode", offer)
    last = b"".join(update(org, "Salem", b"Connection: close\r\n"))
    sent = {
        "together": [b"".join(first) + last],
        "head and body": [*first, last],
        "byte by byte": [bytes([byte]) for byte in b"".join(first)] + [last],
    }[pieces]

    found = responses(org, *sent)

    assert found.count(b"HTTP/1.1 200 OK") == found.count(b'"SUCCESS"') == 2
    assert [entry["body"]["data"] for entry in org.requests.find()] == [[{"City": "Erode"}], [{"City": "Salem"}]]


def test_a_connection_that_is_to_end_ends(org: MockOrg) -> None:
    head, body = update(org, "Erode", OFFER.replace(b"Upgrade, ", b"close, Upgrade, "))

    assert responses(org, head + body).count(b"HTTP/1.1 200 OK") == 1


def test_a_request_without_a_body_gets_a_response(org: MockOrg) -> None:
    head = b"GET /_mockcrm/health HTTP/1.1\r\nHost: x\r\n"
    found = responses(org, head + OFFER + b"\r\n", head + b"Connection: close\r\n\r\n")

    assert found.count(b'{"status":"ok"') == 2


@pytest.mark.parametrize("offer", [OFFER, b"Connection: upgrade\r\nUpgrade: websocket\r\n"])
def test_any_number_of_upgrade_offers_on_one_connection_get_responses(org: MockOrg, offer: bytes) -> None:
    head = b"GET /_mockcrm/health HTTP/1.1\r\nHost: x\r\n"
    count = 2_000

    found = responses(org, (head + offer + b"\r\n") * count + head + b"Connection: close\r\n\r\n")

    assert found.count(b'{"status":"ok"') == count + 1


def test_a_request_behind_the_last_one_is_not_taken_for_nonsense(org: MockOrg) -> None:
    head, body = update(org, "Erode", OFFER.replace(b"Upgrade, ", b"close, Upgrade, "))

    found = responses(org, head + body + head + body)

    assert found.startswith(b"HTTP/1.1 200 OK")
    assert found.count(b"HTTP/1.1") == 1


def test_connect_is_a_verb_that_no_path_has(org: MockOrg) -> None:
    found = responses(org, b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert found.startswith(b"HTTP/1.1 4")
    assert found.count(b"HTTP/1.1") == 1


def test_requests_after_connect_get_responses(org: MockOrg) -> None:
    connect = b"CONNECT /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
    found = responses(org, connect * 3 + b"GET /_mockcrm/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert found.count(b"HTTP/1.1 4") == 3
    assert found.endswith(b'"}')
    assert found.count(b'{"status":"ok"') == 1
