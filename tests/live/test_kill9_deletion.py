"""A server killed in the middle of a deletion leaves nothing of the org to the next one of its name."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from mockcrm.client import ControlClient
from mockcrm.server import MockCRM

from .crowd import INVALID_TOKEN
from .server import RunningServer
from .test_org_identity import NAME, fixture, until

DYING = """
import os, signal, sys

STEPS = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.scandir", "os.listdir", "shutil.rmtree"}
armed, last = sys.argv.pop(1), int(sys.argv.pop(1))
taken = 0


def step(event, _arguments):
    global taken
    if event in STEPS and os.path.exists(armed):
        taken += 1
        if taken == last:
            os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(step)

from mockcrm.cli import main

main()
"""
"""A server that is killed right before it takes a certain step through its files, counted from when `armed` exists."""
MOST_STEPS = 60


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data dir with the org `victim` and its snapshot; and a token of it."""
    folder = tmp_path_factory.mktemp("stopped")
    with MockCRM("empty", data_dir=folder) as crm, crm.control as control:
        token: str = control.create_org(NAME, fixture("Old"))["access_token"]
        control.org(NAME).snapshot("first")
    return folder, token


def deleted_until(step: int, data_dir: Path, armed: Path) -> bool:
    """Delete the org on a server that dies before a step; False when it took all its steps and lived."""
    program = ("-c", DYING, str(armed), str(step))
    with RunningServer(data_dir=data_dir, program=program) as server:
        assert server.get(f"/_mockcrm/orgs/{NAME}/snapshots").status_code == 200
        armed.touch()
        try:
            server.http.delete(f"/_mockcrm/orgs/{NAME}")
        except httpx.TransportError:
            return True
        # What is left to be removed may be removed after the response.
        until(lambda: server.process.poll() is not None or not [*(data_dir / "orgs").glob(f"{NAME}*")])
        return server.process.poll() is not None


def assert_new(control: ControlClient, url: str, old_token: str) -> None:
    """A new org of the name, made on what the killed server left, has nothing of the old one."""
    if NAME in [item["org"] for item in control.orgs()]:
        control.org(NAME).delete()  # it was killed before it had begun
    new = control.create_org(NAME)
    org = control.org(NAME)
    assert org.snapshots() == []
    assert not org.export().get("records")
    assert org.requests() == []
    told = httpx.get(f"{url}/crm/v2/Leads", headers={"Authorization": f"Zoho-oauthtoken {old_token}"}, trust_env=False)
    assert (told.status_code, told.json()) == (401, INVALID_TOKEN)
    told = httpx.get(
        f"{url}/crm/v2/Leads", headers={"Authorization": f"Zoho-oauthtoken {new['access_token']}"}, trust_env=False
    )
    assert told.status_code == 204


def test_no_step_of_a_deletion_is_one_to_be_killed_at(stopped: tuple[Path, str], tmp_path: Path) -> None:
    folder, token = stopped
    for step in range(1, MOST_STEPS):
        data_dir = Path(shutil.copytree(folder, tmp_path / f"state{step}"))
        killed = deleted_until(step, data_dir, tmp_path / f"armed{step}")
        with MockCRM("empty", data_dir=data_dir) as crm, crm.control as control:
            assert_new(control, crm.url, token)
        if not killed:
            break
    assert not killed, f"a deletion takes more than {MOST_STEPS} steps"
    assert step > 3, "no step of a deletion was seen"
