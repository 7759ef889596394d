"""Modules, in a list and as a whole (docs/contract/mass-update-and-core.md 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import ApiModel, Id, ModifiedSince, Reference, Time, list_of
from mockcrm.http.schema.fields import Empty
from mockcrm.http.schema.views import WholeCustomViewV2, WholeCustomViewV3, WholeCustomViewV21


class ModuleV2(ApiModel):
    """A module in the list of v2 to v4."""

    global_search_supported: bool
    deletable: bool
    description: str | None
    creatable: bool
    inventory_template_supported: bool
    modified_time: Time
    plural_label: str
    presence_sub_menu: bool
    triggers_supported: bool
    id: Id
    visibility: int
    convertable: bool
    editable: bool
    emailTemplate_support: bool  # noqa: N815  as the API writes it
    profiles: list[Reference]
    filter_supported: bool
    show_as_tab: bool
    web_link: None
    sequence_number: int
    singular_label: str
    viewable: bool
    api_supported: bool
    api_name: str
    quick_create: bool
    modified_by: Reference | None
    # All ten SDKs crash without it.
    generated_type: Literal["default", "custom"]
    feeds_required: bool
    scoring_supported: bool
    webform_supported: bool
    arguments: list[Any]
    module_name: str
    business_card_field_limit: int
    parent_module: Empty


class ModuleV5(ModuleV2):
    """A module in the list, from v5 on."""

    status: Literal["visible", "user_hidden", "system_hidden", "scheduled_for_deletion"]
    sub_menu_available: bool
    actual_singular_label: str
    actual_plural_label: str
    has_more_profiles: bool
    access_type: Literal["org_based"]
    private_profile: None
    profile_count: int
    recycle_bin_on_delete: bool


class RelatedListProperties(ApiModel):
    """How a module is shown as a related list."""

    sort_by: None
    fields: list[str]
    sort_order: None


class WholeModuleKeys(ApiModel):
    """The keys that only a module by its api name has."""

    kanban_view: bool
    kanban_view_supported: bool
    filter_status: bool
    related_list_properties: RelatedListProperties
    per_page: int
    display_field: str
    search_layout_fields: list[str]
    properties: Annotated[list[Any], Field(alias="$properties")]
    territory: None


class WholeModuleV2(ModuleV2, WholeModuleKeys):
    """A module by its api name in v2."""

    custom_view: WholeCustomViewV2 | None


class WholeModuleV21(ModuleV2, WholeModuleKeys):
    """A module by its api name in v2.1."""

    custom_view: WholeCustomViewV21 | None


class WholeModuleV3(ModuleV2, WholeModuleKeys):
    """A module by its api name in v3 and v4."""

    custom_view: WholeCustomViewV3 | None


class WholeModuleV5(ModuleV5, WholeModuleKeys):
    """A module by its api name, from v5 on."""

    custom_view: WholeCustomViewV3 | None


class ModulesQuery(ApiModel):
    """Which modules."""

    status: Annotated[
        str | None,
        Field(
            description="statuses joined by commas: visible, user_hidden, system_hidden, scheduled_for_deletion",
            examples=["visible"],
        ),
    ] = None


DOCUMENTED: Mapping[str, Documented] = {
    "get_modules": Documented(
        "The modules of the version; from v5 on those with one of the statuses in `status`.",
        query={ApiVersion.V2: None, ApiVersion.V5: ModulesQuery},
        headers=ModifiedSince,
        responses={
            200: {
                ApiVersion.V2: list_of("ModulesV2", "modules", ModuleV2),
                ApiVersion.V5: list_of("ModulesV5", "modules", ModuleV5),
            },
            204: EMPTY,
            304: EMPTY,
        },
        errors=("PATTERN_NOT_MATCHED",),
    ),
    "get_module": Documented(
        "One module by its api name, with its default view.",
        responses={
            200: {
                ApiVersion.V2: list_of("OneModuleV2", "modules", WholeModuleV2),
                ApiVersion.V2_1: list_of("OneModuleV21", "modules", WholeModuleV21),
                ApiVersion.V3: list_of("OneModuleV3", "modules", WholeModuleV3),
                ApiVersion.V5: list_of("OneModuleV5", "modules", WholeModuleV5),
            }
        },
        errors=("INVALID_MODULE", "MODULE_NOT_IN_API"),
    ),
}
