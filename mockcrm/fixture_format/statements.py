"""SQL for loading fixtures into an org; the other statements for metadata and records are in their own modules."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from typing import Any

import orjson

from mockcrm.core.records import store as records

PUT_ROLE = (
    "INSERT INTO role (id, name, reports_to) VALUES (?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, reports_to = excluded.reports_to"
)
PUT_PROFILE = (
    "INSERT INTO profile (id, name, rules) VALUES (?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, rules = excluded.rules"
)
PUT_USER = (
    "INSERT INTO user (id, email, full_name, role_id, profile_id, status, extra) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET email = excluded.email, full_name = excluded.full_name, "
    "role_id = excluded.role_id, profile_id = excluded.profile_id, status = excluded.status"
)
PUT_MODULE = (
    "INSERT INTO module (id, api_name, custom, definition) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET definition = excluded.definition"
)
PUT_VIEW = (
    "INSERT INTO custom_view (id, module, name, definition) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET definition = excluded.definition"
)
PUT_TERRITORY = (
    "INSERT INTO territory (id, name, parent_id, extra) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id"
)
PUT_RECORD = (
    f"{records.INSERT} ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
    "owner_id = excluded.owner_id, created_by = excluded.created_by, modified_by = excluded.modified_by, "
    "created_time = excluded.created_time, modified_time = excluded.modified_time, fields = excluded.fields"
)
PUT_DELETED = (
    "INSERT OR REPLACE INTO deleted_record "
    "(id, module_id, type, display_name, created_by, deleted_by, deleted_time) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
RECORD_MODULES = (
    "SELECT id, module_id FROM record WHERE id IN (SELECT value FROM json_each(?)) "
    "UNION ALL SELECT id, -module_id FROM deleted_record WHERE id IN (SELECT value FROM json_each(?))"
)
RAISE_NEXT_ID = "UPDATE meta SET value = CAST(max(CAST(value AS INTEGER), ?) AS TEXT) WHERE key = 'next_id'"
HAS_RECORDS = "SELECT EXISTS (SELECT 1 FROM record WHERE module_id = ?)"
REWRITE_DOCUMENTS = "UPDATE record SET fields = mockcrm_rewritten(fields) WHERE module_id = ?"


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


def rewrite_documents(connection: sqlite3.Connection, module_id: int, rewrite: Callable[[str], str]) -> None:
    """Replace every document of a module with what `rewrite` returns for it, in one statement."""
    if not connection.execute(HAS_RECORDS, (module_id,)).fetchone()[0]:
        return
    connection.create_function("mockcrm_rewritten", 1, rewrite, deterministic=True)
    try:
        connection.execute(REWRITE_DOCUMENTS, (module_id,))
    finally:
        connection.create_function("mockcrm_rewritten", 1, None)
