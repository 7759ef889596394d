"""Zoho's JSON shapes: errors alone or in data[], outcomes of records, times, ids and users."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from mockcrm.core.bulk.action import Outcome
from mockcrm.core.clock import iso
from mockcrm.core.errors import StatusProfile, ZohoError
from mockcrm.core.errors.base import SourceSettings
from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.core.org_metadata.users import user_json
from mockcrm.core.records.store import Head
from mockcrm.core.versions import ApiVersion
from mockcrm.http.response import Response, json_response


def error_response(
    error: ZohoError, version: ApiVersion, profile: StatusProfile, settings: SourceSettings | None = None
) -> Response:
    """Return the response to a request that fails as a whole with this error; `settings` are the org's, if it is
    known."""
    if settings is not None:
        error.follow(settings)
    item = error.item(version)
    content = item if error.shape_in(version) == "top" else {"data": [item]}
    return json_response(error.status_in(version, profile), content, rules=(error.name,))


def _updated_json(head: Head, metadata: OrgMetadata, modified: str, message: str) -> str:
    created = iso(head.created_time, metadata.org.offset)
    return (
        f'{{"code":"SUCCESS","details":{{{modified},"Created_Time":"{created}","id":"{head.id}",'
        f'"Created_By":{user_json(metadata, head.created_by)}}},"message":"{message}","status":"success"}}'
    )


def outcomes_response(
    outcomes: Sequence[Outcome],
    metadata: OrgMetadata,
    user_id: int,
    now: int,
    version: ApiVersion,
    profile: StatusProfile,
    message: str,
) -> Response:
    """Return one item per record, in the order sent (docs/contract/mass-update-and-core.md 2.1). The status is 200, in
    v8 207, if some failed; if all failed, the status that their errors have in common, otherwise 400 (assumed)."""
    modified = f'"Modified_Time":"{iso(now, metadata.org.offset)}","Modified_By":{user_json(metadata, user_id)}'
    items = [
        _updated_json(outcome, metadata, modified, message)
        if isinstance(outcome, Head)
        else orjson.dumps(outcome.item(version)).decode()
        for outcome in outcomes
    ]
    failed = [outcome for outcome in outcomes if isinstance(outcome, ZohoError)]
    status = 200
    if len(failed) == len(outcomes):
        statuses = {error.status_in(version, profile) for error in failed}
        status = statuses.pop() if len(statuses) == 1 else 400
    elif failed:
        status = version.mixed_mass_update_status
    body = f'{{"data":[{",".join(items)}]}}'.encode()
    return Response(status, body, tuple(error.name for error in failed))


def scheduled_response(job_id: int, message: str) -> Response:
    """Return the response to a request that became a job."""
    details = {"job_id": str(job_id)}
    return json_response(
        200, {"data": [{"code": "SUCCESS", "details": details, "message": message, "status": "success"}]}
    )
