"""Finding a fixture by name or path."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockcrm.fixture_format.errors import FixtureError
from mockcrm.fixture_format.find import find_fixture, find_named_fixture, packaged_fixtures, read_fixture
from mockcrm.fixture_format.json_schema import schema_text
from tests.support.for_each import for_each

SCENARIOS = "approval, blueprint, demo, empty, locked, over_limit, restricted_user, territories"


def test_a_name_is_looked_up_in_the_folder_first(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text('{"mockcrm": 1}')
    assert find_fixture("demo", tmp_path) == tmp_path / "demo.json"
    assert find_fixture("empty", tmp_path) == packaged_fixtures() / "empty.yaml"
    assert read_fixture("demo", tmp_path) == ("demo.json", b'{"mockcrm": 1}')


def test_a_path_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").write_text("mockcrm: 1")
    monkeypatch.chdir(tmp_path)
    assert read_fixture(str(tmp_path / "mine")) == (str(tmp_path / "mine"), b"mockcrm: 1")
    assert read_fixture("./mine") == ("./mine", b"mockcrm: 1")
    assert read_fixture("mine") == ("mine", b"mockcrm: 1")


@pytest.mark.parametrize(
    ("requested", "line"),
    [
        ("nosuch", f"nosuch: unknown fixture; known ones: {SCENARIOS}"),
        ("no/such.yaml", "no/such.yaml: no such file; expected the path of a fixture or a name"),
        ("/", "/: expected a file"),
        ("x" * 5000, f"'{'x' * 56}...: cannot be read: File name too long"),
        ("\0", "\0: no such file; expected the path of a fixture or a name"),
    ],
)
def test_missing_fixture_is_reported_in_one_line(requested: str, line: str) -> None:
    with pytest.raises(FixtureError) as caught:
        find_fixture(requested)
    assert str(caught.value) == line


@for_each("name", ["../fixtures/demo", "demo.yaml", "/etc/passwd", "..", "", "DEMO", "x" * 5000, "\0"])
def test_a_name_never_reaches_outside(name: str, tmp_path: Path) -> None:
    with pytest.raises(FixtureError):
        find_named_fixture(name, tmp_path)


def test_the_schema_is_that_of_the_models() -> None:
    written = (packaged_fixtures() / "schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "run: python -m tools.fixture_schema"
