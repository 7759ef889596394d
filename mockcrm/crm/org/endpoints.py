"""GET /org (docs/contract/mass-update-and-core.md 3.7)."""

from __future__ import annotations

from typing import Any

from mockcrm.core.org_metadata.users import zone_name, zuid
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, Operation, plain, verbs
from mockcrm.http.metadata_responses import creation_time
from mockcrm.http.response import Response, json_response


async def get_org(call: Call) -> Response:
    """Return the org. `zgid` is a string by which SDKs identify orgs, `paid_type` the edition that sets the limits."""
    return json_response(200, {"org": [org_item(call)]})


def org_item(call: Call) -> dict[str, Any]:
    """Return the JSON of the org: the values of its fixture, with those of a new org as defaults."""
    metadata = call.metadata
    org = metadata.org
    admin = metadata.users[metadata.admin_id]
    users = sum(user.status == "active" for user in metadata.users.values())
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
        "license_details": {
            "paid_expiry": None,
            "users_license_purchased": users,
            "trial_type": None,
            "trial_expiry": None,
            "paid": call.org.edition != "free",
            "paid_type": call.org.edition,
        },
        "phone": None,
        "company_name": org.company_name,
        "privacy_settings": False,
        "primary_email": admin.email,
        "iso_code": "USD",
    }
    if call.version.has_later_metadata:
        item |= {
            "type": "Production",
            "hierarchy_preferences": {"type": "Role_Hierarchy", "strictly_reporting": False},
            "created_time": creation_time(call),
            "hipaa_compliance_enabled": False,
            "lite_users_enabled": False,
            "deletable_org_account": False,
        }
        item["license_details"]["portal_users_license_purchased"] = 0
    return item | {key: value for key, value in org.extra.items() if key in item}


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("/crm/{version}/org", verbs(GET=Operation(get_org, plain("org", "read"))), summary="The org itself"),
)
"""The rows of this capability, in the order in which paths are matched."""
