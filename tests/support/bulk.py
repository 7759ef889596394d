"""Requests of mass actions in memory, for tests of their rules."""

from __future__ import annotations

from typing import Any

from mockcrm.core.bulk.request import BulkBody, BulkRequest
from mockcrm.core.field_values import ValueContext
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule, Profile
from mockcrm.core.org_settings import OrgOptions
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.mass_update.body import MassUpdateBody, MassUpdateRequest

EVERYTHING = Profile(1, "all")


def bulk_request(
    org: OrgMetadata,
    module: OrgModule,
    *,
    user: int | None = None,
    edition: str = "enterprise",
    version: ApiVersion = ApiVersion.V2,
    **keys: Any,
) -> BulkRequest:
    """A request with these keys in its body, of the administrator unless `user` says whose."""
    request = BulkRequest(
        module=module,
        user=org.users[org.admin_id if user is None else user],
        profile=EVERYTHING,
        metadata=org,
        edition=edition,
        version=version,
    )
    request.body = BulkBody(**keys)
    return request


def mass_update_request(
    org: OrgMetadata,
    module: OrgModule,
    values: dict[str, Any],
    *,
    profile: Profile = EVERYTHING,
    version: ApiVersion = ApiVersion.V2,
) -> MassUpdateRequest:
    """A mass update of these values whose body is parsed already."""
    request = MassUpdateRequest(
        raw=None,
        module=module,
        user=org.users[org.admin_id],
        profile=profile,
        metadata=org,
        edition="enterprise",
        version=version,
        values=ValueContext.of(version, org, OrgOptions()),
    )
    request.body = MassUpdateBody(values=values)
    return request
