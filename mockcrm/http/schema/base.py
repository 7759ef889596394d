"""What the documented models are made of: strict objects, ids, times, pages and errors.

No request is parsed with these models: handlers reject what is wrong in the documented order and words. They describe
the API in its OpenAPI documents, and the test suite validates every response with them. Named types, such as Id, are
schemas of their own in a document.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model
from typing_extensions import TypeAliasType


class ApiModel(BaseModel):
    """An object with exactly these keys; nothing is converted. In a response every key is present: one that may be null
    has a type that says so."""

    model_config = ConfigDict(extra="forbid", strict=True)


def without_default(schema: dict[str, Any]) -> None:
    """Take the default out of a schema: generators for TypeScript require a key that has one."""
    schema.pop("default", None)


def may_be_absent(alias: str | None = None) -> Any:
    """Return the default of a key that a response may lack; where it is present, it is not null."""
    return Field(None, alias=alias, json_schema_extra=without_default)


# -- ids, names and times ----------------------------------------------------------------------------------------

RecordId = TypeAliasType(
    "RecordId", Annotated[str, Field(pattern=r"^[0-9]{1,19}$", examples=["554023000000480001"], title="An id")]
)
"""The id of a record, view, job ...: fixtures may have ids shorter than those of the service."""
RecordIds = TypeAliasType(
    "RecordIds",
    Annotated[str, Field(pattern=r"^[0-9]{1,19}(,[0-9]{1,19})*$", examples=["554023000000480001,554023000000480002"])],
)
"""Ids joined by commas, in a query."""
ModuleName = TypeAliasType(
    "ModuleName", Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,24}$", examples=["Leads", "Deals"])]
)
FieldName = TypeAliasType(
    "FieldName", Annotated[str, Field(pattern=r"^[A-Za-z$][A-Za-z0-9_$]{0,49}$", examples=["Last_Name", "City"])]
)
FieldNames = TypeAliasType("FieldNames", Annotated[str, Field(examples=["Last_Name,City"])])
"""The api names of fields joined by commas, in a query; at most 50."""
Id = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
"""An id in a response."""
Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")]
"""A time with an offset that has a colon, which some SDKs require."""
Scalar = str | int | float | bool | None

FieldValue = TypeAliasType("FieldValue", str | bool | int | float | dict[str, Any] | list[str | dict[str, Any]] | None)
"""The value of a record's field: its type is that of the field in settings/fields."""


class Reference(ApiModel):
    """What has a name and an id: a user, a role, a profile."""

    name: str | None
    id: Id


class Named(ApiModel):
    """What has an api_name and an id: a field, a module."""

    api_name: str
    id: Id


# -- queries and headers -----------------------------------------------------------------------------------------


_A_TIME = "2024-02-29T10:00:00+05:30"


class ModuleQuery(ApiModel):
    """The module that the settings belong to."""

    module: Annotated[ModuleName, Field(description="api name of the module")]


class PageQuery(ApiModel):
    """The requested page."""

    page: Annotated[int | None, Field(ge=1, le=1_000_000, description="page, from 1")] = None
    per_page: Annotated[int | None, Field(ge=1, le=200, description="items per page, 200 by default")] = None


class ModifiedSince(ApiModel):
    """A conditional GET."""

    if_modified_since: Annotated[
        str | None,
        Field(description="a time: 304 when nothing has changed since", examples=[_A_TIME]),
    ] = None


class UnmodifiedSince(ApiModel):
    """A conditional update."""

    if_unmodified_since: Annotated[
        str | None,
        Field(description="a time: records changed since are not updated", examples=[_A_TIME]),
    ] = None


# -- lists -------------------------------------------------------------------------------------------------------


class Info(ApiModel):
    """The page of a list."""

    per_page: int
    count: int
    page: int
    more_records: bool


def list_of(name: str, key: str, item: Any, *, max_items: int | None = None, **more: Any) -> type[ApiModel]:
    """Return the model `name` of a response with a list of `item` under `key`, which is never empty, and `more`
    keys."""
    items = Annotated[list[item], Field(min_length=1, max_length=max_items, alias=key)]
    keys: dict[str, Any] = {"items": (items, ...), **{extra: (kind, ...) for extra, kind in more.items()}}
    return create_model(name, __base__=ApiModel, __module__=__name__, **keys)


# -- errors ------------------------------------------------------------------------------------------------------


class ErrorItem(ApiModel):
    """An error: alone, or in the place of a record."""

    code: Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]+$")]
    details: dict[str, Any]
    message: str
    status: Literal["error"]


class ErrorsInData(ApiModel):
    """A request that failed as a whole, or whose records all failed."""

    data: Annotated[list[ErrorItem], Field(min_length=1)]


# -- outcomes ----------------------------------------------------------------------------------------------------


class UserReference(ApiModel):
    """A user who made or changed a record."""

    name: str | None
    id: RecordId


class WrittenDetails(ApiModel):
    """What a write says of its record."""

    Modified_Time: Time
    Modified_By: UserReference
    Created_Time: Time
    id: RecordId
    Created_By: UserReference


def success_of(name: str, details: Any, *messages: str, code: str = "SUCCESS", **more: Any) -> type[ApiModel]:
    """Return the model `name` of the item of a successful change, with one of `messages` and `more` keys."""
    keys: dict[str, Any] = {
        "code": (Literal[code], ...),
        "details": (details, ...),
        "message": (Literal[messages], ...),
        "status": (Literal["success"], ...),
        **{extra: (kind, ...) for extra, kind in more.items()},
    }
    return create_model(name, __base__=ApiModel, __module__=__name__, **keys)
