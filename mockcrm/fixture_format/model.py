"""The fixture format, version 1, as Pydantic models. `schema.json` is generated from them.

The models validate shapes and single values. What needs the org (that a user, a field or a territory exists) is checked
while the fixture is loaded and raises the same kind of error. A missing key and null mean the same unless a docstring
says otherwise.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    StringConstraints,
    Tag,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from mockcrm.core.catalog.states import STATE_NAMES
from mockcrm.core.clock import parse_iso, parse_offset
from mockcrm.core.field_types import FIELD_TYPES
from mockcrm.core.field_types.values import COLOR
from mockcrm.core.ids import parse_id
from mockcrm.core.messages import one_of, show
from mockcrm.core.org_settings import Edition, OrgSettings
from mockcrm.core.strict_input import StrictModel


def _id(value: object) -> int:
    number = parse_id(value)
    if number is None:
        raise ValueError(f"expected an id of 1 to 19 digits, got {show(value)}")
    return number


def _time(value: object) -> int:
    try:
        return parse_iso(value) if isinstance(value, str) and "T" in value else _refuse_time(value)
    except (ValueError, OverflowError):
        return _refuse_time(value)


def _refuse_time(value: object) -> int:
    raise ValueError(f"expected a time like 2024-01-15T10:30:00+05:30, got {show(value)}")


def _offset(value: str) -> str:
    try:
        parse_offset(value)
    except ValueError:
        raise ValueError(f"expected an offset from UTC like +05:30, got {show(value)}") from None
    return value


def _state(value: object) -> str:
    if value not in STATE_NAMES:
        raise ValueError(f"unknown state {show(value)}; {one_of(STATE_NAMES)}")
    return str(value)


def _data_type(value: object) -> str:
    if not isinstance(value, str) or value not in FIELD_TYPES:
        raise ValueError(f"unknown data_type {show(value)}; {one_of(FIELD_TYPES)}")
    return value


def _reference(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"expected a name or an id, got {show(value)}")
    return str(value)


def _expiry(value: object) -> int | Literal["never"]:
    if value == "never":
        return "never"
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31:
        return value
    raise ValueError(f"expected `never` or a number of seconds, got {show(value)}")


def _one_by_one(value: object, validate: ValidatorFunctionWrapHandler) -> Any:
    """Validate the members of a mapping one by one, so that validation ends at the first invalid one."""
    if not isinstance(value, dict):
        return validate(value)
    found = {}
    for key, member in value.items():
        found.update(validate({key: member}))
    return found


def _shape(value: object) -> str:
    return "(cycle)" if isinstance(value, dict) else "(plain)"


_API_NAME = r"^[A-Za-z][A-Za-z0-9_]*$"
_EMAIL = r"^[^@\s]+@[^@\s]+$"
_SCOPE = r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+$"
_COLOR = f"^{COLOR.pattern}$"
_URL = r"^https?://[^\s/]+\S*$"
PATTERNS = {
    _API_NAME: "an API name (letters, digits and _, a letter first)",
    _EMAIL: "an email address",
    _SCOPE: "a scope like ZohoCRM.modules.ALL",
    _URL: "an http or https URL",
    _COLOR: "a colour like #F17574",
}
"""What messages call the regular expressions of the models."""

T = TypeVar("T")
# Validation ends at the first error: an error takes a kilobyte of memory, and millions of items may be invalid.
Many = Annotated[list[T], Field(fail_fast=True)]
Each = Annotated[dict[str, T], WrapValidator(_one_by_one)]
Id = Annotated[int, BeforeValidator(_id), WithJsonSchema({"type": ["string", "integer"], "pattern": "^[0-9]{1,19}$"})]
Time = Annotated[int, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
ApiName = Annotated[str, StringConstraints(pattern=_API_NAME, max_length=100)]
Email = Annotated[str, StringConstraints(pattern=_EMAIL)]
Reference = Annotated[str, BeforeValidator(_reference), WithJsonSchema({"type": ["string", "integer"]})]
State = Annotated[str, BeforeValidator(_state), WithJsonSchema({"enum": list(STATE_NAMES)})]
DataType = Annotated[str, BeforeValidator(_data_type), WithJsonSchema({"enum": list(FIELD_TYPES)})]
Offset = Annotated[str, AfterValidator(_offset)]
Scope = Annotated[str, StringConstraints(pattern=_SCOPE)]
Url = Annotated[str, StringConstraints(pattern=_URL)]
Color = Annotated[str, StringConstraints(pattern=_COLOR)]
Expiry = Annotated[
    int | Literal["never"],
    BeforeValidator(_expiry),
    WithJsonSchema({"anyOf": [{"const": "never"}, {"type": "integer"}]}),
]
Criteria = dict[str, Any]
Denials = Many[
    Literal["read", "create", "update", "delete", "mass_update", "schedule_mass_update", "mass_update_status"]
]


class Part(StrictModel):
    """Base of every model of the format."""

    model_config = ConfigDict(defer_build=True)


class Org(Part):
    """The org. The keys after time_zone are only returned by GET /org; they have no effect."""

    id: Id | None = None
    company_name: Name | None = None
    edition: Edition | None = None
    time_zone: Offset | None = None
    alias: str | None = None
    city: str | None = None
    country: str | None = None
    country_code: str | None = None
    currency: str | None = None
    currency_symbol: str | None = None
    description: str | None = None
    domain_name: str | None = None
    employee_count: str | None = None
    iso_code: str | None = None
    phone: str | None = None
    primary_email: Email | None = None
    state: str | None = None
    street: str | None = None
    website: str | None = None
    zip: str | None = None


class Role(Part):
    """A role; `reports_to` names the role above it."""

    id: Id | None = None
    name: Name
    reports_to: Name | None = None


class ModuleRights(Part):
    """What a profile denies in one module."""

    deny: Denials


class Profile(Part):
    """A profile: its users may do everything that it does not deny."""

    id: Id | None = None
    name: Name
    deny: Denials | None = None
    modules: Each[ModuleRights] | None = None
    fields: Each[Each[Literal["read_only", "hidden"]]] | None = None


class User(Part):
    """A user; `role` defaults to Manager, `profile` to Standard."""

    id: Id | None = None
    email: Email
    full_name: Name | None = None
    role: Name | None = None
    profile: Name | None = None
    status: Literal["active", "disabled", "deleted", "closed"] | None = None


class Token(Part):
    """Tokens that a user granted to a client. Values that are left out are generated; `expires_in` is the lifetime of
    the access token in seconds."""

    user: str
    scopes: Many[Scope] | None = None
    refresh_token: Name | None = None
    access_token: Name | None = None
    grant_code: Name | None = None
    expires_in: Expiry | None = None


class Client(Part):
    """An OAuth client and its tokens."""

    client_id: Name | None = None
    client_secret: Name | None = None
    redirect_uris: Many[Url] | None = None
    tokens: Many[Token] | None = None


class AutoNumberFormat(Part):
    """The numbers of an auto-number field: `prefix`, a number that counts from `start_number`, `suffix`."""

    prefix: Annotated[str, StringConstraints(max_length=50)] = ""
    suffix: Annotated[str, StringConstraints(max_length=50)] = ""
    start_number: int = Field(1, ge=0, lt=10**18)


class FieldDef(Part):
    """A custom field, or changes to an existing field of the module, for which `data_type` may be left out."""

    id: Id | None = None
    api_name: ApiName
    data_type: DataType | None = None
    field_label: Name | None = None
    length: int | None = Field(None, ge=1)
    decimal_place: int | None = Field(None, ge=0, le=9)
    pick_list_values: Many[Name] | None = None
    lookup: ApiName | None = None
    mass_update: bool | None = None
    system_mandatory: bool | None = None
    read_only: bool | None = None
    unique: bool | None = None
    auto_number: AutoNumberFormat | None = None


class Blueprint(Part):
    """The picklist that a blueprint controls, and the records that enter it."""

    field: str
    enter_when: Criteria | None = None


class Approval(Part):
    """The records that enter an approval process."""

    enter_when: Criteria | None = None


class Workflow(Part):
    """A workflow: what an update of a matching record triggers."""

    name: Name
    when: Criteria | None = None
    set: dict[str, Any] | None = None
    webhook: Url | None = None


class Module(Part):
    """The org's changes to a standard module, or a custom module, which needs both labels.

    The ids of a custom module's standard fields and views follow the module's id."""

    id: Id | None = None
    singular_label: Name | None = None
    plural_label: Name | None = None
    fields: Many[FieldDef] | None = None
    layout_rules: Many[str] | None = None
    validation_rules: Many[str] | None = None
    blueprint: Blueprint | None = None
    approval: Approval | None = None
    workflows: Many[Workflow] | None = None


class Stamp(Part):
    """When something was done, and the email of the user who did it."""

    time: Time | None = None
    by: str | None = None


class CustomView(Part):
    """A custom view; with the name of a default view it changes that view. Without `shared_with`, or with null, the
    view is shared with everyone; without `criteria`, or with null, it contains every record (but a default view keeps
    its criteria when the key is left out)."""

    id: Id | None = None
    module: str
    name: Name
    display_value: Name | None = None
    default: bool | None = None
    criteria: Criteria | None = None
    shared_with: Many[str] | None = None
    sort_by: str | None = None
    sort_order: Literal["asc", "desc"] | None = None
    fields: Many[str] | None = None
    created: Stamp | None = None
    modified: Stamp | None = None


class Territory(Part):
    """A territory; `parent` is the name or id of the territory above it."""

    id: Id | None = None
    name: Name
    parent: Reference | None = None


class TagDef(Part):
    """A tag of a module; its name is unique there without case. Names of tags in records that are not listed make
    tags."""

    id: Id | None = None
    name: Name
    color_code: Color | None = None
    created: Stamp | None = None
    modified: Stamp | None = None


class Record(Part):
    """A record. `owner` defaults to the administrator; `created` and `modified` default to now, by the owner."""

    id: Id | None = None
    owner: str | None = None
    territories: Many[Reference] | None = None
    state: Many[State] | None = None
    fields: dict[str, Any] | None = None
    created: Stamp | None = None
    modified: Stamp | None = None


class Deleted(Part):
    """A deleted record, as GET /{module}/deleted returns it."""

    id: Id
    type: Literal["recycle", "permanent"] = "recycle"
    name: str | None = None
    created_by: str | None = None
    deleted: Stamp | None = None


class OwnerCycle(Part):
    """Owners that are assigned in turn."""

    cycle: Many[str] = Field(min_length=1)


class ReferencesCycle(Part):
    """Sets of territories that are assigned in turn."""

    cycle: Many[Many[Reference]] = Field(min_length=1)


class StatesCycle(Part):
    """Sets of states that are assigned in turn."""

    cycle: Many[Many[State]] = Field(min_length=1)


_BY_SHAPE = Discriminator(_shape)


class Generate(Part):
    """Many similar records: `{n}` in a text counts from 1, `{cycle: [...]}` uses its members in turn."""

    module: str
    count: int = Field(ge=0, le=5_000_000)
    owner: Annotated[Annotated[str, Tag("(plain)")] | Annotated[OwnerCycle, Tag("(cycle)")], _BY_SHAPE] | None = None
    territories: (
        Annotated[Annotated[Many[Reference], Tag("(plain)")] | Annotated[ReferencesCycle, Tag("(cycle)")], _BY_SHAPE]
        | None
    ) = None
    state: (
        Annotated[Annotated[Many[State], Tag("(plain)")] | Annotated[StatesCycle, Tag("(cycle)")], _BY_SHAPE] | None
    ) = None
    fields: dict[str, Any] | None = None
    created: Stamp | None = None
    modified: Stamp | None = None


class Fixture(Part):
    """A whole fixture. Messages call it by `name`, usually its file name."""

    model_config = ConfigDict(title="mockcrm fixture")

    mockcrm: Literal[1]
    org: Org | None = None
    settings: OrgSettings | None = None
    roles: Many[Role] | None = None
    profiles: Many[Profile] | None = None
    users: Many[User] | None = None
    clients: Many[Client] | None = None
    modules: Annotated[dict[ApiName, Module], WrapValidator(_one_by_one)] | None = None
    custom_views: Many[CustomView] | None = None
    territories: Many[Territory] | None = None
    tags: Each[Many[TagDef]] | None = None
    records: Each[Many[Record]] | None = None
    generate: Many[Generate] | None = None
    deleted: Each[Many[Deleted]] | None = None
    _name: str = PrivateAttr("fixture")

    @property
    def name(self) -> str:
        """The fixture's name in messages."""
        return self._name
