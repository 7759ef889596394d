"""Values against a plain model of their rules (value_model.py): any JSON value, and texts close to valid ones."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mockcrm.core.field_types import patterns
from mockcrm.core.field_values import InvalidFieldValue, ValueContext, to_stored
from mockcrm.core.versions import ApiVersion
from tests.core import value_model
from tests.support.for_each import for_each
from tests.support.org_metadata import field

many = settings(max_examples=settings.default.max_examples * 4)
"""Numbers have more rules than the other types."""
OFFSETS = (0, 19800, -12600)


def texts(alphabet: str, size: int = 24) -> st.SearchStrategy[str]:
    return st.text(alphabet=alphabet, max_size=size)


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def pattern(regex: str) -> st.SearchStrategy[str]:
    return st.from_regex(regex, fullmatch=True)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40),
    lambda members: st.lists(members, max_size=3) | st.dictionaries(st.text(max_size=4), members, max_size=3),
    max_leaves=5,
)
PHONES = texts("+() .-,;#12ax/") | texts("12 (-)", 40)
WEBSITES = joined(
    st.sampled_from(["", "http://", "https://", "ftp://", "http:/", "mailto:"]),
    st.sampled_from(["", "www.", "www", "www@"]),
    texts("wa1.-/?:@# \n<é"),
)
EMAILS = joined(texts("a1é._+-' ", 8), st.sampled_from(["@", "@", "@", "", "@@"]), texts("a1é²._-", 12))
EMAILS |= joined(texts("ab.", 6), st.just("@"), texts("ab-_", 6), st.just("."), texts("abé1", 5))
NUMBERS = (
    joined(
        st.sampled_from(["", "-"]),
        st.sampled_from(["", "0", "000"]),
        texts("0123456789", 20),
        st.sampled_from(["", "."]),
        st.sampled_from(["", "12345678", "123456789", "1234567891", "1234567890"]),
    )
    | joined(st.sampled_from(["0", "-12", "12345"]), st.just("."), st.integers(8, 11).map(lambda size: "1" * size))
    | st.integers(1, 20).map(lambda digits: "9" * digits)
    | texts("0123456789-.e_ +", 24)
    | st.integers(-(10**6), 10**19)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(-(10**17), 10**17, allow_nan=False, places=4).map(float)
)
DATES = pattern(r"(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]") | texts("0123-", 12)
TIMES = joined(
    DATES,
    pattern(r"T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]"),
    st.sampled_from(["", "Z", "+05:30", "-08:00", "+25:00", "+0530", ".000Z"]),
)
STRATEGIES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=300),
    "textarea": st.text(max_size=50) | st.integers(1998, 2003).map(lambda size: "x" * size),
    "picklist": st.text(max_size=130),
    "multiselectpicklist": st.lists(st.text(max_size=3) | st.integers(254, 257).map(lambda size: "x" * size)),
    "boolean": st.sampled_from(["true", "false", "", 0, 1]),
    "phone": PHONES,
    "website": WEBSITES,
    "email": EMAILS,
    "integer": NUMBERS,
    "bigint": NUMBERS,
    "double": NUMBERS,
    "currency": NUMBERS,
    "percent": NUMBERS,
    "date": DATES | TIMES,
    "datetime": DATES | TIMES,
}


def typed_values(*data_types: str) -> st.SearchStrategy[tuple[str, Any]]:
    def of(data_type: str) -> st.SearchStrategy[tuple[str, Any]]:
        return st.tuples(st.just(data_type), STRATEGIES[data_type] | STRATEGIES[data_type] | JSON)

    return st.sampled_from(data_types).flatmap(of)


def compare(typed_value: tuple[str, Any], version: ApiVersion, offset: int = 0) -> None:
    """Assert that the value is stored as in the model, or refused with the same details."""
    data_type, value = typed_value
    item = field(data_type, length=value_model.LENGTHS.get(data_type))
    try:
        got: Any = to_stored(item, value, ValueContext(version, {7}, offset=offset))
    except InvalidFieldValue as error:
        got = value_model.Refused(error.details)
    expected = value_model.outcome(data_type, value, v2=version is ApiVersion.V2, offset=offset)
    assert (got, type(got)) == (expected, type(expected))


VERSIONS = st.sampled_from(ApiVersion)


@given(typed_values("text", "textarea", "picklist", "multiselectpicklist", "boolean"), VERSIONS)
def test_texts_and_booleans(typed_value: tuple[str, Any], version: ApiVersion) -> None:
    compare(typed_value, version)


@given(typed_values("phone", "website", "email"), VERSIONS)
def test_texts_with_a_shape(typed_value: tuple[str, Any], version: ApiVersion) -> None:
    compare(typed_value, version)


@many
@given(typed_values("integer", "bigint", "double", "currency", "percent"), VERSIONS)
def test_numbers(typed_value: tuple[str, Any], version: ApiVersion) -> None:
    compare(typed_value, version)


@given(typed_values("date", "datetime"), VERSIONS, st.sampled_from(OFFSETS))
def test_dates_and_times(typed_value: tuple[str, Any], version: ApiVersion, offset: int) -> None:
    compare(typed_value, version, offset)


@given(PHONES | texts("1(),;#"))
def test_phone_numbers(text: str) -> None:
    assert patterns.is_phone(text) == value_model.is_phone(text)


@given(WEBSITES)
def test_web_addresses(text: str) -> None:
    assert patterns.is_website(text) == value_model.is_website(text)


@given(EMAILS)
def test_email_addresses(text: str) -> None:
    assert patterns.is_email(text) == value_model.is_email(text)


@for_each(
    ("shape", "text", "valid"),
    [
        *(
            (patterns.is_phone, text, True)
            for text in ("+44 7779 330558", "91(987)654321", "(555) 555-1234", "9900000000")
        ),
        *(
            (patterns.is_phone, text, True)
            for text in ("x", "not provided", "+1-555-123-4567", "555.123.4567", "12,3#4")
        ),
        *(
            (patterns.is_phone, text, False)
            for text in ("() Not provided.", "N/A", "555/1234", "+", "-55", "1  2", "12#34")
        ),
        *((patterns.is_website, text, True) for text in ("www.example.com", "example.com", "https://www.zylker.com")),
        *((patterns.is_website, text, True) for text in ("ftp://a.b", "http://a.b:8080/x?y#z", "a.b/c d")),
        *(
            (patterns.is_website, text, False)
            for text in ("example", "http://localhost", "N/A", "mailto:a@b.c", "a..b")
        ),
        *(
            (patterns.is_email, text, True)
            for text in ("p.boyle@zylker.com", "a+b@c-d.example", "o'neil@x.ie", "é@ü.de")
        ),
        *(
            (patterns.is_email, text, False)
            for text in ("[ENCRYPTED]", "a@b", "a@b.c", "a b@c.de", "a@-b.de", "'a@b.de")
        ),
    ],
)
def test_known_shapes(shape: Any, text: str, valid: bool) -> None:
    model = getattr(value_model, shape.__name__)
    assert (shape(text), model(text)) == (valid, valid)
