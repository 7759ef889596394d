"""GET /settings/layouts and /settings/layouts/{id} (docs/contract/mass-update-and-core.md 3.3).

Every module has one layout, Standard.
"""

from __future__ import annotations

from typing import Any

import orjson

from mockcrm.core.catalog.conversions import BECOME
from mockcrm.core.catalog.model import Field
from mockcrm.core.errors.metadata import InvalidPathId
from mockcrm.core.org_metadata.field_json import FieldItems
from mockcrm.core.org_metadata.layout_sections import Section, section_id, sections_of
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule, Profile
from mockcrm.core.versions import ApiVersion
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, settings_endpoint
from mockcrm.http.metadata_responses import author, cached, creation_time, module_in_query, path_id
from mockcrm.http.response import Response

REQUIRED_OF_A_DEAL = {"Amount": False, "Deal_Name": True, "Closing_Date": False, "Stage": True}
"""The fields of the deal that a lead becomes, and whether they have to be given, as in a sample of v8."""
LAYOUT_ACTIONS = {
    "edit": True,
    "rename": True,
    "clone": True,
    "downgrade": False,
    "delete": False,
    "deactivate": False,
    "set_layout_permissions": True,
}
"""What may be done with a layout of the system, as in recorded responses."""


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
        "convert_mapping": _convert_mapping(metadata, module, version),
        "modified_time": time,
        "visible": True,
        "created_for": None,
        "name": "Standard",
        "modified_by": maker,
        "profiles": [_profile_item(module, profile, version) for profile in metadata.profiles.values()],
        "id": str(module.layout_id),
        "created_by": maker,
        "sections": _sections(call, module),
        # For a layout in use the v2 SDKs have the integer 0, and the v7 page has "active".
        "status": "active" if version.has_later_metadata else 0,
    }
    if version.layouts_show_business_cards:
        item["show_business_card"] = True
    if version.layouts_have_a_source:
        item |= {
            "has_more_profiles": False,
            "display_label": "Standard",
            "api_name": "Standard__s",
            "source": "crm",
            "generated_type": "system",
            "actions_allowed": LAYOUT_ACTIONS,
        }
    return item


def _profile_item(module: OrgModule, profile: Profile, version: ApiVersion) -> dict[str, Any]:
    """Return a profile that has the layout; from v5 on with the view in which its users see a record."""
    item: dict[str, Any] = {"default": True, "name": profile.name, "id": str(profile.id)}
    if version.layouts_have_a_source:
        view = {"name": "Standard", "id": str(module.layout_id), "type": "layout"}
        item |= {"_default_view": view, "_default_assignment_view": view}
    return item


def _convert_mapping(metadata: OrgMetadata, module: OrgModule, version: ApiVersion) -> dict[str, Any] | None:
    """Return the layouts of the records that one of the module is converted to; None where nothing is converted (before
    v5 only leads have it, assumed)."""
    if module.api_name not in BECOME or not (module.api_name == "Leads" or version.layouts_have_a_source):
        return None
    label = {"display_label": "Standard"} if version.layouts_have_a_source else {}
    mapping: dict[str, Any] = {}
    for key, name in BECOME[module.api_name]:
        target = metadata.modules[name]
        mapping[key] = {**label, "name": "Standard", "id": str(target.layout_id)}
        if name == "Deals":
            mapping[key]["fields"] = [_mapped_field(target, field) for field in REQUIRED_OF_A_DEAL]
    return mapping


def _mapped_field(deals: OrgModule, name: str) -> dict[str, Any]:
    field = deals.fields[name]
    return {
        "api_name": name,
        "field_label": field.field_label,
        "id": str(deals.base + field.id),
        "required": REQUIRED_OF_A_DEAL[name],
    }


def _sections(call: Call, module: OrgModule) -> list[dict[str, Any]]:
    items = FieldItems(call.metadata, module, call.version, call.profile)
    found = []
    for section in sections_of(module):
        fields = [
            _field_item(items, field, number) for number, field in enumerate(filter(items.visible, section.fields), 1)
        ]
        if fields:
            found.append(_section_item(module, section, fields, call.version))
    return found


def _field_item(items: FieldItems, field: Field, number: int) -> dict[str, Any]:
    item = items.item(field) | {"required": field.system_mandatory, "sequence_number": number}
    if items.version.fields_leave_out_what_they_lack:
        # In layouts the values of a picklist have the dependent values too.
        item["pick_list_values"] = [{**value, "maps": []} for value in item["pick_list_values"]]
    return item


def _section_item(
    module: OrgModule, section: Section, fields: list[dict[str, Any]], version: ApiVersion
) -> dict[str, Any]:
    properties = {"reorder_rows": True, "maximum_rows": 100, "tooltip": None}
    item: dict[str, Any] = {
        "display_label": section.label,
        "sequence_number": section.number,
        "isSubformSection": section.subform,
        "tab_traversal": "left_to_right" if version.tab_traversal_is_text else 0,
        "api_name": section.label if version.section_api_names_have_spaces else section.name_in_v8,
        "column_count": 1 if section.subform else 2,
        "name": section.label,
        "generated_type": "custom" if section.custom else "default",
        "fields": fields,
        "properties": properties if section.subform else None,
    }
    if version.layouts_show_business_cards:
        item["type"] = "used"
    if version.sections_have_ids:
        item["id"] = section_id(module, section)
    if version.sections_have_a_mode:
        item["mode"] = "default_create"
    if version.sections_allow_actions:
        item["actions_allowed"] = {
            "add_field": True,
            "rename": True,
            "change_tab_traversal": not section.subform,
            "reorder": True,
            "delete": True,
            "remove_field": True,
            "change_column_count": not section.subform,
        }
    return item


ENDPOINTS: tuple[Endpoint, ...] = (
    settings_endpoint("layouts", "The layouts of a module", get_layouts),
    settings_endpoint("layouts/{id}", "One layout", get_layout),
)
"""The rows of this capability, in the order in which paths are matched."""
