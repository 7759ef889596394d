"""Searching and counting records (docs/contract/mass-update-and-core.md 4.7, 4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.record_lists.selecting import ApprovalState
from mockcrm.http.schema.base import ApiModel, FieldName, FieldNames, PageQuery, RecordId
from mockcrm.http.schema.records import SEARCHES

SearchCriteria = TypeAliasType("SearchCriteria", Annotated[str, Field(examples=["(Last_Name:equals:Boyle)"])])
Choice = Literal["true", "false", "both"]


class Search(ApiModel):
    """What to look for: the first of criteria, email, phone and word that is sent."""

    criteria: Annotated[SearchCriteria | None, Field(description="`((City:equals:Chennai)and(Company:in:a,b))`")] = None
    email: Annotated[str | None, Field(description="a value of any email field")] = None
    phone: Annotated[str | None, Field(description="a value of any phone field")] = None
    word: Annotated[str | None, Field(description="a part of any text field; at least two characters")] = None
    converted: Annotated[Choice | None, Field(description="converted leads; `false` by default")] = None
    approved: Annotated[Choice | None, Field(description="approved records; `true` by default")] = None
    approval_state: Annotated[
        ApprovalState | None, Field(description="in place of `approved`; records here have two of these states")
    ] = None


class SearchQuery(Search, PageQuery):
    """What to look for, and which fields and page of what is found."""

    cvid: Annotated[RecordId | None, Field(description="only records of this view")] = None
    sort_by: Annotated[FieldName | None, Field(description="api name of a field; `id` by default")] = None
    sort_order: Literal["asc", "desc"] | None = None

    fields: Annotated[FieldNames | None, Field(description="api names, joined by commas; all by default")] = None


class CountQuery(Search):
    """What to count: what a search finds, or the records of a view."""

    cvid: Annotated[RecordId | None, Field(description="id of a custom view of the module")] = None
    filters: Annotated[str | None, Field(description="criteria in JSON, as in a custom view")] = None


class Count(ApiModel):
    """The number of records."""

    count: Annotated[int, Field(ge=0)]


ERRORS = (
    "INVALID_MODULE",
    "MODULE_NOT_IN_API",
    "READ_DENIED",
    "SEARCH_NOT_SUPPORTED",
    "INVALID_QUERY",
    "CRITERIA_LIMIT_EXCEEDED",
    "INVALID_PARAM",
    "WORD_TOO_SHORT",
)
DOCUMENTED: Mapping[str, Documented] = {
    "search_records": Documented(
        "A page of the records that match, the newest first.",
        query=SearchQuery,
        responses={200: SEARCHES, 204: EMPTY},
        errors=(*ERRORS, "TOO_MANY_FIELDS", "EXPECTED_PARAM_MISSING", "LIMIT_REACHED", "VIEW_NOT_ACCESSIBLE"),
    ),
    "count_records": Documented(
        "The number of records that match, of a view, or of the module.",
        query=CountQuery,
        responses={200: Count},
        errors=(*ERRORS, "VIEW_NOT_ACCESSIBLE", "COUNT_AMBIGUITY", "FIELD_TYPE_UNAVAILABLE"),
    ),
}
