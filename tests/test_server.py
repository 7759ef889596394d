"""MockCRM, the server in a thread; its control API over a socket; malformed HTTP."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from mockcrm import __version__
from mockcrm.client import ControlClient, ControlError, ServerUnreachable
from mockcrm.fixture_format.errors import FixtureError
from mockcrm.http.sockets import CannotListen, address_of, listen
from mockcrm.http.uvicorn_protocol import MAX_HEAD_BYTES
from mockcrm.server import MockCRM
from tests.support.for_each import for_each

CONTENT = {"mockcrm": 1, "org": {"company_name": "Of a mapping"}}


@pytest.fixture(scope="module")
def crm() -> Iterator[MockCRM]:
    with MockCRM() as running:
        yield running


@pytest.fixture
def control(crm: MockCRM) -> Iterator[ControlClient]:
    with crm.control as client:
        yield client


# -- starting and stopping ---------------------------------------------------------------------------------------


def company(crm: MockCRM) -> str:
    with crm.control as control:
        name: str = control.org().export()["org"]["company_name"]
        return name


def test_a_fixture_is_a_name_a_path_or_its_content(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("mockcrm: 1\norg: {company_name: Of a file}\n")

    found = []
    for fixture in ("demo", path, str(path), CONTENT):
        with MockCRM(fixture) as crm:
            found.append(company(crm))

    assert found == ["Zylker", "Of a file", "Of a file", "Of a mapping"]


def test_servers_run_beside_each_other() -> None:
    with MockCRM(CONTENT) as one, MockCRM("demo") as other:
        assert one.url != other.url
        assert (company(one), company(other)) == ("Of a mapping", "Zylker")


def test_a_stopped_server_does_not_respond_and_can_start_again() -> None:
    crm = MockCRM(CONTENT)
    with crm:
        first = crm.url
    with pytest.raises(ServerUnreachable), ControlClient(first) as control:
        control.health()
    crm.stop()

    with crm:
        assert company(crm) == "Of a mapping"


def test_a_stop_leaves_no_thread_and_no_file() -> None:
    before = set(threading.enumerate())
    with MockCRM(CONTENT) as crm:
        root = crm.runtime.registry.root
        assert root.is_dir()

    assert not root.exists()
    assert {thread for thread in threading.enumerate() if thread.name.startswith("mockcrm")} <= before


def test_a_server_that_cannot_start_raises_and_leaves_the_port(crm: MockCRM) -> None:
    with pytest.raises(FixtureError):
        MockCRM({"mockcrm": 1, "surprise": 1}).start()
    with pytest.raises(CannotListen, match="Address already in use"):
        MockCRM(CONTENT, port=urlsplit(crm.url).port or 0).start()


def test_the_address_of_a_wildcard_is_one_that_a_client_can_use() -> None:
    with listen("0.0.0.0", 0) as sock:
        assert address_of(sock) == f"http://127.0.0.1:{sock.getsockname()[1]}"


# -- the client over a socket ------------------------------------------------------------------------------------


def test_health_and_info(crm: MockCRM, control: ControlClient) -> None:
    assert control.health() == {"status": "ok", "version": __version__}
    info = control.info()
    assert (info["base_url"], info["api_domain"], info["org"]) == (crm.url, crm.url, "default")
    assert info["tokens"][0]["access_token"] == "1000.demo.access"


def test_an_org_is_made_used_and_deleted(crm: MockCRM, control: ControlClient) -> None:
    made = control.create_org(fixture="demo")
    org = control.org(made["org"])
    org.jobs.policy(mode="manual")
    headers = {"Authorization": f"Zoho-oauthtoken {made['access_token']}"}
    body = {"data": [{"Industry": "Education"}], "cvid": "554023000000091515"}
    url = f"{crm.url}/crm/v2/Accounts/actions/mass_update"
    with httpx.Client(trust_env=False) as http:
        response = http.post(url, json=body, headers=headers).json()
    job_id = response["data"][0]["details"]["job_id"]

    assert [job["status"] for job in org.jobs.list()] == ["SCHEDULED"]
    assert org.jobs.step(job_id, records=2)["updated"] == 2
    org.snapshot("two")
    assert [job["status"] for job in org.jobs.run()] == ["COMPLETED"]
    assert org.jobs.get(job_id)["not_updated"] == 0
    org.restore("two")
    assert org.jobs.fail(job_id)["status"] == "FAILED"
    assert [item["name"] for item in org.snapshots()] == ["two"]
    org.delete_snapshot("two")
    assert org.clock.freeze(0).isoformat() == "1970-01-01T05:30:00+05:30"
    assert org.clock.is_frozen()
    assert org.clock.advance(1) == org.clock.now() == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert org.settings(edition="free")["edition"] == org.settings()["edition"] == "free"
    assert org.token("rep@zylker.example", ["ZohoCRM.org.READ"], "never")["user"] == "rep@zylker.example"
    assert org.set_record("Deals", "554023000000497007", state=["locked"])["state"] == ["locked"]
    assert org.load("mockcrm: 1\norg: {company_name: Loaded}") == org.load({"mockcrm": 1}) == []
    assert org.load_named("empty") == []
    assert org.export()["org"]["company_name"] == "Loaded"
    org.reset()
    assert org.export()["org"]["company_name"] == "Zylker"
    assert made["org"] in control.reset_all()
    org.delete()
    assert made["org"] not in [item["org"] for item in control.orgs()]


def test_a_refusal_is_raised_with_its_place(control: ControlClient) -> None:
    with pytest.raises(ControlError) as caught:
        control.org("nobody").reset()
    assert (caught.value.status, caught.value.where) == (404, "path.org")
    assert str(caught.value) == "path.org: unknown org 'nobody'"

    with pytest.raises(ControlError) as caught:
        control.org().jobs.policy(mode="sometimes")
    assert (caught.value.status, caught.value.where) == (400, "body.mode")


def test_another_kind_of_server_is_reported(crm: MockCRM) -> None:
    with (
        ControlClient(f"{crm.url}/crm") as control,
        pytest.raises(ServerUnreachable, match="is not a mockcrm server"),
    ):
        control.info()


# -- below the application ---------------------------------------------------------------------------------------


def raw(crm: MockCRM, *parts: bytes) -> tuple[bytes, dict[str, str], Any]:
    """Send parts unchanged; return status line, headers and JSON of the only response, after which the server
    closes."""
    address = urlsplit(crm.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
        for part in parts:
            connection.sendall(part)
        with connection.makefile("rb") as stream:
            head, _, body = stream.read().partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    headers = dict(line.decode().lower().split(": ", 1) for line in lines)
    return status, headers, json.loads(body)


UNKNOWN_VERB = {
    "code": "INVALID_REQUEST_METHOD",
    "details": {},
    "message": "The http request method type is not a valid one",
    "status": "error",
}


def test_an_unknown_verb_is_refused_in_zohos_words(crm: MockCRM) -> None:
    status, headers, body = raw(crm, b"BREW /crm/v2/Leads HTTP/1.1\r\nHost: x\r\n\r\n")

    assert (status, body) == (b"HTTP/1.1 400 Bad Request", UNKNOWN_VERB)
    assert headers.pop("date")
    assert headers == {
        "content-type": "application/json;charset=utf-8",
        "content-length": str(len(json.dumps(UNKNOWN_VERB, separators=(",", ":")))),
        "x-mockcrm-rule": "invalid_request_method",
        "connection": "close",
    }


@for_each(
    "parts",
    [
        [b"GET / HTTP/1.1\r\nBad Header\r\n\r\n"],
        [b"GET /" + b"x" * (MAX_HEAD_BYTES + 1) + b" HTTP/1.1\r\n\r\n"],
        [b"GET / HTTP/1.1\r\nX: " + b"x" * (MAX_HEAD_BYTES + 1) + b"\r\n\r\n"],
        [b"GET / HTTP/1.1\r\n", *[b"X: " + b"x" * 1000 + b"\r\n"] * 400],
        [b"GET / HTTP/1.1\r\nX: ", *[b"x" * 1000] * 400],
        [b"POST /oauth/v2/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"zz\r\n"],
    ],
)
def test_malformed_requests_are_refused_as_json(crm: MockCRM, parts: list[bytes]) -> None:
    status, headers, body = raw(crm, *parts)

    assert status == b"HTTP/1.1 400 Bad Request"
    assert (headers["x-mockcrm-rule"], headers["connection"]) == ("malformed_request", "close")
    assert (list(body), body["status"]) == (["code", "details", "message", "status"], "error")


def test_a_large_body_before_the_next_request_does_not_count_as_its_head(crm: MockCRM) -> None:
    body = b" " * (4 * MAX_HEAD_BYTES)
    first = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    second = b"GET /_mockcrm/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    address = urlsplit(crm.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
        connection.sendall(first + body + second[:20])
        connection.sendall(second[20:])
        with connection.makefile("rb") as stream:
            responses = stream.read()

    assert responses.count(b"HTTP/1.1 ") == 2
    assert responses.endswith(b'{"status":"ok","version":"%s"}' % __version__.encode())
