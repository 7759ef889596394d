"""The field rules of a mass update in their order (docs/contract/mass-update-and-core.md 2.1, rows 1 to 6 and 17)."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.catalog.model import Field
from mockcrm.core.errors import ZohoError
from mockcrm.core.org_metadata.model import OrgModule, Profile
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.mass_update import errors, rules
from tests.support.bulk import mass_update_request
from tests.support.for_each import for_each
from tests.support.org_metadata import make_metadata

ORG = make_metadata(
    {
        "modules": {
            "Leads": {
                "fields": [
                    {"api_name": "Code", "data_type": "text", "unique": True},
                    {"api_name": "Fixed", "data_type": "text", "read_only": True},
                    {"api_name": "Buddy", "data_type": "userlookup"},
                    {"api_name": "Friend", "data_type": "lookup", "lookup": "Contacts"},
                ],
                "layout_rules": ["Industry", "City"],
                "validation_rules": ["Annual_Revenue", "City"],
            }
        }
    }
)
LEADS, DEALS = ORG.modules["Leads"], ORG.modules["Deals"]
PROFILE = Profile(
    1,
    "x",
    fields={
        "Leads": {
            "Rating": "hidden",
            "Fax": "read_only",
            "Email": "hidden",
            "Industry": "hidden",
            "City": "read_only",
        }
    },
)


def changes_of(
    values: dict[str, Any], module: OrgModule, profile: Profile = PROFILE, version: ApiVersion = ApiVersion.V2
) -> dict[Field, Any]:
    """What is to change after the rules about fields."""
    request = mass_update_request(ORG, module, values, profile=profile, version=version)
    for rule in (rules.some_field, rules.field_count_within_limit, rules.fields_allowed):
        rule(request)
    return request.changes


def refused(values: dict[str, Any], module: OrgModule = LEADS) -> tuple[str, dict[str, Any]]:
    with pytest.raises(ZohoError) as raised:
        changes_of(values, module)
    return raised.value.name, raised.value.details_in(ApiVersion.V2)


def test_a_field_at_least() -> None:
    assert refused({}) == ("NO_FIELD_FOUND", {})


def test_one_field_in_leads_three_in_deals() -> None:
    assert refused({"Website": "a", "Street": "b"}) == ("MAX_FIELD_LIMIT", {})
    three = {"Next_Step": "a", "Amount": 1, "Stage": "Won"}
    assert [field.api_name for field in changes_of(three, DEALS)] == list(three)
    assert refused({**three, "Type": "x"}, DEALS) == ("MAX_FIELD_LIMIT", {})
    assert refused({"nonsense": 1, "Email": 1}) == ("MAX_FIELD_LIMIT", {})


@for_each(
    "name",
    [
        "Account_Owner",
        "Owner",
        "Email",
        "Layout",
        "Description",
        "Tag",
        "Territories",
        "id",
        "Created_Time",
        "Record_Image",
        "Code",
        "Fixed",
        "Friend",
        "Locked__s",
        "city",
        "",
        "City\0",
    ],
)
def test_unknown_and_excluded_fields_are_not_allowed(name: str) -> None:
    assert refused({name: "x"}) == ("FIELD_NOT_ALLOWED", {"api_name": name})


def test_line_items_are_refused() -> None:
    assert refused({"Product_Details": []}, ORG.modules["Quotes"]) == (
        "FIELD_NOT_ALLOWED",
        {"api_name": "Product_Details"},
    )


def test_user_lookup_is_taken() -> None:
    assert list(changes_of({"Buddy": {"id": str(ORG.admin_id)}}, LEADS).values()) == [{"id": str(ORG.admin_id)}]
    assert refused({"Buddy": {"id": "1"}}) == ("INVALID_VALUE", {"api_name": "Buddy"})


def test_field_of_a_later_version_is_unknown_before() -> None:
    values = {"Reason_For_Loss__s": "Price"}
    assert refused(values, DEALS) == ("FIELD_NOT_ALLOWED", {"api_name": "Reason_For_Loss__s"})
    assert changes_of(values, DEALS, version=ApiVersion.V3)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("Email", 1, "FIELD_NOT_ALLOWED"),
        ("Rating", 1, "FIELD_NOT_VISIBLE"),
        ("Industry", 1, "FIELD_NOT_VISIBLE"),
        ("Fax", 1, "FIELD_EDIT_DENIED"),
        ("City", 1, "FIELD_EDIT_DENIED"),
    ],
)
def test_earlier_rule_raises_its_error_when_a_field_breaks_two(name: str, value: Any, rule: str) -> None:
    assert refused({name: value}) == (rule, {"api_name": name})


def test_rules_of_layouts_and_validations() -> None:
    admin = Profile(1, "x")
    for name, error in (
        ("Industry", errors.FieldInLayoutRule),
        ("City", errors.FieldInLayoutRule),
        ("Annual_Revenue", errors.FieldInValidationRule),
    ):
        with pytest.raises(error):
            changes_of({name: ["wrong type"]}, LEADS, admin)


def test_value_comes_last() -> None:
    assert refused({"No_of_Employees": "many"}) == (
        "INVALID_VALUE",
        {"expected_data_type": "integer", "maximum_length": 9, "api_name": "No_of_Employees"},
    )
    assert refused({"Street": "x" * 251}) == ("INVALID_VALUE", {"maximum_length": 250, "api_name": "Street"})


def test_first_offending_field_of_the_body_decides() -> None:
    bad_value, unknown = {"Amount": "much"}, {"Nonsense": 1}
    assert refused({**bad_value, **unknown}, DEALS)[0] == "INVALID_VALUE"
    assert refused({**unknown, **bad_value}, DEALS)[0] == "FIELD_NOT_ALLOWED"
