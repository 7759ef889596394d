"""SQL for loading fixtures into an org; the other statements for metadata and records are in their own modules."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from typing import Any

import orjson

from mockcrm.core.org_metadata.model import Role, Territory, User
from mockcrm.core.org_metadata.store import ModuleRow, ProfileRow, ViewRow
from mockcrm.core.orgs.rows import upsert_statement
from mockcrm.core.records import store as records
from mockcrm.core.records.tags import Tag

PUT_ROLE = upsert_statement(Role, "name", "reports_to")
PUT_PROFILE = upsert_statement(ProfileRow, "name", "rules")
PUT_USER = upsert_statement(User, "email", "full_name", "role_id", "profile_id", "status")
PUT_MODULE = upsert_statement(ModuleRow, "definition")
PUT_VIEW = upsert_statement(ViewRow, "definition")
PUT_TERRITORY = upsert_statement(Territory, "parent_id")
PUT_TAG = upsert_statement(Tag, "name", "color_code", "created_by", "modified_by", "created_time", "modified_time")
PUT_RECORD = upsert_statement(
    records.Row, "state", "owner_id", "created_by", "modified_by", "created_time", "modified_time", "fields"
)
RECORD_MODULES = (
    "SELECT id, module_id FROM record WHERE id IN (SELECT value FROM json_each(?)) "
    "UNION ALL SELECT id, -module_id FROM deleted_record WHERE id IN (SELECT value FROM json_each(?))"
)
RAISE_NEXT_ID = "UPDATE meta SET value = CAST(max(CAST(value AS INTEGER), ?) AS TEXT) WHERE key = 'next_id'"


def put_all(connection: sqlite3.Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Run a statement of this package once for each row."""
    connection.executemany(statement, rows)


def record_modules(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, int]:
    """Return the module id of each existing or deleted record by record id; negative for a deleted record."""
    if not ids:
        return {}
    text = orjson.dumps(list(ids)).decode()
    return dict(connection.execute(RECORD_MODULES, (text, text)).fetchall())


def raise_next_id(connection: sqlite3.Connection, above: int) -> None:
    """Ensure that new ids are greater than `above`."""
    connection.execute(RAISE_NEXT_ID, (above + 1,))
