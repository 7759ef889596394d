"""Every row of the mass update error table as a whole answer, in each version where it differs
(docs/contract/mass-update-and-core.md 2.2, 2.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from mockcrm.core.bulk import view
from tests.support.application import Application, OrgApi, assert_answer, assert_refused, error
from tests.support.zylker import (
    ACCOUNT,
    ALL_DEALS,
    ALL_LEADS,
    ALL_PRODUCTS,
    BUSY_LEADS,
    EMEA,
    ENTRY,
    GOOD,
    IN_STATE,
    NO_LEADS,
    READ_ONLY_SCOPES,
    REPS_LEADS,
    zylker,
)

CITY = [{"City": "New"}]
VERSIONS = ("v2", "v2.1", "v7", "v8")


@dataclass(frozen=True)
class Row:
    """A request that breaks one rule, and its answer: in v2 first, then what later versions change of it.

    `path` is the json_path that v2.1 and later add; `v8` and `v7` replace keys of the answer; `article` is the v2
    status under that profile."""

    rule: str
    body: dict[str, Any]
    code: str
    message: str
    status: int = 400
    details: dict[str, Any] = field(default_factory=dict)
    path: str | None = None
    top: bool = False
    later: dict[str, Any] = field(default_factory=dict)
    v7: dict[str, Any] = field(default_factory=dict)
    v8: dict[str, Any] = field(default_factory=dict)
    article: int | None = None
    module: str = "Leads"
    entry: int = 0


def of_field(rule: str, message: str, values: dict[str, Any], **more: Any) -> Row:
    (name,) = values
    body = {"data": [values], "ids": [str(GOOD[0])]}
    return Row(rule, body, message=message, details={"api_name": name}, path=f"$.data[0].{name}", **more)


def of_record(rule: str, state: str, code: str, message: str, **more: Any) -> Row:
    number = str(IN_STATE[state])
    body = more.pop("body", {"data": CITY, "ids": [number]})
    return Row(rule, body, code, message, details={"id": number}, **more)


CVID = {"api_name": "cvid"}
ROWS = (
    Row("NO_FIELD_FOUND", {"data": [], "ids": ["111"]}, "INVALID_DATA", "No field found"),
    Row("NO_FIELD_FOUND", {"data": [{}], "cvid": str(ALL_LEADS)}, "INVALID_DATA", "No field found"),
    Row(
        "MAX_FIELD_LIMIT",
        {"data": [{"City": "a", "State": "b"}], "ids": ["111"]},
        "INVALID_DATA",
        "Max field limit exceeded",
    ),
    Row(
        "MAX_FIELD_LIMIT",
        {"data": [{"Next_Step": "a", "Stage": "b", "Amount": 1, "Type": "c"}], "cvid": ALL_DEALS},
        "INVALID_DATA",
        "Max field limit exceeded",
        module="Deals",
    ),
    of_field(
        "FIELD_NOT_ALLOWED",
        "This field cannot be updated in the Mass Update",
        {"Account_Owner": "x"},
        code="INVALID_DATA",
    ),
    of_field(
        "FIELD_NOT_ALLOWED",
        "This field cannot be updated in the Mass Update",
        {"Email": "a@b.example"},
        code="INVALID_DATA",
    ),
    of_field(
        "FIELD_IN_LAYOUT_RULE",
        "Field cannot be updated as it is associated with a layout rule",
        {"Industry": "x"},
        code="INVALID_DATA",
    ),
    of_field(
        "FIELD_IN_VALIDATION_RULE",
        "Field cannot be updated as it is associated with a validation rule",
        {"Annual_Revenue": 1},
        code="INVALID_DATA",
    ),
    of_field(
        "FIELD_NOT_VISIBLE",
        "Field is not visible",
        {"Rating": "x"},
        code="INVALID_DATA",
        status=200,
        v7={"status": 400},
        v8={"status": 400},
        entry=ENTRY["narrow"],
    ),
    Row(
        "INVALID_RECORD_ID",
        {"data": CITY, "ids": ["999"]},
        "INVALID_DATA",
        "the id given seems to be invalid",
        details={"id": "999"},
    ),
    Row(
        "INVALID_RECORD_ID",
        {"data": CITY, "ids": ["a b"]},
        "INVALID_DATA",
        "the id given seems to be invalid",
        details={"id": "a b"},
    ),
    Row(
        "INVALID_RECORD_ID",
        {"data": CITY, "ids": [ACCOUNT]},
        "INVALID_DATA",
        "the id given seems to be invalid",
        details={"id": str(ACCOUNT)},
    ),
    Row(
        "INVALID_CVID",
        {"data": CITY, "cvid": "999"},
        "INVALID_DATA",
        "The id given seems to be invalid",
        details=CVID,
        path="$.cvid",
        v8={"top": True, "message": "the cvid given seems to be invalid"},
    ),
    Row(
        "INVALID_TERRITORY_ID",
        {"data": CITY, "cvid": ALL_LEADS, "territory": {"id": "999"}},
        "INVALID_DATA",
        "The id given seems to be invalid",
        details={"api_name": "territory"},
        path="$.territory.id",
        v8={"top": True},
    ),
    of_record("CANNOT_PROCESS", "stop_processing", "CANNOT_PROCESS", "The record is in stop processing"),
    of_record(
        "RECORD_IN_BLUEPRINT",
        "in_blueprint",
        "RECORD_IN_BLUEPRINT",
        "The record is in blue print",
        body={"data": [{"Lead_Status": "Contacted"}], "ids": [IN_STATE["in_blueprint"]]},
        article=200,
    ),
    Row("NEITHER_IDS_NOR_CVID", {"data": CITY}, "MANDATORY_NOT_FOUND", "required field not found"),
    Row(
        "NEITHER_IDS_NOR_CVID",
        {"data": CITY, "ids": [], "territory": {"id": EMEA}},
        "MANDATORY_NOT_FOUND",
        "required field not found",
    ),
    of_record(
        "CANNOT_PERFORM_ACTION",
        "no_access",
        "CANNOT_PERFORM_ACTION",
        "no permission to perform an action on this record",
    ),
    Row(
        "ALREADY_SCHEDULED",
        {"data": CITY, "cvid": str(BUSY_LEADS)},
        "ALREADY_SCHEDULED",
        "Already a Mass Action scheduler is running for the given cvid",
        status=202,
        details=CVID,
        path="$.cvid",
        v8={"status": 400, "top": True},
        article=200,
    ),
    Row(
        "LIMIT_EXCEEDED",
        {"data": CITY, "cvid": ALL_LEADS},
        "LIMIT_EXCEEDED",
        "Record count exceeded",
        v8={"top": True},
        article=200,
    ),
    Row(
        "LIMIT_EXCEEDED",
        {"data": CITY, "ids": [str(GOOD[0])] * 501},
        "LIMIT_EXCEEDED",
        "Record count exceeded",
        v8={"top": True},
        article=200,
    ),
    of_record("RECORD_NOT_APPROVED", "approval_pending", "NOT_APPROVED", "record not approved"),
    Row(
        "NO_RECORDS_FOUND",
        {"data": CITY, "cvid": NO_LEADS},
        "NO_RECORDS_FOUND",
        "no record found to update",
        v8={"top": True},
    ),
    *(
        Row(
            "MASS_UPDATE_DENIED",
            {"data": CITY, "ids": ["111"]},
            "NO_PERMISSION",
            "permission denied",
            status=403,
            top=True,
            later={"details": {"permissions": ["Crm_Implied_Mass_Update_Leads"]}},
            entry=ENTRY[user],
        )
        for user in ("no_mass_update", "no_update")
    ),
    of_field(
        "FIELD_EDIT_DENIED",
        "Field Edit Permission not given",
        {"Fax": "1"},
        code="NO_PERMISSION",
        status=403,
        entry=ENTRY["narrow"],
    ),
    *(
        Row(
            "VIEW_NOT_ACCESSIBLE",
            {"data": CITY, "cvid": cvid},
            "NO_PERMISSION",
            "Customview not accessible",
            status=403,
            details=CVID,
            path="$.cvid",
            v8={"top": True},
        )
        for cvid in (REPS_LEADS, ALL_DEALS)
    ),
    *(
        Row(
            "INVALID_MODULE",
            {"data": CITY, "ids": ["111"]},
            "INVALID_MODULE",
            "the module name given seems to be invalid",
            top=True,
            later={"details": {"resource_path_index": 0}},
            module=module,
        )
        for module in ("Leadz", "leads", "settings")
    ),
    Row(
        "INVALID_MODULE",
        {"data": CITY, "ids": ["111"]},
        "INVALID_MODULE",
        "the module name given seems to be invalid",
        top=True,
        later={"details": {"resource_path_index": 0}},
        v8={
            "rule": "NOT_SUPPORTED",
            "code": "NOT_SUPPORTED",
            "message": "the given module is not supported for this api",
        },
        module="Notes",
    ),
    Row(
        "MODULE_NOT_IN_API",
        {"data": CITY, "ids": ["111"]},
        "INVALID_MODULE",
        "The given module is not supported in API",
        top=True,
        later={"details": {"resource_path_index": 0}},
        v8={"message": "the given module is not supported in api"},
        module="Documents",
    ),
    Row(
        "OAUTH_SCOPE_MISMATCH",
        {"data": CITY, "ids": ["111"]},
        "OAUTH_SCOPE_MISMATCH",
        "Unauthorized",
        status=401,
        top=True,
        v8={"message": "invalid oauth scope to access this URL"},
        entry=READ_ONLY_SCOPES,
    ),
    Row(
        "SCHEDULE_DENIED",
        {"data": CITY, "cvid": ALL_LEADS},
        "AUTHORIZATION_FAILED",
        "User does not have sufficient privilege to schedule mass update.",
        top=True,
        entry=ENTRY["no_schedule"],
    ),
    *(
        of_record(rule, state, "RECORD_LOCKED", "Cannot update record that is not approved yet")
        for rule, state in (("RECORD_IN_MERGE", "in_merge"), ("IMAGE_PENDING", "image_pending"))
    ),
    of_record("IMAGE_REJECTED", "image_rejected", "NOT_APPROVED", "Cannot update record that is not approved yet"),
    of_record(
        "RECORD_IS_LOCKED",
        "locked",
        "RECORD_LOCKED",
        "You cannot perform this operation as the record is locked.",
        v8={
            "message": "Sorry, you cannot perform this operation as the record is locked.",
            "details": {"action": "record_locking", "id": str(IN_STATE["locked"])},
        },
    ),
    of_record("CONVERTED_RECORD", "converted", "CONVERTED_RECORD", "can't update the converted record"),
    Row(
        "TERRITORY_NOT_SUPPORTED",
        {"data": [{"Product_Active": True}], "cvid": ALL_PRODUCTS, "territory": {"id": EMEA}},
        "INVALID_MODULE",
        "Territory is not supported for the given module",
        top=True,
        module="Products",
    ),
    Row(
        "INVALID_VALUE",
        {"data": [{"No_of_Employees": "many"}], "ids": ["111"]},
        "INVALID_DATA",
        "invalid data",
        details={"expected_data_type": "integer", "api_name": "No_of_Employees"},
        path="$.data[0].No_of_Employees",
    ),
    Row(
        "INVALID_VALUE",
        {"data": [{"City": "x" * 101}], "cvid": ALL_LEADS},
        "INVALID_DATA",
        "invalid data",
        details={"maximum_length": 100, "api_name": "City"},
        path="$.data[0].City",
    ),
    Row(
        "WRONG_TYPE",
        {"data": {"City": "x"}},
        "INVALID_DATA",
        "invalid data",
        details={"expected_data_type": "jsonarray", "api_name": "data"},
        path="$.data",
        top=True,
    ),
    Row(
        "WRONG_TYPE",
        {"data": CITY, "cvid": ALL_LEADS, "criteria": {"comparator": "equal", "field": "Nonsense", "value": 1}},
        "INVALID_DATA",
        "invalid data",
        details={"api_name": "criteria", "expected_data_type": "jsonobject"},
        path="$.criteria",
        top=True,
    ),
    Row(
        "MISSING_KEY",
        {"ids": ["111"]},
        "MANDATORY_NOT_FOUND",
        "required field not found",
        details={"api_name": "data"},
        path="$.data",
        top=True,
    ),
)


def answer_in(row: Row, version: str) -> tuple[int, str, dict[str, Any], bool]:
    """The status, the rule, the item and whether it stands alone."""
    details = row.details
    if version != "v2" and row.path is not None:
        details = {**details, "json_path": row.path}
    expected = {
        "rule": row.rule,
        "status": row.status,
        "code": row.code,
        "message": row.message,
        "top": row.top,
        "details": details,
        **(row.later if version != "v2" else {}),
        **(row.v7 if version == "v7" else {}),
        **(row.v8 if version == "v8" else {}),
    }
    item = error(expected["code"], expected["message"], expected["details"])
    return expected["status"], expected["rule"], item, expected["top"]


def prepared(application: Application, **settings: Any) -> OrgApi:
    org = application.org(zylker(**settings))
    org.schedule("Leads", {"data": CITY, "cvid": BUSY_LEADS})
    return org


@pytest.fixture(scope="module")
def reference(application: Application) -> OrgApi:
    return prepared(application)


@pytest.fixture(scope="module")
def article(application: Application) -> OrgApi:
    return prepared(application, status_profile="article")


@pytest.fixture(autouse=True)
def _few_records_in_a_view(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    row = request.node.callspec.params.get("row") if hasattr(request.node, "callspec") else None
    if row is not None and row.rule == "LIMIT_EXCEEDED":
        monkeypatch.setattr(view, "MAX_VIEW_RECORDS", 3)


def ask(org: OrgApi, row: Row, version: str) -> Any:
    return org.entry_of(row.entry).mass_update(row.module, row.body, version)


def named(part: object) -> str | None:
    return f"{part.rule}-{part.module}" if isinstance(part, Row) else None


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("row", ROWS, ids=named)
def test_row_of_the_error_table_answers_and_changes_nothing(reference: OrgApi, row: Row, version: str) -> None:
    before = reference.dump()
    status, rule, item, top = answer_in(row, version)
    assert_refused(ask(reference, row, version), status, rule, item, top=top)
    assert reference.dump() == before


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("row", [row for row in ROWS if row.article is not None], ids=named)
def test_article_profile_changes_the_status_of_rows_9_12_and_13_in_v2_alone(
    article: OrgApi, row: Row, version: str
) -> None:
    status, rule, item, top = answer_in(row, version)
    assert row.article is not None
    expected = row.article if version == "v2" else status
    assert_refused(ask(article, row, version), expected, rule, item, top=top)


@pytest.mark.parametrize("row", [row for row in ROWS if row.article is None], ids=named)
def test_article_profile_leaves_every_other_row_alone(article: OrgApi, row: Row) -> None:
    status, rule, item, top = answer_in(row, "v2")
    assert_refused(ask(article, row, "v2"), status, rule, item, top=top)


@pytest.mark.parametrize(("version", "status"), [("v2", 403), ("v2.1", 403), ("v7", 403), ("v8", 400)])
def test_edition_without_scheduled_operations(application: Application, version: str, status: int) -> None:
    org = application.org(zylker(edition="professional"))
    item = error("FEATURE_NOT_SUPPORTED", "Scheduled Mass Operation feature is not available in your edition")
    answer = org.mass_update("Leads", {"data": CITY, "cvid": ALL_LEADS}, version)
    assert_refused(answer, status, "FEATURE_NOT_SUPPORTED", item, top=True)
    assert org.mass_update("Leads", {"data": CITY, "ids": ["111"]}, version).status_code == 200


@pytest.mark.parametrize(
    ("more", "named"),
    [({"cvid": ALL_LEADS}, "cvid"), ({"territory": {"id": EMEA}}, "territory")],
)
def test_v8_refuses_ids_with_a_cvid_or_territory(reference: OrgApi, more: dict[str, Any], named: str) -> None:
    item = error("INVALID_DATA", "invalid data", {"api_name": named, "json_path": f"$.{named}"})
    answer = reference.mass_update("Leads", {"data": CITY, "ids": ["111"], **more}, "v8")
    assert_refused(answer, 400, "IDS_EXCLUDE_CVID", item, top=True)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"data": NaN}', b"\xff", b"[" * 100_000])
def test_body_that_is_no_json_object(reference: OrgApi, body: bytes, version: str) -> None:
    message = (
        "unable to process your request. please verify whether you have entered proper method name, "
        "parameter and parameter values."
    )
    item = error("INVALID_REQUEST", message)
    if version != "v2":
        item = error("UNABLE_TO_PARSE_DATA_TYPE", "either the request body or parameters is in wrong format")
    answer = reference.send("POST", f"/crm/{version}/Leads/actions/mass_update", body)
    assert_refused(answer, 400, "INVALID_REQUEST", item, top=True)


def test_body_above_the_limit_of_the_org_is_413(application: Application) -> None:
    org = application.org({"settings": {"max_body_mb": 0.001}})
    answer = org.send("POST", "/crm/v2/Leads/actions/mass_update", b'{"data":"' + b"x" * 2000 + b'"}')
    assert (answer.status_code, answer.headers["x-mockcrm-rule"]) == (413, "BODY_TOO_LARGE")
    assert answer.json()["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD"])
def test_verb_that_the_path_does_not_take(reference: OrgApi, method: str, version: str) -> None:
    answer = reference.send(method, f"/crm/{version}/Leads/actions/mass_update", {"data": CITY, "ids": ["111"]})
    item = error("INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
    if method == "HEAD":
        assert (answer.status_code, answer.headers["x-mockcrm-rule"]) == (400, "INVALID_REQUEST_METHOD")
    else:
        assert_refused(answer, 400, "INVALID_REQUEST_METHOD", item, top=True)


@pytest.mark.parametrize(
    "path", ["/", "/crm", "/crm/v2", "/crm/v2/Leads/actions/mass_updates", "/crm/vx/Leads", "/crm/2/Leads/1"]
)
def test_path_that_is_none_of_the_apis(reference: OrgApi, path: str) -> None:
    item = error("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
    assert_refused(reference.send("POST", path, {}), 404, "INVALID_URL_PATTERN", item, top=True)


@pytest.mark.parametrize("number", ["1", "99", "2.2", "0"])
def test_version_number_that_the_service_does_not_have(reference: OrgApi, number: str) -> None:
    message = f"The api version {number} is not supported. Please use the version 2 or above."
    item = error("API_NOT_SUPPORTED", message, {"supported_version": 2})
    answer = reference.send("POST", f"/crm/v{number}/Leads/actions/mass_update", {})
    assert_refused(answer, 400, "API_VERSION_UNKNOWN", item, top=True)


# -- GET: the status of a job (docs/contract/mass-update-and-core.md 2.4)
# -----------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("job_id", ["1", "x", "-1", "9" * 30])
def test_unknown_job(reference: OrgApi, job_id: str, version: str) -> None:
    item = error("NOT_FOUND", "Empty response")
    status = 404
    if version == "v8":
        item = error("INVALID_DATA", "The jobid given seems to be invalid", {"param_name": "job_id"})
        status = 400
    assert_refused(reference.status("Leads", job_id, version), status, "NOT_FOUND", item, top=True)


def test_job_of_another_module_is_unknown(reference: OrgApi) -> None:
    (job,) = reference.jobs()
    assert reference.status("Leads", str(job.id)).status_code == 200
    assert reference.status("Deals", str(job.id)).json()["code"] == "NOT_FOUND"


def test_unknown_job_may_be_answered_with_nothing_at_all(application: Application) -> None:
    org = application.org({"settings": {"not_found_body": "empty"}})
    assert_answer(org.status("Leads", "1"), 404, None, "NOT_FOUND")
    assert org.status("Leads", "1", "v8").json()["code"] == "INVALID_DATA"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("params", [{}, {"job_id": ""}, {"jobid": "1"}])
def test_job_id_is_mandatory(reference: OrgApi, params: dict[str, str], version: str) -> None:
    item = error("MANDATORY_NOT_FOUND", "mandatory param missing", {"param_name": "job_id"})
    answer = reference.get(f"/crm/{version}/Leads/actions/mass_update", **params)
    assert_refused(answer, 400, "JOB_ID_MISSING", item, top=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_status_needs_the_right_to_read_the_module(reference: OrgApi, version: str) -> None:
    item = error("NO_PERMISSION", "Permission denied to read records")
    answer = reference.entry_of(ENTRY["no_read"]).get(f"/crm/{version}/Leads/actions/mass_update")
    assert_refused(answer, 403, "READ_DENIED", item, top=True)


def test_status_needs_a_scope_of_its_own(application: Application) -> None:
    scopes = ["ZohoCRM.mass_update.UPDATE"]
    org = application.org({"users": [{"email": "a@x.example"}], "clients": [client("a@x.example", scopes)]})
    answer = org.entry_of(1).get("/crm/v2/Leads/actions/mass_update", job_id="1")
    assert_refused(answer, 401, "OAUTH_SCOPE_MISMATCH", error("OAUTH_SCOPE_MISMATCH", "Unauthorized"), top=True)


def client(user: str, scopes: list[str]) -> dict[str, Any]:
    return {"tokens": [{"user": user, "scopes": scopes}]}
