"""Which records a mass update may take: ids or a view, their limits (contract 2.1, order of section 2.1)."""

from __future__ import annotations

from collections.abc import Sequence

from mockcrm.core import errors
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import EDITIONS_WITH_SCHEDULER, CustomView, Directory, OrgModule, User
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.mass_update.models import MAX_IDS, MassUpdateBody

MAX_VIEW_RECORDS = 50_000
AUTOMATION_BELOW = 1_000
"""A job over this many records or more triggers no automation (S1; exactly 1,000 assumed)."""


def mode_given(body: MassUpdateBody, version: ApiVersion) -> None:
    """Row 10: ids or a cvid. In v8 ids exclude cvid and territory (contract 2.3)."""
    if not body.ids and body.cvid is None:
        raise errors.NeitherIdsNorCvid
    if version.ids_exclude_cvid and body.ids:
        if body.cvid is not None:
            raise errors.IdsExcludeCvid({"api_name": "cvid"}, path="$.cvid")
        if body.territory is not None:
            raise errors.IdsExcludeCvid({"api_name": "territory"}, path="$.territory")


def ids_within_limit(ids: Sequence[object]) -> None:
    """At most 500 ids a request (S0, S1; the error is assumed)."""
    if len(ids) > MAX_IDS:
        raise errors.LimitExceeded


def edition_schedules(edition: str) -> None:
    """Mass update by view exists from the enterprise edition up (V8, PUB)."""
    if edition not in EDITIONS_WITH_SCHEDULER:
        raise errors.FeatureNotSupported


def known_view(directory: Directory, cvid: object) -> CustomView:
    """Row 7: the cvid names a custom view."""
    number = parse_id(cvid)
    view = None if number is None else directory.views.get(number)
    if view is None:
        raise errors.InvalidCvid
    return view


def view_accessible(view: CustomView, module: OrgModule, user: User) -> None:
    """Row 18: the view is of this module and open to the user."""
    if view.module != module.api_name or not view.open_to(user.id):
        raise errors.ViewNotAccessible


def territories_taken(directory: Directory, module: OrgModule, body: MassUpdateBody) -> list[int] | None:
    """The territories that cut the view, None for no cut. The module has territories, and row 7: the id is known."""
    cut = body.territory
    if cut is None:
        return None
    if not module.module.territories:
        raise errors.TerritoryNotSupported
    number = parse_id(cut.id)
    if number is None or number not in directory.territories:
        raise errors.InvalidTerritoryId
    return directory.subtree(number) if cut.include_child else [number]


def records_within_limit(ids: Sequence[int]) -> None:
    """Rows 13 and 15: at least one record and at most 50,000."""
    if len(ids) > MAX_VIEW_RECORDS:
        raise errors.LimitExceeded
    if not ids:
        raise errors.NoRecordsFound
