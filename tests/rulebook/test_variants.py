"""Other ways to the same rows: what a row's trigger names beside the set-up of the docs."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.versions import ApiVersion
from tests.rulebook.cases import EXPECTED, control
from tests.support.application import Application, OrgApi, assert_response
from tests.support.for_each import for_each

VERSIONS = [ApiVersion.V2, ApiVersion.V2_1, ApiVersion.V7, ApiVersion.V8]
LEADS_VIEW, DEALS_VIEW, MINE, EMPTY = "2001", "2002", "2003", "2004"
CITY = [{"City": "Pune"}]
FIXTURE: dict[str, Any] = {
    "profiles": [
        {"name": "No Leads", "modules": {"Leads": {"deny": ["update"]}}},
        {"name": "No Clients", "modules": {"Clients": {"deny": ["mass_update", "read"]}}},
        {"name": "No Schedule", "modules": {"Leads": {"deny": ["schedule_mass_update", "mass_update_status"]}}},
    ],
    "users": [
        {"email": "leads@x.example", "profile": "No Leads"},
        {"email": "clients@x.example", "profile": "No Clients"},
        {"email": "schedule@x.example", "profile": "No Schedule"},
        {"email": "rep@x.example"},
    ],
    "modules": {
        "Leads": {
            "fields": [
                {"api_name": "Serial", "data_type": "text", "unique": True},
                {"api_name": "Sum", "data_type": "formula"},
                {"api_name": "Number", "data_type": "autonumber"},
                {"api_name": "Kept", "data_type": "text", "read_only": True},
                {"api_name": "Lasting", "data_type": "text", "mass_update": False},
                {"api_name": "Essay", "data_type": "textarea"},
                {"api_name": "Friend", "data_type": "lookup", "lookup": "Contacts"},
            ]
        },
        "Clients": {
            "singular_label": "Client",
            "plural_label": "Clients",
            "fields": [{"api_name": "Tier", "data_type": "picklist", "pick_list_values": ["A"]}],
        },
    },
    "custom_views": [
        {"id": LEADS_VIEW, "module": "Leads", "name": "Every Lead"},
        {"id": DEALS_VIEW, "module": "Deals", "name": "Every Deal"},
        {"id": MINE, "module": "Leads", "name": "Mine", "shared_with": ["rep@x.example"]},
        {
            "id": EMPTY,
            "module": "Leads",
            "name": "None",
            "criteria": {"comparator": "equal", "field": "Last_Name", "value": "Nobody"},
        },
    ],
    "territories": [{"id": "3001", "name": "EMEA"}, {"id": "3002", "name": "UK", "parent": "EMEA"}],
    "records": {
        "Leads": [{"id": "1001", "fields": {"Last_Name": "Boyle"}}],
        "Contacts": [{"id": "1002", "fields": {"Last_Name": "Boyle"}}],
        "Clients": [{"id": "1003", "fields": {"Name": "Zylker"}}],
    },
}


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def signed_in(org: OrgApi, user: str | None = None, scopes: list[str] | None = None) -> dict[str, str]:
    body = {key: value for key, value in (("user", user), ("scopes", scopes)) if value is not None}
    token = control(org.application, "POST", f"/orgs/{org.name}/tokens", body)["access_token"]
    return {"Authorization": f"Zoho-oauthtoken {token}"}


def expected(name: str, version: ApiVersion, details: dict[str, Any] | None = None) -> tuple[int, dict[str, Any], str]:
    """The row's own expectation with other details (json_path is that of v2.1 and later)."""
    status, body = EXPECTED[name].responses[version]
    if details is not None:
        if version is ApiVersion.V2:
            details = {key: value for key, value in details.items() if key != "json_path"}
        item = {**(body["data"][0] if "data" in body else body), "details": details}
        body = {"data": [item]} if "data" in body else item
    return status, body, name


@for_each(
    "field",
    [
        *("Email", "Owner", "Layout", "Description", "Created_Time", "Modified_By", "Tag", "id", "Last_Activity_Time"),
        *("Serial", "Sum", "Number", "Kept", "Lasting", "Essay", "Friend", "Nothing", "city", "$approved"),
    ],
)
def test_fields_that_may_not_be_mass_updated(org: OrgApi, field: str) -> None:
    details = {"api_name": field, "json_path": f"$.data[0].{field}"}
    for version in VERSIONS:
        body = {"data": [{field: "x"}], "ids": ["1001"]}
        response = org.mass_update("Leads", body, version.label)
        assert_response(response, *expected("FIELD_NOT_ALLOWED", version, details))


@for_each("version", VERSIONS)
def test_line_items_and_lookups_of_other_modules(org: OrgApi, version: ApiVersion) -> None:
    for module, field in (("Deals", "Account_Name"), ("Contacts", "Reporting_To"), ("Price_Books", "Pricing_Details")):
        details = {"api_name": field, "json_path": f"$.data[0].{field}"}
        response = org.mass_update(module, {"data": [{field: "1"}], "ids": ["1001"]}, version.label)
        assert_response(response, *expected("FIELD_NOT_ALLOWED", version, details))


@for_each("version", VERSIONS)
def test_deals_take_three_fields(org: OrgApi, version: ApiVersion) -> None:
    values: dict[str, Any] = {"Next_Step": "a", "Type": "b", "Lead_Source": "c"}
    response = org.mass_update("Deals", {"data": [values], "ids": ["999"]}, version.label)
    assert response.headers["x-mockcrm-rule"] == "INVALID_RECORD_ID"
    response = org.mass_update("Deals", {"data": [{**values, "Amount": 1}], "ids": ["999"]}, version.label)
    assert_response(response, *expected("MAX_FIELD_LIMIT", version))


@for_each("version", VERSIONS)
def test_no_field_and_neither_ids_nor_cvid(org: OrgApi, version: ApiVersion) -> None:
    for body in ({"data": [], "ids": ["1001"]}, {"data": [{}], "cvid": LEADS_VIEW}, {"data": [], "cvid": LEADS_VIEW}):
        assert_response(org.mass_update("Leads", body, version.label), *expected("NO_FIELD_FOUND", version))
    for more in ({}, {"ids": []}, {"ids": None, "cvid": None}, {"territory": {"id": "3001"}}):
        response = org.mass_update("Leads", {"data": CITY, **more}, version.label)
        assert_response(response, *expected("NEITHER_IDS_NOR_CVID", version))


@for_each("version", VERSIONS)
def test_more_than_five_hundred_ids(org: OrgApi, version: ApiVersion) -> None:
    body = {"data": CITY, "ids": ["1001"] * 501}
    assert_response(org.mass_update("Leads", body, version.label), *expected("LIMIT_EXCEEDED", version))


@for_each("version", VERSIONS)
def test_views_of_others(org: OrgApi, version: ApiVersion) -> None:
    for view in (DEALS_VIEW, MINE):
        response = org.mass_update("Leads", {"data": CITY, "cvid": view}, version.label)
        assert_response(response, *expected("VIEW_NOT_ACCESSIBLE", version))
    for unknown in ("999", "abc", 999, "1001", "0"):
        response = org.mass_update("Leads", {"data": CITY, "cvid": unknown}, version.label)
        assert_response(response, *expected("INVALID_CVID", version))


@for_each("version", VERSIONS)
def test_empty_views_and_territories(org: OrgApi, version: ApiVersion) -> None:
    for more in (
        {"cvid": EMPTY},
        {"cvid": LEADS_VIEW, "territory": {"id": "3002"}},
        {"cvid": LEADS_VIEW, "territory": {"id": 3001, "include_child": True}},
        {
            "cvid": LEADS_VIEW,
            "criteria": {"comparator": "equal", "field": "Last_Name", "value": "Nobody"},
        },
    ):
        response = org.mass_update("Leads", {"data": CITY, **more}, version.label)
        assert_response(response, *expected("NO_RECORDS_FOUND", version))


def test_ids_exclude_a_territory_in_v8_alone(org: OrgApi) -> None:
    body = {"data": CITY, "ids": ["1001"], "territory": {"id": "3001"}}
    details = {"api_name": "territory", "json_path": "$.territory"}
    response = org.mass_update("Leads", body, "v8")
    assert_response(response, *expected("IDS_EXCLUDE_CVID", ApiVersion.V8, details))
    for version in ("v2", "v2.1", "v7"):
        for more in ({}, {"cvid": LEADS_VIEW}, {"cvid": "999"}):
            assert org.mass_update("Leads", {**body, **more}, version).json()["data"][0]["message"] == "record updated"


@for_each("version", VERSIONS)
def test_rights_of_a_module(org: OrgApi, version: ApiVersion) -> None:
    path = f"/crm/{version.label}/Leads/actions/mass_update"
    body = {"data": CITY, "ids": ["1001"]}
    response = org.send("POST", path, body, headers=signed_in(org, "leads@x.example"))
    assert_response(response, *expected("MASS_UPDATE_DENIED", version))
    scheduler = signed_in(org, "schedule@x.example")
    response = org.send("POST", path, {"data": CITY, "cvid": LEADS_VIEW}, headers=scheduler)
    assert_response(response, *expected("SCHEDULE_DENIED", version))
    assert_response(org.send("GET", f"{path}?job_id=1", headers=scheduler), *expected("STATUS_DENIED", version))
    other = org.send("GET", f"/crm/{version.label}/Deals/actions/mass_update?job_id=999", headers=scheduler)
    assert_response(other, *expected("NOT_FOUND", version))


@for_each("version", VERSIONS)
def test_custom_modules(org: OrgApi, version: ApiVersion) -> None:
    path = f"/crm/{version.label}/Clients/actions/mass_update"
    body = {"data": [{"Tier": "A"}], "ids": ["1003"]}
    assert org.send("POST", path, body).json()["data"][0]["message"] == "record updated"
    clients = signed_in(org, "clients@x.example")
    details = {} if version is ApiVersion.V2 else {"permissions": ["Crm_Implied_Mass_Update_Clients"]}
    response = org.send("POST", path, body, headers=clients)
    assert_response(response, *expected("MASS_UPDATE_DENIED", version, details))
    reading = {"permissions": ["Crm_Implied_View_Clients"]} if version is ApiVersion.V8 else {}
    assert_response(org.send("GET", f"{path}?job_id=1", headers=clients), *expected("READ_DENIED", version, reading))
    for scope in ("ZohoCRM.mass_update.leads.UPDATE", "ZohoCRM.mass_update.custom.READ", "ZohoCRM.modules.ALL"):
        response = org.send("POST", path, body, headers=signed_in(org, scopes=[scope]))
        assert_response(response, *expected("OAUTH_SCOPE_MISMATCH", version))
    for scope in ("ZohoCRM.mass_update.custom.UPDATE", "ZohoCRM.mass_update.Clients.UPDATE"):
        assert org.send("POST", path, body, headers=signed_in(org, scopes=[scope])).status_code == 200


@for_each("version", VERSIONS)
def test_records_of_other_modules_are_unknown(org: OrgApi, version: ApiVersion) -> None:
    response = org.mass_update("Leads", {"data": CITY, "ids": ["1002"]}, version.label)
    assert_response(response, *expected("INVALID_RECORD_ID", version, {"id": "1002"}))


@for_each("version", VERSIONS)
def test_unknown_jobs(application: Application, version: ApiVersion) -> None:
    org = application.org(FIXTURE)
    job = org.schedule("Leads", {"data": CITY, "cvid": LEADS_VIEW})
    assert org.status("Leads", job, version.label).status_code == 200
    unknown = ("999", "abc", "-1", str(2**63), "9" * 30)
    for module, job_id in (("Deals", job), *(("Leads", job_id) for job_id in unknown)):
        assert_response(org.status(module, job_id, version.label), *expected("NOT_FOUND", version))
    for params in ({}, {"job_id": ""}, {"jobid": job}):
        response = org.get(f"/crm/{version.label}/Leads/actions/mass_update", **params)
        assert_response(response, *expected("JOB_ID_MISSING", version))


@for_each("version", VERSIONS)
def test_status_needs_a_scope_of_its_own(org: OrgApi, version: ApiVersion) -> None:
    headers = signed_in(org, scopes=["ZohoCRM.mass_update.UPDATE"])
    response = org.send("GET", f"/crm/{version.label}/Leads/actions/mass_update?job_id=1", headers=headers)
    assert_response(response, *expected("OAUTH_SCOPE_MISMATCH", version))


@for_each("version", VERSIONS)
def test_unknown_modules(org: OrgApi, version: ApiVersion) -> None:
    for module in ("Leadz", "lead"):
        response = org.mass_update(module, {"data": CITY, "ids": ["1001"]}, version.label)
        assert_response(response, *expected("INVALID_MODULE", version))


@for_each("version", VERSIONS)
def test_values_and_criteria_that_do_not_fit(org: OrgApi, version: ApiVersion) -> None:
    response = org.mass_update("Leads", {"data": [{"City": "x" * 101}], "cvid": LEADS_VIEW}, version.label)
    details = {"maximum_length": 100, "api_name": "City", "json_path": "$.data[0].City"}
    assert_response(response, *expected("INVALID_VALUE", version, details))
    criteria = {"comparator": "equal", "field": "Nonsense", "value": 1}
    for given, path in ((criteria, "$.criteria.field"), ([criteria], "$.criteria[0].field")):
        response = org.mass_update("Leads", {"data": CITY, "cvid": LEADS_VIEW, "criteria": given}, version.label)
        assert_response(response, *expected("WRONG_TYPE", version, {"api_name": "field", "json_path": path}))


@for_each(
    "path",
    [
        "/",
        "/crm",
        "/crm/v2",
        "/crm/v2/Leads/actions/mass_updates",
        "/crm/vx/Leads",
        "/crm/2/Leads/1",
        "/crm/v2/settings/actions/mass_update",
    ],
)
def test_unknown_paths(org: OrgApi, path: str) -> None:
    assert_response(org.send("POST", path, {}), *expected("INVALID_URL_PATTERN", ApiVersion.V2))


@for_each("version", VERSIONS)
@for_each("module", ["Documents", "Projects"])
def test_modules_that_the_api_leaves_out(org: OrgApi, module: str, version: ApiVersion) -> None:
    responses = [
        org.mass_update(module, {"data": CITY, "ids": ["1001"]}, version.label),
        org.status(module, "1", version.label),
        org.get(f"/crm/{version.label}/{module}"),
    ]
    for response in responses:
        assert_response(response, *expected("MODULE_NOT_IN_API", version))


@for_each("verb", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
@for_each("version", VERSIONS)
def test_verbs_that_the_path_does_not_have(org: OrgApi, verb: str, version: ApiVersion) -> None:
    response = org.send(verb, f"/crm/{version.label}/Leads/actions/mass_update")
    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (400, "INVALID_REQUEST_METHOD")


@for_each(
    ("version", "name"),
    [
        ("v1", "API_VERSION_UNKNOWN"),
        ("v99", "API_VERSION_UNKNOWN"),
        ("v0", "API_VERSION_UNKNOWN"),
        ("v2.2", "API_VERSION_UNKNOWN"),
    ]
    + [(text, "INVALID_URL_PATTERN") for text in ("foo", "2", "V2", "v", "v2.1.1", "v\u0662", "v-2")],
)
def test_unknown_versions(org: OrgApi, version: str, name: str) -> None:
    response = org.get(f"/crm/{version}/Leads")
    status, body, rule = expected(name, ApiVersion.V2)
    if name == "API_VERSION_UNKNOWN":
        body = {**body, "message": body["message"].replace("version 1", f"version {version[1:]}")}
    assert_response(response, status, body, rule)


@for_each(
    "authorization",
    ["", "Zoho-oauthtoken", "Zoho-oauthtoken ", "Basic YTpi", "1000.token", "Zoho-oauthtoken\t"],
)
def test_invalid_authorization_headers(org: OrgApi, authorization: str) -> None:
    for version in VERSIONS:
        headers = {"Authorization": authorization}
        response = org.application.send("GET", f"/crm/{version.label}/Leads", headers=headers)
        assert_response(response, *expected("AUTHENTICATION_FAILURE", version))


@for_each("token", ["1000.nobody", "x" * 5000, "%00", "'; DROP TABLE token; --"])
def test_unknown_tokens(org: OrgApi, token: str) -> None:
    for version in VERSIONS:
        headers = {"Authorization": f"Zoho-oauthtoken {token}"}
        response = org.application.send("GET", f"/crm/{version.label}/Leads", headers=headers)
        assert_response(response, *expected("INVALID_TOKEN", version))
