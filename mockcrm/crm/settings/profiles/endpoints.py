"""GET /settings/profiles and /settings/profiles/{id} (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mockcrm.core.errors.metadata import InvalidPathId
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgModule, Profile
from mockcrm.crm.settings.profiles.errors import TypeUnknown
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, settings_endpoint
from mockcrm.http.metadata_filters import requested_of
from mockcrm.http.metadata_responses import NOT_MODIFIED, author, creation_time, is_unchanged, paginate
from mockcrm.http.response import Response, json_response

PERMISSION_IDS = 460_000_000_000
"""First id of the permissions: ten ids for each module (assumed; no other ids are that large)."""
TYPES = frozenset({"normal_profile", "private_profile", "portal_profile"})
"""Values of the parameter `type`; every profile of an org here is a normal one."""
STANDARD = frozenset({"Administrator", "Standard"})
"""The profiles that every org has; all others are custom."""
WITHOUT_PERMISSIONS = frozenset({"Attachments"})


class Permission(NamedTuple):
    """A permission that every module has; `name` is a format string for its name."""

    name: str
    label: str
    enabled: Callable[[Profile, str], bool]


def _mass_updates(profile: Profile, module: str) -> bool:
    return not (profile.denies("mass_update", module) or profile.denies("update", module))


PERMISSIONS = (
    Permission("Crm_Implied_View_{}", "View", lambda profile, module: not profile.denies("read", module)),
    Permission("Crm_Implied_Create_{}", "Create", lambda profile, module: not profile.denies("create", module)),
    Permission("Crm_Implied_Edit_{}", "Edit", lambda profile, module: not profile.denies("update", module)),
    Permission("Crm_Implied_Delete_{}", "Delete", lambda profile, module: not profile.denies("delete", module)),
    Permission("Crm_Implied_Mass_Update_{}", "Mass Update", _mass_updates),
    Permission(
        "Crm_Implied_Mass_Delete_{}", "Mass Delete", lambda profile, module: not profile.denies("delete", module)
    ),
    Permission("MASSTRANSFER_{}", "Mass Transfer", lambda profile, module: not profile.denies("update", module)),
)


async def get_profiles(call: Call) -> Response:
    """Return every profile, without its permissions, or those that the parameters select; 304 when the metadata was not
    modified since If-Modified-Since."""
    kind = call.query.get("type", "normal_profile")
    if kind not in TYPES:
        raise TypeUnknown({"param_name": "type"})
    profiles = list(call.metadata.profiles.values()) if kind == "normal_profile" else []
    shown, info = paginate(call, requested_of(call, profiles, lambda profile: profile_item(call, profile)))
    if is_unchanged(call):
        return NOT_MODIFIED
    if not shown:
        return Response(204)
    listed: dict[str, Any] = {"profiles": [profile_item(call, item) for item in shown]}
    return json_response(200, listed | {"info": info} if call.version.profiles_are_described_by_v8 else listed)


async def get_profile(call: Call) -> Response:
    """Return one profile by the id in the path, with its permissions: as one list, and grouped by module."""
    profile_id = parse_id(call.path["id"])
    profile = None if profile_id is None else call.metadata.profiles.get(profile_id)
    if profile is None:
        raise InvalidPathId(2, "the id given seems to be invalid or already deleted")
    if is_unchanged(call):
        return NOT_MODIFIED
    details: list[dict[str, Any]] = []
    categories = []
    for module in _modules(call):
        found = list(_permissions(module, profile))
        details += found
        categories.append(
            {
                "display_label": module.definition.plural_label,
                "permissions_details": [item["id"] for item in found],
                "name": module.api_name,
            }
        )
    sections = [{"name": "basic_permissions", "categories": categories}]
    item = profile_item(call, profile) | {"permissions_details": details, "sections": sections}
    return json_response(200, {"profiles": [item]})


def profile_item(call: Call, profile: Profile) -> dict[str, Any]:
    """Return the JSON of a profile in the list. Only a custom profile has an author."""
    custom = profile.name not in STANDARD
    maker = author(call.metadata) if custom else None
    time = creation_time(call) if custom else None
    item: dict[str, Any] = {
        "display_label": profile.name,
        "default": not custom,
        "created_time": time,
        "modified_time": time,
        "name": profile.name,
        "modified_by": maker,
        "description": None,
        "id": str(profile.id),
        "created_by": maker,
    }
    if call.version.profiles_are_described_by_v8:
        item["api_name"] = re.sub(r"[^A-Za-z0-9]+", "_", profile.name)
    if call.version.profiles_have_later_form:
        return item | {"type": "normal_profile", "custom": custom}
    return item | {"category": custom}


def _modules(call: Call) -> Iterator[OrgModule]:
    return (
        module
        for module in call.metadata.modules.values()
        if module.definition.exists_in(call.version) and module.api_name not in WITHOUT_PERMISSIONS
    )


def _permissions(module: OrgModule, profile: Profile) -> Iterator[dict[str, Any]]:
    first = module.base + PERMISSION_IDS + (module.id - module.base) * 10
    for number, permission in enumerate(PERMISSIONS, 1):
        yield {
            "display_label": permission.label,
            "module": module.api_name,
            "name": permission.name.format(module.api_name),
            "id": str(first + number),
            "enabled": permission.enabled(profile, module.api_name),
        }


ENDPOINTS: tuple[Endpoint, ...] = (
    settings_endpoint("profiles", "The profiles of the org", get_profiles),
    settings_endpoint("profiles/{id}", "One profile with its permissions", get_profile),
)
"""The rows of this capability, in the order in which paths are matched."""
