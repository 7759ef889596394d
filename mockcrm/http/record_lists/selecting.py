"""Which records a list, a count or a search selects, and in which order: parameters translated to SQL conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import orjson

from mockcrm.core.catalog.model import Field
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.criteria import (
    Criteria,
    CriteriaContext,
    CriteriaError,
    compile_criteria,
    names_field,
    parse_criteria,
    sort_key,
)
from mockcrm.core.errors.bulk import TerritoryNotSupported, ViewNotAccessible
from mockcrm.core.errors.request import InvalidParam
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import CustomView
from mockcrm.core.records import listing, notes
from mockcrm.core.records.listing import Ordering, Selection
from mockcrm.core.records.store import IN_TERRITORIES, LISTED
from mockcrm.http import errors, parameters
from mockcrm.http.call import Call

NEWEST_FIRST = Ordering()
NOTHING = "0"
"""The SQL condition that no record meets."""
ApprovalState = Literal[
    "approved",
    "approval_process_pending",
    "approval_process_rejected",
    "email_parser_rejected",
    "email_parser_waiting",
    "merge_pending",
    "review_process_pending",
    "review_process_rejected",
    "webform_double_optin",
    "webform_invalid",
    "webform_invalid_approval",
    "webform_unapproved",
    "zia_vision_pending",
    "zia_vision_rejected",
    "zia_vision_validation",
]
APPROVAL_STATES = frozenset(get_args(ApprovalState))
"""Values of the parameter `approval_state`."""
_APPROVED_BY_STATE = {"approved": "true", "approval_process_pending": "false"}
"""The states that records have here, as the values of the parameter `approved`."""
FEW_SORT_FIELDS = ("id", "Created_Time", "Modified_Time")


@dataclass(frozen=True, slots=True)
class Sorting:
    """How a list is sorted: as its `info` shows it, and in SQL."""

    sort_by: str = "id"
    sort_order: str = "desc"
    ordering: Ordering = NEWEST_FIRST


def searchable_fields(call: Call) -> dict[str, Field]:
    """Return the fields allowed in conditions: those of the version that are not hidden from the profile."""
    module = call.module.api_name
    return {
        name: field
        for name, field in call.module.fields.items()
        if field.exists_in(call.version) and call.profile.field_access(module, name) != "hidden"
    }


def everything(call: Call) -> Selection:
    """Select every record of the module."""
    return Selection(tuple(module.id for module in call.metadata.record_modules(call.module)))


def by_criteria(call: Call, selection: Selection, criteria: Criteria | None) -> Selection:
    """Narrow the selection to the records that match the criteria."""
    if criteria is None:
        return selection
    context = CriteriaContext(call.user.id, call.org.clock.now(), call.metadata.org.offset)
    sql = compile_criteria(criteria, context)
    return selection.narrow(sql.text, *sql.parameters)


def by_state(call: Call, selection: Selection, criteria: Criteria | None = None) -> Selection:
    """Narrow the selection by the parameters `converted` and `approved`, which by default exclude converted and
    unapproved records. With criteria on Converted__s, as in a mass update, or with `ids`, the default includes them
    (assumed). `approval_state` takes the place of `approved`. Raises InvalidParam."""
    state = call.query.get("approval_state")
    if state is not None and state not in APPROVAL_STATES:
        raise InvalidParam({"param_name": "approval_state"})
    named = "ids" in call.query
    conversion = criteria is not None and names_field(criteria, "Converted__s")
    converted = parameters.choice(call, "converted", "false", "true", "both")
    if "converted" not in call.query and (named or conversion):
        converted = "both"
    approved = _approved(call) if state is None else _APPROVED_BY_STATE.get(state, "neither")
    if (converted, approved) == ("false", "true"):
        return selection.narrow(LISTED)
    if converted != "both":
        selection = selection.narrow(listing.in_state(RecordState.CONVERTED, expected=converted == "true"))
    if approved == "neither":
        return selection.narrow(NOTHING)
    if approved != "both":
        selection = selection.narrow(listing.in_state(RecordState.APPROVAL_PENDING, expected=approved == "false"))
    return selection


def _approved(call: Call) -> str:
    """Return the parameter `approved`, by default `both` with `ids` and `true` otherwise."""
    approved = parameters.choice(call, "approved", "true", "false", "both")
    return "both" if "approved" not in call.query and "ids" in call.query else approved


def by_filters(call: Call, selection: Selection) -> Selection:
    """Narrow the selection by the parameter `filters`, criteria in JSON (v8). Raises InvalidParam."""
    if "filters" not in call.query:
        return selection
    try:
        criteria = parse_criteria(orjson.loads(call.query["filters"]), searchable_fields(call), "filters")
    except (CriteriaError, ValueError):
        raise InvalidParam({"param_name": "filters"}) from None
    return by_criteria(call, selection, criteria)


def view_of(call: Call) -> CustomView | None:
    """Return the view of the parameter `cvid`, None without one."""
    if "cvid" not in call.query:
        return None
    view_id = parse_id(call.query["cvid"])
    view = None if view_id is None else call.metadata.views.get(view_id)
    if view is None or view.module != call.module.api_name:
        raise InvalidParam({"param_name": "cvid"})
    if not view.open_to(call.user.id):
        raise ViewNotAccessible
    return view


def criteria_of(call: Call, view: CustomView | None) -> Criteria | None:
    """Return the criteria of a view; None selects every record."""
    return None if view is None or view.criteria is None else parse_criteria(view.criteria, call.module.fields)


def by_territory(call: Call, selection: Selection) -> Selection:
    """Narrow the selection by the parameters `territory_id` and `include_child`."""
    if "territory_id" not in call.query:
        return selection
    if not call.module.definition.territories:
        raise TerritoryNotSupported
    territory_id = parse_id(call.query["territory_id"])
    if territory_id is None or territory_id not in call.metadata.territories:
        raise InvalidParam({"param_name": "territory_id"})
    below = parameters.choice(call, "include_child", "false", "true") == "true"
    territories = call.metadata.subtree(territory_id) if below else [territory_id]
    return selection.narrow(IN_TERRITORIES, orjson.dumps(territories).decode())


def by_ids(call: Call, selection: Selection) -> Selection:
    """Narrow the selection by the parameter `ids`."""
    if "ids" not in call.query:
        return selection
    return selection.narrow(listing.HAS_ID, orjson.dumps(parameters.ids(call)).decode())


def parse_sorting(call: Call, view: CustomView | None, *, any_field: bool = False) -> Sorting:
    """Return the order by `sort_by` and `sort_order`; without them the view's own; without a view the newest id first,
    but the oldest note.

    From v3 on sort_by allows three fields and excludes cvid; before v3, and with `any_field` (in a search), it allows
    any field and overrides the view's."""
    name = call.query.get("sort_by")
    order = parameters.choice(call, "sort_order", "desc", "asc")
    if name is None:
        if view is None and call.module.api_name == notes.MODULE:  # oldest first (around-a-record.md 2.1)
            return _sort_by("Created_Time", order if "sort_order" in call.query else "asc", call)
        if view is None or view.sort_by is None or view.sort_by not in call.module.fields:
            return _sort_by("id", order)
        return _sort_by(view.sort_by, order if "sort_order" in call.query else view.sort_order or "asc", call)
    if call.version.lists_sort_by_few_fields and not any_field:
        if view is not None:
            raise errors.AmbiguousList("cvid", "sort_by")
        if name not in FEW_SORT_FIELDS:
            raise InvalidParam({"param_name": "sort_by"})
    if name not in searchable_fields(call):
        raise InvalidParam({"param_name": "sort_by"})
    return _sort_by(name, order, call)


def _sort_by(name: str, order: str, call: Call | None = None) -> Sorting:
    descending = order == "desc"
    if name == "id" or call is None:
        return Sorting("id", order, Ordering(None, descending))
    key = sort_key(call.module.fields[name])
    if key is None:
        raise InvalidParam({"param_name": "sort_by"})
    return Sorting(name, order, Ordering(key, descending))
