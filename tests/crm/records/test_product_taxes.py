"""The taxes of a product: names in v2, objects with name and id later."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.application import Application, OrgApi
from tests.support.for_each import for_each

LATER = ("v2.1", "v3", "v4", "v5", "v6", "v7", "v8")


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org()


def taxes(org: OrgApi) -> dict[str, str]:
    """The ids of the values of Tax, by name."""
    found = org.get("/crm/v8/settings/fields", module="Products").json()["fields"]
    (field,) = [item for item in found if item["api_name"] == "Tax"]
    return {item["display_value"]: item["id"] for item in field["pick_list_values"]}


def add(org: OrgApi, given: Any, version: str = "v8") -> str:
    response = org.send("POST", f"/crm/{version}/Products", {"data": [{"Product_Name": "Pump", "Tax": given}]})
    assert response.status_code == 201, response.text
    return str(response.json()["data"][0]["details"]["id"])


def shown(org: OrgApi, version: str, record_id: str) -> Any:
    whole = org.get(f"/crm/{version}/Products/{record_id}").json()["data"][0]["Tax"]
    found = org.get(f"/crm/{version}/Products", fields="Tax", ids=record_id).json()["data"][0]["Tax"]
    assert whole == found
    return whole


def test_v2_shows_names(org: OrgApi) -> None:
    assert shown(org, "v2", add(org, ["Vat", "Sales Tax"])) == ["Vat", "Sales Tax"]


@for_each("version", LATER)
def test_later_versions_show_objects(org: OrgApi, version: str) -> None:
    ids = taxes(org)

    assert shown(org, version, add(org, ["Vat", "Sales Tax"])) == [
        {"value": "Vat", "id": ids["Vat"]},
        {"value": "Sales Tax", "id": ids["Sales Tax"]},
    ]
    assert shown(org, version, add(org, [])) == []


@for_each("given", [{"value": "Vat"}, "Vat"])
def test_a_tax_is_given_as_object_or_name(org: OrgApi, given: Any) -> None:
    assert shown(org, "v2", add(org, [given])) == ["Vat"]


def test_a_tax_is_given_by_its_id(org: OrgApi) -> None:
    assert shown(org, "v2", add(org, [{"id": taxes(org)["Common Tax"]}])) == ["Common Tax"]


@for_each("given", [[{}], [{"id": "5"}], [{"value": 5}], [5], "Vat"])
def test_another_value_is_refused(org: OrgApi, given: Any) -> None:
    response = org.send("POST", "/crm/v8/Products", {"data": [{"Product_Name": "Pump", "Tax": given}]})

    assert response.status_code == 400
    assert response.json()["data"] == [
        {
            "code": "INVALID_DATA",
            "details": {"expected_data_type": "jsonarray", "api_name": "Tax", "json_path": "$.data[0].Tax"},
            "message": "invalid data",
            "status": "error",
        }
    ]
