"""Globs: they match like fnmatch, in one step for each character of the path."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockcrm.core.globs import MAX_PATH, Glob, too_much
from tests.support.for_each import for_each


@given(st.text("ab/-[]!*?^\\\n\u00e9", max_size=12), st.text("ab/-[]!^\\\n\u00e9", max_size=8))
def test_a_glob_says_what_fnmatch_says(pattern: str, path: str) -> None:
    assert Glob(pattern).matches(path) == fnmatchcase(path, pattern)


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_stars_and_question_marks_say_what_fnmatch_says(pattern: str, path: str) -> None:
    assert Glob(pattern).matches(path) == fnmatchcase(path, pattern)


@for_each(
    ("pattern", "path", "fits"),
    [
        ("/crm/*/Leads/actions/*", "/crm/v2/Leads/actions/mass_update", True),
        ("/crm/*/Leads", "/crm/v2/Leads/1", False),
        ("/crm/v[2-8]/Leads", "/crm/v5/Leads", True),
        ("/crm/v[!2-8]/Leads", "/crm/v5/Leads", False),
        ("/crm/v2/Leads", "/crm/v2/leads", False),
        ("*/111", "/crm/v2/Leads/111", True),
        ("*", "", True),
        ("?", "", False),
        ("[", "[", True),
    ],
)
def test_what_globs_mean(pattern: str, path: str, fits: bool) -> None:
    assert Glob(pattern).matches(path) is fits


class Counted(str):
    """A path that counts how many of its characters were read."""

    read = 0

    def __getitem__(self, key: object) -> Counted:
        return Counted(super().__getitem__(key))  # type: ignore[index]

    def __iter__(self):  # type: ignore[no-untyped-def]
        for character in super().__iter__():
            Counted.read += 1
            yield character


@pytest.mark.parametrize("pattern", ["*" + "?" * 200 + "b*", "*a" * 16 + "b", "*" + "a" * 200 + "b", "*[ab]a[ab]ab"])
def test_each_character_of_a_path_is_read_at_most_twice_with_any_pattern(pattern: str) -> None:
    Counted.read = 0
    assert not Glob(pattern).matches(Counted("a" * 60_000))
    assert MAX_PATH <= Counted.read <= 2 * MAX_PATH


def test_of_a_long_path_the_beginning_is_looked_at() -> None:
    assert Glob("/a*").matches("/a" + "x" * 60_000)
    assert not Glob("*b").matches("x" * 60_000 + "b")


@pytest.mark.parametrize(
    ("pattern", "much"),
    [("*" * 16, False), ("*" * 17, True), ("[a]" * 8, False), ("[a]" * 9, True)],
)
def test_patterns_have_limits(pattern: str, much: bool) -> None:
    assert too_much(pattern) is much
