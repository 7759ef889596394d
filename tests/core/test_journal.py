"""The journal by itself: its lifetime, its limits, and that it contains no secret."""

from __future__ import annotations

import gc
import sys
import threading
import time
import tracemalloc
from typing import Any

import pytest

from mockcrm.core import journal, masking
from mockcrm.core.clock import Clock
from mockcrm.core.faults import FaultStore, Match
from mockcrm.core.journal import Journal, JournalQuery
from mockcrm.core.limits import UsageStore
from tests.support.for_each import for_each

EVERY = JournalQuery()
HEADERS = [(b"host", b"127.0.0.1"), (b"authorization", b"Zoho-oauthtoken s3cret"), (b"cookie", b"s3cret")]


def scope(path: str = "/crm/v2/Leads", query: bytes = b"") -> dict[str, Any]:
    return {"method": "GET", "path": path, "query_string": query, "headers": HEADERS, "client": ("127.0.0.1", 1)}


def add(book: Journal, org: str, body: bytes = b"", response: bytes = b"{}", **request: Any) -> None:
    size = -1 if body is None else len(body)
    record(book, org, scope(**request), body, size, response)


def record(
    book: Journal, org: str, request: dict[str, Any], body: bytes = b"", size: int = 0, response: bytes = b""
) -> None:
    """Record a request of this ASGI scope, whose response has status 200."""
    book.add(org, Clock(), None, request, request["path"], None, body, size, 200, response, (), time.perf_counter())


def paths(book: Journal, org: str) -> list[str]:
    return [entry.path for entry in book.find(org, EVERY)]


def reckoned(book: Journal) -> int:
    """Return the size of the entries of every org, counted again."""
    return sum(
        journal.ENTRY_BYTES
        + sys.getsizeof(entry.path)
        + sum(len(part) for part in (entry.method, entry.query, entry.body, entry.response))
        + sum(journal.HEADER_BYTES + len(name) + len(value) for name, value in entry.headers)
        + 8 * len(entry.rules)
        for org in book._rings
        for entry in book.find(org, EVERY)
    )


def test_an_org_has_a_journal_from_open_to_forget() -> None:
    book = Journal()
    add(book, "a")
    assert book.find("a", EVERY) == []
    book.open("a")
    add(book, "a")
    book.open("a")
    assert len(book.find("a", EVERY)) == 1
    book.forget("a")
    add(book, "a")
    assert (book.find("a", EVERY), book._rings, book._size) == ([], {}, 0)


def test_a_cleared_journal_goes_on() -> None:
    book = Journal()
    book.open("a")
    for _ in range(3):
        add(book, "a")
    assert (book.clear("a"), book.clear("a"), book.clear("b"), book._size) == (3, 0, 0, 0)
    add(book, "a")
    assert len(book.find("a", EVERY)) == 1
    assert "b" not in book._rings


def test_faults_and_usage_of_an_org_that_is_gone_do_not_come_back() -> None:
    faults, usage = FaultStore(), UsageStore()
    for book in (faults, usage):
        book.open("a")
        book.forget("a")
    assert faults.add("a", Match(), delay_ms=1) is None
    usage.of("a").in_progress += 1
    usage.clear("a")
    faults.clear("a")
    assert (faults._faults, usage._orgs) == ({}, {})


def test_no_secret_lies_in_the_journal() -> None:
    book = Journal()
    book.open("a")
    token = "1000." + "a1" * 16 + "." + "b2" * 16
    add(
        book,
        "a",
        b'{"client_secret": "s3cret", "x": "' + token.encode() + b'"}',
        b'{"access_token": "s3cret"}',
        path=f"/crm/{token}",
        query=b"refresh_token=s3cret",
    )
    add(book, "a", b'--b\r\nContent-Disposition: form-data; name="code"\r\n\r\ns3cret\r\n--b--', query=b"%63ode=s3cret")
    kept = repr(book._rings["a"].entries)
    assert "s3cret" not in kept
    assert "a1a1" not in kept


def test_all_journals_together_have_a_bound_and_the_largest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_TOTAL_BYTES", 200_000)
    book = Journal()
    for org in ("flood", "quiet", "empty"):
        book.open(org)
    for number in range(10):
        add(book, "quiet", path=f"/{number}")
    for number in range(500):
        add(book, "flood", b"x" * 1000, path=f"/{number}")
        assert reckoned(book) <= 200_000
    assert paths(book, "quiet") == [f"/{number}" for number in range(10)]
    newest = paths(book, "flood")
    assert len(newest) > 10
    assert newest == [f"/{number}" for number in range(500 - len(newest), 500)]
    assert book._size == reckoned(book)


def test_room_is_made_for_many_entries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_TOTAL_BYTES", 1_000_000)
    looked = []
    make_room = Journal._make_room
    monkeypatch.setattr(Journal, "_make_room", lambda book: looked.append(1) or make_room(book))  # type: ignore[func-returns-value]
    book = Journal()
    for org in range(50):
        book.open(str(org))
    for number in range(2_000):
        add(book, str(number % 50))
    assert book._size <= 1_000_000
    assert len(looked) < 2_000 / 20


def test_the_size_counts_what_an_org_has_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_ENTRIES", 3)
    book = Journal()
    book.open("a")
    for number in range(10):
        add(book, "a", b"x" * number)
    assert len(book.find("a", EVERY)) == 3
    assert book._size == reckoned(book)


def test_a_large_body_is_stored_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_BYTES", 100)
    book = Journal()
    book.open("a")
    add(book, "a", b"x" * 1000, b"y" * 1000)
    (entry,) = book.find("a", EVERY)
    assert (len(entry.body), entry.body_bytes, len(entry.response), entry.response_bytes) == (100, 1000, 100, 1000)


def test_path_query_and_method_are_stored_in_part() -> None:
    book = Journal()
    book.open("a")
    request = {**scope("/" + "p" * 60_000, b"q=" + b"v" * 60_000), "method": "M" * 60_000}
    record(book, "a", request)
    (entry,) = book.find("a", EVERY)
    assert (len(entry.method), len(entry.path), len(entry.query)) == (100, 2_048, 8_192)
    assert book._size == reckoned(book)


def test_a_token_cut_off_by_a_limit_is_masked() -> None:
    book = Journal()
    book.open("a")
    token = "1000." + "a1" * 16 + "." + "b2" * 16
    for left in range(10, 70):
        path, query = "/" + "p" * (2_047 - left) + token, b"q=" + b"v" * (8_190 - left) + token.encode()
        add(book, "a", b"x" * (journal.MAX_BYTES - left) + token.encode(), path=path, query=query)
    for entry in book.find("a", EVERY):
        assert "a1" * 4 not in repr(entry)


def test_a_repeated_header_is_stored_once() -> None:
    book = Journal()
    book.open("a")
    many = [(b"accept", b"%d" % number) for number in range(1_600)]
    record(book, "a", {**scope(), "headers": many})
    (entry,) = book.find("a", EVERY)
    assert entry.headers == ((b"accept", b"1599"),)


FLOODS: list[dict[str, Any]] = [
    {"headers": [(b"accept", b"")] * 1_600},
    {"headers": [(name, b"1") for name in sorted(masking.HEADERS)]},
    {"path": "/" + "\U0001f600" * 60_000},
    {"method": "M" * 60_000, "query_string": b"?" * 60_000},
    {"headers": [(b"user-agent", b"x" * 60_000)]},
]


@for_each("flood", FLOODS)
def test_stored_data_takes_no_more_memory_than_counted(flood: dict[str, Any]) -> None:
    def fresh(value: Any) -> Any:
        if isinstance(value, list):
            return [(bytes(bytearray(name)), bytes(bytearray(item))) for name, item in value]
        return value[:1] + value[1:] if isinstance(value, str) else bytes(bytearray(value))

    book = Journal()
    book.open("a")
    gc.collect()
    tracemalloc.start()
    try:
        begun = tracemalloc.get_traced_memory()[0]
        for number in range(20):
            request = {
                **scope(),
                **{key: fresh(value) for key, value in flood.items()},
                "client": (str(number), number),
            }
            record(book, "a", request)
        del request
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - begun
    finally:
        tracemalloc.stop()
    assert taken < book._size


def test_threads_leave_the_count_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_TOTAL_BYTES", 100_000)
    book = Journal()
    book.open("a")

    def work(number: int) -> None:
        for turn in range(200):
            book.open(f"o{number}")
            add(book, "a")
            add(book, f"o{number}", b"x" * turn)
            book.find("a", EVERY)
            if turn % 50 == 0:
                book.forget(f"o{number}")
                book.clear("a")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert book._size == reckoned(book) <= 100_000
