"""Auto-numbers of inserted records (docs/contract/around-a-record.md 6.11)."""

from __future__ import annotations

from typing import Any

from mockcrm.core.versions import VERSIONS
from tests.support.application import Application, OrgApi
from tests.support.for_each import for_each

PRODUCT: dict[str, Any] = {"Products": [{"id": "301", "fields": {"Product_Name": "Pen", "Unit_Price": 3}}]}
NUMBERS = {
    "Quotes": "Quote_Number",
    "Sales_Orders": "SO_Number",
    "Invoices": "Invoice_Number",
    "Cases": "Case_Number",
    "Solutions": "Solution_Number",
}
ITEMS = {"Quotes": "Quoted_Items", "Sales_Orders": "Ordered_Items", "Invoices": "Invoiced_Items"}


def values_of(module: str, label: str) -> dict[str, Any]:
    """What a new record of the module needs."""
    if module == "Cases":
        return {"Subject": "S", "Status": "New", "Case_Origin": "Email"}
    if module == "Solutions":
        return {"Solution_Title": "S"}
    if label == "v2":
        return {"Subject": "S", "Product_Details": [{"product": {"id": "301"}, "quantity": 1}]}
    return {"Subject": "S", ITEMS[module]: [{"Product_Name": {"id": "301"}, "Quantity": 1}]}


def post(org: OrgApi, module: str, *records: Any, label: str = "v8") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = org.send("POST", f"/crm/{label}/{module}", {"data": list(records)}).json()["data"]
    return items


def number_of(org: OrgApi, module: str, record_id: str, label: str = "v8") -> Any:
    (record,) = org.get(f"/crm/{label}/{module}/{record_id}").json()["data"]
    return record[NUMBERS[module]]


def inserted_number(org: OrgApi, module: str, label: str = "v8") -> Any:
    (item,) = post(org, module, values_of(module, label), label=label)
    return number_of(org, module, item["details"]["id"], label)


@for_each("module", list(NUMBERS))
def test_each_new_record_gets_the_next_number(application: Application, module: str) -> None:
    org = application.org({"records": PRODUCT})
    assert [inserted_number(org, module, label) for label in VERSIONS] == [str(n) for n in range(1, len(VERSIONS) + 1)]


@for_each("label", list(VERSIONS))
def test_a_record_that_fails_uses_no_number_and_a_sent_one_is_ignored(application: Application, label: str) -> None:
    org = application.org({"records": PRODUCT})
    good = {**values_of("Cases", label), "Case_Number": "700"}
    items = post(org, "Cases", good, {"Subject": "no status"}, good, label=label)
    assert [item["code"] == "SUCCESS" for item in items] == [True, False, True]
    assert [number_of(org, "Cases", items[place]["details"]["id"], label) for place in (0, 2)] == ["1", "2"]
    changed = {"id": items[0]["details"]["id"], "Case_Number": "701", "Subject": "changed"}
    assert org.send("PUT", f"/crm/{label}/Cases", {"data": [changed]}).status_code == 200
    assert number_of(org, "Cases", items[0]["details"]["id"], label) == "1"


def test_upserts_count_too(application: Application) -> None:
    org = application.org()
    body = {"data": [values_of("Cases", "v8")]}
    for action in ("insert", "update"):
        (item,) = org.send("POST", "/crm/v8/Cases/upsert", body).json()["data"]
        assert (item["action"], number_of(org, "Cases", item["details"]["id"])) == (action, "1")


def test_the_number_of_a_deleted_record_is_not_given_again(application: Application) -> None:
    org = application.org()
    (item,) = post(org, "Cases", values_of("Cases", "v8"))
    assert org.send("DELETE", f"/crm/v8/Cases/{item['details']['id']}").status_code == 200
    assert inserted_number(org, "Cases") == "2"


def test_resets_and_snapshots_bring_their_own_numbers(application: Application) -> None:
    org = application.org({"records": {"Cases": [{"fields": {"Subject": "A"}}]}})
    control = f"/_mockcrm/orgs/{org.name}"
    assert inserted_number(org, "Cases") == "2"
    assert application.send("POST", f"{control}/snapshots/one").is_success
    assert inserted_number(org, "Cases") == "3"
    assert application.send("POST", f"{control}/snapshots/one/restore").is_success
    assert inserted_number(org, "Cases") == "3"
    assert application.send("POST", f"{control}/reset").is_success
    assert inserted_number(org, "Cases") == "2"


def test_a_custom_field_counts_as_settings_fields_says(application: Application) -> None:
    form = {"prefix": "T-", "suffix": "x", "start_number": 41}
    field = {"api_name": "Ticket", "data_type": "autonumber", "auto_number": form}
    org = application.org({"modules": {"Leads": {"fields": [field]}}})
    (described,) = [
        item
        for item in org.get("/crm/v8/settings/fields", module="Leads").json()["fields"]
        if item["api_name"] == "Ticket"
    ]
    assert described["auto_number"] == {**form, "starting_number_length": 2}
    items = post(org, "Leads", {"Last_Name": "A"}, {"Last_Name": "B"})
    assert [org.value(int(item["details"]["id"]), "Ticket") for item in items] == ["T-41x", "T-42x"]
