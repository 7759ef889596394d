"""Roles (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from collections.abc import Mapping

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import Documented
from mockcrm.http.schema.base import ApiModel, Id, Reference, Time, list_of


class RoleKeys(ApiModel):
    """The keys of a role in every version."""

    display_label: str
    forecast_manager: None
    share_with_peers: bool
    name: str
    description: None
    id: Id
    reporting_to: Reference | None


class RoleV2(RoleKeys):
    """A role in v2 and v2.1."""

    admin_user: bool


class RoleV3(RoleKeys):
    """A role, from v3 on."""

    created_by__s: Reference
    modified_by__s: Reference
    created_time__s: Time
    modified_time__s: Time


ROLES = {
    ApiVersion.V2: list_of("RolesV2", "roles", RoleV2),
    ApiVersion.V3: list_of("RolesV3", "roles", RoleV3),
}
DOCUMENTED: Mapping[str, Documented] = {
    "get_roles": Documented("Every role of the org.", responses={200: ROLES}),
    "get_role": Documented("One role by id.", responses={200: ROLES}, errors=("INVALID_PATH_ID",)),
}
