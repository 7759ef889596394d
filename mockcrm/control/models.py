"""Typed models of the control API's requests and responses. Unknown keys are errors, no value is converted."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from mockcrm.core.catalog.states import STATE_NAMES
from mockcrm.core.clock import parse_iso
from mockcrm.core.messages import one_of, show
from mockcrm.core.org_settings import JobPolicy, OrgOptions, Polls
from mockcrm.core.orgs.registry import NAME
from mockcrm.core.strict_input import StrictModel

MAX_LISTED = 1000
"""The most scopes, states or territories in one request."""
MAX_TIME = 253_402_214_399
"""9999-12-30T23:59:59Z: the last time of a clock that ISO 8601 can express in every time zone."""


def _name(value: str) -> str:
    if NAME.fullmatch(value) is None:
        raise ValueError(f"expected 1 to 64 letters, digits, '.', '_' or '-', got {show(value)}")
    return value


def _fixture(value: object) -> object:
    if value is None or isinstance(value, str | dict):
        return value
    raise ValueError(f"expected the name of a fixture or an object, got {show(value)}")


def _expiry(value: object) -> object:
    if value == "never" or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31):
        return value
    raise ValueError(f"expected `never` or a number of seconds, got {show(value)}")


def _moment(value: object) -> float | None:
    """Return a time as seconds since the epoch."""
    moment: object = value
    if isinstance(value, str):
        try:
            moment = parse_iso(value)
        except (ValueError, OverflowError):
            moment = None
    elif value is None:
        return None
    if isinstance(moment, int | float) and not isinstance(moment, bool) and 0 <= moment <= MAX_TIME:
        return float(moment)
    raise ValueError(f"expected a time like 2024-01-15T10:30:00+05:30 or seconds since the epoch, got {show(value)}")


def _scope(value: str) -> str:
    if all(part.isidentifier() for part in value.split(".")) and "." in value:
        return value
    raise ValueError(f"expected a scope like ZohoCRM.modules.ALL, got {show(value)}")


def _state(value: object) -> object:
    if value in STATE_NAMES:
        return value
    raise ValueError(f"unknown state {show(value)}; {one_of(STATE_NAMES)}")


Name = Annotated[str, AfterValidator(_name)]
Scope = Annotated[str, AfterValidator(_scope)]
State = Annotated[str, BeforeValidator(_state), WithJsonSchema({"enum": list(STATE_NAMES)})]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
NameOrFixture = Annotated[
    Any, AfterValidator(_fixture), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object"}]})
]
Expiry = Annotated[
    Any, AfterValidator(_expiry), WithJsonSchema({"anyOf": [{"const": "never"}, {"type": "integer", "minimum": 0}]})
]
Moment = Annotated[
    float | None,
    BeforeValidator(_moment),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}]}),
]
Territory = Annotated[str, StringConstraints(min_length=1)]


class Content(BaseModel):
    """Base of the response bodies."""

    model_config = ConfigDict(extra="forbid")


# -- requests ----------------------------------------------------------------------------------------------------


class NewOrg(StrictModel):
    """POST /orgs. Without `name` one is generated; without `fixture` the org has the standard modules, no records."""

    name: Name | None = None
    fixture: NameOrFixture = None


class NewToken(StrictModel):
    """POST /orgs/{org}/tokens. `user` defaults to the administrator, `scopes` to all; `expires_in` is in seconds."""

    user: str | None = None
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=MAX_LISTED, fail_fast=True)] | None = None
    expires_in: Expiry = 3600


class Steps(StrictModel):
    """POST /orgs/{org}/jobs/{id}/step; `records` defaults to one chunk."""

    records: Count | None = None


class Failure(StrictModel):
    """POST /orgs/{org}/jobs/{id}/fail; `after` is how many records of the whole job are processed before it fails."""

    after: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class ClockChange(StrictModel):
    """PUT /orgs/{org}/clock. `now` is in ISO 8601 or in seconds since the epoch."""

    now: Moment = None
    frozen: bool | None = None


class Advance(StrictModel):
    """POST /orgs/{org}/clock/advance."""

    seconds: Annotated[float, Field(ge=0, le=MAX_TIME, allow_inf_nan=False)] = 0.0


class RecordChange(StrictModel):
    """PATCH /orgs/{org}/records/{module}/{id}. Territories are given by name or id."""

    state: Annotated[list[State], Field(max_length=MAX_LISTED, fail_fast=True)] | None = None
    territories: Annotated[list[Territory], Field(max_length=MAX_LISTED, fail_fast=True)] | None = None


class PollsChange(Polls):
    """`polls` of PUT /orgs/{org}/job-policy."""


class JobPolicyChange(JobPolicy):
    """PUT /orgs/{org}/job-policy."""

    polls: PollsChange = PollsChange()


class SettingsChange(OrgOptions):
    """PUT /orgs/{org}/settings."""


# -- responses ---------------------------------------------------------------------------------------------------


class Credentials(Content):
    """The credentials of one token entry of a fixture."""

    user: str
    client_id: str
    client_secret: str
    refresh_token: str | None
    access_token: str | None
    grant_code: str | None
    scopes: list[str]


class OrgAnswer(Content):
    """An org and its credentials: those at the top level are its administrator's, with all scopes."""

    org: str
    api_domain: str
    accounts_url: str
    client_id: str
    client_secret: str
    refresh_token: str | None
    access_token: str | None
    grant_code: str | None
    tokens: list[Credentials]


class Info(OrgAnswer):
    """The server, and its org `default`."""

    version: str
    base_url: str


class PublicInfo(Content):
    """The server as shown to a caller without its control token."""

    version: str
    base_url: str
    org: str
    api_domain: str
    accounts_url: str


class OrgItem(Content):
    """One org of the list, and when it was created."""

    org: str
    created: str


class Orgs(Content):
    """Every org, oldest first."""

    orgs: list[OrgItem]


class OrgNames(Content):
    """The names of orgs."""

    orgs: list[str]


class SnapshotDeleted(Content):
    """The snapshot that was deleted."""

    name: str
    deleted: Literal[True] = True


class Deleted(Content):
    """The org that was deleted."""

    org: str
    deleted: Literal[True] = True


class OrgState(Content):
    """The org after its content was replaced."""

    org: str


class Loaded(Content):
    """The org after a load, with the credentials of the clients that the fixture added."""

    org: str
    tokens: list[Credentials]


class ClockState(Content):
    """The org's time, in its time zone."""

    now: str
    frozen: bool


class JobAnswer(Content):
    """A job. Times are in the org's time zone; total = updated + failed + not_updated at any time."""

    id: str
    action: str
    module: str
    cvid: str
    user: str
    status: str
    total: int
    updated: int
    failed: int
    not_updated: int
    created: str
    started: str | None
    ended: str | None


class RecordFailure(Content):
    """The error of a record that failed: its name in docs/errors.md, its code and its message."""

    id: str
    error: str
    code: str
    message: str


class JobDetail(JobAnswer):
    """A job with its failed records, ordered by id."""

    failures: list[RecordFailure]


class Jobs(Content):
    """Jobs, oldest first."""

    jobs: list[JobAnswer]


class TerritoryItem(Content):
    """A territory that a record belongs to."""

    id: str
    name: str


class RecordAnswer(Content):
    """A record's state and territories."""

    id: str
    module: str
    state: list[str]
    territories: list[TerritoryItem]


class Snapshot(Content):
    """A saved state of an org; `created` is in the time of the system."""

    name: str
    created: str


class Snapshots(Content):
    """The snapshots of an org, ordered by name."""

    snapshots: list[Snapshot]


class ErrorDetail(Content):
    """What is wrong, and where in the request."""

    message: str
    where: str | None = None


class ErrorAnswer(Content):
    """Every error response of this API."""

    error: ErrorDetail
