"""Profiles with their permissions (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import Documented
from mockcrm.http.schema.base import ApiModel, Id, Reference, Time, list_of


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


class WholeProfileV2(ProfileV2):
    """A profile by its id in v2."""

    permissions_details: list[Permission]
    sections: list[ProfileSection]


class WholeProfileV21(ProfileV21):
    """A profile by its id, from v2.1 on."""

    permissions_details: list[Permission]
    sections: list[ProfileSection]


DOCUMENTED: Mapping[str, Documented] = {
    "get_profiles": Documented(
        "Every profile of the org.",
        responses={
            200: {
                ApiVersion.V2: list_of("ProfilesV2", "profiles", ProfileV2),
                ApiVersion.V2_1: list_of("ProfilesV21", "profiles", ProfileV21),
            }
        },
    ),
    "get_profile": Documented(
        "One profile by id, with its permissions.",
        responses={
            200: {
                ApiVersion.V2: list_of("WholeProfilesV2", "profiles", WholeProfileV2),
                ApiVersion.V2_1: list_of("WholeProfilesV21", "profiles", WholeProfileV21),
            }
        },
        errors=("INVALID_PATH_ID",),
    ),
}
