"""Modules, in a list and as a whole (docs/contract/mass-update-and-core.md 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import ApiModel, Id, ModifiedSince, Named, Reference, Time, list_of
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


class ModuleV21(ModuleV2):
    """A module in the list of v2.1 to v4."""

    isBlueprintSupported: bool  # noqa: N815  as the API writes it


class ModuleV5(ModuleV21):
    """A module in the list of v5 to v7."""

    status: Literal["visible", "user_hidden", "system_hidden", "scheduled_for_deletion"]
    sub_menu_available: bool
    actual_singular_label: str
    actual_plural_label: str
    has_more_profiles: bool
    access_type: Literal["org_based"]
    private_profile: None
    profile_count: int
    recycle_bin_on_delete: bool
    email_parser_supported: bool
    track_current_data: bool


class ModuleV8(ModuleV5):
    """A module in the list of v8."""

    lookupable: bool
    public_fields_configured: bool


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


class WholeModuleKeysV21(WholeModuleKeys):
    """The keys that only a module by its api name has, from v2.1 on."""

    on_demand_properties: Annotated[list[str], Field(alias="$on_demand_properties")]


class LookupField(Named):
    """A field by which a record is shown when one is looked up."""

    sequence_number: int


class LookupFieldProperties(ApiModel):
    """How records are shown when one is looked up."""

    fields: list[LookupField]


class WholeModuleKeysV5(WholeModuleKeysV21):
    """The keys that only a module by its api name has, from v5 on."""

    activity_badge: Literal["Enabled", "Disabled"]
    field_states: Annotated[list[str], Field(alias="$field_states")]
    lookup_field_properties: LookupFieldProperties


class WholeModuleKeysV6(WholeModuleKeysV5):
    """The keys that only a module by its api name has, from v6 on."""

    chart_view: bool
    chart_view_supported: bool


class WholeModuleV2(ModuleV2, WholeModuleKeys):
    """A module by its api name in v2."""

    custom_view: WholeCustomViewV2 | None
    territory: None


class WholeModuleV21(ModuleV21, WholeModuleKeysV21):
    """A module by its api name in v2.1."""

    custom_view: WholeCustomViewV21 | None
    territory: None


class WholeModuleV3(ModuleV21, WholeModuleKeysV21):
    """A module by its api name in v3 and v4."""

    custom_view: WholeCustomViewV3 | None
    territory: None


class WholeModuleV5(ModuleV5, WholeModuleKeysV5):
    """A module by its api name in v5."""

    custom_view: WholeCustomViewV3 | None
    territory: None


class WholeModuleV6(ModuleV5, WholeModuleKeysV6):
    """A module by its api name in v6 and v7."""

    custom_view: WholeCustomViewV3 | None
    territory: None


class WholeModuleV8(ModuleV8, WholeModuleKeysV6):
    """A module by its api name in v8."""

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
                ApiVersion.V2_1: list_of("ModulesV21", "modules", ModuleV21),
                ApiVersion.V5: list_of("ModulesV5", "modules", ModuleV5),
                ApiVersion.V8: list_of("ModulesV8", "modules", ModuleV8),
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
                ApiVersion.V6: list_of("OneModuleV6", "modules", WholeModuleV6),
                ApiVersion.V8: list_of("OneModuleV8", "modules", WholeModuleV8),
            }
        },
        errors=("INVALID_MODULE", "MODULE_NOT_IN_API"),
    ),
}
