"""GET /settings/fields and /settings/fields/{id} (docs/contract/mass-update-and-core.md 3.2)."""

from __future__ import annotations

import orjson

from mockcrm.core.errors.metadata import InvalidPathId
from mockcrm.core.errors.request import PatternNotMatched
from mockcrm.core.org_metadata.field_json import FieldItems
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule, Profile
from mockcrm.core.versions import ApiVersion
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, settings_endpoint
from mockcrm.http.metadata_responses import cached, module_in_query, module_name_in_query, path_id, require_layout
from mockcrm.http.modules import find_module
from mockcrm.http.response import Response, json_response

TYPES = frozenset({"all", "used", "unused"})


async def get_fields(call: Call) -> Response:
    """Return the fields of the module in the query, as the version and the caller's profile show them. A field hidden
    from the profile is left out (the v7 page; in the other versions assumed). No field is ever unused.

    SDKs also request the fields of the modules named by subforms and multi-select lookups, which the org does not list.
    They get only the field that every row has, and then accept the other keys of a row untyped: with an empty list the
    Python SDK 8.0 cannot read a second row. v2, which has no such field, returns 204."""
    name = module_name_in_query(call)
    metadata, version, profile = call.metadata, call.version, call.profile
    if metadata.find_module(name) is None and (owner := _owner_of(metadata, version, name)) is not None:
        row_id = owner.fields.get("id")
        if row_id is None or not version.fields_list_record_id:
            return Response(204)
        return json_response(200, {"fields": [FieldItems(metadata, owner, version, profile).item(row_id)]})
    module = find_module(call, name, index=None)
    requested = call.query.get("type", "all")
    if requested not in TYPES:
        raise PatternNotMatched({"param_name": "type"})
    require_layout(call, module)
    if requested == "unused":
        return Response(204)
    data_type = call.query.get("data_type")
    if data_type is not None:
        items = FieldItems(metadata, module, version, profile).all()
        items = [item for item in items if item["data_type"] in data_type.split(",")]
        return json_response(200, {"fields": items}) if items else Response(204)
    key = ("fields", module.api_name, version, profile.id)
    body = cached(metadata, key, lambda: _body(metadata, module, version, profile))
    return Response(200, body) if body else Response(204)


async def get_field(call: Call) -> Response:
    """Return one field of the module in the query, by its id."""
    module = module_in_query(call)
    field_id = path_id(call)
    items = FieldItems(call.metadata, module, call.version, call.profile)
    for field in module.definition.fields:
        if module.base + field.id == field_id and items.visible(field):
            return json_response(200, {"fields": [items.item(field)]})
    raise InvalidPathId


def _body(metadata: OrgMetadata, module: OrgModule, version: ApiVersion, profile: Profile) -> bytes:
    items = FieldItems(metadata, module, version, profile).all()
    return orjson.dumps({"fields": items}) if items else b""


def _owner_of(metadata: OrgMetadata, version: ApiVersion, name: str) -> OrgModule | None:
    """Return the module with the field that a module of that name, in any case, is part of; None when there is none."""
    names = modules_of_fields(metadata, version)
    found = names.get(name)
    if found is None:
        lowered = name.lower()
        found = next((owner for other, owner in names.items() if other.lower() == lowered), None)
    return found


def modules_of_fields(metadata: OrgMetadata, version: ApiVersion) -> dict[str, OrgModule]:
    """Return the modules that exist only as parts of fields (rows of subforms, links of multi-select lookups): for each
    name the module that has the field."""
    names: dict[ApiVersion, dict[str, OrgModule]] = metadata.cache.setdefault("modules_of_fields", {})
    if version not in names:
        names[version] = {
            field.type.module_of_rows(module, field): module
            for module in metadata.modules.values()
            for field in module.definition.fields
            if field.exists_in(version) and field.type.module_of_rows is not None
        }
    return names[version]


ENDPOINTS: tuple[Endpoint, ...] = (
    settings_endpoint("fields", "The fields of a module", get_fields),
    settings_endpoint("fields/{id}", "One field of a module", get_field),
)
"""The rows of this capability, in the order in which paths are matched."""
