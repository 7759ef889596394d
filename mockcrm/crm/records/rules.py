"""The rights that writing records requires."""

from __future__ import annotations

from mockcrm.core.org_metadata.model import OrgModule, Profile
from mockcrm.crm.records.errors import WriteDenied


def require_create_right(profile: Profile, module: OrgModule) -> None:
    """Raise WriteDenied when the profile denies create of the module (4.3)."""
    if profile.denies("create", module.api_name):
        raise WriteDenied("add")


def require_update_right(profile: Profile, module: OrgModule) -> None:
    """Raise WriteDenied when the profile denies update of the module (4.3)."""
    if profile.denies("update", module.api_name):
        raise WriteDenied("update")


def require_delete_right(profile: Profile, module: OrgModule) -> None:
    """Raise WriteDenied when the profile denies delete of the module (4.3)."""
    if profile.denies("delete", module.api_name):
        raise WriteDenied("delete")


def require_upsert_right(profile: Profile, module: OrgModule) -> None:
    """Raise WriteDenied when the profile denies create or update of the module (4.3)."""
    if profile.denies("create", module.api_name) or profile.denies("update", module.api_name):
        raise WriteDenied("upsert")
