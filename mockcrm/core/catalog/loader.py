"""Loading the standard modules and the template of custom modules from catalog.json, and creating custom fields.

catalog.json is built, and validated, from tools/catalog_data/ by `python -m tools.catalog`, so what is read
here is trusted. No YAML parser is imported, because that takes longer than reading the whole catalog.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import orjson

from mockcrm.core.catalog.model import AutoNumber, Field, Module, View
from mockcrm.core.field_types import FIELD_TYPES, MassUpdate
from mockcrm.core.versions import VERSIONS

CATALOG_FILE = "catalog.json"


@cache
def standard_modules() -> Mapping[str, Module]:
    """Return every standard module by api_name, in the order of data/modules.yaml. The mapping is shared and
    read-only."""
    return MappingProxyType({str(item["api_name"]): module_from(item) for item in _document()["modules"]})


@cache
def custom_template_size() -> tuple[int, int]:
    """Return how many fields and how many default views a custom module starts with."""
    template = _document()["custom"]
    return len(template["fields"]), len(template["views"])


def custom_module(
    api_name: str,
    singular_label: str,
    plural_label: str,
    id: int,  # noqa: A002 - the model's name for it
    *,
    field_ids: Sequence[int] = (),
    view_ids: Sequence[int] = (),
) -> Module:
    """Return a custom module with the fields and default views that every custom module starts with.

    Ids are given in the order of the template, as many as `custom_template_size()` says; without them every id is 0.
    Raises ValueError when the number of ids differs from that of the items.
    """
    template = _document()["custom"]
    labels = {"singular": singular_label, "plural": plural_label}
    return module_from(
        {
            "id": id,
            "api_name": api_name,
            "singular_label": singular_label,
            "plural_label": plural_label,
            "module_name": api_name,
            "scope": "custom",
            "display_field": "Name",
            "upsert_key": "Name",
            "custom": True,
            "fields": list(_with_ids("field_ids", template["fields"], field_ids, labels)),
            "views": list(_with_ids("view_ids", template["views"], view_ids, labels)),
        }
    )


def make_field(
    id: int,  # noqa: A002 - the model's name for it
    *,
    api_name: str,
    data_type: str,
    field_label: str | None = None,
    length: int | None = None,
    pick_list_values: Iterable[str] = (),
    decimal_place: int | None = None,
    lookup: str | None = None,
    unique: bool = False,
    system_mandatory: bool = False,
    read_only: bool | None = None,
    mass_update: bool | None = None,
    auto_number: Mapping[str, Any] | None = None,
) -> Field:
    """Return a custom field from the keys of a fixture; keys that are left out get the defaults of the data type.

    `mass_update` defaults to that of the type, and to false for a unique or read-only field
    (docs/contract/mass-update-and-core.md 3.2). Raises ValueError for an unknown data_type or a key that the type
    cannot have.
    """
    row = FIELD_TYPES.get(data_type)
    if row is None:
        raise ValueError(f"unknown data_type {data_type!r}; expected one of {', '.join(FIELD_TYPES)}")
    values = tuple(pick_list_values)
    if values and not row.has_pick_list:
        raise ValueError(f"pick_list_values: a field of data_type {data_type!r} cannot have them")
    if lookup is not None and not row.has_target:
        raise ValueError(f"lookup: a field of data_type {data_type!r} does not point to a module")
    if auto_number is not None and not row.is_auto_number:
        raise ValueError(f"auto_number: a field of data_type {data_type!r} does not count")
    locked = row.read_only if read_only is None else read_only
    if mass_update is None:
        mass_update = row.mass_update is MassUpdate.ALLOWED and not (unique or locked)
    return Field(
        id=id,
        api_name=api_name,
        field_label=api_name.replace("_", " ") if field_label is None else field_label,
        data_type=data_type,
        json_type=row.json_type,
        length=row.length if length is None else length,
        mass_update=mass_update,
        system_mandatory=system_mandatory,
        read_only=locked,
        api_writable=not (locked or row.computed),  # not even a fixture can make a formula writable
        custom=True,
        unique=unique,
        lookup=lookup,
        pick_list_values=values,
        decimal_place=decimal_place,
        auto_number=AutoNumber(**(auto_number or {})),
    )


def module_from(item: Mapping[str, Any]) -> Module:
    """Return a module from its object in catalog.json."""
    values = _with_versions(item)
    values["fields"] = tuple(map(_field_from, item["fields"]))
    values["views"] = tuple(View(**view) for view in item["views"])
    return Module(**values)


def _field_from(item: Mapping[str, Any]) -> Field:
    values = _with_versions(item)
    for key in ("pick_list_values", "columns"):
        if key in values:
            values[key] = tuple(values[key])
    return Field(**values)


_VERSION_KEYS = ("since", "until", "mass_update_since", "mass_update_until")


def _with_versions(item: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(item)
    for key in _VERSION_KEYS:
        label = values.get(key)
        if label is not None:
            values[key] = VERSIONS[label]
    return values


def _with_ids(
    name: str, items: Sequence[Mapping[str, Any]], ids: Sequence[int], labels: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield the template's items with their ids, and with the module's labels in place of {singular} and {plural}."""
    if ids and len(ids) != len(items):
        raise ValueError(f"{name}: expected {len(items)} ids, got {len(ids)}")
    for item, item_id in zip(items, ids or [0] * len(items), strict=True):
        yield {**{key: _with_labels(value, labels) for key, value in item.items()}, "id": item_id}


def _with_labels(value: Any, labels: Mapping[str, str]) -> Any:
    # Not str.format, because criteria contain `${TODAY}` and a label may contain braces.
    if isinstance(value, str):
        for key, label in labels.items():
            value = value.replace("{" + key + "}", label)
    return value


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(files("mockcrm.core.catalog").joinpath(CATALOG_FILE).read_bytes())
    return document
