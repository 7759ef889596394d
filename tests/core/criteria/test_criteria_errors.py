"""The errors of invalid criteria: the path of the error and what was expected there."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.criteria import CriteriaError, parse_criteria
from tests.support.for_each import for_each

from .criteria_model import FIELDS

COMPARATORS = (
    "equal, not_equal, in, not_in, less_than, less_equal, greater_than, greater_equal, contains, "
    "not_contains, starts_with, ends_with, between, not_between, include_all, include_any, exclude_all, exclude_any"
)
ORDERED = "equal, not_equal, in, not_in, less_than, less_equal, greater_than, greater_equal, between, not_between"
TOKENS = (
    "${TODAY}, ${YESTERDAY}, ${TOMORROW}, ${THISWEEK}, ${LASTWEEK}, ${NEXTWEEK}, ${THISMONTH}, "
    "${LASTMONTH}, ${NEXTMONTH}, ${THISYEAR}, ${LASTYEAR}, ${NEXTYEAR}, ${LAST_N_DAYS:n}, ${NEXT_N_DAYS:n}, "
    "${AGEINDAYS}+n, ${DUEINDAYS}+n"
)
TEXT = "a text that is not empty and contains no NUL"


def leaf(field: Any, comparator: Any, value: Any) -> dict[str, Any]:
    return {"comparator": comparator, "field": field, "value": value}


GOOD = leaf("Company", "equal", "x")


def nested(depth: int) -> dict[str, Any]:
    tree = GOOD
    for _ in range(depth):
        tree = {"group_operator": "and", "group": [tree]}
    return tree


@for_each(
    ("tree", "message"),
    [
        (None, "criteria: expected an object, got None"),
        (
            [GOOD],
            "criteria: expected an object, got [{'comparator': 'equal', 'field': 'Company', 'value': 'x'}]",
        ),
        ({}, "criteria: expected the key comparator"),
        ({"comparator": "equal", "value": 1}, "criteria: expected the key field"),
        ({"comparator": "equal", "field": "Company"}, "criteria: expected the key value"),
        (GOOD | {"valeu": 1}, "criteria: expected only the keys comparator, field, value, type, got 'valeu'"),
        (GOOD | {"type": "field"}, "criteria.type: expected 'value', got 'field'"),
        (GOOD | {"group": []}, "criteria: expected only the keys group_operator, group, got 'comparator'"),
        ({"group": [GOOD]}, "criteria.group_operator: expected 'and' or 'or', got None"),
        (
            {"group_operator": "xor", "group": [GOOD]},
            "criteria.group_operator: expected 'and' or 'or', got 'xor'",
        ),
        ({"group_operator": "and"}, "criteria.group: expected a list of 1 to 25 members, got None"),
        (
            {"group_operator": "and", "group": []},
            "criteria.group: expected a list of 1 to 25 members, got 0 members",
        ),
        (
            {"group_operator": "and", "group": [GOOD] * 26},
            "criteria.group: expected a list of 1 to 25 members, got 26 members",
        ),
        (
            {"group_operator": "and", "group": [GOOD, leaf("Company", "foo", "x")]},
            f"criteria.group[1].comparator: expected one of {COMPARATORS}, got 'foo'",
        ),
        (nested(9), f"criteria{'.group[0]' * 8}: expected at most 8 nested groups"),
        (
            {"group_operator": "or", "group": [{"group_operator": "or", "group": [GOOD] * 21}] * 5},
            "criteria: expected at most 100 conditions, got 105",
        ),
        (
            leaf("Company", ["equal"], "x"),
            f"criteria.comparator: expected one of {COMPARATORS}, got ['equal']",
        ),
        (leaf("Nothing", "equal", "x"), "criteria.field: expected a field of the module, got 'Nothing'"),
        (leaf(7, "equal", "x"), "criteria.field: expected the api_name of a field, got 7"),
        (
            leaf({"id": "1"}, "equal", "x"),
            "criteria.field.api_name: expected the api_name of a field, got None",
        ),
        (
            leaf({"api_name": "Nothing"}, "equal", "x"),
            "criteria.field.api_name: expected a field of the module, got 'Nothing'",
        ),
        (
            leaf("Territories", "equal", "x"),
            "criteria.field: the territories field Territories cannot be used in criteria",
        ),
        (
            leaf("Email_Opt_Out", "contains", "x"),
            "criteria.comparator: expected one of equal, not_equal for the boolean field Email_Opt_Out, got 'contains'",
        ),
        (
            leaf("Annual_Revenue", "starts_with", "1"),
            f"criteria.comparator: expected one of {ORDERED} for the number field Annual_Revenue, got 'starts_with'",
        ),
        (
            leaf("Owner", "less_than", "1"),
            "criteria.comparator: expected one of equal, not_equal, in, not_in for the lookup field Owner, "
            "got 'less_than'",
        ),
        (
            leaf("Languages", "less_than", "1"),
            "criteria.comparator: expected one of equal, not_equal, in, not_in, contains, not_contains, "
            "include_all, include_any, exclude_all, exclude_any for the multi-select field Languages, got 'less_than'",
        ),
        (leaf("Company", "in", "x"), "criteria.value: in takes a list of 1 to 100 values, got 'x'"),
        (leaf("Company", "in", []), "criteria.value: in takes a list of 1 to 100 values, got 0"),
        (
            leaf("Company", "not_in", ["x"] * 101),
            "criteria.value: not_in takes a list of 1 to 100 values, got 101",
        ),
        (leaf("Company", "in", ["x", 1]), f"criteria.value[1]: expected {TEXT} for Company, got 1"),
        (leaf("Company", "between", ["x"]), "criteria.value: between takes a list of two values, got ['x']"),
        (
            leaf("Company", "not_between", "x"),
            "criteria.value: not_between takes a list of two values, got 'x'",
        ),
        (leaf("Company", "equal", ["x"]), "criteria.value: equal takes a single value, got ['x']"),
        (leaf("Languages", "contains", ["x"]), "criteria.value: contains takes a single value, got ['x']"),
        (leaf("Company", "equal", 5), f"criteria.value: expected {TEXT} for Company, got 5"),
        (leaf("Company", "contains", ""), f"criteria.value: expected {TEXT} for Company, got ''"),
        (leaf("Company", "contains", "a\0b"), f"criteria.value: expected {TEXT} for Company, got 'a\\x00b'"),
        (leaf("Company", "equal", "\ud800"), f"criteria.value: expected {TEXT} for Company, got '\\ud800'"),
        (
            leaf("Company", "in", ["${EMPTY}"]),
            f"criteria.value[0]: expected {TEXT} for Company, got '${{EMPTY}}'",
        ),
        (
            leaf("Company", "equal", "${TODAY}"),
            f"criteria.value: expected {TEXT} for Company, got '${{TODAY}}'",
        ),
        (
            leaf("Company", "equal", "${CURRENTUSER}"),
            f"criteria.value: expected {TEXT} for Company, got '${{CURRENTUSER}}'",
        ),
        (
            leaf("Email_Opt_Out", "equal", 1),
            "criteria.value: expected true or false for Email_Opt_Out, got 1",
        ),
        (leaf("Score", "equal", True), "criteria.value: expected a number for Score, got True"),
        (leaf("Score", "equal", " 12"), "criteria.value: expected a number for Score, got ' 12'"),
        (leaf("Score", "equal", "1_000"), "criteria.value: expected a number for Score, got '1_000'"),
        (leaf("Score", "less_than", "1e999"), "criteria.value: expected a number for Score, got '1e999'"),
        (leaf("Score", "less_than", float("nan")), "criteria.value: expected a number for Score, got nan"),
        (leaf("Score", "less_than", None), "criteria.value: expected a number for Score, got None"),
        (
            leaf("Birthday", "equal", "2024-02-30"),
            f"criteria.value: expected a date (yyyy-MM-dd) or one of {TOKENS} for Birthday, got '2024-02-30'",
        ),
        (
            leaf("Birthday", "equal", "2024-01-15T10:30:00+05:30"),
            f"criteria.value: expected a date (yyyy-MM-dd) or one of {TOKENS} for Birthday, "
            "got '2024-01-15T10:30:00+05:30'",
        ),
        *(
            (
                leaf("Met_At", "less_than", value),
                f"criteria.value: expected a date-time with offset, a date or one of {TOKENS} for Met_At, "
                f"got {value!r}",
            )
            for value in (
                "2024-01-15T10:30:00",
                "2024-01-15T10:30:00+0530",
                "2024-01-15T25:30:00Z",
                "${NEVER}",
                "${LAST_N_DAYS}",
                "${LAST_N_DAYS:0}",
                "${TODAY}+1",
                "${AGEINDAYS}+12345",
                1705294800,
            )
        ),
        (
            leaf("Met_At", "between", ["${AGEINDAYS}+3", "${TODAY}"]),
            "criteria.value: an age in days can be combined only with another age in days",
        ),
        (
            leaf("Owner", "equal", "patricia"),
            "criteria.value: expected an id or ${CURRENTUSER} for Owner, got 'patricia'",
        ),
        (
            leaf("Account_Name", "in", ["1", "${CURRENTUSER}"]),
            "criteria.value[1]: expected an id for Account_Name, got '${CURRENTUSER}'",
        ),
        (
            leaf("Account_Name", "equal", {"name": "Zylker"}),
            "criteria.value: expected an id for Account_Name, got {'name': 'Zylker'}",
        ),
        (
            leaf("Account_Name", "equal", 2**63),
            "criteria.value: expected an id for Account_Name, got 9223372036854775808",
        ),
        (
            leaf("Product_Details", "equal", "x"),
            "criteria.value: expected ${EMPTY} or ${NOTEMPTY} for Product_Details, got 'x'",
        ),
        (
            leaf("Company", "equal", ["x" * 100]),
            f"criteria.value: equal takes a single value, got ['{'x' * 75}...",
        ),
    ],
)
def test_a_fault_is_named_with_its_path(tree: object, message: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        parse_criteria(tree, FIELDS)
    assert str(caught.value) == message
    assert message == f"{caught.value.where}: {caught.value.message}"


def test_the_path_begins_where_the_caller_says() -> None:
    with pytest.raises(CriteriaError) as caught:
        parse_criteria(nested(1) | {"group_operator": 1}, FIELDS, "custom_views[3].criteria")
    assert caught.value.where == "custom_views[3].criteria.group_operator"


def test_eight_groups_and_one_member_are_taken() -> None:
    assert parse_criteria(nested(8), FIELDS).to_json() == nested(8)
