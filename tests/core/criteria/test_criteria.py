"""What each comparator and token finds, and how a tree is parsed and returned."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mockcrm.core.criteria import CriteriaContext, Group, Leaf, Sql, compile_criteria, parse_criteria
from tests.support.for_each import for_each

from .criteria_model import CONTEXT, FIELDS, USER, Record, matches, record, select, table


def found(records: list[Record], field: str, comparator: str, value: Any) -> list[int]:
    """Return the ids that SQL finds, after checking that the model finds the same."""
    leaf = {"comparator": comparator, "field": field, "value": value}
    connection = table(records)
    try:
        ids = select(connection, leaf)
    finally:
        connection.close()
    assert ids == [item["id"] for item in records if matches(leaf, item, FIELDS, CONTEXT)]
    return ids


TEXTS = [
    record(1, Company="Köln AG"),
    record(2, Company="KÖLN AG"),
    record(3, Company="100% Zylker"),
    record(4, Company="zylker_one"),
    record(5, Company=""),
    record(6, Company=None),
    record(7),
]


@for_each(
    ("comparator", "value", "ids"),
    [
        ("equal", "köln ag", [1, 2]),
        ("equal", "ZYLKER_ONE", [4]),
        ("not_equal", "köln ag", [3, 4, 5, 6, 7]),
        ("in", ["KÖLN ag", "zylker_one", "none"], [1, 2, 4]),
        ("not_in", ["zylker_one"], [1, 2, 3, 5, 6, 7]),
        ("contains", "zyl", [3, 4]),
        ("contains", "%", [3]),
        ("contains", "_", [4]),
        ("contains", "ÖL", [1, 2]),
        ("not_contains", "zyl", [1, 2, 5, 6, 7]),
        ("starts_with", "KÖ", [1, 2]),
        ("starts_with", "100%", [3]),
        ("ends_with", "ER", [3]),
        ("ends_with", "ln ag", [1, 2]),
        ("ends_with", "ÖLN AG", [1, 2]),
        ("less_than", "Köln AG", [3]),
        ("less_equal", "Köln AG", [1, 2, 3]),
        ("greater_than", "KÖLN AG", [4]),
        ("greater_equal", "KÖLN AG", [1, 2, 4]),
        ("between", ["1", "KÖLN AG"], [1, 2, 3]),
        ("not_between", ["1", "KÖLN AG"], [4, 5, 6, 7]),
        ("equal", None, [5, 6, 7]),
        ("equal", "", [5, 6, 7]),
        ("equal", "${EMPTY}", [5, 6, 7]),
        ("not_equal", "${EMPTY}", [1, 2, 3, 4]),
        ("equal", "${NOTEMPTY}", [1, 2, 3, 4]),
        ("not_equal", "${NOTEMPTY}", [5, 6, 7]),
        ("not_equal", None, [1, 2, 3, 4]),
    ],
)
def test_text_compares_without_case(comparator: str, value: Any, ids: list[int]) -> None:
    assert found(TEXTS, "Company", comparator, value) == ids


def test_an_ascii_needle_does_not_find_letters_that_only_lower_to_ascii() -> None:
    records = [
        record(1, Company="\u212a"),
        record(2, Company="\u0130"),
        record(3, Company="K"),
        record(4, Company="I"),
    ]
    assert found(records, "Company", "contains", "k") == [3]
    assert found(records, "Company", "in", ["i", "\u0130"]) == [2, 4]


def test_text_that_looks_like_json_or_sql_is_only_text() -> None:
    records = [record(1, Company="[]"), record(2, Company='{"id": "1"}'), record(3, Company="x' OR 1=1 --")]
    assert found(records, "Company", "equal", "${EMPTY}") == []
    assert found(records, "Company", "equal", "[]") == [1]
    assert found(records, "Company", "contains", '"ID"') == [2]
    assert found(records, "Company", "equal", "X' or 1=1 --") == [3]


NUMBERS = [
    record(1, Annual_Revenue=0.1, Score="999999999999999999", Email_Opt_Out=True),
    record(2, Annual_Revenue=100, Score="-5", Email_Opt_Out=False),
    record(3, Annual_Revenue=100.5, Score="10", Email_Opt_Out=None),
    record(4, Annual_Revenue=None, Score=None),
]


@for_each(
    ("field", "comparator", "value", "ids"),
    [
        ("Annual_Revenue", "equal", "100.0", [2]),
        ("Annual_Revenue", "equal", 0.1, [1]),
        ("Annual_Revenue", "not_equal", 100, [1, 3, 4]),
        ("Annual_Revenue", "in", [100, "100.5"], [2, 3]),
        ("Annual_Revenue", "not_in", [100, 100.5], [1, 4]),
        ("Annual_Revenue", "less_than", 100, [1]),
        ("Annual_Revenue", "less_equal", 100, [1, 2]),
        ("Annual_Revenue", "greater_than", 100, [3]),
        ("Annual_Revenue", "greater_equal", 100, [2, 3]),
        ("Annual_Revenue", "between", [0, 100], [1, 2]),
        ("Annual_Revenue", "not_between", [0, 100], [3, 4]),
        ("Annual_Revenue", "less_than", 10**20, [1, 2, 3]),
        ("Annual_Revenue", "equal", None, [4]),
        ("Score", "equal", 999999999999999999, [1]),
        ("Score", "equal", "999999999999999998", []),
        ("Score", "greater_than", 9, [1, 3]),
        ("Score", "equal", "${NOTEMPTY}", [1, 2, 3]),
        ("Email_Opt_Out", "equal", True, [1]),
        ("Email_Opt_Out", "equal", "false", [2]),
        ("Email_Opt_Out", "not_equal", True, [2, 3, 4]),
        ("Email_Opt_Out", "equal", "${EMPTY}", [3, 4]),
    ],
)
def test_numbers_compare_by_value(field: str, comparator: str, value: Any, ids: list[int]) -> None:
    assert found(NUMBERS, field, comparator, value) == ids


MANY = [
    record(1, Languages=["English", "French"], Partners=[{"id": "7"}, {"id": "8"}]),
    record(2, Languages=["english"], Partners=[{"id": "7"}]),
    record(3, Languages=["Spanish", "French", "English"], Partners=[{"id": "9"}]),
    record(4, Languages=[], Partners=[]),
    record(5, Languages=None, Partners=None),
    record(6),
]


@for_each(
    ("field", "comparator", "value", "ids"),
    [
        ("Languages", "equal", "English", [2]),
        ("Languages", "equal", ["French", "ENGLISH"], [1]),
        ("Languages", "not_equal", ["French", "English"], [2, 3, 4, 5, 6]),
        ("Languages", "contains", "french", [1, 3]),
        ("Languages", "not_contains", "french", [2, 4, 5, 6]),
        ("Languages", "in", ["Spanish", "French"], [1, 3]),
        ("Languages", "not_in", ["Spanish", "French"], [2, 4, 5, 6]),
        ("Languages", "include_all", ["English", "French"], [1, 3]),
        ("Languages", "include_any", ["Spanish", "English"], [1, 2, 3]),
        ("Languages", "exclude_all", ["English", "French"], [2, 4, 5, 6]),
        ("Languages", "exclude_any", ["Spanish", "French"], [2, 4, 5, 6]),
        ("Languages", "include_any", "Spanish", [3]),
        ("Languages", "equal", "${EMPTY}", [4, 5, 6]),
        ("Languages", "not_equal", "${EMPTY}", [1, 2, 3]),
        ("Partners", "equal", {"id": "7"}, [2]),
        ("Partners", "in", ["8", 9], [1, 3]),
        ("Partners", "include_all", ["7", "8"], [1]),
        ("Partners", "equal", None, [4, 5, 6]),
    ],
)
def test_a_multi_select_compares_by_its_members(field: str, comparator: str, value: Any, ids: list[int]) -> None:
    assert found(MANY, field, comparator, value) == ids


def test_members_count_once_however_often_they_are_named() -> None:
    records = [
        record(1, Languages=["English", "ENGLISH"], Team=[{"id": "7"}, {"id": "7"}]),
        record(2, Languages=["English", "French"], Team=[{"id": "7"}, {"id": "8"}]),
    ]
    assert found(records, "Languages", "include_all", ["English", "French"]) == [2]
    assert found(records, "Languages", "include_all", ["English", "english"]) == [1, 2]
    assert found(records, "Languages", "equal", ["English", "english"]) == [1]
    assert found(records, "Team", "include_all", [7, 8]) == [2]
    assert found(records, "Team", "equal", ["7", {"id": "7"}]) == [1]


def test_a_lone_string_in_a_multi_select_is_no_selection() -> None:
    connection = table([record(1, Languages="English"), record(2, Languages={"0": "English"})])
    assert select(connection, {"comparator": "contains", "field": "Languages", "value": "English"}) == []
    connection.close()


def test_tags_compare_by_name() -> None:
    records = [record(1, Tag=[{"name": "Hot", "id": "5"}]), record(2, Tag=["cold", "hot"]), record(3, Tag=[])]
    leaf = {"comparator": "contains", "field": "Tag", "value": "HOT"}
    connection = table(records)
    assert select(connection, leaf) == [1, 2]
    connection.close()


LOOKUPS = [
    record(1, owner_id=USER, Account_Name={"id": "554023000000480001"}, Reviewer={"id": str(USER)}),
    record(2, owner_id=5, Account_Name={"id": "554023000000480002"}, Reviewer=None),
    record(3, owner_id=6, Account_Name=None),
    record(4, owner_id=6, Account_Name={}),
]


@for_each(
    ("field", "comparator", "value", "ids"),
    [
        ("Owner", "equal", "${CURRENTUSER}", [1]),
        ("Owner", "not_equal", "${CURRENTUSER}", [2, 3, 4]),
        ("Owner", "in", ["${CURRENTUSER}", {"name": "Someone", "id": "5"}], [1, 2]),
        ("Owner", "not_in", [5, "6"], [1]),
        ("Owner", "equal", "${NOTEMPTY}", [1, 2, 3, 4]),
        ("Created_By", "equal", 1, [1, 2, 3, 4]),
        ("Modified_By", "equal", 2, []),
        ("Reviewer", "equal", "${CURRENTUSER}", [1]),
        ("Account_Name", "equal", "554023000000480001", [1]),
        ("Account_Name", "equal", {"id": 554023000000480002}, [2]),
        ("Account_Name", "not_equal", {"id": "554023000000480002"}, [1, 3, 4]),
        ("Account_Name", "equal", "${EMPTY}", [3, 4]),
        ("id", "greater_than", "2", [3, 4]),
        ("id", "in", [1, "4"], [1, 4]),
    ],
)
def test_lookups_compare_by_id(field: str, comparator: str, value: Any, ids: list[int]) -> None:
    assert found(LOOKUPS, field, comparator, value) == ids


def test_converted_and_locked_come_from_the_state() -> None:
    records = [record(1, state=0), record(2, state=128), record(3, state=64 + 128), record(4, state=63)]
    assert found(records, "Converted__s", "equal", False) == [1, 4]
    assert found(records, "Converted__s", "equal", "true") == [2, 3]
    assert found(records, "Locked__s", "not_equal", True) == [1, 2, 4]
    assert found(records, "Locked__s", "equal", "${EMPTY}") == []


def test_a_structured_field_is_empty_or_not() -> None:
    records = [record(1, Product_Details=[{"id": "1"}]), record(2, Product_Details=[]), record(3)]
    assert found(records, "Product_Details", "equal", None) == [2, 3]
    assert found(records, "Product_Details", "not_equal", "${EMPTY}") == [1]


# The org's today is Tuesday, 30 January 2024.
DATES = {
    1: "2022-12-31",
    2: "2023-12-31",
    3: "2024-01-01",
    4: "2024-01-20",
    5: "2024-01-21",
    6: "2024-01-27",
    7: "2024-01-28",
    8: "2024-01-29",
    9: "2024-01-30",
    10: "2024-01-31",
    11: "2024-02-03",
    12: "2024-02-04",
    13: "2024-02-10",
    14: "2024-02-11",
    15: "2024-03-01",
    16: "2025-01-01",
}
DAYS = [
    ("equal", "${TODAY}", [9]),
    ("equal", "${YESTERDAY}", [8]),
    ("equal", "${TOMORROW}", [10]),
    ("equal", "${THISWEEK}", [7, 8, 9, 10, 11]),
    ("equal", "${LASTWEEK}", [5, 6]),
    ("equal", "${NEXTWEEK}", [12, 13]),
    ("equal", "${THISMONTH}", [3, 4, 5, 6, 7, 8, 9, 10]),
    ("equal", "${LASTMONTH}", [2]),
    ("equal", "${NEXTMONTH}", [11, 12, 13, 14]),
    ("equal", "${THISYEAR}", list(range(3, 16))),
    ("equal", "${LASTYEAR}", [2]),
    ("equal", "${NEXTYEAR}", [16]),
    ("equal", "${LAST_N_DAYS:3}", [7, 8, 9]),
    ("equal", "${NEXT_N_DAYS:5}", [9, 10, 11]),
    ("equal", "${AGEINDAYS}+2", [7]),
    ("equal", "${AGEINDAYS}-1", [10]),
    ("equal", "${AGEINDAYS}", [9]),
    ("equal", "${DUEINDAYS}+4", [11]),
    ("equal", "${DUEINDAYS}-1", [8]),
    ("less_than", "${AGEINDAYS}+2", list(range(8, 17))),
    ("greater_equal", "${AGEINDAYS}+29", [1, 2, 3, 17]),
    ("between", ["${AGEINDAYS}+1", "${AGEINDAYS}+3"], [6, 7, 8]),
    ("between", ["${DUEINDAYS}+1", "${DUEINDAYS}+5"], [10, 11, 12]),
    ("less_equal", "${DUEINDAYS}-29", [1, 2, 3, 17]),
    ("less_than", "${THISMONTH}", [1, 2, 17]),
    ("less_equal", "${THISMONTH}", [*range(1, 11), 17]),
    ("greater_than", "${THISMONTH}", [11, 12, 13, 14, 15, 16]),
    ("greater_equal", "${THISMONTH}", list(range(3, 17))),
    ("not_equal", "${THISYEAR}", [1, 2, 16, 17, 18]),
    ("in", ["${TODAY}", "2024-03-01", "2024-02-11"], [9, 14, 15]),
    ("not_in", ["${THISYEAR}", "${LASTYEAR}"], [1, 16, 17, 18]),
    ("between", ["2024-01-21", "${YESTERDAY}"], [5, 6, 7, 8]),
    ("equal", "2024-01-20", [4]),
]


@for_each(("comparator", "value", "ids"), DAYS)
def test_a_date_compares_by_days(comparator: str, value: Any, ids: list[int]) -> None:
    records = [record(number, Birthday=day) for number, day in DATES.items()]
    records += [record(17, Birthday="2001-02-03"), record(18, Birthday=None)]
    assert found(records, "Birthday", comparator, value) == ids


@for_each("field", ["Met_At", "Created_Time"])
@for_each(("comparator", "value", "ids"), DAYS)
def test_a_date_time_compares_by_the_days_of_the_org(field: str, comparator: str, value: Any, ids: list[int]) -> None:
    """Each moment is the first or the last second of its day in the org's zone, written in another zone."""
    records = []
    for number, day in {**DATES, 17: "2001-02-03"}.items():
        moment = datetime.fromisoformat(f"{day}T{'00:00:00' if number % 2 else '23:59:59'}+05:30")
        if field == "Created_Time":
            records.append(record(number, created_time=int(moment.timestamp())))
        else:
            shifted = moment.astimezone(timezone(timedelta(hours=-8 + number)))
            records.append(record(number, Met_At=shifted.isoformat()))
    expected = [number for number in ids if number != 18]
    assert found(records, field, comparator, value) == expected


def test_a_date_time_compares_by_instant() -> None:
    records = [
        record(1, Met_At="2024-01-15T10:30:00+05:30"),
        record(2, Met_At="2024-01-15T05:00:00Z"),
        record(3, Met_At="2024-01-15T05:00:01+00:00"),
        record(4, Met_At=None),
        record(5, Met_At=""),
    ]
    same = "2024-01-14T21:00:00-08:00"
    assert found(records, "Met_At", "equal", same) == [1, 2]
    assert found(records, "Met_At", "not_equal", same) == [3, 4, 5]
    assert found(records, "Met_At", "greater_than", same) == [3]
    assert found(records, "Met_At", "less_equal", same) == [1, 2]
    assert found(records, "Met_At", "in", [same, "2024-01-15T05:00:01Z"]) == [1, 2, 3]
    assert found(records, "Met_At", "between", [same, same]) == [1, 2]
    assert found(records, "Met_At", "equal", "${EMPTY}") == [4, 5]


def test_a_day_of_the_org_begins_at_its_own_midnight() -> None:
    records = [record(1, created_time=1706533200)]  # 29 January, 13:00 UTC: the 30th in the far east
    leaf = {"comparator": "equal", "field": "Created_Time", "value": "${TODAY}"}
    connection = table(records)
    assert select(connection, leaf, CriteriaContext(USER, 1706533200.0, -28800)) == [1]
    assert select(connection, leaf, CriteriaContext(USER, 1706533200.0 + 86400, -28800)) == []
    assert select(connection, leaf, CriteriaContext(USER, 1706554800.0, 50400)) == [1]
    assert select(connection, leaf, CriteriaContext(USER, 1706554800.0, 19800)) == []
    connection.close()


@pytest.mark.parametrize("now", [-62135596800.0, 0.0, 253402300799.0])
def test_tokens_reach_the_ends_of_the_calendar(now: float) -> None:
    connection = table([record(1, Birthday=None, created_time=0)])
    for token in ("${LASTYEAR}", "${NEXTYEAR}", "${LAST_N_DAYS:9999}", "${DUEINDAYS}+9999"):
        for field in ("Birthday", "Created_Time"):
            leaf = {"comparator": "in", "field": field, "value": [token]}
            assert select(connection, leaf, CriteriaContext(USER, now, 50400)) in ([], [1])
    connection.close()


def test_groups_nest() -> None:
    records = [record(1, Company="a"), record(2, Company="b", Grade="x"), record(3, Company="b"), record(4)]
    tree = {
        "group_operator": "OR",
        "group": [
            {"comparator": "equal", "field": "Company", "value": "A"},
            {
                "group_operator": "and",
                "group": [
                    {
                        "comparator": "equal",
                        "field": {"api_name": "Company", "id": "9"},
                        "type": "value",
                        "value": "b",
                    },
                    {"comparator": "equal", "field": "Grade", "value": None},
                ],
            },
        ],
    }
    connection = table(records)
    assert select(connection, tree) == [1, 3]
    connection.close()
    assert parse_criteria(tree, FIELDS).to_json() == {
        "group_operator": "or",
        "group": [
            {"comparator": "equal", "field": "Company", "value": "A"},
            {
                "group_operator": "and",
                "group": [
                    {"comparator": "equal", "field": "Company", "value": "b"},
                    {"comparator": "equal", "field": "Grade", "value": None},
                ],
            },
        ],
    }


def test_the_tree_is_leaves_and_groups() -> None:
    leaf = {"comparator": "in", "field": "Company", "value": ["Ä", "b"]}
    parsed = parse_criteria({"group_operator": "AND", "group": [leaf]}, FIELDS)
    assert parsed == Group("and", (Leaf(FIELDS["Company"], "in", ["Ä", "b"], ("Ä", "b")),))


def test_no_criteria_is_every_record() -> None:
    assert compile_criteria(None, CONTEXT) == Sql("1", ())


def test_the_largest_tree_fits_into_sqlite() -> None:
    """100 conditions with 100 values each, eight groups deep, 25 members wide."""
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 5) for day in range(1, 26)]
    leaf = {"comparator": "not_in", "field": "Met_At", "value": days}
    tree: dict[str, Any] = {"group_operator": "and", "group": [leaf] * 23}
    for depth in range(7):
        tree = {"group_operator": "or" if depth % 2 else "and", "group": [*([leaf] * 11), tree]}
    connection = table([record(1, Met_At="2024-01-01T00:00:00+05:30"), record(2, Met_At="2023-01-01T00:00:00+05:30")])
    assert select(connection, tree) == [2]
    connection.close()
