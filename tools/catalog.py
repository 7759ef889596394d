"""Build catalog.json from the YAML files in data/: `python -m tools.catalog`.

People edit the YAML, the server reads the JSON. The data is validated here only; the loader trusts the result. The
same data always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
import yaml

from mockcrm.core.catalog.loader import CATALOG_FILE
from mockcrm.core.criteria.comparators import COMPARATORS
from mockcrm.core.field_types import FIELD_TYPES
from mockcrm.core.versions import VERSIONS

PACKAGE = Path(str(files("mockcrm.core.catalog")))
DATA = Path(__file__).parent / "catalog_data"
TEMPLATE = "custom"

FIRST_VIEW_ID = 87501
"""In real responses the id of All Open Leads, the first view of the first module, ends in these digits."""
FIRST_FIELD_ID = 100_000

VERSION = "a version"
MODULE_KEYS: Mapping[str, type | str] = {
    "api_name": str,
    "id": int,
    "singular_label": str,
    "plural_label": str,
    "module_name": str,
    "scope": str,
    "display_field": str,
    "upsert_key": str,
    "mass_update_since": VERSION,
    "mass_update_until": VERSION,
    "max_fields": int,
    "territories": bool,
    "convertable": bool,
    "pseudo": bool,
    "since": VERSION,
    "until": VERSION,
}
FIELD_KEYS: Mapping[str, type | str] = {
    "api_name": str,
    "field_label": str,
    "data_type": str,
    "json_type": str,
    "length": int,
    "decimal_place": int,
    "mass_update": bool,
    "system_mandatory": bool,
    "read_only": bool,
    "api_writable": bool,
    "unique": bool,
    "ui_type": int,
    "field_read_only": bool,
    "in_view": bool,
    "in_edit": bool,
    "in_create": bool,
    "in_quick_create": bool,
    "lookup": str,
    "pick_list_values": list,
    "columns": list,
    "since": VERSION,
    "until": VERSION,
}
VIEW_KEYS: Mapping[str, type | str] = {
    "name": str,
    "display_value": str,
    "system_name": str,
    "default": bool,
    "criteria": dict,
    "sort_by": str,
    "sort_order": str,
}
REQUIRED = {
    "module": ("api_name", "id", "singular_label", "plural_label", "module_name", "scope", "display_field"),
    "field": ("api_name", "field_label", "data_type", "json_type"),
    "view": ("name", "display_value", "system_name"),
}
JSON_TYPES = frozenset({"string", "integer", "double", "boolean", "jsonobject", "jsonarray"})


class CatalogError(ValueError):
    """Raised when the data is invalid; the message names the file, the place in it and what was expected."""


def build(data: Path = DATA) -> bytes:
    """Return the content of catalog.json for the YAML files in `data`. Raises CatalogError for the first error."""
    modules = _load(data / "modules.yaml", {"modules"})["modules"]
    names = {str(module.get("api_name")) for module in modules}
    _check_files(data, names)
    built = []
    for number, module in enumerate(modules):
        where = f"modules.yaml: modules[{number}]"
        _check_item(where, "module", module, MODULE_KEYS)
        fields, views = _read_module(data, module["api_name"], names)
        _check_names(where, module, {field["api_name"] for field in fields})
        built.append(
            {
                **module,
                "fields": _with_ids(fields, FIRST_FIELD_ID + number * 1000 + 1),
                "views": _with_ids(views, FIRST_VIEW_ID + number * 100),
            }
        )
    fields, views = _read_module(data, TEMPLATE, names)
    _check_ids(built)
    return orjson.dumps({"modules": built, "custom": {"fields": fields, "views": views}}) + b"\n"


def main() -> None:
    """Write catalog.json beside this module."""
    (PACKAGE / CATALOG_FILE).write_bytes(build())


def _load(path: Path, keys: set[str]) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(path.read_bytes(), Loader=loader)
    if not isinstance(content, dict) or set(content) != keys:
        raise CatalogError(f"{path.name}: expected the keys {', '.join(sorted(keys))}")
    for key, items in content.items():
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise CatalogError(f"{path.name}: {key}: expected a list of mappings")
    return content


def _read_module(data: Path, name: str, modules: set[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    file = f"{name}.yaml"
    content = _load(data / file, {"fields", "custom_views"})
    fields, views = content["fields"], content["custom_views"]
    for number, field in enumerate(fields):
        _check_field(f"{file}: fields[{number}]", field, modules)
    names = {field["api_name"] for field in fields}
    if len(names) != len(fields):
        raise CatalogError(f"{file}: fields: duplicate api_name")
    for number, view in enumerate(views):
        _check_view(f"{file}: custom_views[{number}]", view, names)
    return fields, views


def _with_ids(items: list[dict[str, Any]], first: int) -> list[dict[str, Any]]:
    return [{"id": number, **item} for number, item in enumerate(items, first)]


def _check_files(data: Path, names: set[str]) -> None:
    present = {path.stem for path in data.glob("*.yaml")}
    if present != names | {TEMPLATE, "modules"}:
        unmatched = ", ".join(sorted(present ^ (names | {TEMPLATE, "modules"})))
        raise CatalogError(f"modules.yaml: expected one file for each module and no others: {unmatched}")


def _check_item(where: str, kind: str, item: dict[str, Any], keys: Mapping[str, type | str]) -> None:
    for key, value in item.items():
        expected = keys.get(key)
        if expected is None:
            raise CatalogError(f"{where}: unknown key {key!r}; expected one of {', '.join(keys)}")
        if value is None and key == "mass_update_since":
            continue
        if isinstance(expected, str):
            if value not in VERSIONS:
                raise CatalogError(f"{where}.{key}: expected one of {', '.join(VERSIONS)}, got {value!r}")
        elif type(value) is not expected:
            raise CatalogError(f"{where}.{key}: expected {expected.__name__}, got {value!r}")
    for key in REQUIRED[kind]:
        if key not in item:
            raise CatalogError(f"{where}: {key} is missing")


def _check_field(where: str, field: dict[str, Any], modules: set[str]) -> None:
    _check_item(where, "field", field, FIELD_KEYS)
    data_type, lookup = field["data_type"], field.get("lookup")
    if data_type not in FIELD_TYPES:
        raise CatalogError(f"{where}.data_type: unknown type {data_type!r}")
    if field["json_type"] not in JSON_TYPES:
        raise CatalogError(f"{where}.json_type: unknown type {field['json_type']!r}")
    if lookup is not None and (lookup not in modules or not FIELD_TYPES[data_type].has_target):
        raise CatalogError(f"{where}.lookup: {lookup!r} is not a module that a {data_type} may point to")
    if "pick_list_values" in field and not FIELD_TYPES[data_type].has_pick_list:
        raise CatalogError(f"{where}.pick_list_values: a {data_type} has no pick_list_values")
    _check_flags(where, field)
    for key in ("pick_list_values", "columns"):
        values = field.get(key, [])
        if not all(isinstance(value, str) for value in values) or len(set(values)) != len(values):
            raise CatalogError(f"{where}.{key}: expected different strings, got {values!r}")


def _check_flags(where: str, field: dict[str, Any]) -> None:
    """Check the flags of a field, and its length, against each other."""
    written = field.get("api_writable", True)
    if field.get("read_only") and written:
        raise CatalogError(f"{where}.api_writable: expected false, since the field is read-only")
    if not written and any(field.get(key) for key in ("in_edit", "in_create", "in_quick_create", "system_mandatory")):
        raise CatalogError(f"{where}: a field that cannot be written is on no form")
    if field.get("mass_update") and not (written and field.get("in_edit", True)):
        raise CatalogError(f"{where}.mass_update: expected false, since the field cannot be edited")
    if "length" not in field and not FIELD_TYPES[field["data_type"]].is_subform:
        raise CatalogError(f"{where}.length is missing")


def _check_view(where: str, view: dict[str, Any], fields: set[str]) -> None:
    _check_item(where, "view", view, VIEW_KEYS)
    if view.get("sort_order", "asc") not in ("asc", "desc"):
        raise CatalogError(f"{where}.sort_order: expected asc or desc")
    named = list(_criteria_fields(f"{where}.criteria", view["criteria"])) if "criteria" in view else []
    for name in [*named, *([view["sort_by"]] if "sort_by" in view else [])]:
        if name not in fields:
            raise CatalogError(f"{where}: {name!r} is not a field of the module")


def _criteria_fields(where: str, node: Any) -> Iterator[str]:
    """Yield the field names of a criteria tree. Raises CatalogError when its shape is invalid
    (docs/contract/mass-update-and-core.md 3.4)."""
    keys = set(node) if isinstance(node, dict) else set()
    if keys == {"comparator", "field", "value"}:
        if node["comparator"] not in COMPARATORS or not isinstance(node["field"], str):
            raise CatalogError(f"{where}: unknown comparator, or a field that is not an api_name")
        yield node["field"]
    elif keys == {"group_operator", "group"}:
        members = node["group"]
        if str(node["group_operator"]).lower() not in ("and", "or") or not 2 <= len(members) <= 25:
            raise CatalogError(f"{where}: expected AND or OR over 2 to 25 members")
        for number, member in enumerate(members):
            yield from _criteria_fields(f"{where}.group[{number}]", member)
    else:
        raise CatalogError(f"{where}: expected comparator, field, value or group_operator, group")


def _check_names(where: str, module: dict[str, Any], fields: set[str]) -> None:
    for key in ("display_field", "upsert_key"):
        if key in module and module[key] not in fields:
            raise CatalogError(f"{where}.{key}: {module[key]!r} is not a field of {module['api_name']}")


def _check_ids(modules: list[dict[str, Any]]) -> None:
    ids = [module["id"] for module in modules]
    ids += [item["id"] for module in modules for key in ("fields", "views") for item in module[key]]
    if len(set(ids)) != len(ids):
        raise CatalogError("modules.yaml: duplicate id")
    names = [module["api_name"] for module in modules]
    if len(set(names)) != len(names):
        raise CatalogError("modules.yaml: duplicate api_name")


if __name__ == "__main__":
    main()
