"""The amounts of quotes, orders and invoices that the service calculates (docs/contract/around-a-record.md 6.10).

A line item: Total is quantity times list price; the discount, an amount or a text like `10%`, leaves
Total_After_Discount; each tax in Line_Tax is a percentage of that, their sum is Tax; with it Net_Total. The record:
Sub_Total is the sum of the net totals; the taxes in `$line_tax` are percentages of it less Discount, their sum is Tax;
Grand_Total is Sub_Total less Discount, plus Tax and Adjustment. Without taxes in a list, Tax is what the client sent.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mockcrm.core import line_items
from mockcrm.core.field_types.values import NUMBER
from mockcrm.core.field_values import InvalidFieldValue
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgModule

RECORD_TAXES = "$line_tax"
"""The key of a record with its own taxes; a document has it when there are any."""
PARTS = frozenset({"Discount", "Tax", "Adjustment"})
"""The fields that a client sets and Grand_Total depends on."""
DECIMALS = 2
"""Amounts are rounded to so many decimals (assumed)."""

Amount = int | float
TaxIds = Mapping[str, str]
"""The ids of the org's taxes by name."""


def tax_ids(products: OrgModule) -> TaxIds:
    """Return the ids of the taxes: those of the values of the products' pick list Tax (assumed)."""
    field = products.fields.get("Tax")
    if field is None:
        return {}
    return {name: str(products.base + value_id) for value_id, name in field.pick_list_ids.items()}


# -- what a client sends -----------------------------------------------------------------------------------------


def is_percentage(name: str, value: object) -> bool:
    """Return whether the value of the field `name` is a discount as a percentage."""
    return name == "Discount" and isinstance(value, str) and line_items.PERCENTAGE.fullmatch(value) is not None


def check_taxes(value: object) -> list[dict[str, Any]]:
    """Return the taxes of a record; null is none. Raises InvalidFieldValue unless they are an array of objects."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidFieldValue({"expected_data_type": "jsonarray"})
    if not all(isinstance(tax, dict) for tax in value):
        raise InvalidFieldValue({"expected_data_type": "jsonobject"})
    return value


# -- what is calculated ------------------------------------------------------------------------------------------


def item_totals(row: Mapping[str, Any], number: int, product: dict[str, str] | None, ids: TaxIds) -> dict[str, Any]:
    """Return a line item with its sequence number and what is calculated. Without a quantity it is 1 (assumed)."""
    quantity = 1 if row.get("Quantity") is None else row["Quantity"]
    total = _round(_number(quantity) * _number(row.get("List_Price")))
    discount = row.get("Discount")
    less = _discount(discount, total)
    after = _round(total - less)
    taxes = _taxes(row.get("Line_Tax"), after, ids)
    tax = _sum_of(taxes) if taxes else _number(row.get("Tax"))
    return {
        **line_items.UNSET,
        **row,
        "Product_Name": product,
        "Quantity": quantity,
        "Total": total,
        "Discount": discount if is_percentage("Discount", discount) else less,
        "Total_After_Discount": after,
        "Tax": tax,
        "Net_Total": _round(after + tax),
        "Line_Tax": taxes,
        "Sequence_Number": number,
    }


def depends_on(module: OrgModule, names: Collection[str]) -> bool:
    """Return whether a record's totals change with the fields `names`."""
    if PARTS.isdisjoint(names) and line_items.ITEMS.isdisjoint(names):
        return False
    return line_items.later_name(module) is not None


def record_totals(module: OrgModule, document: Mapping[str, Any], ids: TaxIds) -> dict[str, Any]:
    """Return the values of a document that are calculated. Sub_Total stays as it is without line items."""
    name = line_items.later_name(module)
    items = None if name is None else line_items.in_version(name, document.get(name), document)
    if items is None:
        sub_total = _number(document.get("Sub_Total"))
    else:
        sub_total = _round(sum(_net_total(item, ids) for item in items if isinstance(item, dict)))
    discount = _discount(document.get("Discount"), sub_total)
    taxes = _taxes(document.get(RECORD_TAXES), _round(sub_total - discount), ids)
    tax = _sum_of(taxes) if taxes else _number(document.get("Tax"))
    adjustment = _number(document.get("Adjustment"))
    totals = {
        "Sub_Total": sub_total,
        "Discount": discount,
        "Tax": tax,
        "Adjustment": adjustment,
        "Grand_Total": _round(sub_total - discount + tax + adjustment),
    }
    found = {name: value for name, value in totals.items() if name in module.fields}
    return {**found, RECORD_TAXES: taxes} if taxes or RECORD_TAXES in document else found


def _net_total(item: Mapping[str, Any], ids: TaxIds) -> Amount:
    net = item.get("Net_Total")
    # Items of fixtures had no totals before mockcrm calculated them.
    return _number(item_totals(item, 0, None, ids)["Net_Total"] if net is None else net)


def _taxes(taxes: object, taxed: Amount, ids: TaxIds) -> list[dict[str, Any]]:
    """Return taxes with their amounts: a percentage of `taxed`, or the given amount when there is no percentage."""
    if not isinstance(taxes, list):
        return []
    found = []
    names = {tax_id: name for name, tax_id in ids.items()}
    for tax in taxes:
        if not isinstance(tax, dict):
            continue
        percentage, tax_id = tax.get("percentage"), parse_id(tax.get("id"))
        name = tax["name"] if isinstance(tax.get("name"), str) else None
        value = _number(tax.get("value")) if percentage is None else _round(taxed * _number(percentage) / 100)
        shown_id = ids.get(name or "") if tax_id is None else str(tax_id)
        shown_name = names.get(shown_id or "") if name is None else name
        found.append({"percentage": _number(percentage), "name": shown_name, "id": shown_id, "value": value})
    return found


def _sum_of(taxes: Sequence[Mapping[str, Any]]) -> Amount:
    return _round(sum(tax["value"] for tax in taxes))


def _discount(discount: object, total: Amount) -> Amount:
    percent = line_items.PERCENTAGE.fullmatch(discount) if isinstance(discount, str) else None
    return _number(discount) if percent is None else _round(total * float(percent[1]) / 100)


def _number(value: object) -> Amount:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = float(value)  # as in fields of these types
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0
    # Beyond this the product of two integers may exceed 64 bits, the most that the JSON writer supports.
    return float(value) if abs(value) > 2**31 else _whole(value)


def _round(amount: Amount) -> Amount:
    # Beyond the range of the numbers there is no amount to show.
    return _whole(round(amount, DECIMALS)) if math.isfinite(amount) else 0


def _whole(amount: Amount) -> Amount:
    """Return a number without decimals as an integer."""
    if not isinstance(amount, float) or not amount.is_integer() or abs(amount) >= 2**31:
        return amount
    return int(amount)
