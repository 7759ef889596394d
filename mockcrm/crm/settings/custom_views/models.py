"""Custom views: read in every version, written from v8 on (docs/contract/mass-update-and-core.md 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import (
    ApiModel,
    ErrorItem,
    FieldName,
    Id,
    ModuleQuery,
    PageQuery,
    RecordId,
    RecordIds,
    list_of,
    success_of,
)
from mockcrm.http.schema.criteria import Condition, ConditionGroup
from mockcrm.http.schema.views import (
    AccessType,
    CustomViewV2,
    CustomViewV21,
    OneViewInfo,
    ViewInfo,
    WholeCustomViewV2,
    WholeCustomViewV3,
    WholeCustomViewV21,
)

# -- requests ----------------------------------------------------------------------------------------------------


class ViewsQuery(ModuleQuery, PageQuery):
    """The module, and which of its views."""

    ids: Annotated[RecordIds | None, Field(description="ids of views, joined by commas; at most 100")] = None
    filters: Annotated[
        str | None, Field(description="a condition over the keys of a view in JSON, or a group of them")
    ] = None
    scope: Literal["created_by_me", "shared_with_me", "public_views", "other_users_views"] | None = None
    favourite: Annotated[
        Literal["true", "false"] | None, Field(description="`true`: only favourites, of which there are none")
    ] = None


class ViewIdsQuery(ModuleQuery):
    """The module and the views to delete."""

    ids: Annotated[RecordIds, Field(description="ids of views, joined by commas; at most 100")]


class ViewField(ApiModel):
    """A field of the view's module, by api name, id or both."""

    api_name: FieldName | None = None
    id: RecordId | None = None


class ViewUser(ApiModel):
    """A user who may use the view."""

    id: RecordId
    type: Literal["users"] | None = None


class ViewValues(ApiModel):
    """What a request sets of a view."""

    criteria: Condition | ConditionGroup | None = None
    fields: Annotated[list[ViewField], Field(min_length=1, max_length=50)] | None = None
    sort_by: ViewField | None = None
    sort_order: Literal["asc", "desc"] | None = None
    access_type: AccessType | None = None
    shared_to: list[ViewUser] | None = None


class NewView(ViewValues):
    """A view to create."""

    name: Annotated[str, Field(min_length=1, max_length=100)]


class ViewInPath(ViewValues):
    """The new values of the view in the path."""

    name: Annotated[str, Field(max_length=100)] | None = None


class ChangedView(ViewInPath):
    """The new values of the view with the id."""

    id: RecordId


class NewViews(ApiModel):
    """Views to create, each of which succeeds or fails on its own."""

    custom_views: Annotated[list[NewView], Field(min_length=1, max_length=100)]


class ChangedViews(ApiModel):
    """Views to update, each of which succeeds or fails on its own."""

    custom_views: Annotated[list[ChangedView], Field(min_length=1, max_length=100)]


class OneChangedView(ApiModel):
    """The new values of one view."""

    custom_views: Annotated[list[ViewInPath], Field(min_length=1, max_length=1)]


# -- responses ---------------------------------------------------------------------------------------------------


class ViewId(ApiModel):
    """The view that was changed."""

    id: Id


class ErrorsInViews(ApiModel):
    """A request whose views all failed."""

    custom_views: Annotated[list[ErrorItem], Field(min_length=1)]


CREATED = success_of("CreatedView", ViewId, "custom view created")
UPDATED = success_of("UpdatedView", ViewId, "custom view updated")
DELETED = success_of("DeletedView", ViewId, "deleted successfully")
VIEWS = {
    ApiVersion.V2: list_of("CustomViewsV2", "custom_views", CustomViewV2, info=ViewInfo),
    ApiVersion.V2_1: list_of("CustomViewsV21", "custom_views", CustomViewV21, info=ViewInfo),
}
ONE_VIEW = {
    ApiVersion.V2: list_of("OneCustomViewV2", "custom_views", WholeCustomViewV2, info=OneViewInfo),
    ApiVersion.V2_1: list_of("OneCustomViewV21", "custom_views", WholeCustomViewV21),
    ApiVersion.V3: list_of("OneCustomViewV3", "custom_views", WholeCustomViewV3),
}

# -- operations --------------------------------------------------------------------------------------------------

MODULE_ERRORS = ("REQUIRED_PARAM_MISSING", "INVALID_MODULE", "MODULE_NOT_IN_API")
WRITE_ERRORS = (*MODULE_ERRORS, "VIEW_DENIED", "INVALID_VIEW_VALUE", "DUPLICATE_VIEW")
CRITERIA = {"comparator": "equal", "field": {"api_name": "City"}, "value": "Chennai"}
VIEW = {"name": "Leads in Chennai", "criteria": CRITERIA, "fields": [{"api_name": "Last_Name"}, {"api_name": "City"}]}

DOCUMENTED: Mapping[str, Documented] = {
    "get_custom_views": Documented(
        "A page of the views of a module that the user may use.",
        query=ViewsQuery,
        responses={200: VIEWS, 204: EMPTY},
        errors=(*MODULE_ERRORS, "INVALID_PARAM", "PATTERN_NOT_MATCHED"),
    ),
    "get_custom_view": Documented(
        "One view by id, with its criteria and columns.",
        query=ModuleQuery,
        responses={200: ONE_VIEW},
        errors=(*MODULE_ERRORS, "INVALID_PATH_ID", "VIEW_DENIED"),
    ),
    "post_custom_views": Documented(
        "Create views of a module. 207 when some of them failed.",
        query=ModuleQuery,
        body=NewViews,
        responses={
            201: list_of("CreatedViews", "custom_views", CREATED),
            207: list_of("SomeCreatedViews", "custom_views", CREATED | ErrorItem),
            403: ErrorsInViews,
        },
        errors=(*WRITE_ERRORS, "VIEW_NAME_MISSING"),
        error_list=ErrorsInViews,
        examples={"with criteria": {"custom_views": [VIEW]}},
    ),
    "put_custom_views": Documented(
        "Update views of a module. 207 when some of them failed.",
        query=ModuleQuery,
        body=ChangedViews,
        responses={
            200: list_of("UpdatedViews", "custom_views", UPDATED),
            207: list_of("SomeUpdatedViews", "custom_views", UPDATED | ErrorItem),
            403: ErrorsInViews,
        },
        errors=WRITE_ERRORS,
        error_list=ErrorsInViews,
        examples={"another name": {"custom_views": [{"id": "554023000000091516", "name": "Leads in Chennai"}]}},
    ),
    "put_custom_view": Documented(
        "Update one view.",
        query=ModuleQuery,
        body=OneChangedView,
        responses={200: list_of("OneUpdatedView", "custom_views", UPDATED, max_items=1)},
        errors=(*WRITE_ERRORS, "INVALID_PATH_ID"),
        error_list=ErrorsInViews,
        examples={"other criteria": {"custom_views": [{"criteria": CRITERIA}]}},
    ),
    "delete_custom_views": Documented(
        "Delete views of a module. 207 when some of them failed.",
        query=ViewIdsQuery,
        responses={
            200: list_of("DeletedViews", "custom_views", DELETED),
            207: list_of("SomeDeletedViews", "custom_views", DELETED | ErrorItem),
            403: ErrorsInViews,
        },
        errors=(*MODULE_ERRORS, "INVALID_PARAM", "VIEW_DENIED", "VIEW_NOT_DELETED"),
        error_list=ErrorsInViews,
    ),
    "delete_custom_view": Documented(
        "Delete one view.",
        query=ModuleQuery,
        responses={200: list_of("OneDeletedView", "custom_views", DELETED, max_items=1)},
        errors=(*MODULE_ERRORS, "INVALID_PATH_ID", "VIEW_DENIED"),
    ),
}
