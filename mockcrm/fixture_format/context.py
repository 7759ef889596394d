"""The state that the parts of the fixture loader share: the org while a fixture is applied, its names and its ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockcrm.core.casefold import fold
from mockcrm.core.catalog.loader import custom_template_size
from mockcrm.core.catalog.model import Field
from mockcrm.core.clock import parse_offset
from mockcrm.core.criteria import CriteriaError, parse_criteria
from mockcrm.core.ids import parse_id, within
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule
from mockcrm.core.org_metadata.reading import read_metadata
from mockcrm.core.records import tags
from mockcrm.core.records.tags import Tag
from mockcrm.fixture_format import statements as setup
from mockcrm.fixture_format.errors import FixtureError, unknown
from mockcrm.fixture_format.model import Fixture, Stamp
from mockcrm.fixture_format.values import Ids


@dataclass
class Context:
    """An org to which a fixture is being applied. The mappings go from names (emails in lower case) to ids and
    grow as the parts are applied; `existing` is the org's metadata before the fixture."""

    connection: sqlite3.Connection
    fixture: Fixture
    now: int
    existing: OrgMetadata
    roles: dict[str, int] = field(default_factory=dict)
    profiles: dict[str, int] = field(default_factory=dict)
    users: Ids = field(default_factory=Ids)
    territories: Ids = field(default_factory=Ids)
    modules: dict[str, OrgModule] = field(default_factory=dict)
    tags: dict[tuple[int, str], Tag] = field(default_factory=dict)
    """The tags by module id and folded name."""

    @classmethod
    def of(cls, connection: sqlite3.Connection, fixture: Fixture, now: int) -> Context:
        """Return the context for an org's file, with the literal ids of the fixture reserved. Raises FixtureError when
        an id is in use."""
        existing = read_metadata(connection)
        context = cls(
            connection,
            fixture,
            now,
            existing,
            roles={item.name: item.id for item in existing.roles.values()},
            profiles={item.name: item.id for item in existing.profiles.values()},
            users=Ids({item.email.lower(): item.id for item in existing.users.values()}),
            territories=Ids({item.name: item.id for item in existing.territories.values()}),
            modules=dict(existing.modules),
            tags={(tag.module_id, tag.folded): tag for tag in tags.every(connection)},
        )
        _claim_ids(context)
        return context

    def new_id(self) -> int:
        """Return an id that is not in use in the org."""
        return metadata_store.allocate_ids(self.connection, 1)

    def module(self, name: str, where: str) -> OrgModule:
        """Return the module with that name. Raises FixtureError when there is none."""
        module = self.modules.get(name)
        if module is None:
            raise FixtureError(where, unknown("module", name, self.modules))
        return module

    def field(self, module: OrgModule, name: str, where: str) -> Field:
        """Return the module's field with that name. Raises FixtureError when there is none."""
        item = module.fields.get(name)
        if item is None:
            raise FixtureError(where, unknown(f"field of {module.api_name}", name, module.fields))
        return item

    def user(self, email: str, where: str) -> int:
        """Return the id of the user with that email. Raises FixtureError when there is none."""
        user_id = self.users.get(email.lower())
        if user_id is None:
            raise FixtureError(where, unknown("user", email, self.users))
        return user_id

    def territory(self, reference: str, where: str) -> int:
        """Return the id of the territory with that name or id. Raises FixtureError when there is none."""
        territory_id = self.territories.get(reference)
        if territory_id is None:
            territory_id = parse_id(reference)
        if territory_id is None or not self.territories.has(territory_id):
            raise FixtureError(where, unknown("territory", reference, self.territories))
        return territory_id

    @property
    def offset(self) -> int:
        """The org's time zone after the fixture is applied, in seconds east of UTC."""
        zone = None if self.fixture.org is None else self.fixture.org.time_zone
        return self.existing.org.offset if zone is None else parse_offset(zone)

    def stamp(self, stamp: Stamp | None, by: int, where: str) -> tuple[int, int]:
        """Return the time and user id of a stamp; what it leaves out is now and the user `by`."""
        if stamp is None:
            return self.now, by
        user_id = by if stamp.by is None else self.user(stamp.by, f"{where}.by")
        return self.now if stamp.time is None else stamp.time, user_id

    def fixture_has(self, module: str) -> bool:
        """Return whether the fixture has records of the module."""
        generated = any(block.module == module for block in self.fixture.generate or ())
        return generated or module in (self.fixture.records or {})

    def criteria(self, tree: Mapping[str, Any], module: OrgModule, where: str) -> dict[str, Any]:
        """Return validated criteria in the v2 shape. Raises FixtureError when they do not fit the module's fields."""
        try:
            return parse_criteria(tree, module.fields, where).to_json()
        except CriteriaError as error:
            raise FixtureError(error.where, error.message) from None


def _claim_ids(context: Context) -> None:
    """Check that each literal id of the fixture is unused or already belongs to the object that it is given to. New ids
    will start above them."""
    owners = dict(_existing_ids(context.existing))
    names = {item.id: name for name, item in context.existing.modules.items()}
    owners |= {tag.id: _tag_label(names[tag.module_id], tag.name) for tag in context.tags.values()}
    claimed: dict[int, str] = {}
    new: dict[int, str] = {}
    records: dict[int, tuple[str, str]] = {}
    for where, label, first_id, size in _literals(context):
        for one in range(first_id, first_id + size):
            if one in claimed or (one in owners and owners[one] != label):
                raise FixtureError(where, f"the id {one} is already used by {claimed.get(one) or owners[one]}")
            claimed[one] = label
            if one not in owners:
                new[one] = where
    for record_id, module_id in setup.record_modules(context.connection, new).items():
        owner = _record_label(names, module_id)
        raise FixtureError(new[record_id], f"the id {record_id} is already used by {owner}")
    for module, where, record_id in _record_ids(context.fixture):
        if record_id in claimed or record_id in owners or record_id in records:
            owner = claimed.get(record_id) or owners.get(record_id) or f"a record of {records[record_id][1]}"
            raise FixtureError(where, f"the id {record_id} is already used by {owner}")
        records[record_id] = (where, module)
    _check_records(context, records)
    base = context.existing.org.base
    own = [one for one in (*claimed, *records) if within(base, one)]
    if own:
        setup.raise_next_id(context.connection, max(own))


def _check_records(context: Context, records: Mapping[int, tuple[str, str]]) -> None:
    """Check that no id of the fixture's records belongs to a stored record of another module, or to a deleted one."""
    names = {item.id: name for name, item in context.existing.modules.items()}
    # The id of a deleted record's module is negative.
    for record_id, module_id in setup.record_modules(context.connection, records).items():
        where, module = records[record_id]
        if names[abs(module_id)] != module or where.startswith("deleted.") != (module_id < 0):
            owner = _record_label(names, module_id)
            raise FixtureError(where, f"the id {record_id} is already used by {owner}")


def _record_label(names: Mapping[int, str], module_id: int) -> str:
    kind = "a deleted record" if module_id < 0 else "a record"
    return f"{kind} of {names[abs(module_id)]}"


def _existing_ids(existing: OrgMetadata) -> Iterator[tuple[int, str]]:
    """Yield the id and a label of every existing object of the org's metadata."""
    yield existing.org.id, "the org"
    for role in existing.roles.values():
        yield role.id, f"role {role.name}"
    for profile in existing.profiles.values():
        yield profile.id, f"profile {profile.name}"
    for user in existing.users.values():
        yield user.id, f"user {user.email.lower()}"
    for territory in existing.territories.values():
        yield territory.id, f"territory {territory.name}"
    for view in existing.views.values():
        yield view.id, f"custom view {view.module}.{view.name}"
    for name, module in existing.modules.items():
        yield module.id, f"module {name}"
        for item in module.definition.fields:
            yield module.base + item.id, f"field {name}.{item.api_name}"


def _literals(context: Context) -> Iterator[tuple[str, str, int, int]]:
    """Yield path, label, first id and number of ids for every id that the fixture assigns to metadata."""
    fixture, existing = context.fixture, context.existing
    groups: tuple[tuple[str, str, list[tuple[str, int | None]]], ...] = (
        ("roles", "role", [(item.name, item.id) for item in fixture.roles or ()]),
        ("profiles", "profile", [(item.name, item.id) for item in fixture.profiles or ()]),
        ("users", "user", [(item.email.lower(), item.id) for item in fixture.users or ()]),
        ("territories", "territory", [(item.name, item.id) for item in fixture.territories or ()]),
        (
            "custom_views",
            "custom view",
            [
                (f"{item.module}.{view_name(existing, item.module, item.name)}", item.id)
                for item in fixture.custom_views or ()
            ],
        ),
    )
    for key, kind, entries in groups:
        for index, (name, literal) in enumerate(entries):
            if literal is not None:
                yield f"{key}[{index}].id", f"{kind} {name}", literal, 1
    for name, listed in (fixture.tags or {}).items():
        for index, tag in enumerate(listed):
            if tag.id is not None:
                yield f"tags.{name}[{index}].id", _tag_label(name, tag.name), tag.id, 1
    template = sum(custom_template_size())
    for name, module in (fixture.modules or {}).items():
        if module.id is not None:
            if name in existing.modules:
                yield f"modules.{name}.id", f"module {name}", module.id, 1
            else:
                yield f"modules.{name}.id", f"module {name}", module.id, 1 + template
        for index, item in enumerate(module.fields or ()):
            if item.id is not None:
                yield f"modules.{name}.fields[{index}].id", f"field {name}.{item.api_name}", item.id, 1


def _tag_label(module: str, name: str) -> str:
    return f"tag {module}.{fold(name)}"


def view_name(existing: OrgMetadata, module: str, name: str) -> str:
    """Return the internal name of a view, which a fixture may also name by its displayed name."""
    views = [view for view in existing.views.values() if view.module == module]
    if any(view.name == name for view in views):
        return name
    return next((view.name for view in views if view.display_value == name), name)


def _record_ids(fixture: Fixture) -> Iterator[tuple[str, str, int]]:
    """Yield module, path and id for every id that the fixture assigns to a record, deleted ones included."""
    for module, records in (fixture.records or {}).items():
        for index, record in enumerate(records):
            if record.id is not None:
                yield module, f"records.{module}[{index}].id", record.id
    for module, removed in (fixture.deleted or {}).items():
        for index, item in enumerate(removed):
            yield module, f"deleted.{module}[{index}].id", item.id
