"""Records in responses, version by version (docs/contract/mass-update-and-core.md 4.2 and 4.3).

Which fields a record has depends on its module and on the `fields` parameter. What every record has of the service
itself is checked: its id, who made it and when, and exactly the $-keys of the version.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, create_model, model_validator

from mockcrm.core.versions import ApiVersion
from mockcrm.http.schema.base import ApiModel, FieldValue, Info, RecordId, Time, UserReference, list_of, without_default

V2, V2_1, V3, V4, V8 = ApiVersion.V2, ApiVersion.V2_1, ApiVersion.V3, ApiVersion.V4, ApiVersion.V8


class RecordOwner(UserReference):
    """The owner of a record, or who made or changed it."""

    email: str | None


class RecordLayout(ApiModel):
    """A record's layout."""

    name: str
    id: RecordId


class RecordLayoutKey(RecordLayout):
    """The layout in `$layout_id`."""

    display_label: str


class RecordTerritory(ApiModel):
    """A territory of a record, from v2.1 on."""

    Name: str
    id: RecordId
    assigned_by: Annotated[UserReference, Field(alias="$assigned_by")]
    assigned_time: Annotated[Time, Field(alias="$assigned_time")]
    assigned: Annotated[Literal["automatically", "manually"], Field(alias="$assigned")]


class ReviewRights(ApiModel):
    """What the caller may do with a record in a review."""

    approve: bool
    reject: bool
    resubmit: bool


class ApprovalRights(ReviewRights):
    """What the caller may do with a record in an approval."""

    delegate: bool


class RecordTax(ApiModel):
    """A tax of a quote, an order or an invoice; `value` is its amount."""

    percentage: float
    name: str | None
    id: RecordId | None
    value: float


class RecordTag(ApiModel):
    """A tag of a record."""

    name: str
    id: RecordId


class RecordTagV21(RecordTag):
    """A tag of a record, from v2.1 on."""

    color_code: str | None


# -- a record ----------------------------------------------------------------------------------------------------

_KEYS: dict[str, Any] = {
    "$currency_symbol": Literal["$"],
    "$field_states": None,
    "$process_flow": bool,
    "$locked_for_me": bool,
    "$approval": ApprovalRights,
    "$editable": bool,
    "$zia_owner_assignment": str,
    "$is_duplicate": bool,
    "$review_process": ReviewRights,
    "$layout_id": RecordLayoutKey,
    "$review": None,
    "$canvas_id": None,
    "$orchestration": bool,
    "$data_source_details": Annotated[dict[str, Any], Field(max_length=0)],
    "$stop_processing": bool,
    "$in_merge": bool,
    "$approval_state": Literal["approved", "approval_process_pending"],
}
"""The $-keys that every version has."""
_STATE: dict[str, Any] = {"$state": Literal["save"]}
_APPROVED: dict[str, Any] = {"$approved": bool}
_SHARING: dict[str, Any] = {"$sharing_permission": Literal["full_access"], "$zia_visions": None, "$pathfinder": bool}
_WIZARDS: dict[str, Any] = {"$wizard_connection_path": None}
_CPQ: dict[str, Any] = {"$cpq_executions": None}
_BY_VERSION: dict[ApiVersion, dict[str, Any]] = {
    V2: {**_STATE, **_APPROVED},
    V2_1: {**_STATE, **_APPROVED},
    V3: {**_STATE, **_SHARING},
    V4: {**_SHARING, **_WIZARDS},
    V8: {**_SHARING, **_WIZARDS, **_CPQ},
}
_NAMED: dict[str, Any] = {**_STATE, **_APPROVED, **_SHARING, **_WIZARDS, **_CPQ}
"""The $-keys that only some versions have; from v3 on a request may name them in every version."""
_OF_MODULES: dict[str, Any] = {
    "$converted_detail": dict[str, Any],
    "$converted": bool,
    "$taxable": bool,
    "$line_tax": list[RecordTax],
}
"""The $-keys that only some modules have."""
_FIELDS: dict[str, Any] = {
    "Owner": RecordOwner,
    "Created_By": RecordOwner,
    "Modified_By": RecordOwner,
    "Created_Time": Time,
    "Modified_Time": Time,
    "Layout": RecordLayout | None,
}
_SE_MODULE: dict[str, Any] = {"$se_module": str | None}
"""What tasks, events and calls have besides, and notes up to v7."""
_NOTE: dict[str, Any] = {
    "$attachments": None,
    "$editable": bool,
    "$is_shared_to_client": bool,
    "$size": None,
    "$state": Literal["save"],
    "$voice_note": bool,
}
"""The $-keys of a note; from v2.1 on also $sharing_permission."""
_SHARED: dict[str, Any] = {"$sharing_permission": Literal["full_access"]}
MAX_CHOSEN = 10
"""A record with more $-keys from v3 on is one with every field, not one with chosen ones."""
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Record(ApiModel):
    """The keys of every record. Other keys are the api names of the module's fields with their values."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, FieldValue]
    special: ClassVar[frozenset[str]]
    special_of_modules: ClassVar[frozenset[str]]
    special_of_notes: ClassVar[frozenset[str]]
    may_be_chosen: ClassVar[bool]

    id: RecordId

    @model_validator(mode="after")
    def _has_the_keys_of_its_version(self) -> Self:
        aliases = {name: field.alias or name for name, field in type(self).model_fields.items()}
        found = {aliases[name] for name in self.model_fields_set if aliases.get(name, "").startswith("$")}
        if not (self.may_be_chosen and len(found) <= MAX_CHOSEN):
            others = found - {"$se_module"}
            known = self.special <= others <= self.special | self.special_of_modules
            assert known or others == self.special_of_notes, f"$-keys: {found}"
        for name in self.__pydantic_extra__:
            assert _API_NAME.fullmatch(name), f"not an api name: {name}"
        return self


def _suffix(version: ApiVersion) -> str:
    return version.name.replace("_", "")


def _record_of(version: ApiVersion) -> type[Record]:
    special = _KEYS | _BY_VERSION[version]
    territories: Any = list[str] if version == V2 else list[RecordTerritory]
    tags: Any = list[RecordTag] if version == V2 else list[RecordTagV21]
    of_notes = _NOTE if version == V2 else {**_NOTE, **_SHARED}
    kinds = {**_FIELDS, "Tag": tags, "Territories": territories, **special, **_OF_MODULES, **of_notes, **_SE_MODULE}
    if version >= V3:
        kinds |= _NAMED
    # Every key may be missing, because the request may name the fields; null is allowed only where the type says so.
    keys: dict[str, Any] = {
        name.removeprefix("$"): (kind, Field(None, alias=name, json_schema_extra=without_default))
        for name, kind in kinds.items()
    }
    model = create_model(f"Record{_suffix(version)}", __base__=Record, __module__=__name__, **keys)
    model.special = frozenset(special)
    model.special_of_modules = frozenset(_OF_MODULES)
    model.special_of_notes = frozenset(of_notes)
    model.may_be_chosen = version >= V3
    model.__doc__ = "A record. Other keys are the api names of the module's fields with their values."
    return model


RECORDS = {version: _record_of(version) for version in _BY_VERSION}
"""The model of a record, by the first version that has it."""


# -- lists -------------------------------------------------------------------------------------------------------


class FoundInfo(Info):
    """The page of a search in v8."""

    sort_by: str
    sort_order: Literal["asc", "desc"]


class RecordsInfo(FoundInfo):
    """The page of a list of records, from v3 on."""

    call: Literal[False]
    email: Literal[False]
    next_page_token: str | None
    previous_page_token: str | None
    page_token_expiry: Time | None


LISTS = {
    version: list_of(
        model.__name__.replace("Record", "Records"), "data", model, info=Info if version < V3 else RecordsInfo
    )
    for version, model in RECORDS.items()
}
"""The model of a list of records, by the first version that has it."""
SEARCHES = {**LISTS, ApiVersion.V8: list_of("FoundRecordsV8", "data", RECORDS[ApiVersion.V8], info=FoundInfo)}
"""The model of what a search finds, by the first version that has it."""
ONE = {
    version: list_of(f"OneRecord{_suffix(version)}", "data", model, max_items=1) for version, model in RECORDS.items()
}
"""The model of a response with one record, by the first version that has it."""
