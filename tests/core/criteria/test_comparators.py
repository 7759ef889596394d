"""A comparator is one row: one that only this test defines works in views, mass update and search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria import Leaf
from mockcrm.core.criteria.comparators import COMPARATORS, Comparator, CriteriaError, SearchOperator, show
from mockcrm.core.criteria.conditions import SqlBuilder, stored_source
from mockcrm.core.field_types.kinds import TEXT
from mockcrm.core.field_types.operands import Operand, parse_number
from mockcrm.core.jobs import engine
from tests.support.application import Application, OrgApi

VIEW = 501


def one_length(comparator: Comparator, field: Field, value: object, where: str) -> tuple[Operand, ...]:
    number = parse_number(value)
    if not isinstance(number, int):
        raise CriteriaError(f"{comparator.name} takes a number of characters, got {show(value)}", where)
    return (number,)


def is_longer(sql: SqlBuilder, leaf: Leaf) -> str:
    return f"length({stored_source(leaf.field)}) > {sql.mark(leaf.operands[0])}"


LONGER = Comparator(
    name="longer_than",
    parse=one_length,
    conditions={TEXT: is_longer},
    negated=False,
    search=SearchOperator(name="longer"),
)
FIXTURE: dict[str, Any] = {
    "custom_views": [
        {
            "module": "Leads",
            "id": str(VIEW),
            "name": "Long",
            "criteria": {"comparator": "longer_than", "field": "City", "value": 4},
        }
    ],
    "records": {
        "Leads": [
            {"id": "101", "fields": {"Last_Name": "A", "City": "Köln"}},
            {"id": "102", "fields": {"Last_Name": "B", "City": "Berlin"}},
            {"id": "103", "fields": {"Last_Name": "C"}},
        ]
    },
}


@pytest.fixture
def org(monkeypatch: pytest.MonkeyPatch) -> Iterator[OrgApi]:
    """An org with a view that uses the comparator. Its application ends before the comparator is removed."""
    monkeypatch.setitem(COMPARATORS, LONGER.name, LONGER)
    with Application() as application:
        yield application.org(FIXTURE)


def test_a_new_comparator_selects_records(org: OrgApi) -> None:
    assert [item["id"] for item in org.get("/crm/v2/Leads", cvid=str(VIEW)).json()["data"]] == ["102"]
    found = org.get("/crm/v8/Leads/search", criteria="(City:longer:3)")
    assert [item["id"] for item in found.json()["data"]] == ["102", "101"]
    assert org.get("/crm/v2/Leads/search", criteria="(City:longer:3)").status_code == 400

    job = org.schedule("Leads", {"data": [{"Designation": "far"}], "cvid": str(VIEW)})
    with org.using() as opened:
        engine.run(opened)
    status = org.status("Leads", job).json()["data"][0]
    assert (status["Status"], status["Total_Count"], status["Updated_Count"]) == ("COMPLETED", 1, 1)
    assert [org.value(number, "Designation") for number in (101, 102, 103)] == [None, "far", None]


@pytest.mark.parametrize(
    ("leaf", "where"),
    [
        ({"comparator": "longer_than", "field": {"api_name": "City"}, "value": "four"}, "value"),
        ({"comparator": "longer_than", "field": {"api_name": "Annual_Revenue"}, "value": 4}, "comparator"),
    ],
)
def test_a_new_comparator_refuses_what_it_does_not_take(org: OrgApi, leaf: dict[str, Any], where: str) -> None:
    body = {"custom_views": [{"name": "X", "criteria": leaf}]}
    response = org.send("POST", "/crm/v8/settings/custom_views?module=Leads", body)
    item = response.json()["custom_views"][0]
    assert (response.status_code, item["details"]["json_path"]) == (400, f"$.custom_views[0].criteria.{where}")


def test_the_comparator_is_gone_after_a_test() -> None:
    assert LONGER.name not in COMPARATORS


@pytest.mark.parametrize("column", [item.name for item in fields(Comparator)])
def test_no_column_of_a_row_can_be_left_out(column: str) -> None:
    columns = {item.name: getattr(LONGER, item.name) for item in fields(Comparator)}
    del columns[column]
    with pytest.raises(TypeError, match=rf"missing 1 required keyword-only argument: '{column}'"):
        Comparator(**columns)
