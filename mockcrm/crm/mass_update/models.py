"""Mass update and the status of its jobs (docs/contract/mass-update-and-core.md 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import (
    ApiModel,
    ErrorItem,
    FieldValue,
    Id,
    RecordId,
    WrittenDetails,
    list_of,
    success_of,
    without_default,
)
from mockcrm.http.schema.criteria import Condition, ConditionGroup

# -- requests ----------------------------------------------------------------------------------------------------


class MassUpdateValues(ApiModel):
    """Api names of fields and their new values: one field, in Deals up to three."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"minProperties": 1, "maxProperties": 3})
    __pydantic_extra__: dict[str, FieldValue]


class MassUpdateTerritory(ApiModel):
    """Limits the records of the view to those of a territory."""

    id: RecordId
    include_child: Annotated[
        bool, Field(description="also those of the territories below it", json_schema_extra=without_default)
    ] = False


class MassUpdateRequest(ApiModel):
    """The values, and what to do with those of multi-select fields."""

    data: Annotated[list[MassUpdateValues], Field(min_length=1, max_length=1)]
    over_write: Annotated[
        bool,
        Field(
            description="replace the values of multi-select fields instead of adding to them",
            json_schema_extra=without_default,
        ),
    ] = False


class MassUpdateByIds(MassUpdateRequest):
    """Update up to 500 records at once."""

    ids: Annotated[list[RecordId], Field(min_length=1, max_length=500)]


class MassUpdateByView(MassUpdateRequest):
    """Schedule a job that updates the records of a custom view, at most 50,000."""

    cvid: Annotated[RecordId, Field(description="id of a custom view of the module")]
    territory: MassUpdateTerritory | None = None
    criteria: Annotated[
        list[Condition | ConditionGroup] | Condition | ConditionGroup | None,
        Field(description="narrows the records of the view to those that match all members"),
    ] = None


class JobQuery(ApiModel):
    """The job."""

    job_id: Annotated[RecordId, Field(description="the job_id in the response of a mass update by view")]


# -- responses ---------------------------------------------------------------------------------------------------


class JobId(ApiModel):
    """The scheduled job."""

    job_id: Id


UPDATED = success_of("UpdatedRecord", WrittenDetails, "record updated")
SCHEDULED = list_of(
    "MassUpdateScheduled", "data", success_of("ScheduledJob", JobId, "mass update scheduled successfully"), max_items=1
)
ALL_UPDATED = list_of("MassUpdated", "data", UPDATED)
SOME_UPDATED = list_of("PartlyMassUpdated", "data", UPDATED | ErrorItem)


class JobStatus(ApiModel):
    """How far a job is: Total_Count is the sum of the other counts when it is completed."""

    Status: Literal["SCHEDULED", "RUNNING", "COMPLETED", "FAILED"]
    Failed_Count: Annotated[int, Field(ge=0)]
    Updated_Count: Annotated[int, Field(ge=0)]
    Not_Updated_Count: Annotated[int, Field(ge=0)]
    Total_Count: Annotated[int, Field(ge=0)]


# -- operations --------------------------------------------------------------------------------------------------

DOCUMENTED: Mapping[str, Documented] = {
    "post_mass_update": Documented(
        "Set a field of many records: of those in `ids` at once, or of those of a custom view in a job. A record that"
        " fails has its error in its place in `data`; from v8 on the status is then 207.",
        body=MassUpdateByIds | MassUpdateByView,
        responses={
            200: {ApiVersion.V2: SOME_UPDATED | SCHEDULED, ApiVersion.V8: ALL_UPDATED | SCHEDULED},
            207: {ApiVersion.V2: None, ApiVersion.V8: SOME_UPDATED},
        },
        errors=(
            "INVALID_MODULE",
            "MODULE_NOT_IN_API",
            "NOT_SUPPORTED",
            "MASS_UPDATE_DENIED",
            "NEITHER_IDS_NOR_CVID",
            "IDS_EXCLUDE_CVID",
            "NO_FIELD_FOUND",
            "MAX_FIELD_LIMIT",
            "FIELD_NOT_ALLOWED",
            "FIELD_NOT_VISIBLE",
            "FIELD_EDIT_DENIED",
            "FIELD_IN_LAYOUT_RULE",
            "FIELD_IN_VALIDATION_RULE",
            "INVALID_VALUE",
            "SCHEDULE_DENIED",
            "FEATURE_NOT_SUPPORTED",
            "INVALID_CVID",
            "VIEW_NOT_ACCESSIBLE",
            "TERRITORY_NOT_SUPPORTED",
            "INVALID_TERRITORY_ID",
            "ALREADY_SCHEDULED",
            "LIMIT_EXCEEDED",
            "NO_RECORDS_FOUND",
            "INVALID_RECORD_ID",
            "FIELD_NOT_IN_RECORD_MODULE",
            "CANNOT_PERFORM_ACTION",
            "CANNOT_PROCESS",
            "RECORD_IS_LOCKED",
            "RECORD_IN_MERGE",
            "IMAGE_PENDING",
            "IMAGE_REJECTED",
            "RECORD_NOT_APPROVED",
            "RECORD_IN_BLUEPRINT",
            "CONVERTED_RECORD",
        ),
        examples={
            "by ids": {"data": [{"City": "Chennai"}], "ids": ["554023000000480001", "554023000000480002"]},
            "by view": {"data": [{"City": "Chennai"}], "cvid": "554023000000091516"},
            "by view and territory": {
                "data": [{"Languages_Known": ["English", "Spanish"]}],
                "cvid": "554023000000091516",
                "territory": {"id": "554023000000430409", "include_child": True},
                "over_write": True,
            },
        },
    ),
    "get_mass_update": Documented(
        "The status of a job.",
        query=JobQuery,
        responses={200: list_of("MassUpdateStatus", "data", JobStatus, max_items=1), 404: {ApiVersion.V2: EMPTY}},
        errors=(
            "STATUS_INVALID_MODULE",
            "MODULE_NOT_IN_API",
            "NOT_SUPPORTED",
            "READ_DENIED",
            "STATUS_DENIED",
            "JOB_ID_MISSING",
            "NOT_FOUND",
        ),
    ),
}
