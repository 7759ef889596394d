"""Criteria as one boolean SQL expression over the table `record`.

Every leaf is `coalesce(<positive condition>, 0)`, and a negative comparator is NOT of its positive one, so that a
missing value, null and "" match every not_* comparator and the test for emptiness, and nothing else. Field names come
from the org's metadata, never from a request.
"""

from __future__ import annotations

from dataclasses import dataclass

from mockcrm.core.criteria.comparators import COMPARATORS
from mockcrm.core.criteria.conditions import Condition, SqlBuilder, found_in_document, stored_source, text_equal
from mockcrm.core.criteria.tree import Criteria, Leaf
from mockcrm.core.field_types.days import CriteriaContext
from mockcrm.core.field_types.operands import Special


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
    sql = SqlBuilder(context)
    text = _node(sql, criteria)
    return Sql(text, tuple(sql.parameters))


def _node(sql: SqlBuilder, criteria: Criteria) -> str:
    if isinstance(criteria, Leaf):
        return _leaf(sql, criteria)
    joint = " AND " if criteria.operator == "and" else " OR "
    return f"({joint.join(_node(sql, member) for member in criteria.members)})"


def _leaf(sql: SqlBuilder, leaf: Leaf) -> str:
    comparator = COMPARATORS[leaf.comparator]
    negated = comparator.negated
    if leaf.operands[0] in (Special.EMPTY, Special.NOT_EMPTY):
        test = f"(coalesce({stored_source(leaf.field)}, '') IN {leaf.field.kind.empty_values})"
        negated ^= leaf.operands[0] is Special.NOT_EMPTY
    else:
        test = _test(sql, leaf, comparator.conditions[leaf.field.kind])
    return f"NOT {test}" if negated else test


def _test(sql: SqlBuilder, leaf: Leaf, condition: Condition) -> str:
    # Without coalesce around it, SQLite evaluates only its first half for most records, which makes a scan a third
    # faster.
    found = found_in_document(sql, leaf) if condition is text_equal else None
    return found or f"coalesce({condition(sql, leaf)}, 0)"
