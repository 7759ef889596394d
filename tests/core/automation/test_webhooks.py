"""Webhooks: sent after the commit to a real receiver; nothing that the receiver does undoes the update."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from queue import Queue
from types import SimpleNamespace
from typing import Any

import certifi
import httpx
import pytest
import trustme

from mockcrm.core.automation import webhooks
from mockcrm.core.automation.webhooks import DestinationRefused, HostResolver, Webhooks
from mockcrm.core.orgs import database
from mockcrm.core.orgs.registry import OrgUnreadable
from tests.support.application import Application, OrgApi
from tests.support.for_each import for_each

WAIT = 30.0
"""Seconds after which a test that hangs fails; otherwise the signal arrives at once."""


class Receiver:
    """An HTTP server on a free port. `react` handles a request; `arrived` gets every body."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.arrived: Queue[dict[str, Any]] = Queue()
        self.react: Callable[[BaseHTTPRequestHandler], None] = lambda handler: handler.send_response(204)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                receiver.arrived.put({"path": self.path, "type": self.headers["content-type"], "body": body})
                receiver.react(self)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client may disconnect
        if context is not None:
            # The handshake is the handler's thread's, so that one that fails does not end the server.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


class Notes:
    """Signals that the result of a webhook was stored."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._done = threading.Semaphore(0)
        note = Webhooks._store_result

        async def noted(self_: Webhooks, items: list[Any], *result: Any) -> None:
            await note(self_, items, *result)
            self._done.release(len(items))

        monkeypatch.setattr(Webhooks, "_store_result", noted)

    def wait(self, count: int = 1) -> None:
        for _ in range(count):
            assert self._done.acquire(timeout=WAIT)


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    return Notes(monkeypatch)


def made(application: Application, *urls: str, records: int = 1) -> OrgApi:
    return application.org(
        {
            "modules": {
                "Leads": {"workflows": [{"name": f"hook {n}", "webhook": url} for n, url in enumerate(urls, 1)]}
            },
            "custom_views": [{"id": "2001", "module": "Leads", "name": "Every Lead"}],
            "records": {
                "Leads": [{"id": str(1001 + number), "fields": {"Last_Name": "Boyle"}} for number in range(records)]
            },
        }
    )


def update(org: OrgApi, *ids: int) -> None:
    response = org.mass_update("Leads", {"data": [{"City": "New"}], "ids": [str(number) for number in ids or (1001,)]})
    assert [item["code"] for item in response.json()["data"]] == ["SUCCESS"] * len(ids or (1001,))
    assert org.value(1001, "City") == "New"


def results(org: OrgApi) -> list[tuple[int | None, str | None]]:
    response = org.application.send("GET", f"/_mockcrm/orgs/{org.name}/automation").json()
    return [(item["webhook"]["status"], item["webhook"]["error"]) for item in response["automation"]]


def test_receiver_gets_the_record(application: Application, receiver: Receiver, notes: Notes) -> None:
    org = made(application, receiver.url)
    update(org)
    notes.wait()
    body = {"workflow": "hook 1", "module": "Leads", "id": "1001", "org": org.name}
    assert receiver.arrived.get(timeout=WAIT) == {"path": "/hook", "type": "application/json", "body": body}
    (listed,) = application.send("GET", f"/_mockcrm/orgs/{org.name}/automation").json()["automation"]
    assert listed["webhook"] == {"url": receiver.url, "status": 204, "error": None}


def test_webhook_comes_after_the_commit(application: Application, receiver: Receiver, notes: Notes) -> None:
    org = made(application, receiver.url)
    with org.using() as opened:
        path = opened.path
    seen: Queue[str] = Queue()

    def look(handler: BaseHTTPRequestHandler) -> None:
        with closing(sqlite3.connect(path)) as connection:
            seen.put(connection.execute("SELECT json_extract(fields, '$.City') FROM record").fetchone()[0])
        handler.send_response(200)

    receiver.react = look
    update(org)
    assert seen.get(timeout=WAIT) == "New"
    notes.wait()


def test_jobs_send_them_too(application: Application, receiver: Receiver, notes: Notes) -> None:
    org = made(application, receiver.url, records=3)
    org.schedule("Leads", {"data": [{"City": "New"}], "cvid": "2001"})
    application.send("POST", f"/_mockcrm/orgs/{org.name}/jobs/run")
    notes.wait(3)
    assert [receiver.arrived.get(timeout=WAIT)["body"]["id"] for _ in range(3)] == ["1001", "1002", "1003"]
    assert results(org) == [(204, None)] * 3


def test_worker_sends_them_too(application: Application, receiver: Receiver, notes: Notes) -> None:
    org = application.org(
        {
            "settings": {"job_policy": {"mode": "auto"}},
            "modules": {"Leads": {"workflows": [{"name": "hook 1", "webhook": receiver.url}]}},
            "custom_views": [{"id": "2001", "module": "Leads", "name": "Every Lead"}],
            "records": {"Leads": [{"id": "1001", "fields": {"Last_Name": "Boyle"}}]},
        }
    )
    job = org.schedule("Leads", {"data": [{"City": "New"}], "cvid": "2001"})
    notes.wait()
    assert receiver.arrived.get(timeout=WAIT)["body"]["id"] == "1001"
    (listed,) = application.send("GET", f"/_mockcrm/orgs/{org.name}/automation").json()["automation"]
    assert (listed["job_id"], listed["webhook"]["status"]) == (job, 204)


@pytest.mark.parametrize("status", [301, 404, 500])
def test_status_of_the_receiver_is_listed_and_means_nothing(
    application: Application, receiver: Receiver, notes: Notes, status: int
) -> None:
    receiver.react = lambda handler: handler.send_response(status)
    org = made(application, receiver.url)
    update(org)
    notes.wait()
    assert results(org) == [(status, None)]


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:{closed}/", "ConnectError: "),
        ("http://[/", ""),
        ("http://127.0.0.1:99999/", ""),
        ("http://a..b/", ""),
        ("https://127.0.0.1:{open}/", "ConnectError: "),
    ],
)
def test_invalid_webhook_addresses(
    application: Application, receiver: Receiver, notes: Notes, url: str, error: str
) -> None:
    address = url.format(closed=closed_port(), open=receiver.url.split(":")[2].split("/")[0])
    org = made(application, address, receiver.url)
    update(org)
    notes.wait(2)
    (broken, good) = results(org)
    assert broken[0] is None
    assert broken[1]
    assert broken[1].startswith(error)
    assert good == (204, None)


def test_receiver_that_does_not_use_http(application: Application, receiver: Receiver, notes: Notes) -> None:
    def garbage(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"\x00\x01 no HTTP at all\r\n\r\n")

    receiver.react = garbage
    org = made(application, receiver.url)
    update(org)
    notes.wait()
    ((status, error),) = results(org)
    assert status is None
    assert error is not None
    assert error.startswith("RemoteProtocolError: ")


def test_silent_receiver_has_a_time_limit_and_holds_up_no_update(
    application: Application, receiver: Receiver, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.2)
    release = threading.Event()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        release.wait(WAIT)
        handler.send_response(200)

    receiver.react = hang
    org = made(application, receiver.url)
    update(org)
    update(org)
    notes.wait(2)
    release.set()
    assert results(org) == [(None, "no response within 0.2 seconds")] * 2


def test_time_limit_applies_to_the_whole_response(
    application: Application, receiver: Receiver, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.3)
    release = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        # A byte of the head every now and then: no single read ever takes long.
        while not release.wait(0.02):
            try:
                handler.wfile.write(b"H")
                handler.wfile.flush()
            except OSError:
                return

    def slow_head(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        drip(handler)

    receiver.react = slow_head
    org = made(application, receiver.url)
    update(org)
    notes.wait()
    release.set()
    assert results(org) == [(None, "no response within 0.3 seconds")]


def test_body_of_the_response_is_not_awaited(application: Application, receiver: Receiver, notes: Notes) -> None:
    release = threading.Event()

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        handler.wfile.flush()
        release.wait(WAIT)

    receiver.react = endless
    org = made(application, receiver.url)
    update(org)
    notes.wait()
    release.set()
    assert results(org) == [(200, None)]


def test_orgs_do_not_wait_for_each_others_receivers(application: Application, receiver: Receiver, notes: Notes) -> None:
    release, slow = threading.Event(), Receiver()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        release.wait(WAIT)
        handler.send_response(200)

    slow.react = hang
    try:
        held, other = made(application, slow.url), made(application, receiver.url)
        update(held)
        slow.arrived.get(timeout=WAIT)
        update(other)
        notes.wait()
        assert results(other) == [(204, None)]
        assert results(held) == [(None, None)]
        release.set()
        notes.wait()
        assert results(held) == [(200, None)]
    finally:
        release.set()
        slow.close()


def test_org_sends_in_the_order_of_its_firings(application: Application, receiver: Receiver, notes: Notes) -> None:
    org = made(application, receiver.url, records=30)
    update(org, *range(1001, 1031))
    notes.wait(30)
    assert [receiver.arrived.get(timeout=WAIT)["body"]["id"] for _ in range(30)] == [
        str(number) for number in range(1001, 1031)
    ]


def test_too_many_that_wait_are_noted(
    application: Application, receiver: Receiver, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MAX_QUEUE", 2)
    org = made(application, receiver.url, records=4)
    update(org, 1001, 1002, 1003, 1004)
    notes.wait(4)
    assert results(org) == [(204, None)] * 2 + [(None, "too many webhooks are waiting")] * 2


def test_reset_meanwhile_loses_the_result_and_nothing_else(
    application: Application, receiver: Receiver, notes: Notes
) -> None:
    release = threading.Event()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        release.wait(WAIT)
        handler.send_response(200)

    receiver.react = hang
    org, gone = made(application, receiver.url), made(application, receiver.url)
    update(org)
    update(gone)
    for _ in range(2):
        receiver.arrived.get(timeout=WAIT)
    application.send("POST", f"/_mockcrm/orgs/{org.name}/reset")
    assert application.send("DELETE", f"/_mockcrm/orgs/{gone.name}").status_code == 200
    release.set()
    notes.wait(2)
    assert results(org) == []
    update(org)
    notes.wait()
    assert results(org) == [(200, None)]


def test_org_that_cannot_be_opened_loses_the_result_and_goes_on_sending(
    application: Application, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(_uid: str, **_: bool) -> None:
        raise OrgUnreadable("its file is damaged")

    org = made(application, receiver.url, records=2)
    monkeypatch.setattr(
        application.runtime.webhooks,
        "_registry",
        SimpleNamespace(pin_uid=unreadable, waiting_pool=application.runtime.waiting_pool),
    )
    update(org, 1001, 1002)
    assert [receiver.arrived.get(timeout=WAIT)["body"]["id"] for _ in range(2)] == ["1001", "1002"]


def test_result_is_stored_once_the_file_takes_it_and_holds_up_no_other_org(
    application: Application, receiver: Receiver, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 3600.0)
    monkeypatch.setattr(webhooks, "FIRST_PAUSE", 0.01)
    failed, store = threading.Semaphore(0), Webhooks._store

    def stored(self_: Webhooks, *result: Any) -> None:
        try:
            store(self_, *result)
        except sqlite3.OperationalError:
            failed.release()
            raise

    monkeypatch.setattr(Webhooks, "_store", stored)
    held, other = made(application, receiver.url), made(application, receiver.url)
    arrived, release = threading.Event(), threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        arrived.set()
        release.wait(WAIT)
        handler.send_response(204)
        handler.end_headers()

    receiver.react = wait
    update(held)
    assert arrived.wait(WAIT)
    with held.using() as org, closing(sqlite3.connect(org.path, isolation_level=None)) as process:
        process.execute("BEGIN IMMEDIATE")
        release.set()
        update(other)
        notes.wait()
        assert (results(held), results(other)) == ([(None, None)], [(204, None)])
        for _ in range(3):
            assert failed.acquire(timeout=WAIT), "no thread waits for the file"
        process.execute("COMMIT")
    notes.wait()
    assert results(held) == [(204, None)]


def test_result_that_cannot_be_stored_is_logged(
    application: Application, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(webhooks, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(webhooks, "MAX_PAUSE", 0.004)
    org = made(application, receiver.url)
    notes = Notes(monkeypatch)
    monkeypatch.setattr(webhooks.events, "set_webhook_outcome", full)
    update(org)
    notes.wait()
    assert caplog.messages == [f"org {org.name}: the results of 1 webhooks were lost: database or disk is full"]


@pytest.mark.parametrize("fault", [KeyError("a mistake of ours"), RuntimeError("another")])
def test_an_internal_error_is_logged_and_the_next_webhook_is_sent(
    application: Application,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    store, faults = Webhooks._store, [fault]

    def stored(self_: Webhooks, *result: Any) -> None:
        if faults:
            raise faults.pop()
        store(self_, *result)

    monkeypatch.setattr(Webhooks, "_store", stored)
    notes = Notes(monkeypatch)
    org = made(application, receiver.url, receiver.url)
    update(org)
    notes.wait(2)
    assert results(org) == [(None, None), (204, None)]
    assert caplog.messages == [f"org {org.name}: the results of 1 webhooks were lost"]
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[1] is fault


@pytest.mark.parametrize("stopped", [True, False])
def test_a_pool_that_takes_no_work_is_logged_unless_the_server_stops(
    application: Application,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    stopped: bool,
) -> None:
    own = application.runtime.webhooks
    pool = ThreadPoolExecutor(1)
    pool.shutdown()

    def response(handler: BaseHTTPRequestHandler) -> None:
        monkeypatch.setattr(own, "_stopped", stopped)
        monkeypatch.setattr(own, "_registry", SimpleNamespace(waiting_pool=pool))
        handler.send_response(204)

    receiver.react = response
    notes = Notes(monkeypatch)
    org = made(application, receiver.url)
    update(org)
    notes.wait()
    refused = [] if stopped else [f"org {org.name}: the results of 1 webhooks were lost"]
    assert caplog.messages == refused


def test_server_stops_while_a_receiver_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "STOP_TIMEOUT", 0.05)
    receiver, release = Receiver(), threading.Event()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        release.wait(WAIT)
        handler.send_response(200)

    receiver.react = hang
    try:
        with Application() as own:
            org = made(own, receiver.url, records=3)
            update(org, 1001, 1002, 1003)
            receiver.arrived.get(timeout=WAIT)
        thread = own.runtime.webhooks._thread
        assert thread is not None
        assert not thread.is_alive()
        release.set()
        assert receiver.arrived.empty(), "what waited is not sent"
        own.runtime.webhooks.send("nobody", None, [])  # type: ignore[arg-type]
    finally:
        release.set()
        receiver.close()


# -- where they may go -------------------------------------------------------------------------------------------

PUBLIC = "93.184.216.34"


class Names:
    """A resolver: the addresses of names, and which names were looked up."""

    def __init__(self, **addresses: list[str]) -> None:
        self.requested: list[str] = []
        self._addresses = {name.replace("_", "."): found for name, found in addresses.items()}

    async def __call__(self, name: str) -> list[str]:
        self.requested.append(name)
        return self._addresses[name]


class Wire:
    """Stands for the network: stores the requests that the webhooks' client would send."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[httpx.Request] = []
        client = partial(httpx.AsyncClient, transport=httpx.MockTransport(self._keep))
        monkeypatch.setattr(httpx, "AsyncClient", client)

    def _keep(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return httpx.Response(204)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)


def outcome(url: str, names: Names, notes: Notes, **settings: Any) -> tuple[int | None, str | None]:
    """Return the result of one webhook on a server with these settings."""
    with Application(**settings) as own:
        own.runtime.webhooks.resolve = names
        org = made(own, url)
        update(org)
        notes.wait()
        (found,) = results(org)
        return found


@for_each(
    ("url", "refused"),
    [
        (f"http://{PUBLIC}/", PUBLIC),
        ("https://[2606:2800:220:1::1]/", "2606:2800:220:1::1"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
        ("http://[fe80::1]/", "fe80::1"),
        ("http://[fd00:ec2::254]/", "fd00:ec2::254"),
        ("http://[fd00:ec2::254%251]/", "fd00:ec2::254"),
        ("http://[fe80::1%251]/", "fe80::1%251"),
        ("http://scoped.example/", "fd20:ce::254 (scoped.example)"),
        ("http://0.0.0.0/", "0.0.0.0"),
        ("http://[::ffff:93.184.216.34]/", PUBLIC),
        ("http://[::ffff:169.254.169.254]/", "169.254.169.254"),
        ("http://out.example/", f"{PUBLIC} (out.example)"),
        ("http://user:secret@out.example:8080/", f"{PUBLIC} (out.example)"),
        ("http://meta.example/", "169.254.169.254 (meta.example)"),
        ("http://some.example/", f"{PUBLIC} (some.example)"),
        ("http://2852039166/", "169.254.169.254 (2852039166)"),
    ],
)
def test_a_webhook_to_another_network_is_not_sent(wire: Wire, notes: Notes, url: str, refused: str) -> None:
    names = Names(
        out_example=[PUBLIC],
        meta_example=["169.254.169.254"],
        scoped_example=["fd20:ce::254%lo"],
        some_example=["127.0.0.1", PUBLIC],  # every address decides
        **{"2852039166": ["169.254.169.254"]},
    )

    status, error = outcome(url, names, notes)

    assert (status, error) == (None, f"not sent: --webhook-hosts does not allow {refused}")
    assert wire.sent == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.5",
        "::1",
        "fd12:3456::1",
        "::ffff:10.1.2.3",
        "fd12:3456::1%lo",
    ],
)
def test_a_webhook_to_a_private_address_is_sent(wire: Wire, notes: Notes, address: str) -> None:
    assert outcome("http://app:3000/hook", Names(app=[address]), notes) == (204, None)
    assert [(ip_address(request.url.host), request.headers["host"]) for request in wire.sent] == [
        (ip_address(address.partition("%")[0]), "app:3000")
    ]


@pytest.mark.parametrize(
    ("url", "rules"),
    [
        ("http://hooks.example/", "hooks.example"),
        ("http://HOOKS.example./", "other.test, Hooks.Example"),
        ("http://hooks.example/", "*.example"),
        ("http://hooks.example/", PUBLIC),
        ("http://hooks.example/", "93.184.216.0/24"),
        ("http://hooks.example/", "::ffff:93.184.216.0/120"),
        ("http://hooks.example/", "*"),
        (f"http://{PUBLIC}/", PUBLIC),
        (f"http://[::ffff:{PUBLIC}]/", PUBLIC),
        ("http://[2606:2800:220:1::1]/", "2606:2800:220::/48"),
        ("http://169.254.10.10/", "169.254.10.10"),
        ("http://169.254.10.10/", "169.254.0.0/16"),
        ("http://169.254.10.10/", "*"),
    ],
)
def test_a_rule_allows_more(wire: Wire, notes: Notes, url: str, rules: str) -> None:
    names = Names(hooks_example=[PUBLIC], **{"hooks.example.": [PUBLIC], "HOOKS.example.": [PUBLIC]})

    assert outcome(url, names, notes, webhook_hosts=rules) == (204, None)
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("url", "rules"),
    [
        ("http://hooks.example/", "example"),
        ("http://hooks.example/", "*.hooks.example"),
        ("http://hooks.example/", "93.184.217.0/24,2606:2800:220::/48"),
        ("http://nothooks.example/", "hooks.example,*.hooks.example"),
        ("http://meta.example/", "meta.example,*.example"),  # a name does not open link-local addresses
    ],
)
def test_a_rule_allows_no_more_than_it_says(wire: Wire, notes: Notes, url: str, rules: str) -> None:
    names = Names(hooks_example=[PUBLIC], nothooks_example=[PUBLIC], meta_example=["169.254.169.254"])

    status, error = outcome(url, names, notes, webhook_hosts=rules)

    assert status is None
    assert error is not None
    assert error.startswith("not sent: --webhook-hosts does not allow ")
    assert wire.sent == []


def test_a_name_is_resolved_once_and_the_request_goes_there(receiver: Receiver, notes: Notes) -> None:
    port, seen = receiver.url.split(":")[2].split("/")[0], Queue[str]()

    def keep(handler: BaseHTTPRequestHandler) -> None:
        seen.put(handler.headers["host"])
        handler.send_response(204)

    receiver.react = keep
    names = Names(hooks_example=["127.0.0.1"])

    assert outcome(f"http://hooks.example:{port}/hook", names, notes) == (204, None)
    assert seen.get(timeout=WAIT) == f"hooks.example:{port}"
    assert names.requested == ["hooks.example"]


def test_the_system_resolves_names(application: Application, receiver: Receiver, notes: Notes) -> None:
    # `localhost` often has ::1 first, where nobody listens.
    org = made(application, receiver.url.replace("127.0.0.1", "localhost"), "http://no-such-host.invalid/")
    update(org)
    notes.wait(2)
    (good, unknown) = results(org)
    assert good == (204, None)
    assert unknown[0] is None
    assert unknown[1]


def test_the_next_address_is_tried_when_nobody_listens_at_one(receiver: Receiver, notes: Notes) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    names = Names(hooks_example=["::1", "127.0.0.1"])

    assert outcome(f"http://hooks.example:{port}/hook", names, notes) == (204, None)


def test_a_certificate_is_checked_for_the_name(tmp_path: Path, notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, ca = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    monkeypatch.setattr(certifi, "where", lambda: str(ca))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hooks.example").configure_cert(context)
    requested: Queue[str | None] = Queue()
    context.sni_callback = lambda _socket, name, _context: requested.put(name)
    receiver = Receiver(context)
    port = receiver.url.split(":")[2].split("/")[0]
    try:
        names = Names(hooks_example=["127.0.0.1"], other_example=["127.0.0.1"])
        assert outcome(f"https://hooks.example:{port}/", names, notes) == (204, None)
        assert requested.get(timeout=WAIT) == "hooks.example"
        status, error = outcome(f"https://other.example:{port}/", names, notes)
    finally:
        receiver.close()
    assert status is None
    assert error is not None
    assert "certificate" in error


def test_a_redirect_is_not_followed(application: Application, receiver: Receiver, notes: Notes) -> None:
    def away(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", f"{receiver.url}/elsewhere")

    receiver.react = away
    org = made(application, receiver.url)
    update(org)
    notes.wait()
    assert results(org) == [(307, None)]
    assert receiver.arrived.get(timeout=WAIT)["path"] == "/hook"
    assert receiver.arrived.empty()


def test_resolving_counts_for_the_time_limit(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.2)

    async def never(_name: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    with Application() as own:
        own.runtime.webhooks.resolve = never
        org = made(own, "http://hooks.example/")
        update(org)
        notes.wait()
        assert results(org) == [(None, "no response within 0.2 seconds")]


def test_resolving_holds_up_no_other_org(receiver: Receiver, notes: Notes) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    begun, release = threading.Event(), threading.Event()

    async def slowly(_name: str) -> list[str]:
        begun.set()
        await asyncio.to_thread(release.wait, WAIT)
        return ["127.0.0.1"]

    with Application() as own:
        own.runtime.webhooks.resolve = slowly
        slow, quick = made(own, f"http://hooks.example:{port}/"), made(own, receiver.url)
        try:
            update(slow)
            assert begun.wait(WAIT)
            update(quick)
            notes.wait()
            assert results(quick) == [(204, None)]
        finally:
            release.set()
        notes.wait()


class SilentNames:
    """The system's resolver, whose servers for `silent...` do not respond until they are released."""

    def __init__(self) -> None:
        self.threads: Queue[threading.Thread] = Queue()
        self.release = threading.Event()

    def __call__(self, name: str) -> list[str]:
        self.threads.put(threading.current_thread())
        if name.startswith("silent"):
            self.release.wait(WAIT)
            raise socket.gaierror("no response")
        return ["127.0.0.1"]

    def begun(self, count: int) -> list[threading.Thread]:
        return [self.threads.get(timeout=WAIT) for _ in range(count)]


@pytest.fixture
def silent() -> Iterator[SilentNames]:
    made = SilentNames()
    yield made
    made.release.set()


def test_silent_names_hold_up_neither_another_name_nor_the_process(
    receiver: Receiver, notes: Notes, silent: SilentNames, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the system's own function, so that it is tried in every way that code may call it.
    def getaddrinfo(name: str, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in silent(name)]

    monkeypatch.setattr(webhooks.socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(webhooks, "TIMEOUT", WAIT)
    port, count = receiver.url.split(":")[2].split("/")[0], 40  # more than a pool has on a machine of many cores
    with Application() as own:
        orgs = [made(own, f"http://silent{number}.example/") for number in range(count)]
        good = made(own, f"http://good.example:{port}/")
        for org in orgs:
            update(org)
        threads = silent.begun(count)
        assert all(thread.daemon and thread.is_alive() for thread in threads)

        update(good)
        assert receiver.arrived.get(timeout=WAIT)["body"]["org"] == good.name
        notes.wait()
        assert results(good) == [(204, None)]

        silent.release.set()
        notes.wait(count)
        assert {error for org in orgs for _, error in results(org)} == {"gaierror: no response"}


def test_a_stop_waits_for_no_lookup(silent: SilentNames, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "STOP_TIMEOUT", 0.05)
    failed: Queue[Any] = Queue()
    monkeypatch.setattr(threading, "excepthook", failed.put)
    with Application() as own:
        own.runtime.webhooks.resolve = HostResolver(silent)
        update(made(own, "http://silent.example/"))
        (lookup,) = silent.begun(1)
    thread = own.runtime.webhooks._thread
    assert thread is not None
    assert (thread.is_alive(), lookup.is_alive()) == (False, True)

    silent.release.set()
    lookup.join(WAIT)
    assert failed.empty(), "its result has nobody to go to"


def test_lookups_have_a_bound(silent: SilentNames, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> None:
        monkeypatch.setattr(webhooks, "MAX_LOOKUPS", 2)
        lookups = HostResolver(silent)
        running = [asyncio.create_task(lookups(name)) for name in ("silent1", "silent2", "silent2")]
        await asyncio.to_thread(silent.begun, 2)

        with pytest.raises(DestinationRefused, match=r"^already resolving 2 host names$"):
            await lookups("good")
        running[0].cancel()
        with pytest.raises(DestinationRefused):
            await lookups("good")  # the thread of the one that nobody waits for is still there

        silent.release.set()
        done = await asyncio.gather(*running, return_exceptions=True)
        assert [type(outcome) for outcome in done] == [asyncio.CancelledError, socket.gaierror, socket.gaierror]
        assert silent.threads.empty(), "a name that is already being looked up must not be looked up again"
        with pytest.raises(socket.gaierror):
            await lookups("silent1")
        assert await lookups("good") == ["127.0.0.1"]

    asyncio.run(check())


def test_a_thread_that_does_not_start_leaves_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> None:
        def full(_thread: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        lookups = HostResolver(lambda _name: ["127.0.0.1"])
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", full)
            with pytest.raises(RuntimeError, match="can't start"):
                await lookups("app")

        assert await lookups("app") == ["127.0.0.1"]

    asyncio.run(check())


def test_too_many_lookups_are_noted(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MAX_LOOKUPS", 0)
    with Application() as own:
        org = made(own, "http://hooks.example/")
        update(org)
        notes.wait()
        assert results(org) == [(None, "not sent: already resolving 0 host names")]


def test_a_literal_address_takes_no_lookup(receiver: Receiver, notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MAX_LOOKUPS", 0)
    with Application() as own:
        org = made(own, receiver.url)
        update(org)
        notes.wait()
        assert results(org) == [(204, None)]


def test_a_refused_webhook_keeps_its_place_in_the_order(receiver: Receiver, notes: Notes) -> None:
    with Application() as own:
        org = made(own, receiver.url, f"http://{PUBLIC}/", receiver.url)
        update(org)
        notes.wait(3)
        assert [receiver.arrived.get(timeout=WAIT)["body"]["workflow"] for _ in range(2)] == ["hook 1", "hook 3"]
        assert [status for status, _ in results(org)] == [204, None, 204]
