"""What is stored of a request's body: all of it only for an authenticated client, within the org's limit; and of all
others together no more than a budget allows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from mockcrm.accounts.base import MAX_BODY_BYTES
from mockcrm.core.journal import MAX_BYTES
from mockcrm.core.orgs import registry as orgs
from mockcrm.http import body as bodies
from mockcrm.http.body import Beginning, Body, Whole
from mockcrm.http.body_budget import MAX_ANONYMOUS_BYTES, Budget
from tests.support.application import NOW, Application, OrgApi, settings_of

UPDATE = "/crm/v2/Leads/actions/mass_update"
LEADS = {"records": {"Leads": [{"id": "111", "fields": {"Last_Name": "Boyle"}}]}}
LARGE = orjson.dumps({"data": [{"City": "New"}], "ids": ["111"], "more": "x" * 4 * MAX_BYTES})
UNKNOWN = {"Authorization": "Zoho-oauthtoken 1000.no.such"}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(LEADS)


def noted(org: OrgApi, path: str) -> dict[str, Any]:
    """The latest entry of the org's journal for a path."""
    response = org.application.send("GET", f"/_mockcrm/orgs/{org.name}/requests", params={"path": path, "limit": 1})
    (entry,) = response.json()["requests"]
    return dict(entry)


# -- the stores -------------------------------------------------------------------------------------------------


def stored(store: Whole | Beginning, *pieces: bytes) -> Body:
    for piece in pieces:
        store.add(piece)
    return store.body()


def test_a_body_within_the_limit_is_stored_whole() -> None:
    assert stored(Whole(4), b"ab", b"", b"cd") == Body(b"abcd", 4)
    assert stored(Whole(4), b"ab", b"cde", b"f") == Body(None, -1)


def test_a_body_beyond_the_budget_is_measured_but_not_stored() -> None:
    budget = Budget(5)
    assert stored(Whole(4, budget), b"abc") == Body(b"abc", 3, 3)
    assert stored(Whole(4, budget), b"ab", b"c") == Body(None, 3)
    assert budget.left == 2
    assert stored(Whole(4, budget), b"ab", b"cde") == Body(None, -1)
    assert budget.left == 2


def test_beginning_of_a_discarded_body_is_stored() -> None:
    budget = Budget(5)
    found = stored(Beginning(4, budget), b"abc", b"def", b"g")
    assert (found, budget.left) == (Body(b"abcd", 7, 4, cut=True), 1)
    found = stored(Beginning(4, budget), b"a", b"bc", b"d")
    assert (found, budget.left) == (Body(b"a", 4, 1, cut=True), 0)
    assert stored(Beginning(4, Budget(4)), b"ab", b"cd") == Body(b"abcd", 4, 4)


@pytest.mark.parametrize("kind", [Whole, Beginning])
def test_dropped_items_are_given_back(kind: type[Whole] | type[Beginning]) -> None:
    budget = Budget(5)
    store = kind(4, budget)
    store.add(b"abc")
    store.drop()
    assert budget.left == 5


# -- who is in ---------------------------------------------------------------------------------------------------


def test_the_whole_body_of_a_signed_in_request_is_read(org: OrgApi) -> None:
    response = org.send("POST", UPDATE, LARGE)

    assert response.status_code == 200, response.text
    assert noted(org, UPDATE)["body_bytes"] == len(LARGE)


@pytest.mark.parametrize("headers", [{}, UNKNOWN], ids=["no token", "unknown token"])
def test_a_body_of_a_stranger_is_noted_with_its_beginning_and_its_size(
    application: Application, org: OrgApi, headers: dict[str, str]
) -> None:
    response = application.send("POST", f"/o/{org.name}{UPDATE}", content=LARGE, headers=headers)

    assert response.status_code == 401
    entry = noted(org, UPDATE)
    assert (entry["body_bytes"], entry["body"]) == (len(LARGE), LARGE[:MAX_BYTES].decode())


def test_a_body_for_a_path_that_is_none_is_noted_alike(org: OrgApi) -> None:
    assert org.send("POST", "/crm/v2/Nothing/at/all", LARGE).status_code == 404

    entry = noted(org, "/crm/v2/Nothing/at/all")
    assert (entry["body_bytes"], entry["body"]) == (len(LARGE), LARGE[:MAX_BYTES].decode())


def test_an_unauthenticated_client_is_rejected_with_a_body_of_any_size(
    application: Application, org: OrgApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MAX_READ_BYTES", 2 * len(LARGE))
    for times in (1, 2, 3):
        response = application.send("POST", UPDATE, content=LARGE * times, headers=UNKNOWN)
        assert response.json()["code"] == "INVALID_TOKEN"
        entry = noted(OrgApi(application, "default"), UPDATE)
        assert entry["body_bytes"] == (times * len(LARGE) if times < 3 else None)


def test_an_expired_token_keeps_no_body(application: Application, org: OrgApi, read: list[Body]) -> None:
    credentials = application.registry.credentials
    entry = credentials.add_entry(org.uid, org.entry.user_id, org.entry.scopes, expires=NOW - 1)
    headers = {"Authorization": f"Zoho-oauthtoken {entry.access_token}"}

    assert application.send("POST", UPDATE, content=LARGE, headers=headers).json()["code"] == "INVALID_TOKEN"
    assert [(len(body.content or b""), body.size) for body in read] == [(MAX_BYTES, len(LARGE))]


def test_where_everybody_is_let_in_every_body_is_read(application: Application, org: OrgApi) -> None:
    with org.using() as opened:
        settings_of(opened, auth="any")

    response = application.send("POST", f"/o/{org.name}{UPDATE}", content=LARGE, headers=UNKNOWN)

    assert response.status_code == 200, response.text


def test_a_discarded_body_is_never_returned_as_complete(
    application: Application, org: OrgApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = application.registry.credentials.find_token(org.entry.access_token or "")
    found = iter([None, session, session, session])
    # The token becomes valid while the body is read.
    monkeypatch.setattr(application.registry.credentials, "find_token", lambda _token: next(found))

    response = org.send("POST", UPDATE, LARGE)

    assert response.json()["code"] == "INVALID_TOKEN"
    monkeypatch.undo()
    assert org.get("/crm/v2/Leads/111").json()["data"][0].get("City") is None


# -- the limit of the org ----------------------------------------------------------------------------------------


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Body]:
    """What was stored of each body that was not small."""
    found: list[Body] = []
    unwatched = bodies.read

    async def watched(*values: Any) -> Body:
        body = await unwatched(*values)
        found.append(Body(body.content, body.size))
        return body

    monkeypatch.setattr(bodies, "read", watched)
    return found


def test_a_body_above_the_limit_of_its_org_is_not_stored(application: Application, read: list[Body]) -> None:
    org = application.org({**LEADS, "settings": {"max_body_mb": 0.03}})

    response = org.send("POST", UPDATE, LARGE)

    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (413, "BODY_TOO_LARGE")
    assert read == [Body(None, -1)]
    assert noted(org, UPDATE)["body_bytes"] is None


def test_limit_of_an_org_that_is_not_open_holds_too(
    application: Application, monkeypatch: pytest.MonkeyPatch, read: list[Body]
) -> None:
    org = application.org({**LEADS, "settings": {"max_body_mb": 0.03}})
    monkeypatch.setattr(orgs, "MAX_OPEN_ORGS", 1)
    application.org()
    assert org.name not in application.registry.open_names()

    assert org.send("POST", UPDATE, LARGE).status_code == 413
    assert [body.content for body in read] == [None]


# -- all together ------------------------------------------------------------------------------------------------


def scope_of(path: str, headers: dict[str, str]) -> dict[str, Any]:
    lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http", "http_version": "1.1", "scheme": "http", "method": "POST", "path": path, "query_string": b"",
        "root_path": "", "headers": lines, "client": None, "server": None,
    }  # fmt: skip


def feed(messages: list[Any]) -> Any:
    async def receive() -> Any:
        return messages.pop(0)

    return receive


async def unsent(_message: Any) -> None:
    raise AssertionError("nothing is to be sent")


class Slow:
    """A request that waits for the end of its body."""

    def __init__(self, application: Application, path: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._messages: asyncio.Queue[Any] = asyncio.Queue()
        self._taken = asyncio.Event()
        self.sent: list[Any] = []
        self._messages.put_nowait({"type": "http.request", "body": body, "more_body": True})
        headers = headers or {"Content-Type": "application/x-www-form-urlencoded"}
        scope = scope_of(path, headers)
        self._task = asyncio.create_task(application.app(scope, self._receive, self._send))

    async def _receive(self) -> Any:
        if self._messages.empty():
            self._taken.set()
        return await self._messages.get()

    async def _send(self, message: Any) -> None:
        self.sent.append(message)

    async def taken(self) -> None:
        await self._taken.wait()

    async def end(self, message: Any) -> dict[str, Any]:
        """The JSON of the response, if there is one, with its HTTP status as `http_status`."""
        self._messages.put_nowait(message)
        await self._task
        if not self.sent:
            return {}
        return {**orjson.loads(self.sent[1]["body"]), "http_status": self.sent[0]["status"]}


END = {"type": "http.request", "body": b"", "more_body": False}
GONE = {"type": "http.disconnect"}
FORM = b"grant_type=refresh_token&more=" + b"x" * 1000


@pytest.fixture
def budget(application: Application) -> Iterator[Budget]:
    """The budget of the application, with room for three forms, and whole again after the test."""
    found = application.runtime.anonymous
    assert found.left == MAX_ANONYMOUS_BYTES
    found.left = 3 * len(FORM)
    yield found
    assert found.left == 3 * len(FORM)
    found.left = MAX_ANONYMOUS_BYTES


@pytest.mark.parametrize("path", ["/crm/v2/Leads", "/oauth/v2/token", "/nowhere"])
def test_strangers_together_keep_no_more_than_the_budget(application: Application, budget: Budget, path: str) -> None:
    async def all_of_them() -> list[int]:
        slow = [Slow(application, path, FORM) for _ in range(6)]
        lefts = []
        for one in slow:
            await one.taken()
        lefts.append(budget.left)
        responses = [await one.end(END if number % 2 else GONE) for number, one in enumerate(slow)]
        lefts.append(budget.left)
        expected = {"/crm/v2/Leads": 401, "/oauth/v2/token": 200, "/nowhere": 404}[path]
        # Only the accounts host rejects a request beyond the budget, because it needs the body.
        late = 413 if path == "/oauth/v2/token" else expected
        assert [response.get("http_status") for response in responses] == [None, expected, None, late, None, late]
        return lefts

    assert application.run(all_of_them()) == [0, 3 * len(FORM)]


def test_a_full_budget_does_not_limit_authenticated_clients(
    application: Application, org: OrgApi, budget: Budget
) -> None:
    async def beside() -> tuple[int, dict[str, Any]]:
        slow = [Slow(application, "/nowhere", FORM) for _ in range(3)]
        for one in slow:
            await one.taken()
        signed_in = Slow(application, UPDATE, LARGE, org.headers)
        left = budget.left
        response = await signed_in.end(END)
        for one in slow:
            await one.end(GONE)
        return left, response

    left, response = application.run(beside())

    assert (left, response["http_status"], response["data"][0]["code"]) == (0, 200, "SUCCESS")


def test_a_form_in_one_piece_counts_while_it_is_handled(application: Application, budget: Budget) -> None:
    budget.left = 0
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    response = application.send("POST", "/oauth/v2/token", content=FORM, headers=headers)

    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (413, "BODY_TOO_LARGE")
    entry = noted(OrgApi(application, "default"), "/oauth/v2/token")
    assert (entry["body"], entry["body_bytes"]) == (None, len(FORM))
    assert application.send("POST", "/oauth/v2/token?grant_type=refresh_token").status_code == 200
    budget.left = 3 * len(FORM)


@pytest.mark.parametrize("multipart", [False, True])
def test_a_form_may_be_no_larger_than_oauth_needs(application: Application, multipart: bool) -> None:
    def response(size: int) -> int:
        path = "/oauth/v2/token"
        if multipart:
            return application.send("POST", path, files={"more": (None, "x" * size)}).status_code
        return application.send("POST", path, data={"more": "x" * size}).status_code

    assert response(MAX_BODY_BYTES - 1000) == 200
    assert response(MAX_BODY_BYTES) == 413
