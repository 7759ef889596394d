"""Draws the way of one POST mass_update by ids into docs/architecture.md, from the calls that really happen.

`python -m tools.request_path` rewrites the drawing between its two marks. Counted are calls of functions of mockcrm;
comprehensions, which some versions of Python run in a frame of their own, and resumed generators are not.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import orjson

import mockcrm
from mockcrm.app import close_app, create_app
from mockcrm.settings import Settings

DOCUMENT = Path(__file__).parent.parent / "docs" / "architecture.md"
BEGIN, END = "<!-- calls of tools/request_path.py -->\n", "<!-- end of calls -->\n"
PACKAGE = str(Path(mockcrm.__file__).parent) + "/"
COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
TOKEN = "1000.path.access"
RECORD = "111"
PATH = "/crm/v8/Leads/actions/mass_update"
FIXTURE = {
    "mockcrm": 1,
    "users": [{"email": "u@x.example", "full_name": "U", "role": "CEO", "profile": "Administrator"}],
    "clients": [
        {"client_id": "1000.PATH", "client_secret": "s", "tokens": [{"user": "u@x.example", "access_token": TOKEN}]}
    ],
    "records": {"Leads": [{"id": RECORD, "fields": {"Last_Name": "Boyle", "City": "Old"}}]},
}


@dataclass(frozen=True)
class CallOf:
    """One call: how deep it is nested, the file below mockcrm/, and the function."""

    depth: int
    file: str
    function: str


class Recorder:
    """A profile function that records the calls of functions of mockcrm."""

    def __init__(self) -> None:
        self.calls: list[CallOf] = []
        self._depth = 0
        self._frames: set[FrameType] = set()

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE) or code.co_name in COMPREHENSIONS:
            return
        if event == "return":
            self._depth -= 1
        elif event == "call":
            if frame not in self._frames:  # a generator that is resumed keeps its frame
                self._frames.add(frame)
                self.calls.append(CallOf(self._depth, code.co_filename.removeprefix(PACKAGE), code.co_qualname))
            self._depth += 1


def record() -> list[CallOf]:
    """Return the calls of one request to a warm application, in their order. Raises RuntimeError when it fails."""
    app = create_app(Settings(), FIXTURE)
    body = orjson.dumps({"data": [{"City": "New"}], "ids": [RECORD]})
    statuses: list[int] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def request(recorder: Recorder | None) -> None:
        headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Zoho-oauthtoken {TOKEN}".encode())]
        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "scheme": "http",
            "root_path": "",
        }
        sys.setprofile(recorder)
        try:
            await app(scope, receive, send)
        finally:
            sys.setprofile(None)

    async def requests() -> list[CallOf]:
        for _ in range(3):
            await request(None)
        recorder = Recorder()
        await request(recorder)
        return recorder.calls

    try:
        calls = asyncio.run(requests())
    finally:
        close_app(app)
    if statuses != [200] * 4:
        raise RuntimeError(f"the requests failed: {statuses}")
    return calls


def drawing(calls: list[CallOf]) -> str:
    """Return the calls as an indented block, the file beside each function, under a line with their number."""
    lines = [f"{'  ' * call.depth}{_short(call.function)}" for call in calls]
    width = max(map(len, lines)) + 2
    rows = [f"{line:<{width}}{call.file}" for line, call in zip(lines, calls, strict=True)]
    files = len({call.file for call in calls})
    return f"{len(calls)} calls of functions in {files} files:\n\n```text\n" + "\n".join(rows) + "\n```\n"


def _short(function: str) -> str:
    return function.replace(".<locals>", "")


def document() -> str:
    """Return docs/architecture.md with the drawing of today's code."""
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + drawing(record()) + END + after


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
