"""A start imports only what it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

NOT_AT_START = (
    *("sqlalchemy", "sqlmodel", "rich", "httpx", "pytest", "trustme", "cryptography"),
    *("mockcrm.control.app", "mockcrm.api_documents", "mockcrm.http.openapi"),
    *("mockcrm.http.documented", "mockcrm.http.schema", "mockcrm.crm.mass_update.models"),
)


def loaded_by(program: str) -> set[str]:
    """The modules that a fresh interpreter has after a program, of those that no start may load."""
    tell = f"\nimport sys; print(*(name for name in {NOT_AT_START!r} if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", program + tell], capture_output=True, text=True, check=True, timeout=60)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "program",
    [
        "import mockcrm.server\n"
        "from mockcrm.settings import Settings\n"
        "mockcrm.app.close_app(mockcrm.app.create_app(Settings(fixture='demo')))",
        "from mockcrm.cli import command; command()",
    ],
    ids=["server", "command line"],
)
def test_a_start_does_not_load_what_it_does_not_need(program: str) -> None:
    assert loaded_by(program) == set()


def test_the_command_line_alone_loads_nothing_of_the_server() -> None:
    program = "from mockcrm.cli import command; command(); import sys; print('mockcrm.app' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert run.stdout == "False\n"
