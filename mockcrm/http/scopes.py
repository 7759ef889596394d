"""Who may call what: scopes of the token, rights of the profile (contract 0.1 steps 6 and 7, 1.7, 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from mockcrm.core import errors
from mockcrm.core.org_metadata.model import OrgModule, Profile


@dataclass(frozen=True, slots=True)
class Scope:
    """What an endpoint needs: `ZohoCRM.<group>[.<sub>].<operation>`. `sub` may have several spellings, any of
    which a granted scope may use; an empty tuple is an endpoint without a sub."""

    group: str
    operation: str
    subs: tuple[str, ...] = ()
    service: str = "zohocrm"


def module_subs(module: OrgModule) -> tuple[str, ...]:
    """How scopes spell a module: the documented word, its api_name, for custom modules also `custom`."""
    names = {module.module.scope, module.api_name, module.api_name.replace("_", "")}
    if module.module.custom:
        names.add("custom")
    return tuple(sorted({name.lower() for name in names}))


@lru_cache(maxsize=4096)
def covers(granted: tuple[str, ...], needed: Scope) -> bool:
    """Whether one of the `granted` scopes covers what is `needed`; compared without case (contract 1.7)."""
    return any(_covers(scope.lower(), needed) for scope in granted)


def _covers(granted: str, needed: Scope) -> bool:
    service, *parts = granted.strip().split(".")
    if service != needed.service or not 2 <= len(parts) <= 3 or parts[0] != needed.group:
        return False
    if len(parts) == 3 and parts[1] not in needed.subs:
        return False
    operation = parts[-1]
    if operation == "write":
        return needed.operation in ("create", "update")
    return operation in ("all", needed.operation)


def scope_granted(granted: tuple[str, ...], needed: Scope) -> None:
    """Row 21: the token has the scope of the endpoint."""
    if not covers(granted, needed):
        raise errors.ScopeMismatch


def may_mass_update(profile: Profile, module: OrgModule) -> None:
    """Row 16: neither mass_update nor update of the module is denied to the profile."""
    if profile.denies("mass_update", module.api_name) or profile.denies("update", module.api_name):
        raise errors.MassUpdateDenied(f"Crm_Implied_Mass_Update_{module.api_name}")


def may_schedule(profile: Profile, module: OrgModule) -> None:
    """Row 24: schedule_mass_update is not denied to the profile."""
    if profile.denies("schedule_mass_update", module.api_name):
        raise errors.ScheduleDenied


def may_read(profile: Profile, module: OrgModule) -> None:
    """Contract 2.4 and 4.3: read of the module is not denied to the profile."""
    if profile.denies("read", module.api_name):
        raise errors.ReadDenied


def may_ask_status(profile: Profile, module: OrgModule) -> None:
    """Contract 2.4: mass_update_status is not denied to the profile."""
    if profile.denies("mass_update_status", module.api_name):
        raise errors.StatusDenied


def may_write(profile: Profile, module: OrgModule, right: str) -> None:
    """Contract 4.3: create, update or delete of the module is not denied to the profile."""
    if right == "create":
        denied, verb = profile.denies("create", module.api_name), "add"
    elif right == "update":
        denied, verb = profile.denies("update", module.api_name), "update"
    else:
        denied, verb = profile.denies("delete", module.api_name), "delete"
    if denied:
        raise errors.WriteDenied(verb)


def may_upsert(profile: Profile, module: OrgModule) -> None:
    """Contract 4.3: neither create nor update of the module is denied to the profile."""
    if profile.denies("create", module.api_name) or profile.denies("update", module.api_name):
        raise errors.WriteDenied("upsert")
