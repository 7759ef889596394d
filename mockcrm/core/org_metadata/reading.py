"""Building an org's metadata from its file: the catalog with the org's additions and changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mockcrm.core.catalog.loader import custom_module, custom_template_size, make_field, standard_modules
from mockcrm.core.catalog.model import AutoNumber, Field, Module, View
from mockcrm.core.clock import parse_offset
from mockcrm.core.ids import base_of
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import CustomView, OrgInfo, OrgMetadata, OrgModule, Profile
from mockcrm.core.org_metadata.store import ModuleRow, ProfileRow, ViewRow

_ORG_KEYS = frozenset({"id", "company_name", "edition", "time_zone"})
_VIEW_KEYS = frozenset(
    {
        "display_value",
        "system_name",
        "system_defined",
        "default",
        "criteria",
        "shared_with",
        "sort_by",
        "sort_order",
    }
)


def read_metadata(connection: sqlite3.Connection) -> OrgMetadata:
    """Read all metadata of an org from its file."""
    facts = metadata_store.meta(connection)
    settings = settings_of_fixture(facts)
    org = _org(facts["org"], settings)
    rows = {row.api_name: row for row in metadata_store.modules(connection)}
    modules = {
        name: _module(org.base, rows.get(name, ModuleRow(org.base + module.id, name, False, {})))
        for name, module in standard_modules().items()
    }
    for name, row in rows.items():
        if name not in modules:
            modules[name] = _module(org.base, row)
    return OrgMetadata(
        org=org,
        modules=modules,
        views=all_views(modules.values(), metadata_store.views(connection)),
        users={user.id: user for user in metadata_store.users(connection)},
        profiles={row.id: _profile(row) for row in metadata_store.profiles(connection)},
        roles={role.id: role for role in metadata_store.roles(connection)},
        territories={territory.id: territory for territory in metadata_store.territories(connection)},
        settings=settings,
        admin_id=int(facts["admin_id"]),
        clients=facts.get("clients") or (),
    )


def settings_of_fixture(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings in the org's fixtures, from the rows of its meta table."""
    settings = dict(facts.get("settings") or {})
    if facts.get("job_policy"):
        settings["job_policy"] = facts["job_policy"]
    return settings


def _org(facts: Mapping[str, Any], settings: Mapping[str, Any]) -> OrgInfo:
    org_id = int(facts["id"])
    return OrgInfo(
        id=org_id,
        base=base_of(org_id),
        company_name=facts["company_name"],
        # The edition can be changed at run time, by the setting `edition`.
        edition=settings.get("edition") or facts["edition"],
        time_zone=facts["time_zone"],
        offset=parse_offset(facts["time_zone"]),
        extra={key: value for key, value in facts.items() if key not in _ORG_KEYS},
    )


def _profile(row: ProfileRow) -> Profile:
    rules = row.rules
    return Profile(
        id=row.id,
        name=row.name,
        deny=frozenset(rules.get("deny", ())),
        modules={module: frozenset(item["deny"]) for module, item in rules.get("modules", {}).items()},
        fields=rules.get("fields", {}),
    )


def _module(base: int, row: ModuleRow) -> OrgModule:
    return build_module(base, row.api_name, row.id, row.custom, row.definition)


def build_module(base: int, api_name: str, module_id: int, custom: bool, definition: Mapping[str, Any]) -> OrgModule:
    """Build a module of the org from its row in the module table."""
    module = _custom(base, api_name, module_id, definition) if custom else standard_modules()[api_name]
    if definition.get("fields"):
        module = replace(module, fields=_with_fields(module, definition["fields"]))
    return OrgModule(
        id=module_id,
        base=base,
        definition=module,
        layout_rules=frozenset(definition.get("layout_rules", ())),
        validation_rules=frozenset(definition.get("validation_rules", ())),
        blueprint=definition.get("blueprint"),
        approval=definition.get("approval"),
        workflows=tuple(definition.get("workflows", ())),
    )


def _custom(base: int, api_name: str, module_id: int, definition: Mapping[str, Any]) -> Module:
    fields, views = custom_template_size()
    first = module_id - base + 1
    return custom_module(
        api_name,
        definition["singular_label"],
        definition["plural_label"],
        module_id - base,
        field_ids=range(first, first + fields),
        view_ids=range(first + fields, first + fields + views),
    )


def _with_fields(module: Module, changes: Iterable[Mapping[str, Any]]) -> tuple[Field, ...]:
    """Return the module's fields with the org's: one with the api_name of an existing field changes that, others are
    added."""
    fields = dict(module.by_name)
    for change in changes:
        existing = fields.get(change["api_name"])
        fields[change["api_name"]] = (
            make_field(**{key: value for key, value in change.items() if value is not None})
            if existing is None
            else apply_field_change(existing, change)
        )
    return tuple(fields.values())


def apply_field_change(existing: Field, change: Mapping[str, Any]) -> Field:
    """Return a field of the catalog with the org's changes. A field made unique or read-only cannot be mass updated
    unless the change says so (docs/contract/mass-update-and-core.md 3.2)."""
    values = {key: value for key, value in change.items() if key not in ("api_name", "id") and value is not None}
    if "pick_list_values" in values:
        values["pick_list_values"] = tuple(values["pick_list_values"])
    if "auto_number" in values:
        values["auto_number"] = AutoNumber(**values["auto_number"])
    if values.get("read_only"):
        values["api_writable"] = False
    if values.get("read_only") or values.get("unique"):
        values.setdefault("mass_update", False)
    return replace(existing, **values)


def all_views(modules: Iterable[OrgModule], stored: Sequence[ViewRow]) -> dict[int, CustomView]:
    """Return the default views of the modules and the stored views, by id.

    A stored view whose definition `replaces` a default view (by the id in the catalog) takes its place; keys that it
    lacks come from the default view. When a stored view of a module is its `default` one, no catalog view is.
    """
    chosen = {row.module for row in stored if row.definition.get("default")}
    replaced = {(row.module, row.definition["replaces"]) for row in stored if "replaces" in row.definition}
    views: dict[int, CustomView] = {}
    defaults: dict[tuple[str, int], CustomView] = {}
    for module in modules:
        for view in module.definition.views:
            item = _default_view(module, view)
            if module.api_name in chosen:
                item = replace(item, default=False)
            defaults[module.api_name, view.id] = item
            if (module.api_name, view.id) not in replaced:
                views[item.id] = item
    for row in stored:
        if "replaces" in row.definition:
            existing = defaults[row.module, row.definition["replaces"]]
        else:
            existing = CustomView(id=row.id, module=row.module, name=row.name, display_value=row.name)
        views[row.id] = _apply_view_definition(existing, row.id, row.definition)
    return views


def _default_view(module: OrgModule, view: View) -> CustomView:
    return CustomView(
        id=module.base + view.id,
        module=module.api_name,
        name=view.name,
        display_value=view.display_value,
        system_name=view.system_name,
        system_defined=True,
        default=view.default,
        criteria=view.criteria,
        sort_by=view.sort_by,
        sort_order=view.sort_order,
    )


def _apply_view_definition(existing: CustomView, view_id: int, definition: Mapping[str, Any]) -> CustomView:
    values = {key: value for key, value in definition.items() if key in _VIEW_KEYS}
    if values.get("shared_with") is not None:
        values["shared_with"] = frozenset(values["shared_with"])
    extra = {key: value for key, value in definition.items() if key not in _VIEW_KEYS and key != "replaces"}
    return replace(existing, id=view_id, extra=extra, **values)
