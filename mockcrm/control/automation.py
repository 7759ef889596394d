"""/orgs/{org}/automation: what workflows, approvals and blueprints did, and what became of their webhooks."""

from __future__ import annotations

from typing import Any, Literal

import orjson
from fastapi import APIRouter

from mockcrm.control.context import Running, opened
from mockcrm.control.models import Content
from mockcrm.core.automation import events as firings
from mockcrm.core.automation.events import Firing
from mockcrm.core.clock import iso
from mockcrm.core.org_metadata.model import Directory

router = APIRouter(prefix="/orgs/{org}/automation", tags=["automation"])


class WebhookResult(Content):
    """A webhook: the HTTP status of its answer, or why there is none. Both null: not sent yet."""

    url: str
    status: int | None
    error: str | None


class FiringAnswer(Content):
    """What automation did to one record. `name` is the workflow's name, the blueprint's field or the approval's module;
    `job_id` the job that updated the record, null for an update by ids; `changes` the fields that were set."""

    time: str
    kind: Literal["workflow", "approval", "blueprint"]
    name: str
    module: str
    record_id: str
    job_id: str | None
    changes: dict[str, Any]
    webhook: WebhookResult | None


class Firings(Content):
    """Firings, oldest first."""

    automation: list[FiringAnswer]


class FiringsDeleted(Content):
    """How many firings were forgotten."""

    deleted: int


@router.get("")
def list_firings(org: str, runtime: Running) -> Firings:
    """Everything that automation did, oldest first."""
    with opened(runtime, org) as found:
        fired = found.scan_here(firings.every)
        return Firings(automation=[_answer(found.directory, firing) for firing in fired])


@router.delete("")
def forget(org: str, runtime: Running) -> FiringsDeleted:
    """Forget what automation did; the records stay as they are."""
    with opened(runtime, org) as found:
        return FiringsDeleted(deleted=found.write_here(firings.clear))


def _answer(directory: Directory, firing: Firing) -> FiringAnswer:
    module = directory.modules_by_id.get(firing.module_id)
    webhook = None
    if firing.webhook is not None:
        webhook = WebhookResult(url=firing.webhook, status=firing.webhook_status, error=firing.webhook_error)
    return FiringAnswer.model_validate(
        {
            "time": iso(firing.time, directory.org.offset),
            "kind": firing.kind,
            "name": firing.name,
            "module": str(firing.module_id) if module is None else module.api_name,
            "record_id": str(firing.record_id),
            "job_id": None if firing.job_id is None else str(firing.job_id),
            "changes": orjson.loads(firing.changes),
            "webhook": webhook,
        }
    )
