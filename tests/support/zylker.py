"""The org that tests of the mass update API work in: a record in each state, a user for each right that is missing."""

from __future__ import annotations

from typing import Any

from mockcrm.core.catalog.states import STATE_NAMES
from tests.support.application import BASE, NOW

GOOD = (111, 112, 113)
"""Leads that pass every rule."""
IN_STATE = {name: 121 + number for number, name in enumerate(STATE_NAMES)}
"""The Lead in each state."""
DEAL, ACCOUNT, CLIENT, PRODUCT = 211, 221, 231, 241
TASK, EVENT, CALL = 251, 252, 253

ALL_LEADS, REPS_LEADS, NO_LEADS, BUSY_LEADS, GOOD_LEADS = 501, 502, 503, 504, 505
ALL_DEALS, ALL_PRODUCTS, ALL_CLIENTS = 511, 512, 513
EMEA, UK, APAC = 601, 602, 603

USERS = ("rep", "narrow", "no_mass_update", "no_update", "no_schedule", "no_read", "no_records")
"""Each has the token entry of its place (from 1): `ENTRY`."""
ENTRY = {name: number for number, name in enumerate(USERS, 1)}
READ_ONLY_SCOPES = len(USERS) + 1
"""The administrator's entry whose scopes do not cover mass update."""
TIMES = {"created": {"time": "2023-01-02T03:04:05+00:00"}, "modified": {"time": "2023-01-02T03:04:05+00:00"}}
CREATED = "2023-01-02T03:04:05+00:00"
NOW_TEXT = "2023-11-14T22:13:20+00:00"
assert NOW == 1_700_000_000

LANGUAGES = {"api_name": "Languages", "data_type": "multiselectpicklist", "pick_list_values": ["A", "B", "C"]}


def user_id(name: str) -> str:
    """The id of one of USERS."""
    return str(BASE + 200_000 + ENTRY[name])


def lead(number: int, **more: Any) -> dict[str, Any]:
    """A Lead for the fixture."""
    return {"id": str(number), "fields": {"Last_Name": f"Lead {number}", "City": "Old"}, **TIMES, **more}


def zylker(**settings: Any) -> dict[str, Any]:
    """The fixture."""
    denials = {
        "no_mass_update": {"deny": ["mass_update"]},
        "no_update": {"modules": {"Leads": {"deny": ["update"]}}},
        "no_schedule": {"deny": ["schedule_mass_update"]},
        "no_read": {"deny": ["read"]},
        "no_records": {"deny": ["create", "update", "delete"]},
        "narrow": {"fields": {"Leads": {"Rating": "hidden", "Fax": "read_only"}}},
    }
    states = [lead(number, state=[name]) for name, number in IN_STATE.items()]
    fields = [{"api_name": "Tier", "data_type": "picklist", "pick_list_values": ["A"]}, LANGUAGES]
    tokens: list[dict[str, Any]] = [{"user": f"{name}@x.example"} for name in USERS]
    tokens.append({"user": "rep@x.example", "scopes": ["ZohoCRM.mass_update.READ", "ZohoCRM.modules.ALL"]})
    return {
        "settings": settings,
        "profiles": [{"name": name, **rights} for name, rights in denials.items()],
        "users": [
            {"id": user_id(name), "email": f"{name}@x.example", "profile": name if name in denials else "Standard"}
            for name in USERS
        ],
        "clients": [{"tokens": tokens}],
        "modules": {
            "Leads": {"fields": [LANGUAGES], "layout_rules": ["Industry"], "validation_rules": ["Annual_Revenue"]},
            "Deals": {"fields": [LANGUAGES]},
            "Clients": {"singular_label": "Client", "plural_label": "Clients", "fields": fields},
        },
        "custom_views": [
            {"id": ALL_LEADS, "module": "Leads", "name": "Every Lead"},
            {"id": REPS_LEADS, "module": "Leads", "name": "Rep's", "shared_with": ["rep@x.example"]},
            {"id": NO_LEADS, "module": "Leads", "name": "None", "criteria": leaf("Company", "No such company")},
            {"id": BUSY_LEADS, "module": "Leads", "name": "Busy"},
            {"id": GOOD_LEADS, "module": "Leads", "name": "Good", "criteria": leaf("Designation", "good")},
            {"id": ALL_DEALS, "module": "Deals", "name": "Every Deal"},
            {"id": ALL_PRODUCTS, "module": "Products", "name": "Every Product"},
            {"id": ALL_CLIENTS, "module": "Clients", "name": "Every Client"},
        ],
        "territories": [
            {"id": EMEA, "name": "EMEA"},
            {"id": UK, "name": "UK", "parent": "EMEA"},
            {"id": APAC, "name": "APAC"},
        ],
        "records": {
            "Leads": [
                *(
                    lead(number, fields={"Last_Name": f"Lead {number}", "City": "Old", "Designation": "good"})
                    for number in GOOD
                ),
                *states,
            ],
            "Deals": [{"id": str(DEAL), "fields": {"Deal_Name": "D", "Languages": ["B"]}, **TIMES}],
            "Accounts": [{"id": str(ACCOUNT), "fields": {"Account_Name": "A"}, **TIMES}],
            "Clients": [{"id": str(CLIENT), "fields": {"Name": "C"}, **TIMES}],
            "Products": [{"id": str(PRODUCT), "fields": {"Product_Name": "P"}, **TIMES}],
            "Tasks": [{"id": str(TASK), "fields": {"Subject": "T"}, **TIMES}],
            "Events": [{"id": str(EVENT), "fields": {"Event_Title": "E"}, **TIMES}],
            "Calls": [{"id": str(CALL), "fields": {"Subject": "C"}, **TIMES}],
        },
    }


def leaf(field: str, value: object, comparator: str = "equal") -> dict[str, object]:
    """One condition of a view."""
    return {"comparator": comparator, "field": field, "value": value}
