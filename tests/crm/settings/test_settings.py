"""settings/modules, settings/fields, users and org: whole items, and in every version what real SDKs need."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.clock import iso
from mockcrm.core.field_types import FIELD_TYPES
from mockcrm.core.versions import VERSIONS, ApiVersion
from mockcrm.fixture_format.parse import parse_fixture
from tests.support.application import ADMIN, BASE, Application, OrgApi
from tests.support.for_each import for_each

PROFILES = [
    {"name": "Administrator", "id": str(BASE + 26011)},
    {"name": "Standard", "id": str(BASE + 26014)},
    {"name": "Support", "id": "554023000000026099"},
]
TARGETED = ("lookup", "multiselectlookup", "multimodulelookup", "consent_lookup")
FIXTURE: dict[str, Any] = {
    "org": {"company_name": "Zylker", "edition": "professional", "time_zone": "+05:30", "city": "Chennai"},
    "roles": [{"name": "Rep", "reports_to": "CEO"}],
    "profiles": [
        {
            "id": "554023000000026099",
            "name": "Support",
            "modules": {"Leads": {"deny": ["create", "delete"]}},
            "fields": {"Leads": {"Annual_Revenue": "read_only", "Rating": "hidden"}},
        }
    ],
    "users": [
        {"id": "554023000000235011", "email": "rep@zylker.example", "full_name": "Ann Rae Boyle", "profile": "Support"},
        {"id": "554023000000235012", "email": "kim@zylker.example", "full_name": "Kim", "role": "Rep"},
        {"id": "554023000000235013", "email": "off@zylker.example", "status": "disabled", "profile": "Administrator"},
        {"id": "554023000000235014", "email": "gone@zylker.example", "status": "deleted"},
    ],
    "clients": [{"client_id": "1000.T", "client_secret": "s", "tokens": [{"user": "rep@zylker.example"}]}],
    "modules": {
        "Leads": {"fields": [{"api_name": "Company", "unique": True}, {"api_name": "City", "read_only": True}]},
        "Clients": {
            "id": "554023000000700001",
            "singular_label": "Client",
            "plural_label": "Clients",
            "fields": [
                {
                    "id": "554023000000700101",
                    "api_name": "Tier",
                    "data_type": "picklist",
                    "pick_list_values": ["A", "B"],
                },
                {"id": "554023000000700102", "api_name": "Account", "data_type": "lookup", "lookup": "Accounts"},
                *(
                    {"api_name": f"A_{name}", "data_type": name, **({"lookup": "Accounts"} if name in TARGETED else {})}
                    for name in sorted(FIELD_TYPES)
                ),
            ],
        },
    },
}


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def made_at(org: OrgApi) -> int:
    """When the org was made, in seconds since the epoch."""
    (row,) = (row for row in org.application.registry.rows() if row.name == org.name)
    seconds: int = row.created_time
    return seconds


def made(org: OrgApi) -> str:
    return iso(made_at(org), 19_800)


def modules(org: OrgApi, version: str = "v2", **params: str) -> dict[str, dict[str, Any]]:
    response = org.get(f"/crm/{version}/settings/modules", **params)
    assert response.status_code == 200, response.text
    return {item["api_name"]: item for item in response.json()["modules"]}


def fields(org: OrgApi, module: str, version: str = "v2") -> dict[str, dict[str, Any]]:
    response = org.get(f"/crm/{version}/settings/fields", module=module)
    assert response.status_code == 200, response.text
    return {item["api_name"]: item for item in response.json()["fields"]}


def refusal(code: str, message: str, details: dict[str, object]) -> dict[str, object]:
    return {"code": code, "details": details, "message": message, "status": "error"}


# -- settings/modules --------------------------------------------------------------------------------------------


def module_item(org: OrgApi, **changes: object) -> dict[str, object]:
    """What v2 lists for Leads, changed."""
    return {
        "global_search_supported": True,
        "deletable": True,
        "description": None,
        "creatable": True,
        "inventory_template_supported": False,
        "modified_time": made(org),
        "plural_label": "Leads",
        "presence_sub_menu": True,
        "triggers_supported": True,
        "id": "554023000000002175",
        "visibility": 1,
        "convertable": True,
        "editable": True,
        "emailTemplate_support": True,
        "profiles": PROFILES,
        "filter_supported": True,
        "show_as_tab": True,
        "web_link": None,
        "sequence_number": 1,
        "singular_label": "Lead",
        "viewable": True,
        "api_supported": True,
        "api_name": "Leads",
        "quick_create": True,
        "modified_by": None,
        "generated_type": "default",
        "feeds_required": False,
        "scoring_supported": True,
        "webform_supported": True,
        "arguments": [],
        "module_name": "Leads",
        "business_card_field_limit": 5,
        "parent_module": {},
        **changes,
    }


def test_a_module_is_listed_with_the_keys_of_v2(org: OrgApi) -> None:
    assert modules(org)["Leads"] == module_item(org)


def test_v5_and_later_add_the_status_of_a_module(org: OrgApi) -> None:
    added = {
        "status": "visible",
        "sub_menu_available": True,
        "actual_singular_label": "Lead",
        "actual_plural_label": "Leads",
        "has_more_profiles": False,
        "access_type": "org_based",
        "private_profile": None,
        "profile_count": 3,
        "recycle_bin_on_delete": True,
    }
    added |= {"email_parser_supported": True, "track_current_data": False}
    blueprints = {"isBlueprintSupported": True}
    assert modules(org, "v2.1")["Leads"] == modules(org, "v4")["Leads"] == module_item(org, **blueprints)
    assert modules(org, "v5")["Leads"] == modules(org, "v7")["Leads"] == module_item(org, **blueprints, **added)
    more = {"lookupable": True, "public_fields_configured": False}
    assert modules(org, "v8")["Leads"] == module_item(org, **blueprints, **added, **more)


def test_what_notes_and_attachments_are_not(org: OrgApi) -> None:
    keys = ("visibility", "isBlueprintSupported", "lookupable", "email_parser_supported", "global_search_supported")
    listed = modules(org, "v8")
    assert [listed["Notes"][key] for key in keys] == [1, False, False, False, True]
    assert [listed["Attachments"][key] for key in keys] == [1, False, False, False, False]
    assert [listed["Clients"][key] for key in keys] == [1, True, True, True, True]


def test_a_custom_module_has_its_whole_id_and_generated_type_custom(org: OrgApi) -> None:
    listed = modules(org)["Clients"]
    assert listed == module_item(
        org,
        id="554023000000700001",
        api_name="Clients",
        singular_label="Client",
        plural_label="Clients",
        module_name="Clients",
        convertable=False,
        sequence_number=21,
        generated_type="custom",
        modified_by=ADMIN,
    )


def test_what_a_profile_denies_cannot_be_done_with_a_module(org: OrgApi) -> None:
    rep = org.entry_of(1)
    assert modules(rep)["Leads"] == module_item(org, creatable=False, deletable=False)


def test_modules_are_those_of_the_version(org: OrgApi) -> None:
    known = {version: set(modules(org, version)) for version in VERSIONS}
    assert known["v2"] == known["v2.1"]
    assert known["v2"] - known["v3"] == {"Activities"}
    assert all(known[version] == known["v3"] for version in ("v4", "v5", "v6", "v7", "v8"))


def test_status_chooses_modules_from_v5_on(org: OrgApi) -> None:
    assert set(modules(org, "v7", status="system_hidden,user_hidden")) == {"Notes", "Attachments"}
    assert set(modules(org, "v2", status="system_hidden")) == set(modules(org))
    nothing = org.get("/crm/v7/settings/modules", status="user_hidden")
    assert (nothing.status_code, nothing.content) == (204, b"")
    unknown = org.get("/crm/v7/settings/modules", status="gone")
    text = "Please check whether the input values are correct"
    assert unknown.status_code == 400
    assert unknown.json() == refusal("PATTERN_NOT_MATCHED", text, {"param_name": "status"})


@pytest.mark.parametrize("path", ["settings/modules", "users"])
def test_if_modified_since_gets_304_when_nothing_is_newer(org: OrgApi, path: str) -> None:
    with org.using() as state:
        seconds: int = state.metadata_time
    later = (iso(seconds, 0), iso(seconds, -28_800), iso(seconds + 9, 0).replace("+00:00", "Z"))
    for sent, status in [*((text, 304) for text in later), (iso(seconds - 1, 0), 200)]:
        response = org.send("GET", f"/crm/v2/{path}", headers={"If-Modified-Since": sent})
        assert (response.status_code, response.content == b"") == (status, status == 304), sent


@pytest.mark.parametrize("path", ["settings/modules", "users"])
def test_a_load_is_newer_than_earlier_reads(application: Application, path: str) -> None:
    org = application.org()
    with org.using() as state:
        before: int = state.metadata_time
        state.metadata_time = before - 60  # as if the org had stood a while
    sent = {"If-Modified-Since": iso(before - 60, 0)}
    assert org.send("GET", f"/crm/v2/{path}", headers=sent).status_code == 304
    with org.using() as state:
        fixture = parse_fixture({"mockcrm": 1, "users": [{"email": "new@zylker.example"}]}, "test")
        application.registry.load(state.name, fixture)
    assert org.send("GET", f"/crm/v2/{path}", headers=sent).status_code == 200


@pytest.mark.parametrize("sent", ["Sat, 21 Nov 2099 17:43:19 GMT", "", "9999", "2099-13-01T00:00:00Z"])
def test_an_invalid_if_modified_since_is_ignored(org: OrgApi, sent: str) -> None:
    response = org.send("GET", "/crm/v2/settings/modules", headers={"If-Modified-Since": sent})
    assert response.status_code == 200


# -- settings/fields ---------------------------------------------------------------------------------------------


def field_item(**changes: object) -> dict[str, object]:
    """Return what v2 shows of Leads.Industry without its values, with changes."""
    return {
        "system_mandatory": False,
        "private": None,
        "webhook": True,
        "json_type": "string",
        "crypt": None,
        "field_label": "Industry",
        "tooltip": None,
        "created_source": "default",
        "field_read_only": False,
        "display_label": "Industry",
        "read_only": False,
        "association_details": None,
        "quick_sequence_number": None,
        "businesscard_supported": True,
        "multi_module_lookup": {},
        "currency": {},
        "id": "554023000000100013",
        "custom_field": False,
        "lookup": {},
        "convert_mapping": None,
        "visible": True,
        "length": 120,
        "view_type": {"view": True, "edit": True, "quick_create": False, "create": True},
        "column_name": None,
        "subform": None,
        "api_name": "Industry",
        "unique": {},
        "history_tracking": None,
        "data_type": "picklist",
        "formula": {},
        "decimal_place": None,
        "mass_update": True,
        "blueprint_supported": True,
        "multiselectlookup": {},
        "pick_list_values": [],
        "auto_number": {},
        "default_value": None,
        "section_id": 1,
        "validation_rule": None,
        "mandatory": False,
        **changes,
    }


def later_keys(layout_id: str, **changes: object) -> dict[str, object]:
    """What v3 and later add to a picklist."""
    writable = dict.fromkeys(("web_update", "api_create", "web_create", "api_update"), True)
    return {
        "associated_module": None,
        "operation_type": writable,
        "colour_code_enabled_by_system": False,
        "type": "used",
        "customizable_properties": [],
        "created_time": None,
        "modified_time": None,
        "filterable": True,
        "sortable": True,
        "searchable": True,
        "external": None,
        "separator": False,
        "virtual_field": False,
        "display_type": -1,
        "ui_type": 2,
        "multiuserlookup": {},
        "email_parser": {"fields_update_supported": False, "record_operations_supported": False},
        "hipaa_compliance": None,
        "hipaa_compliance_enabled": False,
        "rollup_summary": {},
        "display_field": False,
        "pick_list_values_sorted_lexically": False,
        "layout_associations": [{"api_name": "Standard__s", "name": "Standard", "id": layout_id}],
        "profiles": [{"permission_type": "read_write", **profile} for profile in PROFILES],
        "global_picklist": None,
        "enable_colour_code": False,
        **changes,
    }


def in_v8(item: dict[str, object]) -> dict[str, object]:
    """Return what v8 shows in place of the item of v7: no key that may not be null, and more keys."""
    absent = {"length", "convert_mapping", "column_name", "quick_sequence_number"}
    kept = {key: value for key, value in item.items() if value is not None or key not in absent}
    if not kept["multiuserlookup"]:
        del kept["multiuserlookup"]
    return {**kept, "history_tracking_enabled": False, "range": None, "public": False}


TIER: dict[str, object] = {
    "id": "554023000000700101",
    "api_name": "Tier",
    "field_label": "Tier",
    "display_label": "Tier",
    "custom_field": True,
}
ACCOUNT: dict[str, object] = {
    "id": "554023000000700102",
    "api_name": "Account",
    "field_label": "Account",
    "display_label": "Account",
    "custom_field": True,
    "data_type": "lookup",
    "json_type": "jsonobject",
    "mass_update": False,
}


def test_a_picklist_in_v2(org: OrgApi) -> None:
    assert fields(org, "Clients")["Tier"] == field_item(
        **TIER,
        pick_list_values=[
            {"display_value": "A", "sequence_number": 1, "maps": [], "actual_value": "A"},
            {"display_value": "B", "sequence_number": 2, "maps": [], "actual_value": "B"},
        ],
    )


@pytest.mark.parametrize("version", ["v3", "v7", "v8"])
def test_a_picklist_in_later_versions(org: OrgApi, version: str) -> None:
    def value(number: int, text: str) -> dict[str, object]:
        return {
            "display_value": text,
            "sequence_number": number,
            "reference_value": text,
            "colour_code": None,
            "actual_value": text,
            "id": str(BASE + 500_000_000_000 + 700_101_000 + number),
            "type": "used",
        }

    expected = field_item(**TIER, **later_keys(str(BASE + 788_881)), pick_list_values=[value(1, "A"), value(2, "B")])
    assert fields(org, "Clients", version)["Tier"] == (in_v8(expected) if version == "v8" else expected)


def test_a_lookup_in_v2_names_its_module_as_a_string(org: OrgApi) -> None:
    target = {"module": "Accounts", "display_label": "Clients", "api_name": "Clients", "id": ACCOUNT["id"]}
    for version in ("v2", "v2.1"):
        assert fields(org, "Clients", version)["Account"] == field_item(**ACCOUNT, lookup=target)


def test_a_lookup_from_v3_on_names_its_module_as_an_object(org: OrgApi) -> None:
    target: dict[str, Any] = {
        "module": {"api_name": "Accounts", "id": "554023000000002177"},
        "display_label": "Clients",
        "api_name": "Clients",
        "id": ACCOUNT["id"],
        "query_details": {},
        "revalidate_filter_during_edit": False,
    }
    more = later_keys(str(BASE + 788_881), ui_type=133, searchable=False)
    expected = field_item(**ACCOUNT, **more, lookup=target)
    assert fields(org, "Clients", "v3")["Account"] == fields(org, "Clients", "v7")["Account"] == expected
    target |= {"module": {**target["module"], "crypt": False}, "query_details": {"system_query_id": None}}
    assert fields(org, "Clients", "v8")["Account"] == in_v8(expected)


@for_each("version", VERSIONS)
def test_a_lookup_whose_target_varies_is_an_empty_object(org: OrgApi, version: str) -> None:
    assert fields(org, "Tasks", version)["What_Id"]["lookup"] == {}


def test_currency_formula_and_auto_number_describe_themselves(org: OrgApi) -> None:
    assert fields(org, "Leads")["Annual_Revenue"]["currency"] == {"rounding_option": "normal", "precision": 2}
    assert fields(org, "Quotes")["Grand_Total"]["formula"] == {"return_type": "double", "expression": None}
    assert fields(org, "Quotes")["Quote_Number"]["auto_number"] == {"prefix": "", "suffix": "", "start_number": 1}


def test_a_subform_names_a_module_of_its_own_in_every_version(org: OrgApi) -> None:
    old = fields(org, "Quotes", "v2")["Product_Details"]
    assert old["subform"] == {"module": "Product_Details", "id": old["id"]}
    later = fields(org, "Quotes", "v8")["Quoted_Items"]
    assert later["subform"] == later["associated_module"] == {"module": "Quoted_Items", "id": later["id"]}


def test_a_multi_select_lookup_names_the_module_between(org: OrgApi) -> None:
    old = fields(org, "Clients")["A_multiselectlookup"]
    assert old["multiselectlookup"] == {
        "display_label": "Clients",
        "linking_module": "Clients_X_A_multiselectlookup",
        "lookup_apiname": "Clients",
        "api_name": "A_multiselectlookup",
        "connectedlookup_apiname": "Accounts",
        "id": old["id"],
    }
    number, label = old["id"], "A multiselectlookup"
    assert fields(org, "Clients", "v3")["A_multiselectlookup"]["multiselectlookup"] == {
        "display_label": "Clients",
        "linking_module": {"api_name": "Clients_X_A_multiselectlookup", "id": number},
        "connected_module": {"api_name": "Accounts", "id": "554023000000002177"},
        "lookup_apiname": "Clients",
        "api_name": "A_multiselectlookup",
        "connectedfield_apiname": "Clients",
        "connectedlookup_apiname": "Accounts",
        "id": number,
        "record_access": False,
    }
    assert fields(org, "Clients", "v8")["A_multiselectlookup"]["multiselectlookup"] == {
        "linking_details": {
            "module": {
                "visibility": 0,
                "plural_label": "Clients_X_A_multiselectlookup",
                "api_name": "Clients_X_A_multiselectlookup",
                "id": number,
            },
            "lookup_field": {"api_name": "Clients", "field_label": label, "id": number},
            "connected_lookup_field": {"api_name": "Accounts", "field_label": label, "id": number},
        },
        "connected_details": {
            "field": {"api_name": "Clients", "field_label": "Clients", "id": number},
            "module": {"plural_label": "Accounts", "api_name": "Accounts", "id": "554023000000002177"},
            "layouts": [],
        },
        "record_access": False,
    }


def test_a_field_that_the_org_made_unique_or_read_only_is_not_mass_updated(org: OrgApi) -> None:
    shown = fields(org, "Leads")
    assert shown["Company"]["unique"] == {"casesensitive": "false"}
    assert fields(org, "Leads", "v7")["Company"]["unique"] == {"case_sensitive": False}
    assert shown["City"]["read_only"] is shown["City"]["field_read_only"] is True
    flags = {name: shown[name]["mass_update"] for name in ("Company", "City", "State", "Layout", "Phone", "Email")}
    assert flags == {
        "Company": False,
        "City": False,
        "State": True,
        "Layout": True,
        "Phone": True,
        "Email": False,
    }


def test_fields_are_those_that_the_profile_sees(org: OrgApi) -> None:
    mine, theirs = fields(org, "Leads"), fields(org.entry_of(1), "Leads")
    assert mine.keys() - theirs.keys() == {"Rating"}
    changed = {
        "read_only": True,
        "view_type": {"view": True, "edit": False, "quick_create": False, "create": False},
    }
    assert theirs.pop("Annual_Revenue") == {**mine["Annual_Revenue"], **changed}
    assert all(item == mine[name] for name, item in theirs.items())


def test_from_v3_on_a_field_says_what_each_profile_may_do(org: OrgApi) -> None:
    shown = fields(org, "Leads", "v3")
    allowed = {
        name: [item["permission_type"] for item in shown[name]["profiles"]] for name in ("Rating", "Annual_Revenue")
    }
    assert allowed == {
        "Rating": ["read_write", "read_write", "hidden"],
        "Annual_Revenue": ["read_write", "read_write", "read_only"],
    }


def test_module_is_mandatory(org: OrgApi) -> None:
    message = "One of the expected parameter is missing"
    for query in ("", "?module=", "?type=all"):
        response = org.send("GET", f"/crm/v2/settings/fields{query}")
        assert response.status_code == 400
        assert response.json() == refusal("REQUIRED_PARAM_MISSING", message, {"param_name": "module"})


@pytest.mark.parametrize(
    ("version", "module", "message", "details"),
    [
        ("v2", "Nothing", "the module name given seems to be invalid", {}),
        ("v8", "Nothing", "the module name given seems to be invalid", {}),
        ("v3", "Activities", "the module name given seems to be invalid", {}),
        ("v2", "Documents", "The given module is not supported in API", {}),
        ("v2", "Quoted_Items", "the module name given seems to be invalid", {}),
    ],
)
def test_a_module_that_the_version_does_not_have(
    org: OrgApi, version: str, module: str, message: str, details: dict[str, object]
) -> None:
    response = org.get(f"/crm/{version}/settings/fields", module=module)
    assert response.status_code == 400
    assert response.json() == refusal("INVALID_MODULE", message, details)


def test_type_all_is_the_default_and_no_field_is_unused(org: OrgApi) -> None:
    plain = org.get("/crm/v7/settings/fields", module="Leads")
    assert org.get("/crm/v7/settings/fields", module="Leads", type="all").content == plain.content
    unused = org.get("/crm/v7/settings/fields", module="Leads", type="unused")
    assert (unused.status_code, unused.content) == (204, b"")
    wrong = org.get("/crm/v7/settings/fields", module="Leads", type="some")
    message = "Please check whether the input values are correct"
    assert wrong.status_code == 400
    assert wrong.json() == refusal("PATTERN_NOT_MATCHED", message, {"param_name": "type"})


def test_a_loaded_field_exists_at_once(application: Application) -> None:
    org = application.org()
    assert "Tier" not in fields(org, "Leads")
    fixture = {"mockcrm": 1, "modules": {"Leads": {"fields": [{"api_name": "Tier", "data_type": "text"}]}}}
    with application.registry.using(org.name) as state:
        application.registry.load(state.name, parse_fixture(fixture, "test"))
    assert fields(org, "Leads")["Tier"]["data_type"] == "text"


# -- what the SDKs need, in every version (each of these crashed some of them) -------------------------------------

KNOWN_TO_SDK2 = """
    textarea text website email phone mediumtext multiselectlookup profileimage autonumber integer boolean double
    percent currency lookup long bigint imageupload fileupload datetime event_reminder date ownerlookup userlookup
    multiuserlookup multimodulelookup picklist multiselectpicklist subform formula ALARM RRULE multireminder
    consent_lookup
    """
TAKEN_BY_NAME = frozenset({"Layout", "Participants", "A_layout", "A_participants"})
"""Fields that the v2 SDKs know by name or, of the custom ones, that no real org has."""


@for_each("version", VERSIONS)
def test_every_module_has_what_sdks_need(org: OrgApi, version: str) -> None:
    for item in modules(org, version).values():
        assert item["generated_type"] in ("default", "custom")
        assert item["api_supported"] is (item["api_name"] != "Attachments")
        assert item["id"].isdigit()
        assert item["modified_time"].endswith("+05:30")


@for_each("version", VERSIONS)
def test_every_field_has_what_sdks_need(org: OrgApi, version: str) -> None:
    old = VERSIONS[version] < ApiVersion.V3
    keys = set(field_item()) if old else set(field_item()) | set(later_keys(""))
    sometimes = {"textarea"} if VERSIONS[version] >= ApiVersion.V6 else set()
    if version == "v8":
        sometimes |= {"length", "multiuserlookup"}
        keys = set(in_v8(field_item(**later_keys(""))))
    targets: set[str] = set()
    for module in modules(org, version):
        for name, item in fields(org, module, version).items():
            assert item.keys() - sometimes == keys - sometimes, (module, name)
            assert isinstance(item["lookup"], dict)
            assert item["history_tracking"] is None
            assert item["id"].isdigit()
            assert {type(item[key]) for key in ("custom_field", "system_mandatory", "mass_update")} == {bool}
            assert all(value["display_value"] for value in item["pick_list_values"])
            if old and name not in TAKEN_BY_NAME:
                assert item["data_type"] in KNOWN_TO_SDK2.split(), (module, name)
            if item["data_type"] == "formula":
                assert item["formula"]["return_type"] in ("double", "text")
            if item["lookup"]:
                target = item["lookup"]["module"]
                targets.add(target if old else target["api_name"])
            if item["data_type"] == "subform":
                targets.add(item["subform"]["module"])
            for kind in ("multiselectlookup", "multiuserlookup"):
                if item["data_type"] == kind and not old:
                    linking = (
                        item[kind]["linking_details"]["module"] if version == "v8" else item[kind]["linking_module"]
                    )
                    targets.add(linking["api_name"])
    assert {"Accounts", "A_subform"} < targets
    for target in targets:
        assert org.get(f"/crm/{version}/settings/fields", module=target).status_code in (200, 204), target


# -- users -------------------------------------------------------------------------------------------------------


def user_item(org: OrgApi) -> dict[str, object]:
    """The user rep@zylker.example in v2."""
    tab = {"font_color": "#FFFFFF", "background": "#222222"}
    return {
        "country": "US",
        "customize_info": {
            "notes_desc": None,
            "show_right_panel": None,
            "bc_view": None,
            "show_home": False,
            "show_detail_view": True,
            "unpin_recent_item": None,
        },
        "role": {"name": "Manager", "id": "554023000000026008"},
        "signature": None,
        "city": None,
        "name_format": "Salutation,First Name,Last Name",
        "language": "en_US",
        "locale": "en_US",
        "microsoft": False,
        "personal_account": False,
        "Isonline": False,
        "default_tab_group": "0",
        "Modified_By": ADMIN,
        "street": None,
        "Currency": "USD",
        "alias": None,
        "theme": {
            "normal_tab": tab,
            "selected_tab": tab,
            "new_background": None,
            "background": "#F3F0EB",
            "screen": "fixed",
            "type": "default",
        },
        "id": "554023000000235011",
        "state": None,
        "fax": None,
        "country_locale": "US",
        "first_name": "Ann Rae",
        "email": "rep@zylker.example",
        "zip": None,
        "decimal_separator": "en_US",
        "created_time": made(org),
        "website": None,
        "Modified_Time": made(org),
        "time_format": "hh:mm a",
        "offset": 19_800_000,
        "profile": {"name": "Support", "id": "554023000000026099"},
        "mobile": None,
        "last_name": "Boyle",
        "time_zone": "Asia/Kolkata",
        "zuid": "600235011",
        "confirm": True,
        "full_name": "Ann Rae Boyle",
        "territories": [],
        "phone": None,
        "dob": None,
        "date_format": "MM/dd/yyyy",
        "status": "active",
        "Reporting_To": None,
        "created_by": ADMIN,
    }


def test_the_current_user_comes_alone(org: OrgApi) -> None:
    response = org.entry_of(1).get("/crm/v2/users", type="CurrentUser")
    assert response.status_code == 200
    assert response.json() == {"users": [user_item(org)]}


def test_later_versions_add_to_a_user(org: OrgApi) -> None:
    response = org.entry_of(1).get("/crm/v8/users", type="CurrentUser")
    assert response.json() == {
        "users": [
            {
                **user_item(org),
                "decimal_separator": "Period",
                "type__s": "Regular User",
                "name_format__s": "Salutation,First Name,Last Name",
                "sort_order_preference__s": "First Name,Last Name",
                "status_reason__s": None,
                "$current_shift": None,
                "$next_shift": None,
                "$shift_effective_from": None,
                "sandboxDeveloper": False,
                "number_separator": "Comma",
            }
        ]
    }


def test_a_name_of_one_word_is_the_last_name(org: OrgApi) -> None:
    kim = next(item for item in org.get("/crm/v2/users").json()["users"] if item["full_name"] == "Kim")
    assert (kim["first_name"], kim["last_name"]) == (None, "Kim")


ADMINISTRATOR, REP, KIM, OFF, GONE = "150013", "235011", "235012", "235013", "235014"


@for_each(
    ("kind", "ids"),
    [
        (None, [ADMINISTRATOR, REP, KIM, OFF]),
        ("AllUsers", [ADMINISTRATOR, REP, KIM, OFF]),
        ("ActiveUsers", [ADMINISTRATOR, REP, KIM]),
        ("DeactiveUsers", [OFF]),
        ("ConfirmedUsers", [ADMINISTRATOR, REP, KIM, OFF]),
        ("NotConfirmedUsers", []),
        ("DeletedUsers", [GONE]),
        ("ActiveConfirmedUsers", [ADMINISTRATOR, REP, KIM]),
        ("AdminUsers", [ADMINISTRATOR, OFF]),
        ("ActiveConfirmedAdmins", [ADMINISTRATOR]),
        ("ConfirmedReportingUsers", [REP, KIM]),
    ],
)
def test_users_by_type(org: OrgApi, kind: str | None, ids: list[str]) -> None:
    response = org.get("/crm/v2/users", **({} if kind is None else {"type": kind}))
    if not ids:
        assert (response.status_code, response.content) == (204, b"")
        return
    assert response.status_code == 200
    content = response.json()
    assert [item["id"] for item in content["users"]] == [f"554023000000{number}" for number in ids]
    assert content["info"] == {"per_page": 200, "count": len(ids), "page": 1, "more_records": False}


def test_users_come_in_pages(org: OrgApi) -> None:
    pages = [org.get("/crm/v2/users", per_page="3", page=str(page)) for page in (1, 2, 3)]
    assert [page.status_code for page in pages] == [200, 200, 204]
    assert [page.json()["info"] for page in pages[:2]] == [
        {"per_page": 3, "count": 3, "page": 1, "more_records": True},
        {"per_page": 3, "count": 1, "page": 2, "more_records": False},
    ]


def test_an_unknown_type_and_impossible_pages_are_refused(org: OrgApi) -> None:
    message = "Please check whether the input values are correct"
    wrong = org.get("/crm/v2/users", type="Everybody")
    assert wrong.status_code == 400
    assert wrong.json() == refusal("PATTERN_NOT_MATCHED", message, {"param_name": "type"})
    for name, value in (("page", "0"), ("page", "x"), ("per_page", "201"), ("per_page", "-1")):
        response = org.get("/crm/v2/users", **{name: value})
        assert response.status_code == 400
        assert response.json() == refusal("INVALID_DATA", "invalid data", {"param_name": name})


@pytest.mark.parametrize(
    ("time_zone", "name"),
    [("+00:00", "GMT"), ("+02:00", "Etc/GMT-2"), ("-08:00", "Etc/GMT+8"), ("-03:30", "GMT-03:30")],
)
def test_the_time_zone_is_one_of_the_orgs_offset(application: Application, time_zone: str, name: str) -> None:
    org = application.org({"org": {"time_zone": time_zone}})
    assert org.get("/crm/v2/org").json()["org"][0]["time_zone"] == name
    assert org.get("/crm/v2/users", type="CurrentUser").json()["users"][0]["time_zone"] == name


# -- org ---------------------------------------------------------------------------------------------------------


def org_item() -> dict[str, object]:
    return {
        "country": "United States",
        "photo_id": None,
        "city": "Chennai",
        "description": None,
        "mc_status": False,
        "gapps_enabled": False,
        "domain_name": "org554023000000000001",
        "translation_enabled": False,
        "street": None,
        "alias": None,
        "currency": "US Dollar",
        "id": "554023000000000001",
        "state": None,
        "fax": None,
        "employee_count": None,
        "zip": None,
        "website": None,
        "currency_symbol": "$",
        "mobile": None,
        "currency_locale": "en_US",
        "primary_zuid": "600150013",
        "zia_portal_id": None,
        "time_zone": "Asia/Kolkata",
        "zgid": "554023000000000001",
        "country_code": "US",
        "license_details": {
            "paid_expiry": None,
            "users_license_purchased": 3,
            "trial_type": None,
            "trial_expiry": None,
            "paid": True,
            "paid_type": "professional",
        },
        "phone": None,
        "company_name": "Zylker",
        "privacy_settings": False,
        "primary_email": "admin@mockcrm.example",
        "iso_code": "USD",
    }


def test_the_org_in_v2(org: OrgApi) -> None:
    assert org.get("/crm/v2/org").json() == {"org": [org_item()]}


def test_the_org_in_v8(org: OrgApi) -> None:
    expected = org_item()
    assert isinstance(expected["license_details"], dict)
    expected["license_details"]["portal_users_license_purchased"] = 0
    expected |= {
        "type": "production",
        "hierarchy_preferences": {"type": "Role_Hierarchy", "strictly_reporting": False},
        "created_time": made(org),
        "hipaa_compliance_enabled": False,
        "lite_users_enabled": False,
        "deletable_org_account": False,
    }
    assert org.get("/crm/v8/org").json() == {"org": [expected]}


def test_what_versions_add_to_the_org(org: OrgApi) -> None:
    found = {version: org.get(f"/crm/{version}/org").json()["org"][0] for version in VERSIONS}
    keys = {version: item.keys() for version, item in found.items()}
    assert found["v2.1"]["hierarchy_preferences"] == {"type": "Role_Hierarchy"}
    assert keys["v2.1"] - keys["v2"] == {"hierarchy_preferences", "hipaa_compliance_enabled"}
    assert keys["v3"] - keys["v2.1"] == {"lite_users_enabled", "deletable_org_account"}
    assert keys["v3"] == keys["v4"] == keys["v5"]
    assert keys["v6"] - keys["v5"] == {"type", "created_time"}
    assert keys["v6"] == keys["v7"] == keys["v8"]
    assert {version for version, item in found.items() if "trial_action" in item["license_details"]} == {
        "v5",
        "v6",
        "v7",
    }


PAID_TYPES = {
    "free": "free",
    "standard": "standard",
    "professional": "professional",
    "enterprise": "enterprise",
    "ultimate": "ultimate",
    "crmplus": "crmplusenterprise",
    "zohoone": "zohooneenterprise",
}


@pytest.mark.parametrize(("edition", "paid_type"), PAID_TYPES.items())
def test_a_client_tells_the_edition_from_the_license(application: Application, edition: str, paid_type: str) -> None:
    org = application.org({"org": {"edition": edition}})

    def details(**settings: object) -> dict[str, object]:
        with application.registry.using(org.name) as state:
            state.change_settings(settings)
        (shown,) = org.get("/crm/v2/org").json()["org"]
        found: dict[str, object] = shown["license_details"]
        return found

    license_details: dict[str, object] = {
        "paid_expiry": None,
        "users_license_purchased": 1,
        "trial_type": None,
        "trial_expiry": None,
        "paid": edition != "free",
        "paid_type": paid_type,
    }
    assert details() == license_details
    if edition != "free":
        license_details |= {"paid": False, "paid_type": "free", "trial_type": paid_type}
        license_details["trial_expiry"] = iso(made_at(org) + 15 * 86_400, 0)
    assert details(trial=True) == license_details
    (later,) = org.get("/crm/v7/org").json()["org"]
    assert later["license_details"]["trial_action"] == (None if edition == "free" else "Update Evaluation")
    assert details(trial=False, bundle_paid_type="bundle")["paid_type"] == edition


def test_the_edition_is_the_one_that_limits_go_by(application: Application) -> None:
    org = application.org({"org": {"edition": "enterprise"}})
    with application.registry.using(org.name) as state:
        state.change_settings({"edition": "free"})
    license_details = org.get("/crm/v2/org").json()["org"][0]["license_details"]
    assert (license_details["paid"], license_details["paid_type"]) == (False, "free")
