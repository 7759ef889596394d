"""Auto-numbers of fixtures: listed and generated records, given values, files of an earlier version."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.records import auto_numbers
from mockcrm.fixture_format.errors import FixtureError
from tests.fixture_format.loading import LoadedOrg

FORMAT = {"prefix": "Q-", "suffix": "/24", "start_number": 100}
CODED = {"fields": [{"api_name": "Code", "data_type": "autonumber", "auto_number": FORMAT}]}


def numbers(org: LoadedOrg, module: str, field: str) -> list[Any]:
    """The numbers of a module's records, in the order of the records."""
    module_id = org.metadata.modules[module].id
    source = f"json_extract(fields, '$.{field}')"
    return [value for (value,) in org.rows(f"SELECT {source} FROM record WHERE module_id = ? ORDER BY id", module_id)]


def taken(org: LoadedOrg, module: str, field: str) -> int:
    """The number that the next record would get; it is used up."""
    owner = org.metadata.modules[module]
    return auto_numbers.take(org.connection, owner, owner.fields[field], 1)


def test_listed_and_generated_records_count_on() -> None:
    org = LoadedOrg(
        {
            "records": {"Cases": [{"fields": {"Subject": "A"}}, {"fields": {"Subject": "B"}}]},
            "generate": [{"module": "Cases", "count": 3, "fields": {"Subject": "Case {n}"}}],
        }
    )
    assert numbers(org, "Cases", "Case_Number") == ["1", "2", "3", "4", "5"]
    assert taken(org, "Cases", "Case_Number") == 6


def test_a_custom_field_has_its_format() -> None:
    org = LoadedOrg(
        {
            "modules": {"Leads": CODED},
            "records": {"Leads": [{"fields": {"Last_Name": "A"}}]},
            "generate": [{"module": "Leads", "count": 2, "fields": {"Last_Name": {"cycle": ["B", "C {n}"]}}}],
        }
    )
    assert numbers(org, "Leads", "Code") == ["Q-100/24", "Q-101/24", "Q-102/24"]


def test_values_of_the_fixture_are_kept_and_passed_over() -> None:
    given = ["Q-205/24", None, "other", "Q-7/24", "Q-99999999999999999999/24"]
    entries = [{"fields": {"Last_Name": "A", **({} if code is None else {"Code": code})}} for code in given]
    org = LoadedOrg(
        {
            "modules": {"Leads": CODED},
            "records": {"Leads": entries},
            "generate": [
                {"module": "Leads", "count": 2, "fields": {"Last_Name": "B", "Code": "Q-30{n}/24"}},
                {"module": "Leads", "count": 1, "fields": {"Last_Name": "C", "Code": None}},
            ],
        }
    )
    expected = ["Q-205/24", "Q-206/24", "other", "Q-7/24", given[-1], "Q-301/24", "Q-302/24", "Q-303/24"]
    assert numbers(org, "Leads", "Code") == expected


def test_a_record_that_is_loaded_again_keeps_its_number() -> None:
    org = LoadedOrg({"records": {"Cases": [{"id": "1", "fields": {"Subject": "A"}}, {"id": "2"}]}})
    org.load({"records": {"Cases": [{"id": "1", "fields": {"Subject": "B"}}, {"id": "3"}]}})
    org.load({"records": {"Cases": [{"id": "2", "fields": {"Case_Number": None}}, {"id": "4"}]}})
    assert numbers(org, "Cases", "Case_Number") == ["1", "4", "3", "5"]


def test_an_export_counts_on() -> None:
    org = LoadedOrg({"modules": {"Leads": CODED}, "records": {"Leads": [{"fields": {"Last_Name": "A"}}]}})
    copy = LoadedOrg(org.export())
    assert copy.export() == org.export()
    assert numbers(copy, "Leads", "Code") == ["Q-100/24"]
    assert taken(copy, "Leads", "Code") == 101


@pytest.mark.parametrize("start", [1, 1000])
def test_a_file_of_an_earlier_version_counts_on_behind_its_highest_number(start: int) -> None:
    org = LoadedOrg(
        {
            "modules": {"Cases": {"fields": [{"api_name": "Case_Number", "auto_number": {"start_number": start}}]}},
            "records": {
                "Cases": [
                    {"fields": {"Subject": "A", "Case_Number": number}}
                    for number in ("17", "0008", "9x", "", "1234567890123456789")
                ]
            },
        }
    )
    org.rows("DELETE FROM meta WHERE key LIKE 'auto_number%'")
    assert taken(org, "Cases", "Case_Number") == max(18, start)


def test_text_that_only_begins_and_ends_like_a_number_is_not_one() -> None:
    field = {"api_name": "Code", "data_type": "autonumber", "auto_number": {"prefix": "AB", "suffix": "BA"}}
    org = LoadedOrg({"modules": {"Leads": {"fields": [field]}}, "records": {"Leads": []}})
    org.load({"records": {"Leads": [{"fields": {"Last_Name": "A", "Code": "ABA"}}]}})
    org.rows("DELETE FROM meta WHERE key LIKE 'auto_number%'")
    assert taken(org, "Leads", "Code") == 1


def test_a_higher_start_number_takes_effect_later() -> None:
    org = LoadedOrg({"records": {"Cases": [{"fields": {"Subject": "A"}}]}})
    changed = {"api_name": "Case_Number", "auto_number": {"start_number": 5000}}
    org.load({"modules": {"Cases": {"fields": [changed]}}, "records": {"Cases": [{"fields": {"Subject": "B"}}]}})
    assert numbers(org, "Cases", "Case_Number") == ["1", "5000"]
    org.load({"modules": {"Cases": {"fields": [{**changed, "auto_number": {"start_number": 2}}]}}})
    assert taken(org, "Cases", "Case_Number") == 5001


def test_existing_records_get_no_number_of_a_new_field() -> None:
    org = LoadedOrg({"records": {"Leads": [{"fields": {"Last_Name": "A"}}]}})
    org.load({"modules": {"Leads": CODED}, "records": {"Leads": [{"fields": {"Last_Name": "B"}}]}})
    assert numbers(org, "Leads", "Code") == [None, "Q-100/24"]


def test_marks_in_the_format_are_written_as_they_are() -> None:
    field = {"api_name": "Code", "data_type": "autonumber", "auto_number": {"prefix": '"{n}\\', "suffix": "é"}}
    more = {"api_name": "Code_2", "data_type": "autonumber"}
    org = LoadedOrg(
        {
            "modules": {"Leads": {"fields": [more, field]}},
            "generate": [{"module": "Leads", "count": 2, "fields": {"Last_Name": "Lead {n}"}}],
        }
    )
    assert numbers(org, "Leads", "Code") == ['"{n}\\1é', '"{n}\\2é']
    assert numbers(org, "Leads", "Code_2") == ["1", "2"]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (
            {"api_name": "City", "auto_number": {}},
            "modules.Leads.fields[0].auto_number: a field of data_type text does not count",
        ),
        (
            {"api_name": "Code", "data_type": "autonumber", "auto_number": {"start_number": 10**18}},
            "modules.Leads.fields[0].auto_number.start_number",
        ),
    ],
)
def test_a_wrong_format_is_refused(field: dict[str, Any], message: str) -> None:
    with pytest.raises(FixtureError) as found:
        LoadedOrg({"modules": {"Leads": {"fields": [field]}}})
    assert message in str(found.value)


def test_numbers_of_two_modules_are_their_own() -> None:
    records = {"Cases": [{"fields": {"Subject": "A"}}] * 2, "Solutions": [{"fields": {"Solution_Title": "B"}}]}
    org = LoadedOrg({"records": records})
    assert numbers(org, "Cases", "Case_Number") == ["1", "2"]
    assert numbers(org, "Solutions", "Solution_Number") == ["1"]
