"""Permission checks: the scopes of an access token and the rights of a profile.

Section numbers are those of docs/contract/mass-update-and-core.md, row numbers those of its error table, 2.2. These
checks are steps 6 and 7 of the order in 0.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from mockcrm.core.org_metadata.model import OrgModule, Profile
from mockcrm.http import errors


@dataclass(frozen=True, slots=True)
class OAuthScope:
    """The scope that an endpoint requires: `ZohoCRM.<group>[.<sub>].<operation>`. A granted scope may use any of
    the spellings in `subs`; an empty tuple means that the required scope has no sub."""

    group: str
    operation: str
    subs: tuple[str, ...] = ()
    service: str = "zohocrm"


def module_subs(module: OrgModule) -> tuple[str, ...]:
    """Return the spellings of a module in scopes: the documented word, its api_name, and `custom` if it is custom."""
    names = {module.definition.scope, module.api_name, module.api_name.replace("_", "")}
    if module.definition.custom:
        names.add("custom")
    return tuple(sorted({name.lower() for name in names}))


@lru_cache(maxsize=4096)
def covers(granted: tuple[str, ...], needed: OAuthScope) -> bool:
    """Return whether one of the `granted` scopes covers the `needed` one, ignoring case (1.7)."""
    return any(_covers(scope.lower(), needed) for scope in granted)


def _covers(granted: str, needed: OAuthScope) -> bool:
    service, *parts = granted.strip().split(".")
    if service != needed.service or not 2 <= len(parts) <= 3 or parts[0] != needed.group:
        return False
    if len(parts) == 3 and parts[1] not in needed.subs:
        return False
    operation = parts[-1]
    if operation == "write":
        return needed.operation in ("create", "update")
    return operation in ("all", needed.operation)


def require_scope(granted: tuple[str, ...], needed: OAuthScope) -> None:
    """Raise ScopeMismatch unless the granted scopes cover the needed one (row 21)."""
    if not covers(granted, needed):
        raise errors.ScopeMismatch


def require_read_right(profile: Profile, module: OrgModule) -> None:
    """Raise ReadDenied when the profile denies read of the module (2.4, 4.3)."""
    if profile.denies("read", module.api_name):
        raise errors.ReadDenied(module.api_name)
