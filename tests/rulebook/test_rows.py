"""Every row of the rule book: its request in every version, the whole response, and that it changes nothing."""

from __future__ import annotations

import socket
from typing import Any

import orjson
import pytest

from mockcrm.core.faults import Match
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.error_book import ERROR_BOOK
from mockcrm.server import MockCRM
from tests.rulebook.cases import EXPECTED, SETUPS, Case
from tests.support.application import JSON_TYPE, Application, OrgApi, assert_response
from tests.support.for_each import for_each

IN_PROCESS = [name for name, setup in SETUPS.items() if setup.raw is None]
RECORD_ROWS = [name for name, setup in SETUPS.items() if setup.job is not None]
ARTICLE_ROWS = ["RECORD_IN_BLUEPRINT", "ALREADY_SCHEDULED", "LIMIT_EXCEEDED"]


def test_catalogue_setups_and_expectations_are_the_same_rows() -> None:
    """A new row needs a set-up in the docs.yaml of its folder and a hand-written response in expected.yaml."""
    rows = set(ERROR_BOOK)
    assert (rows - set(SETUPS), set(SETUPS) - rows) == (set(), set()), "setups in docs.yaml"
    assert (rows - set(EXPECTED), set(EXPECTED) - rows) == (set(), set()), "tests/rulebook/expected.yaml"


def test_every_row_is_expected_in_each_version_that_has_it() -> None:
    assert {name: set(row.responses) for name, row in EXPECTED.items()} == {
        name: set(setup.versions) for name, setup in SETUPS.items()
    }


@pytest.mark.parametrize("name", IN_PROCESS)
def test_row_gets_its_documented_response_and_changes_nothing(application: Application, name: str) -> None:
    case = Case(application, SETUPS[name])
    before = case.state()
    for version, (status, body) in EXPECTED[name].responses.items():
        assert_response(case.send(version), status, body, name)
    assert case.state() == before


@for_each("name", ARTICLE_ROWS)
def test_article_profile_changes_the_status_in_v2_alone(application: Application, name: str) -> None:
    case = Case(application, SETUPS[name], status_profile="article")
    for version, (status, body) in EXPECTED[name].responses.items():
        article = EXPECTED[name].article
        assert article is not None
        assert_response(case.send(version), article if version == ApiVersion.V2 else status, body, name)


def test_article_profile_changes_three_rows(application: Application) -> None:
    assert [name for name, row in EXPECTED.items() if row.article is not None] == sorted(
        ARTICLE_ROWS, key=list(EXPECTED).index
    )
    for name in IN_PROCESS:
        if name not in ARTICLE_ROWS:
            status, body = EXPECTED[name].responses[max(EXPECTED[name].responses)]
            case = Case(application, SETUPS[name], status_profile="article")
            assert_response(case.send(max(EXPECTED[name].responses)), status, body, name)
            first = min(EXPECTED[name].responses)
            assert_response(case.send(first), *EXPECTED[name].responses[first], name)


def test_malformed_request_is_rejected_before_the_application() -> None:
    setup = SETUPS["MALFORMED_REQUEST"]
    assert setup.raw is not None
    with MockCRM() as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(setup.raw)
            response = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = response.partition(b"\r\n\r\n")
    status_line, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    status, expected = EXPECTED["MALFORMED_REQUEST"].responses[ApiVersion.V2]
    assert int(status_line.split()[1]) == status
    assert orjson.loads(body) == expected
    assert headers["content-type"] == JSON_TYPE
    assert headers["x-mockcrm-rule"] == "MALFORMED_REQUEST"


@pytest.mark.parametrize("name", RECORD_ROWS)
def test_record_rule_counts_as_failed_in_a_job(application: Application, name: str) -> None:
    setup = SETUPS[name]
    assert setup.job is not None
    case = Case(application, setup)
    body: Any = setup.request.body
    path = setup.request.at(ApiVersion.V2)
    module = path.split("/")[3]
    job_id = case.org.schedule(module, {"data": body["data"], "cvid": setup.job.cvid})
    for request in setup.job.between:
        assert case.as_administrator(request).status_code == 200
    moved = application.send("POST", f"/_mockcrm/orgs/{case.org.name}/jobs/run")
    assert [job["id"] for job in moved.json()["jobs"]] == [job_id]

    counts = {"Failed_Count": 1, "Updated_Count": 1, "Not_Updated_Count": 0, "Total_Count": 2}
    for version in EXPECTED[name].responses:
        assert_response(
            case.org.status(module, job_id, version.label), 200, {"data": [{"Status": "COMPLETED", **counts}]}
        )
    detail = application.send("GET", f"/_mockcrm/orgs/{case.org.name}/jobs/{job_id}").json()
    item = EXPECTED[name].responses[ApiVersion.V2][1]["data"][0]
    assert detail["failures"] == [{"id": "1001", "error": name, "code": item["code"], "message": item["message"]}]
    assert (detail["status"], detail["total"], detail["failed"], detail["updated"]) == ("COMPLETED", 2, 1, 1)
    (field,) = body["data"][0]
    unchanged = case.org.rows("SELECT id FROM record WHERE id = 1001 AND json_extract(fields, ?) IS NULL", f"$.{field}")
    assert len(unchanged) == (0 if name == "INVALID_RECORD_ID" else 1)
    assert case.org.value(1002, field) == body["data"][0][field]


@pytest.mark.parametrize("name", RECORD_ROWS)
def test_record_rule_stops_its_record_alone(application: Application, name: str) -> None:
    case = Case(application, SETUPS[name])
    body: Any = dict(SETUPS[name].request.body)  # type: ignore[call-overload]
    module = SETUPS[name].request.path.split("/")[3]
    (bad,) = body["ids"]
    for version in SETUPS[name].versions:
        response = case.org.mass_update(module, {**body, "ids": [bad, "1002"]}, version.label)
        refused = EXPECTED[name].responses[version][1]["data"][0]
        assert response.status_code == (207 if version is ApiVersion.V8 else 200)
        first, second = response.json()["data"]
        assert first == refused
        assert (second["code"], second["details"]["id"], second["status"]) == ("SUCCESS", "1002", "success")
        assert response.headers["x-mockcrm-rule"] == name


def test_empty_not_found_body(application: Application) -> None:
    case = Case(application, SETUPS["NOT_FOUND"], not_found_body="empty")
    for version in ApiVersion:
        response = case.send(version)
        if version is ApiVersion.V8:
            assert_response(response, *EXPECTED["NOT_FOUND"].responses[version], "NOT_FOUND")
        else:
            assert_response(response, 404, None, "NOT_FOUND")


@for_each("version", list(ApiVersion))
def test_modules_that_a_version_does_not_mass_update(application: Application, version: ApiVersion) -> None:
    org = application.org()
    index = {} if version is ApiVersion.V2 else {"resource_path_index": 0}
    before_v8 = {"Cases", "Tasks", "Events", "Calls"}
    for module in ("Notes", "Attachments", "Services", "Appointments", "Services__s", "Appointments__s", *before_v8):
        for response, invalid in (
            (org.mass_update(module, {"data": [{"Subject": "x"}], "ids": ["1"]}, version.label), "INVALID_MODULE"),
            (org.status(module, "1", version.label), "STATUS_INVALID_MODULE"),
        ):
            if version is ApiVersion.V8 and module in before_v8:
                assert response.headers["x-mockcrm-rule"] not in ("INVALID_MODULE", "NOT_SUPPORTED")
            elif version is ApiVersion.V8:
                assert_response(response, *EXPECTED["NOT_SUPPORTED"].responses[version], "NOT_SUPPORTED")
            else:
                status, body = EXPECTED[invalid].responses[version]
                assert_response(response, status, {**body, "details": index}, invalid)


@for_each("version", list(ApiVersion))
def test_activities_are_mass_updated_until_v2_1(application: Application, version: ApiVersion) -> None:
    response = application.org().status("Activities", "1", version.label)
    if version < ApiVersion.V3:
        assert_response(response, *EXPECTED["NOT_FOUND"].responses[version], "NOT_FOUND")
    else:
        assert_response(response, *EXPECTED["STATUS_INVALID_MODULE"].responses[version], "STATUS_INVALID_MODULE")


@pytest.fixture(scope="module")
def plain(application: Application) -> OrgApi:
    return application.org()


@for_each("name", list(ERROR_BOOK))
def test_every_row_can_be_injected(application: Application, plain: OrgApi, name: str) -> None:
    application.registry.faults.add(plain.uid, Match(), error=name, times=len(ApiVersion))
    for version in ApiVersion:
        response = plain.get(f"/crm/{version.label}/Leads")
        row = ERROR_BOOK[name].sample()
        item = row.item(version)
        top = row.shape_in(version) == "top"
        assert_response(response, row.status_in(version, "reference"), item if top else {"data": [item]}, name)


def test_if_unmodified_since_lets_an_older_record_be_updated(application: Application) -> None:
    org = application.org(SETUPS["ALREADY_MODIFIED"].fixture)
    body = {"data": [{"City": "Pune"}]}
    for since in ("2023-06-01T00:00:00+00:00", "2023-06-01T05:30:00+05:30", "nonsense"):
        fresh = application.org(SETUPS["ALREADY_MODIFIED"].fixture)
        response = fresh.send("PUT", "/crm/v2/Leads/1001", body, headers={"If-Unmodified-Since": since})
        assert response.json()["data"][0]["code"] == "SUCCESS"
    several = {"data": [{"id": "1001", "City": "Pune"}, {"id": "999", "City": "Pune"}]}
    response = org.send("PUT", "/crm/v2/Leads", several, headers={"If-Unmodified-Since": "2023-01-01T00:00:00Z"})
    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (202, "ALREADY_MODIFIED,INVALID_RECORD_ID")
