"""Cached responses are valid until anything in their org's file, or its metadata, changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockcrm.http import page_cache
from mockcrm.http.page_cache import PageCache
from tests.support.application import Application


class Owner:
    """Stands for an OrgMetadata."""


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """A reader and a writer of one file."""
    reader, writer = (sqlite3.connect(tmp_path / "file", isolation_level=None) for _ in range(2))
    writer.execute("CREATE TABLE t (a)")
    yield reader, writer
    reader.close()
    writer.close()


def test_cached_body_is_valid_until_a_commit(connections: tuple[sqlite3.Connection, sqlite3.Connection]) -> None:
    reader, writer = connections
    responses, owner = PageCache(), Owner()
    responses.add(owner, "page", responses.version(reader), b"body")
    assert responses.find(owner, "page", responses.version(reader)) == b"body"
    writer.execute("INSERT INTO t VALUES (1)")
    assert responses.find(owner, "page", responses.version(reader)) is None


def test_cached_body_is_returned_only_for_its_owner() -> None:
    responses, owner = PageCache(), Owner()
    responses.add(owner, "page", 1, b"body")
    assert responses.find(Owner(), "page", 1) is None
    assert responses.find(owner, "other page", 1) is None
    assert responses.find(owner, "page", 1) == b"body"


def test_the_least_recently_used_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MAX_BYTES", 10)
    responses, owner = PageCache(), Owner()
    responses.add(owner, "a", 1, b"1234")
    responses.add(owner, "b", 1, b"1234")
    assert responses.find(owner, "a", 1) == b"1234"
    responses.add(owner, "c", 1, b"1234")
    assert [responses.find(owner, key, 1) for key in "abc"] == [b"1234", None, b"1234"]


def test_no_more_pages_than_the_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MAX_PAGES", 2)
    responses, owner = PageCache(), Owner()
    for key in "abc":
        responses.add(owner, key, 1, b"body")
    assert [responses.find(owner, key, 1) for key in "abc"] == [None, b"body", b"body"]


def test_a_body_above_the_maximum_is_not_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MAX_BYTES", 10)
    responses, owner = PageCache(), Owner()
    responses.add(owner, "a", 1, b"1234")
    responses.add(owner, "b", 1, b"12345678901")
    assert [responses.find(owner, key, 1) for key in "ab"] == [b"1234", None]


def test_a_list_shows_a_change_and_a_reset_at_once(application: Application) -> None:
    org = application.org({"mockcrm": 1, "records": {"Leads": [{"id": "7", "fields": {"Last_Name": "Boyle"}}]}})

    def names() -> list[str]:
        return [record["City"] for record in org.get("/crm/v2/Leads").json()["data"]]

    assert names() == [None]
    assert names() == [None]
    assert org.mass_update("Leads", {"data": [{"City": "Chennai"}], "ids": ["7"]}).status_code == 200
    assert names() == ["Chennai"]
    application.registry.reset(org.name)
    assert names() == [None]
