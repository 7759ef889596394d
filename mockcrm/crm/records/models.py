"""Records: read, written, deleted and assigned to territories (docs/contract/mass-update-and-core.md 3.6, 4.3 to 4.5,
4.9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from mockcrm.core.versions import ApiVersion
from mockcrm.crm.records.request_models import (
    ChangedRecords,
    DeletedQuery,
    DeleteIdsQuery,
    DeleteQuery,
    FieldsQuery,
    ListQueryV2,
    ListQueryV3,
    NewRecords,
    OneChangedRecord,
    OneTerritoryAssignment,
    TerritoryAssignments,
    UpsertedRecords,
    UpsertQuery,
)
from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import (
    ApiModel,
    ErrorItem,
    ErrorsInData,
    Info,
    ModifiedSince,
    RecordId,
    Time,
    UnmodifiedSince,
    UserReference,
    WrittenDetails,
    list_of,
    may_be_absent,
    success_of,
)
from mockcrm.http.schema.records import LISTS, ONE

V2, V2_1, V3 = ApiVersion.V2, ApiVersion.V2_1, ApiVersion.V3
V5, V7, V8 = ApiVersion.V5, ApiVersion.V7, ApiVersion.V8

# -- responses ---------------------------------------------------------------------------------------------------


class WrittenDetailsV5(WrittenDetails):
    """What a write says of its record, from v5 on."""

    approval_state: Annotated[Literal["approved", "approval_process_pending"], Field(alias="$approval_state")]


class WrittenDetailsV8(WrittenDetails):
    """What a write says of its record in v8: nothing of approval for notes."""

    approval_state: Literal["approved", "approval_process_pending"] = may_be_absent(alias="$approval_state")


class DeletedDetails(ApiModel):
    """What a DELETE says of its record."""

    id: RecordId


class AssignedDetails(DeletedDetails):
    """What an assignment to territories says of its record."""

    job_id: RecordId


class DeletedRecord(ApiModel):
    """A deleted record."""

    deleted_by: UserReference
    id: RecordId
    display_name: str | None
    type: Literal["recycle", "permanent"]
    created_by: UserReference
    deleted_time: Time


def _written(name: str, *messages: str, partly: bool, **more: Any) -> dict[ApiVersion, Any]:
    """Return the models of a response with the outcome of each record: `partly` some of them failed."""

    def model(version: str, details: type[ApiModel]) -> type[ApiModel]:
        success = success_of(f"{name}Record{version}", details, *messages, **more)
        if partly:
            return list_of(f"Partly{name}{version}", "data", success | ErrorItem)
        return list_of(f"{name}{version}", "data", success)

    return {V2: model("V2", WrittenDetails), V5: model("V5", WrittenDetailsV5), V8: model("V8", WrittenDetailsV8)}


UPSERT: dict[str, Any] = {"duplicate_field": str | None, "action": Literal["insert", "update"]}
UPDATED = _written("Updated", "record updated", partly=False)
REMOVED = success_of("RemovedRecord", DeletedDetails, "record deleted")
ALL_REMOVED = list_of("Removed", "data", REMOVED)
NONE_WRITTEN = {V2: ErrorsInData, V2_1: None}
"""In v2 a write in which every record failed gets 202."""
ASSIGNED = "the territories data updated successfully"
SCHEDULED = "Territory assignment process scheduled successfully"
ASSIGNED_V2 = success_of("AssignedRecordV2", DeletedDetails, ASSIGNED)
ASSIGNED_V7 = success_of("AssignedRecordV7", AssignedDetails, SCHEDULED, code="SCHEDULED")

# -- operations --------------------------------------------------------------------------------------------------

MODULE_ERRORS = ("INVALID_MODULE", "MODULE_NOT_IN_API")
LIST_ERRORS = (
    *MODULE_ERRORS,
    "READ_DENIED",
    "RECORD_PRIVILEGE_MISSING",
    "INVALID_PARAM",
    "REQUIRED_PARAM_MISSING",
    "TOO_MANY_FIELDS",
    "VIEW_NOT_ACCESSIBLE",
    "TERRITORY_NOT_SUPPORTED",
    "AMBIGUITY_DURING_PROCESSING",
    "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
    "PAGINATION_LIMIT_EXCEEDED",
    "TOKEN_BOUND_DATA_MISMATCH",
    "EXPIRED_VALUE",
)
VALUE_ERRORS = (
    *MODULE_ERRORS,
    "WRITE_DENIED",
    "TOO_MANY_RECORDS",
    "FIELD_MISSING",
    "INVALID_RECORD_VALUE",
    "LOOKUP_NOT_FOUND",
    "TARGET_CREATION_DENIED",
    "PARENT_UNKNOWN",
    "CONTENT_OR_TITLE_MISSING",
    "TAG_NAME_INVALID",
    "TOO_MANY_TAGS",
    "TAG_LIMIT_REACHED",
    "DUPLICATE_DATA",
    "MULTIPLE_OR_MULTI_ERRORS",
)
UPDATE_ERRORS = (
    *VALUE_ERRORS,
    "INVALID_RECORD_ID",
    "ALREADY_MODIFIED",
    "CONVERTED_RECORD",
    "RECORD_IS_LOCKED",
    "RECORD_IN_MERGE",
    "RECORD_IN_BLUEPRINT",
    "UPDATE_NOT_APPROVED",
    "CANNOT_PERFORM_ACTION",
    "CANNOT_PROCESS",
    "IMAGE_PENDING",
    "IMAGE_REJECTED",
)
DELETE_ERRORS = (
    *MODULE_ERRORS,
    "WRITE_DENIED",
    "RECORD_NOT_DELETED",
    "RECORD_IS_LOCKED",
    "DELETE_IN_MERGE",
    "CANNOT_PERFORM_ACTION",
    "DELETE_NOT_APPROVED",
)
ASSIGN_ERRORS = (
    *MODULE_ERRORS,
    "WRITE_DENIED",
    "TERRITORIES_NOT_ASSIGNABLE",
    "TERRITORY_NOT_ENABLED",
    "TOO_MANY_RECORDS",
    "FIELD_MISSING",
    "INVALID_RECORD_ID",
    "INVALID_RECORD_VALUE",
    "LOOKUP_NOT_FOUND",
    "RECORD_IS_LOCKED",
    "TOO_MANY_TERRITORIES",
    "TERRITORY_ASSIGNED",
    "TERRITORY_REPEATED",
)
LEAD = {"Last_Name": "Boyle", "Company": "Zylker", "City": "Chennai"}
LEAD_ID, TERRITORY_ID = "554023000000480001", "554023000000430409"
_ASSIGNED = {
    200: {V2: list_of("AssignedV2", "data", ASSIGNED_V2), V7: None},
    202: {V2: ErrorsInData, V2_1: None, V7: list_of("AssignedV7", "data", ASSIGNED_V7)},
}

DOCUMENTED: Mapping[str, Documented] = {
    "get_records": Documented(
        "A page of the records of a module: all of them, those with `ids`, or those of a view.",
        query={V2: ListQueryV2, V3: ListQueryV3},
        headers=ModifiedSince,
        responses={200: LISTS, 204: EMPTY, 304: EMPTY},
        errors=LIST_ERRORS,
    ),
    "post_records": Documented(
        "Insert up to 100 records. 207 when some of them failed.",
        body=NewRecords,
        responses={
            201: _written("Inserted", "record added", partly=False),
            202: NONE_WRITTEN,
            207: _written("Inserted", "record added", partly=True),
        },
        errors=VALUE_ERRORS,
        examples={"a lead": {"data": [LEAD], "trigger": ["workflow"]}},
    ),
    "put_records": Documented(
        "Update up to 100 records by their ids. 207 when some of them failed.",
        headers=UnmodifiedSince,
        body=ChangedRecords,
        responses={
            200: UPDATED,
            202: NONE_WRITTEN,
            207: _written("Updated", "record updated", partly=True),
        },
        errors=UPDATE_ERRORS,
        examples={"another city": {"data": [{"id": LEAD_ID, "City": "Chennai"}]}},
    ),
    "delete_records": Documented(
        "Delete up to 100 records. 207 when some of them failed.",
        query=DeleteIdsQuery,
        responses={
            200: ALL_REMOVED,
            202: NONE_WRITTEN,
            207: list_of("PartlyRemoved", "data", REMOVED | ErrorItem),
        },
        errors=(*DELETE_ERRORS, "REQUIRED_PARAM_MISSING", "TOO_MANY_RECORDS"),
    ),
    "upsert_records": Documented(
        "Update the records that exist, by id or by `duplicate_check_fields`, and insert the others. 207 when some of"
        " them failed.",
        query=UpsertQuery,
        body=UpsertedRecords,
        responses={
            200: _written("Upserted", "record added", "record updated", partly=False, **UPSERT),
            202: NONE_WRITTEN,
            207: _written("Upserted", "record added", "record updated", partly=True, **UPSERT),
        },
        errors=UPDATE_ERRORS,
        examples={
            "by email": {"data": [{**LEAD, "Email": "boyle@zylker.example"}], "duplicate_check_fields": ["Email"]}
        },
    ),
    "get_deleted": Documented(
        "A page of the deleted records, the last deleted first.",
        query=DeletedQuery,
        headers=ModifiedSince,
        responses={200: list_of("DeletedRecords", "data", DeletedRecord, info=Info), 204: EMPTY, 304: EMPTY},
        errors=(*MODULE_ERRORS, "READ_DENIED", "INVALID_PARAM", "PATTERN_NOT_MATCHED"),
    ),
    "assign_territories": Documented(
        "Assign up to 100 records to territories. 207 when some of them failed.",
        body=TerritoryAssignments,
        responses={
            **_ASSIGNED,
            207: {
                V2: list_of("PartlyAssignedV2", "data", ASSIGNED_V2 | ErrorItem),
                V7: list_of("PartlyAssignedV7", "data", ASSIGNED_V7 | ErrorItem),
            },
        },
        errors=ASSIGN_ERRORS,
        examples={"a lead": {"data": [{"id": LEAD_ID, "Territories": [{"id": TERRITORY_ID}]}]}},
    ),
    "assign_territories_of_record": Documented(
        "Assign one record to territories.",
        body=OneTerritoryAssignment,
        responses=_ASSIGNED,
        errors=ASSIGN_ERRORS,
        examples={"a territory": {"data": [{"Territories": [{"id": TERRITORY_ID}]}]}},
    ),
    "get_record": Documented(
        "One record by id; 204 for an unknown one.",
        query=FieldsQuery,
        headers=ModifiedSince,
        responses={200: ONE, 204: EMPTY, 304: EMPTY},
        errors=(
            *MODULE_ERRORS,
            "READ_DENIED",
            "RECORD_PRIVILEGE_MISSING",
            "RECORD_ID_MALFORMED",
            "TOO_MANY_FIELDS",
        ),
    ),
    "put_record": Documented(
        "Update one record.",
        headers=UnmodifiedSince,
        body=OneChangedRecord,
        responses={200: UPDATED, 202: NONE_WRITTEN},
        errors=(*UPDATE_ERRORS, "RECORD_IN_PATH_UNKNOWN"),
        examples={"another city": {"data": [{"City": "Chennai"}]}},
    ),
    "delete_record": Documented(
        "Delete one record.",
        query=DeleteQuery,
        responses={200: ALL_REMOVED, 202: NONE_WRITTEN},
        errors=(*DELETE_ERRORS, "RECORD_ID_MALFORMED"),
    ),
}
