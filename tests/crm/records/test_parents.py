"""The records that tasks, events, calls and notes belong to: `$se_module`, What_Id, Who_Id and Parent_Id."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.fixture_format.export import export_org
from tests.fixture_format.loading import LoadedOrg
from tests.support.application import ADMIN, BASE, NOW, Application, OrgApi, assert_response, error
from tests.support.for_each import for_each

LEAD, CONTACT, DEAL, TASK, NOTE, OLD_NOTE = "1001", "1002", "1003", "1004", "1005", "1006"
VERSIONS = ("v2", "v2.1", "v3", "v4", "v5", "v6", "v7", "v8")
DAY = "2024-01-15T10:30:00+00:00"
FIXTURE: dict[str, Any] = {
    "records": {
        "Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle"}}],
        "Contacts": [{"id": CONTACT, "fields": {"Last_Name": "Stone"}}],
        "Deals": [{"id": DEAL, "fields": {"Deal_Name": "Zylker"}}],
        "Tasks": [{"id": TASK, "fields": {"Subject": "Call", "What_Id": DEAL, "$se_module": "Deals"}}],
        "Notes": [
            {"id": NOTE, "fields": {"Note_Title": "T", "Note_Content": "C", "Parent_Id": LEAD}},
            {
                "id": OLD_NOTE,
                "fields": {"Note_Content": "first", "Parent_Id": DEAL},
                "created": {"time": "2020-01-01T00:00:00+00:00"},
            },
        ],
    }
}
MISSING = "required field not found"
OWNER = {**ADMIN, "email": "admin@mockcrm.example"}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def post(org: OrgApi, module: str, record: dict[str, Any], version: str = "v2") -> dict[str, Any]:
    item: dict[str, Any]
    (item,) = org.send("POST", f"/crm/{version}/{module}", {"data": [record]}).json()["data"]
    return item


def put(org: OrgApi, module: str, number: str, record: dict[str, Any], version: str = "v2") -> dict[str, Any]:
    item: dict[str, Any]
    (item,) = org.send("PUT", f"/crm/{version}/{module}/{number}", {"data": [record]}).json()["data"]
    return item


def read(org: OrgApi, module: str, number: str, version: str = "v2", **query: str) -> dict[str, Any]:
    item: dict[str, Any]
    (item,) = org.get(f"/crm/{version}/{module}/{number}", **query).json()["data"]
    return item


def path_in(version: str, path: str) -> dict[str, str]:
    return {} if version == "v2" else {"json_path": path}


# -- tasks, events and calls -----------------------------------------------------------------------------------------

ACTIVITIES = {
    "Tasks": {"Subject": "Call"},
    "Events": {"Event_Title": "Meet", "Start_DateTime": DAY, "End_DateTime": DAY},
    "Calls": {"Subject": "Call", "Call_Type": "Outbound", "Call_Start_Time": DAY, "Call_Duration": "10"},
}


@for_each("version", list(VERSIONS))
@for_each("module", list(ACTIVITIES))
def test_the_module_of_the_related_record_is_read_back(org: OrgApi, module: str, version: str) -> None:
    record = {**ACTIVITIES[module], "What_Id": {"id": LEAD}, "$se_module": "Leads"}
    made = post(org, module, record, version)["details"]["id"]
    item = read(org, module, made, version)
    assert (item["What_Id"], item["$se_module"]) == ({"name": "Boyle", "id": LEAD}, "Leads")
    chosen = read(org, module, made, version, fields="What_Id,$se_module")
    assert (chosen["What_Id"]["id"], chosen["$se_module"]) == (LEAD, "Leads")
    bare = post(org, module, ACTIVITIES[module], version)["details"]["id"]
    assert read(org, module, bare, version)["$se_module"] is None


def test_the_module_is_kept_beside_a_contact_alone(org: OrgApi) -> None:
    record = {"Subject": "Meet", "Who_Id": {"id": CONTACT}, "$se_module": "Contacts"}
    item = read(org, "Tasks", post(org, "Tasks", record)["details"]["id"])
    assert (item["Who_Id"], item["What_Id"], item["$se_module"]) == (
        {"name": "Stone", "id": CONTACT},
        None,
        "Contacts",
    )


def test_the_list_of_activities_shows_the_module(org: OrgApi) -> None:
    (item,) = org.get("/crm/v2/Activities").json()["data"]
    assert (item["id"], item["$se_module"]) == (TASK, "Deals")


@for_each("version", ["v2", "v8"])
@for_each(
    ("record", "code", "api_name"),
    [
        ({"What_Id": LEAD}, "MANDATORY_NOT_FOUND", "$se_module"),
        ({"What_Id": LEAD, "$se_module": "Nothing"}, "INVALID_DATA", "$se_module"),
        ({"What_Id": LEAD, "$se_module": 5}, "INVALID_DATA", "$se_module"),
        ({"What_Id": LEAD, "$se_module": "Deals"}, "INVALID_DATA", "What_Id"),
        ({"What_Id": "999", "$se_module": "Leads"}, "INVALID_DATA", "What_Id"),
        ({"Who_Id": LEAD, "$se_module": "Leads"}, "INVALID_DATA", "Who_Id"),
    ],
)
def test_a_related_record_that_is_refused(
    org: OrgApi, record: dict[str, Any], code: str, api_name: str, version: str
) -> None:
    before = org.dump()
    item = post(org, "Tasks", {"Subject": "Call", **record}, version)
    text = {
        "MANDATORY_NOT_FOUND": MISSING,
        "$se_module": "invalid data",
    }.get(code if code == "MANDATORY_NOT_FOUND" else api_name, "the id given seems to be invalid")
    assert item == error(code, text, {"api_name": api_name, **path_in(version, f"$.data[0].{api_name}")})
    assert org.dump() == before


def test_an_update_moves_a_task_to_another_record(org: OrgApi) -> None:
    assert put(org, "Tasks", TASK, {"Status": "Completed"})["code"] == "SUCCESS"
    assert read(org, "Tasks", TASK)["$se_module"] == "Deals"
    assert put(org, "Tasks", TASK, {"What_Id": LEAD})["code"] == "INVALID_DATA"
    assert put(org, "Tasks", TASK, {"What_Id": LEAD, "$se_module": "leads"})["code"] == "SUCCESS"
    assert read(org, "Tasks", TASK)["$se_module"] == "Leads"
    assert put(org, "Tasks", TASK, {"$se_module": "Deals"})["code"] == "INVALID_DATA"
    assert put(org, "Tasks", TASK, {"What_Id": None})["code"] == "SUCCESS"
    assert read(org, "Tasks", TASK)["$se_module"] is None


def test_fixtures_and_exports_have_the_module(org: OrgApi) -> None:
    with org.using() as open_org:
        tree = export_org(open_org.path)
    assert tree["records"]["Tasks"][0]["fields"]["$se_module"] == "Deals"
    again = LoadedOrg(tree)
    assert export_org(again.connection) == tree
    assert again.rows("SELECT parent_id, note_id FROM note_parent ORDER BY 1") == [
        (int(LEAD), int(NOTE)),
        (int(DEAL), int(OLD_NOTE)),
    ]


# -- notes -----------------------------------------------------------------------------------------------------------


def note_in(version: str) -> dict[str, Any]:
    """What the note on the lead looks like."""
    made = "2023-11-14T22:13:20+00:00"
    later = version in ("v6", "v7", "v8")
    module = {"module": {"api_name": "Leads", "id": str(BASE + 2175)}} if later else {}
    return {
        "id": NOTE,
        "Owner": OWNER,
        "Created_By": OWNER,
        "Modified_By": OWNER,
        "Created_Time": made,
        "Modified_Time": made,
        "Note_Title": "T",
        "Note_Content": "C",
        "Parent_Id": {**module, "name": "Boyle", "id": LEAD},
        "$attachments": None,
        "$editable": True,
        **({} if version == "v2" else {"$sharing_permission": "full_access"}),
        "$is_shared_to_client": False,
        "$size": None,
        "$state": "save",
        "$voice_note": False,
        **({} if version == "v8" else {"$se_module": "Leads"}),
    }


@for_each("version", ["v5", "v7", "v8"])
def test_a_write_of_a_note_tells_nothing_of_approval_in_v8(org: OrgApi, version: str) -> None:
    path = f"/crm/{version}/Notes"
    parent = {"$se_module": "Leads", "Parent_Id": {"module": {"api_name": "Leads"}, "id": LEAD}}
    for verb, note, status in (("POST", parent, 201), ("PUT", {"id": NOTE}, 200)):
        response = org.send(verb, path, {"data": [{"Note_Title": "T", "Note_Content": "C", **note}]})
        assert response.status_code == status
        assert ("$approval_state" in response.json()["data"][0]["details"]) is (version != "v8")


@for_each("version", list(VERSIONS))
def test_a_note_in_the_form_of_its_version(org: OrgApi, version: str) -> None:
    org.execute("UPDATE record SET created_time = ?, modified_time = ? WHERE id = ?", NOW, NOW, int(NOTE))
    expected = note_in(version)
    assert read(org, "Notes", NOTE, version) == expected
    fields = ",".join([*expected, "Nothing"])
    assert read(org, "Notes", NOTE, version, fields=fields) == expected


@for_each("version", list(VERSIONS))
def test_notes_are_listed_with_the_oldest_first(org: OrgApi, version: str) -> None:
    response = org.get(f"/crm/{version}/Notes", fields="Note_Content,Parent_Id").json()
    assert [item["Note_Content"] for item in response["data"]] == ["first", "C"]
    if version not in ("v2", "v2.1"):
        assert (response["info"]["sort_by"], response["info"]["sort_order"]) == ("Created_Time", "asc")
        assert set(response["data"][0]) == {"id", "Note_Content", "Parent_Id"}
    newest = org.get(f"/crm/{version}/Notes", fields="id", sort_order="desc").json()["data"]
    assert [item["id"] for item in newest] == [NOTE, OLD_NOTE]


@for_each("version", list(VERSIONS))
@for_each(
    "parent",
    [
        {"Parent_Id": DEAL, "$se_module": "Deals"},
        {"Parent_Id": {"id": DEAL}, "se_module": "Deals"},
        {"Parent_Id": {"id": DEAL, "module": {"api_name": "Deals"}}},
        {"Parent_Id": {"id": DEAL, "module": {"id": str(BASE + 2181)}}},
    ],
)
def test_a_note_is_added_with_either_form_of_its_parent(org: OrgApi, parent: dict[str, Any], version: str) -> None:
    response = org.send("POST", f"/crm/{version}/Notes", {"data": [{"Note_Content": "New", **parent}]})
    assert (response.status_code, response.json()["data"][0]["message"]) == (201, "record added")
    made = response.json()["data"][0]["details"]["id"]
    assert read(org, "Notes", made, version)["Parent_Id"]["name"] == "Zylker"
    assert org.rows("SELECT parent_id FROM note_parent WHERE note_id = ?", int(made)) == [(int(DEAL),)]


def missing(name: str, path: str) -> tuple[dict[str, Any], str]:
    return error("MANDATORY_NOT_FOUND", MISSING, {"api_name": name}), path


def test_a_note_needs_a_parent_and_a_content(org: OrgApi) -> None:
    parent = {"Parent_Id": {"id": LEAD, "module": {"api_name": "Leads"}}}
    cases: list[tuple[str, dict[str, Any], dict[str, Any], str]] = []
    for version in VERSIONS:
        key, path = ("module", "Parent_Id.module") if version in ("v6", "v7", "v8") else ("$se_module", "$se_module")
        cases += [
            (version, {"Note_Content": "C"}, *missing("Parent_Id", "Parent_Id")),
            (version, {"Note_Content": "C", "Parent_Id": LEAD}, *missing(key, path)),
        ]
        if version != "v8":
            cases += [
                (version, parent, *missing("Note_Content", "Note_Content")),
                (version, {**parent, "Note_Title": "T"}, *missing("Note_Content", "Note_Content")),
                (version, {**parent, "Note_Content": ""}, *missing("Note_Content", "Note_Content")),
            ]
    for version, record, item, path in cases:
        response = org.send("POST", f"/crm/{version}/Notes", {"data": [record]})
        details = {**item["details"], **path_in(version, f"$.data[0].{path}")}
        body = {"data": [{**item, "details": details}]}
        assert_response(response, 202 if version == "v2" else 400, body, "FIELD_MISSING")


def test_v2_names_the_content_first_and_later_versions_name_all_that_is_missing(org: OrgApi) -> None:
    assert post(org, "Notes", {})["details"] == {"api_name": "Note_Content"}
    errors = post(org, "Notes", {}, "v7")["details"]["errors"]
    assert [item["details"]["api_name"] for item in errors] == ["Note_Content", "Parent_Id"]


def test_v8_takes_a_title_alone(org: OrgApi) -> None:
    parent = {"Parent_Id": {"id": LEAD, "module": {"api_name": "Leads"}}}
    assert post(org, "Notes", {**parent, "Note_Title": "T"}, "v8")["code"] == "SUCCESS"
    assert post(org, "Notes", parent, "v8")["code"] == "EXPECTED_FIELD_MISSING"


@for_each(
    ("parent", "module"), [(LEAD, "Deals"), ("999", "Leads"), (NOTE, "Leads"), (NOTE, "Notes"), (LEAD, "Nothing")]
)
def test_a_parent_that_does_not_exist_in_its_module(org: OrgApi, parent: str, module: str) -> None:
    item = post(org, "Notes", {"Note_Content": "C", "Parent_Id": parent, "$se_module": module})
    unknown = error("INVALID_DATA", "invalid data", {"api_name": "$se_module"})
    related = error("INVALID_DATA", "the related id given seems to be invalid")
    assert item == (unknown if module in ("Notes", "Nothing") else related)


def test_an_update_changes_title_and_content_only(org: OrgApi) -> None:
    change = {"Note_Title": "New", "Parent_Id": DEAL, "Owner": "999", "$se_module": "Deals"}
    assert put(org, "Notes", NOTE, change)["message"] == "record updated"
    item = read(org, "Notes", NOTE)
    assert (item["Note_Title"], item["Note_Content"], item["Parent_Id"]["id"]) == ("New", "C", LEAD)
    assert put(org, "Notes", NOTE, {"Note_Content": None})["code"] == "MANDATORY_NOT_FOUND"
    assert put(org, "Notes", NOTE, {"Note_Content": None}, "v8")["code"] == "SUCCESS"


def test_a_deleted_record_takes_its_notes_with_it(org: OrgApi) -> None:
    assert org.send("DELETE", f"/crm/v2/Leads/{LEAD}").status_code == 200
    assert_response(org.get(f"/crm/v2/Notes/{NOTE}"), 204, None)
    assert [item["id"] for item in org.get("/crm/v2/Notes/deleted").json()["data"]] == [NOTE]
    response = org.send("DELETE", f"/crm/v2/Notes?ids={OLD_NOTE}")
    removed = {"code": "SUCCESS", "details": {"id": OLD_NOTE}, "message": "record deleted", "status": "success"}
    assert_response(response, 200, {"data": [removed]})
    assert org.rows("SELECT * FROM note_parent") == []
