"""The SQL of single conditions: one function for each comparator and family of kinds.

Text is never matched with LIKE or GLOB, as their wildcards are plain text here. A condition may be null for a record
without a value; the caller makes that false.

All of this is (assumed): `contains` on a multi-select tests for one member, `in` for any of the list; an age in days
compares as a number, so that less_than ${AGEINDAYS}+3 means later than three days ago; times compare by whole seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from mockcrm.core.casefold import fold
from mockcrm.core.catalog.model import Field
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.field_types.days import CriteriaContext, DayToken, day_seconds, day_text
from mockcrm.core.field_types.kinds import DATETIME, TAGS, TEXTS
from mockcrm.core.field_types.operands import Operand, Special
from mockcrm.core.org_metadata.model import may_nest

if TYPE_CHECKING:  # a leaf is parsed with the comparators, which have these conditions
    from mockcrm.core.criteria.tree import Leaf

Bound = int | str
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
COLUMNS = {
    "id": "record.id",
    "Owner": "record.owner_id",
    "Created_By": "record.created_by",
    "Modified_By": "record.modified_by",
    "Created_Time": "record.created_time",
    "Modified_Time": "record.modified_time",
    "Converted__s": f"((record.state & {int(RecordState.CONVERTED)}) <> 0)",
    "Locked__s": f"((record.state & {int(RecordState.LOCKED)}) <> 0)",
}
"""Fields that are not in the record's document, as SQL."""


class SqlBuilder:
    """Collects the parameters of an SQL text, in the order of their placeholders."""

    def __init__(self, context: CriteriaContext) -> None:
        self.context = context
        self.parameters: list[int | str | bytes] = []

    def mark(self, value: Operand | bytes) -> str:
        """Add a parameter and return its placeholder."""
        if value is Special.CURRENT_USER:
            value = self.context.user_id
        elif isinstance(value, bool):
            value = int(value)
        assert isinstance(value, int | float | str | bytes), value
        if isinstance(value, float):
            # As text, so that SQLite parses its digits exactly as it parses those in the document.
            self.parameters.append(repr(value))
            return "CAST(? AS REAL)"
        self.parameters.append(value)
        return "?"

    def marks(self, values: Sequence[Operand]) -> str:
        """Add parameters and return the list of their placeholders."""
        return f"({', '.join(map(self.mark, values))})"


Condition = Callable[[SqlBuilder, "Leaf"], str]
"""Returns the SQL of a leaf whose operands are values, not ${EMPTY} or ${NOTEMPTY}."""


def stored_source(field: Field) -> str:
    """Return SQL for the stored value of a field, or for the id in it for a lookup; it is null without a value."""
    column = COLUMNS.get(field.api_name)
    return column or f"json_extract(record.fields, '$.\"{field.api_name}\"{field.kind.part}')"


def compared_source(field: Field) -> str:
    """Return SQL for the value of a field as comparators use it."""
    return COLUMNS.get(field.api_name) or field.kind.compared.format(stored_source(field))


# -- values that compare as they are ---------------------------------------------------------------------------------


def equal(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the value equals the operand."""
    return f"{compared_source(leaf.field)} = {sql.mark(leaf.operands[0])}"


def is_in(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the value is one of the operands."""
    return f"{compared_source(leaf.field)} IN {sql.marks(leaf.operands)}"


def between(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the value is one of the operands or between them."""
    low, high = map(sql.mark, leaf.operands)
    return f"{compared_source(leaf.field)} BETWEEN {low} AND {high}"


def ordered(operator: str) -> Condition:
    """Return the condition that the value is less or greater than the operand."""

    def condition(sql: SqlBuilder, leaf: Leaf) -> str:
        return f"{compared_source(leaf.field)} {operator} {sql.mark(leaf.operands[0])}"

    return condition


# -- text, ignoring case ---------------------------------------------------------------------------------------------


def text_equal(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the text equals the operand. `compile_criteria` prefers `found_in_document`."""
    texts = _folded(leaf)
    return f"{_folding(texts)}({stored_source(leaf.field)}) = {sql.mark(texts[0])}"


def text_in(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the text is one of the operands."""
    texts = _folded(leaf)
    return f"{_folding(texts)}({stored_source(leaf.field)}) IN {sql.marks(texts)}"


def text_between(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the text is one of the operands or between them."""
    texts = _folded(leaf)
    low, high = map(sql.mark, texts)
    return f"{_without_empty(leaf.field, texts)} BETWEEN {low} AND {high}"


def text_ordered(operator: str) -> Condition:
    """Return the condition that the text is less or greater than the operand."""

    def condition(sql: SqlBuilder, leaf: Leaf) -> str:
        texts = _folded(leaf)
        return f"{_without_empty(leaf.field, texts)} {operator} {sql.mark(texts[0])}"

    return condition


def text_contains(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the text contains the operand."""
    texts = _folded(leaf)
    return f"instr({_folding(texts)}({stored_source(leaf.field)}), {sql.mark(texts[0])}) > 0"


def text_starts_with(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the text starts with the operand."""
    texts = _folded(leaf)
    beginning = f"substr({stored_source(leaf.field)}, 1, {len(texts[0])})"
    return f"{_folding(texts)}({beginning}) = {sql.mark(texts[0])}"


def text_ends_with(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the text ends with the operand."""
    texts = _folded(leaf)
    # As bytes, because substr on text counts back from its first NUL.
    tail = texts[0].encode()
    return f"substr(CAST({_folding(texts)}({stored_source(leaf.field)}) AS BLOB), -{len(tail)}) = {sql.mark(tail)}"


def _folded(leaf: Leaf) -> list[str]:
    return [fold(str(value)) for value in leaf.operands]


def _folding(texts: Sequence[str]) -> str:
    """Return the SQL function to compare with: SQLite's own `lower` if possible, as `fold` calls Python per row."""
    return "lower" if all(text.isascii() for text in texts) else "fold"


def _without_empty(field: Field, texts: Sequence[str]) -> str:
    # "" is empty, not less than every text.
    return f"nullif({_folding(texts)}({stored_source(field)}), '')"


def found_in_document(sql: SqlBuilder, leaf: Leaf) -> str | None:
    """Return SQL for `text_equal` that does not parse the JSON document, which would take four times as long as the
    rest of the condition; it is never null. None when the field has nested values, or when the text does not appear
    unchanged in JSON (ASCII without escapes).

    The first `"City":"` in a document is the key of the field City: nested objects come later (see
    OrgModule.document_fields), and quotes within texts are escaped. The value, in upper or lower case, and
    its closing quote must follow directly.
    """
    needle = fold(str(leaf.operands[0]))
    if leaf.field.api_name in COLUMNS or may_nest(leaf.field):
        return None
    if not needle.isascii() or not needle.isprintable() or {'"', "\\"} & set(needle):
        return None
    key = f'"{leaf.field.api_name}":"'
    place = f"instr(record.fields, '{key}')"
    value = f"lower(substr(record.fields, {place} + {len(key)}, {len(needle) + 1}))"
    return f"({place} > 0 AND {value} = {sql.mark(needle + chr(34))})"


# -- dates and times, by whole days ----------------------------------------------------------------------------------


def days_in(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the time is within one of the operands; `equal` has only one."""
    source = compared_source(leaf.field)
    spans = [_span(sql, leaf.field, value) for value in leaf.operands]
    points = [low for low, high in spans if low == high]
    tests = [f"{source} IN {sql.marks(points)}"] if points else []
    tests += [f"{source} BETWEEN {sql.mark(low)} AND {sql.mark(high)}" for low, high in spans if low != high]
    return f"({' OR '.join(tests)})" if len(tests) > 1 else tests[0]


def days_between(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the time is within one of the operands or between them."""
    spans = [_span(sql, leaf.field, value) for value in leaf.operands]
    low, high = reversed(spans) if _is_age(leaf) else spans
    return f"{compared_source(leaf.field)} BETWEEN {sql.mark(low[0])} AND {sql.mark(high[1])}"


def days_ordered(operator: str) -> Condition:
    """Return the condition that the time is before or after the operand."""

    def condition(sql: SqlBuilder, leaf: Leaf) -> str:
        first, last = _span(sql, leaf.field, leaf.operands[0])
        direction = _MIRRORED[operator] if _is_age(leaf) else operator
        bound = last if direction in ("<=", ">") else first
        return f"{compared_source(leaf.field)} {direction} {sql.mark(bound)}"

    return condition


def _is_age(leaf: Leaf) -> bool:
    first = leaf.operands[0]
    return isinstance(first, DayToken) and first.is_age


def _span(sql: SqlBuilder, field: Field, value: Operand) -> tuple[Bound, Bound]:
    """Return the first and the last moment of a value: epoch seconds for a date-time, text for a date."""
    if isinstance(value, int):
        return value, value
    if isinstance(value, DayToken):
        days = value.days(sql.context)
    else:
        assert isinstance(value, date), value
        days = (value.toordinal(), value.toordinal())
    if field.kind is DATETIME:
        return day_seconds(days, sql.context.offset)
    return day_text(days[0]), day_text(days[1])


# -- members of arrays -----------------------------------------------------------------------------------------------


def members_equal(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that the members are exactly the operands."""
    rows, count, chosen = _members(sql, leaf)
    return f"(SELECT {count} AND min({chosen}) FROM {rows})"


def members_include_all(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that every operand is a member."""
    rows, count, chosen = _members(sql, leaf)
    return f"(SELECT {count} FROM {rows} AND {chosen})"


def members_include_any(sql: SqlBuilder, leaf: Leaf) -> str:
    """Return the condition that at least one of the operands is a member."""
    rows, _, chosen = _members(sql, leaf)
    return f"EXISTS (SELECT 1 FROM {rows} AND {chosen})"


def _members(sql: SqlBuilder, leaf: Leaf) -> tuple[str, str, str]:
    """Return three parts of a condition in SQL: the members as rows, the test that there are as many of them as
    operands, and the test that a row is an operand."""
    values: list[Operand]
    if leaf.field.kind is TEXTS:
        texts = list(dict.fromkeys(_folded(leaf)))
        member = f"{_folding(texts)}({_member('name')})"
        values = [*texts]
    elif leaf.field.kind is TAGS:
        member = f"(SELECT tag.folded FROM tag WHERE tag.id = CAST({_member('id')} AS INTEGER))"
        values = [*dict.fromkeys(_folded(leaf))]
    else:
        member = f"CAST({_member('id')} AS INTEGER)"
        users = (sql.context.user_id if value is Special.CURRENT_USER else value for value in leaf.operands)
        values = [*dict.fromkeys(users)]
    path = f"'$.\"{leaf.field.api_name}\"'"
    # Only the items of an array have an integer key: a string that is not in an array is not a member.
    rows = f"json_each(record.fields, {path}) AS member WHERE typeof(member.key) = 'integer'"
    return rows, f"count(DISTINCT {member}) = {len(values)}", f"{member} IN {sql.marks(values)}"


def _member(key: str) -> str:
    """Return SQL for one item of a json_each: the value itself, or its `key` if it is an object."""
    return f"CASE member.type WHEN 'object' THEN json_extract(member.value, '$.{key}') ELSE member.value END"
