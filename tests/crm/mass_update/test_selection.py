"""Which records a mass update may take: mode, limits, edition, view, territory
(docs/contract/mass-update-and-core.md 2.1)."""

from __future__ import annotations

from typing import Any

import pytest

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
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.mass_update import selection
from mockcrm.crm.mass_update.models import MassUpdateBody, TerritoryFilter
from tests.support.directories import directory

ORG = directory(
    {
        "users": [{"id": "41", "email": "a@x.example"}, {"id": "42", "email": "b@x.example"}],
        "custom_views": [
            {"id": "51", "module": "Leads", "name": "Everybody's"},
            {"id": "52", "module": "Leads", "name": "A's", "shared_with": ["a@x.example"]},
            {"id": "53", "module": "Leads", "name": "Nobody's", "shared_with": []},
        ],
        "territories": [
            {"id": "61", "name": "EMEA"},
            {"id": "62", "name": "UK", "parent": "EMEA"},
            {"id": "63", "name": "London", "parent": "UK"},
            {"id": "64", "name": "APAC"},
        ],
    }
)
LEADS, ACCOUNTS, PRODUCTS = ORG.modules["Leads"], ORG.modules["Accounts"], ORG.modules["Products"]
CUT = TerritoryFilter("61", False)


def body(**keys: Any) -> MassUpdateBody:
    return MassUpdateBody(values={"City": "X"}, **keys)


@pytest.mark.parametrize("version", list(ApiVersion))
def test_neither_ids_nor_cvid_is_row_10(version: ApiVersion) -> None:
    for without in (body(), body(territory=CUT), body(criteria={})):
        with pytest.raises(NeitherIdsNorCvid):
            selection.mode_given(without, version)
    selection.mode_given(body(ids=("1",)), version)
    selection.mode_given(body(cvid="1", territory=CUT), version)


@pytest.mark.parametrize("version", list(ApiVersion))
@pytest.mark.parametrize(
    ("more", "named"), [({"cvid": "1", "territory": CUT}, "cvid"), ({"territory": CUT}, "territory")]
)
def test_only_v8_refuses_ids_with_a_cvid_or_territory(version: ApiVersion, more: dict[str, Any], named: str) -> None:
    both = body(ids=("1",), **more)
    if version < ApiVersion.V8:
        selection.mode_given(both, version)
        return
    with pytest.raises(IdsExcludeCvid) as raised:
        selection.mode_given(both, version)
    assert raised.value.details_in(version) == {"api_name": named, "json_path": f"$.{named}"}


def test_500_ids_and_not_one_more() -> None:
    selection.ids_within_limit(range(500))
    with pytest.raises(LimitExceeded):
        selection.ids_within_limit(range(501))


@pytest.mark.parametrize(
    ("edition", "allowed"),
    [
        ("free", False),
        ("standard", False),
        ("professional", False),
        ("enterprise", True),
        ("ultimate", True),
        ("crmplus", True),
        ("zohoone", True),
    ],
)
def test_views_are_mass_updated_from_enterprise_up(edition: str, allowed: bool) -> None:
    if allowed:
        selection.edition_schedules(edition)
        return
    with pytest.raises(FeatureNotSupported):
        selection.edition_schedules(edition)


@pytest.mark.parametrize("cvid", ["51", 51, "0051"])
def test_view_is_found_by_its_id(cvid: object) -> None:
    assert selection.known_view(ORG, cvid).name == "Everybody's"


@pytest.mark.parametrize("cvid", ["", "x", "99", 99, -51, " 51", "5_1", "\u0665\u0661", 2**63, "9" * 20])
def test_unknown_view_is_row_7(cvid: object) -> None:
    with pytest.raises(InvalidCvid):
        selection.known_view(ORG, cvid)


@pytest.mark.parametrize(
    ("cvid", "user", "open_to"),
    [(51, 41, True), (51, 42, True), (52, 41, True), (52, 42, False), (53, 41, False), (53, 42, False)],
)
def test_view_is_open_to_those_it_is_shared_with(cvid: int, user: int, open_to: bool) -> None:
    view = ORG.views[cvid]
    if open_to:
        selection.view_accessible(view, LEADS, ORG.users[user])
    else:
        with pytest.raises(ViewNotAccessible):
            selection.view_accessible(view, LEADS, ORG.users[user])


def test_view_of_another_module_is_row_18() -> None:
    with pytest.raises(ViewNotAccessible):
        selection.view_accessible(ORG.views[51], ACCOUNTS, ORG.users[41])


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (None, None),
        (TerritoryFilter("61", False), [61]),
        (TerritoryFilter(61, True), [61, 62, 63]),
        (TerritoryFilter("62", True), [62, 63]),
        (TerritoryFilter("63", True), [63]),
        (TerritoryFilter("64", True), [64]),
    ],
)
def test_territories_that_cut_a_view(cut: TerritoryFilter | None, expected: list[int] | None) -> None:
    assert selection.territories_taken(ORG, LEADS, body(cvid="51", territory=cut)) == expected


def test_module_without_territories_is_asked_before_the_territory() -> None:
    unknown = body(cvid="51", territory=TerritoryFilter("99", False))
    with pytest.raises(TerritoryNotSupported):
        selection.territories_taken(ORG, PRODUCTS, unknown)
    with pytest.raises(InvalidTerritoryId):
        selection.territories_taken(ORG, LEADS, unknown)
    assert selection.territories_taken(ORG, PRODUCTS, body(cvid="51")) is None


def test_a_view_holds_1_to_50000_records() -> None:
    selection.records_within_limit(range(1))
    selection.records_within_limit(range(50_000))
    with pytest.raises(NoRecordsFound):
        selection.records_within_limit([])
    with pytest.raises(LimitExceeded):
        selection.records_within_limit(range(50_001))
