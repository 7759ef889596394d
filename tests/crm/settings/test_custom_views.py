"""settings/custom_views: the shapes in each version, who sees what, and creating, changing and deleting views in v8."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from mockcrm.core.clock import iso
from mockcrm.core.versions import VERSIONS
from mockcrm.fixture_format.export import export_org
from tests.support.application import ADMIN, Application, OrgApi, assert_response, error
from tests.support.for_each import for_each

REP = {"name": "Rep Boyle", "id": "554023000000235011"}
KIM = "554023000000235012"
SHARED, GROUPED = "554023000000091516", "554023000000091517"
ALL_LEADS = "554023000000087501"
MADE = "2023-11-14T22:13:20+00:00"
FIXTURE: dict[str, Any] = {
    "users": [
        {"id": REP["id"], "email": "rep@zylker.example", "full_name": REP["name"], "profile": "Standard"},
        {"id": KIM, "email": "kim@zylker.example", "full_name": "Kim", "profile": "Standard"},
    ],
    "clients": [
        {
            "client_id": "1000.T",
            "client_secret": "s",
            "tokens": [{"user": "rep@zylker.example"}, {"user": "kim@zylker.example"}],
        }
    ],
    "custom_views": [
        {
            "id": SHARED,
            "module": "Leads",
            "name": "Contacted",
            "criteria": {"comparator": "equal", "field": "Lead_Status", "value": "Contacted"},
            "shared_with": ["rep@zylker.example"],
            "created": {"time": MADE},
            "modified": {"time": MADE, "by": "rep@zylker.example"},
        },
        {
            "id": GROUPED,
            "module": "Leads",
            "name": "Two",
            "criteria": {
                "group_operator": "or",
                "group": [
                    {"comparator": "equal", "field": "City", "value": "Pune"},
                    {"comparator": "in", "field": "State", "value": ["A", "B"]},
                ],
            },
            "sort_by": "City",
            "sort_order": "asc",
            "fields": ["City", "Email"],
        },
    ],
    "records": {
        "Leads": [
            {"fields": {"Last_Name": "One", "City": "Pune"}},
            {"fields": {"Last_Name": "Two", "City": "Pune", "State": "A"}},
            {"fields": {"Last_Name": "Three", "City": "Agra"}},
        ]
    },
}


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


@pytest.fixture
def own(application: Application) -> OrgApi:
    """An org that the test may change."""
    return application.org(FIXTURE)


def views(org: OrgApi, version: str = "v2", module: str = "Leads", **params: str) -> dict[str, dict[str, Any]]:
    response = org.get(f"/crm/{version}/settings/custom_views", module=module, **params)
    assert response.status_code == 200, response.text
    return {item["id"]: item for item in response.json()["custom_views"]}


def view(org: OrgApi, number: str, version: str = "v2") -> dict[str, Any]:
    response = org.get(f"/crm/{version}/settings/custom_views/{number}", module="Leads")
    assert response.status_code == 200, response.text
    (item,) = response.json()["custom_views"]
    return dict(item)


def field(org: OrgApi, name: str) -> dict[str, str]:
    items = org.get("/crm/v2/settings/fields", module="Leads").json()["fields"]
    return {"api_name": name, "id": next(item["id"] for item in items if item["api_name"] == name)}


# -- reading -----------------------------------------------------------------------------------------------------

ALL: dict[str, object] = {
    "id": ALL_LEADS,
    "name": "All Open Leads",
    "display_value": "All Leads",
    "system_name": "ALLVIEWS",
    "system_defined": True,
    "default": True,
    "category": "public_views",
    "favorite": None,
    "offline": True,
    "shared_type": "public",
    "shared_details": None,
}
STAMPS: dict[str, object] = {
    "created_time": None,
    "created_by": None,
    "modified_time": None,
    "modified_by": None,
    "last_accessed_time": None,
    "access_type": "public",
    "locked": False,
}


def test_a_view_is_listed_with_the_keys_of_the_version(org: OrgApi) -> None:
    assert views(org, "v2")[ALL_LEADS] == ALL
    for version in ("v2.1", "v3", "v7", "v8"):
        assert views(org, version)[ALL_LEADS] == {**ALL, **STAMPS}


def test_a_page_shows_the_default_view_and_the_headings(org: OrgApi) -> None:
    content = org.get("/crm/v2/settings/custom_views", module="Leads", page="2", per_page="3").json()
    assert content["info"] == {
        "per_page": 3,
        "count": 3,
        "default": ALL_LEADS,
        "page": 2,
        "more_records": True,
        "translation": {
            "public_views": "Public Views",
            "other_users_views": "Other Users' Views",
            "shared_with_me": "Shared With Me",
            "created_by_me": "Created By Me",
        },
    }
    beyond = org.get("/crm/v2/settings/custom_views", module="Leads", page="9")
    assert (beyond.status_code, beyond.content) == (204, b"")


COLUMNS = ["Full_Name", "Company", "Email", "Phone", "Lead_Source", "Owner"]


def test_a_view_by_its_id_in_v2_names_fields_by_their_api_names(org: OrgApi) -> None:
    assert view(org.entry_of(1), SHARED) == {
        **ALL,
        "id": SHARED,
        "name": "Contacted",
        "display_value": "Contacted",
        "system_name": None,
        "system_defined": False,
        "default": False,
        "category": "shared_with_me",
        "shared_type": "shared",
        "shared_details": [{**REP, "type": "users", "subordinates": False}],
        "criteria": {"comparator": "equal", "field": "Lead_Status", "value": "Contacted"},
        "fields": COLUMNS,
        "sort_by": None,
        "sort_order": None,
    }


@for_each("version", VERSIONS)
def test_a_view_by_its_id_brings_the_headings_in_v2(org: OrgApi, version: str) -> None:
    content = org.get(f"/crm/{version}/settings/custom_views/{ALL_LEADS}", module="Leads").json()
    listed = org.get(f"/crm/{version}/settings/custom_views", module="Leads").json()
    translation = listed["info"]["translation"]
    assert content.get("info") == ({"translation": translation} if version == "v2" else None)


@pytest.mark.parametrize("version", ["v2.1", "v3", "v5", "v8"])
def test_a_view_by_its_id_after_v2_names_fields_by_objects(org: OrgApi, version: str) -> None:
    shared = [{**REP, "type": "users", "subordinates": False}]
    assert view(org.entry_of(1), SHARED, version) == {
        **ALL,
        **STAMPS,
        "id": SHARED,
        "name": "Contacted",
        "display_value": "Contacted",
        "system_name": None,
        "system_defined": False,
        "default": False,
        "category": "shared_with_me",
        "shared_type": "shared",
        "access_type": "shared",
        "shared_details": shared,
        "shared_to": shared,
        "created_time": MADE,
        "created_by": ADMIN,
        "modified_time": MADE,
        "modified_by": REP,
        "criteria": {
            "comparator": "equal",
            "field": field(org, "Lead_Status"),
            "type": "value",
            "value": "Contacted",
        },
        "fields": [{**field(org, name), "_pin": False} for name in COLUMNS],
        "sort_by": None,
        "sort_order": None,
    }


def test_groups_are_joined_in_the_case_of_the_version(org: OrgApi) -> None:
    old = view(org, GROUPED)
    assert old["criteria"] == {
        "group_operator": "or",
        "group": [
            {"comparator": "equal", "field": "City", "value": "Pune"},
            {"comparator": "in", "field": "State", "value": ["A", "B"]},
        ],
    }
    assert (old["fields"], old["sort_by"], old["sort_order"]) == (["City", "Email"], "City", "asc")
    later = view(org, GROUPED, "v8")
    assert later["criteria"] == {
        "group_operator": "OR",
        "group": [
            {"comparator": "equal", "field": field(org, "City"), "type": "value", "value": "Pune"},
            {"comparator": "in", "field": field(org, "State"), "type": "value", "value": ["A", "B"]},
        ],
    }
    assert (later["sort_by"], later["sort_order"]) == (field(org, "City"), "asc")
    between = view(org, GROUPED, "v2.1")
    assert between["criteria"] == {**later["criteria"], "group_operator": "or"}
    assert (between["fields"], between["sort_by"]) == (later["fields"], "City")


@for_each("version", VERSIONS)
def test_every_view_of_every_module_can_be_read(org: OrgApi, version: str) -> None:
    names = [item["api_name"] for item in org.get(f"/crm/{version}/settings/modules").json()["modules"]]
    for module in names:
        response = org.get(f"/crm/{version}/settings/custom_views", module=module)
        if response.status_code == 204:
            assert module in ("Notes", "Attachments")
            continue
        for item in response.json()["custom_views"]:
            whole = org.get(f"/crm/{version}/settings/custom_views/{item['id']}", module=module)
            assert whole.status_code == 200
            assert whole.json()["custom_views"][0].items() >= item.items()


def test_views_that_are_not_shared_with_a_user_are_hidden_from_that_user(org: OrgApi) -> None:
    assert views(org)[SHARED]["category"] == "other_users_views"
    assert views(org.entry_of(1))[SHARED]["category"] == "shared_with_me"
    kim = org.entry_of(2)
    assert SHARED not in views(kim)
    expected_details: dict[str, dict[str, object]] = {"v2": {}, "v8": {"permissions": []}}
    for version, details in expected_details.items():
        response = kim.get(f"/crm/{version}/settings/custom_views/{SHARED}", module="Leads")
        assert_response(response, 403, error("NO_PERMISSION", "permission denied", details), "VIEW_DENIED")


@for_each("number", ["5", "x", "554023000000087502x"])
@for_each(("version", "details"), [("v2", {}), ("v2.1", {"resource_path_index": 2})])
def test_an_unknown_view(org: OrgApi, number: str, version: str, details: dict[str, object]) -> None:
    response = org.get(f"/crm/{version}/settings/custom_views/{number}", module="Leads")
    message = "the id given seems to be invalid"
    assert_response(response, 400, error("INVALID_DATA", message, details), "INVALID_PATH_ID")


def test_a_view_of_another_module_is_unknown(org: OrgApi) -> None:
    response = org.get(f"/crm/v2/settings/custom_views/{ALL_LEADS}", module="Deals")
    message = "the id given seems to be invalid"
    assert_response(response, 400, error("INVALID_DATA", message), "INVALID_PATH_ID")


@pytest.mark.parametrize("path", ["settings/custom_views", f"settings/custom_views/{ALL_LEADS}"])
def test_module_is_mandatory(org: OrgApi, path: str) -> None:
    response = org.get(f"/crm/v2/{path}")
    message = "One of the expected parameter is missing"
    details = {"param_name": "module"}
    assert_response(response, 400, error("REQUIRED_PARAM_MISSING", message, details), "REQUIRED_PARAM_MISSING")


# -- making ------------------------------------------------------------------------------------------------------


def post(org: OrgApi, *items: object, version: str = "v8") -> Any:
    body = {"custom_views": list(items)}
    return org.send("POST", f"/crm/{version}/settings/custom_views", body, params={"module": "Leads"})


def put(org: OrgApi, number: str, item: object) -> Any:
    path = f"/crm/v8/settings/custom_views/{number}"
    return org.send("PUT", path, {"custom_views": [item]}, params={"module": "Leads"})


def delete(org: OrgApi, ids: str) -> Any:
    return org.send("DELETE", "/crm/v8/settings/custom_views", params={"module": "Leads", "ids": ids})


def success(number: str, message: str) -> dict[str, object]:
    return {"code": "SUCCESS", "details": {"id": number}, "message": message, "status": "success"}


def created(response: Any) -> str:
    assert response.status_code == 201, response.text
    number: str = response.json()["custom_views"][0]["details"]["id"]
    assert_response(response, 201, {"custom_views": [success(number, "custom view created")]})
    return number


BAD_LISTS: tuple[object, ...] = ({}, [], ["x"])
PUNE = {"comparator": "equal", "field": {"api_name": "City"}, "type": "value", "value": "Pune"}


def test_a_created_view_exists_at_once_in_every_version(own: OrgApi) -> None:
    number = created(
        post(
            own,
            {
                "name": "In Pune",
                "criteria": PUNE,
                "fields": [field(own, "City"), {"id": field(own, "Email")["id"]}],
                "sort_by": field(own, "City"),
                "sort_order": "desc",
                "wrap_text": True,
            },
        )
    )
    for version in VERSIONS:
        assert views(own, version)[number]["name"] == "In Pune"
    assert view(own, number, "v8") == {
        **ALL,
        **STAMPS,
        "id": number,
        "name": "In Pune",
        "display_value": "In Pune",
        "system_name": None,
        "system_defined": False,
        "default": False,
        "created_time": MADE,
        "created_by": ADMIN,
        "modified_time": MADE,
        "modified_by": ADMIN,
        "criteria": {**PUNE, "field": field(own, "City")},
        "fields": [{**field(own, "City"), "_pin": False}, {**field(own, "Email"), "_pin": False}],
        "sort_by": field(own, "City"),
        "sort_order": "desc",
        "shared_to": [],
    }


def test_a_view_that_a_client_made_selects_records_and_is_mass_updated(own: OrgApi) -> None:
    number = created(post(own, {"name": "In Pune", "criteria": PUNE}))
    listed = own.get("/crm/v2/Leads", cvid=number).json()["data"]
    assert {item["Last_Name"] for item in listed} == {"One", "Two"}
    job = own.schedule("Leads", {"data": [{"City": "Poona"}], "cvid": number})
    assert own.status("Leads", job).json()["data"][0]["Total_Count"] == 2


def test_a_view_may_be_for_its_maker_alone_or_for_some(own: OrgApi) -> None:
    rep, kim = own.entry_of(1), own.entry_of(2)
    mine = created(post(rep, {"name": "Mine", "access_type": "only_to_me"}))
    ours = created(post(rep, {"name": "Ours", "access_type": "shared", "shared_to": [{"type": "users", "id": KIM}]}))
    assert {views(rep)[number]["category"] for number in (mine, ours)} == {"created_by_me"}
    assert mine not in views(kim)
    assert views(kim)[ours]["category"] == "shared_with_me"
    assert kim.get("/crm/v2/Leads", cvid=ours).status_code == 200
    assert view(rep, mine, "v8")["access_type"] == "only_to_me"
    assert view(rep, ours, "v8")["shared_to"] == [{"name": "Kim", "id": KIM, "type": "users", "subordinates": False}]


@for_each(
    ("item", "details"),
    [
        (
            {"criteria": {**PUNE, "field": {"api_name": "Nothing"}}},
            {"api_name": "api_name", "json_path": "$.custom_views[0].criteria.field.api_name"},
        ),
        (
            {"criteria": {"group_operator": "AND", "group": [PUNE, {**PUNE, "comparator": "like"}]}},
            {"api_name": "comparator", "json_path": "$.custom_views[0].criteria.group[1].comparator"},
        ),
        ({"criteria": "City"}, {"api_name": "criteria", "json_path": "$.custom_views[0].criteria"}),
        (
            {"fields": "City"},
            {"expected_data_type": "jsonarray", "api_name": "fields", "json_path": "$.custom_views[0].fields"},
        ),
        (
            {"fields": [{"api_name": "City"}, {"id": "5"}]},
            {"api_name": "fields", "json_path": "$.custom_views[0].fields[1]"},
        ),
        ({"sort_by": "Nothing"}, {"api_name": "sort_by", "json_path": "$.custom_views[0].sort_by"}),
        (
            {"sort_order": "up"},
            {
                "supported_values": ["asc", "desc"],
                "api_name": "sort_order",
                "json_path": "$.custom_views[0].sort_order",
            },
        ),
        (
            {"access_type": "all"},
            {
                "supported_values": ["public", "only_to_me", "shared"],
                "api_name": "access_type",
                "json_path": "$.custom_views[0].access_type",
            },
        ),
        (
            {"access_type": "shared"},
            {"expected_data_type": "jsonarray", "api_name": "shared_to", "json_path": "$.custom_views[0].shared_to"},
        ),
        (
            {"shared_to": [{"type": "roles", "id": "554023000000026005"}]},
            {
                "supported_values": ["users"],
                "api_name": "type",
                "json_path": "$.custom_views[0].shared_to[0].type",
            },
        ),
        (
            {"shared_to": [{"id": "5"}]},
            {"api_name": "id", "json_path": "$.custom_views[0].shared_to[0].id"},
        ),
        (
            {"cross_filters": [{}]},
            {"api_name": "cross_filters", "json_path": "$.custom_views[0].cross_filters"},
        ),
    ],
)
def test_what_a_view_cannot_be(org: OrgApi, item: dict[str, object], details: dict[str, object]) -> None:
    before = views(org)
    response = post(org, {"name": "New", **item})
    content = {"custom_views": [error("INVALID_DATA", "invalid data", details)]}
    assert_response(response, 400, content, "INVALID_VIEW_VALUE")
    assert views(org) == before


def test_criteria_of_any_depth_are_refused_as_such(org: OrgApi) -> None:
    tree: Mapping[str, object] = PUNE
    for _ in range(100):
        tree = {"group_operator": "AND", "group": [tree]}
    path = "$.custom_views[0].criteria" + ".group[0]" * 8
    refused = error("INVALID_DATA", "invalid data", {"api_name": "group", "json_path": path})
    response = post(org, {"name": "New", "criteria": tree})
    assert_response(response, 400, {"custom_views": [refused]}, "INVALID_VIEW_VALUE")


@pytest.mark.parametrize("name", ["Contacted", "contacted", "All Leads", "All Open Leads"])
def test_a_name_is_taken_once_in_a_module(org: OrgApi, name: str) -> None:
    details = {"api_name": "name", "json_path": "$.custom_views[0].name"}
    content = {"custom_views": [error("DUPLICATE_DATA", "duplicate data", details)]}
    assert_response(post(org, {"name": name}), 400, content, "DUPLICATE_VIEW")


def test_views_created_at_the_same_time_all_exist(own: OrgApi) -> None:
    async def together() -> list[int]:
        client = own.application.client
        path = "/crm/v8/settings/custom_views?module=Leads"
        bodies = [{"custom_views": [{"name": f"View {number}"}]} for number in range(8)]
        calls = [client.post(path, json=body, headers=own.headers) for body in [*bodies, bodies[0]]]
        return [response.status_code for response in await asyncio.gather(*calls)]

    assert sorted(own.application.run(together())) == [201] * 8 + [400]
    assert {f"View {number}" for number in range(8)} <= {item["name"] for item in views(own).values()}


def test_some_created_and_some_rejected_get_207(own: OrgApi) -> None:
    response = post(own, {"name": "A"}, {"name": "a"}, {"name": "B"})
    items = response.json()["custom_views"]
    numbers = [items[index]["details"]["id"] for index in (0, 2)]
    duplicate = error("DUPLICATE_DATA", "duplicate data", {"api_name": "name", "json_path": "$.custom_views[1].name"})
    content = [success(numbers[0], "custom view created"), duplicate, success(numbers[1], "custom view created")]
    assert_response(response, 207, {"custom_views": content}, "DUPLICATE_VIEW")
    assert {views(own)[number]["name"] for number in numbers} == {"A", "B"}


@pytest.mark.parametrize("item", [{}, {"name": ""}, {"name": None}])
def test_a_view_needs_a_name(org: OrgApi, item: dict[str, object]) -> None:
    refused = error("REQUIRED_PARAM_MISSING", "invalid data", {"param_name": "name"})
    assert_response(post(org, {"name": "New"}, item), 400, refused, "VIEW_NAME_MISSING")


@pytest.mark.parametrize(
    ("body", "code", "details", "rule"),
    [
        ({}, "MANDATORY_NOT_FOUND", {"api_name": "custom_views"}, "MISSING_KEY"),
        *(
            (
                {"custom_views": value},
                "INVALID_DATA",
                {"expected_data_type": "jsonarray", "api_name": "custom_views"},
                "WRONG_TYPE",
            )
            for value in BAD_LISTS
        ),
    ],
)
def test_a_body_without_views(org: OrgApi, body: object, code: str, details: dict[str, object], rule: str) -> None:
    response = org.send("POST", "/crm/v8/settings/custom_views", body, params={"module": "Leads"})
    message = "required field not found" if rule == "MISSING_KEY" else "invalid data"
    assert_response(response, 400, error(code, message, {**details, "json_path": "$.custom_views"}), rule)


@for_each("version", [version for version in VERSIONS if version != "v8"])
def test_before_v8_views_are_only_read(org: OrgApi, version: str) -> None:
    refused = error("INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
    for method, path in (("POST", ""), ("PUT", ""), ("DELETE", ""), ("PUT", f"/{SHARED}"), ("DELETE", f"/{SHARED}")):
        response = org.send(method, f"/crm/{version}/settings/custom_views{path}", {}, params={"module": "Leads"})
        assert_response(response, 400, refused, "INVALID_REQUEST_METHOD")


# -- changing and removing ---------------------------------------------------------------------------------------


def test_a_view_is_changed_in_the_keys_that_are_sent(own: OrgApi) -> None:
    before = view(own, GROUPED, "v8")
    response = put(own, GROUPED, {"name": "Renamed", "criteria": PUNE})
    assert_response(response, 200, {"custom_views": [success(GROUPED, "custom view updated")]})
    assert view(own, GROUPED, "v8") == {
        **before,
        "name": "Renamed",
        "display_value": "Renamed",
        "criteria": {**PUNE, "field": field(own, "City")},
        "modified_time": MADE,
        "modified_by": ADMIN,
    }
    assert_response(
        put(own, GROUPED, {"criteria": None}), 200, {"custom_views": [success(GROUPED, "custom view updated")]}
    )
    assert view(own, GROUPED)["criteria"] is None


def test_a_default_view_keeps_its_name_inside(own: OrgApi) -> None:
    assert put(own, ALL_LEADS, {"name": "Everything", "fields": ["City"]}).status_code == 200
    shown = view(own, ALL_LEADS)
    assert (shown["name"], shown["display_value"], shown["fields"]) == ("All Open Leads", "Everything", ["City"])
    assert shown["criteria"] == {"comparator": "equal", "field": "Converted__s", "value": False}


def test_several_views_are_changed_by_their_ids(own: OrgApi) -> None:
    items = [{"id": GROUPED, "name": "First"}, {"id": "5", "name": "Second"}, {"id": SHARED, "name": "First"}]
    body = {"custom_views": items}
    response = own.send("PUT", "/crm/v8/settings/custom_views", body, params={"module": "Leads"})
    unknown = error("INVALID_DATA", "invalid data", {"api_name": "id", "json_path": "$.custom_views[1].id"})
    duplicate = error("DUPLICATE_DATA", "duplicate data", {"api_name": "name", "json_path": "$.custom_views[2].name"})
    content = [success(GROUPED, "custom view updated"), unknown, duplicate]
    assert_response(response, 207, {"custom_views": content}, "INVALID_VIEW_VALUE,DUPLICATE_VIEW")


def test_views_are_removed(own: OrgApi) -> None:
    made = created(post(own, {"name": "New"}))
    gone = error("INVALID_DATA", "The provided CustomView is either invalid or already Deleted", {"id": "12"})
    response = delete(own, f"{made},12,{GROUPED}")
    content = [success(made, "deleted successfully"), gone, success(GROUPED, "deleted successfully")]
    assert_response(response, 207, {"custom_views": content}, "VIEW_NOT_DELETED")
    assert not {made, GROUPED} & views(own).keys()
    assert_response(delete(own, "12"), 400, {"custom_views": [gone]}, "VIEW_NOT_DELETED")
    one = own.send("DELETE", f"/crm/v8/settings/custom_views/{SHARED}", params={"module": "Leads"})
    assert_response(one, 200, {"custom_views": [success(SHARED, "deleted successfully")]})
    missing = error("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {"param_name": "ids"})
    assert_response(delete(own, " "), 400, missing, "REQUIRED_PARAM_MISSING")


def test_only_its_maker_and_administrators_change_a_view(own: OrgApi) -> None:
    rep, kim = own.entry_of(1), own.entry_of(2)
    number = created(post(rep, {"name": "Mine"}))
    denied = error("NO_PERMISSION", "permission denied", {"permissions": []})
    assert_response(put(kim, number, {"name": "Kim's"}), 403, denied, "VIEW_DENIED")
    assert_response(delete(kim, number), 403, {"custom_views": [denied]}, "VIEW_DENIED")
    assert put(rep, number, {"name": "Rep's"}).status_code == 200
    assert put(own, number, {"access_type": "only_to_me"}).status_code == 200
    assert view(rep, number, "v8")["category"] == "created_by_me"
    assert delete(rep, number).status_code == 200


def test_a_default_view_is_not_removed(org: OrgApi) -> None:
    denied = error("NO_PERMISSION", "permission denied", {"permissions": []})
    response = org.send("DELETE", f"/crm/v8/settings/custom_views/{ALL_LEADS}", params={"module": "Leads"})
    assert_response(response, 403, denied, "VIEW_DENIED")


def test_writing_needs_its_own_scope(application: Application) -> None:
    token = {"user": "admin@mockcrm.example", "scopes": ["ZohoCRM.settings.custom_views.READ"]}
    org = application.org({"clients": [{"client_id": "1000.R", "client_secret": "s", "tokens": [token]}]})
    reading = org.entry_of(1)
    assert reading.get("/crm/v8/settings/custom_views", module="Leads").status_code == 200
    refused = error("OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")
    assert_response(post(reading, {"name": "New"}), 401, refused, "OAUTH_SCOPE_MISMATCH")


def test_views_made_by_clients_are_exported(application: Application, own: OrgApi) -> None:
    created(post(own, {"name": "In Pune", "criteria": PUNE, "access_type": "only_to_me"}))
    with own.using() as state:
        tree = export_org(state.path)
    entry = next(item for item in tree["custom_views"] if item["name"] == "In Pune")
    assert entry["criteria"] == {"comparator": "equal", "field": "City", "value": "Pune"}
    assert entry["shared_with"] == ["admin@mockcrm.example"]
    copy = application.org(tree)
    assert "In Pune" in {item["name"] for item in views(copy).values()}


def test_a_change_of_views_is_newer_than_earlier_reads(own: OrgApi) -> None:
    with own.using() as state:
        before: int = state.metadata_time
        state.metadata_time = before - 60
    sent = {"If-Modified-Since": iso(before - 60, 0)}
    assert own.send("GET", "/crm/v8/settings/modules", headers=sent).status_code == 304
    created(post(own, {"name": "New"}))
    assert own.send("GET", "/crm/v8/settings/modules", headers=sent).status_code == 200
