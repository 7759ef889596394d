"""Layouts with their sections (docs/contract/mass-update-and-core.md 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import Documented
from mockcrm.http.schema.base import ApiModel, Id, ModuleQuery, Reference, Time, list_of
from mockcrm.http.schema.fields import LayoutFieldV2, LayoutFieldV3, LayoutFieldV8


class SectionProperties(ApiModel):
    """Properties of a section with a subform."""

    reorder_rows: bool
    maximum_rows: int
    tooltip: None


class SectionKeys(ApiModel):
    """The keys of a section in every version."""

    display_label: str
    sequence_number: int
    isSubformSection: bool  # noqa: N815  as the API writes it
    column_count: int
    name: str
    generated_type: Literal["default", "custom"]
    properties: SectionProperties | None


class SectionV2(SectionKeys):
    """A section in v2."""

    api_name: str
    tab_traversal: int
    fields: list[LayoutFieldV2]


class SectionV21(SectionV2):
    """A section in v2.1."""

    type: Literal["used"]


class SectionKeysV3(SectionKeys):
    """The keys of a section from v3 on."""

    type: Literal["used"]
    id: Id


class SectionV3(SectionKeysV3):
    """A section in v3 to v5."""

    api_name: str
    tab_traversal: int
    fields: list[LayoutFieldV3]


class SectionV6(SectionKeysV3):
    """A section in v6."""

    api_name: str
    tab_traversal: Literal["left_to_right", "top_to_bottom"]
    fields: list[LayoutFieldV3]


class SectionV7(SectionV6):
    """A section in v7."""

    mode: Literal["default_create"]


class SectionActions(ApiModel):
    """What may be done with a section."""

    add_field: bool
    rename: bool
    change_tab_traversal: bool
    reorder: bool
    delete: bool
    remove_field: bool
    change_column_count: bool


class SectionV8(SectionKeysV3):
    """A section in v8."""

    api_name: Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_]*$", max_length=50)]
    tab_traversal: Literal["left_to_right", "top_to_bottom"]
    fields: list[LayoutFieldV8]
    mode: Literal["default_create"]
    actions_allowed: SectionActions


class LayoutProfile(ApiModel):
    """A profile that uses the layout."""

    default: bool
    name: str
    id: Id


class ViewOfProfile(ApiModel):
    """The view in which the users of a profile see a record."""

    name: str
    id: Id
    type: Literal["layout"]


class LayoutProfileV5(LayoutProfile):
    """A profile that uses the layout, from v5 on."""

    default_view: Annotated[ViewOfProfile, Field(alias="_default_view")]
    default_assignment_view: Annotated[ViewOfProfile, Field(alias="_default_assignment_view")]


class MappedField(ApiModel):
    """A field of the deal that a lead becomes."""

    api_name: str
    field_label: str
    id: Id
    required: bool


class MappedDeals(Reference):
    """The layout of the deal that a lead is converted to."""

    fields: list[MappedField]


class ConvertMapping(ApiModel):
    """The layouts of the records that a lead is converted to."""

    Accounts: Reference
    Contacts: Reference
    Deals: MappedDeals


class LayoutReference(Reference):
    """The layout of a record that another is converted to, from v5 on."""

    display_label: str


class MappedDealsV5(LayoutReference):
    """The layout of the deal that a lead is converted to, from v5 on."""

    fields: list[MappedField]


class LeadMappingV5(ApiModel):
    """The layouts of the records that a lead is converted to, from v5 on."""

    Accounts: LayoutReference
    Contacts: LayoutReference
    Deals: MappedDealsV5


class QuoteMapping(ApiModel):
    """The layouts of the records that a quote is converted to."""

    SalesOrders: LayoutReference
    Invoices: LayoutReference


class SalesOrderMapping(ApiModel):
    """The layout of the invoice that a sales order is converted to."""

    Invoices: LayoutReference


class LayoutKeys(ApiModel):
    """The keys of a layout in every version."""

    created_time: Time | None
    modified_time: Time | None
    visible: bool
    created_for: None
    name: str
    modified_by: Reference | None
    id: Id
    created_by: Reference | None


class LayoutV2(LayoutKeys):
    """A layout in v2."""

    convert_mapping: ConvertMapping | None
    profiles: list[LayoutProfile]
    sections: list[SectionV2]
    status: int


class LayoutV21(LayoutKeys):
    """A layout in v2.1."""

    convert_mapping: ConvertMapping | None
    profiles: list[LayoutProfile]
    sections: list[SectionV21]
    status: int
    show_business_card: bool


class LayoutV3(LayoutKeys):
    """A layout in v3 and v4."""

    convert_mapping: ConvertMapping | None
    profiles: list[LayoutProfile]
    sections: list[SectionV3]
    status: Literal["active"]
    show_business_card: bool


class LayoutActions(ApiModel):
    """What may be done with a layout."""

    edit: bool
    rename: bool
    clone: bool
    downgrade: bool
    delete: bool
    deactivate: bool
    set_layout_permissions: bool


class LayoutKeysV5(LayoutKeys):
    """The keys of a layout from v5 on."""

    convert_mapping: LeadMappingV5 | QuoteMapping | SalesOrderMapping | None
    profiles: list[LayoutProfileV5]
    status: Literal["active"]
    show_business_card: bool
    has_more_profiles: bool
    display_label: str
    api_name: str
    source: Literal["crm"]
    generated_type: Literal["system"]
    actions_allowed: LayoutActions


class LayoutV5(LayoutKeysV5):
    """A layout in v5."""

    sections: list[SectionV3]


class LayoutV6(LayoutKeysV5):
    """A layout in v6."""

    sections: list[SectionV6]


class LayoutV7(LayoutKeysV5):
    """A layout in v7."""

    sections: list[SectionV7]


class LayoutV8(LayoutKeysV5):
    """A layout in v8."""

    sections: list[SectionV8]


LAYOUTS = {
    ApiVersion.V2: list_of("LayoutsV2", "layouts", LayoutV2),
    ApiVersion.V2_1: list_of("LayoutsV21", "layouts", LayoutV21),
    ApiVersion.V3: list_of("LayoutsV3", "layouts", LayoutV3),
    ApiVersion.V5: list_of("LayoutsV5", "layouts", LayoutV5),
    ApiVersion.V6: list_of("LayoutsV6", "layouts", LayoutV6),
    ApiVersion.V7: list_of("LayoutsV7", "layouts", LayoutV7),
    ApiVersion.V8: list_of("LayoutsV8", "layouts", LayoutV8),
}
ERRORS = ("REQUIRED_PARAM_MISSING", "INVALID_MODULE", "MODULE_NOT_IN_API")
DOCUMENTED: Mapping[str, Documented] = {
    "get_layouts": Documented(
        "The layout of a module, with its sections and their fields.",
        query=ModuleQuery,
        responses={200: LAYOUTS},
        errors=ERRORS,
    ),
    "get_layout": Documented(
        "One layout by id.", query=ModuleQuery, responses={200: LAYOUTS}, errors=(*ERRORS, "INVALID_PATH_ID")
    ),
}
