"""Fields of a module (docs/contract/mass-update-and-core.md 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import EMPTY, Documented
from mockcrm.http.schema.base import ModuleQuery, RecordId, list_of
from mockcrm.http.schema.fields import FieldV2, FieldV3, FieldV8


class FieldsQuery(ModuleQuery):
    """The module, and which of its fields."""

    type: Annotated[
        Literal["all", "used", "unused"] | None,
        Field(description="which fields; `all` by default; every field is in use"),
    ] = None
    data_type: Annotated[str | None, Field(description="only fields of these types, joined by commas")] = None
    layout_id: Annotated[RecordId | None, Field(description="id of the module's layout")] = None


FIELDS = {
    ApiVersion.V2: list_of("FieldsV2", "fields", FieldV2),
    ApiVersion.V3: list_of("FieldsV3", "fields", FieldV3),
    ApiVersion.V8: list_of("FieldsV8", "fields", FieldV8),
}
ERRORS = ("REQUIRED_PARAM_MISSING", "INVALID_MODULE", "MODULE_NOT_IN_API")
DOCUMENTED: Mapping[str, Documented] = {
    "get_fields": Documented(
        "The fields that the caller's profile may see; `mass_update` says whether a mass update may set one.",
        query=FieldsQuery,
        responses={200: FIELDS, 204: EMPTY},
        errors=(*ERRORS, "PATTERN_NOT_MATCHED", "INVALID_PARAM"),
    ),
    "get_field": Documented(
        "One field by id.", query=ModuleQuery, responses={200: FIELDS}, errors=(*ERRORS, "INVALID_PATH_ID")
    ),
}
