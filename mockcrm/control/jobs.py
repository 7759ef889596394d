"""/orgs/{org}/jobs: showing scheduled jobs and advancing them by hand."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body

from mockcrm.control import models
from mockcrm.control.context import Running, email_of, open_org
from mockcrm.control.errors import ControlError
from mockcrm.control.models import Failure, JobAnswer, JobDetail, Jobs, Steps
from mockcrm.core.clock import iso
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.book import ErrorBook
from mockcrm.core.ids import parse_id
from mockcrm.core.jobs import engine
from mockcrm.core.jobs import store as jobs
from mockcrm.core.jobs.store import Job
from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.core.orgs.org import Org
from mockcrm.core.versions import ApiVersion

router = APIRouter(prefix="/orgs/{org}/jobs", tags=["jobs"])


@router.get("")
def list_jobs(org: str, runtime: Running) -> Jobs:
    """List the jobs of the org, oldest first."""
    with open_org(runtime, org) as found:
        return Jobs(jobs=[_response(found.metadata, job) for job in found.scan_blocking(jobs.list_all)])


@router.post("/run")
def run(org: str, runtime: Running) -> Jobs:
    """Run every live job to its end under any policy, and return these jobs."""
    with open_org(runtime, org) as found:
        return Jobs(jobs=[_response(found.metadata, job) for job in engine.run(found)])


@router.get("/{job}")
def show(org: str, job: str, runtime: Running) -> JobDetail:
    """Show a job, with the error of each failed record."""
    with open_org(runtime, org) as found:
        return _detail(found, _id(found, job), runtime.errors)


@router.post("/{job}/step")
def step(org: str, job: str, runtime: Running, body: Annotated[Steps | None, Body()] = None) -> JobDetail:
    """Start the job if it is SCHEDULED, then process some records. A finished job is not changed."""
    with open_org(runtime, org) as found:
        job_id = _id(found, job)
        engine.step(found, job_id, None if body is None else body.records)
        return _detail(found, job_id, runtime.errors)


@router.post("/{job}/fail")
def fail(org: str, job: str, runtime: Running, body: Annotated[Failure | None, Body()] = None) -> JobDetail:
    """Make the job fail once `after` of its records are processed. A finished job is not changed."""
    with open_org(runtime, org) as found:
        job_id = _id(found, job)
        engine.fail(found, job_id, 0 if body is None else body.after)
        return _detail(found, job_id, runtime.errors)


def _id(org: Org, text: str) -> int:
    job_id = parse_id(text)
    if job_id is None or org.scan_blocking(lambda connection: jobs.get(connection, job_id)) is None:
        raise _no_job(org, text)
    return job_id


def _no_job(org: Org, text: str) -> ControlError:
    return ControlError(404, f"the org {org.name!r} has no job {text!r}", "path.job")


def _detail(org: Org, job_id: int, errors: ErrorBook) -> JobDetail:
    job = org.scan_blocking(lambda connection: jobs.get(connection, job_id))
    if job is None:
        raise _no_job(org, str(job_id))
    failed = org.scan_blocking(lambda connection: jobs.failures(connection, job_id))
    response = _response(org.metadata, job)
    return JobDetail(**dict(response), failures=[_failure(record, errors[name]) for record, name in failed])


def _failure(record: int, row: type[ZohoError]) -> models.RecordFailure:
    message = row.sample().message_in(ApiVersion.V2)
    return models.RecordFailure(id=str(record), error=row.name, code=row.code, message=message)


def _response(metadata: OrgMetadata, job: Job) -> JobAnswer:
    module = metadata.modules_by_id.get(job.module_id)
    times: dict[str, Any] = {
        key: None if value is None else iso(value, metadata.org.offset)
        for key, value in (("created", job.created_time), ("started", job.started_time), ("ended", job.ended_time))
    }
    return JobAnswer(
        id=str(job.id),
        action=job.action,
        module=str(job.module_id) if module is None else module.api_name,
        cvid=str(job.cvid),
        user=email_of(metadata, job.user_id),
        status=job.status,
        total=job.total,
        updated=job.updated,
        failed=job.failed,
        not_updated=job.not_updated,
        **times,
    )
