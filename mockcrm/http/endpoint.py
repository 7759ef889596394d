"""The rows that endpoints are declared with: a path, its verbs, and the scopes that each of them requires."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mockcrm.core.org_metadata.model import OrgModule, Profile
from mockcrm.core.versions import ApiVersion
from mockcrm.http.call import Call
from mockcrm.http.response import Response
from mockcrm.http.scopes import OAuthScope, module_subs

Handler = Callable[[Call], Awaitable[Response]]
Scopes = Callable[[Call], tuple[OAuthScope, ...]]
"""Returns the scopes of which a call requires every one. May read the call's module and its body."""
Right = Callable[[Profile, OrgModule], None]
"""Raises its error unless the user's profile has the right in the module of the path."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What one verb does at a path: its handler, the scopes and the right of the profile that it requires, and the
    first version that has it."""

    handler: Handler
    scopes: Scopes
    right: Right | None = None
    since: ApiVersion = ApiVersion.V2


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path of the API with its verbs. `not_emulated` are verbs that the real API has there but this server does not.
    `module` finds the module in the path; None for a path without one."""

    path: str
    operations: Mapping[str, Operation]
    module: Callable[[Call], OrgModule] | None = None
    since: ApiVersion = ApiVersion.V2
    summary: str = field(default="", compare=False)
    not_emulated: frozenset[str] = frozenset()


def of_module(group: str, *operations: str) -> Scopes:
    """Return the scopes of a group for the module of the path: `<group>.<module>.<operation>`."""

    def needed(call: Call) -> tuple[OAuthScope, ...]:
        cached: dict[object, tuple[OAuthScope, ...]] = call.metadata.cache.setdefault("scopes", {})
        key = (group, operations, call.module.api_name)
        scopes = cached.get(key)
        if scopes is None:
            subs = module_subs(call.module)
            scopes = cached[key] = tuple(OAuthScope(group, operation, subs) for operation in operations)
        return scopes

    return needed


def of_settings(name: str, operation: str = "read") -> Scopes:
    """Return the scope `settings.<name>.<operation>`, which a granted scope for all settings covers too."""
    scope = (OAuthScope("settings", operation, (name,)),)
    return lambda _: scope


def plain(group: str, operation: str) -> Scopes:
    """Return a scope without a sub: `<group>.<operation>`."""
    scope = (OAuthScope(group, operation),)
    return lambda _: scope


def verbs(**operations: Operation) -> Mapping[str, Operation]:
    """Return the operations of a path by verb."""
    return MappingProxyType(operations)


def settings_endpoint(
    name: str, summary: str, handler: Handler, *, since: ApiVersion = ApiVersion.V2, **more: Operation
) -> Endpoint:
    """Return the row of a path below settings that `handler` handles by GET; its scope is called like the first part
    of `name`. `more` are its other verbs."""
    operations = {"GET": Operation(handler, of_settings(name.partition("/")[0])), **more}
    return Endpoint(f"/crm/{{version}}/settings/{name}", MappingProxyType(operations), since=since, summary=summary)
