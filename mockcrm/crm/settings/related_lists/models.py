"""Related lists (docs/contract/mass-update-and-core.md 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import ApiModel, Id, ModuleQuery, Named, RecordId, list_of


class RelatedListQuery(ModuleQuery):
    """The module, and its layout."""

    layout_id: Annotated[RecordId | None, Field(description="id of the module's layout")] = None


class RelatedListsQuery(RelatedListQuery):
    """The module, its layout, and which of its related lists."""

    status: Literal["visible", "user_hidden", "scheduled_for_deletion"] | None = None


class RelatedListKeys(ApiModel):
    """The keys of a related list in every version."""

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


class RelatedListV2(RelatedListKeys):
    """A related list in v2 and v2.1."""

    module: str


class RelatedListV3(RelatedListKeys):
    """A related list, from v3 on."""

    module: Named
    customize_fields: bool
    customize_sort: bool
    customize_display_label: bool
    sort_by: None
    sort_order: None
    fields: None
    status: Literal["visible"]


RELATED_LISTS = {
    ApiVersion.V2: list_of("RelatedListsV2", "related_lists", RelatedListV2),
    ApiVersion.V3: list_of("RelatedListsV3", "related_lists", RelatedListV3),
}
ERRORS = ("REQUIRED_PARAM_MISSING", "INVALID_MODULE", "MODULE_NOT_IN_API")
DOCUMENTED: Mapping[str, Documented] = {
    "get_related_lists": Documented(
        "The related lists of a module.",
        query=RelatedListsQuery,
        responses={200: RELATED_LISTS, 204: EMPTY},
        errors=(*ERRORS, "INVALID_PARAM", "PATTERN_NOT_MATCHED"),
    ),
    "get_related_list": Documented(
        "One related list by id.",
        query=RelatedListQuery,
        responses={200: RELATED_LISTS},
        errors=(*ERRORS, "INVALID_PATH_ID", "INVALID_PARAM"),
    ),
}
