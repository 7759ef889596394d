"""The table of the emulated API: every path, its verbs, and the scopes they need (contract 1.7).

An endpoint is one row here and one handler. Rows stand in order of traffic: routing tries them from the top.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from mockcrm.api import actions, metadata, records
from mockcrm.api.call import Call
from mockcrm.api.gateway import Endpoint, Operation, mass_update_module, record_module
from mockcrm.rules.access import Scope, module_subs

Scopes = Callable[[Call], tuple[Scope, ...]]


def of_module(group: str, *operations: str) -> Scopes:
    """Scopes of a group whose sub is the module of the path."""

    def needed(call: Call) -> tuple[Scope, ...]:
        return tuple(Scope(group, operation, module_subs(call.module)) for operation in operations)

    return needed


def of_settings(name: str) -> Scopes:
    """settings.<name>.READ, or settings as a whole."""
    scope = (Scope("settings", "read", (name,)),)
    return lambda _: scope


def plain(group: str, operation: str) -> Scopes:
    """A scope without a sub."""
    scope = (Scope(group, operation),)
    return lambda _: scope


def _verbs(**operations: Operation) -> MappingProxyType[str, Operation]:
    return MappingProxyType(operations)


NOT_EMULATED: tuple[str, ...] = (
    "/crm/{version}/settings/{rest:path}",
    "/crm/{version}/users/{rest:path}",
    "/crm/{version}/org/{rest:path}",
    "/crm/{version}/coql",
    "/crm/{version}/__features",
    "/crm/{version}/__apis",
    "/crm/{version}/files",
    "/crm/{version}/bulk/{rest:path}",
    "/crm/bulk/{rest:path}",
    "/crm/{version}/composite_requests",
    "/crm/{version}/actions/{rest:path}",
)
"""Paths of the real API that would otherwise be taken for a module's; they answer as unknown ones."""

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/crm/{version}/{module}/actions/mass_update",
        _verbs(
            POST=Operation(actions.post_mass_update, of_module("mass_update", "update")),
            GET=Operation(actions.get_mass_update, of_module("mass_update", "read")),
        ),
        module=mass_update_module,
        summary="Mass update records, or ask for the status of a job",
    ),
    Endpoint(
        "/crm/{version}/settings/modules",
        _verbs(GET=Operation(metadata.get_modules, of_settings("modules"))),
        summary="The modules of the org",
    ),
    Endpoint(
        "/crm/{version}/settings/fields",
        _verbs(GET=Operation(metadata.get_fields, of_settings("fields"))),
        summary="The fields of a module",
    ),
    Endpoint(
        "/crm/{version}/users",
        _verbs(GET=Operation(metadata.get_users, plain("users", "read"))),
        summary="The users of the org",
    ),
    Endpoint(
        "/crm/{version}/org",
        _verbs(GET=Operation(metadata.get_org, plain("org", "read"))),
        summary="The org itself",
    ),
    *(Endpoint(path, _verbs()) for path in NOT_EMULATED),
    Endpoint(
        "/crm/{version}/{module}",
        _verbs(
            GET=Operation(records.get_records, of_module("modules", "read")),
            POST=Operation(records.post_records, of_module("modules", "create")),
            PUT=Operation(records.put_records, of_module("modules", "update")),
            DELETE=Operation(records.delete_records, of_module("modules", "delete")),
        ),
        module=record_module,
        summary="List, insert, update and delete records",
    ),
    Endpoint(
        "/crm/{version}/{module}/{id}",
        _verbs(
            GET=Operation(records.get_record, of_module("modules", "read")),
            PUT=Operation(records.put_record, of_module("modules", "update")),
            DELETE=Operation(records.delete_record, of_module("modules", "delete")),
        ),
        module=record_module,
        summary="One record",
    ),
)
