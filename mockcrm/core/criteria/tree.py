"""Parsing of criteria: a JSON tree, validated against the fields of a module
(docs/contract/mass-update-and-core.md 3.4).

In every API version a field may be an api_name or an object with one, and `and`/`or` may be in upper or lower case. The
v8 reference pages say that a group has 2 to 25 members; a single member is accepted too, because programs build such
groups (assumed). The depth and the number of conditions are limited (assumed), so that SQLite can run any tree.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria.comparators import COMPARATORS, CriteriaError, comparators_of, show
from mockcrm.core.field_types import Storage
from mockcrm.core.field_types.operands import Operand

MAX_DEPTH = 8
"""How deep groups may be nested."""
MAX_MEMBERS = 25
MAX_CONDITIONS = 100
"""Leaves of a tree: with 100 values and two bounds for each, still below SQLite's limit of 32,766 parameters."""

_LEAF_KEYS = ("comparator", "field", "value", "type")
_GROUP_KEYS = ("group_operator", "group")
# Names that need no quoting inside a JSON path in SQL text.
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition. `value` is as in the JSON tree; `operands` are the values parsed from it."""

    field: Field
    comparator: str
    value: object
    operands: tuple[Operand, ...]

    def to_json(self) -> dict[str, object]:
        """Return the shape of v2: the field as its api_name."""
        return {
            "comparator": self.comparator,
            "field": self.field.api_name,
            "value": copy.deepcopy(self.value),
        }


@dataclass(frozen=True, slots=True)
class Group:
    """A group of conditions, of which all (`and`) or any (`or`) must match."""

    operator: Literal["and", "or"]
    members: tuple[Leaf | Group, ...]

    def to_json(self) -> dict[str, object]:
        """Return the shape of v2: the operator in lower case."""
        return {"group_operator": self.operator, "group": [member.to_json() for member in self.members]}


Criteria = Leaf | Group


def names_field(criteria: Criteria, api_name: str) -> bool:
    """Return whether a condition of the criteria is about the field."""
    if isinstance(criteria, Leaf):
        return criteria.field.api_name == api_name
    return any(names_field(member, api_name) for member in criteria.members)


def parse_criteria(tree: object, fields: Mapping[str, Field], where: str = "criteria") -> Criteria:
    """Parse a JSON tree into Leaf and Group objects; `fields` are the module's by api_name.

    Raises CriteriaError with the JSON path of the first error; the path begins with `where`."""
    return _limited(_node(tree, fields, where, 0), where)


def parse_all(trees: Sequence[object], fields: Mapping[str, Field], where: str = "criteria") -> Criteria:
    """Parse a list of one or more JSON trees, all of which must match. Raises CriteriaError as `parse_criteria`."""
    members = _members(trees, fields, where, 0)
    return _limited(members[0] if len(members) == 1 else Group("and", members), where)


def _limited(criteria: Criteria, where: str) -> Criteria:
    count = _conditions(criteria)
    if count > MAX_CONDITIONS:
        raise CriteriaError(f"expected at most {MAX_CONDITIONS} conditions, got {count}", where)
    return criteria


def _conditions(criteria: Criteria) -> int:
    return 1 if isinstance(criteria, Leaf) else sum(map(_conditions, criteria.members))


def _node(tree: object, fields: Mapping[str, Field], where: str, depth: int) -> Criteria:
    if not isinstance(tree, dict):
        raise CriteriaError(f"expected an object, got {show(tree)}", where, "jsonobject")
    is_group = "group" in tree or "group_operator" in tree
    allowed = _GROUP_KEYS if is_group else _LEAF_KEYS
    for key in tree:
        if key not in allowed:
            raise CriteriaError(f"expected only the keys {', '.join(allowed)}, got {show(key)}", where)
    return _group(tree, fields, where, depth) if is_group else _leaf(tree, fields, where)


def _group(tree: Mapping[str, object], fields: Mapping[str, Field], where: str, depth: int) -> Group:
    if depth == MAX_DEPTH:
        raise CriteriaError(f"expected at most {MAX_DEPTH} nested groups", where)
    operator = tree.get("group_operator")
    lowered = operator.lower() if isinstance(operator, str) else None
    if lowered != "and" and lowered != "or":
        raise CriteriaError(f"expected 'and' or 'or', got {show(operator)}", f"{where}.group_operator")
    members = tree.get("group")
    return Group("and" if lowered == "and" else "or", _members(members, fields, f"{where}.group", depth + 1))


def _members(members: object, fields: Mapping[str, Field], where: str, depth: int) -> tuple[Criteria, ...]:
    expected = f"expected a list of 1 to {MAX_MEMBERS} members"
    if not isinstance(members, list):
        raise CriteriaError(f"{expected}, got {show(members)}", where, "jsonarray")
    if not 1 <= len(members) <= MAX_MEMBERS:
        raise CriteriaError(f"{expected}, got {len(members)} members", where)
    return tuple(_node(member, fields, f"{where}[{index}]", depth) for index, member in enumerate(members))


def _leaf(tree: Mapping[str, object], fields: Mapping[str, Field], where: str) -> Leaf:
    for key in ("comparator", "field", "value"):
        if key not in tree:
            raise CriteriaError(f"expected the key {key}", where)
    if tree.get("type", "value") != "value":
        raise CriteriaError(f"expected 'value', got {show(tree['type'])}", f"{where}.type")
    field = _field(tree["field"], fields, f"{where}.field")
    name = tree["comparator"]
    comparator = COMPARATORS.get(name) if isinstance(name, str) else None
    if comparator is None:
        raise CriteriaError(f"expected one of {', '.join(COMPARATORS)}, got {show(name)}", f"{where}.comparator")
    if field.kind not in comparator.conditions:
        expected = f"expected one of {', '.join(comparators_of(field.kind))}"
        raise CriteriaError(
            f"{expected} for the {field.kind.word} field {field.api_name}, got {show(name)}", f"{where}.comparator"
        )
    value = tree["value"]
    operands = comparator.parse(comparator, field, value, f"{where}.value")
    return Leaf(field, comparator.name, value, operands)


def can_have_criteria(field: Field) -> bool:
    """Return whether the field can be used in conditions and to sort records."""
    return field.type.storage is not Storage.TERRITORIES and _API_NAME.fullmatch(field.api_name) is not None


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
    if not can_have_criteria(field):
        raise CriteriaError(f"the {field.data_type} field {field.api_name} cannot be used in criteria", where)
    return field
