"""What the metadata endpoints share: conditional requests, parameters, ids in the path, cached bodies, authors."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from mockcrm.core.clock import iso
from mockcrm.core.errors.metadata import InvalidPathId
from mockcrm.core.errors.request import InvalidParam, RequiredParamMissing
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule
from mockcrm.core.org_metadata.users import user_reference
from mockcrm.http import parameters
from mockcrm.http.call import Call
from mockcrm.http.errors import InvalidModule
from mockcrm.http.modules import find_module
from mockcrm.http.response import Response

T = TypeVar("T")

NOT_MODIFIED = Response(304)


def cached(metadata: OrgMetadata, key: Hashable, make: Callable[[], bytes]) -> bytes:
    """Return the JSON cached under `key`, made by `make` once for each state of the metadata."""
    responses: dict[Hashable, bytes] = metadata.cache.setdefault("metadata", {})
    body = responses.get(key)
    if body is None:
        body = responses[key] = make()
    return body


# -- times and authors -------------------------------------------------------------------------------------------


def is_unchanged(call: Call) -> bool:
    """Return whether the metadata is as old as the client's If-Modified-Since or older. Its time changes with every
    load, reset and change of metadata. SDKs send the header in ISO 8601."""
    since = parameters.time_header(call, "if-modified-since")
    return since is not None and call.org.metadata_time <= since


def creation_time(call: Call) -> str:
    """Return the creation time of the org in the API's form: the created and modified time of objects for which none
    is stored."""
    times: dict[str, str] = call.metadata.cache.setdefault("metadata_time", {})
    if "made" not in times:
        times["made"] = iso(call.org.row.created_time, call.metadata.org.offset)
    return times["made"]


def author(metadata: OrgMetadata) -> dict[str, str | None] | None:
    """Return the author of objects for which none is stored: the org's administrator."""
    return user_reference(metadata, metadata.admin_id)


# -- parameters --------------------------------------------------------------------------------------------------


def module_name_in_query(call: Call) -> str:
    """Return the parameter `module`. Raises RequiredParamMissing."""
    name = call.query.get("module")
    if not name:
        raise RequiredParamMissing({"param_name": "module"})
    return name


def module_in_query(call: Call, invalid: type[InvalidModule] = InvalidModule) -> OrgModule:
    """Return the module of the parameter `module`. Raises RequiredParamMissing, or `invalid` for an unknown one."""
    return find_module(call, module_name_in_query(call), invalid, index=None)


def require_layout(call: Call, module: OrgModule, unknown: type[InvalidParam] = InvalidParam) -> None:
    """Raise `unknown` when the parameter `layout_id` is not the id of the module's layout."""
    if "layout_id" in call.query and parse_id(call.query["layout_id"]) != module.layout_id:
        raise unknown({"param_name": "layout_id"})


def path_id(call: Call, index: int = 2) -> int:
    """Return the id at the end of the path. Raises InvalidPathId, whose `index` counts the parts after the version."""
    item_id = parse_id(call.path["id"])
    if item_id is None:
        raise InvalidPathId(index)
    return item_id


def paginate(
    call: Call, items: Sequence[T], *, maximum: int = parameters.MAX_PER_PAGE
) -> tuple[Sequence[T], dict[str, Any]]:
    """Return the page of `items` that the query requests, and the `info` that describes it. `per_page` defaults to
    200 and is at most `maximum`."""
    page, per_page = parameters.page(call), parameters.per_page(call, maximum)
    first = (page - 1) * per_page
    shown = items[first : first + per_page]
    info = {
        "per_page": per_page,
        "count": len(shown),
        "page": page,
        "more_records": len(items) > first + per_page,
    }
    return shown, info
