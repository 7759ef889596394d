"""The response models of the record endpoints, version by version.

Which fields a record has depends on its module and on what was asked for; what every record has of the service itself
is held: its id, the columns, and exactly the $-keys of the version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictStr, TypeAdapter, create_model

from mockcrm.core.versions import ApiVersion
from tests.support.models.base import ErrorAnswer, ErrorItem, Info, Strict, Time

V2, V2_1, V3, V4, V5, V7 = (
    ApiVersion.V2,
    ApiVersion.V2_1,
    ApiVersion.V3,
    ApiVersion.V4,
    ApiVersion.V5,
    ApiVersion.V7,
)
RecordId = Annotated[StrictStr, Field(pattern=r"^[0-9]{1,19}$")]
"""Fixtures may have ids shorter than those of the service."""


class Person(Strict):
    """Who made or changed a record, in what a write tells."""

    name: str | None
    id: RecordId


class Owner(Person):
    """The same in a record."""

    email: str | None


class Layout(Strict):
    """A record's layout."""

    name: str
    id: RecordId


class Territory(Strict):
    """A territory of a record, after v2."""

    Name: str
    id: RecordId
    assigned_by: Annotated[Person, Field(alias="$assigned_by")]
    assigned_time: Annotated[Time, Field(alias="$assigned_time")]
    assigned: Annotated[Literal["automatically", "manually"], Field(alias="$assigned")]


class Rights(Strict):
    """`$review_process`."""

    approve: bool
    reject: bool
    resubmit: bool


class Approval(Rights):
    """`$approval`."""

    delegate: bool


class Tag(Strict):
    """A tag of a record."""

    name: str


# -- a record ----------------------------------------------------------------------------------------------------

_EVERY: dict[str, Any] = {
    "$currency_symbol": Literal["$"],
    "$field_states": None,
    "$process_flow": bool,
    "$approval": Approval,
    "$editable": bool,
    "$review_process": Rights,
    "$review": None,
    "$canvas_id": None,
    "$orchestration": None,
    "$data_source_details": Annotated[dict[str, Any], Field(max_length=0)],
    "$stop_processing": bool,
    "$in_merge": bool,
    "$approval_state": Literal["approved", "approval_process_pending"],
}
_OLD: dict[str, Any] = {"$state": Literal["save"], "$approved": bool}
_LATER: dict[str, Any] = {
    "$sharing_permission": Literal["full_access"],
    "$locked_for_me": bool,
    "$zia_owner_assignment": str,
    "$wizard_connection_path": None,
    "$pathfinder": None,
    "$zia_visions": None,
    "$is_duplicate": bool,
    "$layout_id": Layout,
}
_OF_LEADS: dict[str, Any] = {"$converted_detail": dict[str, Any]}
_OF_OLD_LEADS: dict[str, Any] = {**_OF_LEADS, "$converted": bool}
_COLUMNS: dict[str, Any] = {
    "Owner": Owner,
    "Created_By": Owner,
    "Modified_By": Owner,
    "Created_Time": Time,
    "Modified_Time": Time,
}
MAX_CHOSEN = 10
"""A record with more $-keys from v3 on is one with every field, not one with chosen ones."""
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def _record(version: ApiVersion) -> Any:
    """One record: with every field, or with chosen ones alone."""
    special = _EVERY | (_OLD if version < V4 else _LATER)
    of_leads = _OF_OLD_LEADS if version < V4 else _OF_LEADS
    territories = list[str] if version == V2 else list[Territory]
    kinds = {**special, **of_leads, **_COLUMNS, "Layout": Layout | None, "Territories": territories, "Tag": list[Tag]}
    adapters = {name: TypeAdapter(kind) for name, kind in (kinds | {"id": RecordId}).items()}

    def check(record: dict[str, Any]) -> dict[str, Any]:
        assert "id" in record
        found = {name for name in record if name.startswith("$")}
        if version < V3 or len(found) > MAX_CHOSEN:
            assert found in (special.keys(), special.keys() | of_leads.keys()), f"$-keys of {version.label}: {found}"
        else:
            assert found <= special.keys() | of_leads.keys(), f"$-keys of {version.label}: {found}"
        for name, value in record.items():
            if name in adapters:
                adapters[name].validate_python(value)
            else:
                assert _API_NAME.fullmatch(name), name
        return record

    return Annotated[dict[str, Any], AfterValidator(check)]


# -- lists -------------------------------------------------------------------------------------------------------


class LaterInfo(Info):
    """The `info` of a list from v3 on."""

    call: Literal[False]
    email: Literal[False]
    sort_by: str
    sort_order: Literal["asc", "desc"]
    next_page_token: str | None
    previous_page_token: str | None
    page_token_expiry: Time | None


def _data(item: Any, **more: Any) -> type[Strict]:
    fields: dict[str, Any] = {"data": (Annotated[list[item], Field(min_length=1)], ...)}
    return create_model("Data", __base__=Strict, **fields, **{name: (kind, ...) for name, kind in more.items()})


def _list(version: ApiVersion) -> Any:
    # Some documented errors have a status below 400, so that a fault may answer one here.
    info = Info if version < V3 else LaterInfo
    return _data(_record(version), info=info) | ErrorAnswer


def _one(version: ApiVersion) -> Any:
    return _data(_record(version)) | ErrorAnswer


# -- writes ------------------------------------------------------------------------------------------------------


class Details(Strict):
    """What a write tells of its record."""

    Modified_Time: Time
    Modified_By: Person
    Created_Time: Time
    id: RecordId
    Created_By: Person


class LaterDetails(Details):
    """The same from v5 on."""

    approval_state: Annotated[Literal["approved", "approval_process_pending"], Field(alias="$approval_state")]


class DeletedDetails(Strict):
    """What a DELETE tells of its record."""

    id: RecordId


class AssignedDetails(DeletedDetails):
    """What an assignment tells of its record."""

    job_id: RecordId


def _done(details: Any, *messages: str, code: str = "SUCCESS", **more: Any) -> Any:
    fields: dict[str, Any] = {
        "code": (Literal[code], ...),  # type: ignore[valid-type]
        "details": (details, ...),
        "message": (Literal[messages], ...),  # type: ignore[valid-type]
        "status": (Literal["success"], ...),
    }
    return create_model("Done", __base__=Strict, **fields, **{name: (kind, ...) for name, kind in more.items()})


def _written(*messages: str, **more: Any) -> Any:
    def choice(version: ApiVersion) -> Any:
        details = Details if version < V5 else LaterDetails
        return _data(_done(details, *messages, **more) | ErrorItem) | ErrorAnswer

    return choice


def _removed(version: ApiVersion) -> Any:
    return _data(_done(DeletedDetails, "record deleted") | ErrorItem) | ErrorAnswer


def _assigned(version: ApiVersion) -> Any:
    message = "Territory assignment process scheduled successfully"
    done = _done(AssignedDetails, message, code="SUCCESS" if version < V7 else "SCHEDULED")
    return _data(done | ErrorItem) | ErrorAnswer


# -- the rest ----------------------------------------------------------------------------------------------------


class DeletedRecord(Strict):
    """A deleted record."""

    deleted_by: Person
    id: RecordId
    display_name: str | None
    type: Literal["recycle", "permanent"]
    created_by: Person
    deleted_time: Time


class Count(Strict):
    """How many records there are."""

    count: Annotated[int, Field(ge=0)]


def _deleted(version: ApiVersion) -> Any:
    return _data(DeletedRecord, info=Info) | ErrorAnswer


def _count(version: ApiVersion) -> Any:
    return Count | ErrorAnswer


_UPSERT: dict[str, Any] = {"duplicate_field": str | None, "action": Literal["insert", "update"]}
ROWS: tuple[tuple[str, str, ApiVersion, Any], ...] = (
    ("{module}", "GET", V2, _list),
    ("{module}", "POST", V2, _written("record added")),
    ("{module}", "PUT", V2, _written("record updated")),
    ("{module}", "DELETE", V2, _removed),
    ("{module}/{id}", "GET", V2, _one),
    ("{module}/{id}", "PUT", V2, _written("record updated")),
    ("{module}/{id}", "DELETE", V2, _removed),
    ("{module}/search", "GET", V2, _list),
    ("{module}/upsert", "POST", V2, _written("record added", "record updated", **_UPSERT)),
    ("{module}/deleted", "GET", V2, _deleted),
    ("{module}/actions/count", "GET", V2_1, _count),
    ("{module}/actions/assign_territories", "POST", V2, _assigned),
    ("{module}/{id}/actions/assign_territories", "POST", V2, _assigned),
)


def models() -> Iterator[tuple[tuple[str, str, ApiVersion], Any]]:
    """Every row of MODELS that is the records'."""
    for path, method, since, choice in ROWS:
        for version in ApiVersion:
            if version >= since:
                yield (f"/crm/{{version}}/{path}", method, version), choice(version)
