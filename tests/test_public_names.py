"""What users import: the names, that they are imported on first use, and that each parameter is documented."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

import mockcrm
from mockcrm import client, testing
from tests.support.markdown import REPOSITORY

NAMES = {
    "CannotListen",
    "ControlClient",
    "ControlError",
    "FixtureError",
    "MockCRM",
    "MockOrg",
    "ServerUnreachable",
    "StateError",
    "TlsError",
    "__version__",
}


def functions() -> Iterator[Any]:
    """The public functions, methods and properties."""
    yield testing.asgi
    parts = (client.OrgControl, client.Jobs, client.Faults, client.OrgClock, client.Requests)
    for kind in (mockcrm.MockCRM, mockcrm.MockOrg, mockcrm.ControlClient, *parts):
        for name, member in vars(kind).items():
            plain = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if inspect.isfunction(plain) and not name.startswith("_"):
                yield plain
    for kind in (mockcrm.MockCRM, mockcrm.MockOrg, mockcrm.ControlClient, client.OrgControl):
        yield vars(kind)["__init__"]


def test_the_package_exports_these_names() -> None:
    assert set(mockcrm.__all__) == NAMES
    assert set(dir(mockcrm)) >= NAMES
    with pytest.raises(AttributeError, match="module 'mockcrm' has no attribute 'nothing'"):
        _ = mockcrm.nothing


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert mockcrm.__version__ == project["version"]


def test_each_name_is_that_of_its_module() -> None:
    from mockcrm.fixture_format.errors import FixtureError
    from mockcrm.server import MockCRM

    assert mockcrm.MockCRM is MockCRM
    assert mockcrm.FixtureError is FixtureError
    assert mockcrm.MockOrg is testing.MockOrg
    assert mockcrm.ControlError is client.ControlError


def test_importing_the_package_imports_nothing_else() -> None:
    program = "import sys, typing; before = set(sys.modules); import mockcrm; print(sorted(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert run.stdout == "['__future__', 'mockcrm']\n"


def test_each_parameter_is_documented() -> None:
    missing = []
    for function in functions():
        text = inspect.getdoc(function) or ""
        parameters = set(inspect.signature(function).parameters) - {"self", "cls"}
        absent = [name for name in sorted(parameters) if not re.search(rf"\b{name}:|`{name}`", text)]
        if absent or not text:
            missing.append((function.__qualname__, absent))

    assert missing == []


def test_each_class_has_a_docstring_of_its_own() -> None:
    classes = NAMES - {"__version__"}
    assert [name for name in classes if not vars(getattr(mockcrm, name)).get("__doc__")] == []
