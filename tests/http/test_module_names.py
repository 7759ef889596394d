"""Modules are named in any case, in paths and in parameters; responses have the catalog's spelling.

n8n's node writes `/leads`, `/purchase_orders` and `module=leads` throughout.
"""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.versions import ApiVersion
from tests.support.application import Application, OrgApi, assert_response, error
from tests.support.for_each import for_each

FIXTURE: dict[str, Any] = {
    "modules": {
        "Rented_Cars": {
            "singular_label": "Rented Car",
            "plural_label": "Rented Cars",
            "fields": [{"api_name": "Plate", "data_type": "text"}],
        }
    },
    "custom_views": [{"id": "2001", "module": "Leads", "name": "Every Lead"}],
    "records": {
        "Leads": [{"id": "1001", "fields": {"Last_Name": "Boyle", "City": "Pune"}}],
        "Purchase_Orders": [{"id": "1101", "fields": {"Subject": "Chairs"}}],
        "Rented_Cars": [{"id": "1201", "fields": {"Name": "Red", "Plate": "A 1"}}],
    },
}
SPELLINGS = [
    ("Leads", "leads"),
    ("Leads", "LEADS"),
    ("Purchase_Orders", "purchase_orders"),
    ("Rented_Cars", "rented_cars"),
    ("Rented_Cars", "Rented_cars"),
]
PATHS = [
    ("{m}", {"fields": "id"}),
    ("{m}", {"fields": "id", "cvid": "1"}),
    ("{m}/999", {}),
    ("{m}/search", {"word": "Boyle", "fields": "id"}),
    ("{m}/actions/count", {}),
    ("{m}/deleted", {}),
    ("{m}/actions/mass_update", {"job_id": "1"}),
    ("settings/modules/{m}", {}),
    ("settings/fields", {"module": "{m}"}),
    ("settings/layouts", {"module": "{m}"}),
    ("settings/custom_views", {"module": "{m}"}),
    ("settings/related_lists", {"module": "{m}"}),
    ("__features", {"module": "{m}"}),
]


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def fetch(org: OrgApi, version: ApiVersion, module: str, path: str, query: dict[str, str]) -> tuple[int, Any]:
    params = {name: value.format(m=module) for name, value in query.items()}
    response = org.get(f"/crm/{version.label}/{path.format(m=module)}", **params)
    return response.status_code, response.json() if response.content else None


@for_each("spelling", SPELLINGS)
@for_each("path, query", PATHS)
def test_reading_is_the_same_in_any_case(
    org: OrgApi, path: str, query: dict[str, str], spelling: tuple[str, str]
) -> None:
    name, written = spelling
    for version in (ApiVersion.V2, ApiVersion.V5, ApiVersion.V8):
        assert fetch(org, version, written, path, query) == fetch(org, version, name, path, query)


@for_each("version", list(ApiVersion))
def test_writing_and_mass_updating_in_lower_case(application: Application, version: ApiVersion) -> None:
    org, label = application.org(FIXTURE), version.label
    added = org.send("POST", f"/crm/{label}/rented_cars", {"data": [{"Name": "Blue", "Plate": "B 2"}]})
    assert added.status_code == 201
    new = added.json()["data"][0]["details"]["id"]
    body = {"data": [{"Plate": "C 3"}], "ids": [new, "1201"]}
    assert org.mass_update("rented_cars", body, label).status_code == 200
    assert [org.value(int(number), "Plate") for number in (new, 1201)] == ["C 3", "C 3"]
    assert org.send("PUT", f"/crm/{label}/rented_cars/{new}", {"data": [{"Plate": "D"}]}).status_code == 200
    assert org.send("DELETE", f"/crm/{label}/rented_cars/{new}").status_code == 200
    job = org.schedule("leads", {"data": [{"City": "Goa"}], "cvid": "2001"}, label)
    assert org.status("Leads", job, label).json() == org.status("LEADS", job, label).json()
    assert org.status("Leads", job, label).status_code == 200


def test_module_of_a_subform_is_found_in_any_case(org: OrgApi) -> None:
    for version, name in ((ApiVersion.V2, "product_details"), (ApiVersion.V8, "quoted_items")):
        written = "_".join(part.capitalize() for part in name.split("_"))
        expected = fetch(org, version, written, "settings/fields", {"module": "{m}"})
        assert expected[0] in (200, 204)
        assert fetch(org, version, name, "settings/fields", {"module": "{m}"}) == expected


def test_unknown_module_is_unknown_in_any_case(org: OrgApi) -> None:
    unknown = error("INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 0})
    assert_response(org.get("/crm/v8/lead"), 400, unknown, "INVALID_MODULE")
    assert_response(org.get("/crm/v3/activities"), 400, unknown, "INVALID_MODULE")
    for name in ("Tas\N{KELVIN SIGN}s", "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}nvoices"):
        assert_response(org.get(f"/crm/v8/{name}"), 400, unknown, "INVALID_MODULE")
    outside = error("INVALID_MODULE", "the given module is not supported in api", {"resource_path_index": 0})
    assert_response(org.get("/crm/v8/documents"), 400, outside, "MODULE_NOT_IN_API")
    unsupported = error("NOT_SUPPORTED", "the given module is not supported for this api", {"resource_path_index": 0})
    assert_response(org.mass_update("services__s", {}, "v8"), 400, unsupported, "NOT_SUPPORTED")


@for_each("version", list(ApiVersion))
def test_module_of_a_parameter_has_no_place_in_the_path(org: OrgApi, version: ApiVersion) -> None:
    unknown = error("INVALID_MODULE", "the module name given seems to be invalid")
    for path in ("fields", "fields/1", "layouts", "custom_views", "custom_views/1"):
        response = org.get(f"/crm/{version.label}/settings/{path}", module="Nothing")
        assert_response(response, 400, unknown, "INVALID_MODULE")
    named = {**unknown, "details": {"param_name": "module"}} if version is ApiVersion.V8 else unknown
    for path in ("related_lists", "related_lists/1"):
        response = org.get(f"/crm/{version.label}/settings/{path}", module="Nothing")
        assert_response(response, 400, named, "INVALID_MODULE")


def test_scope_of_a_module_covers_it_in_any_case(application: Application) -> None:
    scopes = ["ZohoCRM.modules.Rented_Cars.READ", "ZohoCRM.modules.purchase_orders.ALL"]
    tokens = [{"user": "rep@x.example", "scopes": scopes}]
    users = {
        "users": [{"email": "rep@x.example"}],
        "clients": [{"client_id": "c", "client_secret": "s", "tokens": tokens}],
    }
    rep = application.org({**FIXTURE, **users}).entry_of(1)
    for module in ("rented_cars", "Rented_Cars", "RENTED_CARS", "Purchase_Orders", "purchase_orders"):
        assert rep.get(f"/crm/v8/{module}", fields="id").status_code == 200
    assert rep.get("/crm/v8/leads", fields="id").status_code == 401


@for_each("written, requested", [("Leads", "leads"), ("leads", "Leads"), ("LEADS", "leads")])
def test_fault_of_a_module_matches_it_in_any_case(application: Application, written: str, requested: str) -> None:
    org = application.org(FIXTURE)
    fault = {"match": {"module": written}, "error": "INTERNAL_ERROR", "times": 1}
    made = application.send("POST", f"/_mockcrm/orgs/{org.name}/faults", json=fault)
    assert made.json()["match"] == {"module": "Leads"}
    assert org.get("/crm/v2/Purchase_Orders").status_code == 200
    assert org.get(f"/crm/v2/{requested}").status_code == 500
    assert org.get(f"/crm/v2/{requested}").status_code == 200


def test_page_token_is_valid_for_the_module_in_any_case(application: Application) -> None:
    leads = [{"id": str(1001 + number), "fields": {"Last_Name": "Boyle"}} for number in range(3)]
    org = application.org({"records": {"Leads": leads}})
    first = org.get("/crm/v8/leads", fields="id", per_page="2").json()
    token = first["info"]["next_page_token"]
    second = org.get("/crm/v8/Leads", fields="id", per_page="2", page_token=token).json()
    assert [item["id"] for item in first["data"] + second["data"]] == ["1003", "1002", "1001"]
