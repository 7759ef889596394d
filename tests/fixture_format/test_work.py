"""The work of loading a fixture grows with its size, not with its square; steps are counted, not timed."""

from __future__ import annotations

from collections.abc import ValuesView
from typing import Any

import pytest
from pydantic import ValidationError

from mockcrm.fixture_format import errors
from mockcrm.fixture_format.model import Fixture
from mockcrm.fixture_format.people import check_tree
from mockcrm.fixture_format.values import Ids
from tests.support.for_each import for_each


class CountedIds(Ids):
    """Counts how often all of them are looked at."""

    looked = 0

    def values(self) -> ValuesView[int]:
        self.looked += 1
        return super().values()


def test_an_id_is_looked_up_without_a_walk_over_all() -> None:
    ids = CountedIds({f"u{number}": number for number in range(100)})

    assert [ids.has(number) for number in range(200)] == [number < 100 for number in range(200)]
    ids["new"] = 150
    assert ids.has(150)
    assert not ids.has(151)
    assert ids.looked == 2


class CountedParents(dict[int, int | None]):
    """Counts the steps up the tree."""

    steps = 0

    def get(self, key: int, default: Any = None) -> Any:
        self.steps += 1
        return super().get(key, default)


def test_a_long_chain_is_walked_once() -> None:
    parents = CountedParents({number: number - 1 if number else None for number in range(1000)})

    check_tree(parents, dict.fromkeys(range(1000), "roles"), "the role")

    assert parents.steps <= 1000


def test_only_short_names_are_compared_and_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []

    def close(text: str, names: list[str], _: int) -> list[str]:
        seen.append((len(text), len(names)))
        return []

    monkeypatch.setattr("difflib.get_close_matches", close)
    names = ["x" * 200, *(f"name{number}" for number in range(5000))]

    assert errors.unknown("user", "name", names) == "unknown user 'name'"
    errors.unknown("user", "n" * 200, names)
    assert seen == [(4, errors.MAX_COMPARED - 1)]


CROWD = 10_000
ONES = [1] * CROWD
UNKNOWN = {f"k{number}": 1 for number in range(CROWD)}
CROWDS: list[dict[str, Any]] = [
    UNKNOWN,
    {"org": UNKNOWN},
    {"settings": UNKNOWN},
    {"settings": {"job_policy": UNKNOWN}},
    {"settings": {"job_policy": {"polls": UNKNOWN}}},
    {"roles": ONES},
    {"roles": [UNKNOWN]},
    {"users": [{}] * CROWD},
    {"profiles": [{"name": "x", "deny": ONES}]},
    {"profiles": [{"name": "x", "modules": UNKNOWN}]},
    {"profiles": [{"name": "x", "fields": UNKNOWN}]},
    {"profiles": [{"name": "x", "fields": {"Leads": UNKNOWN}}]},
    {"clients": [{"redirect_uris": ONES, "tokens": [{"user": "x", "scopes": ONES}]}]},
    {"modules": UNKNOWN},
    {"modules": {"Leads": {"fields": ONES, "layout_rules": ONES}}},
    {"custom_views": [{"module": "Leads", "name": "x", "fields": ONES}]},
    {"records": UNKNOWN},
    {"records": {"Leads": ONES}},
    {"records": {"Leads": [{"state": ONES, "territories": [[]] * CROWD}]}},
    {"deleted": {"Leads": ONES}},
    {"generate": [{"module": "Leads", "count": 1, "state": ONES, "owner": {"cycle": ONES}}]},
    {"generate": [{"module": "Leads", "count": 1, "state": {"cycle": [ONES] * 10}}]},
]


@for_each("tree", CROWDS)
def test_of_many_faults_only_few_errors_are_made(tree: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Fixture.model_validate({"mockcrm": 1, **tree})

    assert caught.value.error_count() <= 3
