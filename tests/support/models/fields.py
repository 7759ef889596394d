"""Fields as settings/fields and the sections of layouts show them."""

from __future__ import annotations

from typing import Any

from tests.support.models.base import Id, Named, Scalar, Strict


class ViewType(Strict):
    view: bool
    edit: bool
    quick_create: bool
    create: bool


class Currency(Strict):
    rounding_option: str
    precision: int


class Empty(Strict):
    """An object without a key: what does not apply."""


class Subform(Strict):
    module: str
    id: Id


class AutoNumber(Strict):
    prefix: str
    suffix: str
    start_number: int


class Formula(Strict):
    return_type: str
    expression: str | None


class OldLookup(Strict):
    module: str
    display_label: str
    api_name: str
    id: Id


class LaterLookup(Strict):
    module: Named
    display_label: str
    api_name: str
    id: Id
    query_details: Empty
    revalidate_filter_during_edit: bool


class OldUnique(Strict):
    casesensitive: str


class LaterUnique(Strict):
    case_sensitive: bool


class OldPickListValue(Strict):
    display_value: str
    sequence_number: int
    maps: list[Any]
    actual_value: str


class LaterPickListValue(Strict):
    display_value: str
    sequence_number: int
    reference_value: str
    colour_code: str | None
    actual_value: str
    id: Id
    type: str


class OldMultiselect(Strict):
    display_label: str
    linking_module: str
    lookup_apiname: str
    api_name: str
    connectedlookup_apiname: str | None
    id: Id


class LinkingModule(Strict):
    visibility: int
    plural_label: str
    api_name: str
    id: Id


class LinkedField(Strict):
    api_name: str
    field_label: str
    id: Id


class LinkingDetails(Strict):
    module: LinkingModule
    lookup_field: LinkedField
    connected_lookup_field: LinkedField


class ConnectedModule(Strict):
    api_name: str
    id: Id | None


class ConnectedDetails(Strict):
    module: ConnectedModule


class Linking(Strict):
    linking_details: LinkingDetails
    connected_details: ConnectedDetails
    record_access: bool


class Common(Strict):
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
    quick_sequence_number: None
    businesscard_supported: bool
    multi_module_lookup: Empty
    currency: Currency | Empty
    id: Id
    custom_field: bool
    convert_mapping: None
    visible: bool
    length: int | None
    view_type: ViewType
    column_name: None
    subform: Subform | None
    api_name: str
    # A boolean breaks the SDKs from v3 on, null none of them.
    history_tracking: None
    data_type: str
    formula: Formula | Empty
    decimal_place: int | None
    mass_update: bool
    blueprint_supported: bool
    auto_number: AutoNumber | Empty
    default_value: Scalar
    section_id: int
    validation_rule: None
    mandatory: bool


class OldField(Common):
    """v2 and v2.1."""

    lookup: OldLookup | Empty
    unique: OldUnique | Empty
    multiselectlookup: OldMultiselect | Empty
    pick_list_values: list[OldPickListValue]


class OperationType(Strict):
    web_update: bool
    api_create: bool
    web_create: bool
    api_update: bool


class EmailParser(Strict):
    fields_update_supported: bool
    record_operations_supported: bool


class RollupSummary(Strict):
    return_type: str


class LayoutAssociation(Strict):
    api_name: str
    name: str
    id: Id


class FieldProfile(Strict):
    permission_type: str
    name: str
    id: Id


class LaterField(Common):
    """v3 and later."""

    lookup: LaterLookup | Empty
    unique: LaterUnique | Empty
    multiselectlookup: Linking | Empty
    multiuserlookup: Linking | Empty
    pick_list_values: list[LaterPickListValue]
    associated_module: Subform | None
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
    ui_type: int | None
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


class OldLayoutField(OldField):
    """A field in a section."""

    required: bool
    sequence_number: int


class LaterLayoutField(LaterField):
    """A field in a section."""

    required: bool
    sequence_number: int
