"""COMPARATORS: every comparator of criteria, one row each (docs/contract/mass-update-and-core.md 3.4). CONTRIBUTING.md
says how to add one.

Assumed: which kinds of field a comparator takes, that `equal` on a multi-select means exactly this set, and that
exclude_all and exclude_any are the negations of include_all and include_any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria import conditions
from mockcrm.core.criteria.conditions import Condition
from mockcrm.core.field_types.days import DayToken
from mockcrm.core.field_types.kinds import (
    BOOLEAN,
    DATE,
    DATETIME,
    LOOKUP,
    LOOKUPS,
    NUMBER,
    OPAQUE,
    TAGS,
    TEXT,
    TEXTS,
    USER,
    USERS,
    Kind,
)
from mockcrm.core.field_types.operands import Operand, Special

MAX_VALUES = 100
"""The most values in the list of `in` and similar comparators. docs/contract/mass-update-and-core.md 4.7 has this limit
for searches; for views it is assumed."""


class CriteriaError(ValueError):
    """An invalid criteria tree: `message` says what was expected, `where` is the JSON path of the error; `expected` is
    the JSON type, if another one was given."""

    def __init__(self, message: str, where: str, expected: str | None = None) -> None:
        super().__init__(f"{where}: {message}")
        self.message = message
        self.where = where
        self.expected = expected

    @property
    def key(self) -> str:
        """The last key of the path."""
        return self.where.rpartition(".")[2].partition("[")[0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchOperator:
    """A comparator in the criteria of a search (docs/contract/mass-update-and-core.md 4.7)."""

    name: str
    takes_list: bool = False
    kinds_in_v2: frozenset[Kind] | None = frozenset()
    """The kinds that v2 accepts; None for all that the comparator takes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparator:
    """One comparator."""

    name: str
    parse: Callable[[Comparator, Field, object, str], tuple[Operand, ...]]
    """Returns the operands from `value`, the third argument; the last one is its JSON path. Raises CriteriaError."""
    conditions: Mapping[Kind, Condition]
    """The kinds of field that the comparator takes, each with its SQL."""
    negated: bool
    """Whether the comparator matches exactly the records that its `conditions` do not match."""
    search: SearchOperator | None
    """The operator of a search that means the same; None if there is none."""


# -- operands --------------------------------------------------------------------------------------------------------


def one_value(comparator: Comparator, field: Field, value: object, where: str) -> tuple[Operand, ...]:
    """Return a single operand."""
    if isinstance(value, list):
        raise CriteriaError(f"{comparator.name} takes a single value, got {show(value)}", where)
    return (_operand(field, value, where),)


def values_or_emptiness(comparator: Comparator, field: Field, value: object, where: str) -> tuple[Operand, ...]:
    """Return a single operand, or for a field that holds a list one or more; or Special.EMPTY or Special.NOT_EMPTY."""
    if value is None or value == "" or value == Special.EMPTY.value:
        return (Special.EMPTY,)
    if value == Special.NOT_EMPTY.value:
        return (Special.NOT_EMPTY,)
    parse = one_or_more if field.kind.holds_list else one_value
    return parse(comparator, field, value, where)


def two_values(comparator: Comparator, field: Field, value: object, where: str) -> tuple[Operand, ...]:
    """Return the two operands in a list."""
    if not (isinstance(value, list) and len(value) == 2):
        raise CriteriaError(f"{comparator.name} takes a list of two values, got {show(value)}", where)
    operands = one_or_more(comparator, field, value, where)
    if len({isinstance(item, DayToken) and item.is_age for item in operands}) > 1:
        raise CriteriaError("an age in days can be combined only with another age in days", where)
    return operands


def list_of_values(comparator: Comparator, field: Field, value: object, where: str) -> tuple[Operand, ...]:
    """Return the operands in a list."""
    if not isinstance(value, list):
        message = f"{comparator.name} takes a list of 1 to {MAX_VALUES} values, got {show(value)}"
        raise CriteriaError(message, where)
    return one_or_more(comparator, field, value, where)


def one_or_more(comparator: Comparator, field: Field, value: object, where: str) -> tuple[Operand, ...]:
    """Return the operands in a list; a single value is a list of one (assumed)."""
    if not isinstance(value, list):
        return (_operand(field, value, where),)
    if not 1 <= len(value) <= MAX_VALUES:
        message = f"{comparator.name} takes a list of 1 to {MAX_VALUES} values, got {len(value)}"
        raise CriteriaError(message, where)
    return tuple(_operand(field, item, f"{where}[{index}]") for index, item in enumerate(value))


def _operand(field: Field, value: object, where: str) -> Operand:
    operand = field.kind.parse(value)
    if operand is None:
        raise CriteriaError(f"expected {field.kind.expected} for {field.api_name}, got {show(value)}", where)
    return operand


def show(value: object) -> str:
    """Return the repr of `value` for error messages, cut off at 80 characters."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


# -- the table -------------------------------------------------------------------------------------------------------

_AMOUNTS = frozenset({NUMBER, DATE, DATETIME})
_MULTIPLE = (TEXTS, TAGS, LOOKUPS, USERS)


def _not(comparator: Comparator, name: str, search: SearchOperator | None = None) -> Comparator:
    return replace(comparator, name=name, negated=True, search=search)


def _ordered(name: str, sign: str) -> Comparator:
    return Comparator(
        name=name,
        parse=one_value,
        conditions={
            TEXT: conditions.text_ordered(sign),
            NUMBER: conditions.ordered(sign),
            DATE: conditions.days_ordered(sign),
            DATETIME: conditions.days_ordered(sign),
        },
        negated=False,
        search=SearchOperator(name=name, kinds_in_v2=_AMOUNTS),
    )


_EQUAL = Comparator(
    name="equal",
    parse=values_or_emptiness,
    conditions={
        TEXT: conditions.text_equal,
        DATE: conditions.days_in,
        DATETIME: conditions.days_in,
        **dict.fromkeys((BOOLEAN, NUMBER, LOOKUP, USER, OPAQUE), conditions.equal),
        **dict.fromkeys(_MULTIPLE, conditions.members_equal),
    },
    negated=False,
    search=SearchOperator(name="equals", kinds_in_v2=None),
)
_IN = Comparator(
    name="in",
    parse=list_of_values,
    conditions={
        TEXT: conditions.text_in,
        DATE: conditions.days_in,
        DATETIME: conditions.days_in,
        **dict.fromkeys((NUMBER, LOOKUP, USER), conditions.is_in),
        **dict.fromkeys(_MULTIPLE, conditions.members_include_any),
    },
    negated=False,
    search=SearchOperator(name="in", takes_list=True),
)
_CONTAINS = Comparator(
    name="contains",
    parse=one_value,
    conditions={TEXT: conditions.text_contains, **dict.fromkeys(_MULTIPLE, conditions.members_include_any)},
    negated=False,
    search=None,
)
_STARTS_WITH = Comparator(
    name="starts_with",
    parse=one_value,
    conditions={TEXT: conditions.text_starts_with},
    negated=False,
    search=SearchOperator(name="starts_with", kinds_in_v2=None),
)
_ENDS_WITH = Comparator(
    name="ends_with", parse=one_value, conditions={TEXT: conditions.text_ends_with}, negated=False, search=None
)
_BETWEEN = Comparator(
    name="between",
    parse=two_values,
    conditions={
        TEXT: conditions.text_between,
        NUMBER: conditions.between,
        DATE: conditions.days_between,
        DATETIME: conditions.days_between,
    },
    negated=False,
    search=SearchOperator(name="between", takes_list=True, kinds_in_v2=_AMOUNTS),
)
_INCLUDE_ALL = Comparator(
    name="include_all",
    parse=one_or_more,
    conditions=dict.fromkeys(_MULTIPLE, conditions.members_include_all),
    negated=False,
    search=None,
)
_INCLUDE_ANY = replace(
    _INCLUDE_ALL, name="include_any", conditions=dict.fromkeys(_MULTIPLE, conditions.members_include_any)
)

COMPARATORS: Mapping[str, Comparator] = {
    row.name: row
    for row in (
        _EQUAL,
        _not(_EQUAL, "not_equal", SearchOperator(name="not_equal")),
        _IN,
        _not(_IN, "not_in"),
        _ordered("less_than", "<"),
        _ordered("less_equal", "<="),
        _ordered("greater_than", ">"),
        _ordered("greater_equal", ">="),
        _CONTAINS,
        _not(_CONTAINS, "not_contains"),
        _STARTS_WITH,
        _ENDS_WITH,
        _BETWEEN,
        _not(_BETWEEN, "not_between"),
        _INCLUDE_ALL,
        _INCLUDE_ANY,
        _not(_INCLUDE_ALL, "exclude_all"),
        _not(_INCLUDE_ANY, "exclude_any"),
    )
}
"""Every comparator by name. Nothing changes it while the server runs; a test adds a row for itself with pytest's
monkeypatch.setitem."""


def comparators_of(kind: Kind) -> list[str]:
    """Return the names of the comparators that fields of a kind take."""
    return [row.name for row in COMPARATORS.values() if kind in row.conditions]
