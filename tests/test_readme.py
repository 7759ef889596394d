"""The README's blocks, executed as they are printed, from the top to the bottom, against one fresh server.

Only the port differs (a free one). In expected output `...` stands for what changes from run to run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockcrm.state.fixtures.parse import parse_fixture
from tests.live.server import RunningServer

README = Path(__file__).parent.parent / "README.md"
PRINTED = "http://127.0.0.1:9646"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def blocks(language: str) -> list[str]:
    """The README's fenced blocks of a language, in order."""
    return [content for name, content in BLOCK.findall(README.read_text("utf-8")) if name == language]


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block with the output printed below each."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def form(text: str) -> re.Pattern[str]:
    """The printed output as a pattern: `...` is anything but the end of a value or line."""
    return re.compile(r'[^"\n]*'.join(re.escape(part) for part in text.split("...")))


def answer(server: RunningServer, command: str) -> str:
    """What the command prints. A job needs a moment to end, so a reader would ask again while it still runs."""
    deadline = time.monotonic() + 30
    while True:
        script = ["bash", "-c", command.replace(PRINTED, server.url)]
        ran = subprocess.run(script, capture_output=True, text=True, check=True)
        told = ran.stdout.replace(server.url, PRINTED).replace("\r", "").strip()
        under_way = '"Updated_Count":0,' in told
        if not under_way or time.monotonic() > deadline:
            return told


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with RunningServer() as running:
        yield running


def test_make_serve_prints_what_the_readme_shows(server: RunningServer) -> None:
    command, output = next(commands(blocks("console")[0]))
    assert command == "make serve"
    assert "".join(server.output).replace(server.url, PRINTED).strip() == output.strip()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_every_curl_answers_what_the_readme_shows(server: RunningServer) -> None:
    for block in blocks("console")[1:]:
        for command, output in commands(block):
            assert form(output.strip()).fullmatch(answer(server, command)), command


def test_the_fixture_is_a_good_one() -> None:
    (block,) = blocks("yaml")
    assert parse_fixture(block, "README.md").mockcrm == 1


def test_the_sdk_snippet_runs() -> None:
    (block,) = blocks("python")
    namespace: dict[str, object] = {}
    exec(compile(block, "README.md", "exec"), namespace)
    assert type(namespace["environment"]).__name__ == "Environment"
