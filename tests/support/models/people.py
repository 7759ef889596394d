"""Users, roles, profiles, territories, the org and its features."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from tests.support.models.base import Id, Info, Reference, Scalar, Strict, Time

# -- users -------------------------------------------------------------------------------------------------------


class CustomizeInfo(Strict):
    notes_desc: None
    show_right_panel: None
    bc_view: None
    show_home: bool
    show_detail_view: bool
    unpin_recent_item: None


class Tab(Strict):
    font_color: str
    background: str


class Theme(Strict):
    normal_tab: Tab
    selected_tab: Tab
    new_background: None
    background: str
    screen: str
    type: str


class User(Strict):
    """v2 and v2.1."""

    country: Scalar
    customize_info: CustomizeInfo
    role: Reference
    signature: None
    city: None
    name_format: str
    language: str
    locale: str
    microsoft: bool
    personal_account: bool
    Isonline: bool
    default_tab_group: str
    Modified_By: Reference
    street: None
    Currency: Scalar
    alias: None
    theme: Theme
    id: Id
    state: None
    fax: None
    country_locale: str
    first_name: str | None
    email: str
    zip: None
    decimal_separator: str
    created_time: Time
    website: None
    Modified_Time: Time
    time_format: str
    offset: int
    profile: Reference
    mobile: None
    last_name: str
    time_zone: str
    zuid: str
    confirm: bool
    full_name: str
    territories: list[Any]
    phone: None
    dob: None
    date_format: str
    status: Literal["active", "disabled", "deleted", "closed"]
    Reporting_To: None
    created_by: Reference


class LaterUser(User):
    """v3 and later."""

    type__s: str
    name_format__s: str
    sort_order_preference__s: str
    status_reason__s: None
    current_shift: Annotated[None, Field(alias="$current_shift")]
    next_shift: Annotated[None, Field(alias="$next_shift")]
    shift_effective_from: Annotated[None, Field(alias="$shift_effective_from")]
    sandboxDeveloper: bool  # noqa: N815  as the API writes it
    number_separator: str


class Users(Strict):
    """A page of users."""

    users: Annotated[list[User], Field(min_length=1)]
    info: Info


class LaterUsers(Strict):
    users: Annotated[list[LaterUser], Field(min_length=1)]
    info: Info


class OneUser(Strict):
    """The current user, or one by the id."""

    users: Annotated[list[User], Field(min_length=1, max_length=1)]


class LaterOneUser(Strict):
    users: Annotated[list[LaterUser], Field(min_length=1, max_length=1)]


# -- roles and profiles ------------------------------------------------------------------------------------------


class Role(Strict):
    display_label: str
    forecast_manager: None
    share_with_peers: bool
    name: str
    description: None
    id: Id
    reporting_to: Reference | None


class OldRole(Role):
    """v2 and v2.1."""

    admin_user: bool


class LaterRole(Role):
    """v3 and later."""

    created_by__s: Reference
    modified_by__s: Reference
    created_time__s: Time
    modified_time__s: Time


class Permission(Strict):
    display_label: str
    module: str
    name: str
    id: Id
    enabled: bool


class Category(Strict):
    display_label: str
    permissions_details: list[Id]
    name: str


class ProfileSection(Strict):
    name: str
    categories: list[Category]


class Profile(Strict):
    display_label: str
    default: bool
    created_time: Time | None
    modified_time: Time | None
    name: str
    modified_by: Reference | None
    description: None
    id: Id
    created_by: Reference | None


class OldProfile(Profile):
    """v2."""

    category: bool


class LaterProfile(Profile):
    """v2.1 and later."""

    type: Literal["normal_profile"]
    custom: bool


class WholeOldProfile(OldProfile):
    permissions_details: list[Permission]
    sections: list[ProfileSection]


class WholeLaterProfile(LaterProfile):
    permissions_details: list[Permission]
    sections: list[ProfileSection]


# -- territories -------------------------------------------------------------------------------------------------


class Territory(Strict):
    created_time: Time
    modified_time: Time
    manager: None
    name: str
    modified_by: Reference
    description: None
    id: Id
    created_by: Reference


class OldTerritory(Territory):
    """v2."""

    parent_id: Id | None
    criteria: None


class LaterTerritory(Territory):
    """v2.1 and later."""

    api_name: str
    permission_type: Literal["read_only", "read_write_delete"]
    reporting_to: Reference | None
    account_rule_criteria: None
    lead_rule_criteria: None
    deal_rule_criteria: None


# -- the org and its features ------------------------------------------------------------------------------------


class License(Strict):
    paid_expiry: None
    users_license_purchased: int
    trial_type: None
    trial_expiry: None
    paid: bool
    paid_type: str


class LaterLicense(License):
    portal_users_license_purchased: int


class OrgFacts(Strict):
    country: Scalar
    photo_id: Scalar
    city: Scalar
    description: Scalar
    mc_status: bool
    gapps_enabled: bool
    domain_name: str
    translation_enabled: bool
    street: Scalar
    alias: Scalar
    currency: Scalar
    id: Id
    state: Scalar
    fax: Scalar
    employee_count: Scalar
    zip: Scalar
    website: Scalar
    currency_symbol: Scalar
    mobile: Scalar
    currency_locale: Scalar
    primary_zuid: str
    zia_portal_id: Scalar
    time_zone: str
    # The 8.0 SDKs tell orgs apart by it, and need a string.
    zgid: str
    country_code: Scalar
    phone: Scalar
    company_name: str
    privacy_settings: bool
    primary_email: str
    iso_code: Scalar


class OldOrg(OrgFacts):
    """v2 and v2.1."""

    license_details: License


class Hierarchy(Strict):
    type: str
    strictly_reporting: bool


class LaterOrg(OrgFacts):
    """v3 and later."""

    license_details: LaterLicense
    type: str
    hierarchy_preferences: Hierarchy
    created_time: Time
    hipaa_compliance_enabled: bool
    lite_users_enabled: bool
    deletable_org_account: bool


class Limits(Strict):
    edition_limit: int
    total: int


class FeatureDetails(Strict):
    limits: Limits


class Component(Strict):
    api_name: str
    feature_label: str
    module_supported: bool
    details: FeatureDetails


class Feature(Component):
    parent_feature: None
    components: list[Component]
