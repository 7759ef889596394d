"""Random criteria over random records: the SQL and the plain model agree on every one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockcrm.core.casefold import fold
from mockcrm.core.criteria import CriteriaContext, parse_criteria
from mockcrm.core.criteria.comparators import comparators_of
from tests.support.for_each import for_each

from .criteria_model import CONTEXT, FIELDS, USER, Record, matches, record, select, table

DEFAULT = settings.default.max_examples
"""Few in `make test`, many in `make fuzz`."""
PIECES = [
    *("a", "A", "ab", "AB", "k", "K", "\u212a", "i", "I", "\u0130", "ß", "ẞ", "ss", "KÖLN", "köln", "Koln"),
    *(
        "Σ",
        "\u03c3",
        "ς",
        "😀",
        "%",
        "_",
        "a_b",
        "a%b",
        "'",
        '"',
        "\\",
        "*",
        "[]",
        "{}",
        "[",
        "null",
        "true",
        "1",
    ),
    *("1.0", "${TODAY", "ÀB", "àb", " ", "\n", "\uffff", "\U00010000", "é", "e\u0301"),
]
NEEDLES = st.one_of(st.sampled_from(PIECES), st.lists(st.sampled_from(PIECES), min_size=2, max_size=3).map("".join))
NUMBERS = st.one_of(
    st.sampled_from([0, -0.0, 1, -1, 1.0, 0.1, 0.3, 0.30000000000000004, 99.99, -1.5, 2**53, 2**53 + 1, 1e15]),
    st.sampled_from([float(2**53), 2**63 - 1, -(2**63), 1e300, -1e300, 1e-7, 123456789.123456789]),
    st.integers(-3, 3),
)
WHOLE = st.sampled_from([0, 1, -1, 7, 2**53, 2**53 + 1, 999999999999999999, -999999999999999999])
IDS = st.sampled_from([1, 2, 3, USER, USER + 1, 2**63 - 1])
NOW = datetime.fromtimestamp(CONTEXT.now, UTC)
DAYS = st.one_of(
    st.integers(-10, 10).map(lambda days: (NOW + timedelta(days=days)).date()),
    st.integers(-400, 400).map(lambda days: (NOW + timedelta(days=days)).date()),
    st.dates(),
).map(lambda day: day.isoformat())
OFFSETS = st.sampled_from([0, 19800, -28800, 50400, -43200, 20700]).map(lambda seconds: timedelta(seconds=seconds))
# The org's days begin half an hour before NOW's time of day.
MIDNIGHTS = st.tuples(st.integers(-10, 45), st.sampled_from([-1801, -1800, -1799])).map(
    lambda pair: NOW + timedelta(days=pair[0], seconds=pair[1])
)
INSTANTS = st.one_of(
    MIDNIGHTS,
    st.integers(-4000000, 4000000).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
)
TIMES = st.tuples(INSTANTS, OFFSETS).map(lambda pair: pair[0].astimezone(timezone(pair[1])).isoformat())
COUNTS = st.one_of(st.integers(1, 9), st.sampled_from([30, 365, 9999]))
TOKENS = st.one_of(
    st.sampled_from(
        ["TODAY", "YESTERDAY", "TOMORROW"]
        + [shift + unit for shift in ("THIS", "LAST", "NEXT") for unit in ("WEEK", "MONTH", "YEAR")]
    ).map(lambda name: f"${{{name}}}"),
    COUNTS.map(lambda count: f"${{LAST_N_DAYS:{count}}}"),
    COUNTS.map(lambda count: f"${{NEXT_N_DAYS:{count}}}"),
    st.integers(-9, 40).map(lambda count: f"${{DUEINDAYS}}{count:+d}"),
)
AGES = st.integers(-9, 40).map(lambda count: f"${{AGEINDAYS}}{count:+d}")


def references(ids: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    return ids.flatmap(lambda number: st.sampled_from([number, str(number), {"id": str(number), "name": "x"}]))


USERS = st.one_of(references(IDS), st.just("${CURRENTUSER}"))
SELECTED = st.sampled_from(["English", "ENGLISH", "Français", "FRANÇAIS", "[]", "K", "\u212a", "%", "日本"])

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": NEEDLES,
    "picklist": NEEDLES,
    "textarea": NEEDLES,
    "boolean": st.sampled_from([True, False, "true", "false"]),
    "currency": st.one_of(NUMBERS, st.sampled_from(["1", "-1.5", "0.1", "1e15"])),
    "integer": NUMBERS,
    "bigint": st.one_of(WHOLE, WHOLE.map(str), NUMBERS),
    "date": st.one_of(DAYS, TOKENS, AGES),
    "datetime": st.one_of(TIMES, DAYS, TOKENS, AGES),
    "lookup": references(IDS),
    "layout": references(IDS),
    "userlookup": USERS,
    "ownerlookup": USERS,
    "multiselectpicklist": SELECTED,
    "multiselectlookup": references(IDS),
    "multiuserlookup": USERS,
}
STORED: dict[str, st.SearchStrategy[Any]] = {
    "text": st.lists(st.sampled_from(PIECES), max_size=3).map("".join),
    "boolean": st.booleans(),
    "currency": NUMBERS,
    "integer": st.integers(-3, 3) | WHOLE,
    "bigint": WHOLE.map(str) | st.just(""),
    "date": DAYS | st.just(""),
    "datetime": TIMES | st.just(""),
    "lookup": IDS.map(lambda number: {"id": str(number)}) | st.just({}),
    "multiselectpicklist": st.lists(SELECTED, max_size=3),
    "multiselectlookup": st.lists(IDS.map(lambda number: {"id": str(number)}), max_size=3),
    "subform": st.sampled_from([[], [{"id": "1"}]]),
}
STORED |= {
    "picklist": STORED["text"],
    "textarea": STORED["text"],
    "multiuserlookup": STORED["multiselectlookup"],
}
STORED |= {"layout": STORED["lookup"], "userlookup": STORED["lookup"]}
OF_FIELD = {"Margin": "currency", "Grade": "text", "Tag": "multiselectpicklist"}
IN_COLUMNS = {
    "id",
    "Owner",
    "Created_By",
    "Modified_By",
    "Created_Time",
    "Modified_Time",
    "Converted__s",
    "Locked__s",
}
EMPTIES = st.sampled_from([None, "", "${EMPTY}", "${NOTEMPTY}"])


def stored(name: str) -> st.SearchStrategy[Any]:
    if name == "Tag":
        return st.lists(SELECTED | SELECTED.map(lambda tag: {"name": tag}), max_size=3)
    return STORED[OF_FIELD.get(name, FIELDS[name].data_type)]


RECORDS = st.fixed_dictionaries(
    {
        "state": st.sampled_from([0, 64, 128, 192, 511, 63]),
        "owner_id": IDS,
        "created_by": IDS,
        "modified_by": IDS,
        "created_time": st.integers(-4000000, 4000000).map(lambda seconds: int(CONTEXT.now) + seconds),
        "modified_time": st.sampled_from([-1800, -1801, 84599, 84600]).map(lambda s: int(CONTEXT.now) + s),
    },
    optional={name: st.none() | stored(name) for name in FIELDS if name not in IN_COLUMNS and name != "Territories"},
)


NAMES = [name for name in FIELDS if name != "Territories"]


@st.composite
def leaves(draw: st.DrawFn, name: str | None = None) -> dict[str, Any]:
    field = FIELDS[name or draw(st.sampled_from(NAMES))]
    comparator = draw(st.sampled_from(comparators_of(field.kind)))
    leaf: dict[str, Any] = {"comparator": comparator, "field": field.api_name}
    data_type = OF_FIELD.get(field.api_name, field.data_type)
    if comparator in ("equal", "not_equal") and (data_type == "subform" or draw(st.integers(0, 3)) == 0):
        return leaf | {"value": draw(EMPTIES)}
    value = VALUES[data_type]
    if comparator in ("between", "not_between"):
        dated = data_type in ("date", "datetime")
        ends = st.one_of(st.lists(AGES, min_size=2, max_size=2), st.lists(TOKENS | DAYS, min_size=2, max_size=2))
        return leaf | {"value": draw(ends if dated else st.lists(value, min_size=2, max_size=2))}
    lists = comparator in ("in", "not_in", "include_all", "include_any", "exclude_all", "exclude_any")
    if lists or (data_type.startswith("multi") and comparator.endswith("equal") and draw(st.booleans())):
        return leaf | {"value": draw(st.lists(value, min_size=1, max_size=4))}
    return leaf | {"value": draw(value)}


TREES = st.recursive(
    leaves(),
    lambda members: st.fixed_dictionaries(
        {
            "group_operator": st.sampled_from(["and", "or", "AND", "OR"]),
            "group": st.lists(members, min_size=1, max_size=4),
        }
    ),
    max_leaves=6,
)
OFFSETS_OF_ORG = st.sampled_from([19800, 0, -28800, 50400])


@settings(
    max_examples=3 * DEFAULT, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.lists(RECORDS, min_size=1, max_size=6), st.lists(TREES, min_size=1, max_size=6), OFFSETS_OF_ORG)
def test_sql_agrees_with_the_model(rows: list[dict[str, Any]], trees: list[Any], offset: int) -> None:
    context = CriteriaContext(USER, CONTEXT.now, offset)
    records: list[Record] = [record(number, **row) for number, row in enumerate(rows, 1)]
    connection = table(records)
    try:
        for tree in trees:
            expected = [item["id"] for item in records if matches(tree, item, FIELDS, context)]
            assert select(connection, tree, context) == expected, tree
            assert parse_criteria(tree, FIELDS).to_json()["comparator" if "field" in tree else "group"]
    finally:
        connection.close()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=DEFAULT // 4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_sql_agrees_with_the_model_on_one_field(name: str, data: st.DataObject) -> None:
    """Many conditions meet many values of one field, so that rare combinations occur too."""
    rows = RECORDS if name in IN_COLUMNS else st.fixed_dictionaries({name: stored(name) | st.none()})
    records = [
        record(number, **row) for number, row in enumerate(data.draw(st.lists(rows, min_size=5, max_size=15)), 1)
    ]
    connection = table(records)
    try:
        for tree in data.draw(st.lists(leaves(name), min_size=5, max_size=15)):
            expected = [item["id"] for item in records if matches(tree, item, FIELDS, CONTEXT)]
            assert select(connection, tree) == expected, tree
    finally:
        connection.close()


@settings(max_examples=3 * DEFAULT, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
    st.sampled_from(PIECES),
)
def test_the_sql_function_folds_as_python_does(text: str, piece: str) -> None:
    connection = table([record(1, Company=text + piece)])
    try:
        leaf = {"comparator": "ends_with", "field": "Company", "value": piece.swapcase()}
        assert len(fold(text)) == len(text)
        assert connection.execute("SELECT fold(?)", (text,)).fetchone() == (fold(text),)
        assert select(connection, leaf) == ([1] if fold(text + piece).endswith(fold(piece.swapcase())) else [])
    finally:
        connection.close()


@for_each("code", range(0, 0x11000, 0x1000))
def test_lower_and_fold_agree_about_ascii(code: int) -> None:
    """The property that makes the Python function unnecessary for an ASCII search text."""
    for character in map(chr, range(code, code + 0x1000)):
        folded = fold(character)
        assert len(folded) == 1
        assert folded.isascii() == character.isascii()
        assert not character.isascii() or folded == character.lower()
