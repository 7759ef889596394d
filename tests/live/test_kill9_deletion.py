"""After a server was killed in the middle of a deletion, the next org of that name has nothing of the old one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from mockcrm.client import ControlClient
from mockcrm.server import MockCRM

from .crowd import INVALID_TOKEN
from .server import clean_environment
from .test_org_identity import NAME, fixture

DYING = """
import os, shutil, signal, sys, time
from pathlib import Path

import mockcrm.control.app
from mockcrm.server import MockCRM

STEPS = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.scandir", "os.listdir", "shutil.rmtree"}
source, target, name, most = *sys.argv[1:4], int(sys.argv[4])
armed, taken, last = False, 0, 0


def step(event, _arguments):
    global taken
    if armed and event in STEPS:
        taken += 1
        if taken == last:
            os.kill(os.getpid(), signal.SIGKILL)


def delete(data_dir):
    global armed
    left = [*data_dir.glob(f"orgs/{name}*"), *data_dir.glob(f"snapshots/{name}*")]
    with MockCRM(data_dir=data_dir) as crm, crm.control as control:
        control.org(name).jobs.list()
        armed = True
        control.org(name).delete()
        # Files may be removed after the response.
        deadline = time.monotonic() + 60
        while any(path.exists() for path in left):
            assert time.monotonic() < deadline, left
            time.sleep(0.01)
        armed = False


sys.addaudithook(step)
for last in range(1, most + 1):
    data_dir = Path(shutil.copytree(source, Path(target, str(last))))
    child = os.fork()
    if not child:
        try:
            delete(data_dir)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        print(last - 1)
        sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Deletes the org on one server after the other, each on its own copy of the data dir. The first is killed right before
it takes its first step through its files, the next before its second, until one lives: prints how many were killed."""
MAX_STEPS = 60


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data dir with the org `victim` and its snapshot; and a token of it."""
    folder = tmp_path_factory.mktemp("stopped")
    with MockCRM("empty", data_dir=folder) as crm, crm.control as control:
        token: str = control.create_org(NAME, fixture("Old"))["access_token"]
        control.org(NAME).snapshot("first")
    return folder, token


def assert_new(control: ControlClient, url: str, old_token: str) -> None:
    """A new org of the name, made on what the killed server left, has nothing of the old one."""
    if NAME in [item["org"] for item in control.orgs()]:
        control.org(NAME).delete()  # it was killed before it had begun
    new = control.create_org(NAME)
    org = control.org(NAME)
    assert org.snapshots() == []
    assert not org.export().get("records")
    assert org.requests.find() == []
    response = httpx.get(
        f"{url}/crm/v2/Leads", headers={"Authorization": f"Zoho-oauthtoken {old_token}"}, trust_env=False
    )
    assert (response.status_code, response.json()) == (401, INVALID_TOKEN)
    response = httpx.get(
        f"{url}/crm/v2/Leads", headers={"Authorization": f"Zoho-oauthtoken {new['access_token']}"}, trust_env=False
    )
    assert response.status_code == 204


def test_no_step_of_a_deletion_is_one_to_be_killed_at(stopped: tuple[Path, str], tmp_path: Path) -> None:
    folder, token = stopped
    command = [sys.executable, "-c", DYING, str(folder), str(tmp_path), NAME, str(MAX_STEPS)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=clean_environment())
    assert (ran.returncode, ran.stderr) == (0, "")
    assert int(ran.stdout) > 3, "hardly a step of a deletion was seen"

    for data_dir in tmp_path.iterdir():
        with MockCRM("empty", data_dir=data_dir) as crm, crm.control as control:
            assert_new(control, crm.url, token)
