"""Finding a fixture by its name in the fixture folders, or by its path."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from mockcrm.fixture_format.errors import FixtureError, show

_NAME = re.compile(r"[a-z0-9_-]{1,100}")
"""With a suffix, such a name is shorter than the limit of any file system."""
_SUFFIXES = (".yaml", ".yml", ".json")


def packaged_fixtures() -> Traversable:
    """Return the folder of the included fixtures: inside the package in a wheel, beside it in a source checkout."""
    package = files("mockcrm")
    inside = package / "fixtures"
    if inside.is_dir():
        return inside
    return Path(str(package)).parent / "fixtures"


def find_named_fixture(name: str, fixture_dir: Path | None = None) -> Traversable:
    """Return the fixture with that name in `fixture_dir`, otherwise the included one. Raises FixtureError when there is
    none.

    A name has no dots and no separators, so it never refers to a file outside those folders.
    """
    folders: list[Traversable] = [packaged_fixtures()]
    if fixture_dir is not None:
        folders.insert(0, fixture_dir)
    if _NAME.fullmatch(name) is not None:
        for folder in folders:
            for suffix in _SUFFIXES:
                candidate = folder / (name + suffix)
                if candidate.is_file():
                    return candidate
    known = sorted({item.name.rpartition(".")[0] for folder in folders for item in _list_fixtures(folder)})
    raise FixtureError("", f"unknown fixture; known ones: {', '.join(known)}", name)


def _list_fixtures(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        return []
    return [
        item
        for item in folder.iterdir()
        if item.name.endswith(_SUFFIXES) and item.name != "schema.json" and item.is_file()
    ]


def find_fixture(name_or_path: str, fixture_dir: Path | None = None) -> Traversable:
    """Return the fixture with that name (letters, digits, _ and -) or path. Raises FixtureError when there is none.

    Only for the command line: requests may use names but not paths.
    """
    path = Path(name_or_path)
    try:
        is_file, exists = path.is_file(), path.exists()
    except OSError as error:  # for example, the text is longer than a path may be
        raise FixtureError("", f"cannot be read: {error.strerror}", show(name_or_path)) from None
    if _NAME.fullmatch(name_or_path) is not None:
        try:
            return find_named_fixture(name_or_path, fixture_dir)
        except FixtureError:
            if not is_file:
                raise
    if not is_file:
        expected = "expected a file" if exists else "no such file; expected the path of a fixture or a name"
        raise FixtureError("", expected, name_or_path)
    return path


def read_fixture(name_or_path: str, fixture_dir: Path | None = None) -> tuple[str, bytes]:
    """Return the name (for messages) and content of the fixture that `find_fixture` finds. Raises FixtureError when it
    cannot be found or read."""
    found = find_fixture(name_or_path, fixture_dir)
    name = name_or_path if isinstance(found, Path) and Path(name_or_path) == found else found.name
    try:
        return name, found.read_bytes()
    except OSError as error:
        raise FixtureError("", f"cannot be read: {error.strerror}", name) from None
