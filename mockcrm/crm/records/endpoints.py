"""Records of a module: listed, read, inserted, updated, deleted, and assigned to territories."""

from __future__ import annotations

from mockcrm.crm.records.deleted import get_deleted
from mockcrm.crm.records.reading import get_record, get_records
from mockcrm.crm.records.rules import (
    require_create_right,
    require_delete_right,
    require_deleted_right,
    require_update_right,
    require_upsert_right,
)
from mockcrm.crm.records.territories import assign_territories, assign_territories_of_record
from mockcrm.crm.records.writing import (
    delete_record,
    delete_records,
    post_records,
    put_record,
    put_records,
    upsert_records,
)
from mockcrm.http.endpoint import Endpoint, Operation, of_module, verbs
from mockcrm.http.modules import record_module
from mockcrm.http.scopes import require_read_right

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/crm/{version}/{module}",
        verbs(
            GET=Operation(get_records, of_module("modules", "read"), require_read_right),
            POST=Operation(post_records, of_module("modules", "create"), require_create_right),
            PUT=Operation(put_records, of_module("modules", "update"), require_update_right),
            DELETE=Operation(delete_records, of_module("modules", "delete"), require_delete_right),
        ),
        module=record_module,
        summary="List, insert, update and delete records",
    ),
    Endpoint(
        "/crm/{version}/{module}/upsert",
        verbs(POST=Operation(upsert_records, of_module("modules", "create", "update"), require_upsert_right)),
        module=record_module,
        summary="Insert records, or update those that are there already",
    ),
    Endpoint(
        "/crm/{version}/{module}/deleted",
        verbs(GET=Operation(get_deleted, of_module("modules", "read"), require_deleted_right)),
        module=record_module,
        summary="Deleted records",
    ),
    Endpoint(
        "/crm/{version}/{module}/actions/assign_territories",
        verbs(POST=Operation(assign_territories, of_module("modules", "update"), require_update_right)),
        module=record_module,
        summary="Assign records to territories",
    ),
    Endpoint(
        "/crm/{version}/{module}/{id}/actions/assign_territories",
        verbs(POST=Operation(assign_territories_of_record, of_module("modules", "update"), require_update_right)),
        module=record_module,
        summary="Assign one record to territories",
    ),
    Endpoint(
        "/crm/{version}/{module}/{id}",
        verbs(
            GET=Operation(get_record, of_module("modules", "read"), require_read_right),
            PUT=Operation(put_record, of_module("modules", "update"), require_update_right),
            DELETE=Operation(delete_record, of_module("modules", "delete"), require_delete_right),
        ),
        module=record_module,
        summary="One record",
    ),
)
"""The rows of this capability, in the order in which paths are matched."""
