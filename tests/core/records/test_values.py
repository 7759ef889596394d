"""The values of a record write: which keys are used, what is missing, what is invalid
(docs/contract/mass-update-and-core.md 4.4, 4.5)."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.errors import ZohoError
from mockcrm.core.field_values import ValueContext
from mockcrm.core.records.values import RecordValues, check_values, parse_records
from mockcrm.core.versions import ApiVersion
from tests.support.for_each import for_each
from tests.support.org_metadata import make_metadata

ORG = make_metadata({"users": [{"id": "41", "email": "Rep@x.example"}]})
LEADS = ORG.modules["Leads"]


def values(record: dict[str, Any], *, insert: bool = False, version: ApiVersion = ApiVersion.V2) -> RecordValues:
    checked, faults = check_values(record, 3, LEADS, ORG, ValueContext(version, ORG.users), insert=insert)
    if faults:
        raise faults[0]
    return checked


def refused(record: dict[str, Any], *, insert: bool = False) -> tuple[str, dict[str, Any]]:
    with pytest.raises(ZohoError) as raised:
        values(record, insert=insert)
    return raised.value.name, raised.value.details_in(ApiVersion.V2_1)


@for_each(
    ("body", "rule", "details"),
    [
        ([], "INVALID_REQUEST", {}),
        (None, "INVALID_REQUEST", {}),
        ({}, "MISSING_KEY", {"api_name": "data"}),
        ({"data": []}, "MISSING_KEY", {"api_name": "data"}),
        ({"data": {}}, "WRONG_TYPE", {"expected_data_type": "jsonarray", "api_name": "data"}),
        ({"data": [{}, 1]}, "WRONG_TYPE", {"expected_data_type": "jsonobject", "api_name": "data"}),
        ({"data": [{}] * 101}, "TOO_MANY_RECORDS", {"maximum_length": 100, "api_name": "data"}),
    ],
)
def test_body_that_holds_no_records(body: object, rule: str, details: dict[str, Any]) -> None:
    with pytest.raises(ZohoError) as raised:
        parse_records(body)
    assert (raised.value.name, raised.value.details_in(ApiVersion.V2)) == (rule, details)


def test_1_to_100_records() -> None:
    assert parse_records({"data": [{"a": 1}], "trigger": []}) == [{"a": 1}]
    assert len(parse_records({"data": [{}] * 100})) == 100


def test_writable_fields_count_and_every_other_key_is_ignored() -> None:
    record = {
        "Last_Name": "B",
        "Email": "b@x.example",
        "No_of_Employees": "7",
        "id": "5",
        "Created_Time": "never",
        "Full_Name": "made up",
        "Converted__s": True,
        "Territories": ["x"],
        "Nonsense": 1,
        "$append_values": {},
    }
    assert values(record) == RecordValues({"Last_Name": "B", "Email": "b@x.example", "No_of_Employees": 7}, None)


@pytest.mark.parametrize("owner", [{"id": "41"}, {"id": 41}, "41", 41, {"email": "rep@X.example"}])
def test_owner_is_named_by_id_or_email(owner: object) -> None:
    assert values({"Owner": owner}) == RecordValues({}, 41)


@for_each(
    ("owner", "expected"),
    [
        ({"id": "42"}, {}),
        ({}, {}),
        ({"email": "who@x.example"}, {}),
        ("x", {"expected_data_type": "bigint"}),
        ("42", {"expected_data_type": "bigint"}),
        (42, {"expected_data_type": "bigint"}),
        (True, {"expected_data_type": "jsonobject"}),
        ([], {"expected_data_type": "jsonobject"}),
    ],
)
def test_unknown_owner(owner: object, expected: dict[str, str]) -> None:
    details = {**expected, "api_name": "Owner", "json_path": "$.data[3].Owner"}
    assert refused({"Owner": owner}) == ("INVALID_RECORD_VALUE", details)


def test_no_owner_is_no_change() -> None:
    assert values({"Owner": None}) == RecordValues({}, None)


def test_first_wrong_value_is_named() -> None:
    assert refused({"City": "x", "Email": "nobody", "Street": 1}) == (
        "INVALID_RECORD_VALUE",
        {"expected_data_type": "email", "api_name": "Email", "json_path": "$.data[3].Email"},
    )


@pytest.mark.parametrize("record", [{}, {"Last_Name": ""}, {"Company": "x"}])
def test_insert_needs_what_is_system_mandatory(record: dict[str, Any]) -> None:
    details = {"api_name": "Last_Name", "json_path": "$.data[3].Last_Name"}
    assert refused(record, insert=True) == ("FIELD_MISSING", details)


@pytest.mark.parametrize("record", [{}, {"Company": "x"}])
def test_update_does_not_need_them(record: dict[str, Any]) -> None:
    values(record)


@pytest.mark.parametrize("insert", [True, False])
@pytest.mark.parametrize("empty", [None, ""])
def test_mandatory_field_cannot_be_emptied(insert: bool, empty: str | None) -> None:
    assert refused({"Last_Name": empty}, insert=insert)[0] == "FIELD_MISSING"


def test_invalid_value_is_reported_before_a_missing_field() -> None:
    assert refused({"City": 1}, insert=True)[0] == "INVALID_RECORD_VALUE"
