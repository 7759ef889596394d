"""Pages of records: tokens and their errors, order, filters, what `info` says
(docs/contract/mass-update-and-core.md 4.3)."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.records import listing
from mockcrm.http.record_lists import pages
from tests.support.application import Application, OrgApi, assert_refused, assert_response, error
from tests.support.for_each import for_each
from tests.support.zylker import ACCOUNT, EMEA, IN_STATE, UK, lead, leaf, zylker

V3 = "/crm/v3/Leads"
CITIES = ["b", "A", None, "c", "B"]
NUMBERS = [2.5, None, 0.30000000000000004, 2.5, 0.3]


def people(count: int) -> dict[str, Any]:
    return {"generate": [{"module": "Leads", "count": count, "fields": {"Last_Name": "Lead {n}"}}]}


def sortable() -> dict[str, Any]:
    records = [
        {
            "id": str(101 + number),
            "fields": {"Last_Name": f"L{number}", "City": city, "Annual_Revenue": revenue},
            "created": {"time": f"2023-01-0{5 - number}T00:00:00+00:00"},
            "modified": {"time": f"2023-02-0{1 + number // 2}T00:00:00+00:00"},
        }
        for number, (city, revenue) in enumerate(zip(CITIES, NUMBERS, strict=True))
    ]
    views = [
        {"id": "501", "module": "Leads", "name": "By city", "sort_by": "City", "sort_order": "asc"},
        {"id": "502", "module": "Leads", "name": "By revenue", "sort_by": "Annual_Revenue", "sort_order": "desc"},
    ]
    return {"records": {"Leads": records}, "custom_views": views}


def ids_of(response: Any) -> list[int]:
    return [int(item["id"]) for item in response.json()["data"]]


def walk(org: OrgApi, path: str = V3, **params: Any) -> list[list[int]]:
    """The ids of every page from the first to the last, by tokens."""
    found = []
    response = org.get(path, fields="id", **params)
    while True:
        found.append(ids_of(response))
        info = response.json()["info"]
        assert info["page"] == len(found)
        assert info["more_records"] == (info["next_page_token"] is not None)
        if not info["more_records"]:
            return found
        response = org.get(path, fields="id", page_token=info["next_page_token"], **params)


def flat(found: list[list[int]]) -> list[int]:
    return [number for page in found for number in page]


# -- each record once ----------------------------------------------------------------------------------------------


def test_10_000_records_come_once_each_and_in_order_while_others_are_inserted(application: Application) -> None:
    org = application.org(people(10_000))
    there = [row[0] for row in org.rows("SELECT id FROM record ORDER BY id DESC")]
    found: list[int] = []
    token: dict[str, str] = {}
    while True:
        response = org.get(V3, fields="Last_Name", **token).json()
        found += [int(item["id"]) for item in response["data"]]
        added = org.send("POST", V3, {"data": [{"Last_Name": f"New {number}"} for number in range(7)]})
        assert added.status_code == 201
        if not response["info"]["more_records"]:
            break
        token = {"page_token": response["info"]["next_page_token"]}
    assert found == there


def test_view_with_criteria_gives_each_record_once_while_others_come_and_go(application: Application) -> None:
    fixture = people(1_000)
    fixture["custom_views"] = [
        {"id": "501", "module": "Leads", "name": "Nines", "criteria": leaf("Last_Name", "9", "ends_with")}
    ]
    org = application.org(fixture)
    there = [r[0] for r in org.rows("SELECT id FROM record WHERE fields LIKE '%9\",\"%' ORDER BY id DESC")]
    nines = [number for number in there if str(org.value(number, "Last_Name")).endswith("9")]
    found: list[int] = []
    token: dict[str, str] = {}
    while True:
        response = org.get(V3, fields="id", cvid="501", per_page=7, **token).json()
        found += [int(item["id"]) for item in response["data"]]
        org.send("POST", V3, {"data": [{"Last_Name": "New 9"}]})
        org.send("DELETE", f"{V3}/{found[0]}" if len(found) == 7 else f"{V3}/{found[-1]}")
        if not response["info"]["more_records"]:
            break
        token = {"page_token": response["info"]["next_page_token"]}
    assert found == nines
    assert len(found) == 100


@for_each("per_page", [1, 2, 3, 4, 5, 6])
@for_each(
    ("params", "expected"),
    [
        ({}, [105, 104, 103, 102, 101]),
        ({"sort_order": "asc"}, [101, 102, 103, 104, 105]),
        ({"sort_by": "id", "sort_order": "asc"}, [101, 102, 103, 104, 105]),
        ({"sort_by": "Created_Time"}, [101, 102, 103, 104, 105]),
        ({"sort_by": "Modified_Time"}, [105, 104, 103, 102, 101]),
        ({"sort_by": "Modified_Time", "sort_order": "asc"}, [101, 102, 103, 104, 105]),
        ({"cvid": "501"}, [103, 102, 101, 105, 104]),
        ({"cvid": "501", "sort_order": "desc"}, [104, 105, 101, 102, 103]),
        ({"cvid": "502"}, [104, 101, 103, 105, 102]),
    ],
)
def test_every_order_can_be_paged(
    application: Application, per_page: int, params: dict[str, Any], expected: list[int]
) -> None:
    org = application.org(sortable())
    found = walk(org, per_page=per_page, **params)
    assert flat(found) == expected
    assert [len(page) for page in found[:-1]] == [per_page] * (len(found) - 1)


def test_record_that_moves_in_the_order_does_not_move_the_place_of_a_token(application: Application) -> None:
    org = application.org(sortable())
    params = {"fields": "id", "sort_by": "Modified_Time", "per_page": 2}
    first = org.get(V3, **params)
    assert ids_of(first) == [105, 104]
    assert org.send("PUT", f"{V3}/104", {"data": [{"City": "moved"}]}).status_code == 200
    second = org.get(V3, **params, page_token=first.json()["info"]["next_page_token"])
    assert ids_of(second) == [103, 102]


def test_tokens_lead_back_too(application: Application) -> None:
    org = application.org(sortable())
    for params in ({}, {"cvid": "501"}, {"sort_by": "Created_Time"}):
        forward = walk(org, per_page=2, **params)
        info = org.get(V3, fields="id", per_page=2, page=3, **params).json()["info"]
        assert info["next_page_token"] is None
        back = []
        while info["previous_page_token"]:
            response = org.get(V3, fields="id", per_page=2, page_token=info["previous_page_token"], **params)
            back.append(ids_of(response))
            info = response.json()["info"]
            assert info["more_records"]
        assert back[::-1] == forward[:-1]
        assert info["page"] == 1


# -- tokens --------------------------------------------------------------------------------------------------------


def test_info_from_v3_on(application: Application) -> None:
    org = application.org(sortable())
    info = org.get("/crm/v8/Leads", fields="id", per_page=2).json()["info"]
    token = info.pop("next_page_token")
    assert isinstance(token, str)
    assert info == {
        "per_page": 2,
        "count": 2,
        "page": 1,
        "more_records": True,
        "call": False,
        "email": False,
        "sort_by": "id",
        "sort_order": "desc",
        "previous_page_token": None,
        "page_token_expiry": "2023-11-15T22:13:20+00:00",
    }
    whole = org.get("/crm/v8/Leads", fields="id").json()["info"]
    assert (whole["next_page_token"], whole["previous_page_token"], whole["page_token_expiry"]) == (None, None, None)
    assert org.get(V3, fields="id", cvid="501").json()["info"]["sort_by"] == "City"


@pytest.mark.parametrize("version", ["v2", "v2.1"])
def test_before_v3_pages_have_no_end_and_no_tokens(application: Application, version: str) -> None:
    org = application.org(people(2_100))
    response = org.get(f"/crm/{version}/Leads", page=11, page_token="ignored")
    assert response.json()["info"] == {"per_page": 200, "count": 100, "page": 11, "more_records": False}


@pytest.mark.parametrize(("page", "per_page"), [(11, 200), (14, 150), (2001, 1)])
def test_pages_by_number_end_at_record_2000(application: Application, page: int, per_page: int) -> None:
    org = application.org(people(3))
    response = org.get(V3, fields="id", page=page, per_page=per_page)
    message = "You can only get the first 2000 records without using page_token param"
    item = error("DISCRETE_PAGINATION_LIMIT_EXCEEDED", message, {"limit": 2000})
    assert_refused(response, 400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", item, top=True)
    assert_response(org.get(V3, fields="id", page=10), 204, None)


MISMATCH = error(
    "TOKEN_BOUND_DATA_MISMATCH",
    "The page_token given seems to be invalid or input param is added, altered, or deleted",
    {"param_name": "page_token"},
)


@pytest.mark.parametrize(
    "changes", [{"per_page": 3}, {"fields": "City"}, {"converted": "both"}, {"sort_order": "asc"}, {"per_page": None}]
)
def test_token_goes_with_its_parameters(application: Application, changes: dict[str, Any]) -> None:
    org = application.org(sortable())
    params: dict[str, Any] = {"fields": "id", "per_page": 2}
    token = org.get(V3, **params).json()["info"]["next_page_token"]
    changed = {name: value for name, value in {**params, **changes}.items() if value is not None}
    response = org.get(V3, page_token=token, **changed)
    assert_refused(response, 400, "TOKEN_BOUND_DATA_MISMATCH", MISMATCH, top=True)
    assert ids_of(org.get(V3, page_token=token, **params)) == [103, 102]


@for_each("bad", ["", "x", "AAAA", "é", "%00", "{}", "=" * 50, "A" * 500])
def test_invalid_page_tokens(application: Application, bad: str) -> None:
    org = application.org(sortable())
    assert_refused(org.get(V3, fields="id", page_token=bad), 400, "TOKEN_BOUND_DATA_MISMATCH", MISMATCH, top=True)


def test_token_of_another_org_module_or_version(application: Application) -> None:
    org, other = application.org(sortable()), application.org(sortable())
    params: dict[str, Any] = {"fields": "id", "per_page": 2}
    token = org.get(V3, **params).json()["info"]["next_page_token"]
    for target, path in ((other, V3), (org, "/crm/v3/Contacts"), (org, "/crm/v4/Leads")):
        response = target.get(path, page_token=token, **params)
        assert_refused(response, 400, "TOKEN_BOUND_DATA_MISMATCH", MISMATCH, top=True)


def test_token_lasts_24_hours_of_the_org_s_clock(application: Application) -> None:
    org = application.org(sortable())
    params: dict[str, Any] = {"fields": "id", "per_page": 2}
    token = org.get(V3, **params).json()["info"]["next_page_token"]
    for seconds, status in ((86_399, 200), (1, 400)):
        with org.using() as opened:
            opened.change_clock(lambda clock, seconds=seconds: clock.advance(seconds))
        response = org.get(V3, page_token=token, **params)
        assert response.status_code == status
    item = error("EXPIRED_VALUE", "The token given has expired", {"param_name": "page_token"})
    assert_refused(response, 400, "EXPIRED_VALUE", item, top=True)


def test_tokens_reach_100_000_records(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "BY_TOKEN", 4)
    org = application.org(sortable())
    params: dict[str, Any] = {"fields": "id", "per_page": 2}
    second = org.get(V3, **params, page_token=org.get(V3, **params).json()["info"]["next_page_token"])
    assert ids_of(second) == [103, 102]
    response = org.get(V3, **params, page_token=second.json()["info"]["next_page_token"])
    message = "You can only get up to first 100000 records using page_token param"
    item = error("PAGINATION_LIMIT_EXCEEDED", message, {"limit": 100_000})
    assert_refused(response, 400, "PAGINATION_LIMIT_EXCEEDED", item, top=True)


def test_page_and_page_token_exclude_each_other(application: Application) -> None:
    org = application.org(sortable())
    message = "You cannot use both cvid and sort_by, and page and page_token"
    details = {"ambiguity_due_to": [{"param_name": "page"}, {"param_name": "page_token"}]}
    response = org.get(V3, fields="id", page=1, page_token="x")
    item = error("AMBIGUITY_DURING_PROCESSING", message, details)
    assert_refused(response, 400, "AMBIGUITY_DURING_PROCESSING", item, top=True)


# -- order and filters ---------------------------------------------------------------------------------------------


@for_each(
    ("name", "expected"),
    [
        ("City", [104, 105, 101, 102, 103]),
        ("Annual_Revenue", [104, 101, 103, 105, 102]),
        ("Last_Name", [105, 104, 103, 102, 101]),
        ("Owner", [105, 104, 103, 102, 101]),
        ("Created_Time", [101, 102, 103, 104, 105]),
        ("Tag", [105, 104, 103, 102, 101]),
    ],
)
def test_v2_sorts_by_any_field(application: Application, name: str, expected: list[int]) -> None:
    org = application.org(sortable())
    assert ids_of(org.get("/crm/v2/Leads", sort_by=name)) == expected
    assert ids_of(org.get("/crm/v2/Leads", sort_by=name, sort_order="desc", cvid="501")) == expected


@for_each(
    ("version", "name", "value"),
    [
        ("v2", "sort_by", "Nothing"),
        ("v2", "sort_by", "Territories"),
        ("v2", "sort_order", "up"),
        ("v3", "sort_by", "City"),
        ("v2", "converted", "maybe"),
        ("v2", "approved", ""),
        ("v2", "territory_id", "999"),
        ("v2", "include_child", "maybe"),
    ],
)
def test_bad_parameter_is_named(application: Application, version: str, name: str, value: str) -> None:
    org = application.org(zylker())
    params = {"territory_id": UK} if name == "include_child" else {}
    response = org.get(f"/crm/{version}/Leads", fields="id", **{**params, name: value})
    item = error("INVALID_DATA", "invalid data", {"param_name": name})
    assert_refused(response, 400, "INVALID_PARAM", item, top=True)


@for_each(
    ("params", "shown"),
    [
        ({}, set()),
        ({"converted": "true"}, {"converted"}),
        ({"converted": "both"}, {"converted"}),
        ({"approved": "false"}, {"approval_pending"}),
        ({"approved": "both"}, {"approval_pending"}),
        ({"approved": "both", "converted": "BOTH"}, {"converted", "approval_pending"}),
    ],
)
@for_each("view", [False, True])
def test_converted_and_unapproved_records(
    application: Application, params: dict[str, Any], shown: set[str], view: bool
) -> None:
    org = application.org(zylker())
    found = set(ids_of(org.get("/crm/v2/Leads", **params, **({"cvid": 501} if view else {}))))
    special = {name for name in ("converted", "approval_pending") if IN_STATE[name] in found}
    assert special == shown
    assert (111 in found) == (params.get("converted") != "true" and params.get("approved") != "false")


def test_territories_of_a_list(application: Application) -> None:
    fixture = zylker()
    fixture["records"]["Leads"][0]["territories"] = ["UK"]
    fixture["records"]["Leads"][1]["territories"] = ["EMEA"]
    org = application.org(fixture)
    assert ids_of(org.get("/crm/v2/Leads", territory_id=UK)) == [111]
    assert ids_of(org.get("/crm/v2/Leads", territory_id=EMEA)) == [112]
    assert ids_of(org.get("/crm/v2/Leads", territory_id=EMEA, include_child="true")) == [112, 111]
    assert ids_of(org.get("/crm/v8/Leads", fields="id", territory_id=EMEA, include_child="true")) == [112, 111]
    refused = org.get("/crm/v2/Products", territory_id=UK)
    item = error("INVALID_MODULE", "Territory is not supported for the given module")
    assert_refused(refused, 400, "TERRITORY_NOT_SUPPORTED", item, top=True)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2023-02-02T00:00:00+00:00", [105]),
        ("2023-02-02T05:30:00+05:30", [105]),
        ("2023-02-01T12:00:00Z", [105, 104, 103]),
        ("2023-02-03T00:00:00+00:00", None),
        ("yesterday", [105, 104, 103, 102, 101]),
    ],
)
def test_if_modified_since(application: Application, since: str, expected: list[int] | None) -> None:
    org = application.org(sortable())
    for path, params in (("/crm/v2/Leads", {}), (V3, {"fields": "id"}), ("/crm/v2/Leads", {"cvid": 501})):
        response = org.send("GET", path, params=params, headers={"If-Modified-Since": since})
        if expected is None:
            assert (response.status_code, response.content) == (304, b"")
        else:
            assert sorted(ids_of(response), reverse=True) == expected
    one = org.send("GET", "/crm/v2/Leads/105", headers={"If-Modified-Since": since})
    assert one.status_code == (304 if expected is None else 200)


def test_ids_are_narrowed_by_other_parameters(application: Application) -> None:
    org = application.org(zylker())
    converted = IN_STATE["converted"]
    params = {"ids": f"111,112,{converted},{ACCOUNT}"}
    assert ids_of(org.get("/crm/v2/Leads", **params)) == [converted, 112, 111]
    assert ids_of(org.get("/crm/v2/Leads", **params, converted="false")) == [112, 111]
    assert ids_of(org.get("/crm/v2/Leads", **params, sort_by="id", sort_order="asc")) == [111, 112, converted]
    assert flat(walk(org, per_page=1, **params)) == [converted, 112, 111]


# -- how it is done ------------------------------------------------------------------------------------------------


def test_pages_by_token_and_by_ids_scan_nothing(application: Application) -> None:
    org = application.org({"records": {"Leads": [lead(111)]}})
    plan = " ".join(str(row) for row in org.rows(f"EXPLAIN QUERY PLAN {listing.PAGE_BELOW}", 1, 1, 1))
    assert "SEARCH record USING INDEX record_listed (module_id=? AND rowid<?)" in plan
    assert "TEMP B-TREE" not in plan
    by_ids = "SELECT id FROM record WHERE +module_id IN (?) AND (id IN (SELECT value FROM json_each(?)))"
    plan = " ".join(str(row) for row in org.rows(f"EXPLAIN QUERY PLAN {by_ids}", 1, "[1]"))
    assert "SEARCH record USING INTEGER PRIMARY KEY (rowid=?)" in plan
