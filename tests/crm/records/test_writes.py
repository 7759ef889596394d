"""Upserts, unique fields, line items, $append_values, triggers, territories
(docs/contract/mass-update-and-core.md 3.6, 4.4, 4.5)."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.versions import VERSIONS, ApiVersion
from tests.support.application import ADMIN, BASE, Application, OrgApi, assert_refused, assert_response, error
from tests.support.for_each import for_each
from tests.support.zylker import CREATED, EMEA, ENTRY, IN_STATE, NOW_TEXT, UK, zylker

CODES = [
    {"api_name": "Code", "data_type": "text", "unique": True},
    {"api_name": "Number", "data_type": "integer", "unique": True},
    {"api_name": "Languages", "data_type": "multiselectpicklist", "pick_list_values": ["A", "B", "C"]},
]
ALL = list(ApiVersion)
LATER = [version for version in ALL if version > ApiVersion.V2]


def coded(**more: Any) -> dict[str, Any]:
    times = {"created": {"time": CREATED}, "modified": {"time": CREATED}}
    return {
        "modules": {"Leads": {"fields": CODES, **more}},
        "records": {
            "Leads": [
                {"id": "101", "fields": {"Last_Name": "A", "Code": "a", "Email": "a@x.example", "Number": 1}, **times},
                {"id": "102", "fields": {"Last_Name": "B", "Code": "b", "Email": "a@x.example"}, **times},
            ]
        },
    }


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(coded())


def post(org: OrgApi, *records: Any, version: str = "v2", path: str = "Leads", **more: Any) -> Any:
    return org.send("POST", f"/crm/{version}/{path}", {"data": list(records), **more})


def put(org: OrgApi, *records: Any, version: str = "v2", path: str = "Leads", **more: Any) -> Any:
    return org.send("PUT", f"/crm/{version}/{path}", {"data": list(records), **more})


def upsert(org: OrgApi, *records: Any, version: str = "v2", **more: Any) -> Any:
    return post(org, *records, version=version, path="Leads/upsert", **more)


def actions(response: Any) -> list[tuple[Any, ...]]:
    return [
        (i["code"], i.get("action"), i.get("duplicate_field"), i["details"].get("id")) for i in response.json()["data"]
    ]


# -- items of what was written -------------------------------------------------------------------------------------


@for_each("version", ALL)
def test_items_of_an_upsert(org: OrgApi, version: ApiVersion) -> None:
    response = upsert(org, {"Last_Name": "New", "Email": "A@x.example"}, {"Last_Name": "C"}, version=version.label)
    assert response.status_code == 200
    first, second = response.json()["data"]
    approval = {"$approval_state": "approved"} if version >= ApiVersion.V5 else {}
    details = {"Modified_Time": NOW_TEXT, "Modified_By": ADMIN, "Created_By": ADMIN, **approval}
    assert first == {
        "code": "SUCCESS",
        "duplicate_field": "Email",
        "action": "update",
        "details": {**details, "Created_Time": CREATED, "id": "101"},
        "message": "record updated",
        "status": "success",
    }
    assert second == {
        "code": "SUCCESS",
        "duplicate_field": None,
        "action": "insert",
        "details": {**details, "Created_Time": NOW_TEXT, "id": second["details"]["id"]},
        "message": "record added",
        "status": "success",
    }
    assert org.value(101, "Last_Name") == "New"


@pytest.mark.parametrize(("state", "expected"), [("approved", "Active"), ("approval_process_pending", "Shut Down")])
def test_items_show_the_approval_state_after_the_write(application: Application, state: str, expected: str) -> None:
    condition = {"comparator": "equal", "field": "Rating", "value": "Shut Down"}
    org = application.org(coded(approval={"enter_when": condition}))
    for response in (
        post(org, {"Last_Name": "L", "Rating": expected}, version="v8"),
        put(org, {"id": "101", "Rating": expected}, version="v8"),
    ):
        assert response.json()["data"][0]["details"]["$approval_state"] == state


# -- upsert --------------------------------------------------------------------------------------------------------


def test_upsert_compares_by_the_requested_fields_in_their_order(org: OrgApi) -> None:
    both = {"Last_Name": "X", "Code": "B", "Email": "a@x.example"}
    assert actions(upsert(org, {**both, "Code": "b"}, duplicate_check_fields=["Email", "Code"])) == [
        ("DUPLICATE_DATA", None, None, "102")
    ]
    assert actions(upsert(org, both, duplicate_check_fields=["Code", "Email"])) == [
        ("SUCCESS", "update", "Code", "102")
    ]
    in_query = post(
        org, {"Last_Name": "X", "Email": "a@x.example"}, path="Leads/upsert?duplicate_check_fields=Last_Name"
    )
    assert actions(in_query) == [("SUCCESS", "update", "Last_Name", "102")]
    assert actions(upsert(org, {"Last_Name": "x", "Email": "n@x.example"})) == [
        ("SUCCESS", "insert", None, str(max(row[0] for row in org.rows("SELECT id FROM record"))))
    ]


def test_upsert_compares_by_unique_fields_besides(org: OrgApi) -> None:
    assert actions(upsert(org, {"Last_Name": "X", "Code": "A"})) == [("SUCCESS", "update", "Code", "101")]
    assert actions(upsert(org, {"Last_Name": "X", "Number": "1"})) == [("SUCCESS", "update", "Number", "101")]
    assert actions(upsert(org, {"Last_Name": "X", "Code": None, "Email": ""}))[0][:3] == ("SUCCESS", "insert", None)


def test_upsert_by_id(org: OrgApi) -> None:
    assert actions(upsert(org, {"id": "102", "City": "P"}, {"id": "999", "Last_Name": "N"})) == [
        ("SUCCESS", "update", None, "102"),
        ("INVALID_DATA", None, None, "999"),
    ]
    assert org.value(102, "City") == "P"


def test_upsert_finds_what_the_same_request_made(org: OrgApi) -> None:
    same = {"Last_Name": "N", "Email": "n@x.example"}
    response = upsert(
        org, same, {**same, "City": "Pune"}, {"Last_Name": "M", "Code": "z"}, {"Last_Name": "M", "Code": "Z"}
    )
    assert [item[1] for item in actions(response)] == ["insert", "update", "insert", "update"]
    assert actions(response)[0][3] == actions(response)[1][3]


def test_upsert_inserts_need_their_mandatory_fields_and_updates_do_not(org: OrgApi) -> None:
    response = upsert(org, {"Email": "a@x.example", "City": "P"}, {"Email": "n@x.example"})
    assert response.status_code == 207
    assert [item[0] for item in actions(response)] == ["SUCCESS", "MANDATORY_NOT_FOUND"]


@for_each("named", [["Nothing"], ["Email", "Owner"], [1], [{}], "Email", {}])
def test_fields_that_an_upsert_cannot_compare_by(org: OrgApi, named: Any) -> None:
    response = upsert(org, {"Last_Name": "N"}, duplicate_check_fields=named)
    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (400, "WRONG_TYPE")
    assert response.json()["details"]["api_name"] == "duplicate_check_fields"


def test_modules_without_a_field_to_compare_by_insert(application: Application) -> None:
    org = application.org()
    for _ in range(2):
        assert actions(post(org, {"Subject": "T"}, path="Tasks/upsert"))[0][:3] == ("SUCCESS", "insert", None)
    assert post(org, {"Subject": "T"}, path="Activities/upsert").json()["code"] == "INVALID_MODULE"


def test_upsert_needs_the_rights_and_scopes_to_create_and_update(application: Application) -> None:
    org = application.org(zylker())
    for user in ("no_update", "no_records"):
        item = error("NO_PERMISSION", "Permission denied to upsert records")
        assert_refused(upsert(org.entry_of(ENTRY[user]), {"Last_Name": "N"}), 403, "WRITE_DENIED", item, top=True)
    scoped = {"clients": [{"tokens": [{"user": "admin@mockcrm.example", "scopes": ["ZohoCRM.modules.CREATE"]}]}]}
    other = application.org(scoped).entry_of(1)
    assert upsert(other, {"Last_Name": "N"}).status_code == 401
    assert post(other, {"Last_Name": "N"}).status_code == 201


# -- unique fields -------------------------------------------------------------------------------------------------


def duplicate(version: ApiVersion, name: str, record_id: str, place: int = 0, *, more: bool = False) -> dict[str, Any]:
    details: dict[str, Any] = {"api_name": name, "id": record_id}
    if version > ApiVersion.V2:
        module = {"api_name": "Leads", "id": str(BASE + 2175)}
        details["json_path"] = f"$.data[{place}].{name}"
        owner = {**ADMIN, "zuid": "600150013"} if version is ApiVersion.V8 else ADMIN
        details["duplicate_record"] = {"Owner": owner, "module": module, "id": record_id}
        details["more_records"] = more
    return error("DUPLICATE_DATA", "duplicate data", details)


@for_each("version", ALL)
def test_values_of_unique_fields_are_taken_once(org: OrgApi, version: ApiVersion) -> None:
    status = 202 if version is ApiVersion.V2 else 400
    item = duplicate(version, "Code", "101")
    assert_refused(
        post(org, {"Last_Name": "C", "Code": "A"}, version=version.label), status, "DUPLICATE_DATA", item, top=False
    )
    change = {"id": "102", "Code": "A"}
    assert_refused(put(org, change, version=version.label), status, "DUPLICATE_DATA", item, top=False)
    assert put(org, {"id": "101", "Code": "A"}, version=version.label).status_code == 200
    assert put(org, {"id": "101", "Code": "a", "Number": 1}, version=version.label).status_code == 200


def test_unique_values_within_one_request(org: OrgApi) -> None:
    response = post(
        org, {"Last_Name": "C", "Code": "c"}, {"Last_Name": "D", "Code": "C"}, {"Last_Name": "E", "Code": ""}
    )
    assert response.status_code == 207
    first, second, third = response.json()["data"]
    assert second == duplicate(ApiVersion.V2, "Code", first["details"]["id"], 1)
    assert third["code"] == "SUCCESS"
    swapped = put(org, {"id": "101", "Code": "free"}, {"id": "102", "Code": "a"})
    assert [item["code"] for item in swapped.json()["data"]] == ["SUCCESS", "SUCCESS"]
    assert (org.value(101, "Code"), org.value(102, "Code")) == ("free", "a")


def test_deleted_records_keep_no_values(org: OrgApi) -> None:
    assert org.send("DELETE", "/crm/v2/Leads/101").status_code == 200
    assert post(org, {"Last_Name": "C", "Code": "a"}).status_code == 201


@for_each("version", ALL)
def test_several_errors_of_one_record(org: OrgApi, version: ApiVersion) -> None:
    response = post(org, {"Code": "a", "Number": 1, "No_of_Employees": "x"}, version=version.label)
    later = {"api_name": "No_of_Employees", "json_path": "$.data[0].No_of_Employees"}
    name = {"maximum_length": 9, "api_name": "No_of_Employees"} if version is ApiVersion.V2 else later
    wrong = error("INVALID_DATA", "invalid data", {"expected_data_type": "integer", **name})
    if version < ApiVersion.V5:
        status = 202 if version is ApiVersion.V2 else 400
        assert_refused(response, status, "INVALID_RECORD_VALUE", wrong, top=False)
        return
    missing = {"api_name": "Last_Name", "json_path": "$.data[0].Last_Name"}
    every = [
        wrong,
        error("MANDATORY_NOT_FOUND", "required field not found", missing),
        duplicate(version, "Code", "101"),
        duplicate(version, "Number", "101"),
    ]
    item = error("MULTIPLE_OR_MULTI_ERRORS", "Multiple errors in the request", {"errors": every})
    assert_refused(response, 400, "MULTIPLE_OR_MULTI_ERRORS", item, top=False)
    assert len(org.rows("SELECT id FROM record")) == 2


# -- values --------------------------------------------------------------------------------------------------------


def test_multi_selects_are_replaced_or_added_to(org: OrgApi) -> None:
    for values, append, expected in (
        (["A"], None, ["A"]),
        (["B", "A"], {"Languages": True}, ["A", "B"]),
        (["C"], {"Languages": False}, ["C"]),
        (["A"], {"Languages": True, "City": True}, ["C", "A"]),
        (None, {"Languages": True}, None),
        (["B"], {"Languages": True}, ["B"]),
    ):
        record = {"id": "101", "Languages": values, **({"$append_values": append} if append else {})}
        assert put(org, record).status_code == 200
        assert org.value(101, "Languages") == expected


def test_fields_that_the_profile_may_not_see_or_change_are_ignored(application: Application) -> None:
    org = application.org(zylker())
    narrow = org.entry_of(ENTRY["narrow"])
    response = post(narrow, {"Last_Name": "N", "Rating": "Active", "Fax": "1", "City": "Pune"})
    number = int(response.json()["data"][0]["details"]["id"])
    document = org.document(number)
    assert (document["Rating"], document["Fax"], document["City"]) == (None, None, "Pune")


@for_each("version", ALL)
def test_states_are_checked_before_values(application: Application, version: ApiVersion) -> None:
    org = application.org(zylker())
    locked = IN_STATE["locked"]
    response = put(org, {"id": str(locked), "No_of_Employees": "x"}, version=version.label)
    assert response.headers["x-mockcrm-rule"] == "RECORD_IS_LOCKED"
    deleted = {
        name: org.send("DELETE", f"/crm/{version.label}/Leads/{number}").headers.get("x-mockcrm-rule")
        for name, number in IN_STATE.items()
    }
    assert deleted == {
        "in_blueprint": None,
        "stop_processing": None,
        "approval_pending": "DELETE_NOT_APPROVED",
        "in_merge": "DELETE_IN_MERGE",
        "image_pending": "DELETE_IN_MERGE",
        "image_rejected": "DELETE_NOT_APPROVED",
        "locked": "RECORD_IS_LOCKED",
        "converted": None,
        "no_access": "CANNOT_PERFORM_ACTION",
    }


@for_each("version", ALL)
@for_each("number", ["999", "x"])
def test_single_records_that_do_not_exist(org: OrgApi, version: ApiVersion, number: str) -> None:
    path = f"/crm/{version.label}/Leads/{number}"
    text = "the id given seems to be invalid"
    updated, deleted = org.send("PUT", path, {"data": [{"City": "P"}]}), org.send("DELETE", path)
    several = put(org, {"id": "101", "City": "P"}, {"id": number, "City": "P"}, version=version.label)
    if version is ApiVersion.V2:
        item = error("INVALID_DATA", text, {"id": number})
        assert_refused(updated, 202, "RECORD_IN_PATH_UNKNOWN", item, top=False)
        gone = error("INVALID_DATA", "record not deleted", {"id": number})
        assert_refused(deleted, 202, "RECORD_NOT_DELETED", gone, top=False)
        assert several.json()["data"][1] == item
    else:
        place: dict[str, Any] = {"resource_path_index": 1}
        if version is not ApiVersion.V8:
            place["id"] = number
        item = error("INVALID_DATA", text, place)
        assert_refused(updated, 400, "RECORD_IN_PATH_UNKNOWN", item, top=False)
        gone = error("INVALID_DATA", text, {"resource_path_index": 1})
        if version is ApiVersion.V8:
            gone["message"] = "invalid record id" if number == "x" else "record not deleted"
            gone["details"] = {"resource_path_index": 0 if number == "x" else 1}
        assert_refused(deleted, 400, "RECORD_ID_MALFORMED", gone, top=True)
        named = {"api_name": "id"} if version is ApiVersion.V8 else {"id": number}
        assert several.json()["data"][1] == error("INVALID_DATA", text, {**named, "json_path": "$.data[1].id"})
    assert several.status_code == 207


# -- automation ----------------------------------------------------------------------------------------------------

AUTOMATED = {
    "workflows": [
        {
            "name": "hot",
            "when": {"comparator": "equal", "field": "Rating", "value": "Active"},
            "set": {"City": "Set"},
            "webhook": "http://127.0.0.1:9/hook",
        }
    ],
    "approval": {"enter_when": {"comparator": "equal", "field": "Rating", "value": "Active"}},
    "blueprint": {
        "field": "Lead_Status",
        "enter_when": {"comparator": "equal", "field": "Rating", "value": "Active"},
    },
}
EVERY = ["workflow", "approval", "blueprint"]


@for_each("way", ["insert", "update", "update in path", "upsert"])
@for_each(
    ("more", "fired"),
    [
        ({}, EVERY),
        ({"trigger": None}, EVERY),
        ({"trigger": []}, []),
        ({"trigger": ["workflow"]}, ["workflow"]),
        ({"trigger": ["blueprint", "approval"]}, ["approval", "blueprint"]),
        ({"trigger": ["pathfinder"]}, []),
    ],
)
def test_writes_trigger_what_they_request(application: Application, way: str, more: Any, fired: list[str]) -> None:
    org = application.org(coded(**AUTOMATED))
    sent: list[Any] = []
    with org.using() as opened:
        opened.publish = lambda _metadata, events: sent.extend(events)
        if way == "insert":
            response = post(org, {"Last_Name": "N", "Rating": "Active"}, **more)
        elif way == "update":
            response = put(org, {"id": "101", "Rating": "Active"}, {"id": "102", "City": "x"}, **more)
        elif way == "upsert":
            response = upsert(org, {"Last_Name": "N", "Email": "a@x.example", "Rating": "Active"}, **more)
        else:
            response = put(org, {"Rating": "Active"}, path="Leads/101", **more)
    number = int(response.json()["data"][0]["details"]["id"])
    assert [(row[0], row[1]) for row in org.rows("SELECT kind, record_id FROM firing ORDER BY id")] == [
        (kind, number) for kind in fired
    ]
    assert [event.kind for event in sent] == fired
    assert (org.value(number, "City") == "Set") == ("workflow" in fired)
    ((state,),) = org.rows("SELECT state FROM record WHERE id = ?", number)
    assert state == (4 if "approval" in fired else 0) + (1 if "blueprint" in fired else 0)


def test_trigger_is_an_array(org: OrgApi) -> None:
    response = post(org, {"Last_Name": "N"}, trigger="workflow", version="v8")
    details = {"expected_data_type": "jsonarray", "api_name": "trigger", "json_path": "$.trigger"}
    assert_refused(response, 400, "WRONG_TYPE", error("INVALID_DATA", "invalid data", details), top=True)


def test_refused_writes_and_deletes_trigger_nothing(application: Application) -> None:
    org = application.org(coded(**AUTOMATED))
    assert post(org, {"Rating": "Active"}).status_code == 202
    assert org.send("DELETE", "/crm/v2/Leads/101?wf_trigger=true").status_code == 200
    assert org.rows("SELECT kind FROM firing") == []


# -- line items ----------------------------------------------------------------------------------------------------

SHOP: dict[str, Any] = {
    "records": {
        "Products": [
            {"id": "301", "fields": {"Product_Name": "Pen", "Unit_Price": 3}},
            {"id": "302", "fields": {"Product_Name": "Ink", "Unit_Price": 10}},
        ]
    }
}


def test_line_items_are_one_thing_under_two_names(application: Application) -> None:
    org = application.org(SHOP)
    items = [
        {"product": {"id": "301"}, "quantity": 4, "Discount": 2, "Tax": 1},
        {"product": "302", "quantity": 1, "list_price": 20, "Discount": "10%", "product_description": "Blue"},
    ]
    response = post(org, {"Subject": "Q", "Product_Details": items}, path="Quotes")
    assert response.status_code == 201, response.text
    number = response.json()["data"][0]["details"]["id"]
    (old,) = org.get(f"/crm/v2/Quotes/{number}").json()["data"]
    assert "Quoted_Items" not in old
    first, second = old["Product_Details"]
    assert first == {
        "id": first["id"],
        "product": {"Product_Code": None, "name": "Pen", "id": "301"},
        "quantity": 4,
        "list_price": 3,
        "unit_price": 3,
        "total": 12,
        "Discount": 2,
        "total_after_discount": 10,
        "Tax": 1,
        "net_total": 11,
        "line_tax": [],
        "product_description": None,
        "quantity_in_stock": None,
        "book": None,
    }
    assert (second["total"], second["Discount"], second["net_total"]) == (20, "10%", 18)
    (later,) = org.get(f"/crm/v8/Quotes/{number}", fields="Quoted_Items,Product_Details").json()["data"]
    assert set(later) == {"id", "Quoted_Items"}
    assert later["Quoted_Items"][0] == {
        "id": first["id"],
        "Product_Name": {"name": "Pen", "id": "301"},
        "Quantity": 4,
        "List_Price": 3,
        "Total": 12,
        "Discount": 2,
        "Total_After_Discount": 10,
        "Tax": 1,
        "Net_Total": 11,
        "Line_Tax": [],
        "Description": None,
        "Sequence_Number": 1,
        "Parent_Id": {"name": "Q", "id": number},
        "Created_Time": NOW_TEXT,
        "Modified_Time": NOW_TEXT,
    }


def test_line_items_are_changed_added_and_removed(application: Application) -> None:
    org = application.org(SHOP)
    items = [{"Product_Name": {"id": "301"}, "Quantity": 1}, {"Product_Name": {"id": "302"}, "Quantity": 2}]
    made = post(org, {"Subject": "Q", "Quoted_Items": items}, path="Quotes", version="v8")
    number = made.json()["data"][0]["details"]["id"]

    def rows(version: str = "v8") -> list[tuple[str, int]]:
        (record,) = org.get(f"/crm/{version}/Quotes/{number}").json()["data"]
        if version == "v2":
            return [(row["id"], row["quantity"]) for row in record["Product_Details"]]
        return [(row["id"], row["Quantity"]) for row in record["Quoted_Items"]]

    (pen, _), (ink, _) = rows()
    change = [{"id": pen, "Quantity": 5}, {"Product_Name": {"id": "302"}, "Quantity": 9}]
    assert put(org, {"id": number, "Quoted_Items": change}, path="Quotes", version="v8").status_code == 200
    assert rows()[:2] == [(pen, 5), (ink, 2)]
    assert rows()[2][1] == 9
    remove = [{"id": ink, "_delete": None}]
    assert put(org, {"id": number, "Quoted_Items": remove}, path="Quotes", version="v8").status_code == 200
    assert [quantity for _, quantity in rows()] == [5, 9]
    alone = [{"id": pen, "quantity": 6}]
    assert put(org, {"id": number, "Product_Details": alone}, path="Quotes").status_code == 200
    assert rows("v2") == rows() == [(pen, 6)]


@for_each("label", list(VERSIONS))
def test_orders_need_items_with_products_that_exist(application: Application, label: str) -> None:
    org = application.org(SHOP)
    name, key = ("Product_Details", "product") if label == "v2" else ("Ordered_Items", "Product_Name")
    for items, code in (
        ([], "MANDATORY_NOT_FOUND"),
        ([1], "INVALID_DATA"),
        ([{"quantity": 1}], "INVALID_DATA"),
        ([{key: {"id": "999"}}], "INVALID_DATA"),
        ([{key: {"id": "301"}}], "SUCCESS"),
    ):
        response = post(org, {"Subject": "S", name: items}, path="Sales_Orders", version=label)
        assert response.json()["data"][0]["code"] == code, items
    assert (
        post(org, {"Subject": "S"}, path="Sales_Orders", version=label).json()["data"][0]["details"]["api_name"] == name
    )


def test_fixtures_may_hold_items_under_either_name(application: Application) -> None:
    fixture = {"records": {**SHOP["records"]}}
    fixture["records"]["Quotes"] = [
        {
            "id": "401",
            "fields": {"Subject": "A", "Product_Details": [{"id": "1", "product": {"id": "301"}, "quantity": 1}]},
        },
        {
            "id": "402",
            "fields": {"Subject": "B", "Quoted_Items": [{"id": "2", "Product_Name": {"id": "301"}, "Quantity": 1}]},
        },
        {"id": "403", "fields": {"Subject": "C"}},
    ]
    org = application.org(fixture)
    old = org.get("/crm/v2/Quotes").json()["data"]
    assert [item["Product_Details"] and item["Product_Details"][0]["quantity"] for item in old] == [None, 1, 1]
    later = org.get("/crm/v8/Quotes", fields="Quoted_Items").json()["data"]
    assert [item["Quoted_Items"] and item["Quoted_Items"][0]["Product_Name"]["name"] for item in later] == [
        None,
        "Pen",
        "Pen",
    ]


# -- territories ---------------------------------------------------------------------------------------------------


def assign(org: OrgApi, path: str, *records: Any, version: str = "v8") -> Any:
    return org.send("POST", f"/crm/{version}/{path}/actions/assign_territories", {"data": list(records)})


@for_each("version", ALL)
def test_territories_are_assigned_at_once(application: Application, version: ApiVersion) -> None:
    org = application.org(zylker())
    assigned = {"Territories": [{"id": str(UK)}, {"id": str(EMEA)}]}
    response = assign(org, "Leads", {"id": "111", **assigned}, version=version.label)
    later = version >= ApiVersion.V7
    (item,) = response.json()["data"]
    if later:
        message, details = "Territory assignment process scheduled successfully", {**item["details"], "id": "111"}
        assert details.keys() == {"job_id", "id"}
    else:
        message, details = "the territories data updated successfully", {"id": "111"}
    code = "SCHEDULED" if later else "SUCCESS"
    assert item == {"code": code, "details": details, "message": message, "status": "success"}
    assert response.status_code == (202 if later else 200)
    assert sorted(org.get("/crm/v2/Leads/111").json()["data"][0]["Territories"]) == ["EMEA", "UK"]
    one = assign(org, "Leads/112", {"Territories": [{"id": UK}]}, version=version.label)
    assert one.status_code == response.status_code
    shown = org.get("/crm/v2.1/Leads/112", fields="Territories").json()["data"][0]["Territories"]
    times = {"$assigned_by": ADMIN, "$assigned_time": CREATED, "$assigned": "manually"}
    assert shown == [{"Name": "UK", "id": str(UK), **times}]


def test_a_deal_has_one_territory_and_others_ten(application: Application) -> None:
    fixture = zylker()
    fixture["territories"] += [{"id": str(700 + number), "name": f"T{number}"} for number in range(11)]
    org = application.org(fixture)
    for territory in (UK, EMEA):
        assert assign(org, "Deals/211", {"Territories": [{"id": str(territory)}]}).status_code == 202
    assert org.get("/crm/v2/Deals/211").json()["data"][0]["Territories"] == ["EMEA"]
    ten = [{"id": str(700 + number)} for number in range(10)]
    assert assign(org, "Leads/111", {"Territories": ten}).status_code == 202
    more = assign(org, "Leads/111", {"Territories": [{"id": "710"}]})
    assert more.headers["x-mockcrm-rule"] == "TOO_MANY_TERRITORIES"


@for_each(
    ("record", "rule"),
    [
        ({"id": "999", "Territories": [{"id": str(UK)}]}, "INVALID_RECORD_ID"),
        ({"id": "211", "Territories": [{"id": str(UK)}]}, "INVALID_RECORD_ID"),
        ({"Territories": [{"id": str(UK)}]}, "FIELD_MISSING"),
        ({"id": "111"}, "FIELD_MISSING"),
        ({"id": "111", "Territories": []}, "FIELD_MISSING"),
        ({"id": "111", "Territories": "UK"}, "INVALID_RECORD_VALUE"),
        ({"id": "111", "Territories": [{"id": "999"}]}, "LOOKUP_NOT_FOUND"),
        ({"id": "111", "Territories": [{}]}, "FIELD_MISSING"),
        ({"id": "111", "Territories": ["x"]}, "LOOKUP_NOT_FOUND"),
        ({"id": "111", "Territories": [{"id": str(UK)}] * 2}, "TERRITORY_REPEATED"),
        ({"id": str(IN_STATE["locked"]), "Territories": [{"id": str(UK)}]}, "RECORD_IS_LOCKED"),
    ],
)
def test_territories_that_cannot_be_assigned(application: Application, record: dict[str, Any], rule: str) -> None:
    org = application.org(zylker())
    alone = assign(org, "Leads", record)
    assert (alone.status_code, alone.headers["x-mockcrm-rule"]) == (400, rule)
    assert assign(org, "Leads", record, version="v2").status_code == 202
    mixed = assign(org, "Leads", record, {"id": "112", "Territories": [{"id": str(UK)}]})
    assert (mixed.status_code, mixed.headers["x-mockcrm-rule"]) == (207, rule)
    assert org.rows("SELECT record_id FROM record_territory") == [(112,)]


LOCKED = "You cannot perform this operation as the record is locked."


@for_each("version", ALL[1:])
def test_record_that_cannot_be_assigned(application: Application, version: ApiVersion) -> None:
    org, label, in_v8 = application.org(zylker()), version.label, version is ApiVersion.V8
    uk, locked = {"Territories": [{"id": str(UK)}]}, str(IN_STATE["locked"])
    place: dict[str, Any] = {"json_path": "$.data[0].id"}
    message = "the id given seems to be invalid" if in_v8 else "The record Id given seems to be invalid"
    details = {"api_name": "id", **place} if in_v8 else {"id": "999", **place}
    response = assign(org, "Leads", {"id": "999", **uk}, version=label)
    assert_refused(response, 400, "INVALID_RECORD_ID", error("INVALID_DATA", message, details), top=False)
    response = assign(org, "Leads/999", uk, version=label)
    details = {"resource_path_index": 1} if in_v8 else details
    assert_refused(response, 400, "INVALID_RECORD_ID", error("INVALID_DATA", message, details), top=in_v8)

    message = "required field not found" if in_v8 else "One of the expected parameter is missing"
    item = error("MANDATORY_NOT_FOUND", message, {"api_name": "id", **place})
    assert_refused(assign(org, "Leads", uk, version=label), 400, "FIELD_MISSING", item, top=False)

    message = f"Sorry, y{LOCKED[1:]}" if in_v8 else LOCKED
    details = {"id": locked, "action": "record_locking"} if in_v8 else {"id": locked}
    response = assign(org, "Leads", {"id": locked, **uk}, version=label)
    assert_refused(response, 400, "RECORD_IS_LOCKED", error("RECORD_LOCKED", message, details), top=False)
    response = assign(org, f"Leads/{locked}", uk, version=label)
    details = {"resource_path_index": 1} if in_v8 else details
    assert_refused(response, 400, "RECORD_IS_LOCKED", error("RECORD_LOCKED", message, details), top=in_v8)


@for_each("version", ALL)
def test_an_unapproved_record_in_the_path_is_a_top_level_error_in_v8(
    application: Application, version: ApiVersion
) -> None:
    org, number = application.org(zylker()), str(IN_STATE["approval_pending"])
    text, in_v8 = "Cannot update record that is not approved yet", version is ApiVersion.V8
    status = 202 if version is ApiVersion.V2 else 400
    item = error("NOT_APPROVED", text, {"id": number})
    response = put(org, {"id": number, "City": "P"}, version=version.label)
    assert_refused(response, status, "UPDATE_NOT_APPROVED", item, top=False)
    response = org.send("PUT", f"/crm/{version.label}/Leads/{number}", {"data": [{"City": "P"}]})
    item = error("NOT_APPROVED", text, {"resource_path_index": 1}) if in_v8 else item
    assert_refused(response, status, "UPDATE_NOT_APPROVED", item, top=in_v8)


def test_locked_record_in_v8_as_each_page_has_it(application: Application) -> None:
    org, locked = application.org(zylker()), str(IN_STATE["locked"])
    sorry = f"Sorry, y{LOCKED[1:]}"
    details = {"action": "record_locking", "api_name": "id", "json_path": "$.data[0].id"}
    for path, body in ((f"Leads/{locked}", {"City": "P"}), ("Leads", {"id": locked, "City": "P"})):
        response = org.send("PUT", f"/crm/v8/{path}", {"data": [body]})
        assert_refused(response, 400, "RECORD_IS_LOCKED", error("RECORD_LOCKED", sorry, details), top=False)
    details = {"action": "record_locking", "id": locked}
    response = org.mass_update("Leads", {"data": [{"City": "P"}], "ids": [locked]}, "v8")
    assert_refused(response, 400, "RECORD_IS_LOCKED", error("RECORD_LOCKED", sorry, details), top=False)
    for path in (f"Leads/{locked}", f"Leads?ids={locked}"):
        response = org.send("DELETE", f"/crm/v8/{path}")
        assert_refused(response, 400, "RECORD_IS_LOCKED", error("RECORD_LOCKED", LOCKED, details), top=False)


def test_modules_and_orgs_without_territories(application: Application) -> None:
    org = application.org(zylker())
    record = {"id": "241", "Territories": [{"id": str(UK)}]}
    for version in ApiVersion:
        details = {} if version is ApiVersion.V2 else {"resource_path_index": 0}
        item = error("NOT_SUPPORTED", "the api is not supported for this module", details)
        for path in ("Products", "products", "Products/241"):
            response = assign(org, path, record, version=version.label)
            assert_refused(response, 400, "TERRITORIES_NOT_ASSIGNABLE", item, top=True)
    bare = assign(application.org(), "Leads", record)
    assert_response(
        bare, 400, error("FEATURE_NOT_ENABLED", "Territory Management is not enabled"), "TERRITORY_NOT_ENABLED"
    )


def test_times_are_stored_in_the_zone_of_the_org(application: Application) -> None:
    sent, kept = "2024-01-01T10:00:00Z", "2024-01-01T15:30:00+05:30"
    org = application.org(
        {
            "org": {"time_zone": "+05:30"},
            "modules": {"Leads": {"fields": [{"api_name": "Met_At", "data_type": "datetime"}]}},
            "records": {"Leads": [{"id": "1001", "fields": {"Last_Name": "Boyle", "Met_At": sent}}]},
        }
    )

    def met_at() -> object:
        return org.get("/crm/v2/Leads/1001").json()["data"][0]["Met_At"]

    assert met_at() == kept
    org.send("PUT", "/crm/v2/Leads/1001", {"data": [{"Met_At": "2024-02-01T10:00:00+00:00"}]})
    assert met_at() == "2024-02-01T15:30:00+05:30"
    org.mass_update("Leads", {"data": [{"Met_At": sent}], "ids": ["1001"]})
    assert met_at() == kept
