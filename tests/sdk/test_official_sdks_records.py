"""The official SDKs, unmodified, against a real server: records are made, listed, found, changed and deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live.server import Org

from .driver import SDK, Kind
from .outcomes import deleted, problem, written
from .scenario import ABSENT, LEADS, VIEW, cities, every_sdk, main_sdks, names

pytestmark = pytest.mark.sdk


@every_sdk
def test_records_are_created_and_found_in_a_view(sdk: SDK, kind: Kind) -> None:
    good = {"Last_Name": "Novak", "Company": "Zylker", "City": "Brno", "Lead_Status": {"choice": "Contacted"}}
    nameless = {"Company": "Zylker", "Email": "not an address"}

    response = sdk.call("create_records", module="Leads", records=[good, {**nameless, "Last_Name": "Bad"}])

    assert (response["class"], response["http"]) == ("ActionWrapper", 207), response
    new, bad = response["data"]
    record_id = written(new, "record added", kind.written_keys)
    details = {"api_name": "Email", "expected_data_type": "email"}
    json_path = {"json_path": "$.data[1].Email"} if kind.later else {}
    assert bad == problem("INVALID_DATA", "invalid data", {**details, **json_path})
    found = sdk.record("Leads", record_id)
    assert {name: found[name] for name in ("Last_Name", "City", "Lead_Status", "Email")} == {
        "Last_Name": "Novak",
        "City": "Brno",
        "Lead_Status": "Contacted",
        "Email": None,
    }
    views = sdk.call("custom_views", module="Leads")["views"]
    assert views["Contacted"] == VIEW
    response = sdk.call("get_records", module="Leads", cvid=views["Contacted"], fields="Last_Name,City")
    assert sorted(names(response)) == ["Boyle", "Byrne", "Lim", "Novak"]
    info = {"per_page": 200, "count": 4, "page": 1, "more_records": False}
    assert response["info"] == {**info, **({"next_page_token": None} if kind.written_keys else {})}


@main_sdks
def test_records_come_in_pages(sdk: SDK) -> None:
    pages = [sdk.call("get_records", module="Leads", fields="Last_Name", page=page, per_page=3) for page in (1, 2)]

    assert [response["info"]["more_records"] for response in pages] == [True, False]
    assert [names(response) for response in pages] == [["Diaz", "Lim", "Byrne"], ["Boyle"]]
    assert sdk.call("get_records", module="Leads", fields="Last_Name", page=3) == {"class": "NoneType", "http": 204}


@every_sdk
def test_records_are_found_by_criteria(sdk: SDK, kind: Kind) -> None:
    criteria = "((Lead_Status:equals:Contacted)and(Last_Name:starts_with:B))"

    assert sorted(names(sdk.call("search_records", module="Leads", criteria=criteria))) == ["Boyle", "Byrne"]
    nobody = sdk.call("search_records", module="Leads", criteria="(Last_Name:equals:Nobody)")
    assert nobody == {"class": "NoneType", "http": 204}
    if kind.later:
        response = sdk.call("count_records", module="Leads", criteria=criteria)
        assert (response["class"], response["http"], int(response["count"])) == ("CountWrapper", 200, 2)


@every_sdk
def test_records_are_updated(sdk: SDK, kind: Kind) -> None:
    records = [{"id": LEADS[0], "City": "Graz"}, {"id": ABSENT, "City": "Graz"}]

    response = sdk.call("update_records", module="Leads", records=records)

    assert (response["class"], response["http"]) == ("ActionWrapper", 207), response
    good, bad = response["data"]
    more = kind.written_keys
    assert written(good, "record updated", more) == LEADS[0]
    named = {"api_name": "id"} if kind.v8 else {"id": ABSENT}
    details = {**named, **({"json_path": "$.data[1].id"} if kind.later else {})}
    assert bad == problem("INVALID_DATA", "the id given seems to be invalid", details)
    response = sdk.call("update_record", module="Leads", record_id=LEADS[1], record={"City": "Linz"})
    assert (response["class"], response["http"]) == ("ActionWrapper", 200), response
    assert [written(item, "record updated", more) for item in response["data"]] == [LEADS[1]]
    assert cities(sdk) == ["Graz", "Linz", "Old", "Old"]


@every_sdk
def test_an_upsert_inserts_or_updates(sdk: SDK, kind: Kind) -> None:
    def upsert(city: str) -> tuple[str, str, Any]:
        record = {"Last_Name": "Novak", "Company": "Zylker", "Email": "novak@zylker.example", "City": city}
        response = sdk.call("upsert_records", module="Leads", records=[record], duplicate_check_fields=["Email"])
        assert (response["class"], response["http"]) == ("ActionWrapper", 200), response
        (item,) = response["data"]
        message = "record added" if item["action"] == "insert" else "record updated"
        record_id = written(item, message, kind.written_keys)
        return record_id, item["action"], item["duplicate_field"]

    record_id, action, field = upsert("Brno")
    assert (action, field) == ("insert", None)
    assert upsert("Praha") == (record_id, "update", "Email")
    assert sdk.record("Leads", record_id)["City"] == "Praha"


@every_sdk
def test_records_are_deleted(sdk: SDK) -> None:
    one = sdk.call("delete_record", module="Leads", record_id=LEADS[0])
    two = sdk.call("delete_records", module="Leads", ids=LEADS[1:3])

    assert one == {"class": "ActionWrapper", "http": 200, "data": [deleted(LEADS[0])]}
    assert two == {"class": "ActionWrapper", "http": 200, "data": [deleted(record_id) for record_id in LEADS[1:3]]}
    gone = sdk.call("get_record", module="Leads", record_id=LEADS[0])
    assert gone == {"class": "NoneType", "http": 204}
    assert names(sdk.call("get_records", module="Leads", fields="Last_Name")) == ["Diaz"]
    response = sdk.call("get_deleted_records", module="Leads", type="all")
    assert (response["class"], response["http"]) == ("DeletedRecordsWrapper", 200)
    assert {item["id"]: item["display_name"] for item in response["data"]} == {
        LEADS[0]: "Boyle",
        LEADS[1]: "Byrne",
        LEADS[2]: "Lim",
    }


@every_sdk
def test_records_with_rows_and_links_can_be_read(process: SDK, make_org: Callable[..., Org], tmp_path: Path) -> None:
    """Twice, because the SDKs cache the modules of rows and links."""
    fields = [
        {"api_name": "Stops", "data_type": "subform"},
        {"api_name": "Partners", "data_type": "multiselectlookup", "lookup": "Accounts"},
        {"api_name": "Team", "data_type": "multiuserlookup"},
    ]
    org = make_org(
        {
            "mockcrm": 1,
            "modules": {"Tours": {"singular_label": "Tour", "plural_label": "Tours", "fields": fields}},
        }
    )

    def add(module: str, **values: Any) -> dict[str, str]:
        response = org.server.post(f"/crm/v2/{module}", json={"data": [values]}, headers=org.headers)
        assert response.status_code == 201, response.text
        return {"id": response.json()["data"][0]["details"]["id"]}

    account = add("Accounts", Account_Name="Zylker")
    product = add("Products", Product_Name="Pump", Unit_Price=10)
    taxes = {"$line_tax": [{"percentage": 7.5, "name": "Common Tax"}]}
    tax = [{"percentage": 10, "name": "Vat"}]
    items = [{"product": product, "quantity": count, "list_price": 10.25, "line_tax": tax} for count in (1, 2)]
    time = {"Start_DateTime": "2026-01-02T10:00:00+05:30", "End_DateTime": "2026-01-02T11:00:00+05:30"}
    prices = [{"from_range": 1, "to_range": 5, "discount": 0}, {"from_range": 6, "to_range": 10, "discount": 5}]
    people = [{"type": "email", "participant": f"{name}@zylker.example"} for name in ("a", "b")]
    records = {
        "Quotes": add("Quotes", Subject="Pumps", Account_Name=account, Product_Details=items, **taxes),
        "Price_Books": add("Price_Books", Price_Book_Name="All", Pricing_Model="Flat", Pricing_Details=prices),
        "Events": add("Events", Event_Title="Visit", Participants=people, **time),
        "Tours": add(
            "Tours", Name="North", Stops=[{"City": "Oslo"}, {"City": "Bergen"}], Partners=[{"Partners": account}]
        ),
    }
    process.sign_in(org, tmp_path)

    for module, record in [*records.items()] * 2:
        assert process.record(module, record["id"])["id"] == record["id"], module


@main_sdks
def test_a_record_without_its_mandatory_field_is_refused(sdk: SDK, kind: Kind) -> None:
    response = sdk.call("create_records", module="Leads", records=[{"Company": "Zylker"}])

    details = {"api_name": "Last_Name", **({"json_path": "$.data[0].Last_Name"} if kind.later else {})}
    assert response == {
        "class": "ActionWrapper",
        "http": 400 if kind.later else 202,
        "data": [problem("MANDATORY_NOT_FOUND", "required field not found", details)],
    }
