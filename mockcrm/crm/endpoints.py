"""The table of the emulated API: every path, its verbs, and the scopes they need (contract 1.7).

An endpoint is one row here and one handler. Rows stand in order of traffic: routing tries them from the top.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from mockcrm.core.versions import ApiVersion
from mockcrm.crm import records
from mockcrm.crm import settings as metadata
from mockcrm.crm.mass_update import endpoints as actions
from mockcrm.http.call import Call
from mockcrm.http.exchange import Endpoint, Handler, Operation
from mockcrm.http.modules import mass_update_module, record_module
from mockcrm.http.scopes import Scope, module_subs

Scopes = Callable[[Call], tuple[Scope, ...]]


def of_module(group: str, *operations: str) -> Scopes:
    """Scopes of a group whose sub is the module of the path."""

    def needed(call: Call) -> tuple[Scope, ...]:
        kept: dict[object, tuple[Scope, ...]] = call.directory.derived.setdefault("scopes", {})
        key = (group, operations, call.module.api_name)
        scopes = kept.get(key)
        if scopes is None:
            subs = module_subs(call.module)
            scopes = kept[key] = tuple(Scope(group, operation, subs) for operation in operations)
        return scopes

    return needed


def of_settings(name: str, operation: str = "read") -> Scopes:
    """settings.<name>.READ (or another operation), or settings as a whole."""
    scope = (Scope("settings", operation, (name,)),)
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
    "/crm/{version}/__features/{rest:path}",
    "/crm/{version}/__apis",
    "/crm/{version}/files",
    "/crm/{version}/bulk/{rest:path}",
    "/crm/bulk/{rest:path}",
    "/crm/{version}/__composite_requests",
    "/crm/{version}/actions/{rest:path}",
)
"""Paths of the real API that would otherwise be taken for a module's; they answer as unknown ones."""


def _settings(name: str, summary: str, handler: Handler, **more: Operation) -> Endpoint:
    """A path below settings that is read by GET; the scope is called like the first part of `name`."""
    operations = {"GET": Operation(handler, of_settings(name.partition("/")[0])), **more}
    return Endpoint(f"/crm/{{version}}/settings/{name}", _verbs(**operations), summary=summary)


def _writes_views(handler: Handler, operation: str) -> Operation:
    return Operation(handler, of_settings("custom_views", operation), since=ApiVersion.V8)


METADATA: tuple[Endpoint, ...] = (
    _settings(
        "custom_views",
        "The custom views of a module",
        metadata.get_custom_views,
        POST=_writes_views(metadata.post_custom_views, "create"),
        PUT=_writes_views(metadata.put_custom_views, "update"),
        DELETE=_writes_views(metadata.delete_custom_views, "delete"),
    ),
    _settings(
        "custom_views/{id}",
        "One custom view with its criteria",
        metadata.get_custom_view,
        PUT=_writes_views(metadata.put_custom_view, "update"),
        DELETE=_writes_views(metadata.delete_custom_view, "delete"),
    ),
    _settings("modules/{api_name}", "One module", metadata.get_module),
    _settings("fields/{id}", "One field of a module", metadata.get_field),
    _settings("layouts", "The layouts of a module", metadata.get_layouts),
    _settings("layouts/{id}", "One layout", metadata.get_layout),
    _settings("related_lists", "The related lists of a module", metadata.get_related_lists),
    _settings("related_lists/{id}", "One related list", metadata.get_related_list),
    _settings("territories", "The territories of the org", metadata.get_territories),
    _settings("territories/{id}", "One territory", metadata.get_territory),
    replace(
        _settings("territories/{id}/__child_territories", "The territories below one", metadata.get_child_territories),
        since=ApiVersion.V5,
    ),
    _settings("profiles", "The profiles of the org", metadata.get_profiles),
    _settings("profiles/{id}", "One profile with its permissions", metadata.get_profile),
    _settings("roles", "The roles of the org", metadata.get_roles),
    _settings("roles/{id}", "One role", metadata.get_role),
)

SEARCH = Scope("securesearch", "read", service="zohosearch")


def _searches(call: Call) -> tuple[Scope, ...]:
    return (*of_module("modules", "read")(call), SEARCH)


RECORDS: tuple[Endpoint, ...] = (
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
        "/crm/{version}/{module}/search",
        _verbs(GET=Operation(records.search_records, _searches)),
        module=record_module,
        summary="Search records by criteria, email, phone or word",
    ),
    Endpoint(
        "/crm/{version}/{module}/upsert",
        _verbs(POST=Operation(records.upsert_records, of_module("modules", "create", "update"))),
        module=record_module,
        summary="Insert records, or update those that are there already",
    ),
    Endpoint(
        "/crm/{version}/{module}/deleted",
        _verbs(GET=Operation(records.get_deleted, of_module("modules", "read"))),
        module=record_module,
        summary="Deleted records",
    ),
    Endpoint(
        "/crm/{version}/{module}/actions/count",
        _verbs(GET=Operation(records.count_records, of_module("modules", "read"))),
        module=record_module,
        since=ApiVersion.V2_1,
        summary="How many records a view has or a search finds",
    ),
    Endpoint(
        "/crm/{version}/{module}/actions/assign_territories",
        _verbs(POST=Operation(records.assign_territories, of_module("modules", "update"))),
        module=record_module,
        summary="Assign records to territories",
    ),
    Endpoint(
        "/crm/{version}/{module}/{id}/actions/assign_territories",
        _verbs(POST=Operation(records.assign_territories_of_record, of_module("modules", "update"))),
        module=record_module,
        summary="Assign one record to territories",
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
    *METADATA,
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
    Endpoint(
        "/crm/{version}/users/{id}",
        _verbs(GET=Operation(metadata.get_user, plain("users", "read"))),
        summary="One user",
    ),
    Endpoint(
        "/crm/{version}/__features",
        _verbs(GET=Operation(metadata.get_features, plain("features", "read"))),
        since=ApiVersion.V7,
        summary="Features and their limits",
    ),
    *(Endpoint(path, _verbs()) for path in NOT_EMULATED),
    *RECORDS,
)
