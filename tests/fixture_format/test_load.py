"""How a fixture is stored in an org's file: the standard org, merging, ids, stored values."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.records.documents import full_name
from mockcrm.fixture_format.errors import FixtureError
from tests.fixture_format.loading import BASE, FIRST_NEW, NOW, LoadedOrg
from tests.support.for_each import for_each


def test_an_org_without_a_fixture_is_the_standard_one() -> None:
    org = LoadedOrg(now=NOW)
    assert metadata_store.meta(org.connection) == {
        "org": {
            "id": "554023000000000001",
            "company_name": "Mock Company",
            "edition": "enterprise",
            "time_zone": "+00:00",
        },
        "settings": {},
        "job_policy": {},
        "admin_id": BASE + 150013,
        "clients": [],
        "next_id": FIRST_NEW,
    }
    assert org.rows("SELECT * FROM role") == [
        (BASE + 26005, "CEO", None),
        (BASE + 26008, "Manager", BASE + 26005),
    ]
    assert org.rows("SELECT * FROM profile") == [
        (BASE + 26011, "Administrator", "{}"),
        (BASE + 26014, "Standard", "{}"),
    ]
    assert org.rows("SELECT * FROM user") == [
        (BASE + 150013, "admin@mockcrm.example", "Mock Administrator", BASE + 26005, BASE + 26011, "active", "{}")
    ]
    for table in ("module", "custom_view", "territory", "record", "record_territory", "deleted_record"):
        assert org.rows(f"SELECT * FROM {table}") == []


def test_the_ids_of_another_org_start_with_its_prefix() -> None:
    org = LoadedOrg({"org": {"id": "111111000000000222"}, "records": {"Leads": [{}]}})
    assert org.metadata.org.base == 111111000000000000
    assert org.metadata.admin_id == 111111000000150013
    assert org.rows("SELECT id, module_id FROM record") == [(111111000020000000, 111111000000002175)]


def test_standard_things_may_be_given_their_ids_when_the_org_is_made() -> None:
    org = LoadedOrg(
        {
            "roles": [{"name": "CEO", "id": "71"}],
            "profiles": [{"name": "Standard", "id": "72"}],
            "users": [{"email": "Admin@mockcrm.example", "id": "73"}],
        }
    )
    assert org.metadata.admin_id == 73
    assert org.metadata.users[73].role_id == 71
    assert org.metadata.roles[BASE + 26008].reports_to == 71
    assert org.metadata.profiles[72].name == "Standard"
    with pytest.raises(FixtureError) as caught:
        org.load({"roles": [{"name": "CEO", "id": "81"}]})
    assert str(caught.value) == "more: roles[0].id: the role CEO already has the id 71"


def test_a_user_needs_only_an_email() -> None:
    org = LoadedOrg({"users": [{"email": "ann_lee.may@zylker.example"}]})
    user = org.metadata.users_by_email["ann_lee.may@zylker.example"]
    assert (user.id, user.full_name, user.status) == (FIRST_NEW, "Ann Lee May", "active")
    assert org.metadata.roles[user.role_id].name == "Manager"
    assert org.metadata.profile_of(user).name == "Standard"


def test_entries_are_merged_by_name() -> None:
    org = LoadedOrg(
        {
            "org": {"company_name": "Zylker"},
            "settings": {"auth": "any", "job_policy": {"mode": "polled", "polls": {"running": 5}}},
            "profiles": [
                {
                    "name": "Standard",
                    "deny": ["delete"],
                    "modules": {"Leads": {"deny": ["create"]}},
                    "fields": {"Leads": {"Rating": "hidden", "City": "read_only"}},
                }
            ],
            "users": [{"email": "a@zylker.example", "full_name": "Ann"}],
            "territories": [{"name": "EMEA"}, {"name": "UK", "parent": "EMEA"}],
        }
    )
    org.load(
        {
            "org": {"edition": "free"},
            "settings": {"strict_picklists": True, "job_policy": {"polls": {"scheduled": 3}}},
            "profiles": [
                {
                    "name": "Standard",
                    "modules": {"Deals": {"deny": ["read"]}},
                    "fields": {"Leads": {"Rating": "read_only"}},
                }
            ],
            "users": [{"email": "A@zylker.example", "profile": "Administrator"}],
            "territories": [{"name": "UK"}, {"name": "EMEA", "parent": None}, {"name": "Wales", "parent": "UK"}],
        }
    )
    there = org.metadata
    assert (there.org.company_name, there.org.edition) == ("Zylker", "free")
    assert there.settings == {
        "auth": "any",
        "strict_picklists": True,
        "job_policy": {"mode": "polled", "polls": {"running": 5, "scheduled": 3}},
    }
    profile = there.profiles[BASE + 26014]
    assert profile.deny == {"delete"}
    assert profile.modules == {"Leads": {"create"}, "Deals": {"read"}}
    assert profile.fields == {"Leads": {"Rating": "read_only", "City": "read_only"}}
    user = there.users_by_email["a@zylker.example"]
    assert (user.full_name, user.profile_id) == ("Ann", BASE + 26011)
    parents = {item.name: item.parent_id for item in there.territories.values()}
    ids = {item.name: item.id for item in there.territories.values()}
    assert parents == {"EMEA": None, "UK": ids["EMEA"], "Wales": ids["UK"]}


def test_an_existing_record_is_merged() -> None:
    org = LoadedOrg(
        {
            "users": [{"email": "a@zylker.example"}],
            "territories": [{"name": "UK"}, {"name": "France"}],
            "records": {
                "Leads": [
                    {
                        "id": "5",
                        "state": ["locked"],
                        "territories": ["UK"],
                        "fields": {"Last_Name": "Boyle", "Company": "Zylker", "Full_Name": "P. Boyle"},
                    }
                ]
            },
        }
    )
    org.load(
        {"records": {"Leads": [{"id": 5, "owner": "a@zylker.example", "fields": {"City": "Leeds"}}]}}, now=NOW + 60
    )
    assert org.values(5) == {"Last_Name": "Boyle", "Company": "Zylker", "Full_Name": "P. Boyle", "City": "Leeds"}
    user = org.metadata.users_by_email["a@zylker.example"].id
    columns = "state, owner_id, created_by, modified_by, created_time, modified_time"
    assert org.rows(f"SELECT {columns} FROM record") == [(64, user, BASE + 150013, user, NOW, NOW + 60)]
    assert org.rows("SELECT count(*) FROM record_territory") == [(1,)]
    org.load(
        {"records": {"Leads": [{"id": 5, "territories": ["France"], "state": [], "fields": {"First_Name": "Pat"}}]}}
    )
    assert org.values(5)["Full_Name"] == "Pat Boyle"
    assert org.rows("SELECT state FROM record") == [(0,)]
    assert org.rows("SELECT name FROM record_territory JOIN territory ON id = territory_id") == [("France",)]


def test_an_id_of_another_module_is_refused() -> None:
    org = LoadedOrg({"records": {"Leads": [{"id": "5"}]}, "deleted": {"Deals": [{"id": "6", "name": "Gone"}]}})
    for tree, line in (
        ({"records": {"Deals": [{"id": "5"}]}}, "records.Deals[0].id: the id 5 is already used by a record of Leads"),
        (
            {"records": {"Deals": [{"id": "6"}]}},
            "records.Deals[0].id: the id 6 is already used by a deleted record of Deals",
        ),
        ({"deleted": {"Leads": [{"id": "5"}]}}, "deleted.Leads[0].id: the id 5 is already used by a record of Leads"),
        (
            {"tags": {"Leads": [{"name": "Hot", "id": "5"}]}},
            "tags.Leads[0].id: the id 5 is already used by a record of Leads",
        ),
        (
            {"roles": [{"name": "Boss", "id": "6"}]},
            "roles[0].id: the id 6 is already used by a deleted record of Deals",
        ),
    ):
        with pytest.raises(FixtureError) as caught:
            org.load(tree)
        assert str(caught.value) == f"more: {line}"
    org.load({"deleted": {"Deals": [{"id": "6", "name": "Long gone", "type": "permanent"}]}})
    assert org.rows("SELECT * FROM deleted_record") == [
        (6, BASE + 2181, "permanent", "Long gone", BASE + 150013, BASE + 150013, NOW)
    ]


def test_literal_ids_of_the_org_push_new_ones_above_them() -> None:
    org = LoadedOrg({"records": {"Leads": [{"id": str(FIRST_NEW + 500)}, {}, {"id": "999999999999999999"}]}})
    assert org.rows("SELECT id FROM record ORDER BY id") == [
        (FIRST_NEW + 500,),
        (FIRST_NEW + 501,),
        (999999999999999999,),
    ]


def test_ids_may_be_numbers() -> None:
    org = LoadedOrg("mockcrm: 1\nrecords: {Leads: [{id: 554023000000480001, fields: {Last_Name: Boyle}}]}")
    assert org.rows("SELECT id FROM record") == [(554023000000480001,)]


def test_a_document_holds_every_field_in_the_order_of_the_module() -> None:
    org = LoadedOrg({"records": {"Leads": [{"id": "5", "fields": {"Last_Name": "Boyle"}}]}})
    module = org.metadata.modules["Leads"]
    document = org.document(5)
    assert list(document) == [field.api_name for field in module.document_fields]
    assert {name: value for name, value in document.items() if value is not None} == {
        "Last_Name": "Boyle",
        "Full_Name": "Boyle",
        "Email_Opt_Out": False,
        "Tag": [],
    }


@for_each(
    ("data_type", "written", "stored"),
    [
        ("text", "{n}", "{n}"),
        ("bigint", 12, "12"),
        ("bigint", "900719925474099312", "900719925474099312"),
        ("integer", 7, 7),
        ("double", 1.25, 1.25),
        ("percent", 12, 12),
        ("boolean", True, True),
        ("boolean", None, None),
        ("date", "2024-01-15", "2024-01-15"),
        ("datetime", "2024-01-15T10:30:00+05:30", "2024-01-15T05:00:00+00:00"),
        ("datetime", "2024-01-15T10:30:00.250Z", "2024-01-15T10:30:00+00:00"),
        ("multiselectpicklist", ["A", "B"], ["A", "B"]),
        ("picklist", "not in the list", "not in the list"),
        ("userlookup", "admin@mockcrm.example", {"id": "554023000000150013"}),
        ("userlookup", {"id": "554023000000150013"}, {"id": "554023000000150013"}),
        ("lookup", 42, {"id": "42"}),
        ("lookup", {"id": "42", "name": "Zylker"}, {"id": "42"}),
        ("multiselectlookup", ["1", {"id": "2"}], [{"id": "1"}, {"id": "2"}]),
        ("subform", [{"Street": "1"}], [{"Street": "1"}]),
    ],
)
def test_values_are_stored_by_type(data_type: str, written: Any, stored: Any) -> None:
    target = {"lookup": "Leads"} if "lookup" in data_type and "user" not in data_type else {}
    org = LoadedOrg(
        {
            "modules": {"Leads": {"fields": [{"api_name": "X", "data_type": data_type, **target}]}},
            "records": {"Leads": [{"id": "5", "fields": {"X": written}}]},
        }
    )
    assert org.document(5)["X"] == stored
    assert type(org.document(5)["X"]) is type(stored)


def test_tags_are_written_as_names() -> None:
    org = LoadedOrg({"records": {"Leads": [{"id": "5", "fields": {"Tag": ["hot", {"name": "vip", "id": "9"}]}}]}})
    assert org.document(5)["Tag"] == [{"id": str(FIRST_NEW)}, {"id": "9"}]
    assert org.rows("SELECT id, name FROM tag ORDER BY id") == [(9, "vip"), (FIRST_NEW, "hot")]


def test_yaml_dates_stay_text() -> None:
    org = LoadedOrg("mockcrm: 1\nrecords: {Deals: [{id: 5, fields: {Deal_Name: X, Closing_Date: 2024-01-15}}]}")
    assert org.document(5)["Closing_Date"] == "2024-01-15"


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [("Patricia", "Boyle", "Patricia Boyle"), (None, "Boyle", "Boyle"), ("Cher", None, "Cher"), (None, None, None)],
)
def test_full_name(first: str | None, last: str | None, whole: str | None) -> None:
    assert full_name(first, last) == whole


def test_fields_added_later_are_added_to_existing_documents() -> None:
    org = LoadedOrg({"records": {"Leads": [{"id": "5", "fields": {"Last_Name": "Boyle", "Converted_Account": "7"}}]}})
    org.load({"modules": {"Leads": {"fields": [{"api_name": "VIP", "data_type": "boolean"}]}}})
    document = org.document(5)
    assert list(document) == [field.api_name for field in org.metadata.modules["Leads"].document_fields]
    assert (document["VIP"], document["Last_Name"]) == (False, "Boyle")


def test_modules_are_merged_field_by_field_and_workflow_by_workflow() -> None:
    org = LoadedOrg(
        {
            "modules": {
                "Clients": {
                    "singular_label": "Client",
                    "plural_label": "Clients",
                    "fields": [{"api_name": "Tier", "data_type": "picklist", "pick_list_values": ["A"]}],
                    "workflows": [{"name": "one"}, {"name": "two", "set": {"Tier": "A"}}],
                    "layout_rules": ["Tier"],
                }
            }
        }
    )
    first = org.metadata.modules["Clients"]
    org.load(
        {
            "modules": {
                "Clients": {
                    "plural_label": "Customers",
                    "fields": [
                        {"api_name": "Tier", "pick_list_values": ["A", "B"]},
                        {"api_name": "Since", "data_type": "date"},
                    ],
                    "workflows": [{"name": "two", "set": {"Tier": "B"}}],
                    "layout_rules": [],
                    "validation_rules": ["Since"],
                }
            }
        }
    )
    module = org.metadata.modules["Clients"]
    assert module.definition.plural_label == "Customers"
    assert module.fields["Tier"].pick_list_values == ("A", "B")
    assert module.fields["Tier"].id == first.fields["Tier"].id
    assert module.fields["Since"].data_type == "date"
    assert module.workflows == ({"name": "one"}, {"name": "two", "set": {"Tier": "B"}})
    assert (module.layout_rules, module.validation_rules) == (frozenset(), frozenset({"Since"}))


def test_clients_are_remembered_and_returned() -> None:
    org = LoadedOrg(
        {
            "clients": [
                {
                    "client_id": "1000.A",
                    "client_secret": "s",
                    "redirect_uris": ["http://localhost/x"],
                    "tokens": [{"user": "admin@mockcrm.example", "access_token": "1000.t", "expires_in": "never"}],
                }
            ]
        }
    )
    admin = BASE + 150013
    token = {"user_id": admin, "scopes": None, "refresh_token": None, "access_token": None, "grant_code": None}
    first = {
        "client_id": "1000.A",
        "client_secret": "s",
        "redirect_uris": ["http://localhost/x"],
        "tokens": [{**token, "access_token": "1000.t", "expires": False, "expires_in": None}],
    }
    assert metadata_store.meta_value(org.connection, "clients") == [first]
    more = {**token, "scopes": ["ZohoCRM.org.READ"], "expires": True, "expires_in": 60}
    added = org.load(
        {
            "clients": [
                {
                    "client_id": "1000.A",
                    "tokens": [{"user": "ADMIN@mockcrm.example", "scopes": ["ZohoCRM.org.READ"], "expires_in": 60}],
                },
                {"tokens": []},
            ]
        }
    )
    blank = {"client_id": None, "client_secret": None, "redirect_uris": [], "tokens": []}
    assert added == [
        {"client_id": "1000.A", "client_secret": None, "redirect_uris": [], "tokens": [more]},
        blank,
    ]
    assert metadata_store.meta_value(org.connection, "clients") == [
        {**first, "tokens": [*first["tokens"], more]},
        blank,
    ]
