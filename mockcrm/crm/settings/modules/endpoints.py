"""GET /settings/modules and /settings/modules/{api_name} (docs/contract/mass-update-and-core.md 3.1)."""

from __future__ import annotations

from typing import Any

import orjson

from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule, Profile
from mockcrm.core.org_metadata.view_json import ViewItems, default_columns, default_view
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.settings.modules.errors import ModuleNotListed, StatusUnknown
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, settings_endpoint
from mockcrm.http.errors import ModuleNotInApi
from mockcrm.http.metadata_responses import NOT_MODIFIED, author, cached, creation_time, is_unchanged
from mockcrm.http.modules import find_module
from mockcrm.http.response import Response, json_response

STATUSES = ("visible", "user_hidden", "system_hidden", "scheduled_for_deletion")

# Facts about standard modules that the catalog does not have (all assumed; for custom modules see where a set is used).
NOT_TABS = frozenset({"Notes", "Attachments"})
NOT_SUPPORTED = frozenset({"Attachments"})
"""SDKs request the fields of every supported module; Attachments has fields, but no records of its own."""
WITH_WEBFORMS = frozenset({"Leads", "Contacts", "Cases"})
WITH_SCORES = frozenset({"Leads", "Accounts", "Contacts", "Deals"})
WITH_INVENTORY_TEMPLATES = frozenset({"Quotes", "Sales_Orders", "Purchase_Orders", "Invoices"})
WITHOUT_BLUEPRINTS = frozenset({"Activities", *NOT_TABS})
FIELD_STATES = {"Leads": ("convert_scheduler",)}
"""The states of fields that a record may have, as in the sample of Leads in v8."""
WITHOUT_QUICK_CREATE = WITH_INVENTORY_TEMPLATES | {"Price_Books", "Activities", *NOT_TABS}


async def get_modules(call: Call) -> Response:
    """Return the modules of the version, from v5 on only those with a status in `status`; 304 when the metadata was not
    modified since If-Modified-Since."""
    requested = _statuses(call)
    if is_unchanged(call):
        return NOT_MODIFIED
    metadata, version, profile = call.metadata, call.version, call.profile
    found = [
        (number, module)
        for number, module in enumerate(metadata.modules.values(), 1)
        if module.definition.exists_in(version) and (requested is None or status_of(module) in requested)
    ]
    if not found:
        return Response(204)
    time = creation_time(call)

    def body() -> bytes:
        items = [module_item(metadata, module, number, version, profile, time) for number, module in found]
        return orjson.dumps({"modules": items})

    return Response(200, cached(metadata, ("modules", version, profile.id, requested), body))


async def get_module(call: Call) -> Response:
    """Return one module, with the keys that the list leaves out, such as its complete default view."""
    metadata, version, profile = call.metadata, call.version, call.profile
    module = module_in_path(call)
    number = list(metadata.modules).index(module.api_name) + 1
    item = module_item(metadata, module, number, version, profile, creation_time(call))
    return json_response(200, {"modules": [item | _heavy(call, module)]})


def module_in_path(call: Call) -> OrgModule:
    """Return the module of the path, by its api_name or its id (v8: the vendor's OpenAPI description; PUT has both in
    every SDK). Raises InvalidModule or ModuleNotListed when this version does not have it."""
    name = call.path["api_name"]
    module_id = parse_id(name)
    module = None if module_id is None else call.metadata.modules_by_id.get(module_id)
    try:
        return find_module(call, name if module is None else module.api_name, index=2)
    except ModuleNotInApi:
        raise ModuleNotListed(2) from None


def _heavy(call: Call, module: OrgModule) -> dict[str, Any]:
    """Return the keys that only the single form has (assumed, except the default view)."""
    items = ViewItems(call.metadata, call.version, call.user)
    view = default_view(call.metadata, module.api_name)
    columns = default_columns(module, call.version)
    tab = module.api_name not in NOT_TABS
    version = call.version
    item: dict[str, Any] = {
        "kanban_view": False,
        "kanban_view_supported": tab,
        "filter_status": tab,
        "related_list_properties": {"sort_by": None, "fields": columns, "sort_order": None},
        "per_page": 10,
        "$properties": [],
        "display_field": module.definition.display_field,
        "search_layout_fields": columns,
        "custom_view": None if view is None else items.whole(view),
    }
    if not version.modules_show_lookup_support:
        item["territory"] = None
    if version.modules_show_blueprint_support:
        item["$on_demand_properties"] = ["$blocked_reason"]
    if version.modules_have_a_status:
        item |= {
            "activity_badge": "Enabled" if tab else "Disabled",
            "$field_states": list(FIELD_STATES.get(module.api_name, ())),
            "lookup_field_properties": {"fields": _lookup_fields(module, columns)},
        }
    if version.modules_have_charts:
        item |= {"chart_view": False, "chart_view_supported": tab}
    return item


def _lookup_fields(module: OrgModule, columns: list[str]) -> list[dict[str, Any]]:
    """Return the fields by which a record is shown when one is looked up: those of the default columns (assumed)."""
    return [
        {"sequence_number": number, "api_name": name, "id": str(module.base + module.fields[name].id)}
        for number, name in enumerate(columns, 1)
    ]


def _statuses(call: Call) -> frozenset[str] | None:
    text = call.query.get("status")
    if text is None or not call.version.modules_have_a_status:
        return None
    parts = [part.strip() for part in text.split(",")]
    requested = frozenset(parts)
    if not requested.issubset(STATUSES):
        unknown = next(place for place, item in enumerate(parts) if item not in STATUSES)
        raise StatusUnknown(unknown, STATUSES)
    return requested


def status_of(module: OrgModule) -> str:
    """Return the `status` of a module: one without a tab is hidden by the system (assumed)."""
    return "system_hidden" if module.api_name in NOT_TABS else "visible"


def module_item(
    metadata: OrgMetadata, module: OrgModule, number: int, version: ApiVersion, profile: Profile, time: str
) -> dict[str, Any]:
    """Return the JSON of a module in the list. `number` is its place in the list, `time` its modified time; `profile`
    decides what the caller may do with it."""
    name, facts = module.api_name, module.definition
    tab = name not in NOT_TABS
    item: dict[str, Any] = {
        "global_search_supported": name != "Attachments",
        "deletable": not profile.denies("delete", name),
        "description": None,
        "creatable": not profile.denies("create", name),
        "inventory_template_supported": name in WITH_INVENTORY_TEMPLATES,
        "modified_time": time,
        "plural_label": facts.plural_label,
        "presence_sub_menu": tab,
        "triggers_supported": tab,
        "id": str(module.id),
        "visibility": 1,
        "convertable": facts.convertable,
        "editable": not profile.denies("update", name),
        "emailTemplate_support": tab,
        "profiles": [{"name": item.name, "id": str(item.id)} for item in metadata.profiles.values()],
        "filter_supported": tab,
        "show_as_tab": tab,
        "web_link": None,
        "sequence_number": number,
        "singular_label": facts.singular_label,
        "viewable": not profile.denies("read", name),
        "api_supported": name not in NOT_SUPPORTED,
        "api_name": name,
        "quick_create": name not in WITHOUT_QUICK_CREATE,
        "modified_by": author(metadata) if facts.custom else None,
        "generated_type": "custom" if facts.custom else "default",
        "feeds_required": False,
        "scoring_supported": facts.custom or name in WITH_SCORES,
        "webform_supported": facts.custom or name in WITH_WEBFORMS,
        "arguments": [],
        "module_name": facts.module_name,
        "business_card_field_limit": 5,
        "parent_module": {},
    }
    if version.modules_show_blueprint_support:
        item["isBlueprintSupported"] = name not in WITHOUT_BLUEPRINTS
    if version.modules_have_a_status:
        item |= {
            "status": status_of(module),
            "sub_menu_available": tab,
            "actual_singular_label": facts.singular_label,
            "actual_plural_label": facts.plural_label,
            "has_more_profiles": False,
            "access_type": "org_based",
            "private_profile": None,
            "profile_count": len(metadata.profiles),
            "recycle_bin_on_delete": tab,
            "email_parser_supported": tab,
            "track_current_data": False,
        }
    if version.modules_show_lookup_support:
        item |= {"lookupable": tab, "public_fields_configured": False}
    return item


ENDPOINTS: tuple[Endpoint, ...] = (
    settings_endpoint("modules", "The modules of the org", get_modules),
    settings_endpoint("modules/{api_name}", "One module", get_module),
)
"""The rows of this capability, in the order in which paths are matched."""
