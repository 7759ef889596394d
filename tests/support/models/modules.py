"""Modules, layouts, related lists."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from tests.support.models.base import Id, Named, Reference, Strict, Time
from tests.support.models.fields import Empty, LaterLayoutField, OldLayoutField
from tests.support.models.views import LaterWholeView, OldWholeView, V21WholeView


class Module(Strict):
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


class ModuleStatus(Module):
    """v5 and later."""

    status: Literal["visible", "user_hidden", "system_hidden", "scheduled_for_deletion"]
    sub_menu_available: bool
    actual_singular_label: str
    actual_plural_label: str
    has_more_profiles: bool
    access_type: Literal["org_based"]
    private_profile: None
    profile_count: int
    recycle_bin_on_delete: bool


class RelatedListProperties(Strict):
    sort_by: None
    fields: list[str]
    sort_order: None


class Heavy(Strict):
    """The keys of the single form alone."""

    kanban_view: bool
    kanban_view_supported: bool
    filter_status: bool
    related_list_properties: RelatedListProperties
    per_page: int
    display_field: str
    search_layout_fields: list[str]
    properties: Annotated[list[Any], Field(alias="$properties")]
    territory: None


class Section(Strict):
    display_label: str
    sequence_number: int
    isSubformSection: bool  # noqa: N815  as the API writes it
    api_name: str
    column_count: int
    name: str
    generated_type: str


class SectionProperties(Strict):
    reorder_rows: bool
    maximum_rows: int
    tooltip: None


class OldSection(Section):
    tab_traversal: int
    fields: list[OldLayoutField]
    properties: SectionProperties | None


class LaterSection(Section):
    tab_traversal: str
    fields: list[LaterLayoutField]
    properties: SectionProperties | None


class LayoutProfile(Strict):
    default: bool
    name: str
    id: Id


class MappedDeals(Reference):
    fields: list[Any]


class ConvertMapping(Strict):
    Accounts: Reference
    Contacts: Reference
    Deals: MappedDeals


class Layout(Strict):
    created_time: Time | None
    convert_mapping: ConvertMapping | None
    modified_time: Time | None
    visible: bool
    created_for: None
    name: str
    modified_by: Reference | None
    profiles: list[LayoutProfile]
    id: Id
    created_by: Reference | None


class OldLayout(Layout):
    """v2 and v2.1."""

    sections: list[OldSection]
    status: int


class LaterLayout(Layout):
    """v3 and v4."""

    sections: list[LaterSection]
    status: Literal["active"]


class SourcedLayout(LaterLayout):
    """v5 and later."""

    has_more_profiles: bool
    display_label: str
    api_name: str
    source: Literal["system"]
    mode: str


class RelatedList(Strict):
    id: Id
    sequence_number: str
    display_label: str
    api_name: str
    name: str
    action: None
    href: str
    type: Literal["default", "custom_lookup", "multiselectlookup"]
    connectedmodule: str | None
    linkingmodule: str | None


class OldRelatedList(RelatedList):
    """v2 and v2.1."""

    module: str


class LaterRelatedList(RelatedList):
    """v3 and later."""

    module: Named
    customize_fields: bool
    customize_sort: bool
    customize_display_label: bool
    sort_by: None
    sort_order: None
    fields: None
    status: Literal["visible"]


class V21WholeModule(Module, Heavy):
    """v2.1."""

    custom_view: V21WholeView | None


class OldWholeModule(Module, Heavy):
    """v2."""

    custom_view: OldWholeView | None


class LaterWholeModule(Module, Heavy):
    """v3 and v4."""

    custom_view: LaterWholeView | None


class StatusWholeModule(ModuleStatus, Heavy):
    """v5 and later."""

    custom_view: LaterWholeView | None
