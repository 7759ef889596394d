"""The $-keys and Locked__s of records, whole and named by `fields`, version by version."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.application import BASE, Application, OrgApi
from tests.support.for_each import for_each

RECORDS = {
    "records": {
        "Leads": [{"id": "111", "fields": {"Last_Name": "A"}}, {"id": "112", "state": ["locked"]}],
        "Quotes": [{"id": "211", "fields": {"Subject": "Q"}, "state": ["converted"]}],
        "Products": [{"id": "311", "fields": {"Product_Name": "P"}}],
        "Accounts": [{"id": "411", "fields": {"Account_Name": "A"}}],
    }
}
NO_RIGHTS = {"approve": False, "reject": False, "resubmit": False}
EVERY = {
    "$currency_symbol": "$",
    "$field_states": None,
    "$process_flow": False,
    "$locked_for_me": False,
    "$approval": {"delegate": False, **NO_RIGHTS},
    "$editable": True,
    "$zia_owner_assignment": "owner_recommendation_unavailable",
    "$is_duplicate": False,
    "$review_process": NO_RIGHTS,
    "$layout_id": {"display_label": "Standard", "name": "Standard", "id": str(BASE + 91055)},
    "$review": None,
    "$canvas_id": None,
    "$orchestration": False,
    "$data_source_details": {},
    "$stop_processing": False,
    "$in_merge": False,
    "$approval_state": "approved",
    "$converted_detail": {},
}
BEFORE_V3 = {**EVERY, "$state": "save", "$approved": True, "$converted": False}
SHARING = {"$sharing_permission": "full_access", "$zia_visions": None, "$pathfinder": False}
FROM_V4 = {**EVERY, **SHARING, "$wizard_connection_path": None}
EXPECTED = {
    "v2": BEFORE_V3,
    "v2.1": BEFORE_V3,
    "v3": {**EVERY, **SHARING, "$state": "save", "$converted": False},
    **dict.fromkeys(("v4", "v5", "v6", "v7"), FROM_V4),
    "v8": {**FROM_V4, "$cpq_executions": None},
}


@pytest.fixture
def org(application: Application) -> OrgApi:
    return application.org(RECORDS)


def record(org: OrgApi, path: str, **query: str) -> dict[str, Any]:
    item: dict[str, Any]
    (item,) = org.get(path, **query).json()["data"]
    return item


@for_each("version", list(EXPECTED))
def test_whole_records_have_the_keys_of_their_version(org: OrgApi, version: str) -> None:
    item = record(org, f"/crm/{version}/Leads/111")
    assert {name: value for name, value in item.items() if name.startswith("$")} == EXPECTED[version]
    assert item["Locked__s"] is False


@for_each("version", list(EXPECTED))
def test_a_locked_record_says_so_in_every_version(org: OrgApi, version: str) -> None:
    item = record(org, f"/crm/{version}/Leads/112")
    assert (item["Locked__s"], item["$locked_for_me"], item["$editable"]) == (True, True, False)
    chosen = record(org, f"/crm/{version}/Leads/112", fields="Locked__s,$locked_for_me")
    assert (chosen["Locked__s"], chosen["$locked_for_me"]) == (True, True)


@for_each("version", ["v3", "v4", "v8"])
def test_a_key_of_any_version_can_be_named(org: OrgApi, version: str) -> None:
    named = "$state,$approved,$layout_id,$nothing"
    assert record(org, f"/crm/{version}/Leads/111", fields=named) == {
        "id": "111",
        "$state": "save",
        "$approved": True,
        "$layout_id": EVERY["$layout_id"],
    }


@for_each("version", ["v2", "v2.1"])
def test_chosen_fields_before_v3_bring_the_keys_but_no_other_field(org: OrgApi, version: str) -> None:
    assert record(org, f"/crm/{version}/Leads/111", fields="Last_Name") == {
        "id": "111",
        "Last_Name": "A",
        **BEFORE_V3,
    }


def test_only_what_can_be_converted_says_whether_it_was(org: OrgApi) -> None:
    assert record(org, "/crm/v2/Quotes/211")["$converted"] is True
    assert "$converted_detail" not in record(org, "/crm/v2/Quotes/211")
    assert not {"$converted", "$converted_detail"} & record(org, "/crm/v2/Accounts/411").keys()
    assert record(org, "/crm/v2/Products/311")["$taxable"] is True
