"""Users as /users shows them (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import (
    ApiModel,
    Id,
    Info,
    ModifiedSince,
    PageQuery,
    RecordId,
    RecordIds,
    Reference,
    Scalar,
    Time,
)


class CustomizeInfo(ApiModel):
    """What a user sees where."""

    notes_desc: None
    show_right_panel: None
    bc_view: None
    show_home: bool
    show_detail_view: bool
    unpin_recent_item: None


class Tab(ApiModel):
    """The colours of a tab."""

    font_color: str
    background: str


class Theme(ApiModel):
    """The colours of the user interface."""

    normal_tab: Tab
    selected_tab: Tab
    new_background: None
    background: str
    screen: str
    type: str


class UserV2(ApiModel):
    """A user in v2 and v2.1."""

    country: Scalar
    customize_info: CustomizeInfo
    role: Reference
    signature: None
    city: None
    name_format: str
    language: str
    locale: str
    microsoft: bool
    personal_account: bool
    Isonline: bool
    default_tab_group: str
    Modified_By: Reference
    street: None
    Currency: Scalar
    alias: None
    theme: Theme
    id: Id
    state: None
    fax: None
    country_locale: str
    first_name: str | None
    email: str
    zip: None
    decimal_separator: str
    created_time: Time
    website: None
    Modified_Time: Time
    time_format: str
    offset: int
    profile: Reference
    mobile: None
    last_name: str
    time_zone: str
    zuid: str
    confirm: bool
    full_name: str
    territories: list[Any]
    phone: None
    dob: None
    date_format: str
    status: Literal["active", "disabled", "deleted", "closed"]
    Reporting_To: None
    created_by: Reference


class UserV3(UserV2):
    """A user, from v3 on."""

    type__s: str
    name_format__s: str
    sort_order_preference__s: str
    status_reason__s: None
    current_shift: Annotated[None, Field(alias="$current_shift")]
    next_shift: Annotated[None, Field(alias="$next_shift")]
    shift_effective_from: Annotated[None, Field(alias="$shift_effective_from")]
    sandboxDeveloper: bool  # noqa: N815  as the API writes it
    number_separator: str


class UsersV2(ApiModel):
    """A page of users in v2 and v2.1."""

    users: Annotated[list[UserV2], Field(min_length=1)]
    info: Info


class UsersV3(ApiModel):
    """A page of users, from v3 on."""

    users: Annotated[list[UserV3], Field(min_length=1)]
    info: Info


class OneUserV2(ApiModel):
    """The current user, or one by the id, in v2 and v2.1."""

    users: Annotated[list[UserV2], Field(min_length=1, max_length=1)]


class OneUserV3(ApiModel):
    """The current user, or one by the id, from v3 on."""

    users: Annotated[list[UserV3], Field(min_length=1, max_length=1)]


class UsersQuery(PageQuery):
    """Which users, and which page of them."""

    type: Annotated[
        Literal[
            "AllUsers",
            "ActiveUsers",
            "DeactiveUsers",
            "ConfirmedUsers",
            "NotConfirmedUsers",
            "DeletedUsers",
            "ActiveConfirmedUsers",
            "AdminUsers",
            "ActiveConfirmedAdmins",
            "CurrentUser",
            "ConfirmedReportingUsers",
            "AllActiveUsers",
            "ActiveAndDeactive",
            "ActiveLiteUser",
            "DeveloperUsers",
            "ParentRoleUsers",
            "ChildRoleUsers",
            "SubordinateRoleUsers",
        ]
        | None,
        Field(description="which users; AllUsers by default"),
    ] = None
    ids: Annotated[RecordIds | None, Field(description="ids of users, joined by commas; at most 100")] = None
    role_id: Annotated[
        RecordId | None,
        Field(description="the role of ParentRoleUsers, ChildRoleUsers and SubordinateRoleUsers; by default the own"),
    ] = None
    type__s: Annotated[
        Literal[
            "Regular User",
            "Sandbox Developer User",
            "Team User",
            "Digital Employee",
            "Support User",
            "Client Portal User",
        ]
        | None,
        Field(description="only accounts of this type; those of an org here are regular ones"),
    ] = None


DOCUMENTED: Mapping[str, Documented] = {
    "get_users": Documented(
        "A page of the users of a type, by their ids; `CurrentUser` comes without `info`.",
        query=UsersQuery,
        headers=ModifiedSince,
        responses={
            200: {ApiVersion.V2: UsersV2 | OneUserV2, ApiVersion.V3: UsersV3 | OneUserV3},
            204: EMPTY,
            304: EMPTY,
        },
        errors=("INVALID_PARAM", "PATTERN_NOT_MATCHED"),
    ),
    "get_user": Documented(
        "One user by id, with any status.",
        headers=ModifiedSince,
        responses={200: {ApiVersion.V2: OneUserV2, ApiVersion.V3: OneUserV3}, 304: EMPTY},
        errors=("INVALID_PATH_ID",),
    ),
}
