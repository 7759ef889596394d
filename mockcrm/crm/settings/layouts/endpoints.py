"""GET /settings/layouts and /settings/layouts/{id} (docs/contract/mass-update-and-core.md 3.3).

Every module has one layout, Standard.
"""

from __future__ import annotations

from typing import Any

import orjson

from mockcrm.core.errors.metadata import InvalidPathId
from mockcrm.core.org_metadata.field_json import FieldItems
from mockcrm.core.org_metadata.layout_sections import Section, sections_of
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, settings_endpoint
from mockcrm.http.metadata_responses import author, cached, creation_time, module_in_query, path_id
from mockcrm.http.response import Response

LEADS_BECOME = ("Accounts", "Contacts", "Deals")


async def get_layouts(call: Call) -> Response:
    """Return the layout of the module in the query, with its sections and their fields."""
    return _response(call, module_in_query(call))


async def get_layout(call: Call) -> Response:
    """Return the layout of the module in the query, by its id."""
    module = module_in_query(call)
    if path_id(call) != module.layout_id:
        raise InvalidPathId
    return _response(call, module)


def _response(call: Call, module: OrgModule) -> Response:
    key = ("layouts", module.api_name, call.version, call.profile.id)

    def body() -> bytes:
        return orjson.dumps({"layouts": [layout_item(call, module)]})

    return Response(200, cached(call.metadata, key, body))


def layout_item(call: Call, module: OrgModule) -> dict[str, Any]:
    """Return the JSON of a module's layout. Only that of a custom module has an author (assumed)."""
    metadata, version = call.metadata, call.version
    maker = author(metadata) if module.definition.custom else None
    time = creation_time(call) if module.definition.custom else None
    item: dict[str, Any] = {
        "created_time": time,
        "convert_mapping": _convert_mapping(metadata) if module.api_name == "Leads" else None,
        "modified_time": time,
        "visible": True,
        "created_for": None,
        "name": "Standard",
        "modified_by": maker,
        "profiles": [
            {"default": True, "name": profile.name, "id": str(profile.id)} for profile in metadata.profiles.values()
        ],
        "id": str(module.layout_id),
        "created_by": maker,
        "sections": _sections(call, module),
        # For a layout in use the v2 SDKs have the integer 0, and the v7 page has "active".
        "status": "active" if version.has_later_metadata else 0,
    }
    if version.layouts_have_a_source:
        item |= {
            "has_more_profiles": False,
            "display_label": "Standard",
            "api_name": "Standard__s",
            "source": "system",
            "mode": "view",
        }
    return item


def _convert_mapping(metadata: OrgMetadata) -> dict[str, Any]:
    """Return the layouts of the records that a Lead is converted to."""
    mapping: dict[str, Any] = {
        name: {"name": "Standard", "id": str(metadata.modules[name].layout_id)} for name in LEADS_BECOME
    }
    mapping["Deals"]["fields"] = []
    return mapping


def _sections(call: Call, module: OrgModule) -> list[dict[str, Any]]:
    items = FieldItems(call.metadata, module, call.version, call.profile)
    found = []
    for section in sections_of(module):
        fields = [
            items.item(field) | {"required": field.system_mandatory, "sequence_number": number}
            for number, field in enumerate(filter(items.visible, section.fields), 1)
        ]
        if fields:
            found.append(_section_item(section, fields, later=call.version.has_later_metadata))
    return found


def _section_item(section: Section, fields: list[dict[str, Any]], *, later: bool) -> dict[str, Any]:
    properties = {"reorder_rows": True, "maximum_rows": 100, "tooltip": None}
    return {
        "display_label": section.label,
        "sequence_number": section.number,
        "isSubformSection": section.subform,
        # The v2 SDKs expect a number, those of v8 a string.
        "tab_traversal": "left_to_right" if later else 0,
        "api_name": section.label.replace(" ", "_"),
        "column_count": 1 if section.subform else 2,
        "name": section.label,
        "generated_type": "default",
        "fields": fields,
        "properties": properties if section.subform else None,
    }


ENDPOINTS: tuple[Endpoint, ...] = (
    settings_endpoint("layouts", "The layouts of a module", get_layouts),
    settings_endpoint("layouts/{id}", "One layout", get_layout),
)
"""The rows of this capability, in the order in which paths are matched."""
