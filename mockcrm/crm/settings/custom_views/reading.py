"""GET /settings/custom_views and /settings/custom_views/{id} (docs/contract/mass-update-and-core.md 3.4)."""

from __future__ import annotations

from typing import Any

from mockcrm.core.errors.metadata import InvalidPathId
from mockcrm.core.errors.request import PatternNotMatched
from mockcrm.core.org_metadata.model import CustomView, OrgModule
from mockcrm.core.org_metadata.users import administers
from mockcrm.core.org_metadata.view_json import ViewItems, category, default_view
from mockcrm.crm.settings.custom_views import errors
from mockcrm.http import parameters
from mockcrm.http.call import Call
from mockcrm.http.metadata_filters import requested_of
from mockcrm.http.metadata_responses import module_in_query, paginate, path_id
from mockcrm.http.response import Response, json_response

TRANSLATION = {
    "public_views": "Public Views",
    "other_users_views": "Other Users' Views",
    "shared_with_me": "Shared With Me",
    "created_by_me": "Created By Me",
}


async def get_custom_views(call: Call) -> Response:
    """Return a page of the module's views that the user may use; administrators also see those of others (assumed)."""
    module = module_in_query(call)
    items = ViewItems(call.metadata, call.version, call.user)
    scope = call.query.get("scope")
    if scope is not None and scope not in TRANSLATION:
        raise PatternNotMatched({"param_name": "scope"})
    favourite = parameters.choice(call, "favourite", "false", "true") == "true"
    views = [
        view
        for view in call.metadata.views_of(module.api_name)
        if may_see(call, view) and scope in (None, category(view, call.user)) and not favourite
    ]
    shown, info = paginate(call, requested_of(call, views, items.list_item))
    if not shown:
        return Response(204)
    default = default_view(call.metadata, module.api_name)
    info |= {"default": None if default is None else str(default.id), "translation": TRANSLATION}
    return json_response(200, {"custom_views": [items.list_item(view) for view in shown], "info": info})


async def get_custom_view(call: Call) -> Response:
    """Return one view of the module in the query, with all its keys; in v2 with the headings of the list, which the
    first-generation SDK reads."""
    view = view_in_path(call, module_in_query(call))
    if not may_see(call, view):
        raise errors.ViewDenied
    items = ViewItems(call.metadata, call.version, call.user)
    content: dict[str, Any] = {"custom_views": [items.whole(view)]}
    if call.version.one_view_translates_the_headings:
        content["info"] = {"translation": TRANSLATION}
    return json_response(200, content)


def may_see(call: Call, view: CustomView) -> bool:
    """Return whether the user may see the view."""
    return view.open_to(call.user.id) or administers(call.metadata, call.user)


def view_in_path(call: Call, module: OrgModule) -> CustomView:
    """Return the view of the id in the path. Raises InvalidPathId when it does not belong to the module."""
    view = call.metadata.views.get(path_id(call))
    if view is None or view.module != module.api_name:
        raise InvalidPathId
    return view
