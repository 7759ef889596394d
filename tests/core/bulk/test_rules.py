"""Which records a mass action may change: mode, limits, edition, view, territory, criteria
(docs/contract/mass-update-and-core.md 2.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockcrm.core.bulk import rules, view
from mockcrm.core.bulk.request import BulkRequest, TerritoryFilter
from mockcrm.core.criteria import Group
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
from mockcrm.core.errors.request import WrongType
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.versions import ApiVersion
from tests.support.bulk import bulk_request
from tests.support.for_each import for_each
from tests.support.org_metadata import make_metadata

ORG = make_metadata(
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


def request(module: OrgModule = LEADS, **keys: Any) -> BulkRequest:
    return bulk_request(ORG, module, **keys)


@for_each("version", list(ApiVersion))
def test_neither_ids_nor_cvid(version: ApiVersion) -> None:
    for keys in ({}, {"territory": CUT}, {"criteria": {}}):
        with pytest.raises(NeitherIdsNorCvid):
            rules.mode_given(request(version=version, **keys))
    rules.mode_given(request(version=version, ids=("1",)))
    rules.mode_given(request(version=version, cvid="1", territory=CUT))


@for_each("version", list(ApiVersion))
@for_each(("more", "named"), [({"cvid": "1", "territory": CUT}, "cvid"), ({"territory": CUT}, "territory")])
def test_only_v8_refuses_ids_with_a_cvid_or_territory(version: ApiVersion, more: dict[str, Any], named: str) -> None:
    both = request(version=version, ids=("1",), **more)
    if version < ApiVersion.V8:
        rules.ids_stand_alone(both)
        return
    with pytest.raises(IdsExcludeCvid) as raised:
        rules.ids_stand_alone(both)
    assert raised.value.details_in(version) == {"api_name": named, "json_path": f"$.{named}"}
    rules.ids_stand_alone(request(version=version, **more))


def test_500_ids_and_not_one_more() -> None:
    rules.ids_within_limit(request(ids=("1",) * 500))
    with pytest.raises(LimitExceeded):
        rules.ids_within_limit(request(ids=("1",) * 501))


@for_each(
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
def test_jobs_over_views_are_scheduled_from_enterprise_up(edition: str, allowed: bool) -> None:
    if allowed:
        rules.edition_schedules(request(edition=edition))
        return
    with pytest.raises(FeatureNotSupported):
        rules.edition_schedules(request(edition=edition))


@for_each("cvid", ["51", 51, "0051"])
def test_view_is_found_by_its_id(cvid: object) -> None:
    found = request(cvid=cvid)
    rules.view_exists(found)
    assert found.view.name == "Everybody's"


@for_each("cvid", ["", "x", "99", 99, -51, " 51", "5_1", "\u0665\u0661", 2**63, "9" * 20])
def test_unknown_view_is_an_invalid_cvid(cvid: object) -> None:
    with pytest.raises(InvalidCvid):
        rules.view_exists(request(cvid=cvid))


@for_each(
    ("cvid", "user", "open_to"),
    [(51, 41, True), (51, 42, True), (52, 41, True), (52, 42, False), (53, 41, False), (53, 42, False)],
)
def test_view_is_open_to_those_it_is_shared_with(cvid: int, user: int, open_to: bool) -> None:
    found = request(user=user)
    found.view = ORG.views[cvid]
    if open_to:
        rules.view_accessible(found)
    else:
        with pytest.raises(ViewNotAccessible):
            rules.view_accessible(found)


def test_view_of_another_module_is_row_18() -> None:
    found = request(ACCOUNTS, user=41)
    found.view = ORG.views[51]
    with pytest.raises(ViewNotAccessible):
        rules.view_accessible(found)


@for_each(
    ("territory", "expected"),
    [
        (None, None),
        (TerritoryFilter("61", False), [61]),
        (TerritoryFilter(61, True), [61, 62, 63]),
        (TerritoryFilter("62", True), [62, 63]),
        (TerritoryFilter("63", True), [63]),
        (TerritoryFilter("64", True), [64]),
    ],
)
def test_territories_that_limit_a_view(territory: TerritoryFilter | None, expected: list[int] | None) -> None:
    found = request(territory=territory)
    rules.territory_exists(found)
    assert found.territories == expected


def test_unknown_territory_is_row_7() -> None:
    with pytest.raises(InvalidTerritoryId):
        rules.territory_exists(request(territory=TerritoryFilter("99", False)))


def test_module_without_territories() -> None:
    with pytest.raises(TerritoryNotSupported):
        rules.territory_supported(request(PRODUCTS, territory=CUT))
    rules.territory_supported(request(PRODUCTS))
    rules.territory_supported(request(LEADS, territory=CUT))


def test_criteria_of_the_view_and_of_the_body() -> None:
    leaf = {"comparator": "equal", "field": "City", "value": "Pune"}
    found = request(criteria=leaf)
    found.view = replace(ORG.views[51], criteria=leaf)
    rules.criteria_readable(found)
    assert len(found.criteria) == 2
    invalid = request(criteria={"comparator": "equal"})
    invalid.view = ORG.views[51]
    with pytest.raises(WrongType) as raised:
        rules.criteria_readable(invalid)
    assert raised.value.details_in(ApiVersion.V2) == {"api_name": "criteria"}
    assert raised.value.details_in(ApiVersion.V8) == {"api_name": "criteria", "json_path": "$.criteria"}


CITY_IS = {"comparator": "equal", "field": "City", "value": "Pune"}


def criteria_error(criteria: object) -> dict[str, object]:
    invalid = request(criteria=criteria)
    invalid.view = ORG.views[51]
    with pytest.raises(WrongType) as raised:
        rules.criteria_readable(invalid)
    return raised.value.details_in(ApiVersion.V8)


@for_each(
    ("criteria", "api_name", "path", "expected"),
    [
        ([CITY_IS, 1], "criteria", "$.criteria[1]", "jsonobject"),
        ([[CITY_IS]], "criteria", "$.criteria[0]", "jsonobject"),
        ([{**CITY_IS, "field": "Nothing"}], "field", "$.criteria[0].field", None),
        ([CITY_IS, {**CITY_IS, "field": {"api_name": "No"}}], "api_name", "$.criteria[1].field.api_name", None),
        ([{**CITY_IS, "comparator": "like"}], "comparator", "$.criteria[0].comparator", None),
        ([{**CITY_IS, "value": ["a", "b"]}], "value", "$.criteria[0].value", None),
        ([{"field": "City"}], "criteria", "$.criteria[0]", None),
        ([{"group_operator": "and", "group": CITY_IS}], "group", "$.criteria[0].group", "jsonarray"),
        ([{"group_operator": "and", "group": []}], "group", "$.criteria[0].group", None),
        ([{"group_operator": "xor", "group": [CITY_IS]}], "group_operator", "$.criteria[0].group_operator", None),
        ([{"group_operator": "or", "group": [CITY_IS, 1]}], "group", "$.criteria[0].group[1]", "jsonobject"),
        ([CITY_IS] * 26, "criteria", "$.criteria", None),
        ([{"group_operator": "or", "group": [CITY_IS] * 25}] * 5, "criteria", "$.criteria", None),
        ({**CITY_IS, "field": "Nothing"}, "field", "$.criteria.field", None),
        ({"group_operator": "or", "group": [1]}, "group", "$.criteria.group[0]", "jsonobject"),
    ],
)
def test_invalid_criteria_name_the_key(criteria: object, api_name: str, path: str, expected: str | None) -> None:
    typed = {} if expected is None else {"expected_data_type": expected}
    assert criteria_error(criteria) == {**typed, "api_name": api_name, "json_path": path}


def test_list_of_criteria_is_one_condition() -> None:
    for criteria, members in (([CITY_IS], 1), ([CITY_IS, CITY_IS], 2), ([CITY_IS] * 25, 25)):
        found = request(criteria=criteria)
        found.view = ORG.views[51]
        rules.criteria_readable(found)
        (parsed,) = found.criteria
        assert (len(parsed.members) if isinstance(parsed, Group) else 1) == members


def test_a_view_holds_1_to_50000_records() -> None:
    for ids in (range(1), range(50_000)):
        view.some_record(ids)
        view.records_within_limit(ids)
    with pytest.raises(NoRecordsFound):
        view.some_record([])
    with pytest.raises(LimitExceeded):
        view.records_within_limit(range(50_001))
