"""CAPABILITIES lists every folder of the emulated API, and the import contract every capability."""

from __future__ import annotations

import fnmatch
import tomllib
from pathlib import Path

import mockcrm.crm
from mockcrm.crm import CAPABILITIES

FOLDER = Path(mockcrm.crm.__file__).parent
PROJECT = FOLDER.parent.parent / "pyproject.toml"


def test_every_folder_with_endpoints_is_a_capability() -> None:
    folders = {path.parent.relative_to(FOLDER).parts for path in FOLDER.rglob("endpoints.py")}
    assert {capability.name for capability in CAPABILITIES} == {".".join(("mockcrm.crm", *parts)) for parts in folders}


def test_every_capability_is_in_the_contract_that_keeps_them_apart() -> None:
    contracts = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (patterns,) = (item["modules"] for item in contracts if item["name"] == "Capabilities do not import each other")
    for capability in CAPABILITIES:
        assert any(fnmatch.fnmatchcase(capability.name, pattern) for pattern in patterns), capability.name
