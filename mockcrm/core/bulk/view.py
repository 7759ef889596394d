"""Selecting the records of a view and scheduling the job that changes them.

The order is `require_idle_view`, `select_records`, `schedule_job` (docs/contract/mass-update-and-core.md 2.1). Row
numbers are those of the error table in its section 2.2.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from mockcrm.core.bulk.request import BulkRequest
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.criteria import CriteriaContext, compile_criteria, names_field
from mockcrm.core.errors.bulk import AlreadyScheduled, LimitExceeded, NoRecordsFound
from mockcrm.core.jobs import store as jobs
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.records import store as records

MAX_VIEW_RECORDS = 50_000
"""The most records that one job may have."""


def require_idle_view(connection: sqlite3.Connection, request: BulkRequest) -> None:
    """Raise AlreadyScheduled when a job on the view is live (row 12). This check only puts the error into the
    documented order; what prevents a second job is the unique index that `schedule_job` relies on."""
    if jobs.has_live_on_view(connection, request.view.id):
        raise AlreadyScheduled


def select_records(connection: sqlite3.Connection, request: BulkRequest, context: CriteriaContext) -> list[int]:
    """Return the ids of the records that are in the view now (assumed: a job changes the records found at the time of
    the POST).

    Converted Leads are excluded unless the criteria name Converted__s (assumed). Raises LimitExceeded (row 13) and
    NoRecordsFound (row 15).
    """
    conditions = [compile_criteria(criteria, context) for criteria in request.criteria]
    texts = [f"({sql.text})" for sql in conditions] or ["1"]
    if not any(names_field(criteria, "Converted__s") for criteria in request.criteria):
        texts.append(f"state & {int(RecordState.CONVERTED)} = 0")
    ids = records.matching_ids(
        connection,
        [module.id for module in request.metadata.record_modules(request.module)],
        " AND ".join(texts),
        [parameter for sql in conditions for parameter in sql.parameters],
        request.territories,
        MAX_VIEW_RECORDS + 1,
    )
    records_within_limit(ids)
    some_record(ids)
    return ids


def records_within_limit(ids: Sequence[int]) -> None:
    """Raise LimitExceeded above 50,000 records (row 13)."""
    if len(ids) > MAX_VIEW_RECORDS:
        raise LimitExceeded


def some_record(ids: Sequence[int]) -> None:
    """Raise NoRecordsFound when the view has no records (row 15)."""
    if not ids:
        raise NoRecordsFound


def schedule_job(
    connection: sqlite3.Connection,
    request: BulkRequest,
    action: str,
    parameters: Mapping[str, object],
    ids: Sequence[int],
    now: float,
) -> int:
    """Store a job of `action` with its record ids, inside the caller's transaction; return the job id.

    `parameters` is what the action needs to change a chunk of records. Raises AlreadyScheduled when a job on the view
    is live (row 12).
    """
    job_id = metadata_store.allocate_ids(connection, 1)
    scheduled = jobs.schedule(
        connection,
        job_id=job_id,
        action=action,
        module_id=request.module.id,
        cvid=request.view.id,
        user_id=request.user.id,
        request=dict(parameters),
        ids=ids,
        now=now,
    )
    if not scheduled:
        raise AlreadyScheduled
    return job_id
