"""The README's blocks, executed as they are printed, from the top to the bottom, against one fresh server.

Only the port differs (a free one). In expected output `...` stands for what changes from run to run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockcrm.fixture_format.parse import parse_fixture
from tests.live.server import RunningServer, clean_environment
from tests.support.markdown import PRINTED, blocks, commands, form, response, write

README = "README.md"


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with RunningServer() as running:
        yield running


def test_make_serve_prints_what_the_readme_shows(server: RunningServer) -> None:
    command, output = next(commands(blocks(README, "console")[0]))
    assert command == "make serve"
    assert "".join(server.output).replace(server.url, PRINTED).strip() == output.strip()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_every_curl_command_prints_what_the_readme_shows(server: RunningServer) -> None:
    for block in blocks(README, "console")[1:]:
        for command, output in commands(block):
            assert form(output.strip()).fullmatch(response(server, command)), command


def test_the_fixture_is_a_good_one() -> None:
    (block,) = blocks(README, "yaml")
    assert parse_fixture(block, "README.md").mockcrm == 1


def test_the_test_in_eight_lines_passes(tmp_path: Path) -> None:
    (name,) = write(README, tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", name]
    ran = subprocess.run(command, cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, check=False)
    assert "1 passed" in ran.stdout, ran.stdout


def test_the_sdk_snippet_runs() -> None:
    block = blocks(README, "python")[-1]
    namespace: dict[str, object] = {}
    exec(compile(block, "README.md", "exec"), namespace)
    assert type(namespace["environment"]).__name__ == "Environment"
