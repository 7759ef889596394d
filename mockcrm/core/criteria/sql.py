"""Criteria as one boolean SQL expression over the table `record`.

Every leaf is `coalesce(<positive test>, 0)`, and a negative comparator is NOT of its positive one, so that a
missing value, null and "" match every not_* comparator and the test for emptiness, and nothing else. Text is never
matched with LIKE or GLOB, as their wildcards are plain text here. Field names come from the org's metadata, never from
a request.

All of this is (assumed): exclude_all and exclude_any are the negations of include_all and include_any; `contains` on a
multi-select tests for one member, `in` for any of the list; an age in days compares as a number, so that less_than
${AGEINDAYS}+3 means later than three days ago; times compare by whole seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mockcrm.core.casefold import fold
from mockcrm.core.catalog.model import Field
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.criteria.comparators import Kind, Operand, Special, kind_of
from mockcrm.core.criteria.tree import Criteria, Leaf
from mockcrm.core.field_types.days import CriteriaContext, DayToken, day_seconds, day_text
from mockcrm.core.org_metadata.model import may_nest

Bound = int | str
_POSITIVE = {
    "not_equal": "equal",
    "not_in": "in",
    "not_contains": "contains",
    "not_between": "between",
    "exclude_all": "include_all",
    "exclude_any": "include_any",
}
_OPERATORS = {"less_than": "<", "less_equal": "<=", "greater_than": ">", "greater_equal": ">="}
_MIRRORED = {
    "less_than": "greater_than",
    "less_equal": "greater_equal",
    "greater_than": "less_than",
    "greater_equal": "less_equal",
}
_COLUMNS = {
    "id": "record.id",
    "Owner": "record.owner_id",
    "Created_By": "record.created_by",
    "Modified_By": "record.modified_by",
    "Created_Time": "record.created_time",
    "Modified_Time": "record.modified_time",
    "Converted__s": f"((record.state & {int(RecordState.CONVERTED)}) <> 0)",
    "Locked__s": f"((record.state & {int(RecordState.LOCKED)}) <> 0)",
}
# What json_extract returns for values that count as empty, other than null.
_EMPTIES = {
    **dict.fromkeys(Kind, "('')"),
    **dict.fromkeys((Kind.TEXTS, Kind.LOOKUPS), "('', '[]')"),
    Kind.OPAQUE: "('', '[]', '{}')",
}


@dataclass(frozen=True, slots=True)
class Sql:
    """A boolean expression and the values of its placeholders, in order.

    The connection that runs it needs the SQL function `fold`."""

    text: str
    parameters: tuple[int | str | bytes, ...] = ()


def compile_criteria(criteria: Criteria | None, context: CriteriaContext) -> Sql:
    """Return the expression that is 1 for records that match and 0 for others; criteria None match every record."""
    if criteria is None:
        return Sql("1")
    compiler = _Compiler(context)
    text = compiler.node(criteria)
    return Sql(text, tuple(compiler.parameters))


class _Compiler:
    """Builds SQL text; each method appends the parameters of the text it returns, in order."""

    def __init__(self, context: CriteriaContext) -> None:
        self.context = context
        self.parameters: list[int | str | bytes] = []

    def node(self, criteria: Criteria) -> str:
        if isinstance(criteria, Leaf):
            return self.leaf(criteria)
        joint = " AND " if criteria.operator == "and" else " OR "
        return f"({joint.join(self.node(member) for member in criteria.members)})"

    def leaf(self, leaf: Leaf) -> str:
        kind = kind_of(leaf.field)
        positive = _POSITIVE.get(leaf.comparator, leaf.comparator)
        negative = positive != leaf.comparator
        if leaf.operands[0] in (Special.EMPTY, Special.NOT_EMPTY):
            empty = f"coalesce({stored_source(leaf.field)}, '') IN {_EMPTIES[kind]}"
            negative ^= leaf.operands[0] is Special.NOT_EMPTY
            return f"NOT ({empty})" if negative else f"({empty})"
        needle = _plain_needle(leaf, kind, positive)
        if needle is not None:
            test = self.found_in_text(leaf.field, needle)
        else:
            test = f"coalesce({self.test(leaf, kind, positive)}, 0)"
        return f"NOT {test}" if negative else test

    def found_in_text(self, field: Field, needle: str) -> str:
        """Return SQL for `equal` on plain text that does not parse the JSON document, which would cost four times as
        much as everything else.

        The first `"City":"` in a document is the key of the field City: nested objects come later (see
        OrgModule.document_fields), and quotes within texts are escaped. Behind it must follow the value, in any case,
        and its closing quote.
        """
        key = f'"{field.api_name}":"'
        place = f"instr(record.fields, '{key}')"
        value = f"lower(substr(record.fields, {place} + {len(key)}, {len(needle) + 1}))"
        return f"({place} > 0 AND {value} = {self.mark(needle + chr(34))})"

    def test(self, leaf: Leaf, kind: Kind, comparator: str) -> str:
        source = stored_source(leaf.field)
        match kind:
            case Kind.TEXT:
                return self.text_test(source, comparator, leaf.operands)
            case Kind.TEXTS | Kind.LOOKUPS:
                return self.members_test(leaf, kind, comparator)
            case Kind.DATE | Kind.DATETIME:
                return self.days_test(_moment(leaf, kind, source), kind, comparator, leaf.operands)
            case Kind.NUMBER if leaf.field.api_name not in _COLUMNS:
                # A bigint is stored as a string of digits.
                source = f"CAST(nullif({source}, '') AS NUMERIC)"
            case Kind.LOOKUP if leaf.field.api_name not in _COLUMNS:
                source = f"CAST({source} AS INTEGER)"
        return self.ordered_test(source, comparator, leaf.operands)

    def mark(self, value: int | float | str | bytes) -> str:
        if isinstance(value, float):
            # As text, so that SQLite parses its digits exactly as it parses those in the document.
            self.parameters.append(repr(value))
            return "CAST(? AS REAL)"
        self.parameters.append(value)
        return "?"

    def marks(self, values: Sequence[Operand]) -> str:
        return f"({', '.join(self.mark(self.plain(value)) for value in values)})"

    def plain(self, value: Operand) -> int | float | str:
        if value is Special.CURRENT_USER:
            return self.context.user_id
        if isinstance(value, bool):
            return int(value)
        assert isinstance(value, int | float | str), value
        return value

    def ordered_test(self, source: str, comparator: str, operands: Sequence[Operand]) -> str:
        match comparator:
            case "equal":
                return f"{source} = {self.mark(self.plain(operands[0]))}"
            case "in":
                return f"{source} IN {self.marks(operands)}"
            case "between":
                low, high = (self.mark(self.plain(value)) for value in operands)
                return f"{source} BETWEEN {low} AND {high}"
        return f"{source} {_OPERATORS[comparator]} {self.mark(self.plain(operands[0]))}"

    def text_test(self, source: str, comparator: str, operands: Sequence[Operand]) -> str:
        needles = [fold(str(value)) for value in operands]
        lower = _folding(needles)
        needle = needles[0]
        match comparator:
            case "contains":
                return f"instr({lower}({source}), {self.mark(needle)}) > 0"
            case "starts_with":
                return f"{lower}(substr({source}, 1, {len(needle)})) = {self.mark(needle)}"
            case "ends_with":
                # As bytes, because substr on text counts back from its first NUL.
                tail = needle.encode()
                return f"substr(CAST({lower}({source}) AS BLOB), -{len(tail)}) = {self.mark(tail)}"
            case "equal" | "in":
                return self.ordered_test(f"{lower}({source})", comparator, needles)
        # "" is empty, not less than every text.
        return self.ordered_test(f"nullif({lower}({source}), '')", comparator, needles)

    def days_test(self, source: str, kind: Kind, comparator: str, operands: Sequence[Operand]) -> str:
        spans = [self.span(value, kind) for value in operands]
        first = operands[0]
        ages = isinstance(first, DayToken) and first.is_age
        match comparator:
            case "equal" | "in":
                return self.any_span(source, spans)
            case "between":
                low, high = reversed(spans) if ages else spans
                return f"{source} BETWEEN {self.mark(low[0])} AND {self.mark(high[1])}"
        if ages:
            comparator = _MIRRORED[comparator]
        bound = spans[0][1 if comparator in ("less_equal", "greater_than") else 0]
        return f"{source} {_OPERATORS[comparator]} {self.mark(bound)}"

    def any_span(self, source: str, spans: Sequence[tuple[Bound, Bound]]) -> str:
        points = [low for low, high in spans if low == high]
        tests = [f"{source} IN {self.marks(points)}"] if points else []
        tests += [f"{source} BETWEEN {self.mark(low)} AND {self.mark(high)}" for low, high in spans if low != high]
        return f"({' OR '.join(tests)})" if len(tests) > 1 else tests[0]

    def span(self, value: Operand, kind: Kind) -> tuple[Bound, Bound]:
        """Return the first and the last moment of a value: epoch seconds for a date-time, text for a date."""
        if isinstance(value, int):
            return value, value
        if isinstance(value, DayToken):
            days = value.days(self.context)
        else:
            assert isinstance(value, date), value
            days = (value.toordinal(), value.toordinal())
        if kind is Kind.DATETIME:
            return day_seconds(days, self.context.offset)
        return day_text(days[0]), day_text(days[1])

    def members_test(self, leaf: Leaf, kind: Kind, comparator: str) -> str:
        values: list[Operand]
        if kind is Kind.TEXTS:
            texts = list(dict.fromkeys(fold(str(value)) for value in leaf.operands))
            member = f"{_folding(texts)}({_member('name')})"
            values = [*texts]
        else:
            member = f"CAST({_member('id')} AS INTEGER)"
            values = [*dict.fromkeys(self.plain(value) for value in leaf.operands)]
        path = f"'$.\"{leaf.field.api_name}\"'"
        # Only the items of an array have an integer key: a string that is not in an array is not a member.
        rows = f"json_each(record.fields, {path}) AS member WHERE typeof(member.key) = 'integer'"
        count = f"count(DISTINCT {member}) = {len(values)}"
        chosen = f"{member} IN {self.marks(values)}"
        match comparator:
            case "equal":
                return f"(SELECT {count} AND min({chosen}) FROM {rows})"
            case "include_all":
                return f"(SELECT {count} FROM {rows} AND {chosen})"
        return f"EXISTS (SELECT 1 FROM {rows} AND {chosen})"


def stored_source(field: Field) -> str:
    """Return SQL for the stored value of a field, or for the id in it for a lookup; it is null without a value."""
    name = field.api_name
    column = _COLUMNS.get(name)
    if column is not None:
        return column
    part = ".id" if kind_of(field) is Kind.LOOKUP else ""
    return f"json_extract(record.fields, '$.\"{name}\"{part}')"


def _plain_needle(leaf: Leaf, kind: Kind, comparator: str) -> str | None:
    """Return the folded text to search for with `found_in_text`; None unless the leaf is an `equal` on a text field
    without nested values and its text appears unchanged in JSON: ASCII without escapes."""
    if kind is not Kind.TEXT or comparator != "equal" or leaf.field.api_name in _COLUMNS or may_nest(leaf.field):
        return None
    needle = fold(str(leaf.operands[0]))
    return needle if needle.isascii() and needle.isprintable() and not {'"', "\\"} & set(needle) else None


def _moment(leaf: Leaf, kind: Kind, source: str) -> str:
    if kind is Kind.DATE:
        return f"nullif({source}, '')"
    return source if leaf.field.api_name in _COLUMNS else f"CAST(strftime('%s', {source}) AS INTEGER)"


def _member(key: str) -> str:
    """Return SQL for one item of a json_each: the value itself, or its `key` if it is an object."""
    return f"CASE member.type WHEN 'object' THEN json_extract(member.value, '$.{key}') ELSE member.value END"


def _folding(needles: Sequence[str]) -> str:
    """Return the SQL function to compare with: SQLite's own `lower` if possible, as `fold` calls Python per row."""
    return "lower" if all(needle.isascii() for needle in needles) else "fold"
