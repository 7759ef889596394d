"""GET /settings/territories, /settings/territories/{id} and /settings/territories/{id}/__child_territories
(docs/contract/mass-update-and-core.md 3.6).

An org without territories has the feature disabled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockcrm.core.errors.metadata import InvalidPathId, TerritoryNotEnabled
from mockcrm.core.org_metadata.model import Territory
from mockcrm.core.versions import ApiVersion
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, settings_endpoint
from mockcrm.http.metadata_filters import requested_of
from mockcrm.http.metadata_responses import author, creation_time, paginate, path_id
from mockcrm.http.response import Response, json_response

MAX_PER_PAGE = 2000
MAX_CHILDREN_PER_PAGE = 200


async def get_territories(call: Call) -> Response:
    """Return every territory; after v2 in pages, with `info`."""
    if _is_switched_off(call):
        return Response(204)
    territories = _requested(call, list(call.metadata.territories.values()))
    if not call.version.territories_have_later_form:
        return _response(call, territories)
    shown, info = paginate(call, territories, maximum=MAX_PER_PAGE)
    return _response(call, shown, info)


async def get_territory(call: Call) -> Response:
    """Return one territory by the id in the path."""
    if _is_switched_off(call):
        return Response(204)
    return _response(call, [_in_path(call)])


async def get_child_territories(call: Call) -> Response:
    """Return a page of the direct children of a territory."""
    _is_switched_off(call)
    parent = _in_path(call)
    children = [item for item in call.metadata.territories.values() if item.parent_id == parent.id]
    children = _requested(call, children)
    shown, info = paginate(call, children, maximum=MAX_CHILDREN_PER_PAGE)
    return _response(call, shown, info)


def _requested(call: Call, territories: list[Territory]) -> list[Territory]:
    return list(requested_of(call, territories, lambda territory: territory_item(call, territory)))


def _is_switched_off(call: Call) -> bool:
    """Return whether the org has no territories, which is a 204. Raises TerritoryNotEnabled in the versions that have
    an error for it."""
    if call.metadata.territories:
        return False
    if not call.version.territories_off_is_no_content:
        raise TerritoryNotEnabled
    return True


def _in_path(call: Call) -> Territory:
    territory = call.metadata.territories.get(path_id(call))
    if territory is None:
        raise InvalidPathId
    return territory


def _response(call: Call, territories: Sequence[Territory], info: dict[str, Any] | None = None) -> Response:
    if not territories:
        return Response(204)
    content: dict[str, Any] = {"territories": [territory_item(call, item) for item in territories]}
    if info is not None:
        content["info"] = info
    return json_response(200, content)


def territory_item(call: Call, territory: Territory) -> dict[str, Any]:
    """Return the JSON of a territory. Orgs do not store managers, rules or descriptions of territories."""
    metadata = call.metadata
    maker, time = author(metadata), creation_time(call)
    parent = None if territory.parent_id is None else metadata.territories[territory.parent_id]
    item: dict[str, Any] = {
        "created_time": time,
        "modified_time": time,
        "manager": None,
        "name": territory.name,
        "modified_by": maker,
        "description": None,
        "id": str(territory.id),
        "created_by": maker,
    }
    if not call.version.territories_have_later_form:
        return item | {"parent_id": None if parent is None else str(parent.id), "criteria": None}
    return item | {
        "api_name": territory.name.replace(" ", "_"),
        "permission_type": "read_write_delete",
        "reporting_to": None if parent is None else {"name": parent.name, "id": str(parent.id)},
        "account_rule_criteria": None,
        "lead_rule_criteria": None,
        "deal_rule_criteria": None,
    }


ENDPOINTS: tuple[Endpoint, ...] = (
    settings_endpoint("territories", "The territories of the org", get_territories),
    settings_endpoint("territories/{id}", "One territory", get_territory),
    settings_endpoint(
        "territories/{id}/__child_territories", "The territories below one", get_child_territories, since=ApiVersion.V5
    ),
)
"""The rows of this capability, in the order in which paths are matched."""
