"""The temporary folder of a server without a data dir: removed at its end, and when it was killed, by the next one."""

from __future__ import annotations

import os
import time
from pathlib import Path

from .server import RunningServer
from .test_data_dir import LEAD


def folders(temporary: Path) -> set[Path]:
    return set(temporary.glob("mockcrm-*"))


def started(temporary: Path) -> tuple[RunningServer, Path]:
    """A server with its state in a folder of its own below `temporary`."""
    before = folders(temporary)
    server = RunningServer(env={"TMPDIR": str(temporary)})
    (state,) = folders(temporary) - before
    return server, state


def made_a_while_ago(folder: Path) -> None:
    """Make everything in the folder an hour and a half old, because newer folders may be left alone."""
    moment = time.time() - 5_400
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (moment, moment))


def test_a_server_leaves_no_temporary_folder(tmp_path: Path) -> None:
    server, state = started(tmp_path)
    with server:
        assert state.is_dir()
    assert folders(tmp_path) == set()


def test_the_next_server_removes_the_folder_of_a_killed_one_and_never_that_of_a_living_one(
    tmp_path: Path,
) -> None:
    killed, dead = started(tmp_path)
    killed.create_org(LEAD).control("POST", "/snapshots/first", expect=201)
    living, alive = started(tmp_path)
    killed.kill9()
    assert dead.is_dir()
    for folder in (dead, alive):
        made_a_while_ago(folder)

    with living:
        org = living.create_org(LEAD)
        for _ in range(3):
            server, state = started(tmp_path)
            with server:
                deadline = time.monotonic() + 20
                while dead.exists() and time.monotonic() < deadline:
                    time.sleep(0.02)
                assert folders(tmp_path) == {alive, state}
        assert org.record("Leads", "554023000000480001")["Last_Name"] == "A"
        org.control("POST", "/snapshots/first", expect=201)
        org.control("POST", "/reset")
        assert living.stop() == 0
        assert living.errors == []
    assert folders(tmp_path) == set()


def test_foreign_files_in_the_temporary_folder_are_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "mockcrm-notes"
    notes.mkdir()
    (notes / "lock").write_text("mine")
    (notes / "orgs").mkdir()
    (notes / "todo.txt").write_text("mine")
    file = tmp_path / "mockcrm-file"
    file.write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "lock").write_text("mine")
    (tmp_path / "mockcrm-link").symlink_to(tmp_path / "elsewhere")
    data_dir = tmp_path / "mockcrm-a_b_c_d_"  # as temporary folders are called
    with RunningServer(data_dir=data_dir) as server:
        server.control("POST", "/orgs", {"name": "kept", "fixture": LEAD}, expect=201)
    for path in (notes, tmp_path / "elsewhere", data_dir):
        made_a_while_ago(path)

    with RunningServer(env={"TMPDIR": str(tmp_path)}) as server:
        assert server.stop() == 0
        assert server.errors == []

    assert (notes / "todo.txt").read_text() == file.read_text() == "mine"
    assert (tmp_path / "mockcrm-link" / "lock").read_text() == "mine"
    with RunningServer(data_dir=data_dir) as server:
        assert server.control("GET", "/orgs/kept/export")["records"]["Leads"]
