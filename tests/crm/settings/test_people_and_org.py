"""Modules and fields by their names, layouts, related lists, territories, profiles, roles, users, features."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockcrm.core.clock import iso
from mockcrm.core.versions import VERSIONS, ApiVersion
from tests.support.application import ADMIN, BASE, Application, OrgApi, assert_response, error
from tests.support.for_each import for_each

EMEA, UK = "554023000000430409", "554023000000430410"
SUPPORT = "554023000000026099"
REP = "554023000000235011"
OLD, LATER = ("v2", "v2.1"), ("v3", "v4", "v5", "v6", "v7", "v8")
AFTER_V2 = ("v2.1", *LATER)
FIXTURE: dict[str, Any] = {
    "roles": [{"id": "554023000000026050", "name": "Rep", "reports_to": "Manager"}],
    "profiles": [
        {
            "id": SUPPORT,
            "name": "Support",
            "modules": {"Leads": {"deny": ["create", "mass_update"]}, "Deals": {"deny": ["update"]}},
            "fields": {"Leads": {"Rating": "hidden"}},
        }
    ],
    "users": [
        {"id": REP, "email": "rep@zylker.example", "full_name": "Rep Boyle", "profile": "Support", "role": "Rep"}
    ],
    "clients": [{"client_id": "1000.T", "client_secret": "s", "tokens": [{"user": "rep@zylker.example"}]}],
    "modules": {
        "Clients": {
            "id": "554023000000700001",
            "singular_label": "Client",
            "plural_label": "Clients",
            "fields": [
                {"id": "554023000000700101", "api_name": "Account", "data_type": "lookup", "lookup": "Accounts"},
                {"id": "554023000000700102", "api_name": "Payer", "data_type": "lookup", "lookup": "Accounts"},
                {
                    "id": "554023000000700103",
                    "api_name": "Partners",
                    "data_type": "multiselectlookup",
                    "lookup": "Accounts",
                },
                {"id": "554023000000700104", "api_name": "Visits", "data_type": "subform"},
            ],
        }
    },
    "territories": [{"id": EMEA, "name": "EMEA"}, {"id": UK, "name": "Great Britain", "parent": "EMEA"}],
}


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def made(org: OrgApi) -> str:
    (row,) = (row for row in org.application.registry.rows() if row.name == org.name)
    return iso(row.created_time, 0)


def read(org: OrgApi, path: str, version: str = "v2", **params: str) -> list[dict[str, Any]]:
    """The items of a list, or the one of a single form."""
    response = org.get(f"/crm/{version}/{path}", **params)
    assert response.status_code == 200, response.text
    found = response.json()
    key = next(key for key in found if key != "info")
    return list(found[key])


# -- one module, one field ---------------------------------------------------------------------------------------


@for_each("version", VERSIONS)
def test_one_module_has_the_keys_of_the_list_and_more(org: OrgApi, version: str) -> None:
    for listed in read(org, "settings/modules", version):
        (whole,) = read(org, f"settings/modules/{listed['api_name']}", version)
        assert whole.items() >= listed.items()


def test_one_module_brings_its_default_view_along(org: OrgApi) -> None:
    (lead,) = read(org, "settings/modules/Leads")
    columns = ["Full_Name", "Company", "Email", "Phone", "Lead_Source", "Owner"]
    view = lead.pop("custom_view")
    assert (view["system_name"], view["fields"]) == ("ALLVIEWS", columns)
    assert {key: lead[key] for key in lead.keys() - read(org, "settings/modules")[0].keys()} == {
        "kanban_view": False,
        "kanban_view_supported": True,
        "filter_status": True,
        "related_list_properties": {"sort_by": None, "fields": columns, "sort_order": None},
        "per_page": 10,
        "$properties": [],
        "display_field": "Full_Name",
        "search_layout_fields": columns,
        "territory": None,
    }


def test_what_versions_add_to_one_module(org: OrgApi) -> None:
    def added(version: str, module: str = "Leads") -> dict[str, Any]:
        (whole,) = read(org, f"settings/modules/{module}", version)
        listed = next(item for item in read(org, "settings/modules", version) if item["api_name"] == module)
        known = {"kanban_view", "kanban_view_supported", "filter_status", "related_list_properties", "per_page"}
        known |= {"$properties", "display_field", "search_layout_fields", "custom_view"}
        return {key: value for key, value in whole.items() if key not in known | listed.keys()}

    columns = ["Full_Name", "Company", "Email", "Phone", "Lead_Source", "Owner"]
    ids = {item["api_name"]: item["id"] for item in read(org, "settings/fields", module="Leads")}
    fields = [{"sequence_number": number, "api_name": name, "id": ids[name]} for number, name in enumerate(columns, 1)]
    assert added("v2") == {"territory": None}
    since_v2_1 = {"$on_demand_properties": ["$blocked_reason"]}
    assert added("v2.1") == added("v4") == {"territory": None, **since_v2_1}
    since_v5 = {
        **since_v2_1,
        "activity_badge": "Enabled",
        "$field_states": ["convert_scheduler"],
        "lookup_field_properties": {"fields": fields},
    }
    assert added("v5") == {"territory": None, **since_v5}
    since_v6 = {**since_v5, "chart_view": False, "chart_view_supported": True}
    assert added("v6") == added("v7") == {"territory": None, **since_v6}
    assert added("v8") == since_v6
    notes = added("v8", "Notes")
    assert (notes["$field_states"], notes["chart_view_supported"], notes["activity_badge"]) == ([], False, "Disabled")


@pytest.mark.parametrize(
    ("version", "name", "message", "details"),
    [
        ("v2", "Nothing", "the module name given seems to be invalid", {}),
        ("v3", "Activities", "the module name given seems to be invalid", {"resource_path_index": 2}),
        ("v7", "Documents", "The given module is not supported in API", {"resource_path_index": 2}),
    ],
)
def test_an_unknown_module(org: OrgApi, version: str, name: str, message: str, details: dict[str, object]) -> None:
    response = org.get(f"/crm/{version}/settings/modules/{name}")
    assert response.status_code == 400
    assert response.json() == error("INVALID_MODULE", message, details)


def test_module_outside_the_api_in_v8(org: OrgApi) -> None:
    item = error("NOT_SUPPORTED", "the given module is not supported in api")
    assert_response(org.get("/crm/v8/settings/modules/Documents"), 400, item, "MODULE_NOT_IN_API")


def test_unknown_status_of_modules_in_v8(org: OrgApi) -> None:
    supported = ["visible", "user_hidden", "system_hidden", "scheduled_for_deletion"]
    for status, index in (("gone", 0), ("visible,gone", 1)):
        details = {"index": index, "supported_values": supported, "param_name": "status"}
        item = error("INVALID_DATA", "The status given is invalid.", details)
        response = org.get("/crm/v8/settings/modules", status=status)
        assert_response(response, 400, item, "PATTERN_NOT_MATCHED")


@pytest.mark.parametrize("version", VERSIONS)
def test_one_field_is_as_in_the_list(org: OrgApi, version: str) -> None:
    for item in read(org, "settings/fields", version, module="Clients"):
        assert read(org, f"settings/fields/{item['id']}", version, module="Clients") == [item]


def invalid_id(version: str, index: int = 2) -> dict[str, Any]:
    details = {} if version == "v2" else {"resource_path_index": index}
    return error("INVALID_DATA", "the id given seems to be invalid", details)


@for_each("version", ["v2", "v2.1", "v8"])
@for_each(
    ("path", "index"),
    [
        ("settings/fields/{}?module=Leads", 2),
        ("settings/layouts/{}?module=Leads", 2),
        ("settings/related_lists/{}?module=Leads", 2),
        ("settings/territories/{}", 2),
        ("settings/profiles/{}", 2),
        ("settings/roles/{}", 2),
        ("users/{}", 1),
    ],
)
def test_an_unknown_id(org: OrgApi, version: str, path: str, index: int) -> None:
    for number in ("5", "x", "99999999999999999999", EMEA.replace("0", "9")):
        response = org.send("GET", f"/crm/{version}/{path.format(number)}")
        item = invalid_id(version, index)
        if (version, "profiles" in path) == ("v8", True):
            item["message"] += " or already deleted"
        assert_response(response, 400, item, "INVALID_PATH_ID")


def test_a_hidden_field_is_unknown(org: OrgApi) -> None:
    fields = {item["api_name"]: item["id"] for item in read(org, "settings/fields", module="Leads")}
    response = org.entry_of(1).get(f"/crm/v2/settings/fields/{fields['Rating']}", module="Leads")
    assert_response(response, 400, invalid_id("v2"), "INVALID_PATH_ID")


@for_each(
    "path", ["fields/5", "layouts", "layouts/5", "related_lists", "related_lists/5", "custom_views", "custom_views/5"]
)
def test_module_is_mandatory(org: OrgApi, path: str) -> None:
    response = org.get(f"/crm/v2/settings/{path}")
    message = "One of the expected parameter is missing"
    assert_response(
        response,
        400,
        error("REQUIRED_PARAM_MISSING", message, {"param_name": "module"}),
        "REQUIRED_PARAM_MISSING",
    )


# -- layouts -----------------------------------------------------------------------------------------------------


def layout(org: OrgApi, module: str, version: str) -> dict[str, Any]:
    (item,) = read(org, "settings/layouts", version, module=module)
    assert read(org, f"settings/layouts/{item['id']}", version, module=module) == [item]
    return item


@for_each("version", VERSIONS)
def test_the_sections_of_a_layout_hold_every_field_once(org: OrgApi, version: str) -> None:
    for module in read(org, "settings/modules", version):
        name = module["api_name"]
        fields = {item["api_name"]: item for item in read(org, "settings/fields", version, module=name)}
        sections = layout(org, name, version)["sections"]
        assert len({section["sequence_number"] for section in sections}) == len(sections)
        placed = []
        for section in sections:
            assert [item["sequence_number"] for item in section["fields"]] == list(range(1, len(section["fields"]) + 1))
            for item in section["fields"]:
                placed.append(item["api_name"])
                known = fields[item["api_name"]]
                if version == "v8":
                    known["pick_list_values"] = [{**value, "maps": []} for value in known["pick_list_values"]]
                assert item == {
                    **known,
                    "required": known["system_mandatory"],
                    "sequence_number": item["sequence_number"],
                }
                assert item["section_id"] == section["sequence_number"]
        assert sorted(placed) == sorted(fields)


def mapped_deal_fields() -> list[dict[str, Any]]:
    return [
        {"api_name": name, "field_label": label, "id": str(BASE + number), "required": required}
        for name, label, number, required in (
            ("Amount", "Amount", 103_005, False),
            ("Deal_Name", "Deal Name", 103_002, True),
            ("Closing_Date", "Closing Date", 103_006, False),
            ("Stage", "Stage", 103_008, True),
        )
    ]


def test_the_layout_of_leads_in_v2(org: OrgApi) -> None:
    item = layout(org, "Leads", "v2")
    sections = item.pop("sections")
    assert item == {
        "created_time": None,
        "convert_mapping": {
            "Accounts": {"name": "Standard", "id": "554023000000091057"},
            "Contacts": {"name": "Standard", "id": "554023000000091059"},
            "Deals": {"name": "Standard", "id": "554023000000091061", "fields": mapped_deal_fields()},
        },
        "modified_time": None,
        "visible": True,
        "created_for": None,
        "name": "Standard",
        "modified_by": None,
        "profiles": [
            {"default": True, "name": "Administrator", "id": str(BASE + 26011)},
            {"default": True, "name": "Standard", "id": str(BASE + 26014)},
            {"default": True, "name": "Support", "id": SUPPORT},
        ],
        "id": "554023000000091055",
        "created_by": None,
        "status": 0,
    }
    assert [section["name"] for section in sections] == [
        "Lead Information",
        "Address Information",
        "Description Information",
    ]
    assert [field["api_name"] for field in sections[1]["fields"]] == ["Street", "City", "State", "Zip_Code", "Country"]
    del sections[1]["fields"]
    assert sections[1] == {
        "display_label": "Address Information",
        "sequence_number": 2,
        "isSubformSection": False,
        "tab_traversal": 0,
        "api_name": "Address Information",
        "column_count": 2,
        "name": "Address Information",
        "generated_type": "default",
        "properties": None,
    }


def test_what_versions_add_to_a_layout(org: OrgApi) -> None:
    found = {version: layout(org, "Deals", version) for version in VERSIONS}
    assert [item["status"] for item in found.values()] == [0, 0, *["active"] * 6]
    v2, v21, v4, v5, v8 = (found[version] for version in ("v2", "v2.1", "v4", "v5", "v8"))
    assert {key: v21[key] for key in v21.keys() - v2.keys()} == {"show_business_card": True}
    assert v4.keys() == v21.keys()
    assert {key: v5[key] for key in v5.keys() - v4.keys()} == {
        "has_more_profiles": False,
        "display_label": "Standard",
        "api_name": "Standard__s",
        "source": "crm",
        "generated_type": "system",
        "actions_allowed": {
            "edit": True,
            "rename": True,
            "clone": True,
            "downgrade": False,
            "delete": False,
            "deactivate": False,
            "set_layout_permissions": True,
        },
    }
    assert v8.keys() == v5.keys()


@for_each("version", VERSIONS)
def test_profiles_of_a_layout_have_a_default_view_from_v5_on(org: OrgApi, version: str) -> None:
    item = layout(org, "Deals", version)
    support: dict[str, Any] = {"default": True, "name": "Support", "id": SUPPORT}
    if VERSIONS[version] >= ApiVersion.V5:
        view = {"name": "Standard", "id": item["id"], "type": "layout"}
        support |= {"_default_view": view, "_default_assignment_view": view}
    assert item["profiles"][2] == support


@for_each("version", VERSIONS)
def test_sections_of_a_layout_by_version(org: OrgApi, version: str) -> None:
    number = VERSIONS[version]
    sections = layout(org, "Deals", version)["sections"]
    expected: dict[str, Any] = {
        "display_label": "Deal Information",
        "sequence_number": 1,
        "isSubformSection": False,
        "tab_traversal": 0 if number <= ApiVersion.V5 else "left_to_right",
        "api_name": "Deal_Information" if version == "v8" else "Deal Information",
        "column_count": 2,
        "name": "Deal Information",
        "generated_type": "default",
        "properties": None,
    }
    if number >= ApiVersion.V2_1:
        expected["type"] = "used"
    if number >= ApiVersion.V3:
        expected["id"] = str(BASE + 480_000_000_000 + 218_101)
    if number >= ApiVersion.V7:
        expected["mode"] = "default_create"
    if version == "v8":
        actions = ("add_field", "rename", "change_tab_traversal", "reorder", "delete", "remove_field")
        expected["actions_allowed"] = {**dict.fromkeys(actions, True), "change_column_count": True}
    assert {key: value for key, value in sections[0].items() if key != "fields"} == expected


@for_each("version", [version for version in VERSIONS if VERSIONS[version] >= ApiVersion.V3])
def test_every_section_has_an_id_of_its_own(org: OrgApi, version: str) -> None:
    modules = [item["api_name"] for item in read(org, "settings/modules", version)]
    sections = [section for module in modules for section in layout(org, module, version)["sections"]]
    assert len({section["id"] for section in sections}) == len(sections)
    if version == "v8":
        for section in sections:
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,49}", section["api_name"])
    else:
        assert all(section["api_name"] == section["name"] for section in sections)


def test_what_quotes_and_sales_orders_become(org: OrgApi) -> None:
    invoice = {"display_label": "Standard", "name": "Standard", "id": str(BASE + 2225 + 88_880)}
    order = {**invoice, "id": str(BASE + 2221 + 88_880)}
    for version in ("v5", "v8"):
        mapping = layout(org, "Quotes", version)["convert_mapping"]
        assert mapping == {"SalesOrders": order, "Invoices": invoice}
        assert layout(org, "Sales_Orders", version)["convert_mapping"] == {"Invoices": invoice}
        assert layout(org, "Invoices", version)["convert_mapping"] is None
        assert layout(org, "Leads", version)["convert_mapping"]["Deals"] == {
            "display_label": "Standard",
            "name": "Standard",
            "id": "554023000000091061",
            "fields": mapped_deal_fields(),
        }
    assert layout(org, "Quotes", "v4")["convert_mapping"] is None


def test_the_layout_of_a_custom_module_has_its_subform_as_a_section(org: OrgApi) -> None:
    item = layout(org, "Clients", "v8")
    assert (item["created_by"], item["created_time"]) == (ADMIN, made(org))
    subform = next(section for section in item["sections"] if section["isSubformSection"])
    assert [field["api_name"] for field in subform["fields"]] == ["Visits"]
    assert subform["properties"] == {"reorder_rows": True, "maximum_rows": 100, "tooltip": None}
    assert (subform["generated_type"], subform["api_name"]) == ("custom", "Visits")
    assert subform["actions_allowed"]["change_column_count"] is False
    ordered = next(section for section in layout(org, "Sales_Orders", "v7")["sections"] if section["isSubformSection"])
    assert (ordered["generated_type"], ordered["api_name"]) == ("default", "Ordered Items")


def test_a_layout_shows_what_the_profile_sees(org: OrgApi) -> None:
    def names(seen_by: OrgApi) -> set[str]:
        sections = layout(seen_by, "Leads", "v2")["sections"]
        return {field["api_name"] for section in sections for field in section["fields"]}

    assert names(org) - names(org.entry_of(1)) == {"Rating"}


# -- related lists -----------------------------------------------------------------------------------------------


def related(org: OrgApi, module: str, version: str) -> dict[str, dict[str, Any]]:
    items = read(org, "settings/related_lists", version, module=module)
    for item in items:
        assert read(org, f"settings/related_lists/{item['id']}", version, module=module) == [item]
    assert len({item["id"] for item in items}) == len(items)
    assert [item["sequence_number"] for item in items] == [str(number) for number in range(1, len(items) + 1)]
    assert len({item["api_name"] for item in items}) == len(items)
    return {item["api_name"]: item for item in items}


def test_related_lists_are_notes_attachments_activities_and_lookups(org: OrgApi) -> None:
    assert list(related(org, "Accounts", "v2")) == [
        "Notes",
        "Attachments",
        "Activities",
        "Activities_History",
        "Accounts",
        "Contacts",
        "Deals",
        "Cases",
        "Quotes",
        "Sales_Orders",
        "Invoices",
        "Clients",
        "Clients_Payer",
        "Clients_Partners",
    ]
    assert list(related(org, "Accounts", "v8"))[2:5] == ["Tasks", "Events", "Calls"]


def test_a_related_list_in_v2_and_later(org: OrgApi) -> None:
    old, later = (related(org, "Accounts", version)["Clients_Partners"] for version in ("v2", "v7"))
    assert old == {
        "id": str(BASE + 400_000_000_000 + 700_103),
        "sequence_number": "14",
        "display_label": "Clients (Partners)",
        "api_name": "Clients_Partners",
        "module": "Clients",
        "name": "Clients (Partners)",
        "action": None,
        "href": "Accounts/{ENTITYID}/Clients_Partners",
        "type": "multiselectlookup",
        "connectedmodule": "Clients",
        "linkingmodule": "Clients_X_Partners",
    }
    assert later == {
        **old,
        "sequence_number": "16",
        "module": {"api_name": "Clients", "id": "554023000000700001"},
        "customize_fields": True,
        "customize_sort": True,
        "customize_display_label": True,
        "sort_by": None,
        "sort_order": None,
        "fields": None,
        "status": "visible",
    }
    lists = related(org, "Accounts", "v2")
    assert {name: lists[name]["type"] for name in ("Notes", "Contacts", "Clients", "Clients_Payer")} == {
        "Notes": "default",
        "Contacts": "default",
        "Clients": "custom_lookup",
        "Clients_Payer": "custom_lookup",
    }


@for_each("version", VERSIONS)
def test_every_module_has_related_lists_but_notes_and_attachments(org: OrgApi, version: str) -> None:
    for module in read(org, "settings/modules", version):
        if module["api_name"] in ("Notes", "Attachments"):
            response = org.get(f"/crm/{version}/settings/related_lists", module=module["api_name"])
            assert (response.status_code, response.content) == (204, b"")
        else:
            assert {"Notes", "Attachments"} <= related(org, module["api_name"], version).keys()


# -- territories -------------------------------------------------------------------------------------------------


def territory(org: OrgApi, **more: object) -> dict[str, Any]:
    return {
        "created_time": made(org),
        "modified_time": made(org),
        "manager": None,
        "name": "Great Britain",
        "modified_by": ADMIN,
        "description": None,
        "id": UK,
        "created_by": ADMIN,
        **more,
    }


def test_territories_in_v2_name_their_parent_by_its_id(org: OrgApi) -> None:
    assert read(org, f"settings/territories/{UK}") == [territory(org, parent_id=EMEA, criteria=None)]
    response = org.get("/crm/v2/settings/territories").json()
    assert response.keys() == {"territories"}
    assert [(item["id"], item["parent_id"]) for item in response["territories"]] == [(EMEA, None), (UK, EMEA)]


@for_each("version", AFTER_V2)
def test_territories_after_v2_report_to_another(org: OrgApi, version: str) -> None:
    later = territory(
        org,
        api_name="Great_Britain",
        permission_type="read_write_delete",
        reporting_to={"name": "EMEA", "id": EMEA},
        account_rule_criteria=None,
        lead_rule_criteria=None,
        deal_rule_criteria=None,
    )
    assert read(org, f"settings/territories/{UK}", version) == [later]
    response = org.get(f"/crm/{version}/settings/territories", per_page="1", page="2").json()
    assert response == {
        "territories": [later],
        "info": {"per_page": 1, "count": 1, "page": 2, "more_records": False},
    }
    assert read(org, "settings/territories", version, per_page="2000")[0]["reporting_to"] is None


def test_the_territories_below_one(org: OrgApi) -> None:
    for version in ("v5", "v8"):
        response = org.get(f"/crm/{version}/settings/territories/{EMEA}/__child_territories")
        assert [item["id"] for item in response.json()["territories"]] == [UK]
        assert response.json()["info"] == {"per_page": 200, "count": 1, "page": 1, "more_records": False}
        none = org.get(f"/crm/{version}/settings/territories/{UK}/__child_territories")
        assert (none.status_code, none.content) == (204, b"")
    early = org.get(f"/crm/v4/settings/territories/{EMEA}/__child_territories")
    refused = error("API_NOT_SUPPORTED", "api not supported in this version", {"supported_version": "v5"})
    assert_response(early, 400, refused, "NOT_IN_THIS_VERSION")
    most = org.get(f"/crm/v5/settings/territories/{EMEA}/__child_territories", per_page="201")
    assert_response(most, 400, error("INVALID_DATA", "invalid data", {"param_name": "per_page"}), "INVALID_PARAM")


@for_each("version", VERSIONS)
def test_an_org_without_territories_has_the_feature_off(application: Application, version: str) -> None:
    bare = application.org()
    paths = ["settings/territories", f"settings/territories/{UK}"]
    if VERSIONS[version] >= ApiVersion.V5:
        paths.append(f"settings/territories/{UK}/__child_territories")
    for path in paths:
        response = bare.get(f"/crm/{version}/{path}")
        if version == "v2":
            assert_response(response, 204, None)
        elif version == "v8":
            refused = error("FEATURE_NOT_ENABLED", "Territory Management is not enabled")
            assert_response(response, 400, refused, "TERRITORY_NOT_ENABLED")
        else:
            refused = error("TERRITORY_NOT_ENABLED", "the territory feature is not enabled")
            assert_response(response, 403, refused, "TERRITORY_NOT_ENABLED")


# -- profiles and roles ------------------------------------------------------------------------------------------


def test_profiles_in_v2_and_later(org: OrgApi) -> None:
    custom = {
        "display_label": "Support",
        "default": False,
        "created_time": made(org),
        "modified_time": made(org),
        "name": "Support",
        "modified_by": ADMIN,
        "description": None,
        "id": SUPPORT,
        "created_by": ADMIN,
    }
    stock = {
        **custom,
        "display_label": "Standard",
        "default": True,
        "created_time": None,
        "modified_time": None,
        "name": "Standard",
        "modified_by": None,
        "id": str(BASE + 26014),
        "created_by": None,
    }
    assert read(org, "settings/profiles")[1:] == [{**stock, "category": False}, {**custom, "category": True}]
    for version in AFTER_V2:
        names = [{"api_name": "Standard"}, {"api_name": "Support"}] if version == "v8" else [{}, {}]
        assert read(org, "settings/profiles", version)[1:] == [
            {**stock, "type": "normal_profile", "custom": False, **names[0]},
            {**custom, "type": "normal_profile", "custom": True, **names[1]},
        ]


@for_each("version", AFTER_V2)
def test_the_list_of_profiles_describes_its_page_in_v8(org: OrgApi, version: str) -> None:
    path = f"/crm/{version}/settings/profiles"
    page = org.get(path, page=2, per_page=1).json()
    info = {"per_page": 1, "count": 1, "page": 2, "more_records": True}
    assert page.get("info") == (info if version == "v8" else None)
    place = {"param_name": "type"}
    text = "Please check whether the input values are correct"
    item = (
        error("INVALID_DATA", "invalid data", place) if version == "v8" else error("PATTERN_NOT_MATCHED", text, place)
    )
    assert_response(org.get(path, type="x"), 400, item, "PATTERN_NOT_MATCHED")


@for_each("version", VERSIONS)
def test_permissions_are_what_the_profile_does_not_deny(org: OrgApi, version: str) -> None:
    (profile,) = read(org, f"settings/profiles/{SUPPORT}", version)
    off = {item["name"] for item in profile["permissions_details"] if not item["enabled"]}
    assert off == {
        "Crm_Implied_Create_Leads",
        "Crm_Implied_Mass_Update_Leads",
        "Crm_Implied_Edit_Deals",
        "Crm_Implied_Mass_Update_Deals",
        "MASSTRANSFER_Deals",
    }
    (section,) = profile["sections"]
    shared_out = [number for category in section["categories"] for number in category["permissions_details"]]
    assert shared_out == [item["id"] for item in profile["permissions_details"]]
    assert len(set(shared_out)) == len(shared_out)
    clients = next(category for category in section["categories"] if category["name"] == "Clients")
    names = {item["id"]: item["name"] for item in profile["permissions_details"]}
    assert [names[number] for number in clients["permissions_details"]] == [
        "Crm_Implied_View_Clients",
        "Crm_Implied_Create_Clients",
        "Crm_Implied_Edit_Clients",
        "Crm_Implied_Delete_Clients",
        "Crm_Implied_Mass_Update_Clients",
        "Crm_Implied_Mass_Delete_Clients",
        "MASSTRANSFER_Clients",
    ]
    (everything,) = read(org, f"settings/profiles/{BASE + 26011}", version)
    assert all(item["enabled"] for item in everything["permissions_details"])


def test_roles_in_v2_and_later(org: OrgApi) -> None:
    manager = {"name": "Manager", "id": str(BASE + 26008)}
    rep = {
        "display_label": "Rep",
        "forecast_manager": None,
        "share_with_peers": False,
        "name": "Rep",
        "description": None,
        "id": "554023000000026050",
        "reporting_to": manager,
    }
    for version in OLD:
        items = read(org, "settings/roles", version)
        assert items[2] == {**rep, "admin_user": False}
        assert [(item["name"], item["admin_user"]) for item in items] == [
            ("CEO", True),
            ("Manager", False),
            ("Rep", False),
        ]
        assert read(org, "settings/roles/554023000000026050", version) == [items[2]]
    for version in LATER:
        stamps = {
            "created_by__s": ADMIN,
            "modified_by__s": ADMIN,
            "created_time__s": made(org),
            "modified_time__s": made(org),
        }
        assert read(org, "settings/roles/554023000000026050", version) == [{**rep, **stamps}]
        assert read(org, "settings/roles", version)[0]["reporting_to"] is None


# -- users, features ---------------------------------------------------------------------------------------------


@for_each("version", VERSIONS)
def test_one_user_is_as_in_the_list(org: OrgApi, version: str) -> None:
    for item in read(org, "users", version):
        response = org.get(f"/crm/{version}/users/{item['id']}")
        assert response.json() == {"users": [item]}


def test_features_from_v6_on(org: OrgApi) -> None:
    limits = {"limits": {"edition_limit": 10, "total": 10}}
    first = {
        "api_name": "global_picklists",
        "feature_label": "Global Picklists",
        "parent_feature": None,
        "module_supported": False,
        "details": limits,
        "components": [
            {
                "api_name": "global_picklist_per_module",
                "feature_label": "Global Picklist Per Module",
                "module_supported": False,
                "details": {"limits": {"edition_limit": 7, "total": 7}},
            }
        ],
    }
    for version in ("v6", "v7", "v8"):
        response = org.get(f"/crm/{version}/__features", api_names="global_picklists,nothing")
        info = {"per_page": 200, "count": 1, "page": 1, "more_records": False}
        assert response.json() == {"__features": [first], "info": info}
    assert org.get("/crm/v8/__features", api_names="nothing").status_code == 204
    of_module = read(org, "__features", "v8", module="Leads")
    assert [item["module_supported"] for item in of_module] == [True, True]
    refused = error("API_NOT_SUPPORTED", "api not supported in this version", {"supported_version": "v6"})
    assert_response(org.get("/crm/v5/__features"), 400, refused, "NOT_IN_THIS_VERSION")


SCOPES = {
    "settings/layouts?module=Leads": "settings.layouts.READ",
    "settings/custom_views?module=Leads": "settings.custom_views.READ",
    "settings/related_lists?module=Leads": "settings.related_lists.READ",
    "settings/territories": "settings.territories.READ",
    "settings/profiles": "settings.profiles.READ",
    "settings/roles": "settings.roles.READ",
    "settings/modules/Leads": "settings.modules.READ",
    f"users/{BASE + 150013}": "users.READ",
    "__features": "features.READ",
}


def test_each_resource_has_its_own_scope(application: Application) -> None:
    tokens = [{"user": "admin@mockcrm.example", "scopes": [f"ZohoCRM.{scope}"]} for scope in SCOPES.values()]
    clients = [{"client_id": "1000.T", "client_secret": "s", "tokens": tokens}]
    org = application.org({"clients": clients, "territories": FIXTURE["territories"]})
    for number, path in enumerate(SCOPES, 1):
        for other in SCOPES:
            response = org.entry_of(number).send("GET", f"/crm/v8/{other}")
            assert response.status_code == (200 if other == path else 401), (path, other)


def test_unknown_paths_below_settings_are_unknown(org: OrgApi) -> None:
    for path in ("settings/nothing", "settings/layouts/5/nothing", "users/5/actions/x", "__features/profiles/x"):
        response = org.get(f"/crm/v8/{path}")
        assert response.status_code == 404
        assert response.headers["x-mockcrm-note"] == "not a path that mockcrm knows, see /_mockcrm/coverage"
