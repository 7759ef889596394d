"""Drive two wrappers of the API that are not the vendor's, as their READMEs do: zoho_crm_connector and zohocrm-python.

    python wrappers.py FOLDER

Runs under the service's host names (tests/live/real_names.py). Prints one JSON object with what they returned.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import requests
from zoho_crm_connector import Zoho_crm
from zohocrm.client import Client

CLIENT = ("1000.DEMOCLIENT", "demo-secret")
URI = "http://localhost:5501/redirect.html"
FAULTS = "https://www.zohoapis.com/_mockcrm/orgs/default/faults"


def names(records, key):
    return sorted(record[key] for record in records)


def pages(found):
    return [len(page) for page in found]


def connector(folder):
    """Every method of zoho_crm_connector but those for related records and queries, which are not emulated."""
    crm = Zoho_crm("1000.demo.refresh", *CLIENT, token_file_dir=folder, default_zoho_user_name="Nobody")
    result = {
        "user": crm.finduser_by_name("Charles Stone"),
        "no user": crm.finduser_by_name("Ada Lovelace"),
        "fields": sorted(set(crm.get_module_field_api_names("Accounts")) & {"Account_Name", "Industry", "Owner"}),
        "pages": pages(crm.yield_page_from_module("Accounts", parameters={"per_page": 20})),
        "nothing new": pages(crm.yield_page_from_module("Accounts", modified_since=datetime(2100, 1, 1, tzinfo=UTC))),
    }
    account = {"Account_Name": "Brass (and) Sons", "Industry": "Manufacturing", "Phone": "+44 7779 330558"}
    criteria = r"(Account_Name:equals:Brass \(and\) Sons)"
    worked, made = crm.upsert_zoho_module("Accounts", {"data": [dict(account)]}, criteria)
    result["made"] = (worked, made["Account_Name"], made["Industry"], made["Phone"])
    worked, same = crm.upsert_zoho_module("Accounts", {"data": [{**account, "Industry": "Retail"}]}, criteria)
    result["changed"] = (worked, same["id"] == made["id"], same["Industry"])
    worked, answer = crm.update_zoho_module(
        "Accounts", {"data": [{"id": made["id"], "Website": "https://brass.example"}]}
    )
    result["updated"] = (worked, answer["data"][0]["code"])
    result["read"] = crm.get_record_by_id("Accounts", made["id"])["Website"]
    worked, answer = crm.upsert_zoho_module("Accounts", {"data": [{"Industry": "Retail"}]})
    result["refused"] = (worked, answer["data"][0]["code"])
    worked, answer = crm.delete_from_module("Accounts", made["id"])
    result["deleted"] = (worked, answer["data"][0]["code"])
    gone = [item for page in crm.yield_deleted_records_from_module("Accounts") for item in page]
    result["recycle bin"] = (names(gone, "display_name"), names(gone, "type"))
    # A token that the service no longer accepts: the connector gets a new one and sends its prepared request again.
    revoked = crm.current_token["access_token"]
    requests.post("https://accounts.zoho.com/oauth/v2/token/revoke", params={"token": revoked}, timeout=30)
    lead = next(crm.yield_page_from_module("Leads", parameters={"per_page": 1}))
    result["after a 401"] = (len(lead), crm.current_token["access_token"] != revoked)
    return result


def failures(folder):
    """What zoho_crm_connector makes of faults of the accounts host."""
    result = {}
    for name, fault in {
        "no token": {"body": {"token_type": "Bearer"}},
        "throttled": {"error": "Access Denied"},
        "revoked": {"error": "invalid_code"},
        "page": {"body": "<html></html>", "status": 503},
    }.items():
        requests.post(FAULTS, json={"match": {"path": "/oauth/v2/token"}, "times": 1, **fault}, timeout=30)
        try:
            Zoho_crm("1000.demo.refresh", *CLIENT, token_file_dir=folder)
            result[name] = None
        except RuntimeError as error:
            result[name] = str(error)
    return result


def gearplug():
    """The consent and the records of zohocrm-python, which writes module names in small letters."""
    crm = Client(*CLIENT, URI, ["ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.users.ALL"], "offline")
    consent = crm.get_authorization_url() + "&mockcrm_consent=accept"
    location = requests.get(consent, allow_redirects=False, timeout=30).headers["location"]
    crm.set_access_token(crm.exchange_code(dict(parse_qsl(urlsplit(location).query))["code"]))
    first = crm.access_token
    crm.set_access_token(crm.refresh_token())
    made = crm.insert_record("leads", {"Last_Name": "Brass", "Company": "Sons", "Email_Opt_Out": "True"})["data"][0]
    identity = made["details"]["id"]
    return {
        "renewed": crm.access_token != first,
        "modules": sorted({item["api_name"] for item in crm.get_module_list()} & {"Leads", "Deals", "Clients"}),
        "fields": len(crm.get_fields_list("leads")) > 20,
        "users": names(crm.get_all_active_users(), "email"),
        "made": made["code"],
        "lists": {name: len(crm.get_records(name)[0]) for name in ("leads", "accounts", "deals")},
        "read": crm.get_specific_record("leads", identity)[0]["Email_Opt_Out"],
    }


if __name__ == "__main__":
    state = Path(sys.argv[1])
    (state / "tokens").mkdir()
    (state / "none").mkdir()
    done = {"connector": connector(state / "tokens"), "failures": failures(state / "none"), "gearplug": gearplug()}
    print(json.dumps(done))
