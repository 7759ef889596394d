"""Auto-numbers: each new record of a module gets the next number of each of its auto-number fields
(docs/contract/around-a-record.md 6.11).

The next number of a field is in the org's file, in the transaction of the insert: a number is given once, an insert
that fails uses none, and resets and snapshots bring their own. It is missing as long as no record got a number, for
example in a file of an earlier version; then counting goes on behind the highest number that is stored.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable

from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria.conditions import stored_source
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import OrgModule

MAX_DIGITS = 18
"""Longer values are not taken for numbers of the field: counting behind them could exceed 64 bits."""
TAKE = (
    "UPDATE meta SET value = CAST(max(CAST(value AS INTEGER), ?) + ? AS TEXT) WHERE key = ? "
    "RETURNING CAST(value AS INTEGER)"
)


def text_of(field: Field, number: int) -> str:
    """Return the value of the field for a number."""
    return f"{field.auto_number.prefix}{number}{field.auto_number.suffix}"


def next_numbers(connection: sqlite3.Connection, module: OrgModule) -> dict[str, str]:
    """Return the values of the auto-number fields of one new record, by api_name."""
    return {field.api_name: text_of(field, take(connection, module, field, 1)) for field in module.auto_numbers}


def take(connection: sqlite3.Connection, module: OrgModule, field: Field, count: int) -> int:
    """Reserve `count` consecutive numbers and return the first."""
    key, start = _key(module, field), field.auto_number.start_number
    row = connection.execute(TAKE, (start, count, key)).fetchall()
    if row:
        return int(row[0][0]) - count
    first = max(start, _highest_stored(connection, module, field) + 1)
    metadata_store.set_meta(connection, key, first + count)
    return first


def pass_over(connection: sqlite3.Connection, module: OrgModule, field: Field, given: Iterable[object]) -> None:
    """Ensure that the numbers of the `given` values, those of a fixture, are not given again."""
    numbers = [number for value in given if (number := _number_in(field, value)) is not None]
    if numbers:
        _pass_over(connection, module, field, max(numbers))


def pass_over_stored(connection: sqlite3.Connection, module: OrgModule, field: Field) -> None:
    """Ensure that no number of a record that exists is given again."""
    _pass_over(connection, module, field, _highest_stored(connection, module, field))


def _pass_over(connection: sqlite3.Connection, module: OrgModule, field: Field, number: int) -> None:
    following = take(connection, module, field, 0)
    metadata_store.set_meta(connection, _key(module, field), max(following, number + 1))


def _key(module: OrgModule, field: Field) -> str:
    return f"auto_number {module.api_name}.{field.api_name}"


def _number_in(field: Field, value: object) -> int | None:
    prefix, suffix, _ = field.auto_number
    pattern = rf"{re.escape(prefix)}(\d{{1,{MAX_DIGITS}}}){re.escape(suffix)}"
    match = re.fullmatch(pattern, value, re.ASCII) if isinstance(value, str) else None
    return None if match is None else int(match[1])


def _highest_stored(connection: sqlite3.Connection, module: OrgModule, field: Field) -> int:
    """Return the highest number in the field of any record; -1 when there is none."""
    prefix, suffix, _ = field.auto_number
    statement = (
        "SELECT max(CAST(digits AS INTEGER)) FROM (SELECT substr(value, 1 + ?, length(value) - ?) AS digits FROM "
        f"(SELECT {stored_source(field)} AS value FROM record WHERE module_id = ?) "
        "WHERE length(value) > ? AND substr(value, 1, ?) = ? AND substr(value, length(value) + 1 - ?) = ?) "
        "WHERE digits NOT GLOB '*[^0-9]*' AND length(digits) <= ?"
    )
    before, after = len(prefix), len(suffix)
    arguments = (before, before + after, module.id, before + after, before, prefix, after, suffix, MAX_DIGITS)
    found = connection.execute(statement, arguments).fetchone()[0]
    return -1 if found is None else int(found)
