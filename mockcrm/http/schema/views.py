"""Custom views as responses show them, in a list and as a whole (one by its id)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from mockcrm.http.schema.base import ApiModel, Id, Info, Named, Reference, Time

AccessType = Literal["public", "only_to_me", "shared"]


class ComparisonV2(ApiModel):
    comparator: str
    field: str
    value: Any


class GroupV2(ApiModel):
    group_operator: Literal["and", "or"]
    group: list[ComparisonV2 | GroupV2]


class GroupV21(ApiModel):
    group_operator: Literal["and", "or"]
    group: list[ComparisonV21 | GroupV21]


class ComparisonV21(ApiModel):
    comparator: str
    field: Named
    type: Literal["value"]
    value: Any


class GroupV3(ApiModel):
    group_operator: Literal["AND", "OR"]
    group: list[ComparisonV21 | GroupV3]


class SharedTo(Reference):
    type: Literal["users"]
    subordinates: bool


class CustomViewV2(ApiModel):
    """A view in the list of v2."""

    id: Id
    name: str
    display_value: str
    system_name: str | None
    system_defined: bool
    default: bool
    category: Literal["public_views", "created_by_me", "shared_with_me", "other_users_views"]
    favorite: int | None
    offline: bool
    shared_type: AccessType
    shared_details: Annotated[list[SharedTo], Field(min_length=1)] | None


class WholeCustomViewV2(CustomViewV2):
    """A view by its id in v2."""

    criteria: ComparisonV2 | GroupV2 | None
    fields: list[str]
    sort_by: str | None
    sort_order: Literal["asc", "desc"] | None


class CustomViewV21(CustomViewV2):
    """A view in the list of v2.1 and later."""

    created_time: Time | None
    created_by: Reference | None
    modified_time: Time | None
    modified_by: Reference | None
    last_accessed_time: None
    access_type: AccessType
    locked: bool


class ViewColumn(Named):
    pin: bool = Field(alias="_pin")


class WholeCustomViewV21(CustomViewV21):
    """A view by its id in v2.1: fields by objects, but the field to sort by and the groups as in v2."""

    criteria: ComparisonV21 | GroupV21 | None
    fields: list[ViewColumn]
    sort_by: str | None
    sort_order: Literal["asc", "desc"] | None
    shared_to: list[SharedTo]


class WholeCustomViewV3(CustomViewV21):
    """A view by its id in v3 and later."""

    criteria: ComparisonV21 | GroupV3 | None
    fields: list[ViewColumn]
    sort_by: Named | None
    sort_order: Literal["asc", "desc"] | None
    shared_to: list[SharedTo]


class ViewCategories(ApiModel):
    public_views: str
    other_users_views: str
    shared_with_me: str
    created_by_me: str


class OneViewInfo(ApiModel):
    """What a view by its id comes with in v2."""

    translation: ViewCategories


class ViewInfo(Info):
    default: Id | None
    translation: ViewCategories
