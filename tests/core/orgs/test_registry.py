"""The orgs of a server: creating, deleting, resetting and loading them, which stay open, which data dirs are
rejected."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mockcrm.app import open_registry
from mockcrm.core.clock import Clock
from mockcrm.core.faults import Match
from mockcrm.core.orgs import datadir, snapshots, templates
from mockcrm.core.orgs import org as state_org
from mockcrm.core.orgs import registry as orgs
from mockcrm.core.orgs.database import wal_bytes
from mockcrm.core.orgs.org import MetadataChanged, Org, OrgGone
from mockcrm.core.orgs.registry import NoSuchOrg, OrgRegistry, StateError
from mockcrm.core.records import store as records
from mockcrm.fixture_format.errors import FixtureError
from mockcrm.fixture_format.parse import parse_fixture
from mockcrm.settings import Settings
from tests.support.for_each import for_each

LEAD = {"records": {"Leads": [{"id": "1", "fields": {"Last_Name": "A"}}]}}


def fixture(content: dict[str, Any] | None = None) -> Any:
    return parse_fixture({"mockcrm": 1, **(content or {})}, "test")


@pytest.fixture
def registry() -> Iterator[OrgRegistry]:
    made = open_registry(Settings())
    yield made
    made.close()


def registry_in(path: Path) -> OrgRegistry:
    return open_registry(Settings(data_dir=path))


def count(registry: OrgRegistry, name: str) -> int:
    with registry.using(name) as org:
        return org.scan_blocking(records.count)


def files(registry: OrgRegistry) -> list[str]:
    return sorted(path.name for path in (registry.root / "orgs").iterdir())


# -- creating and deleting -----------------------------------------------------------------------------------------


def test_org_exists_from_its_creation_to_its_deletion(registry: OrgRegistry) -> None:
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


@for_each("name", ["", ".", "..", "a/b", "a b", "-a", "_a", "a" * 65, "ä", "a\n"])
def test_invalid_org_names_are_refused(registry: OrgRegistry, name: str) -> None:
    with pytest.raises(StateError, match="an org's name is"):
        registry.create(name, None)
    assert registry.names() == []


@pytest.mark.parametrize("name", ["a", "A.b-c_9", "a" * 64])
def test_name_that_is_taken_is_refused(registry: OrgRegistry, name: str) -> None:
    registry.create(name, fixture(LEAD))
    with pytest.raises(StateError, match="already exists"):
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
        org.write_blocking(lambda connection: connection.execute("DELETE FROM record"))
    assert (count(registry, "a"), count(registry, "b")) == (0, 1)


def test_deleted_org_raises_for_whoever_still_has_it(registry: OrgRegistry) -> None:
    registry.create("a", None)
    with registry.using("a") as org:
        registry.delete("a")
        for work in (org.scan_blocking, org.write_blocking):
            with pytest.raises(OrgGone):
                work(records.count)
        with pytest.raises(OrgGone):
            org.set_clock(Clock())


def test_deleted_org_stays_open_only_for_its_current_users(registry: OrgRegistry) -> None:
    registry.create("a", fixture(LEAD))
    with registry.using("a") as org:
        assert registry.delete("a")
        assert (registry.pin("a"), registry.pin_open(org.uid), org.pin()) == (None, None, False)
        assert registry.open_names() == []
        assert records.count(org.reader) == 1
    registry.maintenance.wait_until_idle()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        records.count(org.reader)
    assert files(registry) == []


def test_deletion_waits_for_nobody(registry: OrgRegistry) -> None:
    registry.create("a", None)
    with registry.using("a") as org, org.gate.hold():
        assert registry.delete("a") is True
        assert registry.delete("a") is False


def test_files_of_a_deleted_org_go_with_its_last_user(registry: OrgRegistry) -> None:
    registry.create("a", None)
    with registry.using("a") as org:
        registry.delete("a")
        registry.create("a", fixture(LEAD))
        assert len([name for name in files(registry) if name.endswith(".sqlite")]) == 2
        assert registry.credentials.leftovers() == [org.uid]
    registry.maintenance.wait_until_idle()
    assert [name for name in files(registry) if name.endswith(".sqlite")] == [f"{registry.uid_of('a')}.sqlite"]
    assert registry.credentials.leftovers() == []
    assert count(registry, "a") == 1


async def scanned_and_cancelled(org: Org) -> threading.Event:
    """Cancel a scan whose thread goes on; return the event that lets the thread end."""
    running, go_on = threading.Event(), threading.Event()

    def scan(connection: sqlite3.Connection) -> None:
        running.set()
        go_on.wait(30)
        records.count(connection)

    task = asyncio.ensure_future(org.scan(scan))
    await asyncio.get_running_loop().run_in_executor(None, running.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return go_on


def test_thread_of_a_cancelled_request_keeps_the_org_open(registry: OrgRegistry) -> None:
    registry.create("a", fixture(LEAD))
    with registry.using("a") as org:
        go_on = asyncio.run(scanned_and_cancelled(org))
        registry.delete("a")
    assert records.count(org.reader) == 1
    go_on.set()
    registry.pool.shutdown(wait=True)  # the thread lets go as it ends
    registry.maintenance.wait_until_idle()
    assert files(registry) == []


def test_org_is_closed_by_a_stop_only_when_its_users_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orgs, "CLOSE_SECONDS", 0.05)
    registry = open_registry(Settings())
    registry.create("a", fixture(LEAD))
    with registry.using("a") as org:
        registry.close()
        assert records.count(org.reader) == 1
        with pytest.raises(OrgGone):
            org.write_blocking(records.count)
    org.close()
    assert registry.pin("a") is None


def test_memory_of_a_deleted_org_is_not_reused(registry: OrgRegistry) -> None:
    registry.create("a", None)
    uid = registry.uid_of("a") or ""
    registry.faults.add(uid, Match(), drop="request")
    before = registry.usage.of(uid)
    registry.delete("a")
    assert registry.usage.of(uid) is not before
    registry.faults.add(uid, Match(), drop="request")
    assert registry.faults.of(uid) == []
    registry.create("a", None)
    assert registry.uid_of("a") != uid
    assert registry.faults.of(registry.uid_of("a") or "") == []


def test_names_that_differ_in_case_have_files_that_differ_in_more(registry: OrgRegistry) -> None:
    for name in ("Lead", "lead", "LEAD"):
        registry.create(name, None)
    assert len({name.lower() for name in files(registry) if name.endswith(".sqlite")}) == 3


def test_orgs_of_a_data_dir_have_books_from_the_start(tmp_path: Path) -> None:
    for first in (True, False):
        registry = registry_in(tmp_path)
        try:
            if first:
                registry.create("a", None)
            uid = registry.uid_of("a") or ""
            assert registry.faults.add(uid, Match(), drop="request") is not None
            assert registry.usage.of(uid) is registry.usage.of(uid)
            scope = {"method": "GET", "path": "/", "query_string": b"", "headers": []}
            registry.journal.add(uid, Clock(), None, scope, "/", None, b"", 0, 200, b"", (), 0.0)
            assert registry.journal.clear(uid) == 1
        finally:
            registry.close()


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
        before = org.scan_blocking(lambda connection: list(connection.iterdump()))
        registry.load("a", fixture({"users": [{"email": "new@x.example"}], "records": {"Leads": [{"id": "2"}]}}))
        org.change_settings({"strict_picklists": False, "max_body_mb": 1.0})
        org.set_clock(Clock().freeze(5.0))
        org.write_blocking(lambda connection: connection.execute("DELETE FROM record WHERE id = 1"))
        old = org.metadata
        assert "new@x.example" in old.users_by_email
        registry.reset("a")
        assert org.scan_blocking(lambda connection: list(connection.iterdump())) == before
        assert org.metadata is not old
        assert "new@x.example" not in org.metadata.users_by_email
        assert (org.settings.strict_picklists, org.settings.max_body_mb) == (True, 10.0)
        assert org.clock == Clock()
        row = org.reader.execute("SELECT count(*) FROM record").fetchone()
        assert row == (1,)


def test_reset_again_and_again(registry: OrgRegistry) -> None:
    registry.create("a", fixture(LEAD))
    for _ in range(20):
        with registry.using("a") as org:
            org.write_blocking(lambda connection: connection.execute("DELETE FROM record"))
        registry.reset("a")
        assert count(registry, "a") == 1


def test_load_adds_and_a_bad_fixture_changes_nothing(registry: OrgRegistry) -> None:
    registry.create("a", fixture(LEAD))
    registry.load("a", fixture({"records": {"Leads": [{"id": "2", "fields": {"Last_Name": "B"}}]}}))
    with registry.using("a") as org:
        before, metadata = org.scan_blocking(lambda connection: list(connection.iterdump())), org.metadata
        with pytest.raises(FixtureError):
            registry.load("a", fixture({"users": [{"email": "x@x.example"}], "records": {"Nonsense": []}}))
        assert org.scan_blocking(lambda connection: list(connection.iterdump())) == before
        assert org.metadata is metadata
    assert count(registry, "a") == 2


def test_write_that_began_with_older_metadata_raises(registry: OrgRegistry) -> None:
    registry.create("a", None)
    with registry.using("a") as org:
        metadata = org.metadata
        registry.load("a", fixture({"users": [{"email": "x@x.example"}]}))
        with pytest.raises(MetadataChanged):
            org._transact(records.count, metadata)
        assert org._transact(records.count, org.metadata) == 0


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
    first = registry_in(tmp_path)
    first.create("a", None)
    with first.using("a") as org:
        org.change_settings({"edition": "free"})
        org.set_clock(Clock().freeze(7.0))
    first.close()
    second = registry_in(tmp_path)
    try:
        with second.using("a") as org:
            assert (org.edition, org.now()) == ("free", 7)
    finally:
        second.close()


@pytest.mark.parametrize(("name", "expected"), [("default", "any"), ("other", "strict")])
def test_fixture_wins_over_the_servers_options_but_in_the_default_org(name: str, expected: str) -> None:
    registry = open_registry(Settings(auth="any", job_mode="manual"))
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
    monkeypatch.setattr(orgs, "MAX_OPEN_ORGS", 2)
    for name in "abcd":
        registry.create(name, fixture(LEAD))
    for name in "abac":
        assert count(registry, name) == 1
    assert registry.open_names() == ["a", "c"]
    assert count(registry, "d") == 1
    assert registry.open_names() == ["c", "d"]


def test_orgs_in_use_stay_open(registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orgs, "MAX_OPEN_ORGS", 1)
    for name in "abc":
        registry.create(name, fixture(LEAD))
    with registry.using("a") as first, registry.using("b") as second:
        assert (first.closed, second.closed) == (False, False)
        assert registry.open_names() == ["a", "b"]
        assert second.scan_blocking(records.count) == 1
    assert count(registry, "c") == 1
    assert registry.open_names() == ["c"]
    assert first.closed
    assert second.closed


def test_org_is_opened_once_for_concurrent_requests(registry: OrgRegistry) -> None:
    registry.create("a", None)
    found: list[Org | None] = []
    threads = [threading.Thread(target=lambda: found.append(registry.pin("a")), daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(found)) == 1
    for org in found:
        assert org is not None
        org.unpin()


def test_org_whose_metadata_could_not_be_read_after_a_commit_is_opened_again(
    registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.create("a", None)
    with registry.using("a") as org, monkeypatch.context() as patched:
        patched.setattr(state_org, "read_metadata", lambda _: (_ for _ in ()).throw(sqlite3.OperationalError("disk")))
        with pytest.raises(sqlite3.OperationalError):
            registry.load("a", fixture({"users": [{"email": "x@x.example"}]}))
        with pytest.raises(OrgGone):
            org.write_blocking(records.count)
    with registry.using("a") as again:
        assert again is not org
        assert "x@x.example" in again.metadata.users_by_email


# -- templates -----------------------------------------------------------------------------------------------------


def templates_of(registry: OrgRegistry) -> int:
    return len(list((registry.root / "templates").iterdir()))


def test_templates_of_no_org_are_bounded(registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "MAX_UNUSED", 2)
    for number in range(6):
        registry.create("a", fixture({"org": {"company_name": f"Zylker {number}"}}))
        registry.reset("a")
        registry.delete("a")
    assert templates_of(registry) == 2
    registry.create("b", fixture({"org": {"company_name": "Zylker 0"}}))
    for number in range(6, 12):
        registry.create("a", fixture({"org": {"company_name": f"Zylker {number}"}}))
        registry.delete("a")
    registry.reset("b")
    assert templates_of(registry) == 3


def test_template_stays_as_long_as_one_of_its_orgs_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "MAX_UNUSED", 0)
    first = registry_in(tmp_path)
    for name in ("a", "b"):
        first.create(name, fixture(LEAD))
    first.close()
    second = registry_in(tmp_path)
    try:
        second.delete("a")
        second.create("other", None)
        second.delete("other")
        second.reset("b")
        assert count(second, "b") == 1
    finally:
        second.close()


def test_large_templates_of_no_org_do_not_stay(registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "MAX_UNUSED_BYTES", 1)
    for number in range(3):
        registry.create("a", fixture({"org": {"company_name": f"Zylker {number}"}}))
        registry.delete("a")
    assert templates_of(registry) == 1


def test_damaged_template_is_created_again(registry: OrgRegistry) -> None:
    registry.create("a", fixture(LEAD))
    (template,) = (registry.root / "templates").iterdir()
    template.write_bytes(b"no database" * 100)
    with pytest.raises(StateError, match="the initial state of 'a'"):
        registry.reset("a")
    registry.create("b", fixture(LEAD))
    assert count(registry, "b") == 1
    registry.reset("a")


# -- the data dir --------------------------------------------------------------------------------------------------


def test_restart_finds_the_orgs_and_moves_aside_what_none_of_them_has(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = registry_in(tmp_path)
    first.create("a.b", fixture(LEAD))
    first.close()
    (tmp_path / "orgs" / "orphan.sqlite").write_bytes(b"1")
    (tmp_path / "orgs" / "orphan.sqlite-wal").write_bytes(b"2")
    (tmp_path / "snapshots" / "orphan").mkdir()
    (tmp_path / "lost").mkdir()
    (tmp_path / "lost" / "orphan.sqlite").write_bytes(b"0")
    second = registry_in(tmp_path)
    try:
        assert second.names() == ["a.b"]
        assert count(second, "a.b") == 1
        lost = {path.name: path.read_bytes() for path in (tmp_path / "lost").iterdir() if path.is_file()}
        assert lost == {"orphan.sqlite": b"0", "orphan.sqlite.1": b"1", "orphan.sqlite-wal": b"2"}
        assert (tmp_path / "lost" / "orphan").is_dir()
        assert [line for line in caplog.messages if "orgs/orphan.sqlite belongs" in line] == [
            f"data dir {tmp_path}: orgs/orphan.sqlite belongs to no org of the registry; "
            f"moved to {tmp_path / 'lost' / 'orphan.sqlite.1'}"
        ]
    finally:
        second.close()


@pytest.mark.parametrize("name", ["backup.sqlite", "a.sqlite-wal", "A.SQLITE"])
def test_org_whose_name_looks_like_a_file_survives_restarts(tmp_path: Path, name: str) -> None:
    for turn in range(3):
        registry = registry_in(tmp_path)
        try:
            if not turn:
                registry.create(name, fixture(LEAD))
                with registry.using(name) as org:
                    snapshots.take(registry, org, "x.sqlite")
            assert count(registry, name) == 1
            with registry.using(name) as org:
                assert [path.stem for path in snapshots.list_snapshots(registry, org)] == ["x.sqlite"]
        finally:
            registry.close()
    assert not (tmp_path / "lost").exists()


def test_acknowledged_org_is_moved_to_lost_when_the_registry_has_lost_it(tmp_path: Path) -> None:
    registry = registry_in(tmp_path / "data")
    registry.create("first", None)
    registry.close()
    shutil.copy(tmp_path / "data" / "registry.sqlite", tmp_path / "old.sqlite")
    registry = registry_in(tmp_path / "data")
    registry.create("a", fixture(LEAD))
    uid = registry.uid_of("a")
    registry.close()
    shutil.copy(tmp_path / "old.sqlite", tmp_path / "data" / "registry.sqlite")
    registry_in(tmp_path / "data").close()
    assert (tmp_path / "data" / "lost" / f"{uid}.sqlite").stat().st_size > 10_000


@pytest.mark.parametrize("uid", ["../../victim", "a/b", "", ".", "a" * 101])
@pytest.mark.parametrize("statement", ["INSERT INTO leftover VALUES (?)", "UPDATE org SET uid = ?"])
def test_registry_that_names_files_elsewhere_is_refused(tmp_path: Path, uid: str, statement: str) -> None:
    root, victim = tmp_path / "data", tmp_path / "victim"
    registry = registry_in(root)
    registry.create("a", None)
    registry.close()
    victim.mkdir()
    with closing(sqlite3.connect(root / "registry.sqlite")) as connection, connection:
        connection.execute(statement, (uid,))
    with pytest.raises(StateError, match=r"registry\.sqlite names a file"):
        registry_in(root)
    assert victim.is_dir()


@pytest.mark.parametrize(
    "other", ["templates/folder.sqlite/", "templates/notes.txt", "snapshots/a/b.partial/", "orgs/.DS_Store"]
)
def test_other_files_in_a_data_dir_are_not_touched(tmp_path: Path, other: str) -> None:
    registry = registry_in(tmp_path)
    registry.create("default", None)
    registry.close()
    path = tmp_path / other.replace("/a/", "/default/")
    path.parent.mkdir(exist_ok=True)
    path.mkdir() if other.endswith("/") else path.write_text("mine")
    (tmp_path / "templates" / "gone.sqlite").symlink_to(tmp_path / "nowhere")
    for _ in range(2):
        registry = registry_in(tmp_path)
        registry.reset("default")
        registry.close()
    assert path.exists()
    assert not (tmp_path / "lost").exists()


@pytest.mark.parametrize("name", ["lock", "lost", "orgs"])
def test_an_unexpected_file_in_the_way_is_reported_in_one_line(tmp_path: Path, name: str) -> None:
    registry_in(tmp_path).close()
    (tmp_path / "orgs" / "x.sqlite").write_bytes(b"x")
    if name == "lock":
        (tmp_path / "lock").unlink()
        os.mkfifo(tmp_path / "lock")
    elif name == "orgs":
        (tmp_path / "orgs" / "x.sqlite").unlink()
        (tmp_path / "orgs").rmdir()
        (tmp_path / "orgs").write_text("")
    else:
        (tmp_path / "lost").write_text("")
    for _ in range(2):
        with pytest.raises(StateError, match="data dir") as raised:
            registry_in(tmp_path)
        assert "\n" not in str(raised.value)
        assert "in use" not in str(raised.value)


def test_torn_template_costs_no_org_its_content(tmp_path: Path) -> None:
    registry = registry_in(tmp_path)
    registry.create("default", fixture(LEAD))
    registry.close()
    (template,) = (tmp_path / "templates").iterdir()
    content = template.read_bytes()
    template.write_bytes(content[:4096] + bytes(len(content) - 4096))
    registry = registry_in(tmp_path)
    try:
        with pytest.raises(StateError, match="the initial state of 'default'"):
            registry.reset("default")
        assert count(registry, "default") == 1
        registry.create("b", fixture(LEAD))
        registry.reset("default")
        assert (count(registry, "b"), count(registry, "default")) == (1, 1)
    finally:
        registry.close()


def test_creation_or_deletion_that_was_cut_off_leaves_nothing(tmp_path: Path) -> None:
    first = registry_in(tmp_path)
    first.create("a", None)
    first.create("b", None)
    cut_off = first.uid_of("a") or ""
    (tmp_path / "snapshots" / cut_off).mkdir()
    first.credentials.remove_org(cut_off)
    first.close()
    for name in ("templates/x.partial", "templates/x.partial-journal", f"snapshots/{first.uid_of('b')}/y.partial"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    second = registry_in(tmp_path)
    try:
        assert second.names() == ["b"]
        assert [path.stem for path in (tmp_path / "orgs").glob("*.sqlite")] == [second.uid_of("b")]
        assert second.credentials.leftovers() == []
        assert not (tmp_path / "lost").exists()
        assert [path.name for path in (tmp_path / "snapshots").glob("*/*")] == []
        assert {path.suffix for path in (tmp_path / "templates").iterdir()} == {".sqlite"}
    finally:
        second.close()


def test_registry_of_an_earlier_version_calls_its_orgs_by_their_names(tmp_path: Path) -> None:
    first = registry_in(tmp_path)
    first.create("default", fixture(LEAD))
    first.close()
    with closing(sqlite3.connect(tmp_path / "registry.sqlite")) as connection:
        connection.execute("UPDATE org SET name = 'old'")
        connection.execute("UPDATE client SET org = 'old'")
        connection.execute("UPDATE oauth_grant SET org = 'old'")
        connection.execute("UPDATE access_token SET org = 'old'")
        connection.execute("ALTER TABLE org DROP COLUMN uid")
        connection.execute("DROP TABLE leftover")
        connection.commit()
    (tmp_path / "orgs" / "default.sqlite").rename(tmp_path / "orgs" / "old.sqlite")
    second = registry_in(tmp_path)
    try:
        assert (second.names(), second.uid_of("old")) == (["old"], "old")
        assert count(second, "old") == 1
        second.reset("old")
        assert len(second.credentials.entries("old")) == 1
        second.delete("old")
        second.create("old", None)
        assert second.uid_of("old") != "old"
    finally:
        second.close()


def test_everything_in_a_data_dir_is_its_owners_alone(tmp_path: Path) -> None:
    root = tmp_path / "data"
    for _ in range(2):
        registry = registry_in(root)
        try:
            if "a" not in registry.names():
                registry.create("a", fixture(LEAD))
            with registry.using("a") as org:
                snapshots.take(registry, org, "s")
                org.write_blocking(lambda connection: connection.execute("UPDATE record SET state = 0"))
                modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [root, *root.rglob("*")]}
                assert {path.name for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == (
                    set()
                )
                assert len(modes) > 12
        finally:
            registry.close()
        for path in [root, *root.rglob("*")]:  # as earlier versions left them
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_data_dir_among_other_things_leaves_their_modes_alone(tmp_path: Path) -> None:
    script = tmp_path / "tools" / "run"
    script.parent.mkdir()
    script.write_text("mine")
    for path in (tmp_path, script.parent, script):
        path.chmod(0o755)
    for _ in range(2):
        registry_in(tmp_path).close()
        assert [stat.S_IMODE(path.stat().st_mode) for path in (script.parent, script)] == [0o755] * 2
    (tmp_path / "tls").mkdir()
    for name in ("ca.pem", "ca-key.pem"):
        (tmp_path / "tls" / name).write_text("")
        (tmp_path / "tls" / name).chmod(0o644)
    registry_in(tmp_path).close()
    modes = [stat.S_IMODE((tmp_path / "tls" / name).stat().st_mode) for name in ("ca.pem", "ca-key.pem")]
    assert modes == [0o644, 0o600]


def test_folder_with_other_things_in_it_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    tmp_path.chmod(0o755)
    registry_in(tmp_path).close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "registry.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["registry.sqlite", "orgs/default.sqlite"])
def test_symbolic_link_in_the_place_of_a_file_is_refused(tmp_path: Path, name: str) -> None:
    root, elsewhere = tmp_path / "data", tmp_path / "elsewhere.sqlite"
    first = registry_in(root)
    first.create("default", None)
    first.close()
    (root / name).rename(elsewhere)
    (root / name).symlink_to(elsewhere)
    with pytest.raises(StateError, match="it is a symbolic link"):
        registry_in(root)


def test_registry_is_copied_back_into_its_file(tmp_path: Path) -> None:
    registry = registry_in(tmp_path)
    try:
        for _ in range(30):
            registry.create("a", None)
            registry.delete("a")
        registry.create("b", None)
        registry.maintenance.wake()
        registry.maintenance.wait_until_idle()
        assert wal_bytes(tmp_path / "registry.sqlite") < 4 * 2**20
        with closing(sqlite3.connect(f"{(tmp_path / 'registry.sqlite').as_uri()}?immutable=1", uri=True)) as copy:
            assert copy.execute("SELECT name FROM org").fetchall() == [("b",)]
    finally:
        registry.close()


# -- temporary folders of servers that were killed -----------------------------------------------------------------


def old(folder: Path) -> Path:
    """A folder as a server leaves it that was killed."""
    (folder / "orgs").mkdir(parents=True)
    (folder / "orgs" / "default.sqlite").touch()
    (folder / "lock").write_bytes(datadir.temporary_mark(folder))
    return folder


def test_temporary_folders_of_dead_servers_are_removed_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = old(tmp_path / "mockcrm-dead")
    data_dir = old(tmp_path / "mockcrm-data")
    (data_dir / "lock").write_bytes(b"")
    copy = tmp_path / "mockcrm-copy"
    shutil.copytree(dead, copy)
    rescued = old(tmp_path / "mockcrm-rescued")
    shutil.rmtree(rescued / "orgs")
    registry_in(rescued).close()
    bare = tmp_path / "mockcrm-bare"
    (bare / "orgs").mkdir(parents=True)
    os.utime(bare, (0, 0))
    foreign = tmp_path / "mockcrm-notes"
    foreign.mkdir()
    (foreign / "notes.txt").write_text("mine")
    os.utime(foreign, (0, 0))
    linked = old(tmp_path / "elsewhere")
    (tmp_path / "mockcrm-link").symlink_to(linked)
    living = open_registry(Settings())
    try:
        open_registry(Settings()).close()
        assert [path.exists() for path in (dead, bare)] == [False, False]
        assert [path.exists() for path in (data_dir, copy, rescued, foreign, linked, living.root)] == [True] * 6
    finally:
        living.close()


def test_temporary_state_is_removed() -> None:
    registry = open_registry(Settings())
    registry.create("a", None)
    assert registry.root.is_dir()
    registry.close()
    assert not registry.root.exists()


def test_second_server_is_kept_out(tmp_path: Path) -> None:
    first = registry_in(tmp_path)
    try:
        with pytest.raises(StateError, match="in use by another mockcrm server"):
            registry_in(tmp_path)
    finally:
        first.close()
    registry_in(tmp_path).close()


def test_data_dir_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be written"):
        registry_in(tmp_path / "file")


def test_data_dir_of_another_format(tmp_path: Path) -> None:
    registry_in(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "registry.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StateError, match="has format 99"):
        registry_in(tmp_path)
    with closing(sqlite3.connect(tmp_path / "registry.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 1")
    registry_in(tmp_path).close()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_damaged_registry_is_reported_in_one_line_and_the_lock_is_released(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "registry.sqlite").write_bytes(content)
    for _ in range(2):
        with pytest.raises(StateError, match=r"registry\.sqlite cannot be read") as raised:
            registry_in(tmp_path)
        assert "\n" not in str(raised.value)
    (tmp_path / "registry.sqlite").unlink()
    registry_in(tmp_path).close()


def test_registry_of_nothing_but_an_empty_file_is_a_new_one(tmp_path: Path) -> None:
    tmp_path.joinpath("registry.sqlite").write_bytes(b"")
    registry = registry_in(tmp_path)
    assert registry.names() == []
    registry.close()


def test_large_wal_is_copied_back(registry: OrgRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.create("a", fixture({"generate": [{"module": "Leads", "count": 500, "fields": {"Last_Name": "x"}}]}))
    monkeypatch.setattr(state_org, "WAL_SOFT_BYTES", 0)
    monkeypatch.setattr(state_org, "WAL_HARD_BYTES", 0)
    with registry.using("a") as org:
        for number in range(5):
            org.write_blocking(lambda connection, n=number: connection.execute("UPDATE record SET state = ?", (n,)))
        org.checkpoint()
        assert wal_bytes(org.path) == 0
        assert org.scan_blocking(lambda connection: connection.execute("SELECT max(state) FROM record").fetchone()) == (
            4,
        )
