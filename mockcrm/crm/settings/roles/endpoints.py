"""GET /settings/roles and /settings/roles/{id} (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from typing import Any

from mockcrm.core.errors.metadata import InvalidPathId
from mockcrm.core.org_metadata.model import Role
from mockcrm.core.org_metadata.users import administers
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, settings_endpoint
from mockcrm.http.metadata_responses import author, creation_time, path_id
from mockcrm.http.response import Response, json_response


async def get_roles(call: Call) -> Response:
    """Return every role."""
    return json_response(200, {"roles": [role_item(call, role) for role in call.metadata.roles.values()]})


async def get_role(call: Call) -> Response:
    """Return one role by the id in the path."""
    role = call.metadata.roles.get(path_id(call))
    if role is None:
        raise InvalidPathId
    return json_response(200, {"roles": [role_item(call, role)]})


def role_item(call: Call, role: Role) -> dict[str, Any]:
    """Return the JSON of a role. `admin_user`: whether an administrator has it. `share_with_peers`: only in the topmost
    role (assumed)."""
    metadata = call.metadata
    above = None if role.reports_to is None else metadata.roles.get(role.reports_to)
    item: dict[str, Any] = {
        "display_label": role.name,
        "forecast_manager": None,
        "share_with_peers": above is None,
        "name": role.name,
        "description": None,
        "id": str(role.id),
        "reporting_to": None if above is None else {"name": above.name, "id": str(above.id)},
    }
    if not call.version.has_later_metadata:
        users = metadata.users.values()
        return item | {"admin_user": any(user.role_id == role.id and administers(metadata, user) for user in users)}
    maker, time = author(metadata), creation_time(call)
    return item | {
        "created_by__s": maker,
        "modified_by__s": maker,
        "created_time__s": time,
        "modified_time__s": time,
    }


ENDPOINTS: tuple[Endpoint, ...] = (
    settings_endpoint("roles", "The roles of the org", get_roles),
    settings_endpoint("roles/{id}", "One role", get_role),
)
"""The rows of this capability, in the order in which paths are matched."""
