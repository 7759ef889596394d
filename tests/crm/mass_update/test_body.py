"""The body of a mass update: every key with the wrong type, and how valid ones are parsed
(docs/contract/mass-update-and-core.md 0.2, 2.1)."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.bulk.request import TerritoryFilter
from mockcrm.core.errors import ZohoError
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.mass_update.body import MassUpdateBody, parse
from tests.support.for_each import for_each

DATA = {"data": [{"City": "X"}]}


def refused(body: object) -> tuple[str, dict[str, object], dict[str, object]]:
    with pytest.raises(ZohoError) as raised:
        parse(body)
    error = raised.value
    return error.name, error.details_in(ApiVersion.V2), error.details_in(ApiVersion.V2_1)


@for_each("body", [None, [], "x", 1, True, [DATA]])
def test_body_that_is_not_an_object_is_unreadable(body: object) -> None:
    assert refused(body) == ("INVALID_REQUEST", {}, {})


def test_data_is_mandatory() -> None:
    assert refused({}) == ("MISSING_KEY", {"api_name": "data"}, {"api_name": "data", "json_path": "$.data"})
    assert refused({"ids": "x"})[0] == "MISSING_KEY"


@for_each(
    ("changes", "api_name", "expected", "path"),
    [
        ({"data": {}}, "data", "jsonarray", "$.data"),
        ({"data": None}, "data", "jsonarray", "$.data"),
        ({"data": "x"}, "data", "jsonarray", "$.data"),
        ({"data": ["x"]}, "data", "jsonobject", "$.data[0]"),
        ({"data": [{}, []]}, "data", "jsonobject", "$.data[1]"),
        ({"ids": "1"}, "ids", "jsonarray", "$.ids"),
        ({"ids": {}}, "ids", "jsonarray", "$.ids"),
        ({"ids": ["1", None]}, "ids", "bigint", "$.ids[1]"),
        ({"ids": [True]}, "ids", "bigint", "$.ids[0]"),
        ({"ids": ["1", 1, 1.5]}, "ids", "bigint", "$.ids[2]"),
        ({"ids": [["1"]]}, "ids", "bigint", "$.ids[0]"),
        ({"cvid": 1.5}, "cvid", "bigint", "$.cvid"),
        ({"cvid": False}, "cvid", "bigint", "$.cvid"),
        ({"cvid": []}, "cvid", "bigint", "$.cvid"),
        ({"territory": "1"}, "territory", "jsonobject", "$.territory"),
        ({"territory": []}, "territory", "jsonobject", "$.territory"),
        ({"territory": {"id": {}}}, "id", "bigint", "$.territory.id"),
        ({"territory": {"id": True}}, "id", "bigint", "$.territory.id"),
        (
            {"territory": {"id": "1", "include_child": "true"}},
            "include_child",
            "boolean",
            "$.territory.include_child",
        ),
        ({"over_write": "true"}, "over_write", "boolean", "$.over_write"),
        ({"over_write": 1}, "over_write", "boolean", "$.over_write"),
        ({"criteria": "x"}, "criteria", "jsonarray", "$.criteria"),
        ({"criteria": 1}, "criteria", "jsonarray", "$.criteria"),
    ],
)
def test_key_of_the_wrong_type(changes: dict[str, Any], api_name: str, expected: str, path: str) -> None:
    details = {"expected_data_type": expected, "api_name": api_name}
    assert refused({**DATA, **changes}) == ("WRONG_TYPE", details, {**details, "json_path": path})


@pytest.mark.parametrize("territory", [{}, {"id": None}, {"include_child": True}])
def test_territory_needs_an_id(territory: dict[str, Any]) -> None:
    details = {"api_name": "id"}
    assert refused({**DATA, "territory": territory}) == (
        "MISSING_KEY",
        details,
        {**details, "json_path": "$.territory.id"},
    )


@for_each(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"data": []}, {"values": {}}),
        ({"data": [{}]}, {"values": {}}),
        ({"data": [{"A": 1}, {"B": 2}]}, {"values": {"A": 1}}),
        ({"ids": None, "cvid": None, "territory": None, "over_write": None, "criteria": None}, {}),
        ({"ids": []}, {}),
        ({"ids": ["1", 2, " 3", "x"]}, {"ids": ("1", 2, " 3", "x")}),
        ({"cvid": "1"}, {"cvid": "1"}),
        ({"cvid": 1}, {"cvid": 1}),
        ({"cvid": ""}, {"cvid": ""}),
        ({"territory": {"id": "1"}}, {"territory": TerritoryFilter("1", False)}),
        ({"territory": {"id": 1, "include_child": True}}, {"territory": TerritoryFilter(1, True)}),
        ({"territory": {"id": 1, "include_child": None}}, {"territory": TerritoryFilter(1, False)}),
        ({"over_write": True}, {"over_write": True}),
        ({"criteria": {"a": 1}}, {"criteria": {"a": 1}}),
        ({"criteria": [{"a": 1}, 2]}, {"criteria": [{"a": 1}, 2]}),
        ({"criteria": []}, {}),
        ({"trigger": ["workflow"], "unknown": 1}, {}),
    ],
)
def test_valid_body_becomes_a_request(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert parse({**DATA, **changes}) == MassUpdateBody(**{"values": {"City": "X"}, **expected})


def test_keys_are_looked_at_in_a_fixed_order() -> None:
    wrong: dict[str, Any] = {"criteria": 1, "over_write": 1, "territory": 1, "cvid": 1.5, "ids": 1, "data": 1}
    for key in ("data", "ids", "cvid", "territory", "over_write", "criteria"):
        assert refused({**DATA, **wrong})[1]["api_name"] == key
        del wrong[key]
