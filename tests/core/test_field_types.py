"""A field type is one row: a type that only this test defines works everywhere, and no row can lack a column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from mockcrm.core.catalog.model import Field
from mockcrm.core.field_types import FIELD_TYPES, FieldType, LayoutSection, MassUpdate
from mockcrm.core.field_types.fixture_values import FixtureContext, UnexpectedValue
from mockcrm.core.field_values import ValueContext, wrong_type
from mockcrm.fixture_format.errors import FixtureError
from tests.support.application import Application, OrgApi, assert_refused, error
from tests.support.for_each import for_each
from tests.support.org_metadata import field

SHADE = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)


def check_colour(item: Field, value: Any, context: ValueContext) -> str:
    if not isinstance(value, str) or SHADE.fullmatch(value) is None:
        raise wrong_type(item, context)
    return value.lower()


def convert_colour(value: Any, _: FixtureContext) -> str:
    if not isinstance(value, str) or SHADE.fullmatch(value) is None:
        raise UnexpectedValue("a colour like #ff8000", value)
    return value.lower()


COLOUR = replace(
    FIELD_TYPES["text"],
    name="colour",
    length=7,
    check=check_colour,
    expected_type="colour",
    from_fixture=convert_colour,
    unset=None,
    name_in_v2="text",
    ui_type=99,
    has_separator=True,
    section=LayoutSection.DESCRIPTION,
    describe=lambda items, item: {"colour_model": f"rgb of {items.module.api_name}.{item.api_name}"},
)
VIEW = 501
SHADE_FIELD = {"id": "554023000000700101", "api_name": "Shade", "data_type": "colour"}
FIXTURE: dict[str, Any] = {
    "modules": {"Leads": {"fields": [SHADE_FIELD, {"api_name": "Old", "data_type": "colour", "mass_update": False}]}},
    "custom_views": [
        {
            "module": "Leads",
            "id": str(VIEW),
            "name": "Red",
            "criteria": {"comparator": "starts_with", "field": "Shade", "value": "#FF"},
        }
    ],
    "records": {
        "Leads": [
            {"id": "101", "fields": {"Last_Name": "A", "Shade": "#FF0000"}},
            {"id": "102", "fields": {"Last_Name": "B", "Shade": "#00ff00"}},
            {"id": "103", "fields": {"Last_Name": "C"}},
        ]
    },
}


@pytest.fixture
def org(monkeypatch: pytest.MonkeyPatch) -> Iterator[OrgApi]:
    """An org with colours. Its application ends before the type is removed."""
    monkeypatch.setitem(FIELD_TYPES, COLOUR.name, COLOUR)
    with Application() as application:
        yield application.org(FIXTURE)


def shades(org: OrgApi, **params: str) -> list[str | None]:
    response = org.get("/crm/v2/Leads", fields="Shade", **params)
    assert response.status_code == 200, response.text
    return [item["Shade"] for item in response.json()["data"]]


def test_records_have_values_of_a_new_type(org: OrgApi) -> None:
    created = org.send("POST", "/crm/v2/Leads", {"data": [{"Last_Name": "D", "Shade": "#FF00AA"}]})
    assert created.status_code == 201, created.text
    number = created.json()["data"][0]["details"]["id"]
    assert org.get(f"/crm/v8/Leads/{number}").json()["data"][0]["Shade"] == "#ff00aa"

    assert shades(org, cvid=str(VIEW), sort_by="Shade", sort_order="desc") == ["#ff00aa", "#ff0000"]
    assert shades(org, sort_by="Shade", sort_order="asc") == [None, "#00ff00", "#ff0000", "#ff00aa"]
    found = org.get("/crm/v8/Leads/search", criteria="(Shade:equals:#FF0000)")
    assert [item["id"] for item in found.json()["data"]] == ["101"]

    updated = org.mass_update("Leads", {"data": [{"Shade": "#ABCDEF"}], "ids": ["101", "103"]})
    assert updated.status_code == 200, updated.text
    assert shades(org, sort_by="id", sort_order="asc")[:3] == ["#abcdef", "#00ff00", "#abcdef"]


def test_a_wrong_value_is_refused_in_the_words_of_the_type(org: OrgApi) -> None:
    details = {"expected_data_type": "colour", "api_name": "Shade"}
    response = org.mass_update("Leads", {"data": [{"Shade": "red"}], "ids": ["101"]})
    assert_refused(response, 400, "INVALID_VALUE", error("INVALID_DATA", "invalid data", details), top=False)
    response = org.send("POST", "/crm/v2/Leads", {"data": [{"Last_Name": "D", "Shade": 7}]})
    assert response.json()["data"][0]["details"] == details
    response = org.mass_update("Leads", {"data": [{"Old": "#000000"}], "ids": ["101"]})
    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (400, "FIELD_NOT_ALLOWED")


def test_a_fixture_is_refused_in_the_words_of_the_type(org: OrgApi) -> None:
    records = {"Leads": [{"id": "104", "fields": {"Last_Name": "D", "Shade": "red"}}]}
    with pytest.raises(FixtureError, match=r"records\.Leads\[0\]\.fields\.Shade: expected a colour like #ff8000"):
        org.application.org({**FIXTURE, "records": records})


@pytest.mark.parametrize(("version", "name"), [("v2", "text"), ("v8", "colour")])
def test_settings_describe_a_new_type(org: OrgApi, version: str, name: str) -> None:
    # Not by org.get, which refuses keys that no known type has.
    response = org.application.run(
        org.application.client.get(f"/crm/{version}/settings/fields?module=Leads", headers=org.headers)
    )
    item = next(item for item in response.json()["fields"] if item["api_name"] == "Shade")
    assert (item["data_type"], item["json_type"], item["length"], item["mass_update"]) == (name, "string", 7, True)
    assert item["colour_model"] == "rgb of Leads.Shade"
    if version == "v8":
        assert (item["ui_type"], item["separator"], item["searchable"]) == (99, True, True)


def test_the_type_is_gone_after_a_test() -> None:
    assert COLOUR.name not in FIELD_TYPES
    with pytest.raises(KeyError):
        field("colour")


@for_each("column", [item.name for item in fields(FieldType)])
def test_no_column_of_a_row_can_be_left_out(column: str) -> None:
    columns = {item.name: getattr(COLOUR, item.name) for item in fields(FieldType)}
    del columns[column]
    with pytest.raises(TypeError, match=rf"missing 1 required keyword-only argument: '{column}'"):
        FieldType(**columns)


def test_rows_do_not_contradict_themselves() -> None:
    for name, row in FIELD_TYPES.items():
        assert name == row.name
        assert row.has_target or not row.needs_target, name
        assert row.json_type == "jsonarray" or not (row.can_append or row.is_subform or row.kind.holds_list), name
        assert row.mass_update is not MassUpdate.ALLOWED or not row.read_only, name
        assert row.show is not None or not row.shows_record_names, name
        assert row.name_in_v2 is None or FIELD_TYPES[row.name_in_v2].json_type in (row.json_type, "double"), name
