"""Filling an org: with the standard org that every fixture starts from, and with a fixture on top of existing data.

Both run inside the caller's transaction, which the caller rolls back after a FixtureError, so that nothing is half
loaded. An entry for something that exists is merged: the keys of the entry replace stored values, other values do not
change; fields, workflows and the values of a record are merged one by one.
"""

from __future__ import annotations

import sqlite3

from mockcrm.core.ids import DEFAULT_ORG_ID, FIRST_RUNNING, base_of
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_settings import merge
from mockcrm.core.records import notes
from mockcrm.core.records import store as records
from mockcrm.core.records.documents import document_extender
from mockcrm.fixture_format import statements as setup
from mockcrm.fixture_format.context import Context
from mockcrm.fixture_format.errors import FixtureError, naming
from mockcrm.fixture_format.model import Fixture, Org
from mockcrm.fixture_format.modules import load_modules, load_views
from mockcrm.fixture_format.people import (
    ClientEntry,
    load_clients,
    load_profiles,
    load_roles,
    load_territories,
    load_users,
)
from mockcrm.fixture_format.records import load_records
from mockcrm.fixture_format.tags import load_tags

ADMIN_EMAIL = "admin@mockcrm.example"
ADMIN_NAME = "Mock Administrator"

# The last digits of the ids of a standard org, which follow the org's own prefix (assumed).
_ROLES = (("CEO", 26005, None), ("Manager", 26008, "CEO"))
_PROFILES = (("Administrator", 26011), ("Standard", 26014))
_ADMIN_ID = 150013


def create_org(connection: sqlite3.Connection, fixture: Fixture | None, now: int) -> None:
    """Fill an org's empty file, which already has its tables: with the standard org, then with the fixture. `now`, in
    seconds since the epoch, is the default for times. Raises FixtureError when the fixture is invalid."""
    fixture = Fixture(mockcrm=1) if fixture is None else fixture
    with naming(fixture.name):
        _write_standard_org(connection, fixture)
        _apply(connection, fixture, now)


def apply_fixture(connection: sqlite3.Connection, fixture: Fixture, now: int) -> list[ClientEntry]:
    """Add a fixture to an org and return the fixture's OAuth clients. Raises FixtureError when it does not fit."""
    with naming(fixture.name):
        return _apply(connection, fixture, now)


def _write_standard_org(connection: sqlite3.Connection, fixture: Fixture) -> None:
    org = fixture.org or Org()
    org_id = DEFAULT_ORG_ID if org.id is None else org.id
    base = base_of(org_id)
    facts = {"id": str(org_id), "company_name": "Mock Company", "edition": "enterprise", "time_zone": "+00:00"}
    roles = _ids(_ROLES, {item.name: item.id for item in fixture.roles or ()}, base)
    profiles = _ids(_PROFILES, {item.name: item.id for item in fixture.profiles or ()}, base)
    admin = next((item.id for item in fixture.users or () if item.email.lower() == ADMIN_EMAIL), None)
    admin = base + _ADMIN_ID if admin is None else admin
    for key, value in (
        ("org", facts),
        ("settings", {}),
        ("job_policy", {}),
        ("admin_id", admin),
        ("clients", []),
        ("next_id", base + FIRST_RUNNING),
    ):
        metadata_store.set_meta(connection, key, value)
    setup.put_all(
        connection,
        setup.PUT_ROLE,
        [(roles[name], name, None if above is None else roles[above]) for name, _, above in _ROLES],
    )
    setup.put_all(connection, setup.PUT_PROFILE, [(profiles[name], name, "{}") for name, _ in _PROFILES])
    user = (admin, ADMIN_EMAIL, ADMIN_NAME, roles["CEO"], profiles["Administrator"], "active", "{}")
    setup.put_all(connection, setup.PUT_USER, [user])


def _ids(
    standard: tuple[tuple[str, int, str | None], ...] | tuple[tuple[str, int], ...],
    literal: dict[str, int | None],
    base: int,
) -> dict[str, int]:
    """Return the ids of the standard roles or profiles by name: from the fixture, otherwise those of every standard
    org."""
    found = {}
    for name, running, *_ in standard:
        given = literal.get(name)
        found[name] = base + running if given is None else given
    return found


def _apply(connection: sqlite3.Connection, fixture: Fixture, now: int) -> list[ClientEntry]:
    if fixture.org is not None:
        _merge_org(connection, fixture.org)
    if fixture.settings is not None:
        _merge_settings(connection, fixture)
    context = Context.of(connection, fixture, now)
    load_roles(context)
    grown = load_modules(context)
    load_profiles(context)
    load_users(context)
    load_territories(context)
    load_views(context)
    load_tags(context)
    for name in grown:
        module = context.modules[name]
        records.rewrite_documents(connection, module.id, document_extender(module))
    load_records(context)
    if context.fixture_has(notes.MODULE):
        notes.link_to_parents(connection, context.modules[notes.MODULE].id)
    return load_clients(context)


def _merge_org(connection: sqlite3.Connection, org: Org) -> None:
    facts = metadata_store.meta_value(connection, "org")
    if org.id is not None and str(org.id) != facts["id"]:
        raise FixtureError("org.id", f"the org already has the id {facts['id']}")
    facts.update({key: value for key, value in org.model_dump(exclude_none=True).items() if key != "id"})
    metadata_store.set_meta(connection, "org", facts)


def _merge_settings(connection: sqlite3.Connection, fixture: Fixture) -> None:
    changes = fixture.settings.model_dump(exclude_unset=True) if fixture.settings else {}
    policy = changes.pop("job_policy", {})
    for key, value in (("settings", changes), ("job_policy", policy)):
        stored = metadata_store.meta_value(connection, key) or {}
        metadata_store.set_meta(connection, key, merge(stored, value))


__all__ = ["ADMIN_EMAIL", "ADMIN_NAME", "ClientEntry", "apply_fixture", "create_org"]
