"""Every documented parameter of an emulated endpoint has an effect, or is listed as one without.

documented_parameters.yaml has the documented ones. Those with an effect are in the models of the operation; those
without are `ignored` in a docs.yaml.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockcrm.core.versions import VERSIONS, ApiVersion
from mockcrm.crm import CAPABILITIES, ENDPOINTS
from mockcrm.crm.openapi import operations
from mockcrm.http.documented import model_in
from tests.support.application import Application, OrgApi, assert_response, error
from tests.support.for_each import for_each
from tools.docs_data import all_docs

DOCUMENTED: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    Path(__file__).with_name("documented_parameters.yaml").read_text("utf-8")
)
OPERATIONS = {f"{operation.verb} {operation.path}": operation for operation in operations(CAPABILITIES)}

# -- the lists ---------------------------------------------------------------------------------------------------


def keys_of(model: Any) -> set[str]:
    return set() if model is None else set(model.model_fields)


def test_every_operation_is_listed() -> None:
    emulated = {f"{verb} {endpoint.path}" for endpoint in ENDPOINTS for verb in endpoint.operations}
    assert set(DOCUMENTED) == emulated == set(OPERATIONS)


@for_each("name", sorted(DOCUMENTED))
@for_each("version", list(ApiVersion))
def test_every_documented_parameter_has_an_effect_or_is_ignored(name: str, version: ApiVersion) -> None:
    operation = OPERATIONS[name]
    if version < operation.since:
        return
    ignored = all_docs().ignored.get(name, {})
    for kind, model in (("parameters", operation.documented.query), ("headers", operation.documented.headers)):
        keys = keys_of(model_in(model, version))
        for parameter, since in DOCUMENTED[name].get(kind, {}).items():
            key = parameter if kind == "parameters" else parameter.lower().replace("-", "_")
            effect = key in keys
            assert effect or version < VERSIONS[since] or parameter in ignored, (kind, parameter, "is not listed")


def test_what_is_ignored_is_documented() -> None:
    for name, reasons in all_docs().ignored.items():
        documented = {parameter for kind in DOCUMENTED[name].values() for parameter in kind}
        assert set(reasons) <= documented, name
        assert all(reason.endswith(".") for reason in reasons.values()), name


@for_each(("name", "reasons"), sorted(all_docs().ignored.items()))
def test_what_is_ignored_changes_nothing(application: Application, name: str, reasons: dict[str, str]) -> None:
    verb, path = name.split()
    if verb != "GET":
        return
    org = application.org(FIXTURE)
    url = path.replace("{version}", "v8").replace("{module}", "Leads").replace("{api_name}", "Leads")
    url = url.replace("/settings/layouts/{id}", f"/settings/layouts/{layout_id(org)}")
    url = url.replace("/settings/fields/{id}", f"/settings/fields/{field_id(org)}")
    url = url.replace("/settings/custom_views/{id}", "/settings/custom_views/2001")
    url = url.replace("/territories/{id}", "/territories/3001").replace("{id}", "1001")
    query = {"module": "Leads", "fields": "Last_Name", "word": "Boyle"}
    plain = org.get(url, **query)
    assert plain.status_code == 200, plain.text
    for parameter in reasons:
        if parameter not in query and parameter != "X-EXTERNAL":
            assert org.get(url, **{**query, parameter: "1"}).content == plain.content, parameter


# -- metadata ----------------------------------------------------------------------------------------------------

FIXTURE: dict[str, Any] = {
    "roles": [{"name": "Manager", "reports_to": "CEO"}, {"name": "Rep", "reports_to": "Manager"}],
    "users": [
        {"id": "6001", "email": "manager@zylker.example", "full_name": "Max Manager", "role": "Manager"},
        {"id": "6002", "email": "rep@zylker.example", "full_name": "Rita Rep", "role": "Rep"},
        {"id": "6003", "email": "gone@zylker.example", "full_name": "Gus Gone", "role": "Rep", "status": "disabled"},
    ],
    "territories": [
        {"id": "3001", "name": "EMEA"},
        {"id": "3002", "name": "DACH", "parent": "EMEA"},
        {"id": "3003", "name": "APAC"},
    ],
    "custom_views": [
        {"id": "2001", "module": "Leads", "name": "For All"},
        {"id": "2002", "module": "Leads", "name": "Shared", "shared_with": ["rep@zylker.example"]},
    ],
    "records": {
        "Leads": [
            {"id": "1001", "fields": {"Last_Name": "Boyle", "City": "Pune"}},
            {"id": "1002", "fields": {"Last_Name": "Boyle", "City": "Erode"}, "state": ["approval_pending"]},
            {"id": "1003", "fields": {"Last_Name": "Abel", "City": "Pune"}},
        ]
    },
}


@pytest.fixture(scope="module")
def org(application: Application) -> OrgApi:
    return application.org(FIXTURE)


def layout_id(org: OrgApi) -> str:
    found: str = org.get("/crm/v2/settings/layouts", module="Leads").json()["layouts"][0]["id"]
    return found


def field_id(org: OrgApi) -> str:
    found: str = org.get("/crm/v8/settings/fields", module="Leads").json()["fields"][0]["id"]
    return found


def read(org: OrgApi, path: str, version: str = "v8", **query: str) -> list[Any]:
    """Return the items of a list, none for a 204."""
    response = org.get(f"/crm/{version}/{path}", **query)
    assert response.status_code in (200, 204), response.text
    if response.status_code == 204:
        return []
    body = response.json()
    return list(body[next(iter(body))])


def names(org: OrgApi, path: str, version: str = "v8", **query: str) -> list[str]:
    return [item["name"] for item in read(org, path, version, **query)]


def condition(field: str, comparator: str, value: object) -> dict[str, Any]:
    return {"field": {"api_name": field}, "comparator": comparator, "value": value}


INVALID = error("INVALID_DATA", "invalid data")


def refused(name: str) -> dict[str, Any]:
    return {**INVALID, "details": {"param_name": name}}


@for_each("version", list(VERSIONS))
def test_a_module_by_its_numeric_id(org: OrgApi, version: str) -> None:
    by_name = org.get(f"/crm/{version}/settings/modules/Leads")
    module_id = by_name.json()["modules"][0]["id"]
    assert org.get(f"/crm/{version}/settings/modules/{module_id}").content == by_name.content
    response = org.get(f"/crm/{version}/settings/modules/999")
    details = {} if version == "v2" else {"resource_path_index": 2}
    expected = error("INVALID_MODULE", "the module name given seems to be invalid", details)
    assert_response(response, 400, expected, "INVALID_MODULE")


@for_each("version", list(VERSIONS))
def test_fields_by_use_type_and_layout(org: OrgApi, version: str) -> None:
    path = "settings/fields"
    every = read(org, path, version, module="Leads")
    assert read(org, path, version, module="Leads", type="used") == every
    assert read(org, path, version, module="Leads", type="unused") == []
    assert read(org, path, version, module="Leads", layout_id=layout_id(org)) == every
    assert read(org, path, version, module="Leads", data_type="email") == [
        field for field in every if field["data_type"] == "email"
    ]
    assert read(org, path, version, module="Leads", data_type="nothing") == []
    assert_response(
        org.get(f"/crm/{version}/{path}", module="Leads", layout_id="5"), 400, refused("layout_id"), "INVALID_PARAM"
    )
    pattern = error("PATTERN_NOT_MATCHED", "Please check whether the input values are correct", {"param_name": "type"})
    assert_response(org.get(f"/crm/{version}/{path}", module="Leads", type="x"), 400, pattern, "PATTERN_NOT_MATCHED")


@for_each("version", list(VERSIONS))
def test_users_by_ids(org: OrgApi, version: str) -> None:
    found = org.get(f"/crm/{version}/users", ids="6002,6001,999")
    assert [user["id"] for user in found.json()["users"]] == ["6001", "6002"]
    assert found.json()["info"] == {"per_page": 200, "count": 2, "page": 1, "more_records": False}
    assert org.get(f"/crm/{version}/users", ids="999").status_code == 204
    assert_response(org.get(f"/crm/{version}/users", ids="x"), 400, refused("ids"), "INVALID_PARAM")
    paged = org.get(f"/crm/{version}/users", ids="6001,6002", per_page="1", page="2").json()
    assert ([user["id"] for user in paged["users"]], paged["info"]["more_records"]) == (["6002"], False)
    assert read(org, "users", version, ids="6001,6003", type="DeactiveUsers")[0]["id"] == "6003"


@for_each(
    ("kind", "expected"),
    [
        ("AllActiveUsers", ["6001", "6002"]),
        ("ActiveAndDeactive", ["6001", "6002", "6003"]),
        ("ActiveLiteUser", []),
        ("DeveloperUsers", []),
        ("ChildRoleUsers", ["6001"]),
        ("SubordinateRoleUsers", ["6001", "6002", "6003"]),
        ("ParentRoleUsers", []),
    ],
)
def test_users_by_the_types_of_v8(org: OrgApi, kind: str, expected: list[str]) -> None:
    found = [user["id"] for user in read(org, "users", type=kind)]
    assert [user for user in found if user.startswith("600")] == expected


def test_users_by_role(org: OrgApi) -> None:
    roles = {role["name"]: role["id"] for role in read(org, "settings/roles")}
    assert [u["id"] for u in read(org, "users", type="ParentRoleUsers", role_id=roles["Rep"])] == ["6001"]
    assert [u["id"] for u in read(org, "users", type="ChildRoleUsers", role_id=roles["Manager"])] == ["6002", "6003"]
    bad = org.get("/crm/v8/users", type="ChildRoleUsers", role_id="5")
    assert_response(bad, 400, refused("role_id"), "INVALID_PARAM")
    assert len(read(org, "users", type__s="Regular User")) >= 4
    assert read(org, "users", type__s="Team User") == []


@for_each("version", list(VERSIONS))
def test_territories_by_ids_and_filters(org: OrgApi, version: str) -> None:
    path = "settings/territories"
    assert names(org, path, version, ids="3003,3001") == ["EMEA", "APAC"]
    assert names(org, path, version, ids="999") == []
    assert_response(org.get(f"/crm/{version}/{path}", ids="x"), 400, refused("ids"), "INVALID_PARAM")
    assert names(org, path, version, filters=json.dumps(condition("name", "equal", "DACH"))) == ["DACH"]
    group = [condition("name", "starts_with", "a"), condition("name", "contains", "ac")]
    both = {"group_operator": "AND", "group": group}
    assert names(org, path, version, filters=json.dumps(both)) == ["APAC"]
    assert names(org, path, version, filters=json.dumps({**both, "group_operator": "or"})) == ["DACH", "APAC"]
    for bad in ("x", "[]", '{"field":"name"}', json.dumps(condition("nothing", "equal", 1))):
        assert_response(org.get(f"/crm/{version}/{path}", filters=bad), 400, refused("filters"), "INVALID_PARAM")


def test_territories_by_the_one_above(org: OrgApi) -> None:
    below = json.dumps(condition("reporting_to.id", "equal", "3001"))
    assert names(org, "settings/territories", filters=below) == ["DACH"]
    top = json.dumps(condition("reporting_to", "equal", "${EMPTY}"))
    assert names(org, "settings/territories", filters=top) == ["EMEA", "APAC"]
    children = "settings/territories/3001/__child_territories"
    assert names(org, children, filters=json.dumps(condition("name", "equal", "DACH"))) == ["DACH"]
    assert names(org, children, filters=json.dumps(condition("name", "equal", "EMEA"))) == []


@for_each("version", list(VERSIONS))
def test_related_lists_of_a_layout(org: OrgApi, version: str) -> None:
    path = "settings/related_lists"
    every = read(org, path, version, module="Leads")
    assert read(org, path, version, module="Leads", layout_id=layout_id(org), status="visible") == every
    assert read(org, path, version, module="Leads", status="user_hidden") == []
    for url in (f"/crm/{version}/{path}", f"/crm/{version}/{path}/{every[0]['id']}"):
        bad = org.get(url, module="Leads", layout_id="5")
        text = "Invalid Layout Id" if version == "v8" else "invalid data"
        assert_response(bad, 400, {**refused("layout_id"), "message": text}, "INVALID_PARAM")


@for_each("version", list(VERSIONS))
def test_related_lists_of_an_unknown_status(org: OrgApi, version: str) -> None:
    bad = org.get(f"/crm/{version}/settings/related_lists", module="Leads", status="hidden")
    item = error("PATTERN_NOT_MATCHED", "Please check whether the input values are correct", {"param_name": "status"})
    if version == "v8":
        supported = ["visible", "user_hidden", "scheduled_for_deletion"]
        details = {"param_name": "status", "supported_values": supported}
        item = error("INVALID_DATA", "The status given is invalid.", details)
    assert_response(bad, 400, item, "PATTERN_NOT_MATCHED")


def test_custom_views(org: OrgApi) -> None:
    path = "settings/custom_views"
    assert names(org, path, module="Leads", ids="2002,2001") == ["For All", "Shared"]
    assert "Shared" not in names(org, path, module="Leads", scope="public_views")
    assert names(org, path, module="Leads", scope="other_users_views") == ["Shared"]
    assert names(org, path, module="Leads", favourite="true") == []
    shared = json.dumps(condition("name", "equal", "shared"))
    assert names(org, path, module="Leads", filters=shared) == ["Shared"]


def test_profiles(org: OrgApi) -> None:
    path = "settings/profiles"
    every = names(org, path)
    assert names(org, path, type="normal_profile") == every
    assert names(org, path, type="portal_profile") == []
    assert names(org, path, per_page="1", page="2") == every[1:2]
    standard = json.dumps(condition("name", "equal", "Standard"))
    assert names(org, path, filters=standard) == ["Standard"]


@for_each("path", ["settings/profiles", "users", "users/6001", "settings/modules"])
@for_each("version", list(VERSIONS))
def test_metadata_that_was_not_modified_since(org: OrgApi, path: str, version: str) -> None:
    def status(since: str) -> int:
        return org.send("GET", f"/crm/{version}/{path}", headers={"If-Modified-Since": since}).status_code

    assert (status("2099-01-01T00:00:00+00:00"), status("2001-01-01T00:00:00+00:00")) == (304, 200)


# -- records -----------------------------------------------------------------------------------------------------


def ids(org: OrgApi, path: str, version: str = "v8", **query: str) -> list[str]:
    return [record["id"] for record in read(org, path, version, **query)]


@for_each("version", list(VERSIONS))
def test_a_search_by_approval_state(org: OrgApi, version: str) -> None:
    def found(**query: str) -> list[str]:
        return ids(org, "Leads/search", version, word="Boyle", **query)

    assert found() == ["1001"]
    assert found(approval_state="approved") == ["1001"]
    assert found(approval_state="approval_process_pending") == ["1002"]
    assert found(approval_state="review_process_pending") == []
    bad = org.get(f"/crm/{version}/Leads/search", word="Boyle", approval_state="x")
    assert_response(bad, 400, refused("approval_state"), "INVALID_PARAM")


def test_a_search_in_a_view_and_sorted(application: Application) -> None:
    views = [{"id": "2001", "module": "Leads", "name": "Pune", "criteria": condition("City", "equal", "Pune")}]
    org = application.org({**FIXTURE, "custom_views": views})
    every = {"criteria": "(Last_Name:in:Boyle,Abel)", "approved": "both"}
    assert ids(org, "Leads/search", **every) == ["1003", "1002", "1001"]
    assert ids(org, "Leads/search", cvid="2001", **every) == ["1003", "1001"]
    assert ids(org, "Leads/search", sort_by="City", sort_order="asc", **every)[0] == "1002"
    assert ids(org, "Leads/search", sort_order="asc", **every) == ["1001", "1002", "1003"]
    response = org.get("/crm/v8/Leads/search", sort_by="City", sort_order="asc", **every)
    assert (response.json()["info"]["sort_by"], response.json()["info"]["sort_order"]) == ("City", "asc")
    assert_response(org.get("/crm/v8/Leads/search", cvid="5", **every), 400, refused("cvid"), "INVALID_PARAM")


def test_records_by_filters(org: OrgApi) -> None:
    pune = json.dumps(condition("City", "equal", "Pune"))
    assert ids(org, "Leads", fields="City", filters=pune) == ["1003", "1001"]
    assert org.get("/crm/v8/Leads/actions/count", filters=pune).json() == {"count": 2}
    for path in ("Leads", "Leads/actions/count"):
        bad = org.get(f"/crm/v8/{path}", fields="City", filters='{"field":"Nothing"}')
        assert_response(bad, 400, refused("filters"), "INVALID_PARAM")


EXTERNAL = {"X-EXTERNAL": "Leads.External_Lead_ID"}
NOT_EMULATED = error(
    "NOT_EMULATED",
    "not emulated by mockcrm, see /_mockcrm/coverage",
    {"not_emulated": "the header X-EXTERNAL"},
)


@for_each("version", list(VERSIONS))
@for_each(
    ("method", "path", "body"),
    [
        ("GET", "Leads/1001", None),
        ("GET", "Leads?ids=1001&fields=id", None),
        ("PUT", "Leads/1001", {"data": [{"City": "Lost"}]}),
        ("PUT", "Leads", {"data": [{"id": "1001", "City": "Lost"}]}),
        ("POST", "Leads", {"data": [{"Last_Name": "Lost"}]}),
        ("POST", "Leads/upsert", {"data": [{"Last_Name": "Lost"}]}),
        ("DELETE", "Leads/1001", None),
        ("DELETE", "Leads?ids=1001", None),
    ],
)
def test_external_ids_are_not_taken_for_ids_of_records(
    org: OrgApi, version: str, method: str, path: str, body: object
) -> None:
    before = org.rows("SELECT count(*), max(modified_time) FROM record")
    response = org.send(method, f"/crm/{version}/{path}", body, headers=EXTERNAL)
    assert_response(response, 501, NOT_EMULATED, "NOT_EMULATED")
    assert response.headers["x-mockcrm-note"] == "not emulated by mockcrm, see /_mockcrm/coverage"
    assert org.rows("SELECT count(*), max(modified_time) FROM record") == before


@for_each("version", list(VERSIONS))
@for_each("path", ["Leads?fields=id", "Leads/search?word=Boyle"])
def test_a_list_without_ids_has_a_note(org: OrgApi, version: str, path: str) -> None:
    plain = org.send("GET", f"/crm/{version}/{path}")
    response = org.send("GET", f"/crm/{version}/{path}", headers=EXTERNAL)
    note = "the header X-EXTERNAL: not emulated by mockcrm, see /_mockcrm/coverage"
    assert (response.status_code, response.json(), response.headers["x-mockcrm-note"]) == (200, plain.json(), note)
