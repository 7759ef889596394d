"""Layouts with their sections (docs/contract/mass-update-and-core.md 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import Documented
from mockcrm.http.schema.base import ApiModel, Id, ModuleQuery, Reference, Time, list_of
from mockcrm.http.schema.fields import LayoutFieldV2, LayoutFieldV3


class SectionKeys(ApiModel):
    """The keys of a section in every version."""

    display_label: str
    sequence_number: int
    isSubformSection: bool  # noqa: N815  as the API writes it
    api_name: str
    column_count: int
    name: str
    generated_type: str


class SectionProperties(ApiModel):
    """Properties of a section with a subform."""

    reorder_rows: bool
    maximum_rows: int
    tooltip: None


class SectionV2(SectionKeys):
    """A section in v2 and v2.1."""

    tab_traversal: int
    fields: list[LayoutFieldV2]
    properties: SectionProperties | None


class SectionV3(SectionKeys):
    """A section, from v3 on."""

    tab_traversal: str
    fields: list[LayoutFieldV3]
    properties: SectionProperties | None


class LayoutProfile(ApiModel):
    """A profile that uses the layout."""

    default: bool
    name: str
    id: Id


class MappedDeals(Reference):
    """The layout of the deal that a lead is converted to."""

    fields: list[Any]


class ConvertMapping(ApiModel):
    """The layouts of the records that a lead is converted to."""

    Accounts: Reference
    Contacts: Reference
    Deals: MappedDeals


class LayoutKeys(ApiModel):
    """The keys of a layout in every version."""

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


class LayoutV2(LayoutKeys):
    """A layout in v2 and v2.1."""

    sections: list[SectionV2]
    status: int


class LayoutV3(LayoutKeys):
    """A layout in v3 and v4."""

    sections: list[SectionV3]
    status: Literal["active"]


class LayoutV5(LayoutV3):
    """A layout, from v5 on."""

    has_more_profiles: bool
    display_label: str
    api_name: str
    source: Literal["system"]
    mode: str


LAYOUTS = {
    ApiVersion.V2: list_of("LayoutsV2", "layouts", LayoutV2),
    ApiVersion.V3: list_of("LayoutsV3", "layouts", LayoutV3),
    ApiVersion.V5: list_of("LayoutsV5", "layouts", LayoutV5),
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
