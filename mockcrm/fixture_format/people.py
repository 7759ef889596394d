"""Loading roles, profiles, users, territories and OAuth clients.

The keys of an entry replace stored values, other values do not change; a mapping is merged key by key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.fixture_format import statements as setup
from mockcrm.fixture_format.context import Context
from mockcrm.fixture_format.errors import FixtureError, show, unknown
from mockcrm.fixture_format.model import Client, Profile

ClientEntry = dict[str, Any]
"""A client as stored in the meta table (key `clients`) and returned by the loader: {"client_id", "client_secret" (null:
generated), "redirect_uris", "tokens": [{"user_id", "scopes" (null: all), "refresh_token", "access_token", "grant_code"
(null: generated), "expires" (false: the access token never expires), "expires_in" (seconds; null: the default)}]}."""

DEFAULT_ROLE = "Manager"
DEFAULT_PROFILE = "Standard"


def same_id(existing: int, written: int | None, what: str, where: str) -> int:
    """Return the existing id `existing`. Raises FixtureError when the fixture gives another id."""
    if written is not None and written != existing:
        raise FixtureError(f"{where}.id", f"{what} already has the id {existing}")
    return existing


def unique_names(names: Iterable[str], section: str, key: str) -> None:
    """Raise FixtureError when two entries of a section have the same name."""
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in seen:
            raise FixtureError(f"{section}[{index}].{key}", f"{show(name)} is already in {section}[{seen[name]}]")
        seen[name] = index


def check_tree(parents: Mapping[int, int | None], entries: Mapping[int, str], what: str) -> None:
    """Raise FixtureError when a member of a tree is below itself. `entries` maps the ids of the fixture's entries to
    their paths in it."""
    good: set[int] = set()  # ids known to lead to the top, so that a long chain is walked only once
    for entry_id, where in entries.items():
        passed: set[int] = set()
        above: int | None = entry_id
        while above is not None and above not in passed and above not in good:
            passed.add(above)
            above = parents.get(above)
        if above is not None and above in passed:
            raise FixtureError(where, f"{what} would be above itself")
        good |= passed


def load_roles(context: Context) -> None:
    """Load roles and whom they report to."""
    entries = context.fixture.roles or []
    unique_names((item.name for item in entries), "roles", "name")
    for index, item in enumerate(entries):
        existing = context.roles.get(item.name)
        if existing is None:
            context.roles[item.name] = context.new_id() if item.id is None else item.id
        else:
            same_id(existing, item.id, f"the role {item.name}", f"roles[{index}]")
    parents = {role.id: role.reports_to for role in context.existing.roles.values()}
    paths = {}
    for index, item in enumerate(entries):
        role_id, where = context.roles[item.name], f"roles[{index}].reports_to"
        parents.setdefault(role_id, None)
        paths[role_id] = where
        if "reports_to" in item.model_fields_set:
            above = item.reports_to
            if above is not None and above not in context.roles:
                raise FixtureError(where, unknown("role", above, context.roles))
            parents[role_id] = None if above is None else context.roles[above]
    check_tree(parents, paths, "the role")
    rows = ((context.roles[item.name], item.name, parents[context.roles[item.name]]) for item in entries)
    setup.put_all(context.connection, setup.PUT_ROLE, rows)


def load_profiles(context: Context) -> None:
    """Load profiles and what they deny; modules and fields must already be loaded."""
    entries = context.fixture.profiles or []
    unique_names((item.name for item in entries), "profiles", "name")
    stored = {row.id: row.rules for row in metadata_store.profiles(context.connection)}
    rows = []
    for index, item in enumerate(entries):
        where = f"profiles[{index}]"
        existing = context.profiles.get(item.name)
        if existing is None:
            profile_id = context.new_id() if item.id is None else item.id
        else:
            profile_id = same_id(existing, item.id, f"the profile {item.name}", where)
        context.profiles[item.name] = profile_id
        rules = _merge_rules(context, stored.get(profile_id, {}), item, where)
        rows.append((profile_id, item.name, orjson.dumps(rules).decode()))
    setup.put_all(context.connection, setup.PUT_PROFILE, rows)


def _merge_rules(context: Context, rules: dict[str, Any], item: Profile, where: str) -> dict[str, Any]:
    if item.deny is not None:
        rules["deny"] = list(dict.fromkeys(item.deny))
    for name, rights in (item.modules or {}).items():
        context.module(name, f"{where}.modules.{name}")
        rules.setdefault("modules", {})[name] = {"deny": list(dict.fromkeys(rights.deny))}
    for name, fields in (item.fields or {}).items():
        module = context.module(name, f"{where}.fields.{name}")
        for field in fields:
            context.field(module, field, f"{where}.fields.{name}.{field}")
        rules.setdefault("fields", {}).setdefault(name, {}).update(fields)
    return rules


def load_users(context: Context) -> None:
    """Load users with their roles and profiles."""
    entries = context.fixture.users or []
    unique_names((item.email.lower() for item in entries), "users", "email")
    rows = []
    for index, item in enumerate(entries):
        where = f"users[{index}]"
        existing = context.users.get(item.email.lower())
        old = None if existing is None else context.existing.users[existing]
        if existing is None:
            user_id = context.new_id() if item.id is None else item.id
        else:
            user_id = same_id(existing, item.id, f"the user {item.email}", where)
        context.users[item.email.lower()] = user_id
        role, profile = item.role, item.profile
        if role is not None and role not in context.roles:
            raise FixtureError(f"{where}.role", unknown("role", role, context.roles))
        if profile is not None and profile not in context.profiles:
            raise FixtureError(f"{where}.profile", unknown("profile", profile, context.profiles))
        rows.append(
            (
                user_id,
                item.email,
                item.full_name or (old.full_name if old else _name_from(item.email)),
                old.role_id if old and role is None else context.roles[role or DEFAULT_ROLE],
                old.profile_id if old and profile is None else context.profiles[profile or DEFAULT_PROFILE],
                item.status or (old.status if old else "active"),
                "{}",
            )
        )
    setup.put_all(context.connection, setup.PUT_USER, rows)


def _name_from(email: str) -> str:
    """Return a name for an email: Patricia Boyle for `patricia.boyle@zylker.example`."""
    local = email.partition("@")[0].replace(".", " ").replace("_", " ").strip()
    return local.title() or email


def load_territories(context: Context) -> None:
    """Load the territory tree."""
    entries = context.fixture.territories or []
    unique_names((item.name for item in entries), "territories", "name")
    for index, item in enumerate(entries):
        existing = context.territories.get(item.name)
        if existing is None:
            context.territories[item.name] = context.new_id() if item.id is None else item.id
        else:
            same_id(existing, item.id, f"the territory {item.name}", f"territories[{index}]")
    parents = {item.id: item.parent_id for item in context.existing.territories.values()}
    paths = {}
    for index, item in enumerate(entries):
        territory_id, where = context.territories[item.name], f"territories[{index}].parent"
        parents.setdefault(territory_id, None)
        paths[territory_id] = where
        if "parent" in item.model_fields_set:
            parents[territory_id] = None if item.parent is None else context.territory(item.parent, where)
    check_tree(parents, paths, "the territory")
    rows = (
        (territory_id, item.name, parents[territory_id], "{}")
        for territory_id, item in ((context.territories[item.name], item) for item in entries)
    )
    setup.put_all(context.connection, setup.PUT_TERRITORY, rows)


def load_clients(context: Context) -> list[ClientEntry]:
    """Store OAuth clients and tokens in the org, and return them for the registry, which issues them."""
    entries = context.fixture.clients or []
    seen: dict[str, str] = {}
    added = [_client(context, item, f"clients[{index}]", seen) for index, item in enumerate(entries)]
    if added:
        stored = metadata_store.meta_value(context.connection, "clients") or []
        metadata_store.set_meta(context.connection, "clients", _with_clients(stored, added))
    return added


def _client(context: Context, item: Client, where: str, seen: dict[str, str]) -> ClientEntry:
    tokens = []
    _only_once(item.client_id, f"{where}.client_id", seen)
    for index, token in enumerate(item.tokens or ()):
        path = f"{where}.tokens[{index}]"
        for key in ("refresh_token", "access_token", "grant_code"):
            _only_once(getattr(token, key), f"{path}.{key}", seen)
        tokens.append(
            {
                "user_id": context.user(token.user, f"{path}.user"),
                "scopes": token.scopes,
                "refresh_token": token.refresh_token,
                "access_token": token.access_token,
                "grant_code": token.grant_code,
                "expires": token.expires_in != "never",
                "expires_in": None if token.expires_in == "never" else token.expires_in,
            }
        )
    return {
        "client_id": item.client_id,
        "client_secret": item.client_secret,
        "redirect_uris": item.redirect_uris or [],
        "tokens": tokens,
    }


def _only_once(literal: str | None, where: str, seen: dict[str, str]) -> None:
    if literal is None:
        return
    if literal in seen:
        raise FixtureError(where, f"{show(literal)} is already used in {seen[literal]}")
    seen[literal] = where


def _with_clients(stored: list[ClientEntry], added: list[ClientEntry]) -> list[ClientEntry]:
    """Return the org's clients merged with those of a fixture; the tokens of a client with the same id are added."""
    clients = [dict(item) for item in stored]
    by_id = {item["client_id"]: item for item in clients if item["client_id"] is not None}
    for item in added:
        existing = by_id.get(item["client_id"])
        if existing is None:
            clients.append(item)
            continue
        for key in ("client_secret", "redirect_uris"):
            existing[key] = item[key] or existing[key]
        existing["tokens"] = [*existing["tokens"], *item["tokens"]]
    return clients
