"""Line items of quotes, orders and invoices, stored once and shown under two names; and the rows of any subform.

v2 calls line items Product_Details and gives them lower-case keys; later versions call them Quoted_Items and the like
(docs/contract/mass-update-and-core.md 4.1). They are stored under the later name and returned under either; a fixture
may use either name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mockcrm.core.catalog.model import Field
from mockcrm.core.field_types.values import NUMBER
from mockcrm.core.field_values import InvalidFieldValue
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgModule

OLD_NAME = "Product_Details"
LATER_NAMES = frozenset({"Quoted_Items", "Ordered_Items", "Purchase_Items", "Invoiced_Items"})
ITEMS = LATER_NAMES | {OLD_NAME}
_PAIRS = (
    ("id", "id"),
    ("product", "Product_Name"),
    ("quantity", "Quantity"),
    ("list_price", "List_Price"),
    ("total", "Total"),
    ("Discount", "Discount"),
    ("total_after_discount", "Total_After_Discount"),
    ("net_total", "Net_Total"),
    ("Tax", "Tax"),
    ("line_tax", "Line_Tax"),
    ("product_description", "Description"),
)
"""The keys of a line item in v2 and in later versions, from the `columns` of both fields in the catalog."""
_LATER = dict(_PAIRS)
_OLD = {later: old for old, later in _PAIRS}
AMOUNTS = frozenset({"quantity", "list_price", "Quantity", "List_Price", "Discount", "Tax"})
"""The amounts of a line item that a client sends, in v2 and in later versions."""
PERCENTAGE = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)%", re.ASCII)
"""A discount as a percentage."""
EXACT = 2**53
"""Below this, every integer has an exact floating-point number."""
PRODUCTS = "Products"
"""The module of what line items name."""
UNSET: Mapping[str, None] = dict.fromkeys((*_OLD, "Sequence_Number"))
"""A line item without values."""


def validate_rows(field: Field, value: Any) -> Any:
    """Return the rows of a subform, the amounts of line items as numbers. Raises InvalidFieldValue when a row is not an
    object, or a line item lacks its product or has an amount that is no number."""
    if not field.type.is_subform or value is None:
        return value
    for index, row in enumerate(value):
        if not isinstance(row, dict):
            raise InvalidFieldValue({"expected_data_type": "jsonobject"}, path=f"[{index}]")
        if field.api_name not in ITEMS or removes(row):
            continue
        names_none = product_id(row) is None and product_name(row) is None
        if names_none and not ("id" in row and "product" not in row and "Product_Name" not in row):
            raise InvalidFieldValue({"expected_data_type": "jsonobject"})
    if field.api_name not in ITEMS:
        return value
    return [row if removes(row) else {**row, **_amounts(row, index)} for index, row in enumerate(value)]


def _amounts(row: Mapping[str, Any], index: int) -> dict[str, Any]:
    """Return the amounts that a line item has, numbers in texts as numbers; a discount may be a percentage."""
    return {name: _amount(name, row[name], index) for name in row if name in AMOUNTS}


def _amount(name: str, value: Any, index: int) -> Any:
    if isinstance(value, str) and NUMBER.fullmatch(value) and math.isfinite(number := float(value)):
        return int(number) if number.is_integer() and abs(number) < EXACT else number
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or is_number or (name == "Discount" and isinstance(value, str) and PERCENTAGE.fullmatch(value)):
        return value
    raise InvalidFieldValue({"expected_data_type": "double"}, path=f"[{index}].{name}", api_name=name)


def product_id(row: Mapping[str, Any]) -> int | None:
    """Return the id of the product of a line item, given in the v2 or the later form."""
    product = row.get("Product_Name", row.get("product"))
    return parse_id(product.get("id") if isinstance(product, dict) else product)


def product_name(row: Mapping[str, Any]) -> str | None:
    """Return the name of the product of a line item that gives only that, `{"name"}` without an id; None for others."""
    product = row.get("Product_Name", row.get("product"))
    if not isinstance(product, dict) or product.get("id") is not None:
        return None
    name = product.get("name")
    return name if isinstance(name, str) and name and "\0" not in name else None


def removes(row: Mapping[str, Any]) -> bool:
    """Return whether a row is to be removed: it has the key `_delete`, or `delete: true` as before v2.1."""
    return "_delete" in row or row.get("delete") is True


def later_name(module: OrgModule) -> str | None:
    """Return the name that later versions give the module's line items; None when the module has none."""
    return next((name for name in LATER_NAMES if name in module.fields), None)


def to_stored_names(module: OrgModule, document: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a write with its line items under their stored name and in their stored form."""
    name = later_name(module)
    if name is None:
        return document
    if document.get(OLD_NAME) is not None and name not in document:
        document[name] = [_rename_keys(row, _LATER) for row in document[OLD_NAME]]
    if name in document:
        document[OLD_NAME] = None
    return document


def in_version(name: str, value: Any, document: Mapping[str, Any]) -> Any:
    """Return the value of a field in a response: line items stored under the other name are converted to its form."""
    if value is not None or name not in ITEMS:
        return value
    if name == OLD_NAME:
        rows = next((document[other] for other in LATER_NAMES if document.get(other) is not None), None)
        return None if rows is None else [_old_row(row) for row in rows]
    rows = document.get(OLD_NAME)
    return None if rows is None else [_rename_keys(row, _LATER) for row in rows]


def _old_row(row: Mapping[str, Any]) -> dict[str, Any]:
    unset = {"unit_price": row.get("List_Price"), "quantity_in_stock": None, "book": None}
    return {**dict.fromkeys(_LATER), **unset, **{_OLD[key]: value for key, value in row.items() if key in _OLD}}


def _rename_keys(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in row.items()}


def merge_rows(
    stored: Sequence[Mapping[str, Any]], sent: Sequence[Mapping[str, Any]], *, merge: bool
) -> list[dict[str, Any]]:
    """Return the rows after an update: existing ids are changed, rows with `_delete` are removed, new rows are added at
    the end. With `merge`, rows that the update does not name stay."""
    rows = {str(row.get("id")): dict(row) for row in stored}
    named = {str(row["id"]): row for row in sent if row.get("id") is not None and str(row["id"]) in rows}
    result = []
    for row_id, row in rows.items():
        change = named.get(row_id)
        if change is None:
            if merge:
                result.append(row)
        elif not removes(change):
            result.append({**_without_old_tax(row, change), **{key: change[key] for key in change if key != "id"}})
    new = [dict(row) for row in sent if str(row.get("id")) not in named and not removes(row)]
    return result + new


def _without_old_tax(row: Mapping[str, Any], change: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row without the sum of its taxes, if the change replaces them."""
    return {**row, "Tax": None} if "Line_Tax" in change and "Net_Total" in row else row
