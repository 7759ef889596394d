"""Totals of stored quotes, orders and invoices: after a statement changed an amount that they depend on, and of records
that a fixture brings."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import orjson

from mockcrm.core import line_items, line_totals
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule
from mockcrm.core.records import store as records

SET_DOCUMENT = "UPDATE record SET fields = ? WHERE id = ?"
CHUNK = 1000
"""The most records that are in memory at once."""
Document = dict[str, Any]
_AMOUNTS = line_items.ITEMS | line_totals.PARTS | {"Sub_Total", line_totals.RECORD_TAXES}


def refresh_totals(
    connection: sqlite3.Connection,
    metadata: OrgMetadata,
    module: OrgModule,
    ids: Sequence[int],
    names: Collection[str],
) -> None:
    """Calculate the totals of the records in `ids` again if they depend on the fields `names`, which were set. Records
    without line items and without a Sub_Total have no totals, and get none."""
    if not line_totals.depends_on(module, names):
        return
    taxes = line_totals.tax_ids(metadata.modules[line_items.PRODUCTS])
    for rows in _chunks(connection, module, ids):
        changed = []
        for row in rows:
            document = orjson.loads(row.fields)
            if has_totals(module, document):
                document |= line_totals.record_totals(module, document, taxes)
                changed.append((orjson.dumps(document).decode(), row.id))
        connection.executemany(SET_DOCUMENT, changed)


def brings_amounts(module: OrgModule, values: Collection[str]) -> bool:
    """Return whether a fixture's `values` have line items, taxes or other amounts of a module with totals."""
    return line_items.later_name(module) is not None and not _AMOUNTS.isdisjoint(values)


def has_totals(module: OrgModule, document: Mapping[str, Any]) -> bool:
    """Return whether a document has what Grand_Total is calculated from."""
    return _items(module, document) is not None or document.get("Sub_Total") is not None


def complete_totals(
    connection: sqlite3.Connection, module: OrgModule, products: OrgModule, given: Mapping[int, Mapping[str, Any]]
) -> None:
    """Add ids, prices and totals to the line items of records, and totals to the records. What the fixture gave, the
    values in `given` by record id, stays."""
    taxes = line_totals.tax_ids(products)
    for rows in _chunks(connection, module, list(given)):
        documents = {row.id: orjson.loads(row.fields) for row in rows}
        items = [item for document in documents.values() for item in _items(module, document) or ()]
        prices = product_prices(connection, products, items)
        bare = [item for item in items if item.get("id") is None]
        first = metadata_store.allocate_ids(connection, len(bare)) if bare else 0
        for place, item in enumerate(bare):
            item["id"] = str(first + place)
        changed = [
            (orjson.dumps(with_totals(module, document, given[record_id], prices, taxes)).decode(), record_id)
            for record_id, document in documents.items()
        ]
        connection.executemany(SET_DOCUMENT, changed)


def with_totals(
    module: OrgModule,
    document: Document,
    given: Mapping[str, Any],
    prices: Mapping[int, Any],
    taxes: line_totals.TaxIds,
) -> Document:
    """Return a document with its totals and those of its line items, except where they are in `given`."""
    items, name = _items(module, document), line_items.later_name(module)
    if items is not None and name is not None:
        document[name] = [_item(item, number, prices, taxes) for number, item in enumerate(items, 1)]
        document[line_items.OLD_NAME] = None
    if not has_totals(module, document):
        return document
    totals = line_totals.record_totals(module, document, taxes)
    fixed = {name: given[name] for name in totals if given.get(name) is not None and name != line_totals.RECORD_TAXES}
    return {**document, **totals, **fixed}


def _item(item: Document, number: int, prices: Mapping[int, Any], taxes: line_totals.TaxIds) -> Document:
    product_id = line_items.product_id(item)
    if product_id is not None and item.get("List_Price") is None:
        item = {**item, "List_Price": prices.get(product_id)}
    reference = None if product_id is None else {"id": str(product_id)}
    given = {name: value for name, value in item.items() if value is not None}
    return {**line_totals.item_totals(item, number, reference, taxes), **given, "Product_Name": reference}


def product_prices(
    connection: sqlite3.Connection, products: OrgModule, items: Collection[Mapping[str, Any]]
) -> dict[int, Any]:
    """Return the unit prices of the products of line items, by the products' ids."""
    ids = {found for item in items if (found := line_items.product_id(item)) is not None}
    rows = records.rows(connection, list(ids)) if ids else []
    return {row.id: orjson.loads(row.fields).get("Unit_Price") for row in rows if row.module_id == products.id}


def _items(module: OrgModule, document: Document | Mapping[str, Any]) -> list[Document] | None:
    name = line_items.later_name(module)
    items = None if name is None else line_items.in_version(name, document.get(name), document)
    return None if items is None else [item for item in items if isinstance(item, dict)]


def _chunks(connection: sqlite3.Connection, module: OrgModule, ids: Sequence[int]) -> Iterator[list[records.Row]]:
    for place in range(0, len(ids), CHUNK):
        found = records.rows(connection, ids[place : place + CHUNK])
        yield [row for row in found if row.module_id == module.id]
