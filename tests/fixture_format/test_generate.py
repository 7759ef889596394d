"""Thousands of generated records: patterns and cycles."""

from __future__ import annotations

from mockcrm.fixture_format.records import MAX_TEMPLATES
from tests.fixture_format.loading import BASE, FIRST_NEW, NOW, LoadedOrg


def test_n_counts_from_one_and_cycles_take_turns() -> None:
    org = LoadedOrg(
        {
            "users": [{"id": "71", "email": "a@x.y"}, {"id": "72", "email": "b@x.y"}],
            "territories": [{"id": "81", "name": "UK"}, {"id": "82", "name": "France"}],
            "generate": [
                {
                    "module": "Leads",
                    "count": 4,
                    "owner": {"cycle": ["a@x.y", "b@x.y"]},
                    "territories": {"cycle": [[], ["UK"], ["UK", "82"]]},
                    "state": {"cycle": [[], [], ["locked", "in_merge"]]},
                    "fields": {
                        "First_Name": {"cycle": ["Ann", "Bob", "Cy"]},
                        "Last_Name": "Lead {n}",
                        "No_of_Employees": "{n}",
                        "Visitor_Score": "{n}00",
                        "Annual_Revenue": {"cycle": [1.5, "{n}"]},
                        "Company": 'Quotes " and {n} of {n}',
                        "Tag": ["new"],
                    },
                }
            ],
        }
    )
    assert org.rows("SELECT id, module_id, state, owner_id, created_by, modified_by FROM record") == [
        (FIRST_NEW, BASE + 2175, 0, 71, 71, 71),
        (FIRST_NEW + 1, BASE + 2175, 0, 72, 72, 72),
        (FIRST_NEW + 2, BASE + 2175, 72, 71, 71, 71),
        (FIRST_NEW + 3, BASE + 2175, 0, 72, 72, 72),
    ]
    assert org.rows("SELECT record_id, territory_id FROM record_territory ORDER BY 1, 2") == [
        (FIRST_NEW + 1, 81),
        (FIRST_NEW + 2, 81),
        (FIRST_NEW + 2, 82),
    ]
    assert org.values(FIRST_NEW + 3) == {
        "First_Name": "Ann",
        "Last_Name": "Lead 4",
        "Full_Name": "Ann Lead 4",
        "No_of_Employees": 4,
        "Visitor_Score": "400",
        "Annual_Revenue": 4,
        "Company": 'Quotes " and 4 of 4',
        "Tag": [{"id": str(FIRST_NEW + 4)}],
    }
    assert org.values(FIRST_NEW + 2)["Annual_Revenue"] == 1.5


def test_a_generated_document_is_like_a_written_one() -> None:
    fields = {"Last_Name": "Boyle", "City": "Köln", "Converted_Account": "7"}
    org = LoadedOrg(
        {
            "records": {"Leads": [{"fields": fields}]},
            "generate": [{"module": "Leads", "count": 1, "fields": fields}],
        }
    )
    written, generated = org.rows("SELECT fields FROM record ORDER BY id")
    assert written == generated


def test_cycles_that_share_no_period_still_take_turns() -> None:
    lengths = (7, 11, 13, 17)
    names = ("First_Name", "Last_Name", "Company", "City")
    fields = {name: {"cycle": [f"{name} {n}" for n in range(size)]} for name, size in zip(names, lengths, strict=True)}
    assert MAX_TEMPLATES < 7 * 11 * 13 * 17
    org = LoadedOrg({"generate": [{"module": "Leads", "count": 20, "fields": fields}]})
    assert org.values(FIRST_NEW + 19) == {
        "First_Name": "First_Name 5",
        "Last_Name": "Last_Name 8",
        "Full_Name": "First_Name 5 Last_Name 8",
        "Company": "Company 6",
        "City": "City 2",
    }


def test_the_times_of_a_block_hold_for_each_record() -> None:
    stamp = {"time": "2024-01-15T00:00:00+00:00", "by": "admin@mockcrm.example"}
    org = LoadedOrg(
        {
            "users": [{"id": "71", "email": "a@x.y"}],
            "generate": [{"module": "Tasks", "count": 2, "owner": "a@x.y", "created": stamp}],
        }
    )
    columns = "created_time, created_by, modified_time, modified_by"
    assert org.rows(f"SELECT {columns} FROM record") == [(1705276800, BASE + 150013, NOW, 71)] * 2


def test_nothing_may_be_generated() -> None:
    org = LoadedOrg({"generate": [{"module": "Leads", "count": 0}]})
    assert org.rows("SELECT count(*) FROM record") == [(0,)]
