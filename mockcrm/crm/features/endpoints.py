"""GET /__features (docs/contract/mass-update-and-core.md 3.7): a few features, to give clients the right shape."""

from __future__ import annotations

from typing import Any, NamedTuple

from mockcrm.core.versions import ApiVersion
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, Operation, plain, verbs
from mockcrm.http.metadata_responses import paginate
from mockcrm.http.modules import find_module
from mockcrm.http.response import Response, json_response


class Feature(NamedTuple):
    """A feature and how often an org may use it; `per_module` if the limit applies to each module."""

    api_name: str
    label: str
    limit: int
    per_module: bool = False
    components: tuple[Feature, ...] = ()


FEATURES = (
    # As in the samples of the v8 page; the other features and all limits are assumed.
    Feature(
        "global_picklists",
        "Global Picklists",
        10,
        components=(Feature("global_picklist_per_module", "Global Picklist Per Module", 7),),
    ),
    Feature("profiles", "Profiles", 25),
    Feature("custom_views", "Custom Views", 150, per_module=True),
    Feature("custom_fields", "Custom Fields", 300, per_module=True),
)


async def get_features(call: Call) -> Response:
    """Return a page of the features: only those in `api_names`, and with `module` only those limited per module."""
    names = call.query.get("api_names")
    module = call.query.get("module")
    found = [item for item in FEATURES if names is None or item.api_name in names.split(",")]
    if module is not None:
        find_module(call, module, index=None)
        found = [item for item in found if item.per_module]
    shown, info = paginate(call, found)
    if not shown:
        return Response(204)
    return json_response(200, {"__features": [_item(item) for item in shown], "info": info})


def _item(feature: Feature) -> dict[str, Any]:
    components = [_component(item) for item in feature.components]
    return {**_component(feature), "parent_feature": None, "components": components}


def _component(feature: Feature) -> dict[str, Any]:
    return {
        "api_name": feature.api_name,
        "feature_label": feature.label,
        "module_supported": feature.per_module,
        "details": {"limits": {"edition_limit": feature.limit, "total": feature.limit}},
    }


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/crm/{version}/__features",
        verbs(GET=Operation(get_features, plain("features", "read"))),
        since=ApiVersion.V6,
        summary="Features and their limits",
    ),
)
"""The rows of this capability, in the order in which paths are matched."""
