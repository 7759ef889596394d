"""What the control API can change in a running org: states of records, settings, faults, jobs that fail."""

from __future__ import annotations

from typing import Any

from mockcrm.core.versions import ApiVersion
from tests.rulebook.cases import EXPECTED, SETUPS, Case, control
from tests.support.application import Application, OrgApi, assert_response
from tests.support.for_each import for_each

STATES = {
    "no_access": "CANNOT_PERFORM_ACTION",
    "stop_processing": "CANNOT_PROCESS",
    "locked": "RECORD_IS_LOCKED",
    "in_merge": "RECORD_IN_MERGE",
    "image_pending": "IMAGE_PENDING",
    "image_rejected": "IMAGE_REJECTED",
    "approval_pending": "RECORD_NOT_APPROVED",
    "converted": "CONVERTED_RECORD",
}
BODY = {"data": [{"City": "Pune"}], "ids": ["1001"]}
PATH = "/crm/{}/Leads/actions/mass_update"


def leads(application: Application, count: int = 1, **more: Any) -> OrgApi:
    """An org with the Leads 1001, 1002 ... and a view over them all."""
    records = [{"id": str(1001 + number), "fields": {"Last_Name": "Boyle"}} for number in range(count)]
    view = {"id": "2001", "module": "Leads", "name": "Every Lead"}
    return application.org({"custom_views": [view], "records": {"Leads": records}, **more})


def put_settings(org: OrgApi, **settings: Any) -> None:
    control(org.application, "PUT", f"/orgs/{org.name}/settings", settings)


def expected(name: str, version: ApiVersion) -> tuple[int, dict[str, Any], str]:
    return (*EXPECTED[name].responses[version], name)


# -- states of records -------------------------------------------------------------------------------------------


@for_each("state", STATES)
def test_state_of_a_record_is_set_and_removed(application: Application, state: str) -> None:
    org = leads(application)
    path = f"/orgs/{org.name}/records/Leads/1001"
    control(application, "PATCH", path, {"state": [state]})
    for version in ApiVersion:
        assert_response(org.mass_update("Leads", BODY, version.label), *expected(STATES[state], version))
    control(application, "PATCH", path, {"state": []})
    assert org.mass_update("Leads", BODY).json()["data"][0]["code"] == "SUCCESS"


def test_record_in_a_blueprint_is_free_but_for_the_blueprints_field(application: Application) -> None:
    org = leads(application, modules={"Leads": {"blueprint": {"field": "Lead_Status"}}})
    control(application, "PATCH", f"/orgs/{org.name}/records/Leads/1001", {"state": ["in_blueprint"]})
    assert org.mass_update("Leads", {**BODY, "data": [{"Lead_Source": "Cold Call"}]}).status_code == 200
    response = org.mass_update("Leads", {**BODY, "data": [{"Lead_Status": "Contacted"}]})
    assert_response(response, *expected("RECORD_IN_BLUEPRINT", ApiVersion.V2))


def test_without_a_blueprint_of_the_module_every_picklist_is_barred(application: Application) -> None:
    org = leads(application)
    control(application, "PATCH", f"/orgs/{org.name}/records/Leads/1001", {"state": ["in_blueprint"]})
    response = org.mass_update("Leads", {**BODY, "data": [{"Lead_Source": "Cold Call"}]})
    assert_response(response, *expected("RECORD_IN_BLUEPRINT", ApiVersion.V2))
    assert org.mass_update("Leads", BODY).status_code == 200


# -- settings ----------------------------------------------------------------------------------------------------


def test_status_profile_is_switched(application: Application) -> None:
    for name in ("RECORD_IN_BLUEPRINT", "ALREADY_SCHEDULED"):
        case = Case(application, SETUPS[name])
        status, body = EXPECTED[name].responses[ApiVersion.V2]
        for profile, expected_status in (("article", EXPECTED[name].article), ("reference", status)):
            put_settings(case.org, status_profile=profile)
            assert expected_status is not None
            assert_response(case.send(ApiVersion.V2), expected_status, body, name)
            assert_response(case.send(ApiVersion.V2_1), *expected(name, ApiVersion.V2_1))


@for_each("edition", ["free", "standard", "professional"])
def test_edition_without_the_scheduler(application: Application, edition: str) -> None:
    org = leads(application)
    by_view = {"data": BODY["data"], "cvid": "2001"}
    put_settings(org, edition=edition)
    for version in ApiVersion:
        assert_response(org.mass_update("Leads", by_view, version.label), *expected("FEATURE_NOT_SUPPORTED", version))
    assert org.mass_update("Leads", BODY).status_code == 200
    put_settings(org, edition=None)
    assert org.mass_update("Leads", by_view).status_code == 200


def test_body_of_an_unknown_job_is_switched(application: Application) -> None:
    org = leads(application)
    put_settings(org, not_found_body="empty")
    assert_response(org.status("Leads", "999"), 404, None, "NOT_FOUND")
    put_settings(org, not_found_body="json")
    assert_response(org.status("Leads", "999"), *expected("NOT_FOUND", ApiVersion.V2))


def test_text_of_a_missing_scope_is_switched(application: Application) -> None:
    case = Case(application, SETUPS["OAUTH_SCOPE_MISMATCH"])
    status, body = EXPECTED["OAUTH_SCOPE_MISMATCH"].responses[ApiVersion.V2]
    for setting, message in (("page", "Unauthorized"), ("today", "invalid oauth scope to access this URL")):
        put_settings(case.org, scope_error=setting)
        for version in ApiVersion:
            assert_response(case.send(version), status, {**body, "message": message}, "OAUTH_SCOPE_MISMATCH")


def test_text_of_an_injected_missing_scope_is_switched(application: Application) -> None:
    org = leads(application)
    put_settings(org, scope_error="page")
    control(application, "POST", f"/orgs/{org.name}/faults", {"error": "OAUTH_SCOPE_MISMATCH"})
    assert org.get("/crm/v8/Leads").json()["message"] == "Unauthorized"


def test_status_of_a_read_that_the_profile_denies_is_switched_in_v8(application: Application) -> None:
    case = Case(application, SETUPS["READ_DENIED"])
    for setting in (400, 403):
        put_settings(case.org, read_denied_status=setting)
        for version in ApiVersion:
            _, body, name = expected("READ_DENIED", version)
            assert_response(case.send(version), setting if version is ApiVersion.V8 else 403, body, name)


def test_the_number_of_tags_of_a_module_is_switched(application: Application) -> None:
    org = leads(application)
    body = {"data": [{"Last_Name": "Boyle", "Tag": [{"name": "hot"}]}]}
    put_settings(org, tags_per_module=0)
    refused = org.send("POST", "/crm/v8/Leads", body)
    assert refused.json()["data"][0]["message"] == "tags edition limit exceeded"
    put_settings(org, tags_per_module=1)
    assert org.send("POST", "/crm/v8/Leads", body).status_code == 201


def test_the_module_of_a_related_record_is_switched(application: Application) -> None:
    org = leads(application)
    task = {"data": [{"Subject": "Call", "What_Id": "1001"}]}
    note = {"data": [{"Note_Content": "Called", "Parent_Id": "1001"}]}
    put_settings(org, se_module_required=False)
    for module, body in (("Tasks", task), ("Notes", note)):
        made = org.send("POST", f"/crm/v2/{module}", body).json()["data"][0]["details"]["id"]
        (item,) = org.get(f"/crm/v2/{module}/{made}").json()["data"]
        assert item["$se_module"] == "Leads"
    put_settings(org, se_module_required=True)
    for module, body in (("Tasks", task), ("Notes", note)):
        (item,) = org.send("POST", f"/crm/v2/{module}", body).json()["data"]
        assert (item["code"], item["details"]) == ("MANDATORY_NOT_FOUND", {"api_name": "$se_module"})


# -- faults ------------------------------------------------------------------------------------------------------


def test_internal_error_twice_then_no_more(application: Application) -> None:
    org = leads(application)
    fault = {"match": {"method": "POST", "path": "/crm/*/Leads/actions/mass_update"}, "times": 2}
    control(application, "POST", f"/orgs/{org.name}/faults", {**fault, "error": "INTERNAL_ERROR"})
    before = org.dump()
    for version in (ApiVersion.V2, ApiVersion.V8):
        assert_response(org.mass_update("Leads", BODY, version.label), *expected("INTERNAL_ERROR", version))
    assert org.dump() == before
    assert org.get(PATH.format("v2"), job_id="1").status_code == 404
    assert org.mass_update("Leads", BODY).status_code == 200


def test_fault_of_one_module_leaves_the_others(application: Application) -> None:
    org = leads(application)
    control(application, "POST", f"/orgs/{org.name}/faults", {"match": {"module": "Deals"}, "error": "MAX_FIELD_LIMIT"})
    assert org.mass_update("Leads", BODY).status_code == 200
    assert_response(org.get("/crm/v2/Deals"), *expected("MAX_FIELD_LIMIT", ApiVersion.V2))


# -- jobs that fail ----------------------------------------------------------------------------------------------


def counts(org: OrgApi, job: str) -> dict[str, Any]:
    response = org.status("Leads", job)
    assert response.status_code == 200
    (item,) = response.json()["data"]
    found: dict[str, Any] = item
    return found


def status(word: str, failed: int, updated: int, left: int) -> dict[str, Any]:
    return {
        "Status": word,
        "Failed_Count": failed,
        "Updated_Count": updated,
        "Not_Updated_Count": left,
        "Total_Count": failed + updated + left,
    }


def test_counts_of_the_documents_samples(application: Application) -> None:
    org = leads(application, 50)
    job = org.schedule("Leads", {"data": BODY["data"], "cvid": "2001"})
    assert counts(org, job) == status("SCHEDULED", 0, 0, 50)
    control(application, "POST", f"/orgs/{org.name}/jobs/{job}/step", {"records": 30})
    assert counts(org, job) == status("RUNNING", 0, 30, 20)
    control(application, "POST", f"/orgs/{org.name}/jobs/run")
    assert counts(org, job) == status("COMPLETED", 0, 50, 0)


def test_job_that_fails_at_once(application: Application) -> None:
    org = leads(application, 5)
    job = org.schedule("Leads", {"data": BODY["data"], "cvid": "2001"})
    detail = control(application, "POST", f"/orgs/{org.name}/jobs/{job}/fail")
    assert counts(org, job) == status("FAILED", 5, 0, 0)
    message = EXPECTED["INTERNAL_ERROR"].responses[ApiVersion.V2][1]["message"]
    assert detail["failures"] == [
        {"id": str(number), "error": "INTERNAL_ERROR", "code": "INTERNAL_ERROR", "message": message}
        for number in range(1001, 1006)
    ]
    assert org.value(1001, "City") is None


def test_job_that_fails_after_some_records(application: Application) -> None:
    org = leads(application, 5)
    job = org.schedule("Leads", {"data": BODY["data"], "cvid": "2001"})
    control(application, "POST", f"/orgs/{org.name}/jobs/{job}/fail", {"after": 2})
    assert counts(org, job) == status("FAILED", 3, 2, 0)
    assert [org.value(number, "City") for number in range(1001, 1006)] == ["Pune", "Pune", None, None, None]


def test_view_of_a_failed_job_is_free_again(application: Application) -> None:
    org = leads(application)
    by_view = {"data": BODY["data"], "cvid": "2001"}
    job = org.schedule("Leads", by_view)
    assert_response(org.mass_update("Leads", by_view), *expected("ALREADY_SCHEDULED", ApiVersion.V2))
    control(application, "POST", f"/orgs/{org.name}/jobs/{job}/fail")
    assert org.mass_update("Leads", by_view).status_code == 200


# -- settings: values --------------------------------------------------------------------------------------------


def test_length_in_the_error_for_a_wrong_type_is_switched(application: Application) -> None:
    org = leads(application)
    short, long = {"No_of_Employees": "many"}, {"No_of_Employees": "1-2 people"}
    for setting, value, shown in (
        ("always", short, set(ApiVersion)),
        ("always", long, set(ApiVersion)),
        ("when_too_long", short, set()),
        ("when_too_long", long, set(ApiVersion)),
        ("by_version", short, {ApiVersion.V2}),
        ("by_version", long, set(ApiVersion)),
    ):
        put_settings(org, wrong_type_length=setting)
        for version in ApiVersion:
            details = {"expected_data_type": "integer", "api_name": "No_of_Employees"}
            if version in shown:
                details["maximum_length"] = 9
            if version > ApiVersion.V2:
                details["json_path"] = "$.data[0].No_of_Employees"
            item = {"code": "INVALID_DATA", "details": details, "message": "invalid data", "status": "error"}
            response = org.mass_update("Leads", {"data": [value], "ids": ["1001"]}, version.label)
            assert_response(response, 400, {"data": [item]}, "INVALID_VALUE")
            status = 202 if version is ApiVersion.V2 else 400
            response = org.send("PUT", f"/crm/{version.label}/Leads/1001", {"data": [value]})
            assert_response(response, status, {"data": [item]}, "INVALID_RECORD_VALUE")


def test_values_of_computed_fields_are_switched(application: Application) -> None:
    fields = [{"api_name": "Number", "data_type": "autonumber"}, {"api_name": "Total", "data_type": "formula"}]
    org = leads(application, modules={"Leads": {"fields": fields}})
    put_settings(org, computed_values="refused")
    for version in ApiVersion:
        for name, value in (("Number", "A-7"), ("Total", 12.5)):
            path = {} if version is ApiVersion.V2 else {"json_path": f"$.data[0].{name}"}
            details = {"api_name": name, **path}
            item = {"code": "INVALID_DATA", "details": details, "message": "invalid data", "status": "error"}
            response = org.send("PUT", f"/crm/{version.label}/Leads/1001", {"data": [{name: value}]})
            status = 202 if version is ApiVersion.V2 else 400
            assert_response(response, status, {"data": [item]}, "INVALID_RECORD_VALUE")
    put_settings(org, computed_values="ignored")
    assert org.send("PUT", "/crm/v8/Leads/1001", {"data": [{"Number": "A-7", "Total": 12.5}]}).status_code == 200
    assert (org.value(1001, "Number"), org.value(1001, "Total")) == ("1", None)


def test_lookups_by_name_are_switched(application: Application) -> None:
    org = application.org()
    deal = {"Deal_Name": "D", "Stage": "Qualification", "Account_Name": "Zylker"}
    contact = {"Last_Name": "A", "Account_Name": "Zylker"}
    for value, taken in (("contacts", [True, False]), ("none", [False, False]), ("all", [True, True])):
        put_settings(org, lookup_by_name=value)
        for (module, record), expected_success in zip({"Contacts": contact, "Deals": deal}.items(), taken, strict=True):
            response = org.send("POST", f"/crm/v8/{module}", {"data": [record]})
            assert response.status_code == (201 if expected_success else 400), (value, module)
    assert len(org.rows('SELECT id FROM record WHERE fields LIKE \'{"Account_Name":"Zylker"%\'')) == 1
