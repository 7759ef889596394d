"""Kinds of fields: how values compare and sort, one row for each kind.

A field type has a kind, and a comparator says which kinds take it (mockcrm/core/criteria/comparators.py). An email,
phone or picklist field compares like text (assumed).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mockcrm.core.field_types import operands
from mockcrm.core.field_types.days import TOKEN_FORMS
from mockcrm.core.field_types.operands import Operand, Special


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """How the values of a field compare. The columns in SQL hold for values in the record's document; a value in a
    column of the table compares and sorts as it is."""

    word: str
    """The kind in error messages."""
    expected: str
    """What an operand has to be, in error messages."""
    parse: Callable[[object], Operand | None]
    """Returns an operand; None when the value is not of this kind (operands.py)."""
    part: str
    """The part of a stored value that is compared, in the syntax of a JSON path; empty for all of it."""
    empty_values: str
    """A list in SQL: what counts as empty besides null."""
    compared: str
    """The expression in SQL that comparators use; {} is the stored value."""
    sorted: str
    """The expression in SQL that records sort by; null for records without a value."""
    holds_list: bool
    """Whether a value is an array, and `equal` takes a list: exactly this set."""
    has_words: bool
    """Whether a search for a word looks in such fields."""


OPAQUE = Kind(
    word="structured",
    expected="${EMPTY} or ${NOTEMPTY}",
    parse=operands.parse_nothing,
    part="",
    empty_values="('', '[]', '{}')",
    compared="{}",
    sorted="{}",
    holds_list=False,
    has_words=False,
)
BOOLEAN = replace(OPAQUE, word="boolean", expected="true or false", parse=operands.parse_boolean, empty_values="('')")
TEXT = replace(
    BOOLEAN,
    word="text",
    expected="a text that is not empty and contains no NUL",
    parse=operands.parse_text,
    sorted="fold(nullif({}, ''))",
    has_words=True,
)
NUMBER = replace(
    BOOLEAN,
    word="number",
    expected="a number",
    parse=operands.parse_number,
    # A bigint is stored as a string of digits.
    compared="CAST(nullif({}, '') AS NUMERIC)",
    sorted="CAST(nullif({}, '') AS NUMERIC)",
)
DATE = replace(
    BOOLEAN,
    word="date",
    expected=f"a date (yyyy-MM-dd) or one of {', '.join(TOKEN_FORMS)}",
    parse=operands.parse_date,
    compared="nullif({}, '')",
    sorted="nullif({}, '')",
)
DATETIME = replace(
    BOOLEAN,
    word="date-time",
    expected=f"a date-time with offset, a date or one of {', '.join(TOKEN_FORMS)}",
    parse=operands.parse_datetime,
    compared="CAST(strftime('%s', {}) AS INTEGER)",
    sorted="CAST(strftime('%s', {}) AS INTEGER)",
)
LOOKUP = replace(
    BOOLEAN,
    word="lookup",
    expected="an id",
    parse=operands.parse_reference,
    part=".id",
    compared="CAST({} AS INTEGER)",
)
USER = replace(LOOKUP, expected=f"an id or {Special.CURRENT_USER.value}", parse=operands.parse_user)
TEXTS = replace(TEXT, word="multi-select", empty_values="('', '[]')", sorted="{}", holds_list=True, has_words=False)
TAGS = replace(
    TEXTS,
    sorted=(
        "(SELECT group_concat(tag.folded) FROM json_each({}) AS member "
        "JOIN tag ON tag.id = CAST(json_extract(member.value, '$.id') AS INTEGER))"
    ),
)
LOOKUPS = replace(TEXTS, word="multi-lookup", expected=LOOKUP.expected, parse=LOOKUP.parse)
USERS = replace(LOOKUPS, expected=USER.expected, parse=USER.parse)

KINDS = (TEXT, BOOLEAN, NUMBER, DATE, DATETIME, LOOKUP, USER, TEXTS, TAGS, LOOKUPS, USERS, OPAQUE)
