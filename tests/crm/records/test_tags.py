"""Tags of records: names make them, records show them by id, criteria find them, fixtures and exports have them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockcrm.fixture_format.errors import FixtureError
from mockcrm.fixture_format.export import export_org
from tests.fixture_format.loading import LoadedOrg
from tests.support.application import Application, OrgApi, error
from tests.support.for_each import for_each

LEAD, OTHER, TASK = "1001", "1002", "1003"
HOT, COLD = "3001", "3002"
FIXTURE: dict[str, Any] = {
    "tags": {"Leads": [{"id": HOT, "name": "Hot", "color_code": "#F17574"}], "Deals": [{"id": COLD, "name": "cold"}]},
    "records": {
        "Leads": [
            {"id": LEAD, "fields": {"Last_Name": "Boyle", "Tag": ["hot", "new"]}},
            {"id": OTHER, "fields": {"Last_Name": "Stone"}},
        ],
        "Tasks": [{"id": TASK, "fields": {"Subject": "Call", "Tag": ["hot"]}}],
    },
}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def tags_of(org: OrgApi, number: str = LEAD, version: str = "v8", module: str = "Leads") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = org.get(f"/crm/{version}/{module}/{number}").json()["data"][0]["Tag"]
    return found


def names_of(org: OrgApi, number: str = LEAD) -> list[str]:
    return [tag["name"] for tag in tags_of(org, number)]


def put(org: OrgApi, tags: Any, version: str = "v8", number: str = LEAD) -> dict[str, Any]:
    body = {"data": [{"id": number, "Tag": tags}]}
    item: dict[str, Any] = org.send("PUT", f"/crm/{version}/Leads", body).json()["data"][0]
    return item


@for_each("version", ["v2", "v2.1", "v8"])
def test_a_record_shows_its_tags_in_the_form_of_the_version(org: OrgApi, version: str) -> None:
    hot, new = tags_of(org, version=version)
    colors = {} if version == "v2" else {"color_code": "#F17574"}
    assert hot == {"name": "Hot", "id": HOT, **colors}
    assert new == {"name": "new", "id": new["id"], **({} if version == "v2" else {"color_code": None})}
    assert tags_of(org, OTHER, version) == []
    chosen = org.get(f"/crm/{version}/Leads", fields="Tag", ids=LEAD).json()["data"][0]
    assert chosen["Tag"] == [hot, new]


def test_an_unknown_name_makes_a_tag_that_others_find_without_case(org: OrgApi) -> None:
    assert put(org, [{"name": "Fresh"}, {"name": "HOT"}, "fresh"])["code"] == "SUCCESS"
    fresh, hot = tags_of(org)
    assert (fresh["name"], hot) == ("Fresh", {"name": "Hot", "id": HOT, "color_code": "#F17574"})
    assert put(org, [{"name": "FRESH"}], number=OTHER)["code"] == "SUCCESS"
    assert tags_of(org, OTHER) == [fresh]


def test_tags_belong_to_one_module(org: OrgApi) -> None:
    (of_task,) = tags_of(org, TASK, module="Tasks")
    assert of_task["id"] != HOT
    body = {"data": [{"Deal_Name": "D", "Stage": "Qualification", "Tag": [{"name": "Cold"}]}]}
    made = org.send("POST", "/crm/v8/Deals", body).json()["data"][0]["details"]["id"]
    assert tags_of(org, made, module="Deals") == [{"name": "cold", "id": COLD, "color_code": None}]


def test_a_tag_may_be_named_by_its_id_which_takes_precedence(org: OrgApi) -> None:
    assert put(org, [{"id": HOT, "name": "other"}, {"name": "hot"}])["code"] == "SUCCESS"
    assert names_of(org) == ["Hot"]


def test_a_new_tag_gets_its_colour(org: OrgApi) -> None:
    put(org, [{"name": "red", "color_code": "#F48435"}, {"name": "hot", "color_code": "#000000"}])
    assert [tag["color_code"] for tag in tags_of(org)] == ["#F48435", "#F17574"]


@for_each("tags", [[], None])
def test_a_write_replaces_the_tags(org: OrgApi, tags: Any) -> None:
    assert put(org, tags)["code"] == "SUCCESS"
    assert tags_of(org) == []


def refusals() -> list[tuple[Any, dict[str, Any], str]]:
    def invalid(details: dict[str, Any], message: str = "invalid data") -> dict[str, Any]:
        return error("INVALID_DATA", message, details)

    long = {"maximum_length": 25, "api_name": "name"}
    unknown = invalid({"api_name": "id"}, "the id given seems to be invalid")
    signs = invalid({"api_name": "name"}, "special characters found in the given name")
    mandatory = error("MANDATORY_NOT_FOUND", "required field not found", {"api_name": "name"})
    return [
        ("hot", invalid({"expected_data_type": "jsonarray", "api_name": "Tag"}), "$.data[0].Tag"),
        ([5], invalid({"expected_data_type": "jsonarray", "api_name": "Tag"}), "$.data[0].Tag"),
        ([{"name": "x" * 26}], invalid(long), "$.data[0].Tag[0].name"),
        ([{"name": "ok"}, {"name": "a<b"}], signs, "$.data[0].Tag[1].name"),
        ([{"name": "fire 🔥"}], signs, "$.data[0].Tag[0].name"),
        ([{"name": " "}], mandatory, "$.data[0].Tag[0].name"),
        ([{"name": "ok"}, {"id": "999"}], unknown, "$.data[0].Tag[1].id"),
        ([{"id": "x"}], unknown, "$.data[0].Tag[0].id"),
        ([{"id": COLD}], unknown, "$.data[0].Tag[0].id"),
    ]


@for_each(("tags", "item", "path"), refusals())
def test_a_tag_that_is_refused_changes_nothing(org: OrgApi, tags: Any, item: dict[str, Any], path: str) -> None:
    before = org.dump()
    assert put(org, tags, "v2") == item
    assert put(org, tags) == {**item, "details": {**item["details"], "json_path": path}}
    assert org.dump() == before


def test_ten_tags_fit_on_a_record_and_eleven_do_not(org: OrgApi) -> None:
    ten = [{"name": f"tag {number}"} for number in range(9)] + [{"id": HOT}]
    assert put(org, [*ten, {"name": "TAG 1"}])["code"] == "SUCCESS"
    assert put(org, [*ten, {"name": "tag 9"}])["code"] == "INVALID_DATA"
    assert len(names_of(org)) == 10


def test_the_limit_of_the_module_counts_what_the_request_makes(application: Application) -> None:
    org = application.org({**FIXTURE, "settings": {"tags_per_module": 3}})
    body = {"data": [{"id": LEAD, "Tag": ["three"]}, {"id": OTHER, "Tag": ["four"]}, {"id": LEAD, "Tag": ["THREE"]}]}
    items = org.send("PUT", "/crm/v7/Leads", body).json()["data"]
    assert [item["code"] for item in items] == ["SUCCESS", "LIMIT_EXCEEDED", "SUCCESS"]


def test_an_upsert_makes_tags_too(org: OrgApi) -> None:
    body = {"data": [{"Last_Name": "New", "Email": "n@x.example", "Tag": [{"name": "upserted"}]}]}
    done = org.send("POST", "/crm/v2/Leads/upsert", body).json()["data"][0]
    assert names_of(org, done["details"]["id"]) == ["upserted"]


@for_each(
    ("criteria", "found"),
    [
        ("(Tag:equals:hot)", []),
        ("(Tag:in:HOT,none)", [LEAD]),
        ("(Tag:not_equal:hot)", [OTHER, LEAD]),
    ],
)
def test_a_search_finds_records_by_the_names_of_their_tags(org: OrgApi, criteria: str, found: list[str]) -> None:
    response = org.get("/crm/v8/Leads/search", criteria=criteria)
    ids = [] if response.status_code == 204 else [item["id"] for item in response.json()["data"]]
    assert ids == found


def test_views_jobs_and_sorting_go_by_the_names(application: Application) -> None:
    criteria = {"comparator": "contains", "field": "Tag", "value": "hot"}
    view = {"id": "2001", "module": "Leads", "name": "Hot", "criteria": criteria}
    org = application.org({**FIXTURE, "custom_views": [view], "settings": {"job_policy": {"mode": "auto"}}})
    (item,) = org.get("/crm/v2/Leads", cvid="2001").json()["data"]
    assert item["id"] == LEAD
    put(org, ["zz"], number=OTHER)
    ordered = org.get("/crm/v2/Leads", sort_by="Tag", sort_order="asc").json()["data"]
    assert [item["id"] for item in ordered] == [LEAD, OTHER]


def test_a_workflow_may_set_tags_by_name(application: Application) -> None:
    workflows = [{"name": "tag it", "set": {"Tag": ["new", "set"]}}]
    org = application.org({**FIXTURE, "modules": {"Leads": {"workflows": workflows}}})
    org.send("PUT", "/crm/v8/Leads", {"data": [{"id": OTHER, "City": "Pune"}]})
    assert tags_of(org, OTHER)[0] == tags_of(org)[1]
    assert names_of(org, OTHER) == ["new", "set"]


def test_the_control_api_shows_the_tags_of_a_record(org: OrgApi) -> None:
    path = f"/_mockcrm/orgs/{org.name}/records/Leads/{LEAD}"
    assert org.application.send("GET", path).json()["fields"]["Tag"] == tags_of(org)


# -- fixtures ------------------------------------------------------------------------------------------------------


def test_an_export_has_the_tags_and_loads_to_the_same(org: OrgApi) -> None:
    with org.using() as open_org:
        tree = export_org(open_org.path)
    assert tree["tags"]["Leads"][0] == {
        "id": HOT,
        "name": "Hot",
        "color_code": "#F17574",
        "created": tree["tags"]["Leads"][0]["created"],
        "modified": tree["tags"]["Leads"][0]["modified"],
    }
    assert tree["records"]["Leads"][0]["fields"]["Tag"] == ["Hot", "new"]
    again = LoadedOrg(tree)
    assert export_org(again.connection) == tree


def test_a_second_fixture_changes_a_tag_by_its_name() -> None:
    org = LoadedOrg(FIXTURE)
    org.load({"tags": {"Leads": [{"name": "HOT", "color_code": "#000000"}]}})
    assert org.rows("SELECT id, name, color_code FROM tag WHERE folded = 'hot' ORDER BY id")[0] == (
        int(HOT),
        "HOT",
        "#000000",
    )


@for_each(
    ("fixture", "message"),
    [
        ({"tags": {"Notes": [{"name": "x"}]}}, "tags.Notes: records of Notes have no tags"),
        ({"tags": {"Leads": [{"name": "x"}, {"name": "X"}]}}, "tags.Leads[1].name: 'X' is already in tags.Leads[0]"),
        (
            {"tags": {"Leads": [{"name": "x", "color_code": "red"}]}},
            "tags.Leads[0].color_code: expected a colour like #F17574, got 'red'",
        ),
        ({"tags": {"Leads": [{"name": "x", "id": "1001"}]}, "records": {"Leads": [{"id": "1001"}]}}, "the id 1001"),
    ],
)
def test_what_a_fixture_cannot_say(fixture: dict[str, Any], message: str) -> None:
    with pytest.raises(FixtureError, match=re.escape(message)):
        LoadedOrg(fixture)
