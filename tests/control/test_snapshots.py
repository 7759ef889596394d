"""Snapshots that are deleted while they are used, and other files in the place of snapshots."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mockcrm.core.orgs import snapshots
from mockcrm.core.orgs.org import Org

from .conftest import Control


def folder_of(control: Control, org: str) -> Path:
    registry = control.application.registry
    return registry.snapshot_folder(registry.uid_of(org.removeprefix("/orgs/")) or "")


def no_snapshot(org: str) -> tuple[int, Any]:
    message = f"the org {org.removeprefix('/orgs/')!r} has no snapshot 's'"
    return 404, {"error": {"message": message, "where": "path.name"}}


def test_a_snapshot_removed_during_its_restore_is_none(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    org = control.org()
    control.good("POST", f"{org}/snapshots/s")
    replace = Org.replace_content

    def slow(self: Org, source: Path, what: str) -> None:
        source.unlink()
        replace(self, source, what)

    monkeypatch.setattr(Org, "replace_content", slow)

    assert control.call("POST", f"{org}/snapshots/s/restore") == no_snapshot(org)


def test_an_error_of_an_existing_snapshot_is_reported(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    org = control.org()
    control.good("POST", f"{org}/snapshots/s")
    (folder_of(control, org) / "s.sqlite").write_bytes(b"no database" * 1000)

    status, response = control.call("POST", f"{org}/snapshots/s/restore")

    assert status == 400
    assert "snapshot 's'" in response["error"]["message"]


def test_a_snapshot_removed_while_it_is_described_is_none(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    org = control.org()
    for name in ("s", "t"):
        control.good("POST", f"{org}/snapshots/{name}")

    def removing(known: Callable[..., Any], *arguments: Any) -> Any:
        found = known(*arguments)
        gone = found[0] if isinstance(found, list) else found
        gone.unlink()
        return found

    for name in ("list_snapshots", "find", "take"):
        monkeypatch.setattr(snapshots, name, partial(removing, getattr(snapshots, name)))

    names = [item["name"] for item in control.good("GET", f"{org}/snapshots")["snapshots"]]
    assert names == ["t"]
    assert control.call("POST", f"{org}/snapshots/s") == no_snapshot(org)
    monkeypatch.setattr(snapshots, "find", lambda *_: folder_of(control, org) / "s.sqlite")
    assert control.call("GET", f"{org}/snapshots/s") == no_snapshot(org)


def test_of_two_removals_one_finds_nothing(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    org = control.org()
    control.good("POST", f"{org}/snapshots/s")
    unlink = Path.unlink

    def twice(path: Path, missing_ok: bool = False) -> None:
        unlink(path)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", twice)

    assert control.call("DELETE", f"{org}/snapshots/s") == no_snapshot(org)


@pytest.mark.parametrize("blocked", ["folder", "file"])
def test_obstacle_is_named(control: Control, blocked: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "mockcrm.control")
    org = control.org()
    folder = folder_of(control, org)
    folder.parent.mkdir(exist_ok=True)
    if blocked == "folder":
        folder.write_text("a file")
        expected = f"{folder} should be a folder; move the existing file out of the way"
    else:
        (folder / "s.sqlite").mkdir(parents=True)
        expected = f"{folder / 's.sqlite'} should be a file; move the existing file out of the way"

    assert control.call("GET", f"{org}/snapshots") == (200, {"snapshots": []})
    for method, path in (("GET", ""), ("POST", "/restore"), ("DELETE", "")):
        assert control.call(method, f"{org}/snapshots/s{path}") == no_snapshot(org)
    response = control.call("POST", f"{org}/snapshots/s")
    assert response == (409, {"error": {"message": expected, "where": "path.name"}})
    assert [record.exc_info for record in caplog.records] == [None]
    if blocked == "folder":
        folder.unlink()
