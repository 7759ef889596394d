"""The metadata read back from an org's file."""

from __future__ import annotations

from mockcrm.core.catalog.loader import standard_modules
from tests.fixture_format.loading import BASE, FIRST_NEW, NOW, LoadedOrg


def test_an_empty_org_has_the_whole_catalog() -> None:
    there = LoadedOrg().metadata
    assert list(there.modules) == list(standard_modules())
    leads = there.modules["Leads"]
    assert (leads.id, leads.base, leads.definition) == (BASE + 2175, BASE, standard_modules()["Leads"])
    assert (leads.blueprint, leads.approval, leads.workflows) == (None, None, ())
    assert there.modules_by_id[BASE + 2175] is leads
    assert len(there.views) == sum(len(module.views) for module in standard_modules().values())
    (default,) = (view for view in there.views_of("Leads") if view.default)
    assert (default.name, default.display_value, default.system_defined) == ("All Open Leads", "All Leads", True)
    assert default.open_to(1)
    assert there.settings == {}


def test_the_org_and_its_zone() -> None:
    there = LoadedOrg(
        {"org": {"company_name": "Zylker", "edition": "free", "time_zone": "-03:30", "country": "India"}}
    ).metadata
    org = there.org
    assert (org.id, org.base, org.company_name, org.edition) == (BASE + 1, BASE, "Zylker", "free")
    assert (org.time_zone, org.offset, org.extra) == ("-03:30", -12600, {"country": "India"})


def test_the_edition_among_the_settings_wins() -> None:
    there = LoadedOrg({"org": {"edition": "free"}, "settings": {"edition": "ultimate"}}).metadata
    assert there.org.edition == "ultimate"


def test_a_custom_module_has_the_template_and_its_own_fields() -> None:
    there = LoadedOrg(
        {
            "modules": {
                "Clients": {
                    "id": "554023000000099000",
                    "singular_label": "Client",
                    "plural_label": "Clients",
                    "fields": [
                        {"api_name": "Tier", "data_type": "picklist", "pick_list_values": ["A"], "unique": True}
                    ],
                }
            }
        }
    ).metadata
    clients = there.modules["Clients"]
    assert (clients.id, clients.definition.id, clients.definition.custom) == (BASE + 99000, 99000, True)
    assert clients.fields["Name"].id == 99001
    tier = clients.fields["Tier"]
    assert (tier.id, tier.custom, tier.unique, tier.mass_update) == (FIRST_NEW - BASE, True, True, False)
    template = len(clients.fields) - 1
    assert [view.id for view in there.views_of("Clients")] == [
        BASE + 99001 + template + place for place in range(len(clients.definition.views))
    ]


def test_a_field_of_the_catalog_is_changed_in_place() -> None:
    there = LoadedOrg(
        {
            "modules": {
                "Leads": {
                    "fields": [
                        {"api_name": "City", "unique": True},
                        {"api_name": "Rating", "read_only": True},
                        {"api_name": "Industry", "pick_list_values": ["Education"], "field_label": "Branch"},
                        {"api_name": "Mobile", "unique": True, "mass_update": True},
                    ]
                }
            }
        }
    ).metadata
    fields = there.modules["Leads"].fields
    plain = standard_modules()["Leads"].by_name
    assert list(fields) == list(plain)
    assert (fields["City"].unique, fields["City"].mass_update) == (True, False)
    assert (fields["Rating"].api_writable, fields["Rating"].mass_update) == (False, False)
    assert (fields["Industry"].pick_list_values, fields["Industry"].field_label) == (("Education",), "Branch")
    assert fields["Mobile"].mass_update
    assert all(fields[name].id == plain[name].id for name in fields)


def test_a_view_named_like_a_default_one_takes_its_place() -> None:
    org = LoadedOrg(
        {
            "custom_views": [
                {"id": "71", "module": "Accounts", "name": "All Accounts"},
                {"module": "Leads", "name": "All Leads", "shared_with": []},
                {"module": "Leads", "name": "Open Leads", "criteria": None},
            ]
        }
    )
    there = org.metadata
    assert len(there.views) == sum(len(module.views) for module in standard_modules().values())
    accounts = there.views[71]
    assert (accounts.name, accounts.system_name, accounts.default) == ("All Accounts", "ALLVIEWS", True)
    leads = {view.name: view for view in there.views_of("Leads")}
    plain = {view.name: view for view in standard_modules()["Leads"].views}
    assert leads["All Open Leads"].id == BASE + plain["All Open Leads"].id
    assert leads["All Open Leads"].criteria == plain["All Open Leads"].criteria
    assert leads["All Open Leads"].shared_with == frozenset()
    assert not leads["All Open Leads"].open_to(there.admin_id)
    assert leads["Open Leads"].criteria is None
    org.load({"custom_views": [{"module": "Accounts", "name": "All Accounts", "sort_by": "Account_Name"}]})
    assert (org.metadata.views[71].sort_by, org.metadata.views[71].system_name) == ("Account_Name", "ALLVIEWS")


def test_a_new_view_and_who_may_use_it() -> None:
    org = LoadedOrg(
        {
            "users": [{"id": "71", "email": "a@x.y"}, {"id": "72", "email": "b@x.y"}],
            "custom_views": [
                {
                    "module": "Leads",
                    "name": "Hot",
                    "default": True,
                    "shared_with": ["A@x.y"],
                    "fields": ["Last_Name"],
                    "criteria": {
                        "comparator": "equal",
                        "field": {"api_name": "Rating", "id": "1"},
                        "value": "Active",
                        "type": "value",
                    },
                }
            ],
        }
    )
    view = org.metadata.views[FIRST_NEW]
    assert (view.display_value, view.system_defined, view.default) == ("Hot", False, True)
    assert view.criteria == {"comparator": "equal", "field": "Rating", "value": "Active"}
    assert (view.open_to(71), view.open_to(72)) == (True, False)
    assert view.extra == {
        "created_by": BASE + 150013,
        "created_time": NOW,
        "modified_by": BASE + 150013,
        "modified_time": NOW,
        "fields": ["Last_Name"],
    }
    assert [item.name for item in org.metadata.views_of("Leads") if item.default] == ["Hot"]


def test_what_is_attached_to_a_module() -> None:
    there = LoadedOrg(
        {
            "modules": {
                "Leads": {
                    "layout_rules": ["Industry"],
                    "validation_rules": ["Annual_Revenue"],
                    "blueprint": {"field": "Lead_Status"},
                    "approval": {"enter_when": {"comparator": "equal", "field": "Rating", "value": "Shut Down"}},
                    "workflows": [{"name": "hot", "set": {"Converted_Account": 7}, "webhook": "http://127.0.0.1:9/x"}],
                }
            }
        }
    ).metadata
    leads = there.modules["Leads"]
    assert (leads.layout_rules, leads.validation_rules) == ({"Industry"}, {"Annual_Revenue"})
    assert leads.blueprint == {"field": "Lead_Status"}
    assert leads.approval == {"enter_when": {"comparator": "equal", "field": "Rating", "value": "Shut Down"}}
    assert leads.workflows == (
        {"name": "hot", "set": {"Converted_Account": {"id": "7"}}, "webhook": "http://127.0.0.1:9/x"},
    )
