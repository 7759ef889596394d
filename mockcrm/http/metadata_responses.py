"""What the metadata endpoints share: conditional requests, parameters, ids in the path, kept answers, authors."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from mockcrm.core.clock import iso
from mockcrm.core.errors.metadata import InvalidPathId
from mockcrm.core.errors.request import RequiredParamMissing
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule
from mockcrm.core.org_metadata.users import user_reference
from mockcrm.http import parameters
from mockcrm.http.call import Call
from mockcrm.http.modules import known_module
from mockcrm.http.response import Answer

T = TypeVar("T")

NOT_MODIFIED = Answer(304)


def kept(metadata: OrgMetadata, key: Hashable, make: Callable[[], bytes]) -> bytes:
    """The finished JSON of `key`, made once for as long as the metadata lives."""
    answers: dict[Hashable, bytes] = metadata.cache.setdefault("metadata", {})
    body = answers.get(key)
    if body is None:
        body = answers[key] = make()
    return body


# -- times and authors -------------------------------------------------------------------------------------------


def unchanged(call: Call) -> bool:
    """Whether the client's If-Modified-Since is no older than the metadata, whose time moves with every load, reset
    and change of it. SDKs send ISO 8601."""
    since = parameters.time_header(call, "if-modified-since")
    return since is not None and call.org.metadata_time <= since


def made_time_text(call: Call) -> str:
    """When the org was made, as the API writes times: what stands for the created and modified times of whatever
    keeps none of its own."""
    times: dict[str, str] = call.metadata.cache.setdefault("metadata_time", {})
    if "made" not in times:
        times["made"] = iso(call.org.row.created_time, call.metadata.org.offset)
    return times["made"]


def author(metadata: OrgMetadata) -> dict[str, str | None] | None:
    """Who made what keeps no author of its own: the org's administrator."""
    return user_reference(metadata, metadata.admin_id)


# -- parameters --------------------------------------------------------------------------------------------------


def module_name_in_query(call: Call) -> str:
    """The mandatory parameter `module`."""
    name = call.query.get("module")
    if not name:
        raise RequiredParamMissing({"param_name": "module"})
    return name


def module_in_query(call: Call) -> OrgModule:
    """The module that the query names."""
    return known_module(call, module_name_in_query(call))


def path_id(call: Call, index: int = 2) -> int:
    """The id at the end of the path; `index` counts the parts of the path after the version."""
    number = parse_id(call.path["id"])
    if number is None:
        raise InvalidPathId(index)
    return number


def page_of(
    call: Call, items: Sequence[T], *, most: int = parameters.MAX_PER_PAGE
) -> tuple[Sequence[T], dict[str, Any]]:
    """Return the page of `items` that the query requests, and the `info` that describes it. `per_page` defaults to
    200 and is at most `most`."""
    page, per_page = parameters.page(call), parameters.per_page(call, most)
    first = (page - 1) * per_page
    shown = items[first : first + per_page]
    info = {
        "per_page": per_page,
        "count": len(shown),
        "page": page,
        "more_records": len(items) > first + per_page,
    }
    return shown, info
