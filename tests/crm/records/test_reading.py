"""Records: lists and their parameters, one record, inserts, updates, deletes
(docs/contract/mass-update-and-core.md 4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.application import ADMIN, BASE, Application, OrgApi, assert_refused, assert_response, error
from tests.support.for_each import for_each
from tests.support.zylker import (
    ACCOUNT,
    ALL_CLIENTS,
    ALL_DEALS,
    CREATED,
    ENTRY,
    EVENT,
    GOOD,
    GOOD_LEADS,
    IN_STATE,
    NOW_TEXT,
    REPS_LEADS,
    TASK,
    UK,
    user_id,
    zylker,
)

OWNER = {**ADMIN, "email": "admin@mockcrm.example"}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(zylker())


def ids_of(response: Any) -> list[int]:
    return [int(item["id"]) for item in response.json()["data"]]


def leads(org: OrgApi, version: str = "v2", **params: Any) -> Any:
    return org.get(f"/crm/{version}/Leads", **params)


# -- lists ---------------------------------------------------------------------------------------------------------

LISTED = sorted(
    [*GOOD, *(number for name, number in IN_STATE.items() if name not in ("converted", "approval_pending"))],
    reverse=True,
)


def test_list_is_newest_first_without_converted_and_unapproved_records(org: OrgApi) -> None:
    response = leads(org)
    assert (response.status_code, ids_of(response)) == (200, LISTED)
    assert response.json()["info"] == {"per_page": 200, "count": len(LISTED), "page": 1, "more_records": False}


@for_each(
    ("page", "per_page", "expected", "more"),
    [(1, 4, LISTED[:4], True), (2, 4, LISTED[4:8], True), (3, 4, LISTED[8:], False), (1, 10, LISTED, False)],
)
@for_each("way", ["plain", "ids"])
def test_pages(org: OrgApi, way: str, page: int, per_page: int, expected: list[int], more: bool) -> None:
    params: dict[str, Any] = {"ids": ",".join(map(str, LISTED))} if way == "ids" else {}
    response = leads(org, page=page, per_page=per_page, **params)
    assert ids_of(response) == expected
    assert response.json()["info"] == {
        "per_page": per_page,
        "count": len(expected),
        "page": page,
        "more_records": more,
    }


@for_each("path", ["Leads?", "Leads/search?word=Lead&", "Leads/deleted?"])
def test_page_0_is_the_first_in_v2(application: Application, path: str) -> None:
    """The first generation of the Python SDK sends it unless told otherwise."""
    org = application.org(zylker())
    assert org.send("DELETE", "/crm/v2/Leads/111").status_code == 200
    first = org.send("GET", f"/crm/v2/{path}per_page=1&page=1")
    assert first.json()["info"]["page"] == 1
    assert org.send("GET", f"/crm/v2/{path}per_page=1&page=0").json() == first.json()
    item = error("INVALID_DATA", "invalid data", {"param_name": "page"})
    for version in ("v2.1", "v3", "v8"):
        response = org.send("GET", f"/crm/{version}/{path}fields=id&page=0")
        assert_refused(response, 400, "INVALID_PARAM", item, top=True)


def test_page_behind_the_last_is_empty(org: OrgApi) -> None:
    assert_response(leads(org, page=2), 204, None)
    assert_response(org.get("/crm/v2/Vendors"), 204, None)


@for_each(
    ("name", "value"),
    [
        ("page", "x"),
        ("page", "-1"),
        ("page", "00"),
        ("per_page", "0"),
        ("per_page", "201"),
        ("per_page", ""),
        ("ids", "1,x"),
        ("ids", ""),
        ("ids", ",".join("1" * 101)),
        ("cvid", "999"),
        ("cvid", "x"),
        ("cvid", str(ALL_DEALS)),
    ],
)
def test_bad_parameter_is_named(org: OrgApi, name: str, value: str) -> None:
    item = error("INVALID_DATA", "invalid data", {"param_name": name})
    assert_refused(leads(org, **{name: value}), 400, "INVALID_PARAM", item, top=True)


def test_records_by_their_ids(org: OrgApi) -> None:
    converted = IN_STATE["converted"]
    response = leads(org, ids=f"111, {converted},999,{ACCOUNT},111")
    assert ids_of(response) == [converted, 111]
    assert_response(leads(org, ids="999"), 204, None)


def test_records_of_a_view(org: OrgApi) -> None:
    assert ids_of(leads(org, cvid=GOOD_LEADS)) == [113, 112, 111]
    assert ids_of(leads(org, cvid=GOOD_LEADS, per_page=1, page=2)) == [112]
    refused = leads(org, cvid=REPS_LEADS)
    assert (refused.status_code, refused.headers["x-mockcrm-rule"]) == (403, "VIEW_NOT_ACCESSIBLE")


def test_activities_unite_their_modules(org: OrgApi) -> None:
    assert ids_of(org.get("/crm/v2/Activities")) == [253, 252, 251]
    assert org.get("/crm/v3/Activities", fields="Subject").json()["code"] == "INVALID_MODULE"
    subject = org.get("/crm/v2/Activities", fields="Subject", ids=f"{TASK},{EVENT}").json()["data"]
    assert [item.get("Subject") for item in subject] == [None, "T"]


@pytest.mark.parametrize("version", ["v3", "v4", "v8"])
def test_fields_are_mandatory_from_v3(org: OrgApi, version: str) -> None:
    message = "required param is missing" if version == "v8" else "One of the expected parameter is missing"
    item = error("REQUIRED_PARAM_MISSING", message, {"param_name": "fields"})
    assert_refused(leads(org, version), 400, "REQUIRED_PARAM_MISSING", item, top=True)
    response = leads(org, version, fields="Last_Name, City,Nonsense,City", ids="111")
    assert response.json()["data"] == [{"id": "111", "Last_Name": "Lead 111", "City": "Old"}]


def test_50_fields_and_not_one_more(org: OrgApi) -> None:
    names = [f"F{number}" for number in range(51)]
    assert leads(org, fields=",".join(names[:50])).status_code == 200
    item = error("LIMIT_EXCEEDED", "Fields limit exceeded", {"limit": 50, "param_name": "fields"})
    assert_refused(leads(org, fields=",".join(names)), 400, "TOO_MANY_FIELDS", item, top=True)
    item["message"] = "limit exceeded"
    assert_refused(leads(org, "v8", fields=",".join(names)), 400, "TOO_MANY_FIELDS", item, top=True)


def test_chosen_fields_of_every_kind(application: Application) -> None:
    fixture = zylker()
    fixture["records"]["Leads"][0] |= {"territories": [UK], "state": ["locked"]}
    org = application.org(fixture)
    fields = "Owner,Modified_Time,Layout,Territories,Languages,Email_Opt_Out,Locked__s,id"
    (item,) = leads(org, "v8", fields=fields, ids="111").json()["data"]
    assert item == {
        "id": "111",
        "Owner": OWNER,
        "Modified_Time": CREATED,
        "Layout": {"name": "Standard", "id": str(BASE + 91055)},
        "Territories": [
            {
                "Name": "UK",
                "id": str(UK),
                "$assigned_by": ADMIN,
                "$assigned_time": CREATED,
                "$assigned": "manually",
            }
        ],
        "Languages": None,
        "Email_Opt_Out": False,
        "Locked__s": True,
    }
    (old,) = leads(org, fields="Territories", ids="111").json()["data"]
    assert old["Territories"] == ["UK"]
    assert old["$state"] == "save"
    assert "City" not in old


def test_hidden_fields_are_not_shown(org: OrgApi) -> None:
    (all_of_them,) = leads(org.entry_of(ENTRY["narrow"]), ids="111").json()["data"]
    assert "Rating" not in all_of_them
    assert "Fax" in all_of_them
    (chosen,) = leads(org.entry_of(ENTRY["narrow"]), "v8", fields="Rating,City", ids="111").json()["data"]
    assert chosen == {"id": "111", "City": "Old"}


# -- one record ----------------------------------------------------------------------------------------------------


def test_one_record(org: OrgApi) -> None:
    response = org.get("/crm/v2/Leads/111")
    (item,) = leads(org, ids="111").json()["data"]
    assert response.json() == {"data": [item]}
    assert (item["Full_Name"], item["Owner"], item["Created_Time"]) == ("Lead 111", OWNER, CREATED)
    assert org.get("/crm/v8/Leads/111", fields="City").json() == {"data": [{"id": "111", "City": "Old"}]}


@pytest.mark.parametrize("number", ["999", str(ACCOUNT)])
def test_record_that_does_not_exist(org: OrgApi, number: str) -> None:
    assert_response(org.get(f"/crm/v2/Leads/{number}"), 204, None)


@pytest.mark.parametrize(("version", "details"), [("v2", {}), ("v8", {"resource_path_index": 1})])
def test_malformed_id_in_the_path(org: OrgApi, version: str, details: dict[str, Any]) -> None:
    item = error("INVALID_DATA", "the id given seems to be invalid", details)
    response = org.get(f"/crm/{version}/Leads/x1")
    assert_refused(response, 400, "RECORD_ID_MALFORMED", item, top=True)


@for_each(
    ("state", "key", "value"),
    [
        ("in_blueprint", "$process_flow", True),
        ("stop_processing", "$stop_processing", True),
        ("approval_pending", "$approved", False),
        ("approval_pending", "$approval_state", "approval_process_pending"),
        ("in_merge", "$in_merge", True),
        ("locked", "$editable", False),
        ("no_access", "$editable", False),
        ("converted", "$converted", True),
    ],
)
def test_special_keys_show_the_states(org: OrgApi, state: str, key: str, value: object) -> None:
    plain = org.get("/crm/v2/Leads/111").json()["data"][0]
    item = org.get(f"/crm/v2/Leads/{IN_STATE[state]}").json()["data"][0]
    assert item[key] == value
    assert plain[key] != value


def test_special_keys_of_v2_and_of_v4(org: OrgApi) -> None:
    old = {key for key in org.get("/crm/v2/Leads/111").json()["data"][0] if key.startswith("$")}
    new = org.get("/crm/v4/Leads/111").json()["data"][0]
    assert {"$approved", "$state", "$converted", "$converted_detail"} <= old
    assert not {"$approved", "$state", "$converted"} & new.keys()
    assert new["Converted__s"] is False
    assert new["$sharing_permission"] == "full_access"


# -- insert --------------------------------------------------------------------------------------------------------


def done(message: str, number: int, by: Any = ADMIN, created: str = NOW_TEXT, creator: Any = ADMIN) -> dict[str, Any]:
    details = {
        "Modified_Time": NOW_TEXT,
        "Modified_By": by,
        "Created_Time": created,
        "id": str(number),
        "Created_By": creator,
    }
    return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}


def post(org: OrgApi, *records: Any, module: str = "Leads", version: str = "v2") -> Any:
    return org.send("POST", f"/crm/{version}/{module}", {"data": list(records)})


def test_inserted_record_can_be_read(org: OrgApi) -> None:
    rep = org.entry_of(ENTRY["rep"])
    record = {"Last_Name": "N", "First_Name": "F", "Languages": ["A"], "Owner": {"email": "narrow@x.example"}}
    response = post(rep, record)
    number = int(response.json()["data"][0]["details"]["id"])
    by = {"name": "Rep", "id": user_id("rep")}
    assert_response(response, 201, {"data": [done("record added", number, by, creator=by)]})
    assert number > BASE + 20_000_000
    item = org.get(f"/crm/v2/Leads/{number}").json()["data"][0]
    assert (item["Full_Name"], item["Languages"], item["Tag"], item["City"]) == ("F N", ["A"], [], None)
    assert item["Owner"]["id"] == user_id("narrow")
    assert item.keys() == org.get("/crm/v2/Leads/111").json()["data"][0].keys()


@pytest.mark.parametrize(("version", "none"), [("v2", 202), ("v2.1", 400), ("v8", 400)])
def test_some_inserts_fail_in_their_places(org: OrgApi, version: str, none: int) -> None:
    path = {"json_path": "$.data[0].Last_Name"} if version != "v2" else {}
    missing = error("MANDATORY_NOT_FOUND", "required field not found", {"api_name": "Last_Name", **path})
    before = org.dump()
    response = post(org, {"City": "x"}, version=version)
    assert_response(response, none, {"data": [missing]}, "FIELD_MISSING")
    assert org.dump() == before
    response = post(org, {"City": "x"}, {"Last_Name": "N"}, {"Last_Name": "N", "Email": 1}, version=version)
    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (207, "FIELD_MISSING,INVALID_RECORD_VALUE")
    assert [item["code"] for item in response.json()["data"]] == ["MANDATORY_NOT_FOUND", "SUCCESS", "INVALID_DATA"]


def test_100_records_at_once_and_not_one_more(org: OrgApi) -> None:
    records = [{"Last_Name": f"N {number}"} for number in range(101)]
    before = org.dump()
    response = post(org, *records)
    item = error(
        "INVALID_DATA",
        "count of records in your request exceeds the limit",
        {"maximum_length": 100, "api_name": "data"},
    )
    assert_refused(response, 400, "TOO_MANY_RECORDS", item, top=False)
    place = {"json_path": "$.data"}
    for version, code, more in (("v7", "INVALID_DATA", place), ("v8", "LIMIT_EXCEEDED", {})):
        item = {**item, "code": code, "details": {"maximum_length": 100, "api_name": "data", **more}}
        assert_refused(post(org, *records, version=version), 400, "TOO_MANY_RECORDS", item, top=False)
    assert org.dump() == before
    numbers = [int(item["details"]["id"]) for item in post(org, *records[:100]).json()["data"]]
    assert numbers == list(range(numbers[0], numbers[0] + 100))
    assert ids_of(leads(org, per_page=2)) == [numbers[99], numbers[98]]


def test_lookups_are_shown_with_their_names(org: OrgApi) -> None:
    response = post(org, {"Deal_Name": "D", "Stage": "x", "Account_Name": {"id": str(ACCOUNT)}}, module="Deals")
    number = response.json()["data"][0]["details"]["id"]
    for version in ("v2", "v8"):
        item = org.get(f"/crm/{version}/Deals/{number}").json()["data"][0]
        assert item["Account_Name"] == {"name": "A", "id": str(ACCOUNT)}
    org.send("DELETE", f"/crm/v2/Accounts/{ACCOUNT}")
    gone = org.get(f"/crm/v2/Deals/{number}", fields="Account_Name").json()["data"][0]["Account_Name"]
    assert gone == {"name": None, "id": str(ACCOUNT)}


@pytest.mark.parametrize("target", ["999", str(GOOD[0])])
def test_lookup_to_a_record_that_does_not_exist(org: OrgApi, target: str) -> None:
    response = post(org, {"Deal_Name": "D", "Stage": "x", "Account_Name": target}, module="Deals")
    assert_response(
        response,
        202,
        {"data": [error("INVALID_DATA", "the id given seems to be invalid", {"api_name": "Account_Name"})]},
        "LOOKUP_NOT_FOUND",
    )


def test_activities_take_no_new_records(org: OrgApi) -> None:
    before = org.dump()
    assert post(org, {"Subject": "x"}, module="Activities").headers["x-mockcrm-rule"] == "INVALID_MODULE"
    assert org.dump() == before


# -- update --------------------------------------------------------------------------------------------------------


def put(org: OrgApi, *records: Any, module: str = "Leads", version: str = "v2") -> Any:
    return org.send("PUT", f"/crm/{version}/{module}", {"data": list(records)})


def test_any_writable_field_can_be_updated(org: OrgApi) -> None:
    record = {"id": 111, "Last_Name": "B", "First_Name": "A", "Email": "a@b.example", "Description": "d"}
    assert_response(put(org, record), 200, {"data": [done("record updated", 111, created=CREATED)]})
    document = org.document(111)
    assert (document["Full_Name"], document["Email"], document["City"]) == ("A B", "a@b.example", "Old")


def test_record_of_the_path_is_updated(org: OrgApi) -> None:
    response = org.send("PUT", "/crm/v2/Leads/111", {"data": [{"id": "112", "City": "New"}, {"City": "x"}]})
    assert_response(response, 200, {"data": [done("record updated", 111, created=CREATED)]})
    assert [org.value(111, "City"), org.value(112, "City")] == ["New", "Old"]


@pytest.mark.parametrize(
    ("record", "rule", "item"),
    [
        (
            {"City": "x"},
            "FIELD_MISSING",
            error("MANDATORY_NOT_FOUND", "required field not found", {"api_name": "id"}),
        ),
        (
            {"id": "999"},
            "INVALID_RECORD_ID",
            error("INVALID_DATA", "the id given seems to be invalid", {"id": "999"}),
        ),
        (
            {"id": "x"},
            "INVALID_RECORD_ID",
            error("INVALID_DATA", "the id given seems to be invalid", {"id": "x"}),
        ),
        (
            {"id": "111", "Last_Name": None},
            "FIELD_MISSING",
            error("MANDATORY_NOT_FOUND", "required field not found", {"api_name": "Last_Name"}),
        ),
        (
            {"id": str(IN_STATE["locked"]), "City": "x"},
            "RECORD_IS_LOCKED",
            error(
                "RECORD_LOCKED",
                "You cannot perform this operation as the record is locked.",
                {"id": str(IN_STATE["locked"])},
            ),
        ),
    ],
)
def test_update_that_is_refused_changes_nothing(org: OrgApi, record: Any, rule: str, item: Any) -> None:
    before = org.dump()
    assert_response(put(org, record), 202, {"data": [item]}, rule)
    assert org.dump() == before
    assert put(org, record, version="v8").status_code == 400
    assert put(org, record, {"id": "111", "City": "New"}).status_code == 207


def test_write_to_activities_goes_to_the_record_it_names(org: OrgApi) -> None:
    response = put(org, {"id": str(TASK), "Subject": "New"}, {"id": str(GOOD[0])}, module="Activities")
    assert [item["status"] for item in response.json()["data"]] == ["success", "error"]
    assert org.value(TASK, "Subject") == "New"
    assert org.send("DELETE", f"/crm/v2/Activities/{EVENT}").status_code == 200
    assert_response(org.get(f"/crm/v2/Events/{EVENT}"), 204, None)


def test_tags_are_written_and_read(org: OrgApi) -> None:
    assert put(org, {"id": "111", "Tag": [{"name": "hot"}]}).status_code == 200
    (tag,) = org.get("/crm/v2/Leads/111").json()["data"][0]["Tag"]
    assert tag == {"name": "hot", "id": tag["id"]}


# -- delete --------------------------------------------------------------------------------------------------------


def test_deleted_records_are_gone_and_remembered(org: OrgApi) -> None:
    response = org.send("DELETE", "/crm/v2/Leads", params={"ids": "111,999, 112"})
    deleted = [
        {"code": "SUCCESS", "details": {"id": number}, "message": "record deleted", "status": "success"}
        for number in ("111", "112")
    ]
    unknown = error("INVALID_DATA", "record not deleted", {"id": "999"})
    assert_response(response, 207, {"data": [deleted[0], unknown, deleted[1]]}, "RECORD_NOT_DELETED")
    assert org.rows("SELECT id, display_name FROM deleted_record") == [(111, "Lead 111"), (112, "Lead 112")]
    assert_response(org.send("DELETE", "/crm/v2/Leads/113"), 200, {"data": [{**deleted[0], "details": {"id": "113"}}]})
    assert_response(leads(org, ids="111,112,113"), 204, None)


def test_delete_needs_ids(org: OrgApi) -> None:
    item = error("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {"param_name": "ids"})
    assert_refused(org.send("DELETE", "/crm/v2/Leads"), 400, "REQUIRED_PARAM_MISSING", item, top=True)


# -- rights, scopes, custom modules --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "verb"),
    [
        ("POST", "/crm/v2/Leads", "add"),
        ("PUT", "/crm/v2/Leads", "update"),
        ("PUT", "/crm/v2/Leads/111", "update"),
        ("DELETE", "/crm/v2/Leads", "delete"),
        ("DELETE", "/crm/v2/Leads/111", "delete"),
    ],
)
def test_writes_need_their_rights(org: OrgApi, method: str, path: str, verb: str) -> None:
    before = org.dump()
    item = error("NO_PERMISSION", f"Permission denied to {verb} records")
    response = org.entry_of(ENTRY["no_records"]).send(method, path, {"data": [{"Last_Name": "x", "id": "111"}]})
    assert_refused(response, 403, "WRITE_DENIED", item, top=True)
    assert org.dump() == before


@pytest.mark.parametrize("path", ["/crm/v2/Leads", "/crm/v2/Leads/111", "/crm/v2/Leads/x"])
def test_reads_need_their_right(org: OrgApi, path: str) -> None:
    item = error("NO_PERMISSION", "Permission denied to read records")
    assert_refused(org.entry_of(ENTRY["no_read"]).get(path), 403, "READ_DENIED", item, top=True)


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("ZohoCRM.modules.READ", {"GET"}),
        ("ZohoCRM.modules.leads.WRITE", {"POST", "PUT"}),
        ("ZohoCRM.modules.leads.DELETE", {"DELETE"}),
        ("ZohoCRM.modules.deals.ALL", set()),
        ("ZohoCRM.modules.ALL", {"GET", "POST", "PUT", "DELETE"}),
    ],
)
def test_every_verb_has_its_scope(application: Application, scope: str, allowed: set[str]) -> None:
    fixture = zylker()
    fixture["clients"] = [{"tokens": [{"user": "rep@x.example", "scopes": [scope]}]}]
    org = application.org(fixture).entry_of(1)
    for method in ("GET", "POST", "PUT", "DELETE"):
        response = org.send(method, "/crm/v2/Leads", {"data": [{"Last_Name": "x"}]})
        assert (response.headers.get("x-mockcrm-rule") != "OAUTH_SCOPE_MISMATCH") == (method in allowed)


def test_custom_module(org: OrgApi) -> None:
    response = post(org, {"Name": "N", "Tier": "A"}, module="Clients")
    number = int(response.json()["data"][0]["details"]["id"])
    assert ids_of(org.get("/crm/v2/Clients", cvid=ALL_CLIENTS)) == [number, 231]


@for_each("body", [b"{", b"[]", b'{"data":[]}', b'{"data":{}}', b"{}", b'{"data":[1]}'])
@for_each("method", ["POST", "PUT"])
def test_body_that_holds_no_records(org: OrgApi, method: str, body: bytes) -> None:
    before = org.dump()
    response = org.send(method, "/crm/v2/Leads", body)
    assert (response.status_code, response.json()["status"]) == (400, "error")
    assert org.dump() == before
