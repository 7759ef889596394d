"""The calls of a request in docs/architecture.md match the code, and stay few."""

from __future__ import annotations

import subprocess
import sys

from tools.request_path import DOCUMENT

MAX_CALLS = 117
"""Raise this by one for a new rule; for anything else, look whether the way of every request has to become longer."""


def test_call_tree_matches_the_code_and_is_short() -> None:
    # In a process of its own, where nothing has been cached by other tests and no profiler of pytest runs.
    script = "from tools.request_path import document, record; print(len(record())); print(document(), end='')"
    count, _, text = subprocess.check_output([sys.executable, "-c", script], text=True).partition("\n")
    assert int(count) <= MAX_CALLS, "a mass update makes more calls than before: see MAX_CALLS"
    assert DOCUMENT.read_text("utf-8") == text, "run: python -m tools.request_path"
