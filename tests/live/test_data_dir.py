"""A data dir over restarts: what survives, and what happens to a file of another format or a damaged one."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockcrm.client import ControlError
from mockcrm.core.orgs.registry import StateError
from mockcrm.server import MockCRM

from .server import RunningServer
from .test_cli_errors import refused

LEAD = {"mockcrm": 1, "records": {"Leads": [{"id": "554023000000480001", "fields": {"Last_Name": "A"}}]}}
FORMATS = pytest.mark.parametrize("version", [0, 3, 99])


def rubbish(path: Path) -> None:
    path.write_bytes(b"no database at all\n" * 500)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    # Every page but the first, which holds the header.
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)


def set_format(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


def file_of(data_dir: Path, org: str) -> Path:
    """Return the file of an org; its name begins with that of the org."""
    (found,) = (data_dir / "orgs").glob(f"{org}*.sqlite")
    return found


DAMAGES = pytest.mark.parametrize("damage", [rubbish, emptied, cut_off, overwritten])


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a data dir except the lock."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock"}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data dir that a stopped server left: the default org, `other` with a snapshot, `third`."""
    folder = tmp_path_factory.mktemp("stopped")
    with MockCRM("demo", data_dir=folder) as crm, crm.control as control:
        for name in ("other", "third"):
            control.create_org(name, LEAD)
        control.org("other").snapshot("first")
    return folder


@pytest.fixture
def data_dir(stopped: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may damage."""
    return Path(shutil.copytree(stopped, tmp_path / "state"))


# -- restarts ----------------------------------------------------------------------------------------------------


def test_a_restart_finds_everything_as_it_was(tmp_path: Path) -> None:
    with RunningServer(data_dir=tmp_path) as server:
        org = server.create_org(LEAD)
        org.job_policy("manual")
        org.control("PUT", "/clock", {"now": "2024-02-29T12:00:00+05:30", "frozen": True})
        org.control("POST", "/snapshots/before", expect=201)
        view = next(
            item["id"] for item in org.get("/crm/v2/settings/custom_views", module="Leads").json()["custom_views"]
        )
        job_id = org.schedule("Leads", view, {"City": "Chennai"})
        before = (org.export(), org.jobs(), org.control("GET", "/clock"), org.control("GET", "/snapshots"))
        assert server.stop() == 0

    with RunningServer(data_dir=tmp_path) as server:
        org = org.on(server)
        after = (org.export(), org.jobs(), org.control("GET", "/clock"), org.control("GET", "/snapshots"))
        assert after == before
        org.run_jobs()
        assert org.counts("Leads", job_id)["Status"] == "COMPLETED"
        org.control("POST", "/snapshots/before/restore")
        assert org.jobs() == []
        assert server.errors == []


def test_the_fixture_of_a_restart_does_not_replace_existing_data(tmp_path: Path) -> None:
    with MockCRM(LEAD, data_dir=tmp_path) as crm, crm.control as control:
        before = control.org().export()
    with MockCRM("demo", data_dir=tmp_path) as crm, crm.control as control:
        assert control.org().export() == before


# -- what the server cannot do without -----------------------------------------------------------------------------


@DAMAGES
@pytest.mark.parametrize("name", ["registry.sqlite", "orgs/default.sqlite"])
def test_damage_to_what_the_server_needs_keeps_it_from_starting(data_dir: Path, name: str, damage: Any) -> None:
    damage(data_dir / name)
    before = contents(data_dir)

    line = refused("--port", "0", "--data-dir", str(data_dir))

    assert Path(name).name in line
    assert contents(data_dir) == before


@FORMATS
@pytest.mark.parametrize("name", ["registry.sqlite", "orgs/default.sqlite"])
def test_another_format_keeps_it_from_starting(data_dir: Path, name: str, version: int) -> None:
    set_format(data_dir / name, version)
    before = contents(data_dir)

    line = refused("--port", "0", "--data-dir", str(data_dir))

    reason = "registry.sqlite is missing or empty" if version == 0 and "registry" in name else f"has format {version}"
    assert reason in line
    assert contents(data_dir) == before


@pytest.mark.parametrize("name", ["registry.sqlite", "orgs/default.sqlite"])
def test_a_missing_file_keeps_it_from_starting(data_dir: Path, name: str) -> None:
    (data_dir / name).unlink()
    before = contents(data_dir)

    refused("--port", "0", "--data-dir", str(data_dir))

    assert contents(data_dir) == before


def test_the_lock_is_released(data_dir: Path) -> None:
    kept = (data_dir / "registry.sqlite").read_bytes()
    rubbish(data_dir / "registry.sqlite")
    for _ in range(2):
        with pytest.raises(StateError, match=r"registry\.sqlite cannot be read"):
            MockCRM(data_dir=data_dir).start()
    (data_dir / "registry.sqlite").write_bytes(kept)
    with MockCRM(data_dir=data_dir) as crm, crm.control as control:
        assert [item["org"] for item in control.orgs()] == ["default", "other", "third"]


# -- one org of many -----------------------------------------------------------------------------------------------


@pytest.fixture
def token(data_dir: Path) -> str:
    """A token of the org `other`."""
    with MockCRM(data_dir=data_dir) as crm, crm.control as control:
        made: str = control.org("other").token(expires_in="never")["access_token"]
    return made


def absent(path: Path) -> None:
    path.unlink()


def newer(path: Path) -> None:
    set_format(path, 3)


@pytest.mark.parametrize("damage", [rubbish, emptied, cut_off, overwritten, absent, newer])
def test_damage_to_one_org_is_that_orgs_alone(
    data_dir: Path, token: str, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    path = file_of(data_dir, "other")
    damage(path)
    before = path.read_bytes() if path.exists() else None
    caplog.set_level(logging.ERROR, "mockcrm")

    with MockCRM(data_dir=data_dir) as crm, crm.control as control, httpx.Client(trust_env=False) as http:
        headers = {"Authorization": f"Zoho-oauthtoken {token}"}
        for version in ("v2", "v8"):
            response = http.get(f"{crm.url}/crm/{version}/Leads?fields=Last_Name", headers=headers)
            assert (response.status_code, response.json()["code"]) == (500, "INTERNAL_ERROR")
        for call in (
            control.org("other").export,
            control.org("other").jobs.list,
            control.org("other").snapshots,
            control.org("other").reset,
            control.org("other").settings,
        ):
            with pytest.raises(ControlError, match=r"other.*\.sqlite|format 3") as refusal:
                call()
            assert (refusal.value.status, refusal.value.where) == (409, "path.org")
            assert "restore the file or delete the org" in str(refusal.value)
        assert (path.read_bytes() if path.exists() else None) == before

        assert [item["org"] for item in control.orgs()] == ["default", "other", "third"]
        assert control.org("third").export()["records"]["Leads"][0]["id"] == "554023000000480001"
        assert control.reset_all() == ["default", "third"]
        control.org("other").delete()
        assert not path.exists()
        assert control.create_org("other", LEAD)["org"] == "other"
        assert control.org("other").snapshots() == []
    assert [record.exc_info for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("damage", [rubbish, emptied, overwritten, newer])
def test_a_damaged_snapshot_is_not_restored(data_dir: Path, damage: Any) -> None:
    (path,) = (data_dir / "snapshots").glob("other*/first.sqlite")
    damage(path)
    before = path.read_bytes()

    with MockCRM(data_dir=data_dir) as crm, crm.control as control:
        kept = control.org("other").export()
        with pytest.raises(ControlError, match="snapshot 'first'") as refusal:
            control.org("other").restore("first")
        assert refusal.value.status == 400
        assert control.org("other").export() == kept
    assert path.read_bytes() == before


def test_a_template_that_is_gone_or_damaged_keeps_its_org_from_being_reset(data_dir: Path) -> None:
    for path in (data_dir / "templates").iterdir():
        rubbish(path)

    with MockCRM(data_dir=data_dir) as crm, crm.control as control:
        kept = control.org("other").export()
        with pytest.raises(ControlError, match="the initial state of 'other'"):
            control.org("other").reset()
        assert control.org("other").export() == kept
