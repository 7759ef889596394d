"""The fixture that a test gives: a mapping, a local file, YAML or JSON text, or the name of a fixture of the server."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from mockcrm.fixture_format.errors import FixtureError
from mockcrm.fixture_format.source import read_tree

Source = str | Path | Mapping[str, Any]
NAME = re.compile(r"[a-z0-9_-]+")
_TEXT = re.compile(r"\s*(\{|mockcrm\s*:)|.*\n", re.S)


def read_source(source: Source, folders: Sequence[Path] = (Path(),)) -> tuple[str | dict[str, Any], str]:
    """Return the name of a fixture, or its content, and the label for it in error messages. Relative paths are looked
    up in the folders in turn. Raises FixtureError when the file is missing or unreadable, or the text is
    not YAML or JSON."""
    if isinstance(source, Mapping):
        # A mapping in a test has the fixture format of the installed package.
        return {"mockcrm": 1, **source}, "fixture"
    if isinstance(source, str):
        if NAME.fullmatch(source):
            return source, source
        if _TEXT.match(source):
            return read_tree(source, "fixture"), "fixture"
    path = next((folder / source for folder in folders if (folder / source).is_file()), None)
    if path is None:
        searched = ", ".join(str(folder.resolve()) for folder in dict.fromkeys(folders))
        raise FixtureError("", f"no such file in {searched}", str(source))
    try:
        state = path.stat()
        return _read(path.resolve(), str(source), (state.st_mtime_ns, state.st_size)), str(source)
    except OSError as error:
        raise FixtureError("", f"cannot be read: {error.strerror}", str(source)) from error


@lru_cache(maxsize=32)
def _read(path: Path, name: str, _changed: tuple[int, int]) -> dict[str, Any]:
    """Return a file's content, cached: a suite uses few files, and parsing one takes longer than creating its org."""
    return read_tree(path.read_bytes(), name)
