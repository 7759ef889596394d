"""The tree of a criteria: a JSON value checked against the fields of a module (contract 3.4).

Accepted wherever a criteria may stand, whatever the version: the field as an api_name or as an object with
one, `and`/`or` in either case. A group has 2 to 25 members by the v8 pages; one is taken too, because
programs build groups that way (assumed). The depth and the number of conditions are bounded (assumed), so
that SQLite can take any tree.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria.comparators import (
    COMPARATORS,
    COMPARATORS_OF,
    CriteriaError,
    Operand,
    kind_of,
    parse_operands,
    show,
)

MAX_DEPTH = 8
"""Most groups inside each other."""
MAX_MEMBERS = 25
MAX_CONDITIONS = 100
"""Most leaves of a tree: with 100 values and two bounds for each, still below SQLite's 32,766 parameters."""

_LEAF_KEYS = ("comparator", "field", "value", "type")
_GROUP_KEYS = ("group_operator", "group")
# What may stand inside a JSON path in SQL text without a thought for quoting.
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
# Kept in a table of its own, not with the record.
_NO_CRITERIA = frozenset({"territories"})


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition. `value` is as given; `operands` are the checked values that it came to."""

    field: Field
    comparator: str
    value: object
    operands: tuple[Operand, ...]

    def to_json(self) -> dict[str, object]:
        """The v2 shape: the field as its api_name."""
        return {
            "comparator": self.comparator,
            "field": self.field.api_name,
            "value": copy.deepcopy(self.value),
        }


@dataclass(frozen=True, slots=True)
class Group:
    """All (`and`) or any (`or`) of its members."""

    operator: Literal["and", "or"]
    members: tuple[Leaf | Group, ...]

    def to_json(self) -> dict[str, object]:
        """The v2 shape: the operator in lower case."""
        return {"group_operator": self.operator, "group": [member.to_json() for member in self.members]}


Criteria = Leaf | Group


def parse_criteria(tree: object, fields: Mapping[str, Field], where: str = "criteria") -> Criteria:
    """`tree` as Leaf and Group; `fields` are the module's by api_name.

    Raises CriteriaError with the JSON path of the first fault; the path begins with `where`."""
    criteria = _node(tree, fields, where, 0)
    count = _conditions(criteria)
    if count > MAX_CONDITIONS:
        raise CriteriaError(f"expected at most {MAX_CONDITIONS} conditions, got {count}", where)
    return criteria


def _conditions(criteria: Criteria) -> int:
    return 1 if isinstance(criteria, Leaf) else sum(map(_conditions, criteria.members))


def _node(tree: object, fields: Mapping[str, Field], where: str, depth: int) -> Criteria:
    if not isinstance(tree, dict):
        raise CriteriaError(f"expected an object, got {show(tree)}", where)
    is_group = "group" in tree or "group_operator" in tree
    allowed = _GROUP_KEYS if is_group else _LEAF_KEYS
    for key in tree:
        if key not in allowed:
            raise CriteriaError(f"expected only the keys {', '.join(allowed)}, got {show(key)}", where)
    return _group(tree, fields, where, depth) if is_group else _leaf(tree, fields, where)


def _group(tree: Mapping[str, object], fields: Mapping[str, Field], where: str, depth: int) -> Group:
    if depth == MAX_DEPTH:
        raise CriteriaError(f"expected at most {MAX_DEPTH} groups inside each other", where)
    operator = tree.get("group_operator")
    lowered = operator.lower() if isinstance(operator, str) else None
    if lowered != "and" and lowered != "or":
        raise CriteriaError(f"expected and or or, got {show(operator)}", f"{where}.group_operator")
    members = tree.get("group")
    if not isinstance(members, list) or not 1 <= len(members) <= MAX_MEMBERS:
        got = f"{len(members)} members" if isinstance(members, list) else show(members)
        raise CriteriaError(f"expected a list of 1 to {MAX_MEMBERS} members, got {got}", f"{where}.group")
    return Group(
        "and" if lowered == "and" else "or",
        tuple(_node(member, fields, f"{where}.group[{index}]", depth + 1) for index, member in enumerate(members)),
    )


def _leaf(tree: Mapping[str, object], fields: Mapping[str, Field], where: str) -> Leaf:
    for key in ("comparator", "field", "value"):
        if key not in tree:
            raise CriteriaError(f"expected the key {key}", where)
    if tree.get("type", "value") != "value":
        raise CriteriaError(f"expected 'value', got {show(tree['type'])}", f"{where}.type")
    field = _field(tree["field"], fields, f"{where}.field")
    comparator = tree["comparator"]
    if not isinstance(comparator, str) or comparator not in COMPARATORS:
        raise CriteriaError(f"expected one of {', '.join(COMPARATORS)}, got {show(comparator)}", f"{where}.comparator")
    kind = kind_of(field)
    if comparator not in COMPARATORS_OF[kind]:
        raise CriteriaError(
            f"expected one of {', '.join(COMPARATORS_OF[kind])} for the {kind} field {field.api_name}, "
            f"got {show(comparator)}",
            f"{where}.comparator",
        )
    value = tree["value"]
    return Leaf(field, comparator, value, parse_operands(field, comparator, value, f"{where}.value"))


def takes_criteria(field: Field) -> bool:
    """Whether a condition may name the field, and records may be sorted by it."""
    return field.data_type not in _NO_CRITERIA and _API_NAME.fullmatch(field.api_name) is not None


def _field(value: object, fields: Mapping[str, Field], where: str) -> Field:
    name = value
    if isinstance(value, dict):
        where = f"{where}.api_name"
        name = value.get("api_name")
    if not isinstance(name, str):
        raise CriteriaError(f"expected the api_name of a field, got {show(name)}", where)
    field = fields.get(name)
    if field is None:
        raise CriteriaError(f"expected a field of the module, got {show(name)}", where)
    if not takes_criteria(field):
        raise CriteriaError(f"the {field.data_type} field {field.api_name} cannot stand in criteria", where)
    return field
