"""Fields of a module as settings/fields and the sections of layouts show them.

A class whose form changed is called by the first version that has the form: FieldV2 (v2, v2.1), FieldV3 (v3 to v7),
FieldV8.
"""

from __future__ import annotations

from typing import Any, Literal

from mockcrm.http.schema.base import ApiModel, Id, Named, Scalar, may_be_absent


class ViewTypes(ApiModel):
    view: bool
    edit: bool
    quick_create: bool
    create: bool


class CurrencyFormat(ApiModel):
    rounding_option: str
    precision: int


class Empty(ApiModel):
    """An object without a key: what does not apply."""


class ModuleOfField(ApiModel):
    module: str
    id: Id


class AutoNumberFormat(ApiModel):
    prefix: str
    suffix: str
    start_number: int
    # From v5 on.
    starting_number_length: int = may_be_absent()


class FormulaOfField(ApiModel):
    return_type: str
    expression: str | None


class LookupV2(ApiModel):
    module: str
    display_label: str
    api_name: str
    id: Id


class LookupV3(ApiModel):
    module: Named
    display_label: str
    api_name: str
    id: Id
    query_details: Empty
    revalidate_filter_during_edit: bool


class LookedUpModule(Named):
    crypt: Literal[False]


class QueryDetails(ApiModel):
    system_query_id: None


class LookupV8(ApiModel):
    module: LookedUpModule
    display_label: str
    api_name: str
    id: Id
    query_details: QueryDetails
    revalidate_filter_during_edit: bool


class UniqueV2(ApiModel):
    casesensitive: str


class UniqueV3(ApiModel):
    case_sensitive: bool


class PickListValueV2(ApiModel):
    display_value: str
    sequence_number: int
    maps: list[Any]
    actual_value: str


class PickListValueV3(ApiModel):
    display_value: str
    sequence_number: int
    reference_value: str
    colour_code: str | None
    actual_value: str
    id: Id
    type: str


class PickListValueOfLayout(PickListValueV3):
    """A value in a section of a layout of v8, with the values that depend on it."""

    maps: list[Any]


class MultiselectLookupV2(ApiModel):
    display_label: str
    linking_module: str
    lookup_apiname: str
    api_name: str
    connectedlookup_apiname: str | None
    id: Id


class NamedModule(ApiModel):
    api_name: str
    id: Id | None


class MultiselectLookupV3(ApiModel):
    display_label: str
    linking_module: NamedModule
    connected_module: NamedModule
    lookup_apiname: str
    api_name: str
    connectedfield_apiname: str
    connectedlookup_apiname: str
    id: Id
    record_access: bool


class LinkingModule(ApiModel):
    visibility: int
    plural_label: str
    api_name: str
    id: Id


class LinkedField(ApiModel):
    api_name: str
    field_label: str
    id: Id


class LinkingDetails(ApiModel):
    module: LinkingModule
    lookup_field: LinkedField
    connected_lookup_field: LinkedField


class ConnectedModule(ApiModel):
    plural_label: str
    api_name: str
    id: Id


class ConnectedDetails(ApiModel):
    field: LinkedField
    module: ConnectedModule
    layouts: list[Any]


class MultiuserLookupV8(ApiModel):
    linking_details: LinkingDetails
    record_access: bool


class MultiselectLookupV8(MultiuserLookupV8):
    connected_details: ConnectedDetails


class FieldKeys(ApiModel):
    """The keys of every version whose form is the same in all of them."""

    system_mandatory: bool
    private: None
    webhook: bool
    json_type: str
    crypt: None
    field_label: str
    tooltip: None
    created_source: str
    field_read_only: bool
    display_label: str
    read_only: bool
    association_details: None
    businesscard_supported: bool
    multi_module_lookup: Empty
    currency: CurrencyFormat | Empty
    id: Id
    custom_field: bool
    visible: bool
    view_type: ViewTypes
    subform: ModuleOfField | None
    api_name: str
    # A boolean breaks the SDKs from v3 on, null none of them.
    history_tracking: None
    data_type: str
    formula: FormulaOfField | Empty
    decimal_place: int | None
    mass_update: bool
    blueprint_supported: bool
    auto_number: AutoNumberFormat | Empty
    default_value: Scalar
    section_id: int
    validation_rule: None
    mandatory: bool


class KeysBeforeV8(ApiModel):
    """The keys that a field of v8 has only with a value."""

    convert_mapping: None
    column_name: None
    length: int | None
    quick_sequence_number: None


class FieldV2(FieldKeys, KeysBeforeV8):
    """A field in v2 and v2.1."""

    lookup: LookupV2 | Empty
    unique: UniqueV2 | Empty
    multiselectlookup: MultiselectLookupV2 | Empty
    pick_list_values: list[PickListValueV2]


class OperationType(ApiModel):
    web_update: bool
    api_create: bool
    web_create: bool
    api_update: bool


class EmailParser(ApiModel):
    fields_update_supported: bool
    record_operations_supported: bool


class RollupSummary(ApiModel):
    return_type: str


class LayoutAssociation(ApiModel):
    api_name: str
    name: str
    id: Id


class FieldProfile(ApiModel):
    permission_type: str
    name: str
    id: Id


class TextArea(ApiModel):
    """The kind of a text of several lines."""

    type: Literal["small", "large", "rich_text"]


class FieldKeysV3(FieldKeys):
    """The keys of a field whose form is the same from v3 on."""

    unique: UniqueV3 | Empty
    associated_module: ModuleOfField | None
    operation_type: OperationType
    colour_code_enabled_by_system: bool
    type: str
    customizable_properties: list[str]
    created_time: None
    modified_time: None
    filterable: bool
    sortable: bool
    searchable: bool
    external: None
    separator: bool
    virtual_field: bool
    display_type: int
    ui_type: int
    textarea: TextArea = may_be_absent()
    email_parser: EmailParser
    hipaa_compliance: None
    hipaa_compliance_enabled: bool
    rollup_summary: RollupSummary | Empty
    display_field: bool
    pick_list_values_sorted_lexically: bool
    layout_associations: list[LayoutAssociation]
    profiles: list[FieldProfile]
    global_picklist: None
    enable_colour_code: bool


class FieldV3(FieldKeysV3, KeysBeforeV8):
    """A field in v3 to v7."""

    lookup: LookupV3 | Empty
    pick_list_values: list[PickListValueV3]
    multiselectlookup: MultiselectLookupV3 | Empty
    multiuserlookup: MultiselectLookupV3 | Empty


class FieldKeysV8(FieldKeysV3):
    """The keys of a field in v8, alone and in layouts."""

    lookup: LookupV8 | Empty
    # A subform has no length, and only fields of the type have multiuserlookup.
    length: int = may_be_absent()
    multiselectlookup: MultiselectLookupV8 | Empty
    multiuserlookup: MultiuserLookupV8 = may_be_absent()
    history_tracking_enabled: bool
    range: None
    public: bool


class FieldV8(FieldKeysV8):
    """A field in v8."""

    pick_list_values: list[PickListValueV3]


class LayoutFieldV2(FieldV2):
    """A field in a section of a layout."""

    required: bool
    sequence_number: int


class LayoutFieldV3(FieldV3):
    """A field in a section of a layout."""

    required: bool
    sequence_number: int


class LayoutFieldV8(FieldKeysV8):
    """A field in a section of a layout."""

    pick_list_values: list[PickListValueOfLayout]
    required: bool
    sequence_number: int
