"""Rules about the selected records, ids or a view, which mass actions share.

Each capability puts them into its order. Row numbers are those of the error table in
docs/contract/mass-update-and-core.md 2.2.
"""

from __future__ import annotations

from collections.abc import Mapping

from mockcrm.core.bulk.body import MAX_IDS
from mockcrm.core.bulk.request import BulkRequest
from mockcrm.core.criteria import CriteriaError, parse_all, parse_criteria
from mockcrm.core.errors.bulk import (
    FeatureNotSupported,
    IdsExcludeCvid,
    InvalidCvid,
    InvalidTerritoryId,
    LimitExceeded,
    NeitherIdsNorCvid,
    TerritoryNotSupported,
    ViewNotAccessible,
)
from mockcrm.core.errors.request import WrongType
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import EDITIONS_WITH_SCHEDULER


def mode_given(request: BulkRequest) -> None:
    """Raise NeitherIdsNorCvid when there are neither ids nor a cvid (row 10)."""
    if not request.body.ids and request.body.cvid is None:
        raise NeitherIdsNorCvid


def ids_stand_alone(request: BulkRequest) -> None:
    """Raise IdsExcludeCvid when v8 gets ids together with a cvid or a territory (2.3)."""
    body = request.body
    for key, value in (("cvid", body.cvid), ("territory", body.territory)):
        if value is not None and body.ids and request.version.ids_exclude_cvid:
            raise IdsExcludeCvid({"api_name": key}, path=f"$.{key}")


def ids_within_limit(request: BulkRequest) -> None:
    """Raise LimitExceeded above 500 ids (limit: v2 reference page and article on mass update; error: assumed)."""
    if len(request.body.ids) > MAX_IDS:
        raise LimitExceeded


def edition_schedules(request: BulkRequest) -> None:
    """Raise FeatureNotSupported below the enterprise edition, which has no mass actions by view (2.1)."""
    if request.edition not in EDITIONS_WITH_SCHEDULER:
        raise FeatureNotSupported


def view_exists(request: BulkRequest) -> None:
    """Look up the view. Raises InvalidCvid when the cvid is not the id of a custom view (row 7)."""
    view_id = parse_id(request.body.cvid)
    view = None if view_id is None else request.metadata.views.get(view_id)
    if view is None:
        raise InvalidCvid
    request.view = view


def view_accessible(request: BulkRequest) -> None:
    """Raise ViewNotAccessible when the view is of another module or not shared with the user (row 18)."""
    if request.view.module != request.module.api_name or not request.view.open_to(request.user.id):
        raise ViewNotAccessible


def territory_supported(request: BulkRequest) -> None:
    """Raise TerritoryNotSupported when a territory is given and the module has none."""
    if request.body.territory is not None and not request.module.definition.territories:
        raise TerritoryNotSupported


def territory_exists(request: BulkRequest) -> None:
    """Look up the territories to which the view is limited. Raises InvalidTerritoryId for an unknown id (row 7)."""
    territory = request.body.territory
    if territory is None:
        return
    territory_id = parse_id(territory.id)
    if territory_id is None or territory_id not in request.metadata.territories:
        raise InvalidTerritoryId
    request.territories = request.metadata.subtree(territory_id) if territory.include_child else [territory_id]


def criteria_readable(request: BulkRequest) -> None:
    """Parse the view's criteria and those of the body's key `criteria`, a further filter on the view's records (known
    from the v8 schema and the SDKs; that all members of the list must match is assumed). Raises WrongType, which names
    the invalid key, when the latter are invalid."""
    fields, given = request.module.fields, request.body.criteria
    if request.view.criteria is not None:
        request.criteria.append(parse_criteria(request.view.criteria, fields))
    if given is None:
        return
    try:
        request.criteria.append(
            parse_criteria(given, fields) if isinstance(given, Mapping) else parse_all(given, fields)
        )
    except CriteriaError as error:
        details = {} if error.expected is None else {"expected_data_type": error.expected}
        raise WrongType({**details, "api_name": error.key}, path=f"$.{error.where}") from error
