"""The bodies that the control API accepts, and its errors when a disk or a file of the state cannot be used."""

from __future__ import annotations

import errno
import http.client
import json
import logging
import socket
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from fastapi.exceptions import RequestValidationError

from mockcrm.control import body
from mockcrm.core.orgs import database
from mockcrm.core.orgs.org import Org
from mockcrm.server import MockCRM
from tests.cli.running import run
from tests.support.for_each import for_each

from .conftest import Control

TOO_DEEP = "nested too deeply; expected at most 200 levels"
PLAIN = (
    ("POST", "/orgs"),
    ("POST", "{org}/tokens"),
    ("PUT", "{org}/settings"),
    ("PUT", "{org}/job-policy"),
    ("PUT", "{org}/clock"),
    ("POST", "{org}/clock/advance"),
    ("POST", "{org}/faults"),
    ("POST", "{org}/jobs/1/step"),
    ("POST", "{org}/jobs/1/fail"),
    ("PATCH", "{org}/records/Leads/1"),
)


@for_each(("method", "path"), PLAIN)
@for_each(
    ("sent", "message", "where"),
    [
        (b'{\n"x": ' + b"1" * 5000 + b"}", "expected a number of at most 4,300 digits", "body line 2, column 6"),
        (b'{"x": ' + b"[" * 250 + b"]" * 250 + b"}", TOO_DEEP, "body"),
        (b'{"x": ' + b"[" * 900 + b"]" * 900 + b"}", TOO_DEEP, "body"),
        (b"[" * 100_000, TOO_DEEP, "body"),
        (b'{"\\ud800": 1}', "contains a lone surrogate: invalid text", "body"),
        (b'{"n": 99999999999999999999999, "x": "\\ud800"}', "contains a lone surrogate: invalid text", "body"),
        (b'{"x": "\xff"}', "expected UTF-8 text (byte 7)", "body"),
    ],
)
def test_json_that_nothing_expects_is_refused_everywhere(
    control: Control, method: str, path: str, sent: bytes, message: str, where: str
) -> None:
    response = control.call(method, path.format(org="/orgs/default"), sent)

    assert response == (400, {"error": {"message": message, "where": where}})


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        (b'{"mockcrm": 1,\n"x": ' + b"1" * 5000 + b"}", "body line 2, column 6"),
        (b"mockcrm: 1\nx: !!int " + b"1" * 5000, "body line 2, column 4"),
        (b"mockcrm: 1\na: &a [x]\n" + b"b: [" + b"*a, " * 600_000 + b"]", "body line 3, column 2000001"),
    ],
)
def test_a_load_of_too_much_is_refused_with_its_place(control: Control, sent: bytes, where: str) -> None:
    status, response = control.call("POST", "/orgs/default/load", sent)

    assert (status, response["error"]["where"]) == (400, where)


@pytest.mark.parametrize("name", ["x" * 5000, "x" * 120, "\0", "\ud7ff"])
def test_an_invalid_fixture_name_is_an_unknown_one(control: Control, name: str) -> None:
    for path in ("/orgs", "/orgs/default/load"):
        status, response = control.call("POST", path, {"fixture": name})
        assert (status, response["error"]["where"]) == (400, "body.fixture")
        assert "unknown fixture" in response["error"]["message"]
        assert len(response["error"]["message"]) < 300


def test_credits_have_a_bound(control: Control) -> None:
    status, response = control.call("PUT", f"{control.org()}/settings", b'{"credits": ' + b"9" * 400 + b"}")

    assert (status, response["error"]["where"]) == (400, "body.credits")


# -- the limits --------------------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockCRM]:
    """A server with limits that a test can go beyond."""
    monkeypatch.setattr(body, "MAX_FIXTURE_BYTES", 2 * 2**20)
    with MockCRM("empty") as crm:
        yield crm


def post(crm: MockCRM, path: str, size: int, *, pieces: bool) -> tuple[int, Any]:
    """Send a YAML comment of this many bytes, then a second call on the same connection, which must still work."""
    address = urlsplit(crm.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    try:
        content = b"#" * size
        sent = (content[start : start + 2**16] for start in range(0, size, 2**16)) if pieces else content
        connection.request("POST", f"/_mockcrm{path}", sent)
        response = connection.getresponse()
        found = response.status, orjson.loads(response.read())
        connection.request("GET", "/_mockcrm/health")
        assert connection.getresponse().status == 200
        return found
    finally:
        connection.close()


def head_of(host: str, length: int) -> bytes:
    lines = ("POST /_mockcrm/orgs/default/load HTTP/1.1", f"Host: {host}", f"Content-Length: {length}", "", "")
    return "\r\n".join(lines).encode()


@for_each("pieces", [False, True])
@for_each(
    ("path", "size", "limit"),
    [
        ("/orgs/default/load", 2 * 2**20 + 1, 2),
        ("/orgs/default/load", 40 * 2**20, 2),
        ("/orgs", 2 * 2**20 + 1, 2),
        ("/orgs/default/faults", 2**20 + 1, 1),
        ("/orgs/default/reset", 2**20 + 1, 1),
    ],
)
def test_a_body_above_the_limit_is_a_413_that_can_be_read(
    small: MockCRM, path: str, size: int, limit: int, pieces: bool
) -> None:
    expected = {"error": {"message": f"too large; expected at most {limit} MiB", "where": "body"}}

    assert post(small, path, size, pieces=pieces) == (413, expected)


def test_a_body_at_the_limit_is_taken(small: MockCRM) -> None:
    status, response = post(small, "/orgs/default/load", 2 * 2**20, pieces=False)

    assert (status, response["error"]["message"]) == (400, "expected a mapping with the key `mockcrm: 1`, got null")


def test_a_body_that_says_it_is_too_large_is_not_waited_for(small: MockCRM) -> None:
    address = urlsplit(small.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as connection:
        head = (
            f"POST /_mockcrm/orgs/default/load HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {10**30}\r\n\r\n"
        )
        connection.sendall(head.encode().replace(str(10**30).encode(), str(2**40).encode()))
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_the_command_line_reports_a_fixture_that_is_too_large(small: MockCRM, tmp_path: Path) -> None:
    fixture = tmp_path / "large.yaml"
    fixture.write_text("#" * (3 * 2**20))

    printed = f"mockcrm: {fixture}: too large; expected at most 2 MiB\n"
    assert run(small, "load", str(fixture)) == (2, "", printed)


def test_a_client_that_leaves_is_one_line_of_debugging() -> None:
    lines: list[logging.LogRecord] = []
    waiting = threading.Event()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record)
            waiting.set()

    log, collector = logging.getLogger("mockcrm.control"), Collector()
    log.addHandler(collector)
    level = log.level
    try:
        with MockCRM("empty", log_level="debug") as crm:
            log.setLevel(logging.DEBUG)
            address = urlsplit(crm.url)
            with socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as connection:
                connection.sendall(head_of(address.netloc, 99) + b"#")
            assert waiting.wait(60)
    finally:
        log.removeHandler(collector)
        log.setLevel(level)
    (line,) = lines
    assert (line.levelno, line.exc_info) == (logging.DEBUG, None)
    assert line.getMessage().endswith("/orgs/default/load: the client disconnected before its request was complete")


# -- the state's disk and files ----------------------------------------------------------------------------------


def test_a_full_disk_is_a_507_and_nothing_was_changed(control: Control) -> None:
    org = control.org()
    fixture = {"mockcrm": 1, "generate": [{"module": "Leads", "count": 2000, "fields": {"Last_Name": "x" * 200}}]}
    before = control.good("GET", f"{org}/export")
    with control.application.registry.using(org.removeprefix("/orgs/")) as opened, opened.gate.hold():
        (pages,) = opened._writer.execute("PRAGMA page_count").fetchone()
        opened._writer.execute(f"PRAGMA max_page_count = {pages + 4}").fetchall()

    message = "the disk with the state is full or failing (database or disk is full); nothing was changed"
    assert control.call("POST", f"{org}/load", fixture) == (507, {"error": {"message": message}})
    assert control.good("GET", f"{org}/export") == before

    with control.application.registry.using(org.removeprefix("/orgs/")) as opened, opened.gate.hold():
        opened._writer.execute("PRAGMA max_page_count = 1000000").fetchall()
    control.good("POST", f"{org}/load", fixture)


def test_a_file_that_another_process_holds_is_a_503(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.3)
    org = control.org()
    before = control.good("GET", f"{org}/settings")
    with control.application.registry.using(org.removeprefix("/orgs/")) as opened:
        opened._writer.execute("PRAGMA busy_timeout = 0").fetchall()
        other = sqlite3.connect(opened.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            response = control.call("PUT", f"{org}/settings", {"edition": "free"})
        finally:
            other.close()

    message = "another process has locked a state file (database is locked); nothing was changed"
    assert response == (503, {"error": {"message": message}})
    assert control.good("GET", f"{org}/settings") == before
    control.good("PUT", f"{org}/settings", {"edition": "free"})


def broken(code: int) -> sqlite3.OperationalError:
    fault = sqlite3.OperationalError("disk I/O error")
    fault.sqlite_errorcode = code
    return fault


@for_each(
    ("fault", "status", "message"),
    [
        (broken(10), 507, "the disk with the state is full or failing (disk I/O error); nothing was changed"),
        (broken(10 | 3 << 8), 507, "the disk with the state is full or failing (disk I/O error); nothing was changed"),
        (OSError(errno.ENOSPC, "No space"), 507, "the disk with the state is full (No space); nothing was changed"),
        (OSError(errno.EDQUOT, "Quota"), 507, "the disk with the state is full (Quota); nothing was changed"),
        (OSError(errno.EPERM, "no"), 500, "internal error; see the server's log"),
        (broken(1), 500, "internal error; see the server's log"),
    ],
)
def test_a_failing_disk_is_reported(
    control: Control, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int, message: str
) -> None:
    org = control.org()

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(Org, "change_settings", fail)
    response = control.call("PUT", f"{org}/settings", {"edition": "free"})

    assert response == (status, {"error": {"message": message}})


def test_what_was_done_before_the_disk_was_full_is_not_denied(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise broken(13)

    monkeypatch.setattr("mockcrm.core.jobs.engine.run", fail)
    status, response = control.call("POST", f"{control.org()}/jobs/run")

    assert status == 507
    assert response["error"]["message"].endswith("; nothing more was changed")


@pytest.mark.parametrize(
    ("method", "path", "key", "message", "where"),
    [
        ("PATCH", "/records/Leads/1", "state", "unknown state 1; expected one of: ", "body.state[0]"),
        ("PATCH", "/records/Leads/1", "territories", "expected text, got 1", "body.territories[0]"),
        ("POST", "/tokens", "scopes", "expected text, got 1", "body.scopes[0]"),
    ],
)
def test_the_first_of_many_wrong_members_is_reported(
    control: Control, method: str, path: str, key: str, message: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    known = RequestValidationError.__init__

    def counted(fault: RequestValidationError, errors: Any, **more: Any) -> None:
        made.append(len(errors))
        known(fault, errors, **more)

    monkeypatch.setattr(RequestValidationError, "__init__", counted)
    status, response = control.call(method, f"{control.org()}{path}", {key: [1] * 10_000})

    assert (status, response["error"]["where"], made) == (400, where, [1])
    assert response["error"]["message"].startswith(message)


def test_a_list_of_a_call_has_a_bound(control: Control) -> None:
    status, response = control.call("POST", f"{control.org()}/tokens", {"scopes": ["ZohoCRM.org.ALL"] * 1001})

    assert (status, response["error"]["where"]) == (400, "body.scopes")
    assert response["error"]["message"].startswith("expected at most 1000 members, got ['ZohoCRM.org.ALL', ")


def test_the_json_of_an_org_is_read_once_and_long_one_in_a_thread(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    loads = json.loads

    def noted(text: Any, **hooks: Any) -> Any:
        read.append(threading.current_thread().name)
        return loads(text, **hooks)

    monkeypatch.setattr("json.loads", noted)
    fixture = {"mockcrm": 1, "org": {"description": "x" * body.SHORT_BYTES}}
    made = control.send("POST", "/orgs", {"fixture": fixture})
    control.made.append(orjson.loads(made.content)["org"])

    assert made.status_code == 201
    assert len(read) == 1
    assert read[0] != threading.main_thread().name
