"""Faults over a real socket: connections that really break, responses that end early or arrive in pieces."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from .server import Org, RunningServer

LEADS = "/crm/v2/Leads"
UPDATE = f"{LEADS}/actions/mass_update"
FIXTURE = {"mockcrm": 1, "records": {"Leads": [{"id": "111", "fields": {"Last_Name": "Boyle", "City": "Old"}}]}}


@pytest.fixture
def org(make_org: Callable[..., Org]) -> Org:
    return make_org(FIXTURE)


def add(org: Org, **fault: Any) -> None:
    org.control("POST", "/faults", {"times": 1, **fault}, expect=201)


def update(org: Org) -> httpx.Response:
    return org.mass_update("Leads", {"data": [{"City": "New"}], "ids": ["111"]})


def city(org: Org) -> str:
    return str(org.record("Leads", "111")["City"])


def connected(org: Org) -> socket.socket:
    url = urlsplit(org.url)
    assert url.hostname
    assert url.port
    return socket.create_connection((url.hostname, url.port), timeout=60)


def request(org: Org) -> bytes:
    return f"GET {LEADS} HTTP/1.1\r\nHost: x\r\nAuthorization: Zoho-oauthtoken {org.access_token}\r\n\r\n".encode()


def received(connection: socket.socket) -> tuple[bytes, bool]:
    """Return everything received until the connection ends, and whether a reset ended it."""
    parts: list[bytes] = []
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            return b"".join(parts), True
        if not part:
            return b"".join(parts), False
        parts.append(part)


@pytest.mark.parametrize(("drop", "then"), [(True, "Old"), ("answer", "New")])
def test_a_dropped_connection_brings_no_byte(org: Org, drop: object, then: str) -> None:
    add(org, drop=drop)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        update(org)
    assert city(org) == then


def test_a_dropped_connection_ends_at_once_and_its_pipelined_requests_with_it(org: Org) -> None:
    add(org, drop=True)
    with closing(connected(org)) as connection:
        connection.sendall(request(org) * 3)
        assert received(connection)[0] == b""
    assert org.get(LEADS).status_code == 200
    assert org.control("GET", "/faults")["faults"][0]["seen"] <= 2


def test_other_connections_live_on_when_one_is_dropped(org: Org) -> None:
    with closing(connected(org)) as other:
        add(org, drop=True)
        with pytest.raises(httpx.TransportError):
            org.get(LEADS)
        other.sendall(request(org))
        assert other.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize(("truncate", "expected"), [(True, lambda size: size // 2), (1, lambda _: 1), (0, lambda _: 0)])
def test_a_truncated_response_is_shorter_than_its_content_length(
    org: Org, truncate: object, expected: Callable[[int], int]
) -> None:
    whole = org.get(LEADS).content
    add(org, truncate=truncate)
    with closing(connected(org)) as connection:
        connection.sendall(request(org))
        response, reset = received(connection)
    head, _, body = response.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert f"content-length: {len(whole)}".encode() in head.lower()
    assert (body, reset) == (whole[: expected(len(whole))], False)


def test_a_client_notices_a_truncated_response(org: Org) -> None:
    add(org, truncate=True)
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        update(org)
    assert city(org) == "New"


def test_a_slow_response_arrives_in_pieces_and_complete(org: Org) -> None:
    whole = org.get(LEADS).content
    add(org, slow={"pieces": 5, "pause_ms": 30}, times=2)
    with httpx.stream("GET", org.url + LEADS, headers=org.headers, timeout=60) as response:
        pieces = list(response.iter_raw())
    assert b"".join(pieces) == whole
    assert len(pieces) > 1
    assert org.get(LEADS).content == whole


def test_a_slow_response_may_be_abandoned_by_the_client(org: Org) -> None:
    add(org, slow={"pieces": 50, "pause_ms": 20})
    with closing(connected(org)) as connection:
        connection.sendall(request(org))
        assert connection.recv(12) == b"HTTP/1.1 200"
    assert org.get(LEADS).status_code == 200


def test_token_requests_can_be_dropped_too(org: Org) -> None:
    add(org, match={"path": "/oauth/v2/token"}, drop=True)
    form = {
        "grant_type": "refresh_token",
        "client_id": org.client_id,
        "client_secret": org.client_secret,
        "refresh_token": org.refresh_token,
    }
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        org.server.post("/oauth/v2/token", data=form)
    assert org.server.post("/oauth/v2/token", data=form).json()["token_type"] == "Bearer"


def test_no_fault_leaves_a_trace_in_the_servers_log() -> None:
    with RunningServer() as server:  # of its own: malformed requests of other tests are in the log of the shared one
        org = server.create_org(FIXTURE)
        for fault in ({"drop": True}, {"drop": "answer"}, {"truncate": True}, {"truncate": 0}):
            add(org, **fault)
            with pytest.raises(httpx.TransportError):
                org.get(LEADS)
        assert server.errors == []


def test_the_journal_keeps_what_the_client_never_saw(org: Org) -> None:
    add(org, drop="answer")
    with pytest.raises(httpx.TransportError):
        update(org)
    (entry,) = org.control("GET", f"/requests?path={UPDATE}")["requests"]
    assert (entry["status"], entry["answer"]["data"][0]["code"]) == (None, "SUCCESS")
    assert entry["client"].startswith("127.0.0.1:")
    assert org.access_token not in str(entry)
