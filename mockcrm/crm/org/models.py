"""The org (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mockcrm.core.versions import ApiVersion
from mockcrm.http.documented import Documented
from mockcrm.http.schema.base import ApiModel, Id, Scalar, Time, list_of

PaidType = Literal[
    "free",
    "standard",
    "professional",
    "enterprise",
    "ultimate",
    "crmplus",
    "crmplusenterprise",
    "zohoone",
    "zohooneenterprise",
]


class LicenseV2(ApiModel):
    """The license of an org in v2 and v2.1."""

    paid_expiry: None
    users_license_purchased: int
    trial_type: PaidType | None
    trial_expiry: Time | None
    paid: bool
    paid_type: PaidType


class LicenseV3(LicenseV2):
    """The license of an org in v3, v4 and v8."""

    portal_users_license_purchased: int


class LicenseV5(LicenseV3):
    """The license of an org in v5 to v7."""

    trial_action: str | None


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


class HierarchyV21(ApiModel):
    """Who reports to whom, in v2.1."""

    type: Literal["Role_Hierarchy"]


class Hierarchy(HierarchyV21):
    """Who reports to whom, from v3 on."""

    strictly_reporting: bool


class OrgV21(OrgV2):
    """An org in v2.1."""

    hierarchy_preferences: HierarchyV21
    hipaa_compliance_enabled: bool


class OrgKeysV3(OrgKeys):
    """The keys of an org from v3 on."""

    hierarchy_preferences: Hierarchy
    hipaa_compliance_enabled: bool
    lite_users_enabled: bool
    deletable_org_account: bool


class OrgV3(OrgKeysV3):
    """An org in v3 and v4."""

    license_details: LicenseV3


class OrgV5(OrgKeysV3):
    """An org in v5."""

    license_details: LicenseV5


class OrgV6(OrgV5):
    """An org in v6 and v7."""

    type: Literal["production"]
    created_time: Time


class OrgV8(OrgKeysV3):
    """An org in v8."""

    license_details: LicenseV3
    type: Literal["production"]
    created_time: Time


DOCUMENTED: Mapping[str, Documented] = {
    "get_org": Documented(
        "The org of the access token. `zgid` is the id by which SDKs identify orgs, `paid_type` the edition.",
        responses={
            200: {
                ApiVersion.V2: list_of("OneOrgV2", "org", OrgV2),
                ApiVersion.V2_1: list_of("OneOrgV21", "org", OrgV21),
                ApiVersion.V3: list_of("OneOrgV3", "org", OrgV3),
                ApiVersion.V5: list_of("OneOrgV5", "org", OrgV5),
                ApiVersion.V6: list_of("OneOrgV6", "org", OrgV6),
                ApiVersion.V8: list_of("OneOrgV8", "org", OrgV8),
            }
        },
    ),
}
