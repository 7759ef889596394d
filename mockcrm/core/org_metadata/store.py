"""SQL for an org's metadata: the tables that its in-memory form is built from, and the ids not used yet."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

import orjson

from mockcrm.core.org_metadata.model import Role, Territory, User
from mockcrm.core.orgs.rows import columns, row_of, upsert_statement


@row_of("profile", json=["rules"])
class ProfileRow(NamedTuple):
    """One row of the profiles; `rules` is what the fixture format has: deny, modules and fields."""

    id: int
    name: str
    rules: dict[str, Any]


@row_of("module", json=["definition"])
class ModuleRow(NamedTuple):
    """One row of the modules: the org's additions to a module of the catalog, or a custom module."""

    id: int
    api_name: str
    custom: bool
    definition: dict[str, Any]


@row_of("custom_view", json=["definition"])
class ViewRow(NamedTuple):
    """One row of the custom views, which include changed default views."""

    id: int
    module: str
    name: str
    definition: dict[str, Any]


META = "SELECT key, value FROM meta"
META_VALUE = "SELECT value FROM meta WHERE key = ?"
SET_META = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
ROLES = f"SELECT {columns(Role)} FROM role ORDER BY id"
PROFILES = f"SELECT {columns(ProfileRow)} FROM profile ORDER BY id"
USERS = f"SELECT {columns(User)} FROM user ORDER BY id"
MODULES = f"SELECT {columns(ModuleRow)} FROM module ORDER BY id"
VIEWS = f"SELECT {columns(ViewRow)} FROM custom_view ORDER BY id"
VIEW_DEFINITION = "SELECT definition FROM custom_view WHERE id = ?"
PUT_VIEW = upsert_statement(ViewRow, "name", "definition")
DELETE_VIEW = "DELETE FROM custom_view WHERE id = ?"
TERRITORIES = f"SELECT {columns(Territory)} FROM territory ORDER BY id"
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


def roles(connection: sqlite3.Connection) -> list[Role]:
    """Return all roles in order of id."""
    return [Role(*row) for row in connection.execute(ROLES)]


def profiles(connection: sqlite3.Connection) -> list[ProfileRow]:
    """Return the rows of all profiles in order of id."""
    return [
        ProfileRow(profile_id, name, orjson.loads(rules)) for profile_id, name, rules in connection.execute(PROFILES)
    ]


def users(connection: sqlite3.Connection) -> list[User]:
    """Return all users in order of id."""
    return [
        User(user_id, email, name, role, profile, status, orjson.loads(extra))
        for user_id, email, name, role, profile, status, extra in connection.execute(USERS)
    ]


def modules(connection: sqlite3.Connection) -> list[ModuleRow]:
    """Return the rows of all modules that have one, in order of id."""
    return [
        ModuleRow(module_id, name, bool(custom), orjson.loads(text))
        for module_id, name, custom, text in connection.execute(MODULES)
    ]


def views(connection: sqlite3.Connection) -> list[ViewRow]:
    """Return the rows of all custom views in order of id."""
    return [
        ViewRow(view_id, module, name, orjson.loads(text)) for view_id, module, name, text in connection.execute(VIEWS)
    ]


def territories(connection: sqlite3.Connection) -> list[Territory]:
    """Return all territories in order of id."""
    return [
        Territory(territory_id, name, parent, orjson.loads(extra))
        for territory_id, name, parent, extra in connection.execute(TERRITORIES)
    ]


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
