"""The first generation of the Python SDK, whose classes and requests have little in common with the later ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live.server import Org
from tests.support.for_each import for_each

from .driver import PYTHON_SDKS, SCRIPTS

pytestmark = pytest.mark.sdk
PACKAGE = PYTHON_SDKS / "zcrmsdk-2"


@for_each("token", ["refresh_token", "grant_token"])
def test_one_round(make_org: Callable[..., Org], tmp_path_factory: pytest.TempPathFactory, token: str) -> None:
    """With a grant token it asks for the user's address, under which it then stores the tokens."""
    if not (PACKAGE / ".installed").exists():
        pytest.skip("zcrmsdk 2.0 is not installed: `make test` does that where there is an index")
    org = make_org({"mockcrm": 1})
    email = org.server.get("/crm/v2/users", params={"type": "CurrentUser"}, headers=org.headers).json()["users"][0][
        "email"
    ]

    outcome = run(org, tmp_path_factory.mktemp(token), email=email, **{token: given(org, token)})

    found = outcome["metadata"]
    assert {"Leads", "Deals", "Quotes"} < set(found["modules"])
    assert {"Last_Name", "Lead_Status", "Tag"} < set(found["fields"])
    assert (found["module"], found["layouts"]) == ("Leads", ["Standard"])
    assert (found["view"], found["user"]) == (found["views"][0], email)
    assert "Notes" in found["related_lists"]
    assert (found["users"], found["roles"], "Administrator" in found["profiles"]) == ([email], ["CEO", "Manager"], True)
    assert outcome["records"] == {
        "made": ["SUCCESS"] * 2,
        "written": ["SUCCESS"] * 2,
        "listed": ["Boyle", "Byrne"],
        "found": ["Chennai"] * 2,
        "changed": "SUCCESS",
        "deleted": ["SUCCESS"] * 2,
        "gone": True,
    }


def given(org: Org, token: str) -> str:
    return str(org.granted["grant_code"]) if token == "grant_token" else org.refresh_token


def run(org: Org, folder: Path, **more: str) -> dict[str, Any]:
    """What the script says; the SDK needs its file of tokens to be there."""
    (folder / "zcrm_oauthtokens.pkl").touch()
    arguments = {"url": org.url, "client_id": org.client_id, "client_secret": org.client_secret, "folder": str(folder)}
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "python_zcrmsdk2.py"), json.dumps({**arguments, **more})],
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))
