"""Drive the first generation of the Python SDK, zcrmsdk 2.0, unmodified: one round of what it can do with v2.

The argument is JSON with url, client_id, client_secret, folder, email and a grant_token or a refresh_token; the
outcomes are JSON on stdout. Its name for a mass update is misleading: it writes one value to records by PUT /{module}.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from zcrmsdk import ZCRMModule, ZCRMRecord, ZCRMRestClient, ZohoOAuth


def main(given: dict[str, str]) -> dict[str, Any]:
    """Sign in, read metadata, and write, list, search and delete Leads."""
    ZCRMRestClient.initialize(
        {
            "client_id": given["client_id"],
            "client_secret": given["client_secret"],
            "redirect_uri": "http://localhost/redirect",
            "accounts_url": given["url"],
            "apiBaseUrl": given["url"],
            "token_persistence_path": given["folder"],
            "currentUserEmail": given["email"],
        }
    )
    client = ZohoOAuth.get_client_instance()
    if "grant_token" in given:
        client.generate_access_token(given["grant_token"])
    else:
        client.generate_access_token_from_refresh_token(given["refresh_token"], given["email"])
    leads = ZCRMModule.get_instance("Leads")
    return {"metadata": metadata(leads), "records": records(leads)}


def metadata(leads: Any) -> dict[str, Any]:
    """Names in what the SDK makes of metadata."""
    rest = ZCRMRestClient.get_instance()
    views = leads.get_all_customviews().data
    return {
        "modules": [module.api_name for module in rest.get_all_modules().data],
        "module": rest.get_module("Leads").data.api_name,
        "fields": [field.api_name for field in leads.get_all_fields().data],
        "layouts": [layout.name for layout in leads.get_all_layouts().data],
        "views": [view.name for view in views],
        "view": leads.get_customview(views[0].id).data.name,
        "related_lists": [item.api_name for item in leads.get_all_relatedlists().data],
        "user": rest.get_current_user().data[0].email,
        "organization": rest.get_organization_details().data.company_name,
        "users": [user.email for user in rest.get_organization_instance().get_all_users().data],
        "roles": [role.name for role in rest.get_organization_instance().get_all_roles().data],
        "profiles": [profile.name for profile in rest.get_organization_instance().get_all_profiles().data],
    }


def records(leads: Any) -> dict[str, Any]:
    """Outcomes of writes, and the cities of Leads that are read. Lists and searches send page=0 by default."""
    made = leads.create_records([new_lead("Boyle"), new_lead("Byrne")]).bulk_entity_response
    ids = [item.details["id"] for item in made]
    written = leads.mass_update_records(ids, "City", "Chennai").bulk_entity_response
    found = leads.search_records_by_criteria("(Last_Name:starts_with:B)").data
    one = ZCRMRecord.get_instance("Leads", ids[0])
    one.get()
    one.set_field_value("City", "Erode")
    changed = one.update()
    return {
        "made": [item.code for item in made],
        "written": [item.code for item in written],
        "listed": sorted(record.field_data["Last_Name"] for record in leads.get_records().data),
        "found": sorted(record.field_data["City"] for record in found),
        "changed": changed.code,
        "deleted": [item.code for item in leads.delete_records(ids).bulk_entity_response],
        "gone": sorted(record.id for record in leads.get_all_deleted_records().data) == sorted(ids),
    }


def new_lead(name: str) -> Any:
    """A Lead that is not yet stored."""
    lead = ZCRMRecord.get_instance("Leads")
    lead.set_field_value("Last_Name", name)
    lead.set_field_value("Company", "Zylker")
    return lead


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
