"""Imports go downwards only, and what a start does not need is not imported by it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mockcrm

PACKAGE = Path(mockcrm.__file__).parent

LAYERS: dict[str, int] = {
    "": 0,  # mockcrm itself: the version
    "errors": 0,
    "versions": 0,
    "clock": 0,
    "settings": 0,
    "hosts": 0,  # the service's host names
    "destinations": 0,  # where webhooks may go
    "origins": 0,  # which pages may use what anybody can know
    "coverage": 0,  # the published page, read from package data ...
    "tls": 1,
    "catalog": 1,
    "state": 1,
    "rules": 2,
    "automation": 3,
    "actions": 3,
    "jobs": 4,
    "webhooks": 4,
    "kept": 4,
    "budget": 4,
    "runtime": 5,
    "wire": 5,
    "api": 6,
    "control": 6,
    "web": 6,
    "coverage.docs": 7,  # ... and what generates it for the documentation, which no server runs
    "coverage.endpoints": 7,
    "coverage.setups": 7,
    "app": 7,
    "client": 0,  # talks to a server over HTTP, knows nothing of its inside
    "protocol": 7,
    "server": 8,
    "testing.journal": 0,
    "testing.sources": 2,
    "testing.org": 3,  # what tests hold in their hands; it knows the server by its client alone
    "testing": 9,
    "cli": 9,
    "pytest_plugin": 10,
    "__main__": 10,
}
"""Where each part of the package stands: it may import itself and what stands lower, of what stands beside it only
BESIDE. So api, control and web never import each other."""

BESIDE = {
    ("settings", "errors"),
    ("settings", "destinations"),
    ("settings", "hosts"),
    ("settings", "origins"),
    ("origins", "hosts"),
    ("errors", "versions"),
    ("state", "catalog"),
    ("coverage.docs", "coverage.endpoints"),
    ("coverage.docs", "coverage.setups"),
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(("mockcrm", *path.relative_to(PACKAGE).with_suffix("").parts))
        yield name.removesuffix(".__init__"), path


def part_of(module: str) -> str:
    """The longest name in LAYERS that the module stands under."""
    steps = module.split(".")[1:]
    names = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
    return next((name for name in names if name in LAYERS), steps[0] if steps else "")


def imported(module: str, path: Path) -> Iterator[tuple[int, str]]:
    """Line and name of every module of the package that a module imports, wherever the statement stands."""
    known = {name for name, _ in modules()}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, item.name) for item in node.names if item.name.split(".")[0] == "mockcrm")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: the package imports absolutely"
            source = node.module or ""
            if source.split(".")[0] == "mockcrm":
                for item in node.names:
                    whole = f"{source}.{item.name}"
                    yield node.lineno, whole if whole in known else source


def type_checking_lines(path: Path) -> set[int]:
    """The lines below `if TYPE_CHECKING:`, which no program runs."""
    return {
        line
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def test_every_part_of_the_package_has_its_layer() -> None:
    assert {part_of(name) for name, _ in modules()} <= set(LAYERS)


def test_imports_go_downwards_only() -> None:
    wrong = []
    for name, path in modules():
        part, unrun = part_of(name), type_checking_lines(path)
        for line, target in imported(name, path):
            other = part_of(target)
            if other == part or line in unrun:
                continue
            if LAYERS[other] >= LAYERS[part] and (part, other) not in BESIDE and other != "":
                wrong.append(f"{name}:{line} imports {target}")

    assert wrong == []


@pytest.mark.parametrize(("part", "stranger"), [("rules", "sqlite3"), ("rules", "starlette"), ("rules", "fastapi")])
def test_rules_know_neither_http_nor_sql(part: str, stranger: str) -> None:
    for name, path in modules():
        if part_of(name) != part:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [item.name for item in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert all(item.split(".")[0] != stranger for item in names), f"{name}:{node.lineno}"


NOT_AT_START = ("sqlalchemy", "sqlmodel", "rich", "httpx", "mockcrm.control.app", "pytest", "trustme", "cryptography")


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
