"""Loading modules: custom ones, fields, rules, blueprints, approvals, workflows; and custom views."""

from __future__ import annotations

from typing import Any

import orjson

from mockcrm.core.catalog.loader import custom_template_size, standard_modules
from mockcrm.core.field_types import FIELD_TYPES
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.org_metadata.reading import build_module
from mockcrm.fixture_format import statements as setup
from mockcrm.fixture_format.context import Context, view_name
from mockcrm.fixture_format.errors import FixtureError, show
from mockcrm.fixture_format.model import CustomView, FieldDef, Module, Workflow
from mockcrm.fixture_format.people import same_id
from mockcrm.fixture_format.values import stored_value

_FIELD_KEYS = FieldDef.model_fields.keys() - {"id", "api_name"}


def load_modules(context: Context) -> set[str]:
    """Add and change modules. Return the names of existing modules that have more fields than before."""
    entries = context.fixture.modules or {}
    stored = {row.api_name: row.definition for row in metadata_store.modules(context.connection)}
    # First the fields of every module, because a lookup may point to a module that comes later in the fixture.
    for name, item in entries.items():
        definition = stored.setdefault(name, {})
        module_id = _module_id(context, name, item)
        _put_labels(name, item, definition)
        before = _as_module(context, name, module_id, definition)
        _put_fields(context, before, item, definition)
        context.modules[name] = _as_module(context, name, module_id, definition)
    grown = set()
    for name, item in entries.items():
        definition = stored[name]
        _check_lookups(context, name, item)
        _put_rules(context, context.modules[name], item, definition)
        module = _as_module(context, name, context.modules[name].id, definition)
        context.modules[name] = module
        row = (module.id, name, int(module.definition.custom), orjson.dumps(definition).decode())
        setup.put_all(context.connection, setup.PUT_MODULE, [row])
        existing = context.existing.modules.get(name)
        if existing is not None and len(module.fields) > len(existing.fields):
            grown.add(name)
    return grown


def _as_module(context: Context, name: str, module_id: int, definition: dict[str, Any]) -> OrgModule:
    return build_module(context.existing.org.base, name, module_id, name not in standard_modules(), definition)


def _module_id(context: Context, name: str, item: Module) -> int:
    existing = context.modules.get(name)
    if existing is not None:
        return same_id(existing.id, item.id, f"the module {name}", f"modules.{name}")
    lowered = {name.lower(): name for name in context.modules}
    if name.lower() in lowered:
        raise FixtureError(f"modules.{name}", f"the module {lowered[name.lower()]} already exists")
    if item.singular_label is None or item.plural_label is None:
        raise FixtureError(
            f"modules.{name}",
            "not a standard module; a custom module needs singular_label and plural_label; standard modules: "
            + ", ".join(standard_modules()),
        )
    if item.id is not None:
        return item.id
    return metadata_store.allocate_ids(context.connection, 1 + sum(custom_template_size()))


def _put_labels(name: str, item: Module, definition: dict[str, Any]) -> None:
    for key in ("singular_label", "plural_label"):
        label = getattr(item, key)
        if label is None:
            continue
        if name in standard_modules():
            raise FixtureError(f"modules.{name}.{key}", "only a custom module may have its own label")
        definition[key] = label


def _put_fields(context: Context, module: OrgModule, item: Module, definition: dict[str, Any]) -> None:
    fields: dict[str, dict[str, Any]] = {entry["api_name"]: entry for entry in definition.get("fields", ())}
    seen: set[str] = set()
    for index, field in enumerate(item.fields or ()):
        where = f"modules.{module.api_name}.fields[{index}]"
        if field.api_name in seen:
            raise FixtureError(f"{where}.api_name", f"the field {field.api_name} is already in this list")
        seen.add(field.api_name)
        fields[field.api_name] = _field(context, module, field, fields.get(field.api_name, {}), where)
    if fields:
        definition["fields"] = list(fields.values())


def _field(context: Context, module: OrgModule, item: FieldDef, stored: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the stored form of a field: a custom field with its id; for a catalog field only the org's changes."""
    base = module.base
    existing = module.fields.get(item.api_name)
    changes = item.model_dump(include=_FIELD_KEYS, exclude_none=True)
    if existing is None:
        if item.data_type is None:
            raise FixtureError(f"{where}.data_type", f"missing; {module.api_name} has no field {item.api_name}")
        field_id = context.new_id() if item.id is None else item.id
        stored = {"id": field_id - base, "api_name": item.api_name}
        kind = item.data_type
    else:
        same_id(base + existing.id, item.id, f"the field {item.api_name}", where)
        kind = changes.pop("data_type", existing.data_type)
        if kind != existing.data_type:
            raise FixtureError(f"{where}.data_type", f"{item.api_name} is already a {existing.data_type}")
        stored = stored or {"api_name": item.api_name}
    if item.pick_list_values is not None:
        if not FIELD_TYPES[kind].has_pick_list:
            raise FixtureError(f"{where}.pick_list_values", f"a field of data_type {kind} has no pick_list_values")
        if len(set(item.pick_list_values)) < len(item.pick_list_values):
            raise FixtureError(f"{where}.pick_list_values", "expected different values")
    if existing is None and FIELD_TYPES[kind].needs_target and item.lookup is None:
        raise FixtureError(f"{where}.lookup", "missing; expected the module that the field points to")
    if item.lookup is not None and not FIELD_TYPES[kind].has_target:
        raise FixtureError(f"{where}.lookup", f"a field of data_type {kind} does not point to a module")
    if item.auto_number is not None and not FIELD_TYPES[kind].is_auto_number:
        raise FixtureError(f"{where}.auto_number", f"a field of data_type {kind} does not count")
    return {**stored, **changes}


def _check_lookups(context: Context, name: str, item: Module) -> None:
    for index, field in enumerate(item.fields or ()):
        if field.lookup is not None:
            context.module(field.lookup, f"modules.{name}.fields[{index}].lookup")


def _put_rules(context: Context, module: OrgModule, item: Module, definition: dict[str, Any]) -> None:
    where = f"modules.{module.api_name}"
    for key in ("layout_rules", "validation_rules"):
        names = getattr(item, key)
        if names is not None:
            for index, name in enumerate(names):
                context.field(module, name, f"{where}.{key}[{index}]")
            definition[key] = list(dict.fromkeys(names))
    if item.blueprint is not None:
        field = context.field(module, item.blueprint.field, f"{where}.blueprint.field")
        if not field.type.controls_blueprint:
            raise FixtureError(
                f"{where}.blueprint.field", f"expected a picklist, {field.api_name} is a {field.data_type}"
            )
        definition["blueprint"] = {"field": field.api_name}
        if item.blueprint.enter_when is not None:
            path = f"{where}.blueprint.enter_when"
            definition["blueprint"]["enter_when"] = context.criteria(item.blueprint.enter_when, module, path)
    if item.approval is not None:
        definition["approval"] = {}
        if item.approval.enter_when is not None:
            path = f"{where}.approval.enter_when"
            definition["approval"]["enter_when"] = context.criteria(item.approval.enter_when, module, path)
    if item.workflows:
        workflows = {entry["name"]: entry for entry in definition.get("workflows", ())}
        seen: set[str] = set()
        for index, workflow in enumerate(item.workflows):
            path = f"{where}.workflows[{index}]"
            if workflow.name in seen:
                raise FixtureError(f"{path}.name", f"the workflow {show(workflow.name)} is already in this list")
            seen.add(workflow.name)
            workflows[workflow.name] = _workflow(context, module, workflow, path)
        definition["workflows"] = list(workflows.values())


def _workflow(context: Context, module: OrgModule, item: Workflow, where: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": item.name}
    if item.when is not None:
        entry["when"] = context.criteria(item.when, module, f"{where}.when")
    if item.set is not None:
        entry["set"] = {}
        for name, value in item.set.items():
            path = f"{where}.set.{name}"
            field = context.field(module, name, path)
            if field not in module.document_fields:
                raise FixtureError(path, f"a workflow cannot set {name}")
            entry["set"][name] = stored_value(field, value, path, context.users, context.offset)
    if item.webhook is not None:
        entry["webhook"] = item.webhook
    return entry


def load_views(context: Context) -> None:
    """Load custom views and changes to default views."""
    stored = {row.id: row.definition for row in metadata_store.views(context.connection)}
    seen: dict[tuple[str, str], int] = {}
    for index, item in enumerate(context.fixture.custom_views or ()):
        where = f"custom_views[{index}]"
        module = context.module(item.module, f"{where}.module")
        name, view_id, definition = _find_existing(context, module, item, stored, where)
        if (module.api_name, name) in seen:
            other = seen[module.api_name, name]
            raise FixtureError(f"{where}.name", f"{show(item.name)} is already in custom_views[{other}]")
        seen[module.api_name, name] = index
        definition = _view(context, module, item, definition, where)
        row = (view_id, module.api_name, name, orjson.dumps(definition).decode())
        setup.put_all(context.connection, setup.PUT_VIEW, [row])


def _find_existing(
    context: Context, module: OrgModule, item: CustomView, stored: dict[int, dict[str, Any]], where: str
) -> tuple[str, int, dict[str, Any]]:
    """Return name, id and definition of the view that an entry names: an existing or a new one."""
    name = view_name(context.existing, module.api_name, item.name)
    views = context.existing.views.values()
    existing = next((view for view in views if view.module == module.api_name and view.name == name), None)
    if existing is not None and existing.id in stored:
        view_id = same_id(existing.id, item.id, f"the view {name}", where)
        return name, view_id, stored[view_id]
    # A default view of a module that this fixture adds is not in the org yet, but in the module's template.
    defaults = module.definition.views
    default = next((view for view in defaults if view.name == name), None) or next(
        (view for view in defaults if view.display_value == name), None
    )
    if default is not None:
        view_id = module.base + default.id if item.id is None else item.id
        return default.name, view_id, {"replaces": default.id}
    view_id = context.new_id() if item.id is None else item.id
    user, now = context.existing.admin_id, context.now
    made = {"created_by": user, "created_time": now, "modified_by": user, "modified_time": now}
    return item.name, view_id, made


def _view(
    context: Context, module: OrgModule, item: CustomView, definition: dict[str, Any], where: str
) -> dict[str, Any]:
    for key in ("display_value", "default", "sort_by", "sort_order", "fields"):
        if getattr(item, key) is not None:
            definition[key] = getattr(item, key)
    for index, name in enumerate(item.fields or ()):
        context.field(module, name, f"{where}.fields[{index}]")
    if item.sort_by is not None:
        context.field(module, item.sort_by, f"{where}.sort_by")
    if "criteria" in item.model_fields_set:
        tree = item.criteria
        path = f"{where}.criteria"
        definition["criteria"] = None if tree is None else context.criteria(tree, module, path)
    if "shared_with" in item.model_fields_set:
        emails = item.shared_with
        definition["shared_with"] = emails and [
            context.user(email, f"{where}.shared_with[{index}]") for index, email in enumerate(emails)
        ]
    for key in ("created", "modified"):
        stamp = getattr(item, key)
        if stamp is not None:
            time, user = context.stamp(stamp, context.existing.admin_id, f"{where}.{key}")
            definition |= {f"{key}_by": user, f"{key}_time": time}
    return definition
