"""Lookups that are given by the name of a record, which is created when there is none
(docs/contract/mass-update-and-core.md 4.4)."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.records import listing
from mockcrm.core.versions import VERSIONS
from tests.support.application import ADMIN, Application, OrgApi, assert_refused, assert_response, error
from tests.support.for_each import for_each
from tests.support.zylker import NOW_TEXT

REP = {"name": "Rep", "id": "701"}
FIXTURE: dict[str, Any] = {
    "profiles": [
        {"name": "Seller"},
        {"name": "Limited", "modules": {"Accounts": {"deny": ["create"]}}},
    ],
    "users": [
        {"id": "701", "email": "rep@x.example", "full_name": "Rep", "profile": "Seller"},
        {"id": "702", "email": "limited@x.example", "full_name": "Limited", "profile": "Limited"},
    ],
    "clients": [{"tokens": [{"user": "rep@x.example"}, {"user": "limited@x.example"}]}],
    "records": {
        "Accounts": [
            {"id": "302", "fields": {"Account_Name": "Köln GmbH"}},
            {"id": "301", "fields": {"Account_Name": "KÖLN gmbh"}},
        ],
        "Contacts": [{"id": "401", "fields": {"Last_Name": "Old", "Email": "old@x.example"}}],
    },
}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def send(org: OrgApi, verb: str, path: str, *records: Any, label: str = "v8", **more: Any) -> Any:
    return org.send(verb, f"/crm/{label}/{path}", {"data": list(records), **more})


def made(response: Any) -> list[str]:
    """The ids of the written records."""
    assert response.status_code in (200, 201), response.text
    return [item["details"]["id"] for item in response.json()["data"]]


def lookup(org: OrgApi, record_id: str, name: str = "Account_Name", module: str = "Contacts", label: str = "v8") -> Any:
    (record,) = org.get(f"/crm/{label}/{module}/{record_id}").json()["data"]
    return record[name]


def names(org: OrgApi, module: str = "Accounts", field: str = "Account_Name") -> list[Any]:
    response = org.get(f"/crm/v8/{module}", fields=field, sort_order="asc", sort_by="id")
    return [item[field] for item in response.json()["data"]] if response.content else []


# -- the account of a contact --------------------------------------------------------------------------------------


@for_each("label", list(VERSIONS))
@for_each("verb", ["insert", "update", "update one", "upsert to insert", "upsert to update"])
def test_the_account_is_created_and_linked(application: Application, label: str, verb: str) -> None:
    org = application.org(FIXTURE).entry_of(1)
    record = {"Last_Name": "New", "Account_Name": "Some Co"}
    calls: dict[str, tuple[str, str, dict[str, Any]]] = {
        "insert": ("POST", "Contacts", record),
        "update": ("PUT", "Contacts", {**record, "id": "401"}),
        "update one": ("PUT", "Contacts/401", record),
        "upsert to insert": ("POST", "Contacts/upsert", record),
        "upsert to update": ("POST", "Contacts/upsert", {**record, "Email": "OLD@x.example"}),
    }
    method, path, values = calls[verb]
    (contact,) = made(send(org, method, path, values, label=label))
    shown = lookup(org, contact, label=label)
    assert shown == {"name": "Some Co", "id": shown["id"]}
    (account,) = org.get(f"/crm/v2/Accounts/{shown['id']}").json()["data"]
    assert (account["Account_Name"], account["Phone"]) == ("Some Co", None)
    for key in ("Owner", "Created_By", "Modified_By"):
        assert account[key] == {**REP, "email": "rep@x.example"}
    assert (account["Created_Time"], account["Modified_Time"]) == (NOW_TEXT, NOW_TEXT)
    assert names(org) == ["KÖLN gmbh", "Köln GmbH", "Some Co"]


@for_each(
    "case",
    [
        ("Some Co", "Some Co"),
        ({"name": "Some Co"}, "Some Co"),
        ({"name": "Some Co", "id": None}, "Some Co"),
        (["Some Co"], '["Some Co"]'),
        ("  Some Co ", "Some Co"),
        ("12345678901234567890", "12345678901234567890"),
        ("KöLN GMBH", "KÖLN gmbh"),
        ({"name": "whatever", "id": "302"}, "Köln GmbH"),
        ("302", "Köln GmbH"),
        (302, "Köln GmbH"),
        ("", None),
        (" ", None),
        ({"name": ""}, None),
        (None, None),
    ],
)
def test_forms_of_a_name(application: Application, case: Any) -> None:
    value, expected = case
    org = application.org(FIXTURE)
    (contact,) = made(send(org, "POST", "Contacts", {"Last_Name": "A", "Account_Name": value}))
    shown = lookup(org, contact)
    assert (shown and shown["name"]) == expected
    known = expected in (None, "KÖLN gmbh", "Köln GmbH")
    assert len(names(org)) == (2 if known else 3)


@for_each("label", list(VERSIONS))
@for_each(
    "case",
    [
        (True, "invalid data", {"expected_data_type": "jsonobject"}),
        (1.5, "invalid data", {"expected_data_type": "jsonobject"}),
        ([1], "invalid data", {"expected_data_type": "jsonobject"}),
        ({}, "invalid data", {"expected_data_type": "jsonobject"}),
        ({"name": 5}, "invalid data", {"expected_data_type": "jsonobject"}),
        ({"id": "x", "name": "Some Co"}, "invalid data", {"expected_data_type": "jsonobject"}),
        ("x" * 5000, "invalid data", {"maximum_length": 200}),
        ("999", "the id given seems to be invalid", {}),
    ],
)
def test_what_is_no_name_is_refused(application: Application, label: str, case: Any) -> None:
    value, message, details = case
    org = application.org(FIXTURE)
    response = send(org, "POST", "Contacts", {"Last_Name": "A", "Account_Name": value}, label=label)
    details = {**details, "api_name": "Account_Name"}
    if label != "v2":
        details["json_path"] = "$.data[0].Account_Name"
    rule = "LOOKUP_NOT_FOUND" if value == "999" else "INVALID_RECORD_VALUE"
    item = error("INVALID_DATA", message, details)
    assert_refused(response, 202 if label == "v2" else 400, rule, item, top=False)
    assert len(names(org)) == 2


def test_an_account_is_created_once_for_a_request(org: OrgApi) -> None:
    written = ["Some Co", "some co", {"name": "SOME CO"}, "Other"]
    contacts = made(send(org, "POST", "Contacts", *({"Last_Name": "A", "Account_Name": name} for name in written)))
    shown = [lookup(org, contact) for contact in contacts]
    assert [item["name"] for item in shown] == ["Some Co", "Some Co", "Some Co", "Other"]
    assert len({item["id"] for item in shown}) == 2
    assert names(org)[2:] == ["Some Co", "Other"]
    (contact,) = made(send(org, "POST", "Contacts", {"Last_Name": "B", "Account_Name": "OTHER"}))
    assert lookup(org, contact) == shown[3]


def test_a_record_that_fails_creates_nothing(org: OrgApi) -> None:
    records = [
        {"First_Name": "no last name", "Account_Name": "One"},
        {"Last_Name": "A", "Email": "no address", "Account_Name": "Two"},
        {"Last_Name": "A", "Account_Name": "Three"},
    ]
    for label in ("v2", "v8"):
        response = send(org, "POST", "Contacts", *records, label=label)
        assert [item["status"] for item in response.json()["data"]] == ["error", "error", "success"]
    assert send(org, "PUT", "Contacts", {"id": "999", "Account_Name": "Four"}).status_code == 400
    assert names(org)[2:] == ["Three"]


@for_each("label", list(VERSIONS))
def test_without_the_right_to_create_an_account_only_existing_ones_are_linked(
    application: Application, label: str
) -> None:
    org = application.org(FIXTURE).entry_of(2)
    response = send(org, "POST", "Contacts", {"Last_Name": "A", "Account_Name": "Some Co"}, label=label)
    details = {} if label == "v2" else {"permissions": ["Crm_Implied_Create_Accounts"]}
    denied = error("NO_PERMISSION", "permission denied", details)
    assert_refused(response, 202 if label == "v2" else 400, "TARGET_CREATION_DENIED", denied, top=False)
    (contact,) = made(send(org, "POST", "Contacts", {"Last_Name": "A", "Account_Name": "köln gmbh"}, label=label))
    assert lookup(org, contact)["id"] == "301"
    assert len(names(org)) == 2


def test_an_upsert_may_compare_the_named_account(org: OrgApi) -> None:
    body = {"Last_Name": "A", "Account_Name": "Some Co"}
    found = [
        send(org, "POST", "Contacts/upsert", body, duplicate_check_fields=["Account_Name"]).json()["data"][0]
        for _ in range(2)
    ]
    assert [(item["action"], item["duplicate_field"]) for item in found] == [
        ("insert", None),
        ("update", "Account_Name"),
    ]


@for_each("trigger", [None, ["workflow"], []])
def test_a_created_account_runs_the_automation_of_an_insert(application: Application, trigger: Any) -> None:
    workflow = {"name": "Greet", "set": {"Description": "new"}}
    org = application.org({**FIXTURE, "modules": {"Accounts": {"workflows": [workflow]}}})
    more = {} if trigger is None else {"trigger": trigger}
    (contact,) = made(send(org, "POST", "Contacts", {"Last_Name": "A", "Account_Name": "Some Co"}, **more))
    account = lookup(org, contact)["id"]
    assert org.value(int(account), "Description") == (None if trigger == [] else "new")
    fired = [(account, "Greet")] if trigger != [] else []
    assert [(str(row), name) for row, name in org.rows("SELECT record_id, name FROM firing")] == fired


def test_all_names_of_a_request_are_searched_at_once(org: OrgApi, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[list[str]] = []

    def find_values(*arguments: Any) -> Any:
        searched.append(sorted(arguments[-1]))
        return found(*arguments)

    found = listing.find_values
    monkeypatch.setattr(listing, "find_values", find_values)
    records = [{"Last_Name": "A", "Account_Name": f"Co {number % 40}"} for number in range(100)]
    assert len(set(made(send(org, "POST", "Contacts", *records)))) == 100
    assert searched == [sorted(f"co {number}" for number in range(40))]
    assert len(names(org)) == 42


def test_a_mass_update_takes_no_lookup(org: OrgApi) -> None:
    response = org.mass_update("Contacts", {"data": [{"Account_Name": "Some Co"}], "ids": ["401"]})
    assert response.json()["data"][0]["code"] == "INVALID_DATA"
    assert len(names(org)) == 2


# -- other lookups, and the setting ----------------------------------------------------------------------------------

DEAL = {"Deal_Name": "D", "Stage": "Qualification"}


@for_each("label", list(VERSIONS))
@for_each(
    "case",
    [
        ("contacts", "Deals", {**DEAL, "Account_Name": "KÖLN gmbh"}, "Account_Name"),
        ("contacts", "Contacts", {"Last_Name": "A", "Reporting_To": {"name": "Old"}}, "Reporting_To"),
        ("none", "Contacts", {"Last_Name": "A", "Account_Name": "KÖLN gmbh"}, "Account_Name"),
    ],
)
def test_other_lookups_refuse_names(application: Application, label: str, case: Any) -> None:
    mode, module, record, name = case
    org = application.org({**FIXTURE, "settings": {"lookup_by_name": mode}})
    details = {"expected_data_type": "jsonobject", "api_name": name}
    if label != "v2":
        details["json_path"] = f"$.data[0].{name}"
    response = send(org, "POST", module, record, label=label)
    item = error("INVALID_DATA", "invalid data", details)
    assert_refused(response, 202 if label == "v2" else 400, "INVALID_RECORD_VALUE", item, top=False)


def test_every_lookup_may_take_names(application: Application) -> None:
    custom = {"api_name": "Supplier", "data_type": "lookup", "lookup": "Vendors"}
    org = application.org(
        {
            **FIXTURE,
            "modules": {"Deals": {"fields": [custom]}},
            "settings": {"lookup_by_name": "all"},
            "custom_views": [],
        }
    )
    record = {**DEAL, "Account_Name": "Some Co", "Contact_Name": "Stone", "Supplier": "Mill"}
    (deal,) = made(send(org, "POST", "Deals", record))
    shown = {name: lookup(org, deal, name, "Deals")["name"] for name in ("Account_Name", "Contact_Name", "Supplier")}
    assert shown == {"Account_Name": "Some Co", "Contact_Name": "Stone", "Supplier": "Mill"}
    (contact,) = org.get(f"/crm/v2/Contacts/{lookup(org, deal, 'Contact_Name', 'Deals')['id']}").json()["data"]
    assert (contact["Last_Name"], contact["First_Name"], contact["Full_Name"]) == ("Stone", None, "Stone")
    case = {"Subject": "S", "Status": "New", "Case_Origin": "Email"}
    (found,) = made(send(org, "POST", "Cases", {**case, "Deal_Name": "d", "Related_To": "STONE"}))
    assert lookup(org, found, "Deal_Name", "Cases") == {"name": "D", "id": deal}
    assert lookup(org, found, "Related_To", "Cases") == {"name": "Stone", "id": contact["id"]}


def test_a_record_that_needs_more_than_a_name_is_not_created(application: Application) -> None:
    org = application.org({**FIXTURE, "settings": {"lookup_by_name": "all"}})
    case = {"Subject": "S", "Status": "New", "Case_Origin": "Email", "Deal_Name": "Unknown"}
    details = {"api_name": "Deal_Name", "json_path": "$.data[0].Deal_Name"}
    item = error("INVALID_DATA", "the id given seems to be invalid", details)
    assert_refused(send(org, "POST", "Cases", case), 400, "LOOKUP_NOT_FOUND", item, top=False)


def test_a_record_may_name_an_earlier_one_of_its_request(application: Application) -> None:
    org = application.org({"settings": {"lookup_by_name": "all"}})
    first, second = made(
        send(org, "POST", "Accounts", {"Account_Name": "Mother"}, {"Account_Name": "Child", "Parent_Account": "mother"})
    )
    assert lookup(org, second, "Parent_Account", "Accounts") == {"name": "Mother", "id": first}
    assert names(org) == ["Mother", "Child"]


def test_two_lookups_of_a_record_may_name_the_same_one(application: Application) -> None:
    custom = {"api_name": "Partner", "data_type": "lookup", "lookup": "Accounts"}
    org = application.org({"modules": {"Contacts": {"fields": [custom]}}, "settings": {"lookup_by_name": "all"}})
    record = {"Last_Name": "A", "Account_Name": "Some Co", "Partner": "some co"}
    (contact,) = made(send(org, "POST", "Contacts", record))
    assert lookup(org, contact, "Partner") == lookup(org, contact)
    assert names(org) == ["Some Co"]


# -- products of line items ------------------------------------------------------------------------------------------


@for_each("label", list(VERSIONS))
def test_the_product_of_a_line_item_may_be_named(application: Application, label: str) -> None:
    products = [{"id": "501", "fields": {"Product_Name": "CRM Enterprise Suite", "Unit_Price": 999}}]
    org = application.org({"records": {"Products": products}})
    items, key = ("Product_Details", "product") if label == "v2" else ("Quoted_Items", "Product_Name")
    record = {"Subject": "S", items: [{key: {"name": "crm enterprise suite"}}]}
    (quote,) = made(send(org, "POST", "Quotes", record, label=label))
    (shown,) = lookup(org, quote, "Quoted_Items", "Quotes")
    assert (shown["Product_Name"], shown["Total"]) == ({"name": "CRM Enterprise Suite", "id": "501"}, 999)
    response = send(org, "POST", "Quotes", {"Subject": "S", items: [{key: {"name": "Unknown"}}]}, label=label)
    details = {"api_name": "Product_Name"}
    if label != "v2":
        details["json_path"] = "$.data[0].Quoted_Items[0].Product_Name"
    item = error("INVALID_DATA", "the id given seems to be invalid", details)
    assert_response(response, 202 if label == "v2" else 400, {"data": [item]}, "LOOKUP_NOT_FOUND")
    assert names(org, "Products", "Product_Name") == ["CRM Enterprise Suite"]


def test_admin_is_the_owner_of_what_admin_names(org: OrgApi) -> None:
    (contact,) = made(send(org, "POST", "Contacts", {"Last_Name": "A", "Account_Name": "Some Co", "Owner": "701"}))
    (account,) = org.get(f"/crm/v2/Accounts/{lookup(org, contact)['id']}").json()["data"]
    assert account["Owner"]["id"] == ADMIN["id"]


@for_each("items", [5, "x", [5], [None], {"Product_Name": {"name": "x"}}])
def test_invalid_line_items_beside_a_named_account(application: Application, items: Any) -> None:
    org = application.org({**FIXTURE, "settings": {"lookup_by_name": "all"}})
    record = {"Subject": "S", "Account_Name": "Some Co", "Quoted_Items": items}
    response = send(org, "POST", "Quotes/upsert", record, duplicate_check_fields=["Account_Name"])
    assert response.status_code == 400
    (item,) = response.json()["data"]
    assert (item["code"], item["details"]["api_name"]) == ("INVALID_DATA", "Quoted_Items")
    assert names(org) == ["KÖLN gmbh", "Köln GmbH"]
