"""Queries and bodies of the requests for records (docs/contract/mass-update-and-core.md 3.6, 4.3, 4.4)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mockcrm.http.schema.base import ApiModel, FieldName, FieldNames, FieldValue, PageQuery, RecordId, RecordIds

Flag = Literal["true", "false"]
Choice = Literal["true", "false", "both"]

# -- queries -----------------------------------------------------------------------------------------------------


class ListQuery(PageQuery):
    """Which records, which of their fields, and which page."""

    ids: Annotated[RecordIds | None, Field(description="ids of records, joined by commas; at most 100")] = None
    cvid: Annotated[RecordId | None, Field(description="id of a custom view of the module")] = None
    territory_id: Annotated[RecordId | None, Field(description="only records of this territory")] = None
    include_child: Annotated[Flag | None, Field(description="also those of the territories below it")] = None
    filters: Annotated[str | None, Field(description="criteria in JSON, as in a custom view")] = None
    sort_order: Literal["asc", "desc"] | None = None
    converted: Annotated[Choice | None, Field(description="converted leads; `false` by default")] = None
    approved: Annotated[Choice | None, Field(description="approved records; `true` by default")] = None


class ListQueryV2(ListQuery):
    """Which records, in v2 and v2.1."""

    fields: Annotated[FieldNames | None, Field(description="api names, joined by commas; all by default")] = None
    sort_by: Annotated[FieldName | None, Field(description="api name of a field")] = None


class ListQueryV3(ListQuery):
    """Which records, from v3 on."""

    fields: Annotated[FieldNames, Field(description="api names of fields, joined by commas; at most 50")]
    sort_by: Literal["id", "Created_Time", "Modified_Time"] | None = None
    page_token: Annotated[str | None, Field(description="a token from the `info` of another page")] = None


class FieldsQuery(ApiModel):
    """Which fields of the record."""

    fields: Annotated[FieldNames | None, Field(description="api names, joined by commas; all by default")] = None


class DeleteQuery(ApiModel):
    """Whether the deletion runs workflows."""

    wf_trigger: Annotated[Flag | None, Field(description="accepted; deletions run no workflows here")] = None


class DeleteIdsQuery(DeleteQuery):
    """The records to delete."""

    ids: Annotated[RecordIds, Field(description="ids of records, joined by commas; at most 100")]


class DeletedQuery(PageQuery):
    """Which deleted records."""

    type: Literal["all", "recycle", "permanent"] | None = None


class UpsertQuery(ApiModel):
    """The fields by which existing records are found."""

    duplicate_check_fields: Annotated[FieldNames | None, Field(description="as in the body")] = None


# -- bodies ------------------------------------------------------------------------------------------------------


class NewRecord(ApiModel):
    """Api names of fields and their values."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, FieldValue]


class AppendValues(ApiModel):
    """Multi-select fields whose values are added to the stored ones."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, bool]


class ChangedRecord(NewRecord):
    """The id of a record, and the new values of its fields."""

    id: RecordId


class UpsertedRecord(NewRecord):
    """Values of a record: an existing one with this id or with the same values in the compared fields, otherwise a new
    one."""

    id: RecordId | None = None


class RecordsRequest(ApiModel):
    """What a write of records runs."""

    trigger: Annotated[
        list[Literal["workflow", "approval", "blueprint", "pathfinder", "orchestration"]] | None,
        Field(description="automation to run: all of it by default, none with an empty list"),
    ] = None


class NewRecords(RecordsRequest):
    """Records to insert, each of which succeeds or fails on its own."""

    data: Annotated[list[NewRecord], Field(min_length=1, max_length=100)]


class ChangedRecords(RecordsRequest):
    """Records to update, each of which succeeds or fails on its own."""

    data: Annotated[list[ChangedRecord], Field(min_length=1, max_length=100)]


class OneChangedRecord(RecordsRequest):
    """The new values of the record in the path."""

    data: Annotated[list[UpsertedRecord], Field(min_length=1, max_length=1)]


class UpsertedRecords(RecordsRequest):
    """Records to insert or update."""

    data: Annotated[list[UpsertedRecord], Field(min_length=1, max_length=100)]
    duplicate_check_fields: Annotated[
        list[FieldName] | None, Field(description="fields by which existing records are found, in this order")
    ] = None


class TerritoryId(ApiModel):
    """A territory."""

    id: RecordId


class TerritoriesOfRecord(ApiModel):
    """The territories to assign to the record in the path: one in Deals, up to ten elsewhere."""

    Territories: Annotated[list[TerritoryId], Field(min_length=1, max_length=10)]


class TerritoryAssignment(TerritoriesOfRecord):
    """A record and the territories to assign to it."""

    id: RecordId


class TerritoryAssignments(ApiModel):
    """Records to assign to territories."""

    data: Annotated[list[TerritoryAssignment], Field(min_length=1, max_length=100)]


class OneTerritoryAssignment(ApiModel):
    """The territories of one record."""

    data: Annotated[list[TerritoriesOfRecord], Field(min_length=1, max_length=1)]
