"""The standard modules match the documentation, and loading them is fast."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from mockcrm.core.catalog.loader import standard_modules
from mockcrm.core.catalog.model import COLUMN_FIELDS, STATE_FIELDS, Field, Module
from mockcrm.core.field_types import FIELD_TYPES
from mockcrm.core.versions import ApiVersion
from tests.support.for_each import for_each

V2, V2_1, V3, V7, V8 = ApiVersion.V2, ApiVersion.V2_1, ApiVersion.V3, ApiVersion.V7, ApiVersion.V8
IN_EVERY_MASS_UPDATE = {
    "Leads",
    "Accounts",
    "Contacts",
    "Deals",
    "Campaigns",
    "Solutions",
    "Products",
    "Vendors",
    "Price_Books",
    "Quotes",
    "Sales_Orders",
    "Purchase_Orders",
    "Invoices",
}
MASS_UPDATED_FROM_V8 = {"Calls", "Cases", "Events", "Tasks"}

MODULES = list(standard_modules().values())
ALL_FIELDS = [(module, field) for module in MODULES for field in module.fields]


def _field(module: str, name: str) -> Field:
    return standard_modules()[module].by_name[name]


def _mass_updated(version: ApiVersion) -> set[str]:
    return {module.api_name for module in MODULES if module.mass_updatable_in(version)}


def _named(node: dict[str, Any]) -> Iterator[str]:
    if "group" in node:
        for member in node["group"]:
            yield from _named(member)
    else:
        yield node["field"]


def test_counts_of_modules_fields_and_views() -> None:
    counts = {module.api_name: (len(module.fields), len(module.views)) for module in MODULES}
    assert counts == {
        "Leads": (61, 17),
        "Accounts": (39, 6),
        "Contacts": (49, 8),
        "Deals": (31, 9),
        "Campaigns": (23, 7),
        "Tasks": (21, 9),
        "Events": (33, 6),
        "Calls": (26, 6),
        "Activities": (20, 6),
        "Cases": (30, 6),
        "Solutions": (20, 6),
        "Products": (32, 7),
        "Vendors": (23, 6),
        "Price_Books": (15, 6),
        "Quotes": (38, 6),
        "Sales_Orders": (43, 6),
        "Purchase_Orders": (41, 6),
        "Invoices": (40, 6),
        "Notes": (9, 0),
        "Attachments": (9, 0),
    }


def test_ids_are_unique_and_stay_below_those_of_an_org() -> None:
    ids = [module.id for module in MODULES]
    ids += [field.id for _, field in ALL_FIELDS]
    ids += [view.id for module in MODULES for view in module.views]
    assert len(ids) == len(set(ids))
    assert max(ids) < 5_000_000


def test_ids_follow_the_position() -> None:
    leads, accounts = MODULES[0], MODULES[1]
    assert (leads.id, leads.fields[0].id, leads.views[0].id) == (2175, 100_001, 87501)
    assert (accounts.id, accounts.fields[1].id, accounts.views[1].id) == (2177, 101_002, 87602)
    assert leads.views[0].name == "All Open Leads"


def test_every_type_is_known_and_every_lookup_leads_somewhere() -> None:
    assert {field.data_type for _, field in ALL_FIELDS} <= set(FIELD_TYPES)
    assert {field.lookup for _, field in ALL_FIELDS} - {None} <= set(standard_modules())
    assert not any(field.custom for _, field in ALL_FIELDS)
    assert all(field.since <= field.until for _, field in ALL_FIELDS)


def test_mass_update_is_never_offered_where_the_rules_exclude_it() -> None:
    never = {"lookup", "ownerlookup", "userlookup", "email", "textarea", "subform"}
    never |= {"formula", "autonumber", "profileimage"}
    offered = {
        (module.api_name, field.api_name)
        for module, field in ALL_FIELDS
        if field.mass_update and (field.data_type in never or field.read_only or not field.api_writable)
    }
    assert offered == set()


@for_each("module", MODULES)
def test_a_view_names_fields_of_its_module(module: Module) -> None:
    for view in module.views:
        named = list(_named(view.criteria)) if view.criteria else []
        assert set(named) | ({view.sort_by} - {None}) <= set(module.by_name)


@for_each("module", MODULES)
def test_every_module_has_an_owner_its_name_and_the_fields_of_a_record(module: Module) -> None:
    assert COLUMN_FIELDS | {"id", module.display_field} <= set(module.by_name)
    assert module.upsert_key is None or module.upsert_key in module.by_name


@for_each("module", [m for m in MODULES if m.views])
def test_one_view_of_a_module_is_the_default(module: Module) -> None:
    assert [view.default for view in module.views] == [True] + [False] * (len(module.views) - 1)


def test_modules_that_mass_update_takes_by_version() -> None:
    every = IN_EVERY_MASS_UPDATE
    assert _mass_updated(V2) == every | {"Activities"}
    assert _mass_updated(V2_1) == every | {"Activities"}
    assert _mass_updated(V3) == every
    assert _mass_updated(V7) == every
    assert _mass_updated(V8) == every | MASS_UPDATED_FROM_V8


def test_activities_is_gone_from_v3_and_nothing_else_is() -> None:
    activities = standard_modules()["Activities"]
    assert activities.pseudo
    assert [version for version in ApiVersion if activities.exists_in(version)] == [V2, V2_1]
    others = [module for module in MODULES if module is not activities]
    assert all(module.exists_in(version) for module in others for version in ApiVersion)


def test_module_facts() -> None:
    assert {module.api_name: module.max_fields for module in MODULES if module.max_fields != 1} == {"Deals": 3}
    with_territories = [module.api_name for module in MODULES if module.territories]
    assert with_territories == ["Leads", "Accounts", "Contacts", "Deals"]
    convertable = [module.api_name for module in MODULES if module.convertable]
    assert convertable == ["Leads", "Quotes", "Sales_Orders"]
    assert standard_modules()["Price_Books"].scope == "pricebooks"
    assert standard_modules()["Events"].plural_label == "Meetings"


def test_field_facts() -> None:
    company, owner = _field("Leads", "Company"), _field("Leads", "Owner")
    assert (company.mass_update, company.length, company.data_type) == (True, 200, "text")
    assert (owner.mass_update, owner.data_type, owner.json_type) == (False, "ownerlookup", "jsonobject")
    assert _field("Leads", "Email").mass_update is False
    assert (_field("Leads", "Phone").mass_update, _field("Leads", "Phone").unique) == (True, False)
    assert _field("Leads", "Mobile").mass_update is True
    assert _field("Leads", "Layout").mass_update is True
    assert _field("Leads", "Last_Name").system_mandatory is True
    assert _field("Leads", "Annual_Revenue").decimal_place == 2
    assert _field("Contacts", "Account_Name").lookup == "Accounts"
    assert _field("Tasks", "What_Id").lookup is None
    assert _field("Leads", "Rating").pick_list_values == (
        "-None-",
        "Acquired",
        "Active",
        "Market Failed",
        "Project Cancelled",
        "Shut Down",
    )


def test_line_items_change_their_name_after_v2() -> None:
    old, new = _field("Quotes", "Product_Details"), _field("Quotes", "Quoted_Items")
    assert [version for version in ApiVersion if old.exists_in(version)] == [V2]
    assert [version for version in ApiVersion if not new.exists_in(version)] == [V2]
    assert old.columns[:2] == ("id", "product{name,id,Product_Code}")


def test_fields_that_show_the_state_are_read_only() -> None:
    shown = [field for _, field in ALL_FIELDS if field.api_name in STATE_FIELDS]
    assert {field.api_name for field in shown} == STATE_FIELDS
    assert all(field.read_only and not field.api_writable and not field.mass_update for field in shown)
    assert (_field("Leads", "Converted__s").data_type, _field("Leads", "Converted__s").since) == (
        "boolean",
        ApiVersion.V4,
    )


def test_loading_imports_no_yaml() -> None:
    script = (
        "import sys\n"
        "from mockcrm.core.catalog.loader import standard_modules\n"
        "assert len(standard_modules()) == 20\n"
        "print(sorted({'yaml', 'sqlalchemy', 'pydantic', 'tools.catalog'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
