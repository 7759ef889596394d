"""An org with something of everything: a field of every type, views and users of every kind, and in each module one
record that has as many values as the API takes. And everything that an SDK can read of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Json = Any

TERRITORY = "554023000000430409"
VIEW = "554023000000091516"
CUSTOM_TYPES = (
    "autonumber bigint boolean currency date datetime double email fileupload formula imageupload integer long "
    "percent phone picklist multiselectpicklist multiuserlookup subform text textarea userlookup website"
)
FIXTURE: dict[str, Any] = {
    "mockcrm": 1,
    "settings": {"job_policy": {"mode": "manual"}},
    "roles": [{"name": "CEO"}, {"name": "Rep", "reports_to": "CEO"}],
    "profiles": [
        {"name": "Administrator"},
        {"name": "Narrow", "deny": ["mass_update"], "fields": {"Leads": {"Fax": "read_only", "Rating": "hidden"}}},
    ],
    "users": [
        {"email": f"{status}@zylker.example", "full_name": f"The {status}", "role": "Rep", "status": status}
        for status in ("active", "disabled", "deleted")
    ],
    "territories": [{"id": TERRITORY, "name": "EMEA"}, {"name": "UK", "parent": "EMEA"}],
    "modules": {
        "Tours": {
            "singular_label": "Tour",
            "plural_label": "Tours",
            "fields": [
                *(
                    {
                        "api_name": f"A_{kind}",
                        "data_type": kind,
                        **({"pick_list_values": ["North", "South"]} if "picklist" in kind else {}),
                    }
                    for kind in CUSTOM_TYPES.split()
                ),
                {"api_name": "Account", "data_type": "lookup", "lookup": "Accounts"},
                {"api_name": "Partners", "data_type": "multiselectlookup", "lookup": "Accounts"},
            ],
        }
    },
    "custom_views": [
        {
            "id": VIEW,
            "module": "Leads",
            "name": "Contacted or nearby",
            "criteria": {
                "group_operator": "or",
                "group": [
                    {"comparator": "equal", "field": "Lead_Status", "value": "Contacted"},
                    {
                        "group_operator": "and",
                        "group": [
                            {"comparator": "equal", "field": "City", "value": "Graz"},
                            {"comparator": "equal", "field": "Owner", "value": "${CURRENTUSER}"},
                        ],
                    },
                ],
            },
            "fields": ["Last_Name", "Email"],
            "sort_by": "Last_Name",
            "sort_order": "asc",
        },
        {"module": "Leads", "name": "Shared", "shared_with": ["active@zylker.example"]},
        {"module": "Leads", "name": "Mine", "shared_with": []},
    ],
}


class Caller(Protocol):
    """Sends a request with a user's token: (method, path, JSON body, query) -> (status, JSON of the response)."""

    def __call__(self, method: str, path: str, body: Json = None, **params: str) -> tuple[int, Json]: ...


@dataclass(frozen=True)
class Read:
    """A GET: its path below the version, its query, and the package of the SDKs that reads it."""

    path: str
    package: str
    params: Mapping[str, str]


# -- records -------------------------------------------------------------------------------------------------------

_TEXTS = {"email": "a@zylker.example", "phone": "+44 7779 330558", "website": "https://zylker.example"}
_SAMPLES: dict[str, Json] = {
    "boolean": True,
    "integer": 3,
    "bigint": "12345",
    "long": "12345",
    "double": 2.5,
    "currency": 1000.5,
    "percent": 5,
    "date": "2026-01-02",
    "datetime": "2026-01-02T10:00:00+05:30",
}


def _about(made: Mapping[str, str]) -> dict[str, Json]:
    return {"$se_module": "Accounts", "What_Id": {"id": made["Accounts"]}}


_ALARM = "FREQ=NONE;ACTION=EMAIL;TRIGGER=DATE-TIME:2026-01-02T10:00:00+05:30"
_ITEMS = [{"quantity": 2, "list_price": 10, "Discount": 1, "product_description": "As drawn"}]
_MORE: dict[str, Callable[[Mapping[str, str]], dict[str, Json]]] = {
    **{
        module: lambda made: {"Product_Details": [{"product": {"id": made["Products"]}, **item} for item in _ITEMS]}
        for module in ("Quotes", "Sales_Orders", "Purchase_Orders", "Invoices")
    },
    "Purchase_Orders": lambda made: {**_MORE["Quotes"](made), "Vendor_Name": {"id": made["Vendors"]}},
    "Price_Books": lambda made: {"Pricing_Details": [{"from_range": 1, "to_range": 5, "discount": 0}]},
    "Events": lambda made: {"Participants": [{"type": "lead", "participant": made["Leads"]}], **_about(made)},
    "Calls": lambda made: {"Call_Duration": "10:00", **_about(made)},
    "Tasks": lambda made: {
        "Remind_At": {"ALARM": "FREQ=NONE;ACTION=EMAIL;TRIGGER=DATE-TIME:2026-01-02"},
        **_about(made),
    },
    "Notes": lambda made: {"Parent_Id": made["Leads"], "se_module": "Leads"},
    "Tours": lambda made: {"A_subform": [{"City": "Oslo"}], "Partners": [{"Partners": {"id": made["Accounts"]}}]},
}
"""What a record of a module has beside its fields of one value, as v2 takes it."""
_FIRST = ("Accounts", "Vendors", "Products", "Leads")


def fill(call: Caller) -> dict[str, str]:
    """Create one record in each module and give it a value in every field that takes one; its id by module."""
    modules = record_modules(call, "v8")
    made = {"user": _read(call, "v8", "users")["users"][0]["id"]}
    for module in [*_FIRST, *(name for name in modules if name not in _FIRST)]:
        fields = {field["api_name"]: _value(field, made) for field in _fields(call, "v8", module)}
        status, response = call("POST", f"/crm/v2/{module}", {"data": [_MORE.get(module, lambda made: {})(made)]})
        mandatory = {}
        while status != 201:
            missing = response["data"][0]
            assert missing["code"] == "MANDATORY_NOT_FOUND", (module, mandatory, missing)
            name = missing["details"]["api_name"]
            mandatory[name] = fields[name]
            record = {**mandatory, **_MORE.get(module, lambda made: {})(made)}
            status, response = call("POST", f"/crm/v2/{module}", {"data": [record]})
        made[module] = response["data"][0]["details"]["id"]
        for name, value in fields.items():
            if value is not None and name not in mandatory:
                call("PUT", f"/crm/v8/{module}/{made[module]}", {"data": [{name: value}]})
    return made


def record_modules(call: Caller, version: str) -> list[str]:
    """The modules whose records an API version has."""
    return [item["api_name"] for item in _read(call, version, "settings/modules")["modules"] if item["api_supported"]]


def _fields(call: Caller, version: str, module: str) -> list[Json]:
    return list(_read(call, version, "settings/fields", module=module)["fields"])


def _read(call: Caller, version: str, path: str, **params: str) -> Json:
    status, response = call("GET", f"/crm/{version}/{path}", **params)
    assert status in (200, 204), (path, params, response)
    return response or {}


def _value(field: Mapping[str, Json], made: Mapping[str, str]) -> Json:
    """A value that the field takes; None where it takes none, or none that is known here."""
    kind = field["data_type"]
    if field["read_only"] or field["api_name"] in ("Owner", "Layout"):
        return None
    if field["api_name"] == "Tag":
        return [{"name": "Large"}]
    if kind in ("text", "textarea"):
        return "Text"[: field["length"] or 4]
    if kind == "picklist":
        return field["pick_list_values"][0]["actual_value"] if field["pick_list_values"] else None
    if kind == "multiselectpicklist":
        return [item["actual_value"] for item in field["pick_list_values"]]
    if kind == "lookup":
        found = made.get(field["lookup"].get("module", {}).get("api_name"))
        return found and {"id": found}
    if kind == "userlookup":
        return {"id": made["user"]}
    return {**_TEXTS, **_SAMPLES}.get(kind)


# -- what can be read ----------------------------------------------------------------------------------------------


def reads(call: Caller, version: str, made: Mapping[str, str]) -> Iterator[Read]:
    """Yield every GET of metadata, people, the org and one record of each module in an API version."""
    yield Read("settings/modules", "modules", {})
    for module in record_modules(call, version):
        of_module = {"module": module}
        yield Read(f"settings/modules/{module}", "modules", {})
        for kind in ("fields", "layouts", "related_lists", "custom_views"):
            yield Read(f"settings/{kind}", kind, of_module)
        for kind in ("layouts", "custom_views"):
            for item in _read(call, version, f"settings/{kind}", **of_module).get(kind, []):
                yield Read(f"settings/{kind}/{item['id']}", kind, of_module)
        if module in made:  # Activities, of the older versions, shows those of other modules
            yield Read(f"{module}/{made[module]}", "record", {})
    for kind in ("territories", "profiles", "roles"):
        yield Read(f"settings/{kind}", kind, {})
        for item in _read(call, version, f"settings/{kind}")[kind]:
            yield Read(f"settings/{kind}/{item['id']}", kind, {})
    yield Read("users", "users", {})
    yield Read("users", "users", {"type": "CurrentUser"})
    for item in _read(call, version, "users")["users"]:
        yield Read(f"users/{item['id']}", "users", {})
    yield Read("org", "org", {})
    if version in ("v7", "v8"):
        yield Read("__features", "features", {})
    yield Read("Notes", "notes", {} if version == "v2" else {"fields": "Note_Title,Note_Content,Parent_Id"})
