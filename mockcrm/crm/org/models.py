"""The org (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from collections.abc import Mapping

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import Documented
from mockcrm.http.schema.base import ApiModel, Id, Scalar, Time, list_of


class LicenseV2(ApiModel):
    """The license of an org in v2 and v2.1."""

    paid_expiry: None
    users_license_purchased: int
    trial_type: None
    trial_expiry: None
    paid: bool
    paid_type: str


class LicenseV3(LicenseV2):
    """The license of an org, from v3 on."""

    portal_users_license_purchased: int


class OrgKeys(ApiModel):
    """The keys of an org in every version."""

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
    # The 8.0 SDKs identify orgs by it and require a string.
    zgid: str
    country_code: Scalar
    phone: Scalar
    company_name: str
    privacy_settings: bool
    primary_email: str
    iso_code: Scalar


class OrgV2(OrgKeys):
    """An org in v2 and v2.1."""

    license_details: LicenseV2


class Hierarchy(ApiModel):
    """Who reports to whom."""

    type: str
    strictly_reporting: bool


class OrgV3(OrgKeys):
    """An org, from v3 on."""

    license_details: LicenseV3
    type: str
    hierarchy_preferences: Hierarchy
    created_time: Time
    hipaa_compliance_enabled: bool
    lite_users_enabled: bool
    deletable_org_account: bool


DOCUMENTED: Mapping[str, Documented] = {
    "get_org": Documented(
        "The org of the access token. `zgid` is the id by which SDKs identify orgs, `paid_type` the edition.",
        responses={
            200: {
                ApiVersion.V2: list_of("OneOrgV2", "org", OrgV2),
                ApiVersion.V3: list_of("OneOrgV3", "org", OrgV3),
            }
        },
    ),
}
