"""An export is a fixture: loaded again it gives the same state, and equal states give equal bytes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockcrm.core.catalog.states import STATE_NAMES
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.fixture_format.export import export_org
from tests.fixture_format.loading import NOW, LoadedOrg, packaged
from tests.support.for_each import for_each

TABLES = (
    "role", "profile", "user", "module", "custom_view", "territory", "record", "record_territory", "deleted_record",
)  # fmt: skip


def same_state(one: LoadedOrg, other: LoadedOrg) -> None:
    """Every row of every table is alike; only the next new id may differ, which says nothing about the org."""
    for table in TABLES:
        assert one.rows(f"SELECT * FROM {table} ORDER BY 1, 2") == other.rows(f"SELECT * FROM {table} ORDER BY 1, 2")
    facts = [metadata_store.meta(org.connection) for org in (one, other)]
    for item in facts:
        del item["next_id"]
    assert facts[0] == facts[1]


@for_each("name", ["demo", "blueprint", "approval", "locked", "territories", "restricted_user", "empty"])
def test_an_export_loads_back_to_the_same_state(name: str) -> None:
    org = LoadedOrg(packaged(name))
    export = org.export()
    again = LoadedOrg(export, now=NOW + 99)
    same_state(org, again)
    assert again.export() == export


def test_the_export_of_a_small_org_is_this() -> None:
    org = LoadedOrg(
        {
            "org": {"company_name": "Zylker", "time_zone": "+05:30"},
            "settings": {"auth": "any", "job_policy": {"mode": "manual"}},
            "territories": [{"id": "81", "name": "UK"}],
            "records": {
                "Leads": [
                    {
                        "id": "5",
                        "territories": ["UK"],
                        "state": ["locked"],
                        "fields": {"Last_Name": "Boyle", "Email_Opt_Out": None, "Converted_Account": "7"},
                    },
                    {"id": "6", "fields": {"Last_Name": "Frey", "Full_Name": "T. Frey", "Email_Opt_Out": True}},
                ]
            },
            "deleted": {"Deals": [{"id": "9", "name": "Gone"}]},
        }
    )
    stamp = {"time": "2023-11-15T03:43:20+05:30", "by": "admin@mockcrm.example"}
    assert export_org(org.connection) == {
        "mockcrm": 1,
        "org": {
            "id": "554023000000000001",
            "company_name": "Zylker",
            "edition": "enterprise",
            "time_zone": "+05:30",
        },
        "settings": {"auth": "any", "job_policy": {"mode": "manual"}},
        "roles": [
            {"id": "554023000000026005", "name": "CEO", "reports_to": None},
            {"id": "554023000000026008", "name": "Manager", "reports_to": "CEO"},
        ],
        "profiles": [
            {"id": "554023000000026011", "name": "Administrator"},
            {"id": "554023000000026014", "name": "Standard"},
        ],
        "users": [
            {
                "id": "554023000000150013",
                "email": "admin@mockcrm.example",
                "full_name": "Mock Administrator",
                "role": "CEO",
                "profile": "Administrator",
                "status": "active",
            }
        ],
        "territories": [{"id": "81", "name": "UK"}],
        "records": {
            "Leads": [
                {
                    "id": "5",
                    "owner": "admin@mockcrm.example",
                    "territories": ["UK"],
                    "state": ["locked"],
                    "fields": {"Last_Name": "Boyle", "Email_Opt_Out": None, "Converted_Account": {"id": "7"}},
                    "created": stamp,
                    "modified": stamp,
                },
                {
                    "id": "6",
                    "owner": "admin@mockcrm.example",
                    "fields": {"Last_Name": "Frey", "Email_Opt_Out": True, "Full_Name": "T. Frey"},
                    "created": stamp,
                    "modified": stamp,
                },
            ]
        },
        "deleted": {
            "Deals": [
                {
                    "id": "9",
                    "type": "recycle",
                    "name": "Gone",
                    "created_by": "admin@mockcrm.example",
                    "deleted": stamp,
                }
            ]
        },
    }


def test_a_file_is_exported_without_being_changed(tmp_path: Path) -> None:
    org = LoadedOrg(packaged("demo"))
    path = tmp_path / "org.sqlite"
    with closing(sqlite3.connect(path)) as copy:
        org.connection.backup(copy)
    before = path.read_bytes()
    assert orjson.dumps(export_org(path)) == org.export()
    assert path.read_bytes() == before


def test_an_export_inside_a_transaction_is_refused() -> None:
    org = LoadedOrg(packaged("empty"))
    org.connection.execute("BEGIN")
    with pytest.raises(sqlite3.ProgrammingError):
        export_org(org.connection)
    org.connection.execute("ROLLBACK")


def test_a_standard_role_that_reports_to_nobody_stays_so() -> None:
    org = LoadedOrg({"roles": [{"name": "Manager", "reports_to": None}]})
    same_state(org, LoadedOrg(org.export()))


def test_settings_changed_at_run_time_are_exported() -> None:
    org = LoadedOrg({"settings": {"auth": "any", "job_policy": {"mode": "polled"}}})
    metadata_store.set_meta(org.connection, "changed_settings", {"edition": "free", "job_policy": {"mode": "auto"}})
    assert export_org(org.connection)["settings"] == {
        "auth": "any",
        "edition": "free",
        "job_policy": {"mode": "auto"},
    }


names = st.text("abc ÄßK'\"{}\\", min_size=1, max_size=6)
emails = st.sampled_from(["admin@mockcrm.example", "a@zylker.example", "B@zylker.example"])
times = st.sampled_from(["2024-01-15T10:30:00+05:30", "1999-12-31T23:59:59Z", "2030-06-01T00:00:00-11:00"])
stamps = st.fixed_dictionaries({}, optional={"time": times, "by": emails})
values = st.fixed_dictionaries(
    {},
    optional={
        "First_Name": st.none() | names,
        "Last_Name": st.none() | names,
        "Full_Name": st.none() | names,
        "Email_Opt_Out": st.none() | st.booleans(),
        "Annual_Revenue": st.none() | st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6),
        "Visitor_Score": st.none() | st.integers(0, 10**18),
        "Converted_Account": st.none() | st.integers(1, 10**18),
        "Tag": st.none() | st.lists(names, max_size=2),
        "Languages": st.none() | st.lists(names, max_size=3),
        "Buddy": st.none() | emails,
    },
)
leads = st.fixed_dictionaries(
    {},
    optional={
        "owner": emails,
        "territories": st.lists(st.sampled_from(["UK", "France"]), unique=True),
        "state": st.lists(st.sampled_from(STATE_NAMES), unique=True),
        "fields": values,
        "created": stamps,
        "modified": stamps,
    },
)


@settings(max_examples=settings.default.max_examples // 2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    records=st.lists(leads, max_size=4), extra=st.lists(leads, max_size=2), offset=st.sampled_from(["+05:30", "-03:00"])
)
def test_loaded_fixture_is_exported_again(
    records: list[dict[str, Any]], extra: list[dict[str, Any]], offset: str
) -> None:
    org = LoadedOrg(
        {
            "org": {"time_zone": offset},
            "users": [{"email": "a@zylker.example"}, {"email": "B@zylker.example", "status": "disabled"}],
            "territories": [{"name": "UK"}, {"name": "France"}],
            "modules": {
                "Leads": {
                    "fields": [
                        {"api_name": "Languages", "data_type": "multiselectpicklist"},
                        {"api_name": "Buddy", "data_type": "userlookup"},
                        {"api_name": "Rating", "mass_update": False},
                    ]
                },
                "Clients": {"singular_label": "Client", "plural_label": "Clients"},
            },
            "custom_views": [{"module": "Clients", "name": "All Clients", "shared_with": ["a@zylker.example"]}],
            "records": {"Leads": records, "Clients": [{"fields": {"Name": "One"}}]},
        }
    )
    org.load({"modules": {"Leads": {"fields": [{"api_name": "Later", "data_type": "boolean"}]}}})
    org.load({"records": {"Leads": extra}}, now=NOW + 5)
    again = LoadedOrg(org.export())
    same_state(org, again)
    assert again.export() == org.export()
