"""Paths of the real API that are not emulated and would otherwise be taken for those of a module."""

from __future__ import annotations

from types import MappingProxyType

from mockcrm.http.endpoint import Endpoint

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
"""Paths of the real API that would otherwise be taken for a module's; they respond like unknown paths."""

ENDPOINTS: tuple[Endpoint, ...] = tuple(Endpoint(path, MappingProxyType({})) for path in NOT_EMULATED)
