"""What a test means by a fixture: a mapping, a file beside it, YAML or JSON text, or a name of the server's."""

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


def content_of(source: Source, folders: Sequence[Path] = (Path(),)) -> tuple[str | dict[str, Any], str]:
    """A name that the server knows, or the content; and what messages call it.

    A relative path is looked up in the folders in turn. FixtureError: there is no such file, or it cannot be read.
    """
    if isinstance(source, Mapping):
        # A mapping in a test is of the format of the package that it is tested with.
        return {"mockcrm": 1, **source}, "fixture"
    if isinstance(source, str):
        if NAME.fullmatch(source):
            return source, source
        if _TEXT.match(source):
            return read_tree(source, "fixture"), "fixture"
    path = next((folder / source for folder in folders if (folder / source).is_file()), None)
    if path is None:
        looked = ", ".join(str(folder.resolve()) for folder in dict.fromkeys(folders))
        raise FixtureError("", f"there is no such file, seen from {looked}", str(source))
    try:
        state = path.stat()
        return _read(path.resolve(), str(source), (state.st_mtime_ns, state.st_size)), str(source)
    except OSError as fault:
        raise FixtureError("", f"cannot be read: {fault.strerror}", str(source)) from fault


@lru_cache(maxsize=32)
def _read(path: Path, name: str, _changed: tuple[int, int]) -> dict[str, Any]:
    """A file's content; a suite's tests share few files, and parsing one takes longer than making an org of it."""
    return read_tree(path.read_bytes(), name)
