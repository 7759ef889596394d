"""POST and GET /crm/{version}/{module}/actions/mass_update (docs/contract/mass-update-and-core.md 2)."""

from __future__ import annotations

import sqlite3
from functools import partial

from mockcrm.core.automation import engine as automation
from mockcrm.core.automation.engine import Trigger
from mockcrm.core.automation.events import AutomationEvent
from mockcrm.core.bulk import Outcome
from mockcrm.core.criteria import CriteriaContext
from mockcrm.core.ids import parse_id
from mockcrm.core.jobs import engine
from mockcrm.core.jobs import store as jobs
from mockcrm.core.jobs.store import Job
from mockcrm.core.orgs.org import MAX_SHORT_WRITE_RECORDS
from mockcrm.crm.mass_update import action as mass_update
from mockcrm.crm.mass_update import errors, rules
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, Operation, of_module, verbs
from mockcrm.http.envelopes import error_answer, outcomes_answer, scheduled_answer
from mockcrm.http.response import Answer, dumped


async def post_mass_update(call: Call) -> Answer:
    """Update records by ids at once, or schedule a job over a view."""
    request = mass_update.Request(
        raw=call.json(),
        module=call.module,
        user=call.user,
        profile=call.profile,
        directory=call.directory,
        edition=call.org.edition,
        version=call.version,
        strict_picklists=call.org.settings.strict_picklists,
    )
    mass_update.check(request)
    return await (_by_ids if request.body.ids else _by_view)(call, request)


async def _by_ids(call: Call, request: mass_update.Request) -> Answer:
    now = call.org.now()
    trigger = Trigger(call.user.id, now)

    def update(connection: sqlite3.Connection) -> tuple[list[Outcome], list[AutomationEvent]]:
        outcomes = mass_update.update_by_ids(connection, request, now)
        updated = [outcome.head.id for outcome in outcomes if outcome.error is None and outcome.head is not None]
        return outcomes, automation.fire(connection, call.directory, call.module, updated, trigger)

    long = len(request.body.ids) > MAX_SHORT_WRITE_RECORDS
    outcomes, fired = await call.org.write(call.runtime.pool, update, directory=call.directory, long=long)
    call.org.publish(call.directory, fired)
    message = mass_update.RECORD_UPDATED
    return outcomes_answer(outcomes, call.directory, call.user.id, now, call.version, call.status_profile, message)


async def _by_view(call: Call, request: mass_update.Request) -> Answer:
    mass_update.view_is_busy(call.org.reader, request)
    context = CriteriaContext(call.user.id, call.org.clock.now(), call.directory.org.offset)
    ids = await call.org.scan(call.runtime.pool, partial(mass_update.select, request=request, context=context))

    def schedule(connection: sqlite3.Connection) -> int:
        return mass_update.schedule(connection, request, ids, call.org.clock.now())

    job_id = await call.org.write(call.runtime.pool, schedule, directory=call.directory)
    call.runtime.worker.notify(call.org.uid)
    return scheduled_answer(job_id, mass_update.SCHEDULED)


async def get_mass_update(call: Call) -> Answer:
    """The status of a job. A job of another module counts as unknown
    (docs/contract/mass-update-and-core.md 2.4, assumed)."""
    text = call.query.get("job_id")
    if not text:
        raise errors.JobIdMissing
    number = parse_id(text)
    job = None if number is None else jobs.one(call.org.reader, number)
    if job is None or job.module_id != call.module.id or job.action != mass_update.MassUpdate.name:
        return _job_not_found(call)
    if job.live and call.org.settings.job_policy.mode == "polled":
        job = await engine.poll(call.org, call.runtime.pool, job)
        if job is None:
            return _job_not_found(call)
    return dumped(200, {"data": [status_json(job)]})


def _job_not_found(call: Call) -> Answer:
    """V7's table and the SDK's both say `Empty response`, so the setting not_found_body chooses: JSON or nothing."""
    error = errors.JobNotFound()
    answer = error_answer(error, call.version, call.status_profile)
    if answer.status == 404 and call.org.settings.not_found_body == "empty":
        answer.body = b""
    return answer


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
