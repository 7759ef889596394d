"""Custom views, listed and as a whole."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from tests.support.models.base import Id, Info, Named, Reference, Strict, Time

Access = Literal["public", "only_to_me", "shared"]


class OldLeaf(Strict):
    comparator: str
    field: str
    value: Any


class OldGroup(Strict):
    group_operator: Literal["and", "or"]
    group: list[OldLeaf | OldGroup]


class V21Group(Strict):
    group_operator: Literal["and", "or"]
    group: list[LaterLeaf | V21Group]


class LaterLeaf(Strict):
    comparator: str
    field: Named
    type: Literal["value"]
    value: Any


class LaterGroup(Strict):
    group_operator: Literal["AND", "OR"]
    group: list[LaterLeaf | LaterGroup]


class SharedTo(Reference):
    type: Literal["users"]
    subordinates: bool


class OldView(Strict):
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
    shared_type: Access
    shared_details: Annotated[list[SharedTo], Field(min_length=1)] | None


class OldWholeView(OldView):
    """A view by its id in v2."""

    criteria: OldLeaf | OldGroup | None
    fields: list[str]
    sort_by: str | None
    sort_order: Literal["asc", "desc"] | None


class LaterView(OldView):
    """A view in the list of v2.1 and later."""

    created_time: Time | None
    created_by: Reference | None
    modified_time: Time | None
    modified_by: Reference | None
    last_accessed_time: None
    access_type: Access
    locked: bool


class Column(Named):
    pin: bool = Field(alias="_pin")


class V21WholeView(LaterView):
    """A view by its id in v2.1: fields by objects, but the field to sort by and the groups as in v2."""

    criteria: LaterLeaf | V21Group | None
    fields: list[Column]
    sort_by: str | None
    sort_order: Literal["asc", "desc"] | None
    shared_to: list[SharedTo]


class LaterWholeView(LaterView):
    """A view by its id in v3 and later."""

    criteria: LaterLeaf | LaterGroup | None
    fields: list[Column]
    sort_by: Named | None
    sort_order: Literal["asc", "desc"] | None
    shared_to: list[SharedTo]


class Translation(Strict):
    public_views: str
    other_users_views: str
    shared_with_me: str
    created_by_me: str


class ViewInfo(Info):
    default: Id | None
    translation: Translation
