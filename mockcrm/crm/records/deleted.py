"""GET /{module}/deleted: which records were deleted, by whom and when (docs/contract/mass-update-and-core.md 4.9)."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson

from mockcrm.core.clock import iso
from mockcrm.core.errors.request import PatternNotMatched
from mockcrm.core.org_metadata.users import user_json
from mockcrm.core.records import listing
from mockcrm.core.records.listing import DeletedRecord
from mockcrm.http import parameters
from mockcrm.http.call import Call
from mockcrm.http.response import Response

TYPES = {"all": ("recycle", "permanent"), "recycle": ("recycle",), "permanent": ("permanent",)}


async def get_deleted(call: Call) -> Response:
    """Return a page of the deleted records, the last deleted first (assumed)."""
    types = TYPES.get(call.query.get("type", "all"))
    if types is None:
        raise PatternNotMatched({"param_name": "type"})
    page, per_page = parameters.page_of_records(call), parameters.per_page(call)
    since = parameters.time_header(call, "if-modified-since")
    module_ids = [module.id for module in call.metadata.record_modules(call.module)]

    def select(connection: sqlite3.Connection) -> list[DeletedRecord]:
        return listing.deleted_page(connection, module_ids, types, since, per_page + 1, (page - 1) * per_page)

    found = await call.org.scan(select)
    if not found:
        return Response(204 if since is None else 304)
    shown = [_item(call, record) for record in found[:per_page]]
    info = {"per_page": per_page, "count": len(shown), "page": page, "more_records": len(found) > per_page}
    return Response(200, orjson.dumps({"data": shown, "info": info}))


def _item(call: Call, record: DeletedRecord) -> dict[str, Any]:
    metadata = call.metadata
    return {
        "deleted_by": orjson.Fragment(user_json(metadata, record.deleted_by)),
        "id": str(record.id),
        "display_name": record.display_name,
        "type": record.type,
        "created_by": orjson.Fragment(user_json(metadata, record.created_by)),
        "deleted_time": iso(record.deleted_time, metadata.org.offset),
    }
