"""The fenced blocks of a documentation page, and the output of running them as a reader would."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.live.server import RunningServer

REPOSITORY = Path(__file__).parents[2]
PRINTED = "http://127.0.0.1:9646"
"""The address that pages show; a test's server has another port."""

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
_FILE = re.compile(r"(?:#|//) (\S+\.\w+)\n")


def blocks(page: str, language: str) -> list[str]:
    """A page's blocks of a language, in order; the page by its path in the repository."""
    text = (REPOSITORY / page).read_text("utf-8")
    return [content for name, content in _BLOCK.findall(text) if name == language]


def files(page: str) -> dict[str, str]:
    """The blocks that are files: their first line is a comment with nothing but the file's name."""
    text = (REPOSITORY / page).read_text("utf-8")
    found: dict[str, str] = {}
    for _, content in _BLOCK.findall(text):
        if named := _FILE.match(content):
            assert named[1] not in found, f"{page}: two blocks are {named[1]}"
            found[named[1]] = content
    return found


def write(page: str, folder: Path) -> list[str]:
    """The page's files, written to a folder; their names."""
    found = files(page)
    for name, content in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return list(found)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block with the output printed below each."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def form(text: str) -> re.Pattern[str]:
    """The printed output as a pattern: `...` is anything but the end of a value or line."""
    return re.compile(r'[^"\n]*'.join(re.escape(part) for part in text.split("...")))


def response(server: RunningServer, command: str) -> str:
    """Return what the command prints. A job needs a moment to end, so the command is repeated while it still runs."""
    deadline = time.monotonic() + 30
    while True:
        script = ["bash", "-c", command.replace(PRINTED, server.url)]
        ran = subprocess.run(script, capture_output=True, text=True, check=True)
        printed = ran.stdout.replace(server.url, PRINTED).replace("\r", "").strip()
        in_progress = '"Updated_Count":0,' in printed
        if not in_progress or time.monotonic() > deadline:
            return printed
