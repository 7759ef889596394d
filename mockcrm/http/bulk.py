"""Responding to a mass action over a view, in the same way for each such action."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import partial

from mockcrm.core.bulk.request import BulkRequest
from mockcrm.core.bulk.view import require_idle_view, schedule_job, select_records
from mockcrm.core.criteria import CriteriaContext
from mockcrm.http.call import Call
from mockcrm.http.envelopes import scheduled_response
from mockcrm.http.response import Response


async def schedule_over_view(
    call: Call, request: BulkRequest, action: str, parameters: Mapping[str, object], message: str
) -> Response:
    """Schedule a job of `action` over the records of the request's view; respond with its id and `message`.

    The request has passed its rules. Raises AlreadyScheduled, LimitExceeded and NoRecordsFound.
    """
    require_idle_view(call.org.reader, request)
    context = CriteriaContext(call.user.id, call.org.clock.now(), call.metadata.org.offset)
    ids = await call.org.scan(partial(select_records, request=request, context=context))

    def schedule(connection: sqlite3.Connection) -> int:
        return schedule_job(connection, request, action, parameters, ids, call.org.clock.now())

    job_id = await call.org.write(schedule, metadata=call.metadata)
    call.runtime.worker.notify(call.org.uid)
    return scheduled_response(job_id, message)
