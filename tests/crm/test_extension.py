"""A capability from outside the package: its error, mass action, endpoint and models work through the public
interface."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import pytest
from pydantic import TypeAdapter

from mockcrm.core.bulk import rules
from mockcrm.core.bulk.body import parse_cvid
from mockcrm.core.bulk.records import check_chunk
from mockcrm.core.bulk.request import BulkBody, BulkRequest
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.errors import RecordError
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule
from mockcrm.core.records import store as records
from mockcrm.core.records.store import Assignment, Head
from mockcrm.crm import CAPABILITIES
from mockcrm.crm.bulk_actions import bulk_actions
from mockcrm.crm.capability import Capability
from mockcrm.crm.error_book import ERROR_BOOK, error_book
from mockcrm.http.bulk import schedule_over_view
from mockcrm.http.call import Call
from mockcrm.http.documented import Documented
from mockcrm.http.endpoint import Endpoint, Operation, of_module, verbs
from mockcrm.http.modules import record_module
from mockcrm.http.response import Response
from mockcrm.http.schema.base import ApiModel, RecordId, list_of, success_of
from tests.support.application import Application, error


class AlreadyArchived(RecordError):
    """Raised when a record is archived already."""

    name = "RECORD_ALREADY_ARCHIVED"
    code = "ALREADY_ARCHIVED"
    message = "the record is archived"
    trigger = "a record in the state locked"


def not_archived(record_id: str, head: Head, _module: OrgModule) -> None:
    """The record rule of the example: a locked record counts as archived."""
    if head.state & RecordState.LOCKED:
        raise AlreadyArchived(record_id)


RULES: tuple[Callable[[BulkRequest], None], ...] = (rules.mode_given, rules.view_exists, rules.view_accessible)


async def post_mass_archive(call: Call) -> Response:
    """Schedule the job."""
    request = BulkRequest(
        module=call.module,
        user=call.user,
        profile=call.profile,
        metadata=call.metadata,
        edition=call.org.edition,
        version=call.version,
    )
    request.body = BulkBody(cvid=parse_cvid(call.json()))
    for rule in RULES:
        rule(request)
    parameters = {"module": call.module.api_name}
    return await schedule_over_view(call, request, MassArchive.name, parameters, "mass archive scheduled successfully")


class MassArchive:
    """The action of the example: it sets the city `Archive`."""

    name: ClassVar[str] = "mass_archive"

    def run_chunk(
        self,
        connection: sqlite3.Connection,
        metadata: OrgMetadata,
        request: dict[str, Any],
        ids: Sequence[int],
        user_id: int,
        now: int,
    ) -> list[tuple[int, str]]:
        module = metadata.modules[request["module"]]
        heads = records.heads(connection, ids)
        passed, failures = check_chunk(heads, ids, {module.id: module}, not_archived)
        records.update_all(connection, passed, [module.id], [Assignment("City", '"Archive"')], user_id, now)
        return failures


class ArchivedView(ApiModel):
    """The records of a view to archive."""

    cvid: RecordId


class ArchiveJob(ApiModel):
    """The scheduled job."""

    job_id: RecordId


SCHEDULED = list_of(
    "ArchiveScheduled", "data", success_of("ArchiveItem", ArchiveJob, "mass archive scheduled successfully")
)
DOCUMENTED = {
    "post_mass_archive": Documented(
        "Archive the records of a view: in a job.",
        body=ArchivedView,
        responses={200: SCHEDULED},
        errors=("INVALID_MODULE", "MODULE_NOT_IN_API", "INVALID_CVID", "NEITHER_IDS_NOR_CVID", AlreadyArchived.name),
        examples={"a view": {"cvid": "2001"}},
    )
}
MASS_ARCHIVE = Capability(
    "tests.crm.test_extension",
    endpoints=(
        Endpoint(
            "/crm/{version}/{module}/actions/mass_archive",
            verbs(POST=Operation(post_mass_archive, of_module("mass_update", "update"))),
            module=record_module,
        ),
    ),
    errors=(AlreadyArchived,),
    actions=(MassArchive(),),
    documents=lambda: DOCUMENTED,
)
FIXTURE = {
    "custom_views": [{"id": "2001", "module": "Leads", "name": "Every Lead"}],
    "records": {
        "Leads": [
            {"id": "1001", "fields": {"Last_Name": "Boyle"}},
            {"id": "1002", "state": ["locked"], "fields": {"Last_Name": "Stone"}},
        ]
    },
}


@pytest.fixture(scope="module")
def extended() -> Iterator[Application]:
    with Application(capabilities=(*CAPABILITIES, MASS_ARCHIVE)) as application:
        yield application


def test_job_of_a_new_action_runs_to_its_end(extended: Application) -> None:
    org = extended.org(FIXTURE)

    response = org.send("POST", "/crm/v8/Leads/actions/mass_archive", {"cvid": "2001"})
    assert response.status_code == 200
    (item,) = response.json()["data"]
    assert (item["code"], item["message"]) == ("SUCCESS", "mass archive scheduled successfully")

    job_id = item["details"]["job_id"]
    (job,) = extended.send("POST", f"/_mockcrm/orgs/{org.name}/jobs/run").json()["jobs"]
    assert (job["id"], job["action"], job["status"]) == (job_id, "mass_archive", "COMPLETED")
    assert (job["total"], job["updated"], job["failed"], job["not_updated"]) == (2, 1, 1, 0)
    assert org.value(1001, "City") == "Archive"

    detail = extended.send("GET", f"/_mockcrm/orgs/{org.name}/jobs/{job_id}").json()
    failure = {
        "id": "1002",
        "error": "RECORD_ALREADY_ARCHIVED",
        "code": "ALREADY_ARCHIVED",
        "message": "the record is archived",
    }
    assert detail["failures"] == [failure]


def test_shared_rules_of_a_new_action_are_checked(extended: Application) -> None:
    org = extended.org(FIXTURE)
    for body, rule in (({"cvid": "2002"}, "INVALID_CVID"), ({}, "NEITHER_IDS_NOR_CVID")):
        response = org.send("POST", "/crm/v8/Leads/actions/mass_archive", body)
        assert response.headers["x-mockcrm-rule"] == rule
    assert org.send("POST", "/crm/v8/Leads/actions/mass_archive", {"cvid": "2001"}).status_code == 200
    response = org.mass_update("Leads", {"data": [{"City": "Pune"}], "cvid": "2001"})
    assert response.headers["x-mockcrm-rule"] == "ALREADY_SCHEDULED"


@pytest.mark.parametrize("name", ["RECORD_ALREADY_ARCHIVED", "ALREADY_ARCHIVED"])
def test_new_error_can_be_injected_by_its_name_or_code(extended: Application, name: str) -> None:
    org = extended.org(FIXTURE)
    added = extended.send("POST", f"/_mockcrm/orgs/{org.name}/faults", json={"error": name, "times": 1})
    assert (added.status_code, added.json()["error"]) == (201, "RECORD_ALREADY_ARCHIVED")

    response = org.get("/crm/v2/Leads")

    assert (response.status_code, response.headers["x-mockcrm-rule"]) == (400, "RECORD_ALREADY_ARCHIVED")
    assert response.json() == {"data": [error("ALREADY_ARCHIVED", "the record is archived", {"id": ""})]}


def test_new_operation_is_in_the_documents(extended: Application) -> None:
    org = extended.org(FIXTURE)
    document = extended.send("GET", "/_mockcrm/openapi/v8.json").json()

    operation = document["paths"]["/crm/v8/{module}/actions/mass_archive"]["post"]
    names = (operation["operationId"], operation["summary"], operation["tags"])
    assert names == ("post_mass_archive", "Archive the records of a view", ["test_extension"])
    body = operation["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/ArchivedView"}
    assert "ALREADY_ARCHIVED" in operation["responses"]["400"]["x-error-codes"]
    response = org.send("POST", "/crm/v8/Leads/actions/mass_archive", body["examples"]["a view"]["value"])
    TypeAdapter(SCHEDULED).validate_json(response.content)


def test_application_without_the_capability_does_not_know_it(application: Application) -> None:
    org = application.org(FIXTURE)
    response = org.send("POST", "/crm/v8/Leads/actions/mass_archive", {"cvid": "2001"})
    assert response.headers["x-mockcrm-rule"] == "INVALID_URL_PATTERN"
    fault = {"error": "RECORD_ALREADY_ARCHIVED"}
    assert application.send("POST", f"/_mockcrm/orgs/{org.name}/faults", json=fault).status_code == 400
    assert "RECORD_ALREADY_ARCHIVED" not in ERROR_BOOK


def test_names_of_errors_and_actions_are_unique() -> None:
    class Twin(RecordError):
        name = AlreadyArchived.name

    class TwinAction(MassArchive):
        pass

    twins = Capability("twins", endpoints=(), errors=(Twin,), actions=(TwinAction(),))
    with pytest.raises(ValueError, match="two errors are named RECORD_ALREADY_ARCHIVED"):
        error_book((*CAPABILITIES, MASS_ARCHIVE, twins))
    with pytest.raises(ValueError, match="two actions are named mass_archive"):
        bulk_actions((*CAPABILITIES, MASS_ARCHIVE, twins))
