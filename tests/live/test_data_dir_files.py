"""The files of a data dir: who may read them, what happens to those of no org, how large the WAL of the registry
grows, what an earlier version left."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from . import format1
from .local import LocalServer
from .server import Org, RunningServer
from .test_cli_errors import refused
from .test_data_dir import LEAD, file_of

MAX_WAL_BYTES = 4 << 20
"""The most bytes of the registry's WAL after a run of the maintenance thread."""
ONE, OTHER = format1.LEADS


@pytest.fixture
def open_umask() -> Iterator[None]:
    """The usual umask, under which everybody can read files unless they are created with another mode."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def copied_without_wal(data_dir: Path, copy: Path) -> Path:
    """A copy of a data dir in use whose registry has lost its latest changes."""
    return Path(shutil.copytree(data_dir, copy, ignore=shutil.ignore_patterns("registry.sqlite-*", "lock")))


def rows(path: Path) -> int:
    """Return how many records an org's file has."""
    with closing(sqlite3.connect(path)) as file:
        return int(file.execute("SELECT count(*) FROM record").fetchone()[0])


def warned(server: RunningServer, *texts: str) -> bool:
    """Return whether one line on stderr has all of these texts; it may be printed a moment after the URL."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if any(all(text in line for text in texts) for line in server.errors):
            return True
        time.sleep(0.02)
    return False


# -- what no org has ---------------------------------------------------------------------------------------------


def test_no_org_is_erased_when_the_registry_loses_its_tail(tmp_path: Path) -> None:
    with LocalServer(tmp_path / "data") as server:
        server.control("POST", "/orgs", {"name": "early", "fixture": LEAD}, expect=201)
        assert server.stop() == 0
    with RunningServer(data_dir=tmp_path / "data") as server:
        server.control("POST", "/orgs", {"name": "late", "fixture": LEAD}, expect=201)
        server.control("POST", "/orgs/late/snapshots/first", expect=201)
        copy = copied_without_wal(tmp_path / "data", tmp_path / "copy")
        name = file_of(copy, "late").name

    with LocalServer(copy) as server:
        assert [item["org"] for item in server.control("GET", "/orgs")["orgs"]] == ["default", "early"]
        assert server.control("GET", "/orgs/early/export")["records"]["Leads"]
        assert not [*(copy / "orgs").glob("late*")]
        assert rows(copy / "lost" / name) == 1
        assert [path.name for path in (copy / "lost").rglob("first.sqlite")] == ["first.sqlite"]
        assert warned(server, f"orgs/{name}", str(copy / "lost" / name)), server.printed_text()
        assert "Traceback" not in "".join(server.errors)

        server.control("POST", "/orgs", {"name": "late"}, expect=201)
        assert server.control("GET", "/orgs/late/snapshots")["snapshots"] == []


def test_a_file_of_no_org_is_moved_to_lost_and_no_earlier_one_is_overwritten(tmp_path: Path) -> None:
    with LocalServer(tmp_path) as server:
        assert server.stop() == 0

    for number in (1, 2):
        (tmp_path / "orgs" / "stray.sqlite").write_text(f"stray {number}")
        with LocalServer(tmp_path) as server:
            assert warned(server, "orgs/stray.sqlite", str(tmp_path / "lost" / "stray.sqlite")), server.printed_text()
            assert len(server.errors) == 1
        kept = sorted(path.read_text() for path in (tmp_path / "lost").iterdir())
        assert kept == [f"stray {n}" for n in range(1, number + 1)]
        assert not (tmp_path / "orgs" / "stray.sqlite").exists()

    with LocalServer(tmp_path) as server:
        assert server.stop() == 0
        assert server.errors == []


def test_what_a_killed_server_had_begun_to_write_is_removed(tmp_path: Path) -> None:
    with LocalServer(tmp_path) as server:
        server.control("POST", "/orgs", {"name": "other", "fixture": LEAD}, expect=201)
        server.control("POST", "/orgs/other/snapshots/first", expect=201)
        assert server.stop() == 0
    (snapshot,) = (tmp_path / "snapshots").glob("other*/first.sqlite")
    templates = set((tmp_path / "templates").iterdir())
    left = [snapshot.with_name("second.partial"), snapshot.with_name("second.partial-journal")]
    left += [tmp_path / "templates" / f"0123456789abcdef.partial{more}" for more in ("", "-journal", "-wal")]
    for path in left:
        path.write_text("cut off")

    with LocalServer(tmp_path) as server:
        assert [path for path in left if path.exists()] == []
        assert set((tmp_path / "templates").iterdir()) == templates
        assert [item["name"] for item in server.control("GET", "/orgs/other/snapshots")["snapshots"]] == ["first"]
        server.control("POST", "/orgs/other/snapshots/first/restore")
        server.control("POST", "/orgs/other/reset")
        assert server.stop() == 0
        assert server.errors == []


# -- who may read and write --------------------------------------------------------------------------------------


def open_to_others(data_dir: Path) -> list[str]:
    """Return folders that are not 0700 and files that are not 0600."""
    return [
        f"{path.relative_to(data_dir.parent)} {stat.S_IMODE(path.lstat().st_mode):o}"
        for path in [data_dir, *data_dir.rglob("*")]
        if stat.S_IMODE(path.lstat().st_mode) != (0o700 if path.is_dir() else 0o600)
    ]


@pytest.mark.usefixtures("open_umask")
def test_nobody_else_can_read_a_data_dir(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with RunningServer(data_dir=data_dir) as server:
        org = server.create_org(LEAD)
        org.control("POST", "/snapshots/first", expect=201)
        org.control("POST", "/load", {"mockcrm": 1, "users": [{"email": "new@zylker.example"}]})
        org.control("POST", "/snapshots/first/restore")
        assert org.get("/crm/v2/Leads").status_code == 200
        assert {path.name.partition("-")[2] for path in data_dir.glob("registry*")} == {"", "wal", "shm"}
        assert open_to_others(data_dir) == []
        assert server.stop() == 0
    assert open_to_others(data_dir) == []


@pytest.mark.usefixtures("open_umask")
def test_nobody_else_can_read_a_data_dir_of_an_earlier_version_any_more(tmp_path: Path) -> None:
    data_dir = format1.write(tmp_path / "data")
    assert len(open_to_others(data_dir)) == len([data_dir, *data_dir.rglob("*")])

    with LocalServer(data_dir) as server:
        assert open_to_others(data_dir) == []
        assert server.stop() == 0


@pytest.mark.usefixtures("open_umask")
def test_nobody_else_can_read_a_temporary_state(tmp_path: Path) -> None:
    with RunningServer(env={"TMPDIR": str(tmp_path)}) as server:
        server.create_org(LEAD).control("POST", "/snapshots/first", expect=201)
        (state,) = tmp_path.glob("mockcrm-*")
        assert open_to_others(state) == []


@pytest.mark.parametrize("name", ["registry.sqlite", "orgs/default.sqlite"])
def test_a_link_in_the_place_of_what_the_server_needs_is_refused(tmp_path: Path, name: str) -> None:
    data_dir = format1.write(tmp_path / "data")
    linked(data_dir / name, tmp_path / "elsewhere.sqlite")

    line = refused("--port", "0", "--data-dir", str(data_dir))

    assert Path(name).name in line
    assert "symbolic link" in line


def test_a_link_in_the_place_of_an_org_is_refused_when_the_org_is_used(tmp_path: Path) -> None:
    data_dir = format1.write(tmp_path / "data")
    elsewhere = linked(file_of(data_dir, "Other.one"), tmp_path / "elsewhere.sqlite")
    before = elsewhere.read_bytes()

    with LocalServer(data_dir) as server:
        response = server.get("/_mockcrm/orgs/Other.one/jobs")
        assert response.status_code == 409
        assert "symbolic link" in response.json()["error"]["message"]
        assert server.get("/crm/v2/Leads", headers=signed(format1.LASTING)).json()["code"] == "INTERNAL_ERROR"
        server.http.delete("/_mockcrm/orgs/Other.one").raise_for_status()
        assert elsewhere.read_bytes() == before
        assert "Traceback" not in "".join(server.errors)


def linked(path: Path, elsewhere: Path) -> Path:
    """Replace the file by a link to it; return its new path."""
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    return elsewhere


def signed(token: str) -> dict[str, str]:
    return {"Authorization": f"Zoho-oauthtoken {token}"}


# -- the registry ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cycles", [150, pytest.param(1_000, marks=pytest.mark.slow)])
def test_the_wal_of_the_registry_stays_small(tmp_path: Path, cycles: int) -> None:
    with RunningServer(data_dir=tmp_path) as server:

        def cycle(_: int) -> None:
            server.create_org().delete()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(cycle, range(cycles)))
        wal = tmp_path / "registry.sqlite-wal"
        deadline = time.monotonic() + 20
        while (size := wal.stat().st_size) > MAX_WAL_BYTES and time.monotonic() < deadline:
            time.sleep(0.05)

        assert size <= MAX_WAL_BYTES
        assert server.stop() == 0
        assert server.errors == []


# -- an earlier version ------------------------------------------------------------------------------------------


def test_a_data_dir_of_format_1_opens_with_everything_in_it(tmp_path: Path) -> None:
    data_dir = format1.write(tmp_path / "data")
    for _ in range(2):  # as it was, and as it is afterwards
        with LocalServer(data_dir) as server:
            assert {item["org"] for item in server.control("GET", "/orgs")["orgs"]} == {"default", "Other.one"}
            org = Org(server, "Other.one", {"access_token": format1.LASTING})
            assert [org.record("Leads", lead)["City"] for lead in (ONE, OTHER)] == ["Chennai", None]
            assert (org.counts("Leads", format1.JOB)["Status"], org.jobs()[0]["updated"]) == ("RUNNING", 1)
            form = {
                "grant_type": "refresh_token",
                "client_id": format1.CLIENT,
                "client_secret": format1.SECRET,
                "refresh_token": format1.REFRESH,
            }
            renewed = server.post("/oauth/v2/token", data=form).json()["access_token"]
            assert server.get(f"/crm/v2/Leads/{ONE}", headers=signed(renewed)).status_code == 200
            assert server.stop() == 0
            assert server.errors == []

    with LocalServer(data_dir) as server:
        org = Org(server, "Other.one", {"access_token": format1.LASTING})
        org.run_jobs()
        assert [org.record("Leads", lead)["City"] for lead in (ONE, OTHER)] == ["Chennai", "Chennai"]
        for back in ("/snapshots/first/restore", "/reset"):
            org.control("POST", back)
            assert [org.record("Leads", lead)["City"] for lead in (ONE, OTHER)] == [None, None]
        org.delete()
        server.control("POST", "/orgs", {"name": "Other.one"}, expect=201)
        assert server.control("GET", "/orgs/Other.one/snapshots")["snapshots"] == []
        assert server.get("/crm/v2/Leads", headers=signed(format1.LASTING)).status_code == 401
        assert server.stop() == 0
        assert server.errors == []


def test_new_records_in_a_data_dir_of_format_1_are_numbered(tmp_path: Path) -> None:
    data_dir = format1.write(tmp_path / "data")
    body = {"data": [{"Subject": "S", "Status": "New", "Case_Origin": "Email"}]}
    for number in ("1", "2", "3"):
        with RunningServer(data_dir=data_dir) as server:
            response = server.post("/crm/v8/Cases", headers=signed(format1.LASTING), json=body)
            made = response.json()["data"][0]["details"]["id"]
            org = Org(server, "Other.one", {"access_token": format1.LASTING})
            assert org.record("Cases", made)["Case_Number"] == number
            server.kill9()
