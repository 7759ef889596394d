"""Values against the types of fields
(docs/contract/mass-update-and-core.md 4.1, 4.6): what is stored, what is rejected and with which message."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockcrm.core.catalog.model import Field
from mockcrm.core.field_values import InvalidFieldValue, ValueContext, expected_type_name, to_stored
from mockcrm.core.versions import ApiVersion
from tests.support.for_each import for_each
from tests.support.org_metadata import field

V2 = ValueContext(ApiVersion.V2, {7}, offset=19800)
V2_1 = ValueContext(ApiVersion.V2_1, {7}, offset=19800)
V3 = ValueContext(ApiVersion.V3, {7})
STRICT = ValueContext(ApiVersion.V2, {7}, strict_picklists=True)
LISTED = ("A", "B")


TAG = Field(1, "Tag", "Tag", "text", "jsonarray", length=2000)


def named(part: object) -> str | None:
    """A field by its type, so that the name of a case can be read."""
    return part.data_type if isinstance(part, Field) else ascii(part)[:40]


def fault(item: Field, value: Any, context: ValueContext = V2) -> dict[str, object]:
    with pytest.raises(InvalidFieldValue) as raised:
        to_stored(item, value, context)
    return raised.value.details


@for_each(
    ("item", "value", "expected"),
    [
        (field("text"), "", None),
        (field("text", length=3), "äöü", "äöü"),
        (field("text", length=3), "😀😀😀", "😀😀😀"),
        (field("textarea"), "a\nb", "a\nb"),
        (field("phone"), "+49 (0) 1", "+49 (0) 1"),
        (field("phone"), "", None),
        (field("website"), "", None),
        (field("website"), "www.example.com", "www.example.com"),
        (field("email"), "", None),
        (field("email"), "a.b+c@d.example", "a.b+c@d.example"),
        (field("picklist", pick_list_values=LISTED), "not listed", "not listed"),
        (field("picklist", pick_list_values=LISTED), "", None),
        (field("multiselectpicklist"), [], []),
        (field("multiselectpicklist"), ["B", "A", "B", "b"], ["B", "A", "b"]),
        (field("boolean"), True, True),
        (field("boolean"), False, False),
        (field("integer"), 0, 0),
        (field("integer"), -999_999_999, -999_999_999),
        (field("integer"), "12", 12),
        (field("integer"), "-007", -7),
        (field("integer"), "-" + "0" * 5000 + "7", -7),
        (field("double"), "0" * 5000, 0),
        (field("bigint"), "0012345600012", "12345600012"),
        (field("bigint"), 999_999_999_999_999_999, "999999999999999999"),
        (field("bigint"), "12", "12"),
        (field("bigint"), "-0", "0"),
        (field("double"), 1, 1),
        (field("double"), 0.1, 0.1),
        (field("double"), "12.50", 12.5),
        (field("double"), 1e-9, 1e-9),
        (field("double"), 9_999_999_999_999_999, 9_999_999_999_999_999),
        (field("currency", decimal_place=2), 12.34, 12.34),
        (field("currency", decimal_place=0), 12.0, 12.0),
        (field("percent", length=5), 99999, 99999),
        (field("date"), "2024-02-29", "2024-02-29"),
        (field("datetime"), "2024-02-29T23:59:59+05:30", "2024-02-29T23:59:59+05:30"),
        (field("datetime"), "2024-02-29T23:59:59Z", "2024-03-01T05:29:59+05:30"),
        (field("datetime"), "2024-02-29T23:59:59", "2024-02-29T23:59:59+05:30"),
        (field("datetime"), "1969-12-31T19:00:00-05:00", "1970-01-01T05:30:00+05:30"),
        (field("lookup"), {"id": "12", "name": "x"}, {"id": "12"}),
        (field("lookup"), "12", {"id": "12"}),
        (field("lookup"), 12, {"id": "12"}),
        (field("userlookup"), {"id": "7"}, {"id": "7"}),
        (field("subform", json_type="jsonarray"), [{"a": 1}], [{"a": 1}]),
        (TAG, [{"name": "hot", "id": "1"}, "cold", {"id": 2}], [{"id": "1"}, {"name": "cold"}, {"id": "2"}]),
        (TAG, [{"name": "hot", "color_code": "#F17574"}], [{"name": "hot", "color_code": "#F17574"}]),
        (TAG, [{"name": "hot", "color_code": "red"}], [{"name": "hot"}]),
        (TAG, [], []),
    ],
)
def test_value_that_fits_is_stored(item: Field, value: Any, expected: Any) -> None:
    got = to_stored(item, value, V2)
    assert got == expected
    assert type(got) is type(expected)


@for_each(
    ("item", "value", "details"),
    [
        (field("text"), 1, {"expected_data_type": "text"}),
        (field("text"), ["a"], {"expected_data_type": "text"}),
        (field("text"), "a\0b", {"expected_data_type": "text"}),
        (field("text", length=3), "abcd", {"maximum_length": 3}),
        (field("phone", length=30), "1" * 31, {"maximum_length": 30}),
        (field("phone", length=30), "() Not provided.", {"expected_data_type": "phone"}),
        (field("phone", length=30), "/" * 31, {"expected_data_type": "phone", "maximum_length": 30}),
        (field("phone"), 447779330558, {"expected_data_type": "phone"}),
        (field("website"), "no url at all", {"expected_data_type": "website"}),
        (field("website", length=20), "example.com/" + "x" * 9, {"maximum_length": 20}),
        (field("website"), ["www.example.com"], {"expected_data_type": "website"}),
        (field("textarea", length=2000), "x" * 2001, {"maximum_length": 2000}),
        (field("email", length=100), "a" * 93 + "@b.example", {"maximum_length": 100}),
        (field("picklist", length=3), "abcd", {"maximum_length": 3}),
        (field("picklist"), True, {"expected_data_type": "text"}),
        (field("email"), "nobody", {"expected_data_type": "email"}),
        (field("email"), "a@b", {"expected_data_type": "email"}),
        (field("email"), "a@b.c d@e.f", {"expected_data_type": "email"}),
        (field("email"), 5, {"expected_data_type": "email"}),
        (field("multiselectpicklist"), "A", {"expected_data_type": "jsonarray"}),
        (field("multiselectpicklist"), ["A", 1], {"expected_data_type": "jsonarray"}),
        (field("multiselectpicklist"), ["A", None], {"expected_data_type": "jsonarray"}),
        (field("multiselectpicklist"), ["a" * 256], {"expected_data_type": "jsonarray"}),
        (field("boolean"), "true", {"expected_data_type": "boolean"}),
        (field("boolean"), 1, {"expected_data_type": "boolean"}),
        (field("integer"), 1.0, {"expected_data_type": "integer"}),
        (field("integer"), True, {"expected_data_type": "integer"}),
        (field("integer"), "1.0", {"expected_data_type": "integer"}),
        (field("integer"), " 1", {"expected_data_type": "integer"}),
        (field("integer"), "1_0", {"expected_data_type": "integer"}),
        (field("integer"), "\u0661\u0662", {"expected_data_type": "integer"}),
        (field("integer"), "", {"expected_data_type": "integer"}),
        (field("integer"), "1-2 People", {"expected_data_type": "integer", "maximum_length": 9}),
        (field("integer"), "9" * 5000, {"maximum_length": 9}),
        (field("integer"), 1_000_000_000, {"maximum_length": 9}),
        (field("integer", length=2), "100", {"maximum_length": 2}),
        (field("bigint"), 10**18, {"maximum_length": 18}),
        (field("bigint", length=50), "9" * 19, {"maximum_length": 18}),
        (field("bigint"), "not a whole number at all", {"expected_data_type": "bigint", "maximum_length": 18}),
        (field("bigint"), "\uff11", {"expected_data_type": "bigint"}),
        (field("bigint"), 1.5, {"expected_data_type": "bigint"}),
        (field("double"), "1e3", {"expected_data_type": "double"}),
        (field("double"), "\u0661.5", {"expected_data_type": "double"}),
        (field("double"), False, {"expected_data_type": "double"}),
        (field("double"), 1e300, {"maximum_length": 16}),
        (field("double"), 10**16, {"maximum_length": 16}),
        (field("double"), 1e-10, {"maximum_decimal_place": 9}),
        (field("currency", decimal_place=2), 12.345, {"maximum_decimal_place": 2}),
        (field("currency", decimal_place=0), 12.5, {"maximum_decimal_place": 0}),
        (field("percent", length=5), 100_000, {"maximum_length": 5}),
        (field("date"), "2023-02-29", {"expected_data_type": "date"}),
        (field("date"), "2023-2-1", {"expected_data_type": "date"}),
        (field("date"), "2023-02-01T00:00:00Z", {"expected_data_type": "date"}),
        (field("date"), "2023-02-01T00:00:00.000Z", {"expected_data_type": "date", "maximum_length": 20}),
        (field("date"), "29.02.2024", {"expected_data_type": "date"}),
        (field("date"), 20230201, {"expected_data_type": "date"}),
        (field("date"), "\u0662\u0660\u0662\u0663-02-01", {"expected_data_type": "date"}),
        (field("datetime"), "2024-02-29", {"expected_data_type": "datetime"}),
        (field("datetime"), "2024-02-29T24:59:59Z", {"expected_data_type": "datetime"}),
        (field("datetime"), "2024-02-29T23:59:59+25:00", {"expected_data_type": "datetime"}),
        (field("datetime"), "2024-02-29T23:59:59.123+05:30", {"expected_data_type": "datetime"}),
        (field("datetime"), "9999-12-31T23:59:59Z", {"expected_data_type": "datetime"}),
        (field("lookup"), {"name": "x"}, {"expected_data_type": "jsonobject"}),
        (field("lookup"), [], {"expected_data_type": "jsonobject"}),
        (field("lookup"), "x", {"expected_data_type": "jsonobject"}),
        (field("lookup"), True, {"expected_data_type": "jsonobject"}),
        (field("lookup"), {"id": -1}, {"expected_data_type": "jsonobject"}),
        (field("lookup"), {"id": 2**63}, {"expected_data_type": "jsonobject"}),
        (field("userlookup"), {"id": "8"}, {}),
        (field("ownerlookup"), "8", {"expected_data_type": "bigint"}),
        (field("ownerlookup"), "x", {"expected_data_type": "bigint"}),
        (field("subform", json_type="jsonarray"), {}, {"expected_data_type": "jsonarray"}),
        (field("RRULE", json_type="jsonobject"), [], {"expected_data_type": "jsonobject"}),
        (TAG, "hot", {"expected_data_type": "jsonarray"}),
        (TAG, [{"color_code": "#F17574"}], {"expected_data_type": "jsonarray"}),
        (TAG, [1], {"expected_data_type": "jsonarray"}),
    ],
)
def test_value_that_does_not_fit_is_refused(item: Field, value: Any, details: dict[str, object]) -> None:
    assert fault(item, value, V2_1) == details


@for_each("data_type", ["text", "boolean", "integer", "lookup", "multiselectpicklist", "email"])
def test_null_empties_a_field(data_type: str) -> None:
    assert to_stored(field(data_type), None, V2) is None


def test_null_does_not_empty_a_system_mandatory_field() -> None:
    assert fault(field("text", system_mandatory=True), None) == {"expected_data_type": "text"}


def test_strict_picklists_take_only_listed_values() -> None:
    picklist = field("picklist", pick_list_values=LISTED)
    assert to_stored(picklist, "A", STRICT) == "A"
    assert to_stored(picklist, None, STRICT) is None
    assert fault(picklist, "C", STRICT) == {"expected_data_type": "text"}
    several = field("multiselectpicklist", pick_list_values=LISTED)
    assert to_stored(several, ["B", "A"], STRICT) == ["B", "A"]
    assert fault(several, ["A", "C"], STRICT) == {"expected_data_type": "jsonarray"}


@for_each(
    ("data_type", "v2", "later"),
    [
        ("currency", "double", "currency"),
        ("percent", "double", "percent"),
        ("double", "double", "double"),
        ("integer", "integer", "integer"),
        ("long", "bigint", "bigint"),
        ("website", "website", "website"),
        ("phone", "phone", "phone"),
        ("ownerlookup", "jsonobject", "jsonobject"),
    ],
)
def test_words_for_types_differ_between_versions(data_type: str, v2: str, later: str) -> None:
    assert expected_type_name(field(data_type), ApiVersion.V2) == v2
    assert expected_type_name(field(data_type), ApiVersion.V2_1) == later
    assert expected_type_name(field(data_type), ApiVersion.V8) == later


TYPES = ["text", "email", "picklist", "multiselectpicklist", "boolean", "integer", "bigint", "double", "currency"]
TYPES += ["percent", "date", "datetime", "lookup", "userlookup", "subform", "autonumber"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda members: st.lists(members, max_size=3) | st.dictionaries(st.text(max_size=4), members, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(TYPES), JSON)
def test_any_json_value_is_stored_or_refused_and_what_is_stored_is_accepted_again(data_type: str, value: Any) -> None:
    item = field(data_type, json_type="jsonarray" if data_type == "subform" else "string")
    try:
        kept = to_stored(item, value, V3)
    except InvalidFieldValue:
        return
    assert to_stored(item, kept, V3) == kept
