"""The amounts of quotes, orders and invoices (docs/contract/around-a-record.md 6.10)."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.versions import VERSIONS
from tests.support.application import Application, OrgApi, assert_refused, error
from tests.support.for_each import for_each

ITEMS = {
    "Quotes": "Quoted_Items",
    "Sales_Orders": "Ordered_Items",
    "Purchase_Orders": "Purchase_Items",
    "Invoices": "Invoiced_Items",
}
AMOUNTS = ("Sub_Total", "Discount", "Tax", "Adjustment", "Grand_Total")
SHOP: dict[str, Any] = {
    "records": {
        "Vendors": [{"id": "201", "fields": {"Vendor_Name": "Mill"}}],
        "Products": [
            {"id": "301", "fields": {"Product_Name": "Pen", "Unit_Price": 10}},
            {"id": "302", "fields": {"Product_Name": "Desk", "Unit_Price": 10_000}},
        ],
    }
}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(SHOP)


def new(module: str, label: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A record with line items, written as in later versions."""
    if module == "Purchase_Orders":
        more["Vendor_Name"] = {"id": "201"}
    if label != "v2":
        return {"Subject": "S", ITEMS[module]: list(items), **more}
    names = {"Product_Name": "product", "Quantity": "quantity", "List_Price": "list_price", "Line_Tax": "line_tax"}
    old = [{names.get(key, key): value for key, value in item.items()} for item in items]
    return {"Subject": "S", "Product_Details": old, **more}


def insert(org: OrgApi, record: dict[str, Any], module: str = "Quotes", label: str = "v8") -> str:
    response = org.send("POST", f"/crm/{label}/{module}", {"data": [record]})
    assert response.status_code == 201, response.text
    made: str = response.json()["data"][0]["details"]["id"]
    return made


def update(org: OrgApi, record_id: str, label: str = "v8", **values: Any) -> None:
    response = org.send("PUT", f"/crm/{label}/Quotes/{record_id}", {"data": [values]})
    assert response.status_code == 200, response.text


def record_of(org: OrgApi, record_id: str, module: str = "Quotes", label: str = "v8") -> dict[str, Any]:
    (record,) = org.get(f"/crm/{label}/{module}/{record_id}").json()["data"]
    found: dict[str, Any] = record
    return found


def amounts(record: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(record[name] for name in AMOUNTS)


def pen(quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"Product_Name": {"id": "301"}, "Quantity": quantity, **more}


DESK = {"Product_Name": {"id": "302"}, "Quantity": 1}


# -- the official samples ----------------------------------------------------------------------------------------


@for_each("module", list(ITEMS))
@for_each("label", list(VERSIONS))
def test_the_quote_of_the_official_sample(application: Application, module: str, label: str) -> None:
    org = application.org(SHOP)
    tax = {"percentage": 3, "name": "Common Tax"}
    made = insert(org, new(module, label, DESK, Discount=500, **{"$line_tax": [tax]}), module, label)
    record = record_of(org, made, module, label)
    assert amounts(record) == (10_000, 500, 285, 0, 9785)
    (shown,) = record["$line_tax"]
    assert shown == {"percentage": 3, "name": "Common Tax", "id": shown["id"], "value": 285}
    assert shown["id"].isdigit()


def test_the_quote_of_the_page_about_inserting(org: OrgApi) -> None:
    taxes = [{"percentage": 10, "name": "Sales Tax"}, {"percentage": 1, "name": "Vat"}]
    item = pen(100, Discount=0, Price_Book_Name={"id": "9", "name": "PB"}, Description="text", Line_Tax=taxes)
    record = record_of(org, insert(org, new("Quotes", "v8", item, **{"$line_tax": [{"percentage": 1.5, "name": "X"}]})))
    assert amounts(record) == (1110, 0, 16.65, 0, 1126.65)
    assert record["$line_tax"] == [{"percentage": 1.5, "name": "X", "id": None, "value": 16.65}]
    (shown,) = record["Quoted_Items"]
    sales, vat = shown["Line_Tax"]
    assert {key: shown[key] for key in ("Total", "Total_After_Discount", "Tax", "Net_Total", "List_Price")} == {
        "Total": 1000,
        "Total_After_Discount": 1000,
        "Tax": 110,
        "Net_Total": 1110,
        "List_Price": 10,
    }
    assert sales == {"percentage": 10, "name": "Sales Tax", "id": sales["id"], "value": 100}
    assert vat == {"percentage": 1, "name": "Vat", "id": vat["id"], "value": 10}
    old = record_of(org, record["id"], label="v2")["Product_Details"][0]
    assert (old["line_tax"], old["net_total"], old["Tax"]) == ([sales, vat], 1110, 110)


# -- parts and totals --------------------------------------------------------------------------------------------


@for_each(
    "case",
    [
        ([pen(3)], {}, (30, 0, 0, 0, 30)),
        ([pen(3, Discount="10%")], {}, (27, 0, 0, 0, 27)),
        ([pen(3, Discount=5), DESK], {"Adjustment": -25}, (10_025, 0, 0, -25, 10_000)),
        ([pen(1, List_Price=0.1)] * 3, {}, (0.3, 0, 0, 0, 0.3)),
        ([pen(3)], {"Discount": "50%", "Tax": 2, "Adjustment": 1}, (30, 15, 2, 1, 18)),
        ([pen(3, Tax=4)], {"Tax": 2.5}, (34, 0, 2.5, 0, 36.5)),
        ([pen(1)], {"$line_tax": [{"name": "A", "value": 7}, {"percentage": 7.25}]}, (10, 0, 7.72, 0, 17.72)),
        ([pen(1)], {"Sub_Total": 5, "Grand_Total": 6, "Tax": None, "Discount": None}, (10, 0, 0, 0, 10)),
        ([{"Product_Name": "301"}], {}, (10, 0, 0, 0, 10)),
        ([pen("2", Line_Tax=[{"percentage": "5", "name": "A"}])], {}, (21, 0, 0, 0, 21)),
    ],
)
def test_totals_are_calculated_on_insert(application: Application, case: Any) -> None:
    items, more, expected = case
    org = application.org(SHOP)
    assert amounts(record_of(org, insert(org, new("Quotes", "v8", *items, **more)))) == expected


def test_totals_follow_every_update(org: OrgApi) -> None:
    made = insert(org, new("Quotes", "v8", pen(10), **{"$line_tax": [{"percentage": 10, "name": "Vat"}]}))

    def after(**values: Any) -> tuple[Any, ...]:
        update(org, made, **values)
        return amounts(record_of(org, made))

    assert amounts(record_of(org, made)) == (100, 0, 10, 0, 110)
    assert after(Discount=20) == (100, 20, 8, 0, 88)
    assert after(Adjustment=2) == (100, 20, 8, 2, 90)
    assert after(Quoted_Items=[DESK]) == (10_100, 20, 1008, 2, 11_090)
    assert after(Subject="T") == (10_100, 20, 1008, 2, 11_090)
    assert after(Tax=1) == (10_100, 20, 1008, 2, 11_090)
    assert after(**{"$line_tax": []}) == (10_100, 20, 0, 2, 10_082)
    assert record_of(org, made)["$line_tax"] == []
    assert after(Tax=1) == (10_100, 20, 1, 2, 10_083)
    assert after(Discount=None, Tax=None, Adjustment=None) == (10_100, 0, 0, 0, 10_100)
    first = record_of(org, made)["Quoted_Items"][0]["id"]
    assert after(Quoted_Items=[{"id": first, "_delete": None}]) == (10_000, 0, 0, 0, 10_000)


def test_taxes_of_a_line_item_are_replaced_and_removed(org: OrgApi) -> None:
    tax = {"percentage": 10, "name": "Vat"}
    made = insert(org, new("Quotes", "v8", pen(10, Line_Tax=[tax])))
    row = record_of(org, made)["Quoted_Items"][0]["id"]

    def after(**values: Any) -> tuple[Any, ...]:
        update(org, made, Quoted_Items=[{"id": row, **values}])
        record = record_of(org, made)
        return (record["Quoted_Items"][0]["Tax"], record["Grand_Total"])

    assert after(Quantity=20) == (20, 220)
    assert after(Line_Tax=[tax, {"percentage": 1}]) == (22, 222)
    assert after(Line_Tax=[]) == (0, 200)
    assert after(Tax=3) == (3, 203)
    assert after(Line_Tax=[], Tax=4) == (4, 204)


def test_a_tax_named_by_its_id_shows_its_name(org: OrgApi) -> None:
    made = insert(org, new("Quotes", "v8", pen(10, Line_Tax=[{"percentage": 10, "name": "Vat"}])))
    (tax,) = record_of(org, made)["Quoted_Items"][0]["Line_Tax"]
    by_id = {"percentage": 10, "id": tax["id"]}
    made = insert(org, new("Quotes", "v8", pen(10, Line_Tax=[by_id]), **{"$line_tax": [by_id]}))
    record = record_of(org, made)
    assert record["Quoted_Items"][0]["Line_Tax"] == [tax]
    assert record["$line_tax"] == [{**tax, "value": 11}]


@for_each("label", list(VERSIONS))
@for_each("value", ["x", {"percentage": 3}, [1]])
def test_taxes_are_an_array_of_objects(application: Application, label: str, value: Any) -> None:
    org = application.org(SHOP)
    kind = "jsonobject" if isinstance(value, list) else "jsonarray"
    response = org.send("POST", f"/crm/{label}/Quotes", {"data": [new("Quotes", label, DESK, **{"$line_tax": value})]})
    details = {"expected_data_type": kind, "api_name": "$line_tax"}
    if label != "v2":
        details["json_path"] = "$.data[0].$line_tax"
    expected = error("INVALID_DATA", "invalid data", details)
    assert_refused(response, 202 if label == "v2" else 400, "INVALID_RECORD_VALUE", expected, top=False)


def test_only_these_modules_have_taxes(application: Application) -> None:
    org = application.org({"records": {"Leads": [{"id": "101", "fields": {"Last_Name": "A"}}]}})
    assert org.send("PUT", "/crm/v8/Leads/101", {"data": [{"$line_tax": [{"percentage": 3}]}]}).status_code == 200
    assert "$line_tax" not in org.get("/crm/v8/Leads/101").json()["data"][0]
    assert "$line_tax" not in org.document(101)


@for_each("label", list(VERSIONS))
def test_taxes_are_shown_in_lists_and_when_they_are_chosen(application: Application, label: str) -> None:
    fixture = {"records": {"Quotes": [{"id": "401", "fields": {"Subject": "A"}}]}}
    org = application.org(fixture)
    if label == "v2":
        assert org.get("/crm/v2/Quotes").json()["data"][0]["$line_tax"] == []
    else:
        (chosen,) = org.get(f"/crm/{label}/Quotes", fields="Subject,$line_tax").json()["data"]
        assert (chosen["Subject"], chosen["$line_tax"]) == ("A", [])
    assert record_of(org, "401", label=label)["$line_tax"] == []


@for_each("amount", [1e300, -5, 0, 10**17])
def test_extreme_amounts_break_nothing(application: Application, amount: Any) -> None:
    org = application.org(SHOP)
    item = pen(amount, List_Price=amount, Discount=amount, Line_Tax=[{"percentage": amount, "name": "A"}])
    made = insert(org, new("Quotes", "v8", item, **{"$line_tax": [{"percentage": amount}]}))
    assert org.get(f"/crm/v8/Quotes/{made}").status_code == 200


@for_each("label", list(VERSIONS))
@for_each("name", ["Quantity", "List_Price", "Discount", "Tax"])
@for_each("value", ["x", "", True, [1], {"a": 1}, "9" * 400, "-5%", "1000%"])
def test_an_amount_of_a_line_item_is_a_number(application: Application, label: str, name: str, value: Any) -> None:
    org = application.org(SHOP)
    record = new("Quotes", label, pen(1), pen(1) | {name: value})
    items = "Product_Details" if label == "v2" else "Quoted_Items"
    key = name.lower() if label == "v2" and name in ("Quantity", "List_Price") else name
    where = {} if label == "v2" else {"json_path": f"$.data[0].{items}[1].{key}"}
    item = error("INVALID_DATA", "invalid data", {"expected_data_type": "double", "api_name": key, **where})
    response = org.send("POST", f"/crm/{label}/Quotes", {"data": [record]})
    assert_refused(response, 202 if label == "v2" else 400, "INVALID_RECORD_VALUE", item, top=False)


def test_amounts_in_texts_are_shown_as_numbers(org: OrgApi) -> None:
    made = insert(org, new("Quotes", "v8", pen() | {"Quantity": "2.50", "List_Price": "-003", "Discount": "1.5"}))
    (item,) = record_of(org, made)["Quoted_Items"]
    assert (item["Quantity"], item["List_Price"], item["Discount"], item["Total"]) == (2.5, -3, 1.5, -7.5)


# -- other ways to change a record -------------------------------------------------------------------------------

AUTOMATED: dict[str, Any] = {
    **SHOP,
    "modules": {
        "Quotes": {
            "fields": [{"api_name": "Adjustment", "mass_update": True}],
            "workflows": [
                {
                    "name": "Rebate",
                    "when": {"field": "Subject", "comparator": "equal", "value": "Rebate"},
                    "set": {"Discount": 10},
                }
            ],
        }
    },
    "custom_views": [{"id": "2001", "module": "Quotes", "name": "Every one"}],
}


def test_totals_follow_a_mass_update(application: Application) -> None:
    org = application.org(AUTOMATED)
    made = [insert(org, new("Quotes", "v8", pen(10))) for _ in range(3)]
    org.set_state(int(made[2]), "locked")

    def grand_totals() -> list[Any]:
        return [record_of(org, record_id)["Grand_Total"] for record_id in made]

    for ids, expected in ((made[:1], [105, 100, 100]), (made, [105, 105, 100])):
        assert org.mass_update("Quotes", {"data": [{"Adjustment": 5}], "ids": ids}, "v8").status_code in (200, 207)
        assert grand_totals() == expected
    for value, step in ((7, {}), (9, {"records": 2})):
        job = org.schedule("Quotes", {"data": [{"Adjustment": value}], "cvid": "2001"}, "v2")
        for _ in range(2):
            assert application.send("POST", f"/_mockcrm/orgs/{org.name}/jobs/{job}/step", json=step).is_success
        assert grand_totals() == [100 + value, 100 + value, 100]


def test_totals_follow_a_workflow(application: Application) -> None:
    org = application.org(AUTOMATED)
    made = insert(org, new("Quotes", "v8", pen(10)))
    update(org, made, Subject="Rebate")
    assert amounts(record_of(org, made)) == (100, 10, 0, 0, 90)
