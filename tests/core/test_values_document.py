"""docs/values.md has a row for every field type, with the word that errors use."""

from __future__ import annotations

import re
from pathlib import Path

from mockcrm.core.field_types import FIELD_TYPES
from mockcrm.core.field_values import expected_type_name
from mockcrm.core.versions import ApiVersion
from tests.support.org_metadata import field

DOCUMENT = Path(__file__).parents[2] / "docs" / "values.md"
WORD = re.compile(r"`([a-zA-Z_]+)`")


def rows() -> dict[str, list[str]]:
    """The words in the column expected_data_type, by field type."""
    found = {}
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith("| `"):
            names, _, words, _ = (cell.strip() for cell in line[1:-1].split("|"))
            found.update({name: WORD.findall(words) for name in WORD.findall(names)})
    return found


def test_every_type_has_a_row() -> None:
    assert set(rows()) == set(FIELD_TYPES)


def test_the_words_are_those_of_the_errors() -> None:
    for name, words in rows().items():
        if not words:
            continue  # a value of the type is never checked
        item = field(name, json_type=FIELD_TYPES[name].json_type)
        assert expected_type_name(item, ApiVersion.V8) == words[0], name
        if len(words) == 2 and name in ("currency", "percent"):
            assert expected_type_name(item, ApiVersion.V2) == words[1], name
