"""The control API as a whole: /health, /info, its own errors, its description."""

from __future__ import annotations

import pytest

from mockcrm import __version__
from tests.support.for_each import for_each

from .conftest import HOST, Control


def test_health(control: Control) -> None:
    response = control.send("GET", "/health")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "version": __version__})


def test_a_page_can_read_the_health(control: Control) -> None:
    response = control.send("GET", "/health", headers={"Origin": "http://page.example"})
    assert response.headers["access-control-allow-origin"] == "http://page.example"


def test_info_is_the_default_org_and_the_addresses(control: Control) -> None:
    response = control.good("GET", "/info")

    assert (response["version"], response["base_url"], response["org"]) == (__version__, HOST, "default")
    assert (response["api_domain"], response["accounts_url"]) == (HOST, HOST)
    assert {"client_id", "client_secret", "refresh_token", "access_token", "grant_code", "tokens"} <= set(response)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/orgs/x/nothing", 404), ("PUT", "/orgs", 405), ("POST", "/info", 405)],
)
def test_unknown_paths_are_refused_in_this_apis_words(control: Control, method: str, path: str, status: int) -> None:
    message = f"unknown endpoint {method} /_mockcrm{path}; see /_mockcrm/docs"

    assert control.call(method, path) == (status, {"error": {"message": message}})


def test_a_line_feed_in_a_path_is_refused_in_this_apis_words(control: Control) -> None:
    message = "unknown org 'a\\nb'"

    assert control.call("POST", "/orgs/a%0Ab/reset") == (404, {"error": {"message": message, "where": "path.org"}})


@pytest.mark.parametrize("content_type", [None, "application/x-www-form-urlencoded", "text/plain", "multipart/x; b"])
def test_a_body_is_json_with_any_content_type(control: Control, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}

    response = control.send("PUT", f"{control.org()}/clock", {"now": 0, "frozen": True}, headers=headers)

    assert (response.status_code, response.json()) == (200, {"now": "1970-01-01T00:00:00+00:00", "frozen": True})


@for_each("body", [b"[" * 100_000, b"\xff", b"1", b'"text"', b"{]", b'{"frozen": true} x'])
def test_a_body_that_is_not_an_object_is_refused(control: Control, body: bytes) -> None:
    status, response = control.call("PUT", f"{control.org()}/clock", body)

    assert (status, response["error"]["where"]) == (400, "body")
    assert "\n" not in response["error"]["message"]


def test_an_internal_error_is_one_sentence_and_a_log_entry(
    control: Control, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("mockcrm.control.server.org_response", broken)

    expected = {"error": {"message": "internal error; see the server's log"}}
    assert control.call("GET", "/info") == (500, expected)
    assert [record.getMessage() for record in caplog.records] == ["GET /_mockcrm/info"]


def test_the_description_lists_every_call_with_its_refusals(control: Control) -> None:
    described = control.good("GET", "/openapi.json")

    assert {
        "/health",
        "/info",
        "/reset-all",
        "/orgs",
        "/orgs/{org}",
        "/orgs/{org}/reset",
        "/orgs/{org}/load",
        "/orgs/{org}/export",
        "/orgs/{org}/tokens",
        "/orgs/{org}/settings",
        "/orgs/{org}/job-policy",
        "/orgs/{org}/jobs",
        "/orgs/{org}/jobs/run",
        "/orgs/{org}/jobs/{job}",
        "/orgs/{org}/jobs/{job}/step",
        "/orgs/{org}/jobs/{job}/fail",
        "/orgs/{org}/clock",
        "/orgs/{org}/clock/advance",
        "/orgs/{org}/records/{module}/{record}",
        "/orgs/{org}/snapshots",
        "/orgs/{org}/snapshots/{name}",
        "/orgs/{org}/snapshots/{name}/restore",
    } <= set(described["paths"])
    for path, calls in described["paths"].items():
        for call in calls.values():
            assert "4XX" in call["responses"], path
