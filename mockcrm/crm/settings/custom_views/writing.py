"""POST, PUT and DELETE of /settings/custom_views in v8 (docs/contract/mass-update-and-core.md 3.4; texts and statuses
are those of the v8 pages).

Each view succeeds or fails on its own, all in one transaction, after which the org has new metadata. A job on a view
continues with the records that it selected at its start (assumed).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.request import InvalidParam, MissingKey, RequiredParamMissing, UnreadableBody, WrongType
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import CustomView, OrgModule
from mockcrm.core.org_metadata.users import administers
from mockcrm.core.org_metadata.view_json import maker_of
from mockcrm.crm.settings.custom_views import errors
from mockcrm.crm.settings.custom_views.body import ViewBody
from mockcrm.crm.settings.custom_views.reading import view_in_path
from mockcrm.http.call import Call
from mockcrm.http.metadata_responses import module_in_query
from mockcrm.http.response import Response, json_response

MAX_VIEWS = 100
"""The maximum of views in one request, as for records (assumed)."""

Change: TypeAlias = Callable[[sqlite3.Connection], int]
"""Makes one change in the org's database and returns the view's id."""


async def post_custom_views(call: Call) -> Response:
    """Create views: 201 `custom view created`."""
    module = module_in_query(call)
    items = _items(call)
    if any(not item.get("name") for item in items):
        raise errors.ViewNameMissing({"param_name": "name"})
    taken = _names(call, module)
    changes: list[Change | ZohoError] = []
    for index, item in enumerate(items):
        try:
            changes.append(_creation(call, module, item, taken, f"$.custom_views[{index}]"))
        except ZohoError as error:
            changes.append(error)
    return await _carry_out(call, changes, 201, "custom view created")


async def put_custom_views(call: Call) -> Response:
    """Update views by the ids in the items: 200 `custom view updated`."""
    module = module_in_query(call)
    taken = _names(call, module)
    changes: list[Change | ZohoError] = []
    for index, item in enumerate(_items(call)):
        where = f"$.custom_views[{index}]"
        try:
            view = call.metadata.views.get(parse_id(item.get("id")) or 0)
            if view is None or view.module != module.api_name:
                raise errors.InvalidViewValue({"api_name": "id"}, path=f"{where}.id")
            _may_change(call, view)
            changes.append(_update(call, module, view, item, taken, where))
        except ZohoError as error:
            changes.append(error)
    return await _carry_out(call, changes, 200, "custom view updated")


async def put_custom_view(call: Call) -> Response:
    """Update the view in the path: 200 `custom view updated`."""
    module = module_in_query(call)
    view = view_in_path(call, module)
    _may_change(call, view)
    change: Change | ZohoError
    try:
        change = _update(call, module, view, _items(call)[0], _names(call, module), "$.custom_views[0]")
    except (errors.InvalidViewValue, errors.DuplicateView) as error:
        change = error
    return await _carry_out(call, [change], 200, "custom view updated")


async def delete_custom_views(call: Call) -> Response:
    """Delete the views in `ids`: 200 `deleted successfully`."""
    module = module_in_query(call)
    texts = [text.strip() for text in call.query.get("ids", "").split(",") if text.strip()]
    if not texts:
        raise RequiredParamMissing({"param_name": "ids"})
    if len(texts) > MAX_VIEWS:
        raise InvalidParam({"param_name": "ids"})
    changes: list[Change | ZohoError] = []
    for text in dict.fromkeys(texts):
        view = call.metadata.views.get(parse_id(text) or 0)
        if view is None or view.module != module.api_name:
            changes.append(errors.ViewNotDeleted({"id": text}))
            continue
        try:
            changes.append(_deletion(call, view))
        except errors.ViewDenied as error:
            changes.append(error)
    return await _carry_out(call, changes, 200, "deleted successfully")


async def delete_custom_view(call: Call) -> Response:
    """Delete the view in the path: 200 `deleted successfully`."""
    return await _carry_out(
        call, [_deletion(call, view_in_path(call, module_in_query(call)))], 200, "deleted successfully"
    )


# -- reading the request -----------------------------------------------------------------------------------------


def _items(call: Call) -> list[Mapping[str, Any]]:
    body = call.json()
    if not isinstance(body, dict):
        raise UnreadableBody
    items = body.get("custom_views")
    if items is None:
        raise MissingKey({"api_name": "custom_views"}, path="$.custom_views")
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise WrongType({"expected_data_type": "jsonarray", "api_name": "custom_views"}, path="$.custom_views")
    if len(items) > MAX_VIEWS:
        raise WrongType({"maximum_length": MAX_VIEWS, "api_name": "custom_views"}, path="$.custom_views")
    return items


def _names(call: Call, module: OrgModule) -> dict[str, int]:
    """Return the names in use in a module (case-folded) and the id of the view of each; creating a view adds its name
    with the id 0."""
    names: dict[str, int] = {}
    for view in call.metadata.views_of(module.api_name):
        names[view.name.casefold()] = names[view.display_value.casefold()] = view.id
    return names


def _may_change(call: Call, view: CustomView) -> None:
    """Raise ViewDenied unless the caller is the view's author or an administrator (assumed)."""
    if maker_of(view) != call.user.id and not administers(call.metadata, call.user):
        raise errors.ViewDenied


# -- the changes -------------------------------------------------------------------------------------------------


def _check_name(body: ViewBody, taken: dict[str, int], view_id: int, where: str) -> str | None:
    """Return the item's name and mark it as used. Raises DuplicateView when another view has it."""
    name = body.name
    if name is not None:
        if taken.get(name.casefold(), view_id) != view_id or (view_id == 0 and name.casefold() in taken):
            raise errors.DuplicateView({"api_name": "name"}, path=f"{where}.name")
        taken[name.casefold()] = view_id
    return name


def _creation(call: Call, module: OrgModule, item: Mapping[str, Any], taken: dict[str, int], where: str) -> Change:
    body = ViewBody(call.metadata, module, call.user, item, where)
    definition = body.definition()
    name = _check_name(body, taken, 0, where)
    if name is None:
        raise errors.InvalidViewValue({"api_name": "name"}, path=f"{where}.name")
    stamps = {"created_by": call.user.id, "created_time": call.org.now()}
    definition |= {**stamps, "modified_by": call.user.id, "modified_time": call.org.now()}

    def change(connection: sqlite3.Connection) -> int:
        view_id = metadata_store.allocate_ids(connection, 1)
        metadata_store.put_view(connection, view_id, module.api_name, name, definition)
        return view_id

    return change


def _update(
    call: Call, module: OrgModule, view: CustomView, item: Mapping[str, Any], taken: dict[str, int], where: str
) -> Change:
    maker = call.metadata.users.get(maker_of(view) or 0, call.user)
    body = ViewBody(call.metadata, module, maker, item, where)
    changes = body.definition()
    name = _check_name(body, taken, view.id, where)
    changes |= {"modified_by": call.user.id, "modified_time": call.org.now()}
    if name is not None and view.system_defined:
        # A default view keeps its internal name.
        changes["display_value"] = name

    def change(connection: sqlite3.Connection) -> int:
        stored = metadata_store.view_definition(connection, view.id)
        definition = {"replaces": view.id - module.base} if stored is None else stored
        definition |= changes
        if name is not None and not view.system_defined:
            definition.pop("display_value", None)
        name_to_store = view.name if name is None or view.system_defined else name
        metadata_store.put_view(connection, view.id, module.api_name, name_to_store, definition)
        return view.id

    return change


def _deletion(call: Call, view: CustomView) -> Change:
    _may_change(call, view)
    if view.system_defined:
        raise errors.ViewDenied

    def change(connection: sqlite3.Connection) -> int:
        metadata_store.delete_view(connection, view.id)
        return view.id

    return change


async def _carry_out(call: Call, changes: Sequence[Change | ZohoError], status: int, message: str) -> Response:
    """Make the changes and return one item for each. The status is `status`, 207 when some failed, and that of the
    first error when all failed (the v8 pages)."""
    refused = [change for change in changes if isinstance(change, ZohoError)]
    ids: list[int] = []
    if len(refused) < len(changes):

        def work(connection: sqlite3.Connection) -> list[int]:
            return [change(connection) for change in changes if not isinstance(change, ZohoError)]

        ids = await call.org.write_metadata(work, metadata=call.metadata)
        status = 207 if refused else status
    else:
        status = refused[0].status_in(call.version, call.status_profile)
    made = iter(ids)
    items = [
        change.item(call.version)
        if isinstance(change, ZohoError)
        else {"code": "SUCCESS", "details": {"id": str(next(made))}, "message": message, "status": "success"}
        for change in changes
    ]
    return json_response(status, {"custom_views": items}, rules=tuple(error.name for error in refused))
