"""Totals of quotes, orders and invoices in fixtures: what they leave out is calculated, what they give stays."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.fixture_format.errors import FixtureError
from tests.fixture_format.loading import LoadedOrg

AMOUNTS = ("Sub_Total", "Discount", "Tax", "Adjustment", "Grand_Total")
PRODUCTS = [{"id": "301", "fields": {"Product_Name": "Pen", "Unit_Price": 10}}]
ITEM = {"Product_Name": {"id": "301"}, "Quantity": 2}


def loaded(*quotes: dict[str, Any], **more: Any) -> LoadedOrg:
    """An org with quotes 401, 402 ... that come before their product."""
    entries = [{"id": str(401 + place), "fields": {"Subject": "S", **quote}} for place, quote in enumerate(quotes)]
    return LoadedOrg({"records": {"Quotes": entries, "Products": PRODUCTS}, **more})


def amounts(org: LoadedOrg, record_id: int = 401) -> tuple[Any, ...]:
    document = org.document(record_id)
    return tuple(document[name] for name in AMOUNTS)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Quoted_Items": [ITEM]}, (20, 0, 0, 0, 20)),
        ({"Product_Details": [{"product": "301", "quantity": 2, "Discount": "5%"}]}, (19, 0, 0, 0, 19)),
        ({"Quoted_Items": [ITEM], "Discount": 5, "$line_tax": [{"percentage": 10}]}, (20, 5, 1.5, 0, 16.5)),
        ({"Quoted_Items": [ITEM], "Grand_Total": 1, "Tax": 3}, (20, 0, 3, 0, 1)),
        ({"Sub_Total": 10_000, "Discount": 500, "$line_tax": [{"percentage": 3}]}, (10_000, 500, 285, 0, 9785)),
        ({"Quoted_Items": [{**ITEM, "Net_Total": 7}]}, (7, 0, 0, 0, 7)),
        ({"Discount": 5}, (None, 5, None, None, None)),
        ({"Quoted_Items": []}, (0, 0, 0, 0, 0)),
        ({}, (None,) * 5),
    ],
)
def test_listed_and_generated_records_have_totals(fields: dict[str, Any], expected: tuple[Any, ...]) -> None:
    listed = loaded(fields)
    assert amounts(listed) == expected
    generated = LoadedOrg(
        {
            "records": {"Products": PRODUCTS},
            "generate": [{"module": "Quotes", "count": 2, "fields": {"Subject": "S", **fields}}],
        }
    )
    for (record_id,) in generated.rows("SELECT id FROM record WHERE fields LIKE '%\"Subject\"%'"):
        assert amounts(generated, record_id) == expected


def test_line_items_get_ids_prices_and_totals() -> None:
    org = loaded({"Quoted_Items": [ITEM, {**ITEM, "id": "7", "List_Price": 3, "Total": 5}]})
    first, second = org.document(401)["Quoted_Items"]
    assert first == {
        "id": first["id"],
        "Product_Name": {"id": "301"},
        "Quantity": 2,
        "List_Price": 10,
        "Total": 20,
        "Discount": 0,
        "Total_After_Discount": 20,
        "Net_Total": 20,
        "Tax": 0,
        "Line_Tax": [],
        "Description": None,
        "Sequence_Number": 1,
    }
    assert int(first["id"]) > 10**17
    assert (second["id"], second["Total"], second["Net_Total"], second["Sequence_Number"]) == ("7", 5, 6, 2)
    assert org.document(401)["Product_Details"] is None


def test_an_export_has_the_taxes_and_every_amount() -> None:
    org = loaded({"Quoted_Items": [ITEM], "$line_tax": [{"percentage": 3, "name": "Vat"}], "Grand_Total": 1})
    copy = LoadedOrg(org.export())
    assert copy.export() == org.export()
    assert copy.document(401) == org.document(401)
    assert copy.document(401)["$line_tax"][0]["value"] == 0.6


def test_a_record_that_is_loaded_again_has_new_totals() -> None:
    org = loaded({"Quoted_Items": [ITEM]}, {"Quoted_Items": [ITEM]})
    org.load({"records": {"Quotes": [{"id": "401", "fields": {"Discount": 1}}, {"id": "402", "fields": {}}]}})
    assert amounts(org) == (20, 1, 0, 0, 19)
    assert amounts(org, 402) == (20, 0, 0, 0, 20)


def test_counted_amounts_have_no_totals() -> None:
    fields = {"Subject": "S", "Quoted_Items": [ITEM], "Discount": "{n}"}
    org = LoadedOrg({"generate": [{"module": "Quotes", "count": 2, "fields": fields}]})
    assert [value for (value,) in org.rows("SELECT json_extract(fields, '$.Discount') FROM record")] == [1, 2]
    assert [value for (value,) in org.rows("SELECT json_extract(fields, '$.Grand_Total') FROM record")] == [None] * 2


@pytest.mark.parametrize(
    ("block", "where"),
    [
        ({"records": {"Quotes": [{"fields": {"$line_tax": "x"}}]}}, "records.Quotes[0].fields.$line_tax: expected a"),
        (
            {"generate": [{"module": "Quotes", "count": 1, "fields": {"$line_tax": [1]}}]},
            "generate[0].fields.$line_tax",
        ),
        ({"records": {"Leads": [{"fields": {"$line_tax": []}}]}}, "records.Leads[0].fields.$line_tax"),
        ({"generate": [{"module": "Leads", "count": 1, "fields": {"$line_tax": []}}]}, "generate[0].fields.$line_tax"),
    ],
)
def test_wrong_taxes_are_refused(block: dict[str, Any], where: str) -> None:
    with pytest.raises(FixtureError) as found:
        LoadedOrg(block)
    assert where in str(found.value)
