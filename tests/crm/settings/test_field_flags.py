"""Flags of fields in settings/fields, and that what they say holds in writes and in mass update."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.field_types import FIELD_TYPES
from mockcrm.core.versions import VERSIONS, ApiVersion
from tests.support.application import Application, OrgApi
from tests.support.for_each import for_each

TARGETED = ("lookup", "multiselectlookup", "multimodulelookup", "consent_lookup")
FIXTURE: dict[str, Any] = {
    "modules": {
        "Clients": {
            "singular_label": "Client",
            "plural_label": "Clients",
            "fields": [
                {"api_name": f"A_{name}", "data_type": name, **({"lookup": "Accounts"} if name in TARGETED else {})}
                for name in sorted(FIELD_TYPES)
            ]
            + [{"api_name": "Rich", "data_type": "textarea", "length": 50000}],
        }
    },
    "records": {
        "Leads": [{"id": "1001", "fields": {"Last_Name": "Boyle", "Company": "Zylker"}}],
        "Events": [{"id": "2001", "fields": {"Event_Title": "Visit"}}],
    },
}
RULE = {"RRULE": "FREQ=DAILY;INTERVAL=1;UNTIL=2021-10-01;DTSTART=2021-09-01"}


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def fields(org: OrgApi, module: str, version: str) -> dict[str, dict[str, Any]]:
    response = org.get(f"/crm/{version}/settings/fields", module=module)
    assert response.status_code == 200, response.text
    return {item["api_name"]: item for item in response.json()["fields"]}


def flags(item: dict[str, Any]) -> dict[str, Any]:
    """Return the flags of a field that say what may be done with it."""
    return {
        "read_only": item["read_only"],
        "field_read_only": item["field_read_only"],
        "mass_update": item["mass_update"],
        **item["view_type"],
    }


READ = {"read_only": False, "field_read_only": False, "mass_update": False}
SHOWN = {"view": True, "edit": False, "quick_create": False, "create": False}
HIDDEN = {**SHOWN, "view": False}
WRITTEN = {"view": True, "edit": True, "quick_create": False, "create": True}
ALWAYS = {"read_only": True, "field_read_only": True, "mass_update": False}


@for_each("version", VERSIONS)
def test_flags_of_leads_are_those_of_a_recorded_response(org: OrgApi, version: str) -> None:
    shown = fields(org, "Leads", version)
    expected: dict[str, dict[str, Any]] = {
        "Owner": {**READ, **WRITTEN, "field_read_only": True},
        "Company": {**READ, **WRITTEN, "mass_update": True, "quick_create": True},
        "First_Name": {**READ, **WRITTEN, "view": False, "quick_create": True},
        "Last_Name": {**READ, **WRITTEN, "view": False, "quick_create": True},
        "Salutation": {**READ, **WRITTEN, "view": False, "mass_update": True},
        "Full_Name": {**READ, **SHOWN},
        "Email": {**READ, **WRITTEN, "quick_create": True},
        "Phone": {**READ, **WRITTEN, "mass_update": True, "quick_create": True},
        "Fax": {**READ, **WRITTEN, "mass_update": True},
        "Lead_Source": {**READ, **WRITTEN, "mass_update": True},
        "Created_By": {**READ, **SHOWN},
        "Modified_Time": {**READ, **SHOWN},
        "Last_Activity_Time": {**READ, **SHOWN, "field_read_only": True},
        "Tag": {**READ, **SHOWN},
        "Description": {**READ, **WRITTEN},
        "Converted_Date_Time": {**READ, **HIDDEN},
        "Lead_Conversion_Time": {**READ, **SHOWN, "field_read_only": True},
        "Territories": {**ALWAYS, **SHOWN},
        "Visitor_Score": {**READ, **SHOWN, "field_read_only": True},
    }
    if VERSIONS[version] >= ApiVersion.V4:
        expected |= {
            "Data_Source": {**ALWAYS, **HIDDEN, "field_read_only": False},
            "id": {**ALWAYS, **HIDDEN},
            "Locked__s": {**ALWAYS, **HIDDEN},
            "Converted__s": {**ALWAYS, **HIDDEN},
        }
    assert {name: flags(shown[name]) for name in expected} == expected


NUMBERS = {
    "Owner": 8,
    "Company": 1,
    "First_Name": 27,
    "Last_Name": 127,
    "Email": 25,
    "Phone": 33,
    "Fax": 35,
    "Website": 21,
    "Lead_Source": 2,
    "No_of_Employees": 32,
    "Annual_Revenue": 36,
    "Created_By": 20,
    "Created_Time": 200,
    "Description": 3,
    "Skype_ID": 37,
    "Email_Opt_Out": 301,
    "Last_Activity_Time": 786,
    "Twitter": 22,
    "Layout": 208,
    "Tag": 209,
    "Record_Image": 66,
    "Converted_Date_Time": 333,
    "Converted_Account": 133,
    "Territories": 999,
    "id": 52,
    "Wizard": 207,
    "First_Visited_URL": 21,
    "Average_Time_Spent_Minutes": 38,
}


@for_each("version", [version for version in VERSIONS if VERSIONS[version] >= ApiVersion.V3])
def test_every_field_has_a_form_element_and_a_length(org: OrgApi, version: str) -> None:
    shown = fields(org, "Leads", version)
    assert {name: shown[name]["ui_type"] for name in NUMBERS} == NUMBERS
    for module in org.get(f"/crm/{version}/settings/modules").json()["modules"]:
        for name, item in fields(org, module["api_name"], version).items():
            assert type(item["ui_type"]) is int, (module["api_name"], name)
            known = item["data_type"] != "subform"
            assert (type(item.get("length")) is int) is known, (module["api_name"], name)
            assert item["virtual_field"] is (item["data_type"] in ("subform", "multiselectlookup", "multiuserlookup"))


@for_each(("version", "tells"), [("v3", False), ("v5", False), ("v6", True), ("v8", True)])
def test_a_text_of_several_lines_tells_its_kind(org: OrgApi, version: str, tells: bool) -> None:
    shown = fields(org, "Clients", version)
    kinds = {"A_textarea": ("small", 110, 2000), "Rich": ("rich_text", 250, 50000)}
    for name, (kind, ui_type, length) in kinds.items():
        item = shown[name]
        assert (item["ui_type"], item["length"]) == (ui_type, length)
        assert item.get("textarea") == ({"type": kind} if tells else None)
        assert ("textarea" in item) is tells


@for_each("version", ["v3", "v7", "v8"])
def test_operations_are_those_that_writes_allow(org: OrgApi, version: str) -> None:
    def allowed(module: str, name: str) -> tuple[bool, ...]:
        operations = fields(org, module, version)[name]["operation_type"]
        return tuple(operations[key] for key in ("web_create", "api_create", "web_update", "api_update"))

    assert allowed("Leads", "Tag") == (True, True, True, True)
    assert allowed("Leads", "Created_By") == (False, False, False, False)
    assert allowed("Leads", "Territories") == (False, False, False, False)
    assert allowed("Events", "Recurring_Activity") == (True, True, False, False)
    permissions = [item["permission_type"] for item in fields(org, "Leads", version)["Territories"]["profiles"]]
    assert permissions == ["read_only", "read_only"]


@for_each("module", ["Leads", "Events", "Clients"])
def test_a_field_without_mass_update_is_refused(org: OrgApi, module: str) -> None:
    for name, item in fields(org, module, "v8").items():
        body = {"data": [{name: None}], "ids": ["1"]}
        (outcome,) = org.mass_update(module, body, "v8").json()["data"]
        denied = outcome["message"] == "This field cannot be updated in the Mass Update"
        # Layout says that it can be mass updated, and is refused all the same.
        assert denied is (not item["mass_update"] or name == "Layout"), name


def test_what_cannot_be_written_keeps_its_value(org: OrgApi) -> None:
    shown = fields(org, "Leads", "v8")
    (before,) = org.get("/crm/v8/Leads/1001").json()["data"]
    for name, item in shown.items():
        if not item["operation_type"]["api_update"]:
            sent = {
                "string": "x",
                "integer": 7,
                "double": 7.5,
                "boolean": True,
                "jsonarray": [],
                "jsonobject": {"id": "1"},
            }
            response = org.send(
                "PUT", "/crm/v8/Leads/1001", json={"data": [{name: sent[item["json_type"]]}], "trigger": []}
            )
            assert response.json()["data"][0]["code"] == "SUCCESS", name
    (after,) = org.get("/crm/v8/Leads/1001").json()["data"]
    times = {"Modified_Time", "Last_Activity_Time"}
    assert {key: after[key] for key in after.keys() - times} == {key: before[key] for key in before.keys() - times}


def test_a_repetition_is_written_at_first_and_then_kept(org: OrgApi) -> None:
    values = {
        "Event_Title": "Visit",
        "Start_DateTime": "2021-09-01T10:00:00+00:00",
        "End_DateTime": "2021-09-01T11:00:00+00:00",
        "Recurring_Activity": RULE,
    }
    created = org.send("POST", "/crm/v8/Events", json={"data": [values]}).json()["data"][0]["details"]["id"]
    other = {"Recurring_Activity": {"RRULE": "FREQ=WEEKLY;INTERVAL=1;UNTIL=2021-10-01;DTSTART=2021-09-01"}}
    changed = org.send("PUT", f"/crm/v8/Events/{created}", json={"data": [other]}).json()["data"][0]
    assert changed["code"] == "SUCCESS"
    assert org.get(f"/crm/v8/Events/{created}").json()["data"][0]["Recurring_Activity"] == RULE
