"""/orgs/{org}/automation: the effects of workflows, approvals and blueprints, and the results of their webhooks."""

from __future__ import annotations

from typing import Any, Literal

import orjson
from fastapi import APIRouter

from mockcrm.control.context import Running, open_org
from mockcrm.control.models import Content
from mockcrm.core.automation import events
from mockcrm.core.automation.events import AutomationEvent
from mockcrm.core.clock import iso
from mockcrm.core.org_metadata.model import OrgMetadata

router = APIRouter(prefix="/orgs/{org}/automation", tags=["automation"])


class WebhookResult(Content):
    """A webhook: the HTTP status of its response, or the error if there was none. Both are null until it was sent."""

    url: str
    status: int | None
    error: str | None


class FiringAnswer(Content):
    """One automation event: what automation did to one record. `name` is the workflow's name, the blueprint's field or
    the approval's module; `job_id` the job that updated the record, null for an update by ids; `changes` the fields
    that were set."""

    time: str
    kind: Literal["workflow", "approval", "blueprint"]
    name: str
    module: str
    record_id: str
    job_id: str | None
    changes: dict[str, Any]
    webhook: WebhookResult | None


class Firings(Content):
    """Automation events, oldest first."""

    automation: list[FiringAnswer]


class FiringsDeleted(Content):
    """How many automation events were deleted."""

    deleted: int


@router.get("")
def list_firings(org: str, runtime: Running) -> Firings:
    """List the org's automation events, oldest first."""
    with open_org(runtime, org) as found:
        fired = found.scan_blocking(events.list_events)
        return Firings(automation=[_response(found.metadata, event) for event in fired])


@router.delete("")
def forget(org: str, runtime: Running) -> FiringsDeleted:
    """Delete the org's automation events; the records are not changed."""
    with open_org(runtime, org) as found:
        return FiringsDeleted(deleted=found.write_blocking(events.delete_events))


def _response(metadata: OrgMetadata, event: AutomationEvent) -> FiringAnswer:
    module = metadata.modules_by_id.get(event.module_id)
    webhook = None
    if event.webhook is not None:
        webhook = WebhookResult(url=event.webhook, status=event.webhook_status, error=event.webhook_error)
    return FiringAnswer.model_validate(
        {
            "time": iso(event.time, metadata.org.offset),
            "kind": event.kind,
            "name": event.name,
            "module": str(event.module_id) if module is None else module.api_name,
            "record_id": str(event.record_id),
            "job_id": None if event.job_id is None else str(event.job_id),
            "changes": orjson.loads(event.changes),
            "webhook": webhook,
        }
    )
