"""Search, count and deleted records (docs/contract/mass-update-and-core.md 4.7 to 4.9)."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.versions import ApiVersion
from tests.support.application import ADMIN, Application, OrgApi, assert_refused, assert_response, error
from tests.support.for_each import for_each
from tests.support.zylker import ENTRY, GOOD_LEADS, IN_STATE, NOW_TEXT, REPS_LEADS, zylker

PEOPLE: dict[str, Any] = {
    "modules": {"Leads": {"fields": [{"api_name": "Second_Phone", "data_type": "phone"}]}},
    "profiles": [{"name": "Narrow", "fields": {"Leads": {"City": "hidden"}}}],
    "users": [{"email": "rep@x.example", "profile": "Narrow"}],
    "clients": [{"tokens": [{"user": "rep@x.example"}, {"user": "rep@x.example", "scopes": ["ZohoCRM.modules.ALL"]}]}],
    "records": {
        "Leads": [
            {"id": "101", "fields": {"Last_Name": "Burns (Jr.)", "First_Name": "Mo", "City": "Köln", "Phone": "030-1"}},
            {"id": "102", "fields": {"Last_Name": "Burns, Inc", "Email": "B@x.example", "No_of_Employees": 7}},
            {"id": "103", "fields": {"Last_Name": "stone", "Secondary_Email": "b@x.example", "Second_Phone": "030-1"}},
            {"id": "104", "fields": {"Last_Name": "a\\b", "Description": "Mentions Burns", "No_of_Employees": 9}},
        ],
        "Products": [{"id": "201", "fields": {"Product_Name": "Burns"}}],
    },
}


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(PEOPLE)


def ids_of(response: Any) -> list[int]:
    assert response.status_code in (200, 204), response.text
    return [int(item["id"]) for item in response.json()["data"]] if response.content else []


def search(org: OrgApi, version: str = "v8", module: str = "Leads", **params: Any) -> Any:
    return org.get(f"/crm/{version}/{module}/search", **params)


@for_each(
    ("criteria", "expected"),
    [
        ("(Last_Name:equals:STONE)", [103]),
        ("Last_Name:equals:stone", [103]),
        ("((Last_Name:equals:stone))", [103]),
        ("(Last_Name:starts_with:bur)", [102, 101]),
        (r"(Last_Name:equals:Burns \(Jr.\))", [101]),
        (r"(Last_Name:equals:Burns, Inc)", [102]),
        (r"(Last_Name:equals:Burns\, Inc)", [102]),
        (r"(Last_Name:in:Burns\, Inc,stone)", [103, 102]),
        (r"(Last_Name:equals:a\\b)", [104]),
        ("(Last_Name:not_equal:stone)", [104, 102, 101]),
        ("(City:equals:KÖLN)", [101]),
        ("(No_of_Employees:greater_than:7)", [104]),
        ("(No_of_Employees:between:1,8)", [102]),
        ("((Last_Name:starts_with:Burns)and(First_Name:equals:Mo))", [101]),
        ("((Last_Name:equals:stone)or(First_Name:equals:Mo))", [103, 101]),
        ("(Last_Name:equals:stone) OR (First_Name:equals:Mo) and (City:equals:x)", [103]),
        ("(((Last_Name:equals:stone)or(First_Name:equals:Mo))and(City:equals:Köln))", [101]),
        ("(Created_Time:greater_than:2023-11-15T00:00:00+00:00)", [104, 103, 102, 101]),
        ("(id:in:101,104)", [104, 101]),
        ("(Owner:equals:${CURRENTUSER})", [104, 103, 102, 101]),
        ("(Last_Name:equals:nobody)", []),
    ],
)
def test_search_by_criteria(org: OrgApi, criteria: str, expected: list[int]) -> None:
    assert ids_of(search(org, criteria=criteria)) == expected
    assert org.get("/crm/v8/Leads/actions/count", criteria=criteria).json() == {"count": len(expected)}


@for_each(
    ("params", "expected"),
    [
        ({"email": "b@X.example"}, [103, 102]),
        ({"email": "b@x"}, []),
        ({"phone": "030-1"}, [103, 101]),
        ({"phone": "030"}, []),
        ({"word": "burns"}, [104, 102, 101]),
        ({"word": "KÖ"}, [101]),
        ({"word": "nowhere"}, []),
        ({"word": "Last_Name"}, []),
        ({"word": "stone", "email": "B@x.example", "phone": "030-1"}, [103, 102]),
        ({"word": "burns", "phone": "030-1"}, [103, 101]),
        ({"criteria": "(Last_Name:equals:stone)", "word": "burns"}, [103]),
    ],
)
def test_search_by_email_phone_and_word(org: OrgApi, params: dict[str, str], expected: list[int]) -> None:
    assert ids_of(search(org, **params)) == expected
    assert ids_of(search(org, "v2", **params)) == expected
    assert org.get("/crm/v8/Leads/actions/count", **params).json() == {"count": len(expected)}


def test_response_of_a_search_has_the_shape_of_a_list(org: OrgApi) -> None:
    response = search(org, "v2", word="burns", per_page=1, page=2, fields="Last_Name").json()
    assert response["info"] == {"per_page": 1, "count": 1, "page": 2, "more_records": True}
    assert (response["data"][0]["id"], response["data"][0]["Last_Name"]) == ("102", "Burns, Inc")
    later = search(org, "v8", word="burns", per_page=1, fields="Last_Name").json()
    assert later["data"] == [{"id": "104", "Last_Name": "a\\b"}]
    order = {"sort_by": "id", "sort_order": "desc"}
    page = {"per_page": 1, "count": 1, "page": 1, "more_records": True, **order}
    assert later["info"] == page
    before = search(org, "v7", word="burns", per_page=1, fields="Last_Name").json()
    tokens = {"next_page_token": None, "previous_page_token": None, "page_token_expiry": None}
    assert before["info"] == {**page, "call": False, "email": False, **tokens}


def test_what_is_written_is_found_at_once(application: Application) -> None:
    org = application.org()
    assert_response(search(org, word="Boyle"), 204, None)
    org.send("POST", "/crm/v8/Leads", {"data": [{"Last_Name": "Boyle"}]})
    assert len(ids_of(search(org, word="Boyle"))) == 1


def test_converted_and_unapproved_records_are_left_out_unless_requested(application: Application) -> None:
    org = application.org(zylker())
    hidden = {IN_STATE["converted"], IN_STATE["approval_pending"]}
    assert not hidden & set(ids_of(search(org, criteria="(City:equals:Old)")))
    assert hidden <= set(ids_of(search(org, criteria="(City:equals:Old)", converted="both", approved="both")))
    assert set(ids_of(search(org, criteria="(Converted__s:equals:true)"))) == {IN_STATE["converted"]}


NOT_AVAILABLE = "the field is not available for search"
WRONG_OPERATOR = "The operator is not valid for the field type"
UNREADABLE = {"reason": "the criteria cannot be read", "api_name": "criteria"}
FIFTEEN = "and".join(["(City:equals:x)"] * 15)


@for_each(
    ("criteria", "details"),
    [
        ("(Nothing:equals:x)", {"reason": NOT_AVAILABLE, "api_name": "Nothing"}),
        ("(Last_Name.id:equals:1)", {"reason": NOT_AVAILABLE, "api_name": "Last_Name.id"}),
        ("(City:like:x)", {"operator": "like", "reason": WRONG_OPERATOR, "api_name": "City"}),
        ("(City:contains:x)", {"operator": "contains", "reason": WRONG_OPERATOR, "api_name": "City"}),
        (
            "(Email_Opt_Out:greater_than:true)",
            {"operator": "greater_than", "reason": WRONG_OPERATOR, "api_name": "Email_Opt_Out"},
        ),
        (
            "(No_of_Employees:equals:many)",
            {
                "expected_data_type": "integer",
                "reason": "invalid value for search",
                "api_name": "No_of_Employees",
                "value": "many",
            },
        ),
        (
            "(City:equals:)",
            {"expected_data_type": "text", "reason": "invalid value for search", "api_name": "City", "value": ""},
        ),
        ("(City:equals)", UNREADABLE),
        ("City", UNREADABLE),
        ("(City:equals:x", UNREADABLE),
        ("(City:equals:x))", UNREADABLE),
        ("(City:equals:x)(City:equals:y)", UNREADABLE),
        ("(City:equals:x)xor(City:equals:y)", UNREADABLE),
        ("(City:equals:x)and", UNREADABLE),
        ("(City:equals:x(y)", UNREADABLE),
        ("()", UNREADABLE),
        ("(" * 5000, UNREADABLE),
    ],
)
def test_criteria_that_cannot_be(org: OrgApi, criteria: str, details: dict[str, Any]) -> None:
    item = error("INVALID_QUERY", "Invalid query formed", details)
    assert_refused(search(org, "v8", criteria=criteria), 400, "INVALID_QUERY", item, top=True)
    assert_refused(org.get("/crm/v8/Leads/actions/count", criteria=criteria), 400, "INVALID_QUERY", item, top=True)
    earlier = {"reason": details["reason"]} if details == UNREADABLE else details
    item = error("INVALID_QUERY", "invalid query formed", earlier)
    assert_refused(search(org, "v7", criteria=criteria), 400, "INVALID_QUERY", item, top=True)


@for_each("version", list(ApiVersion))
def test_sixteen_conditions_are_too_many(org: OrgApi, version: ApiVersion) -> None:
    item = error("CRITERIA_LIMIT_EXCEEDED", "no of criterium that can be given exceed the limit 15")
    for criteria in (f"({FIFTEEN}and(City:equals:y))", FIFTEEN.replace("and", "or") + "or(City:equals:x)"):
        response = search(org, version.label, criteria=criteria)
        assert_refused(response, 400, "CRITERIA_LIMIT_EXCEEDED", item, top=True)
        if version > ApiVersion.V2:
            response = org.get(f"/crm/{version.label}/Leads/actions/count", criteria=criteria)
            assert_refused(response, 400, "CRITERIA_LIMIT_EXCEEDED", item, top=True)
    assert_response(search(org, version.label, criteria=f"({FIFTEEN})"), 204, None)


def test_a_hundred_values_are_taken_and_no_more(org: OrgApi) -> None:
    assert_response(search(org, "v8", criteria=f"(City:in:{','.join('x' * 100)})"), 204, None)
    criteria, text = f"(City:in:{','.join('x' * 101)})", 'Only 100 values are allowed in "IN" criteria'
    item = error("INVALID_QUERY", text, {"api_name": "City"})
    assert_refused(search(org, "v8", criteria=criteria), 400, "INVALID_QUERY", item, top=True)
    before = error("INVALID_QUERY", "invalid query formed", {"reason": text, "api_name": "City"})
    assert_refused(search(org, "v7", criteria=criteria), 400, "INVALID_QUERY", before, top=True)


@for_each(
    ("criteria", "known"),
    [
        ("(City:equals:x)", True),
        ("(City:starts_with:x)", True),
        ("(No_of_Employees:less_equal:1)", True),
        ("(No_of_Employees:between:1,2)", True),
        ("(Created_Time:greater_than:2023-01-01)", True),
        ("(City:not_equal:x)", False),
        ("(City:in:x,y)", False),
        ("(No_of_Employees:in:1,2)", False),
        ("(City:between:a,b)", False),
    ],
)
def test_operators_of_v2(org: OrgApi, criteria: str, known: bool) -> None:
    assert (search(org, "v2", criteria=criteria).status_code != 400) == known
    assert search(org, "v2.1", criteria=criteria).status_code != 400


def test_hidden_fields_and_those_of_later_versions_cannot_be_searched(org: OrgApi) -> None:
    rep = org.entry_of(1)
    item = error("INVALID_QUERY", "Invalid query formed", {"reason": NOT_AVAILABLE, "api_name": "City"})
    assert_refused(search(rep, criteria="(City:equals:x)"), 400, "INVALID_QUERY", item, top=True)
    assert ids_of(search(rep, word="Köln")) == []
    assert search(org, "v3", criteria="(Converted__s:equals:true)").json()["code"] == "INVALID_QUERY"


@for_each("word", ["B", " B ", "a*", "(ab)", 'a"b', "a%b", "a\\b"])
def test_words_that_are_too_short_or_have_special_characters(org: OrgApi, word: str) -> None:
    item = error("INVALID_DATA", "provide atleast 2 letters for search", {"param_name": "word"})
    assert_refused(search(org, "v7", word=word), 400, "WORD_TOO_SHORT", item, top=True)
    if word.strip() != "B":
        item["message"] = "special characters are not allowed"
    assert_refused(search(org, "v8", word=word), 400, "WORD_TOO_SHORT", item, top=True)


@for_each("name", ["email", "phone"])
def test_value_of_spaces(org: OrgApi, name: str) -> None:
    item = error("INVALID_QUERY", "Invalid query formed", {"param_name": name})
    assert_refused(search(org, "v8", **{name: " "}), 400, "INVALID_QUERY", item, top=True)


def test_search_without_anything_to_search_for(org: OrgApi) -> None:
    details = {"param_names": ["criteria", "email", "phone", "word"]}
    for version, message in (("v7", "mandatory param missing"), ("v8", "one of the expected parameter is missing")):
        item = error("EXPECTED_PARAM_MISSING", message, details)
        assert_refused(search(org, version), 400, "EXPECTED_PARAM_MISSING", item, top=True)
        assert_refused(search(org, version, word=""), 400, "EXPECTED_PARAM_MISSING", item, top=True)


def test_search_reaches_2000_records(org: OrgApi) -> None:
    assert_response(search(org, word="burns", page=10), 204, None)
    for version, first in (("v7", "Maximum"), ("v8", "maximum")):
        item = error("LIMIT_REACHED", f"{first} response iteration limit reached", {"limit": "2000"})
        assert_refused(search(org, version, word="burns", page=11), 400, "LIMIT_REACHED", item, top=True)


def test_modules_without_search(org: OrgApi) -> None:
    for version, module in (("v2", "Activities"), ("v8", "Notes"), ("v8", "Attachments")):
        item = error("NOT_SUPPORTED", "module not supported for search", {"module": module})
        assert_refused(search(org, version, module, word="ab"), 400, "SEARCH_NOT_SUPPORTED", item, top=True)


def test_search_needs_a_scope_of_its_own_and_count_does_not(org: OrgApi) -> None:
    poor = org.entry_of(2)
    refused = search(poor, "v2", word="burns")
    assert_refused(
        refused,
        401,
        "OAUTH_SCOPE_MISMATCH",
        error("OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL"),
        top=True,
    )
    assert poor.get("/crm/v8/Leads/actions/count").json() == {"count": 4}


# -- count ---------------------------------------------------------------------------------------------------------


def test_count_of_a_module_and_of_views(application: Application) -> None:
    org = application.org(zylker())
    listed = len(org.get("/crm/v2/Leads").json()["data"])
    assert org.get("/crm/v2.1/Leads/actions/count").json() == {"count": listed}
    assert org.get("/crm/v8/Leads/actions/count", converted="both", approved="both").json() == {"count": listed + 2}
    assert org.get("/crm/v8/Leads/actions/count", cvid=GOOD_LEADS).json() == {"count": 3}
    assert org.get("/crm/v8/Leads/actions/count", cvid=REPS_LEADS).headers["x-mockcrm-rule"] == "VIEW_NOT_ACCESSIBLE"
    assert org.get("/crm/v8/Leads/actions/count", cvid=999).json()["details"] == {"param_name": "cvid"}
    assert org.get("/crm/v8/Vendors/actions/count").json() == {"count": 0}
    assert org.entry_of(ENTRY["no_read"]).get("/crm/v8/Leads/actions/count").status_code == 403


def test_a_count_needs_a_field_that_its_parameter_looks_in_from_v8_on(org: OrgApi) -> None:
    item = error("FIELD_TYPE_UNAVAILABLE", "this data type is not found in this module")
    for way in ("email", "phone"):
        for version in (version for version in ApiVersion if version is not ApiVersion.V2):
            response = org.get(f"/crm/{version.label}/Products/actions/count", **{way: "030-1"})
            if version is ApiVersion.V8:
                assert_refused(response, 400, "FIELD_TYPE_UNAVAILABLE", item, top=True)
            else:
                assert_response(response, 200, {"count": 0})
    assert org.get("/crm/v8/Leads/actions/count", phone="030-9").json() == {"count": 0}


def test_denied_read_has_a_text_for_each_endpoint_in_v8(application: Application) -> None:
    reader = application.org(zylker()).entry_of(ENTRY["no_read"])
    permissions = {"permissions": ["Crm_Implied_View_Leads"]}
    for path, message, details in (
        ("?fields=id", "Permission denied", permissions),
        ("/111", "Permission denied", permissions),
        ("/actions/count", "Permission denied", permissions),
        ("/deleted", "permission denied", permissions),
        ("/search?word=Lead", "Permission denied to read", {}),
    ):
        item = error("NO_PERMISSION", message, details)
        assert_refused(reader.send("GET", f"/crm/v8/Leads{path}"), 403, "READ_DENIED", item, top=True)
        item = error("NO_PERMISSION", "Permission denied to read records")
        assert_refused(reader.send("GET", f"/crm/v7/Leads{path}"), 403, "READ_DENIED", item, top=True)


def test_v2_has_no_count(org: OrgApi) -> None:
    item = error("API_NOT_SUPPORTED", "api not supported in this version", {"supported_version": "v2.1"})
    assert_refused(org.get("/crm/v2/Leads/actions/count"), 400, "NOT_IN_THIS_VERSION", item, top=True)


# -- deleted records -----------------------------------------------------------------------------------------------


def test_deleted_records_are_listed(application: Application) -> None:
    fixture = zylker()
    fixture["deleted"] = {
        "Leads": [
            {
                "id": "901",
                "name": "Gone",
                "type": "permanent",
                "created_by": "rep@x.example",
                "deleted": {"time": "2023-01-02T00:00:00+00:00", "by": "rep@x.example"},
            }
        ]
    }
    org = application.org(fixture)
    assert org.send("DELETE", "/crm/v2/Leads/111").status_code == 200
    response = org.get("/crm/v2/Leads/deleted").json()
    rep = response["data"][1]["deleted_by"]
    assert response == {
        "data": [
            {
                "deleted_by": ADMIN,
                "id": "111",
                "display_name": "Lead 111",
                "type": "recycle",
                "created_by": ADMIN,
                "deleted_time": NOW_TEXT,
            },
            {
                "deleted_by": rep,
                "id": "901",
                "display_name": "Gone",
                "type": "permanent",
                "created_by": rep,
                "deleted_time": "2023-01-02T00:00:00+00:00",
            },
        ],
        "info": {"per_page": 200, "count": 2, "page": 1, "more_records": False},
    }
    for kind, expected in (("all", [111, 901]), ("recycle", [111]), ("permanent", [901])):
        assert ids_of(org.get("/crm/v8/Leads/deleted", type=kind)) == expected
    assert org.get("/crm/v8/Leads/deleted", per_page=1).json()["info"]["more_records"]
    assert ids_of(org.get("/crm/v8/Leads/deleted", per_page=1, page=2)) == [901]
    since = {"If-Modified-Since": "2023-06-01T00:00:00+00:00"}
    assert ids_of(org.send("GET", "/crm/v8/Leads/deleted", headers=since)) == [111]
    assert org.send("GET", "/crm/v8/Leads/deleted?type=permanent", headers=since).status_code == 304


def test_no_deleted_records_and_a_bad_type(application: Application) -> None:
    org = application.org()
    assert_response(org.get("/crm/v2/Leads/deleted"), 204, None)
    message = "Please check whether the input values are correct"
    item = error("PATTERN_NOT_MATCHED", message, {"param_name": "type"})
    assert_refused(org.get("/crm/v2/Leads/deleted", type="gone"), 400, "PATTERN_NOT_MATCHED", item, top=True)
