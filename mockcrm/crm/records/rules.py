"""The rights that reading deleted records and writing records require (docs/contract/mass-update-and-core.md 4.3)."""

from __future__ import annotations

from mockcrm.core.org_metadata.model import OrgModule, Profile
from mockcrm.crm.records.errors import WriteDenied
from mockcrm.http.errors import ReadDenied


def require_deleted_right(profile: Profile, module: OrgModule) -> None:
    """Raise ReadDenied, which v8 spells in its own way here, when the profile denies read of the module."""
    if profile.denies("read", module.api_name):
        raise ReadDenied(module.api_name, "permission denied")


def require_create_right(profile: Profile, module: OrgModule) -> None:
    """Raise WriteDenied when the profile denies create of the module."""
    if profile.denies("create", module.api_name):
        raise WriteDenied("add", f"Crm_Implied_Create_{module.api_name}")


def require_update_right(profile: Profile, module: OrgModule) -> None:
    """Raise WriteDenied when the profile denies update of the module."""
    if profile.denies("update", module.api_name):
        raise WriteDenied("update", f"Crm_Implied_Edit_{module.api_name}")


def require_delete_right(profile: Profile, module: OrgModule) -> None:
    """Raise WriteDenied when the profile denies delete of the module."""
    if profile.denies("delete", module.api_name):
        raise WriteDenied("delete", f"Crm_Implied_Delete_{module.api_name}")


def require_upsert_right(profile: Profile, module: OrgModule) -> None:
    """Raise WriteDenied when the profile denies create or update of the module."""
    if profile.denies("create", module.api_name):
        raise WriteDenied("upsert", f"Crm_Implied_Create_{module.api_name}")
    if profile.denies("update", module.api_name):
        raise WriteDenied("upsert", f"Crm_Implied_Edit_{module.api_name}")
