"""SQL for an org's metadata: the tables that its in-memory form is built from, and the ids not used yet."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson

META = "SELECT key, value FROM meta"
META_VALUE = "SELECT value FROM meta WHERE key = ?"
SET_META = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
ROLES = "SELECT id, name, reports_to FROM role ORDER BY id"
PROFILES = "SELECT id, name, rules FROM profile ORDER BY id"
USERS = "SELECT id, email, full_name, role_id, profile_id, status, extra FROM user ORDER BY id"
MODULES = "SELECT id, api_name, custom, definition FROM module ORDER BY id"
VIEWS = "SELECT id, module, name, definition FROM custom_view ORDER BY id"
VIEW_DEFINITION = "SELECT definition FROM custom_view WHERE id = ?"
PUT_VIEW = (
    "INSERT INTO custom_view (id, module, name, definition) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, definition = excluded.definition"
)
DELETE_VIEW = "DELETE FROM custom_view WHERE id = ?"
TERRITORIES = "SELECT id, name, parent_id, extra FROM territory ORDER BY id"
NEXT_ID = "UPDATE meta SET value = CAST(value AS INTEGER) + ? WHERE key = 'next_id' RETURNING CAST(value AS INTEGER)"


def meta(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return every key and decoded value of the meta table."""
    return {key: orjson.loads(value) for key, value in connection.execute(META)}


def meta_value(connection: sqlite3.Connection, key: str) -> Any:
    """Return one decoded value of the meta table, None when it is missing."""
    row = connection.execute(META_VALUE, (key,)).fetchone()
    return None if row is None else orjson.loads(row[0])


def set_meta(connection: sqlite3.Connection, key: str, value: object) -> None:
    """Store one value in the meta table."""
    connection.execute(SET_META, (key, orjson.dumps(value).decode()))


def allocate_ids(connection: sqlite3.Connection, count: int) -> int:
    """Reserve `count` consecutive ids that are unused in the org, and return the first."""
    row = connection.execute(NEXT_ID, (count,)).fetchall()
    return int(row[0][0]) - count


def view_definition(connection: sqlite3.Connection, view_id: int) -> dict[str, Any] | None:
    """Return the stored definition of a custom view; None for a default view that was never changed."""
    row = connection.execute(VIEW_DEFINITION, (view_id,)).fetchone()
    return None if row is None else orjson.loads(row[0])


def put_view(connection: sqlite3.Connection, view_id: int, module: str, name: str, definition: dict[str, Any]) -> None:
    """Store a custom view, replacing the one of that id."""
    connection.execute(PUT_VIEW, (view_id, module, name, orjson.dumps(definition).decode()))


def delete_view(connection: sqlite3.Connection, view_id: int) -> None:
    """Delete a custom view."""
    connection.execute(DELETE_VIEW, (view_id,))
