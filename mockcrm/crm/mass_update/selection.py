"""Which records a mass update may change: ids or a view, and the limits of both.

The order of checks is in docs/contract/mass-update-and-core.md 2.1; row numbers are those of its error table, 2.2.
"""

from __future__ import annotations

from collections.abc import Sequence

from mockcrm.core.errors.bulk import (
    FeatureNotSupported,
    IdsExcludeCvid,
    InvalidCvid,
    InvalidTerritoryId,
    LimitExceeded,
    NeitherIdsNorCvid,
    NoRecordsFound,
    TerritoryNotSupported,
    ViewNotAccessible,
)
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import EDITIONS_WITH_SCHEDULER, CustomView, OrgMetadata, OrgModule, User
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.mass_update.models import MAX_IDS, MassUpdateBody

MAX_VIEW_RECORDS = 50_000


def mode_given(body: MassUpdateBody, version: ApiVersion) -> None:
    """Raise NeitherIdsNorCvid without both (row 10), IdsExcludeCvid when v8 gets ids with cvid or territory (2.3)."""
    if not body.ids and body.cvid is None:
        raise NeitherIdsNorCvid
    if version.ids_exclude_cvid and body.ids:
        if body.cvid is not None:
            raise IdsExcludeCvid({"api_name": "cvid"}, path="$.cvid")
        if body.territory is not None:
            raise IdsExcludeCvid({"api_name": "territory"}, path="$.territory")


def ids_within_limit(ids: Sequence[object]) -> None:
    """Raise LimitExceeded above 500 ids (limit: v2 reference page and article on mass update; error: assumed)."""
    if len(ids) > MAX_IDS:
        raise LimitExceeded


def edition_schedules(edition: str) -> None:
    """Raise FeatureNotSupported below the enterprise edition, which has no mass update by view (2.1)."""
    if edition not in EDITIONS_WITH_SCHEDULER:
        raise FeatureNotSupported


def known_view(directory: OrgMetadata, cvid: object) -> CustomView:
    """Return the custom view with the id `cvid`. Raises InvalidCvid when there is none (row 7)."""
    number = parse_id(cvid)
    view = None if number is None else directory.views.get(number)
    if view is None:
        raise InvalidCvid
    return view


def view_accessible(view: CustomView, module: OrgModule, user: User) -> None:
    """Raise ViewNotAccessible when the view is of another module or not shared with the user (row 18)."""
    if view.module != module.api_name or not view.open_to(user.id):
        raise ViewNotAccessible


def territories_taken(directory: OrgMetadata, module: OrgModule, body: MassUpdateBody) -> list[int] | None:
    """Return the ids of the territories to which the view is limited; None for no limit. Raises TerritoryNotSupported
    for a module without territories, InvalidTerritoryId for an unknown id (row 7)."""
    cut = body.territory
    if cut is None:
        return None
    if not module.module.territories:
        raise TerritoryNotSupported
    number = parse_id(cut.id)
    if number is None or number not in directory.territories:
        raise InvalidTerritoryId
    return directory.subtree(number) if cut.include_child else [number]


def records_within_limit(ids: Sequence[int]) -> None:
    """Raise LimitExceeded above 50,000 records (row 13), NoRecordsFound without any (row 15)."""
    if len(ids) > MAX_VIEW_RECORDS:
        raise LimitExceeded
    if not ids:
        raise NoRecordsFound
