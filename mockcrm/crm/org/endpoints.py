"""GET /org (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from typing import Any

from mockcrm.core.clock import iso
from mockcrm.core.org_metadata.users import zone_name, zuid
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, Operation, plain, verbs
from mockcrm.http.metadata_responses import creation_time
from mockcrm.http.response import Response, json_response

WITH_EDITION = {"crmplus": "crmplusenterprise", "zohoone": "zohooneenterprise"}
"""What the service calls the bundles of its products, with the edition of the CRM in them. That of Zoho One is in
recorded responses, that of CRM Plus is assumed."""
TRIAL_SECONDS = 15 * 86_400
"""How long an org is on trial (assumed)."""


async def get_org(call: Call) -> Response:
    """Return the org. `zgid` is a string by which SDKs identify orgs, `paid_type` the edition that sets the limits. Of
    an org on trial `trial_type` is the edition, and `paid_type` is free."""
    return json_response(200, {"org": [org_item(call)]})


def org_item(call: Call) -> dict[str, Any]:
    """Return the JSON of the org: the values of its fixture, with those of a new org as defaults."""
    metadata = call.metadata
    org = metadata.org
    admin = metadata.users[metadata.admin_id]
    item: dict[str, Any] = {
        "country": "United States",
        "photo_id": None,
        "city": None,
        "description": None,
        "mc_status": False,
        "gapps_enabled": False,
        "domain_name": f"org{org.id}",
        "translation_enabled": False,
        "street": None,
        "alias": None,
        "currency": "US Dollar",
        "id": str(org.id),
        "state": None,
        "fax": None,
        "employee_count": None,
        "zip": None,
        "website": None,
        "currency_symbol": "$",
        "mobile": None,
        "currency_locale": "en_US",
        "primary_zuid": zuid(admin.id),
        "zia_portal_id": None,
        "time_zone": zone_name(org.offset),
        "zgid": str(org.id),
        "country_code": "US",
        "license_details": _license(call),
        "phone": None,
        "company_name": org.company_name,
        "privacy_settings": False,
        "primary_email": admin.email,
        "iso_code": "USD",
    }
    version = call.version
    if version.org_has_a_hierarchy:
        strictly = {"strictly_reporting": False} if version.has_later_metadata else {}
        item |= {"hierarchy_preferences": {"type": "Role_Hierarchy", **strictly}, "hipaa_compliance_enabled": False}
    if version.has_later_metadata:
        item |= {"lite_users_enabled": False, "deletable_org_account": False}
    if version.org_has_a_type:
        item |= {"type": "production", "created_time": creation_time(call)}
    return item | {key: value for key, value in org.extra.items() if key in item}


def _license(call: Call) -> dict[str, Any]:
    settings, edition = call.org.settings, call.org.edition
    word = WITH_EDITION.get(edition, edition) if settings.bundle_paid_type == "with_edition" else edition
    on_trial = settings.trial and edition != "free"
    paid = edition != "free" and not on_trial
    end = iso(call.org.row.created_time + TRIAL_SECONDS, call.metadata.org.offset)
    item: dict[str, Any] = {
        "paid_expiry": None,
        "users_license_purchased": sum(user.status == "active" for user in call.metadata.users.values()),
        "trial_type": word if on_trial else None,
        "trial_expiry": end if on_trial else None,
        "paid": paid,
        "paid_type": word if paid else "free",
    }
    if call.version.has_later_metadata:
        item["portal_users_license_purchased"] = 0
    if call.version.license_has_a_trial_action:
        item["trial_action"] = "Update Evaluation" if on_trial else None
    return item


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("/crm/{version}/org", verbs(GET=Operation(get_org, plain("org", "read"))), summary="The org itself"),
)
"""The rows of this capability, in the order in which paths are matched."""
