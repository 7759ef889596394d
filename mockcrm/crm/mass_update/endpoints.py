"""POST and GET /crm/{version}/{module}/actions/mass_update (docs/contract/mass-update-and-core.md 2)."""

from __future__ import annotations

import sqlite3

from mockcrm.core.automation import engine as automation
from mockcrm.core.automation.engine import Trigger
from mockcrm.core.automation.events import AutomationEvent
from mockcrm.core.bulk.action import Outcome
from mockcrm.core.field_values import ValueContext
from mockcrm.core.ids import parse_id
from mockcrm.core.jobs import engine
from mockcrm.core.jobs import store as jobs
from mockcrm.core.jobs.store import Job
from mockcrm.core.orgs.org import MAX_SHORT_WRITE_RECORDS
from mockcrm.core.records.store import Head
from mockcrm.crm.mass_update import errors, rules
from mockcrm.crm.mass_update.action import MassUpdate, job_parameters, update_by_ids
from mockcrm.crm.mass_update.body import MassUpdateRequest
from mockcrm.http.bulk import schedule_over_view
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, Operation, of_module, verbs
from mockcrm.http.envelopes import error_response, outcomes_response
from mockcrm.http.response import Response, json_response

RECORD_UPDATED = "record updated"
SCHEDULED = "mass update scheduled successfully"


async def post_mass_update(call: Call) -> Response:
    """Update records by ids at once, or schedule a job over a view."""
    request = MassUpdateRequest(
        raw=call.json(),
        module=call.module,
        user=call.user,
        profile=call.profile,
        metadata=call.metadata,
        edition=call.org.edition,
        version=call.version,
        values=ValueContext.of(call.version, call.metadata, call.org.settings),
    )
    rules.check(request)
    if request.body.ids:
        return await _update_by_ids(call, request)
    return await schedule_over_view(call, request, MassUpdate.name, job_parameters(request), SCHEDULED)


async def _update_by_ids(call: Call, request: MassUpdateRequest) -> Response:
    now = call.org.now()
    trigger = Trigger(call.user.id, now)

    def update(connection: sqlite3.Connection) -> tuple[list[Outcome], list[AutomationEvent]]:
        outcomes = update_by_ids(connection, request, now)
        updated = [outcome.id for outcome in outcomes if isinstance(outcome, Head)]
        return outcomes, automation.fire(connection, call.metadata, call.module, updated, trigger)

    long = len(request.body.ids) > MAX_SHORT_WRITE_RECORDS
    outcomes, fired = await call.org.write(update, metadata=call.metadata, long=long)
    if fired:
        call.org.publish(call.metadata, fired)
    return outcomes_response(
        outcomes, call.metadata, call.user.id, now, call.version, call.status_profile, RECORD_UPDATED
    )


async def get_mass_update(call: Call) -> Response:
    """The status of a job. A job of another module counts as unknown
    (docs/contract/mass-update-and-core.md 2.4, assumed)."""
    text = call.query.get("job_id")
    if not text:
        raise errors.JobIdMissing
    job_id = parse_id(text)
    job = None if job_id is None else jobs.get(call.org.reader, job_id)
    if job is None or job.module_id != call.module.id or job.action != MassUpdate.name:
        return _job_not_found(call)
    if job.live and call.org.settings.job_policy.mode == "polled":
        job = await engine.poll(call.org, job)
        if job is None:
            return _job_not_found(call)
    return json_response(200, {"data": [status_json(job)]})


def _job_not_found(call: Call) -> Response:
    """V7's table and the SDK's both say `Empty response`, so the setting not_found_body chooses: JSON or nothing."""
    error = errors.JobNotFound()
    response = error_response(error, call.version, call.status_profile)
    if response.status == 404 and call.org.settings.not_found_body == "empty":
        response.body = b""
    return response


def status_json(job: Job) -> dict[str, object]:
    """The five keys of a job's status, in the case that the documents show."""
    return {
        "Status": job.status,
        "Failed_Count": job.failed,
        "Updated_Count": job.updated,
        "Not_Updated_Count": job.not_updated,
        "Total_Count": job.total,
    }


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/crm/{version}/{module}/actions/mass_update",
        verbs(
            POST=Operation(post_mass_update, of_module("mass_update", "update"), rules.require_mass_update_right),
            GET=Operation(get_mass_update, of_module("mass_update", "read"), rules.require_status_right),
        ),
        module=rules.mass_update_module,
        summary="Mass update records, or ask for the status of a job",
    ),
)
"""The rows of this capability, in the order in which paths are matched."""
