"""The orgs of a server: making, deleting, resetting and loading them, which stay open, what a data dir refuses."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mockcrm.clock import Clock
from mockcrm.settings import Settings
from mockcrm.state import org as state_org
from mockcrm.state import orgs
from mockcrm.state.database import wal_bytes
from mockcrm.state.faults import Match
from mockcrm.state.fixtures.errors import FixtureError
from mockcrm.state.fixtures.parse import parse_fixture
from mockcrm.state.org import MetadataChanged, OrgGone
from mockcrm.state.orgs import NoSuchOrg, OrgRegistry, StateError
from mockcrm.state.repository import records

LEAD = {"records": {"Leads": [{"id": "1", "fields": {"Last_Name": "A"}}]}}


def fixture(content: dict[str, Any] | None = None) -> Any:
    return parse_fixture({"mockcrm": 1, **(content or {})}, "test")


@pytest.fixture
def registry() -> Iterator[OrgRegistry]:
    made = OrgRegistry(Settings())
    yield made
    made.close()


def kept(path: Path) -> OrgRegistry:
    return OrgRegistry(Settings(data_dir=path))


def count(registry: OrgRegistry, name: str) -> int:
    with registry.using(name) as org:
        return org.scan_here(records.count)


def files(registry: OrgRegistry) -> list[str]:
    return sorted(path.name for path in (registry.root / "orgs").iterdir())


# -- creating and deleting -----------------------------------------------------------------------------------------


def test_org_is_there_from_its_creation_to_its_deletion(registry: OrgRegistry) -> None:
    assert registry.names() == []
    assert registry.pin("a") is None
    registry.create("a", fixture(LEAD))
    registry.create("b", None)
    assert registry.names() == ["a", "b"]
    assert (count(registry, "a"), count(registry, "b")) == (1, 0)
    assert registry.delete("a") is True
    assert registry.delete("a") is False
    assert registry.names() == ["b"]
    assert not [name for name in files(registry) if name.startswith("a.")]
    with pytest.raises(NoSuchOrg):
        registry.reset("a")
    with pytest.raises(NoSuchOrg):
        registry.load("a", fixture())
    registry.create("a", None)
    assert count(registry, "a") == 0


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a b", "-a", "_a", "a" * 65, "ä", "a\n"])
def test_odd_name_is_refused(registry: OrgRegistry, name: str) -> None:
    with pytest.raises(StateError, match="an org's name is"):
        registry.create(name, None)
    assert registry.names() == []


@pytest.mark.parametrize("name", ["a", "A.b-c_9", "a" * 64])
def test_name_that_is_taken_is_refused(registry: OrgRegistry, name: str) -> None:
    registry.create(name, fixture(LEAD))
    with pytest.raises(StateError, match="there is an org"):
        registry.create(name, None)
    assert count(registry, name) == 1


def test_bad_fixture_leaves_nothing_behind(registry: OrgRegistry) -> None:
    with pytest.raises(FixtureError):
        registry.create("a", fixture({"records": {"Nonsense": []}}))
    assert registry.names() == []
    assert files(registry) == []
    assert list((registry.root / "templates").iterdir()) == []


def test_orgs_of_one_fixture_share_a_template_and_nothing_else(registry: OrgRegistry) -> None:
    for name in ("a", "b"):
        registry.create(name, fixture(LEAD))
    registry.create("c", None)
    assert len(list((registry.root / "templates").iterdir())) == 2
    with registry.using("a") as org:
        org.write_here(lambda connection: connection.execute("DELETE FROM record"))
    assert (count(registry, "a"), count(registry, "b")) == (0, 1)


def test_deleted_org_tells_who_still_has_it(registry: OrgRegistry) -> None:
    registry.create("a", None)
    with registry.using("a") as org:
        registry.delete("a")
        for work in (org.scan_here, org.write_here):
            with pytest.raises(OrgGone):
                work(records.count)
        with pytest.raises(OrgGone):
            org.set_clock(Clock())


def test_nobody_opens_an_org_again_while_it_is_deleted(registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.create("a", fixture(LEAD))
    found: list[object] = []
    with registry.using("a") as org:
        close = org.close
        monkeypatch.setattr(org, "close", lambda: (found.append(registry.pin("a")), close()))
        assert registry.delete("a")
    assert found == [None]
    assert registry.opened() == []


def test_of_two_deletions_at_once_one_finds_nothing_to_delete(registry: OrgRegistry) -> None:
    registry.create("a", None)
    done: list[bool] = []
    threads = [threading.Thread(target=lambda: done.append(registry.delete("a")), daemon=True) for _ in range(2)]
    with registry.using("a") as org, org.gate.blocking():
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done) == [False, True]


def test_deleted_org_leaves_nothing_in_memory(registry: OrgRegistry) -> None:
    registry.create("a", None)
    registry.faults.add("a", Match(), drop="request")
    before = registry.usage.of("a")
    registry.delete("a")
    assert registry.faults.of("a") == []
    assert registry.usage.of("a") is not before


def test_many_threads_create_and_delete(registry: OrgRegistry) -> None:
    made = fixture(LEAD)
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                name = f"org-{number}-{turn}"
                registry.create(name, made)
                assert count(registry, name) == 1
                assert registry.delete(name)
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert registry.names() == []


# -- reset, load, settings, clock ----------------------------------------------------------------------------------


def test_reset_brings_back_everything_the_org_was_created_with(registry: OrgRegistry) -> None:
    registry.create("a", fixture({**LEAD, "settings": {"strict_picklists": True}}))
    with registry.using("a") as org:
        before = org.scan_here(lambda connection: list(connection.iterdump()))
        registry.load("a", fixture({"users": [{"email": "new@x.example"}], "records": {"Leads": [{"id": "2"}]}}))
        org.change_settings({"strict_picklists": False, "max_body_mb": 1.0})
        org.set_clock(Clock().freeze(5.0))
        org.write_here(lambda connection: connection.execute("DELETE FROM record WHERE id = 1"))
        old = org.directory
        assert "new@x.example" in old.users_by_email
        registry.reset("a")
        assert org.scan_here(lambda connection: list(connection.iterdump())) == before
        assert org.directory is not old
        assert "new@x.example" not in org.directory.users_by_email
        assert (org.settings.strict_picklists, org.settings.max_body_mb) == (True, 10.0)
        assert org.clock == Clock()
        row = org.reader.execute("SELECT count(*) FROM record").fetchone()
        assert row == (1,)


def test_reset_again_and_again(registry: OrgRegistry) -> None:
    registry.create("a", fixture(LEAD))
    for _ in range(20):
        with registry.using("a") as org:
            org.write_here(lambda connection: connection.execute("DELETE FROM record"))
        registry.reset("a")
        assert count(registry, "a") == 1


def test_load_adds_and_a_bad_fixture_changes_nothing(registry: OrgRegistry) -> None:
    registry.create("a", fixture(LEAD))
    registry.load("a", fixture({"records": {"Leads": [{"id": "2", "fields": {"Last_Name": "B"}}]}}))
    with registry.using("a") as org:
        before, directory = org.scan_here(lambda connection: list(connection.iterdump())), org.directory
        with pytest.raises(FixtureError):
            registry.load("a", fixture({"users": [{"email": "x@x.example"}], "records": {"Nonsense": []}}))
        assert org.scan_here(lambda connection: list(connection.iterdump())) == before
        assert org.directory is directory
    assert count(registry, "a") == 2


def test_write_that_began_with_other_metadata_is_told_so(registry: OrgRegistry) -> None:
    registry.create("a", None)
    with registry.using("a") as org:
        directory = org.directory
        registry.load("a", fixture({"users": [{"email": "x@x.example"}]}))
        with pytest.raises(MetadataChanged):
            org._transact(records.count, directory)
        assert org._transact(records.count, org.directory) == 0


def test_settings_out_of_bounds_change_nothing(registry: OrgRegistry) -> None:
    registry.create("a", None)
    with registry.using("a") as org:
        org.change_settings({"job_policy": {"mode": "polled", "polls": {"scheduled": 3}}})
        before = org.settings
        for wrong in ({"max_body_mb": 0}, {"nonsense": 1}, {"auth": "x"}, {"job_policy": {"mode": "x"}}):
            with pytest.raises(ValidationError):
                org.change_settings(wrong)
        assert org.settings == before
        assert (before.job_policy.polls.scheduled, before.job_policy.polls.running) == (3, 2)


def test_settings_and_clock_outlive_the_open_org(tmp_path: Path) -> None:
    first = kept(tmp_path)
    first.create("a", None)
    with first.using("a") as org:
        org.change_settings({"edition": "free"})
        org.set_clock(Clock().freeze(7.0))
    first.close()
    second = kept(tmp_path)
    try:
        with second.using("a") as org:
            assert (org.edition, org.now()) == ("free", 7)
    finally:
        second.close()


@pytest.mark.parametrize(("name", "expected"), [("default", "any"), ("other", "strict")])
def test_fixture_wins_over_the_servers_options_but_in_the_default_org(name: str, expected: str) -> None:
    registry = OrgRegistry(Settings(auth="any", job_mode="manual"))
    try:
        registry.create(name, fixture({"settings": {"auth": "strict"}}))
        with registry.using(name) as org:
            assert (org.settings.auth, org.settings.job_policy.mode) == (expected, "manual")
    finally:
        registry.close()


# -- which orgs are open -------------------------------------------------------------------------------------------


def test_only_so_many_orgs_stay_open_the_longest_unused_is_closed(
    registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orgs, "OPEN_ORGS", 2)
    for name in "abcd":
        registry.create(name, fixture(LEAD))
    for name in "abac":
        assert count(registry, name) == 1
    assert registry.opened() == ["a", "c"]
    assert count(registry, "d") == 1
    assert registry.opened() == ["c", "d"]


def test_orgs_in_use_stay_open(registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orgs, "OPEN_ORGS", 1)
    for name in "abc":
        registry.create(name, fixture(LEAD))
    with registry.using("a") as first, registry.using("b") as second:
        assert (first.closed, second.closed) == (False, False)
        assert registry.opened() == ["a", "b"]
        assert second.scan_here(records.count) == 1
    assert count(registry, "c") == 1
    assert registry.opened() == ["c"]
    assert first.closed
    assert second.closed


def test_org_whose_gate_is_held_stays_open(registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orgs, "OPEN_ORGS", 1)
    for name in "ab":
        registry.create(name, None)
    with registry.using("a") as org:
        held = org.gate
    with held.blocking():
        count(registry, "b")
        assert registry.opened() == ["a", "b"]
    registry.create("c", None)
    count(registry, "c")
    assert registry.opened() == ["c"]


# -- the data dir --------------------------------------------------------------------------------------------------


def test_restart_finds_the_orgs_and_removes_what_was_cut_off(tmp_path: Path) -> None:
    first = kept(tmp_path)
    first.create("a.b", fixture(LEAD))
    first.close()
    for name in ("orphan.sqlite", "orphan.sqlite-wal"):
        (tmp_path / "orgs" / name).write_bytes(b"")
    second = kept(tmp_path)
    try:
        assert second.names() == ["a.b"]
        assert count(second, "a.b") == 1
        assert not (tmp_path / "orgs" / "orphan.sqlite").exists()
        assert not (tmp_path / "orgs" / "orphan.sqlite-wal").exists()
    finally:
        second.close()


def test_temporary_state_is_removed() -> None:
    registry = OrgRegistry(Settings())
    registry.create("a", None)
    assert registry.root.is_dir()
    registry.close()
    assert not registry.root.exists()


def test_second_server_is_kept_out(tmp_path: Path) -> None:
    first = kept(tmp_path)
    try:
        with pytest.raises(StateError, match="in use by another mockcrm server"):
            kept(tmp_path)
    finally:
        first.close()
    kept(tmp_path).close()


def test_data_dir_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be written"):
        kept(tmp_path / "file")


def test_data_dir_of_another_format(tmp_path: Path) -> None:
    kept(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "registry.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StateError, match="has format 99"):
        kept(tmp_path)
    with closing(sqlite3.connect(tmp_path / "registry.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 1")
    kept(tmp_path).close()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_damaged_registry_is_told_in_one_line_and_the_lock_is_given_back(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "registry.sqlite").write_bytes(content)
    for _ in range(2):
        with pytest.raises(StateError, match=r"registry\.sqlite cannot be read") as raised:
            kept(tmp_path)
        assert "\n" not in str(raised.value)
    (tmp_path / "registry.sqlite").unlink()
    kept(tmp_path).close()


def test_registry_of_nothing_but_an_empty_file_is_a_new_one(tmp_path: Path) -> None:
    tmp_path.joinpath("registry.sqlite").write_bytes(b"")
    registry = kept(tmp_path)
    assert registry.names() == []
    registry.close()


def test_large_wal_is_copied_back(registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.create("a", fixture({"generate": [{"module": "Leads", "count": 500, "fields": {"Last_Name": "x"}}]}))
    monkeypatch.setattr(state_org, "WAL_SOFT_BYTES", 0)
    monkeypatch.setattr(state_org, "WAL_HARD_BYTES", 0)
    with registry.using("a") as org:
        for number in range(5):
            org.write_here(lambda connection, n=number: connection.execute("UPDATE record SET state = ?", (n,)))
        org.checkpoint()
        assert wal_bytes(org.path) == 0
        assert org.scan_here(lambda connection: connection.execute("SELECT max(state) FROM record").fetchone()) == (4,)
