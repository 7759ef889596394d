"""Profiles with their permissions (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import ApiModel, Id, Info, ModifiedSince, PageQuery, RecordIds, Reference, Time, list_of


class Permission(ApiModel):
    """One permission, and whether the profile has it."""

    display_label: str
    module: str
    name: str
    id: Id
    enabled: bool


class Category(ApiModel):
    """The permissions of a module."""

    display_label: str
    permissions_details: list[Id]
    name: str


class ProfileSection(ApiModel):
    """Permissions in groups."""

    name: str
    categories: list[Category]


class ProfileKeys(ApiModel):
    """The keys of a profile in every version."""

    display_label: str
    default: bool
    created_time: Time | None
    modified_time: Time | None
    name: str
    modified_by: Reference | None
    description: None
    id: Id
    created_by: Reference | None


class ProfileV2(ProfileKeys):
    """A profile in the list of v2."""

    category: bool


class ProfileV21(ProfileKeys):
    """A profile in the list, from v2.1 on."""

    type: Literal["normal_profile"]
    custom: bool


class ProfileV8(ProfileV21):
    """A profile in the list of v8."""

    api_name: str


class WholeProfileV2(ProfileV2):
    """A profile by its id in v2."""

    permissions_details: list[Permission]
    sections: list[ProfileSection]


class WholeProfileV21(ProfileV21):
    """A profile by its id, from v2.1 on."""

    permissions_details: list[Permission]
    sections: list[ProfileSection]


class WholeProfileV8(ProfileV8):
    """A profile by its id in v8."""

    permissions_details: list[Permission]
    sections: list[ProfileSection]


class ProfilesQuery(PageQuery):
    """Which profiles, and which page of them."""

    type: Annotated[
        Literal["normal_profile", "private_profile", "portal_profile"] | None,
        Field(description="which profiles; those of an org here are normal ones"),
    ] = None
    ids: Annotated[RecordIds | None, Field(description="ids of profiles, joined by commas; at most 100")] = None
    filters: Annotated[
        str | None, Field(description="a condition over the keys of a profile in JSON, or a group of them")
    ] = None


DOCUMENTED: Mapping[str, Documented] = {
    "get_profiles": Documented(
        "The profiles of the org.",
        query=ProfilesQuery,
        headers=ModifiedSince,
        responses={
            200: {
                ApiVersion.V2: list_of("ProfilesV2", "profiles", ProfileV2),
                ApiVersion.V2_1: list_of("ProfilesV21", "profiles", ProfileV21),
                ApiVersion.V8: list_of("ProfilesV8", "profiles", ProfileV8, info=Info),
            },
            204: EMPTY,
            304: EMPTY,
        },
        errors=("INVALID_PARAM", "PATTERN_NOT_MATCHED"),
    ),
    "get_profile": Documented(
        "One profile by id, with its permissions.",
        headers=ModifiedSince,
        responses={
            200: {
                ApiVersion.V2: list_of("WholeProfilesV2", "profiles", WholeProfileV2),
                ApiVersion.V2_1: list_of("WholeProfilesV21", "profiles", WholeProfileV21),
                ApiVersion.V8: list_of("WholeProfilesV8", "profiles", WholeProfileV8),
            },
            304: EMPTY,
        },
        errors=("INVALID_PATH_ID",),
    ),
}
