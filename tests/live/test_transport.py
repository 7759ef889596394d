"""Errors of the framework and the HTTP parser are Zoho-shaped JSON too."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.for_each import for_each

from .matching import JSON, refusal
from .server import Org, RunningServer

UPDATE = "/crm/v2/Leads/actions/mass_update"
NO_SUCH_URL = refusal("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
BAD_METHOD = refusal("INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
NOT_JSON = refusal(
    "INVALID_REQUEST",
    "unable to process your request. please verify whether you have entered proper method name, parameter "
    "and parameter values.",
)
WRONG_FORMAT = refusal("UNABLE_TO_PARSE_DATA_TYPE", "either the request body or parameters is in wrong format")


@for_each(
    "path",
    [
        "/",
        "/nothing",
        "/crm",
        "/crm/v2",
        "/crm/v2/",
        "/crm/foo/Leads",
        "/crm/v2/Leads/actions/nothing",
        "/crm/v2/Leads/actions/mass_update/more",
        "/crm/v2/Leads/actions/mass_update/",
        "/crm/v2/settings/nothing",
        "/oauth/v2/nothing",
        "/docs",
        "/openapi.json",
        "/crm/v2/Leads/actions/mass_updat%C3%A9",
        "/%00",
    ],
)
@for_each("method", ["GET", "POST"])
def test_an_unknown_path_is_an_invalid_url_pattern(server: RunningServer, method: str, path: str) -> None:
    response = server.http.request(method, path)

    assert (response.status_code, response.headers["Content-Type"]) == (404, JSON)
    assert response.json() == NO_SUCH_URL


def test_a_path_of_the_real_api_that_is_not_emulated_says_so(server: RunningServer) -> None:
    response = server.post("/crm/bulk/v2/read", json={})

    assert (response.status_code, response.headers["Content-Type"]) == (501, JSON)
    assert response.json() == {
        "code": "NOT_EMULATED",
        "details": {"not_emulated": "POST /crm/bulk/v2/read"},
        "message": "not emulated by mockcrm, see /_mockcrm/coverage",
        "status": "error",
    }
    assert response.headers["X-Mockcrm-Note"] == "not emulated by mockcrm, see /_mockcrm/coverage"


def test_a_version_below_two_is_referred_to_version_two(org: Org) -> None:
    response = org.get("/crm/v1/Leads")

    assert (response.status_code, response.headers["Content-Type"]) == (400, JSON)
    assert response.json() == refusal(
        "API_NOT_SUPPORTED",
        "The api version 1 is not supported. Please use the version 2 or above.",
        {"supported_version": 2},
    )


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_wrong_verb_on_a_known_path_is_an_invalid_request_method(org: Org, method: str) -> None:
    response = org.server.http.request(method, UPDATE, headers=org.headers)

    assert (response.status_code, response.headers["Content-Type"]) == (400, JSON)
    assert response.json() == BAD_METHOD
    assert response.headers["X-Mockcrm-Rule"] == "INVALID_REQUEST_METHOD"


def test_a_wrong_verb_on_the_token_path_is_an_invalid_request_method(server: RunningServer) -> None:
    response = server.http.request("PUT", "/oauth/v2/token")

    assert (response.status_code, response.headers["Content-Type"], response.json()) == (400, JSON, BAD_METHOD)


def test_authorization_is_checked_before_the_verb(server: RunningServer) -> None:
    response = server.http.request("PUT", UPDATE)

    assert (response.status_code, response.headers["Content-Type"]) == (401, JSON)
    assert response.json() == refusal("AUTHENTICATION_FAILURE", "Authentication failed")


def test_an_unknown_token_is_invalid(server: RunningServer) -> None:
    response = server.post(UPDATE, headers={"Authorization": "Zoho-oauthtoken 1000.no.such"}, json={})

    assert (response.status_code, response.headers["Content-Type"]) == (401, JSON)
    assert response.json() == refusal("INVALID_TOKEN", "invalid oauth token")


@for_each("body", [b"", b"{", b'{"data": [}', b"data=1", b"\xff\xfe", b"\x00", b'{"data": NaN}', b"[" * 100_000])
@for_each(
    ("version", "expected"),
    [("v2", NOT_JSON), ("v2.1", WRONG_FORMAT), ("v7", WRONG_FORMAT), ("v8", WRONG_FORMAT)],
)
def test_a_body_that_is_not_json(org: Org, version: str, expected: dict[str, Any], body: bytes) -> None:
    response = org.server.post(f"/crm/{version}/Leads/actions/mass_update", content=body, headers=org.headers)

    assert (response.status_code, response.headers["Content-Type"], response.json()) == (400, JSON, expected)


@pytest.mark.parametrize("body", [b"[]", b"1", b'"text"', b"null"])
def test_a_json_body_that_is_not_an_object_is_refused_in_zohos_shape(org: Org, body: bytes) -> None:
    response = org.server.post(UPDATE, content=body, headers=org.headers)

    assert (response.status_code, response.headers["Content-Type"]) == (400, JSON)
    assert response.json().keys() == {"code", "details", "message", "status"}


@pytest.mark.parametrize("content_type", [None, "text/plain", "multipart/form-data", "nonsense", "image/png"])
def test_the_content_type_of_a_json_body_does_not_matter(org: Org, content_type: str | None) -> None:
    headers = org.headers | ({} if content_type is None else {"Content-Type": content_type})

    response = org.server.post(UPDATE, content=b'{"data": [{}], "ids": ["1"]}', headers=headers)

    assert (response.status_code, response.headers["Content-Type"]) == (400, JSON)
    assert response.json() == {"data": [refusal("INVALID_DATA", "No field found")]}


@for_each("kilobytes", [1, 63, 65, 200, 300, 1_000, 9_000])
def test_a_body_may_come_in_pieces_of_any_size(org: Org, kilobytes: int) -> None:
    body = json.dumps({"data": [{}], "ids": ["1"], "ignored": "x" * (kilobytes << 10)}).encode()

    for pieces in (body, iter([body[:100], body[100:]]), iter([body[:-1], body[-1:]])):
        response = org.server.post(UPDATE, content=pieces, headers=org.headers)

        assert (response.status_code, response.headers["Content-Type"]) == (400, JSON)
        assert response.json() == {"data": [refusal("INVALID_DATA", "No field found")]}


@pytest.mark.parametrize("megabytes", [11, 40])
def test_a_huge_body_is_read_and_refused(org: Org, megabytes: int) -> None:
    response = org.server.post(UPDATE, content=b" " * (megabytes << 20), headers=org.headers)

    assert (response.status_code, response.headers["Content-Type"], response.json()) == (413, JSON, NOT_JSON)


def test_a_huge_body_without_a_length_is_refused_too(org: Org) -> None:
    chunks = (b" " * (1 << 20) for _ in range(11))

    response = org.server.post(UPDATE, content=chunks, headers=org.headers)

    assert (response.status_code, response.headers["Content-Type"], response.json()) == (413, JSON, NOT_JSON)


@pytest.mark.parametrize("path", [UPDATE, "/crm/v8/Deals/actions/mass_update", "/crm/v2/Leads", "/oauth/v2/token"])
def test_a_preflight_needs_no_token(server: RunningServer, path: str) -> None:
    response = server.http.options(
        path,
        headers={
            "Origin": "http://127.0.0.1:5501",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,x-mine",
        },
    )

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:5501"
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "POST" in items(response.headers["Access-Control-Allow-Methods"])
    assert {"authorization", "x-mine"} <= {
        name.lower() for name in items(response.headers["Access-Control-Allow-Headers"])
    }


def items(header: str) -> set[str]:
    return {item.strip() for item in header.split(",")}


@pytest.mark.parametrize("token", ["", "Zoho-oauthtoken 1000.no.such"])
def test_a_refusal_can_be_read_by_a_browser(server: RunningServer, token: str) -> None:
    response = server.get(UPDATE, headers={"Origin": "http://127.0.0.1:5501", "Authorization": token})

    assert response.status_code == 401
    assert response.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:5501"
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in items(response.headers["Vary"])


def test_a_response_without_an_origin_has_no_cors_headers(org: Org) -> None:
    response = org.get("/crm/v2/Leads")

    assert [name for name in response.headers if name.startswith("access-control-")] == []


def test_an_empty_response_has_no_body(org: Org) -> None:
    response = org.get("/crm/v2/Leads/554023000000999999")

    assert (response.status_code, response.content) == (204, b"")


def test_head_has_no_body_and_leaves_the_connection_usable(org: Org) -> None:
    head = org.server.http.head("/crm/v2/settings/modules", headers=org.headers)
    get = org.get("/crm/v2/settings/modules")
    then = org.get("/crm/v2/users", type="CurrentUser")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content))
    assert then.status_code == 200


def raw(server: RunningServer, request: bytes) -> tuple[int, dict[str, str], Any]:
    """Send bytes unchanged; return the status, the headers and the JSON of the first response."""
    address = urlsplit(server.url)
    assert address.hostname is not None
    assert address.port is not None
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as stream:
            status = stream.readline().decode("ascii")
            assert status.startswith("HTTP/1.1 "), status
            headers = {}
            while (line := stream.readline().decode("latin-1").strip()) != "":
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            body = stream.read(int(headers["content-length"]))
    return int(status.split()[1]), headers, json.loads(body)


@pytest.mark.parametrize("method", ["BREW", "FOO", "get"])
def test_a_method_that_http_does_not_know(server: RunningServer, method: str) -> None:
    status, headers, body = raw(server, f"{method} {UPDATE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    assert (status, headers["content-type"], body) == (400, JSON, BAD_METHOD)


@for_each(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 32 + b"\r\n\r\n",
        b"GET /crm/v2/Leads HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /crm/v2/Leads\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /crm/v2/Leads HTTP/1.1\r\nBad Header\r\n\r\n",
        b"POST /crm/v2/Leads HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n",
        b"POST /crm/v2/Leads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
)
def test_malformed_http_gets_a_json_error(server: RunningServer, request_bytes: bytes) -> None:
    status, headers, body = raw(server, request_bytes)

    assert (status, headers["content-type"]) == (400, JSON)
    assert body.keys() == {"code", "details", "message", "status"}
    assert (body["details"], body["status"]) == ({}, "error")


def test_the_server_goes_on_after_broken_requests(server: RunningServer, make_org: Callable[..., Org]) -> None:
    address = urlsplit(server.url)
    assert address.hostname is not None
    assert address.port is not None
    for part in (
        b"",
        b"POST ",
        b"POST /crm/v2/Leads/actions/mass_update HTTP/1.1\r\nContent-Length: 99\r\n\r\n{",
    ):
        with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
            connection.sendall(part)

    assert make_org().get("/crm/v2/users", type="CurrentUser").status_code == 200
