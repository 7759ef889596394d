"""Parsing search criteria such as `((Last_Name:equals:Burns)and(City:starts_with:M))` into a criteria tree.

A condition is `field:operator:value` in brackets, which may be omitted around a single condition; brackets, commas and
backslashes in a value are escaped by a backslash. `and` binds tighter than `or` (assumed). See
docs/contract/mass-update-and-core.md 4.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria import Criteria, CriteriaError, Group, Leaf, parse_criteria
from mockcrm.core.criteria.comparators import COMPARATORS, MAX_VALUES, Comparator
from mockcrm.core.field_values import expected_type_name
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.search import errors

MAX_CONDITIONS = 15
"""The v7 page names 10 at most; the v8 pages name 10 in one place and 15 in another, and the service's text 15."""
MAX_BRACKETS = 100
"""The most brackets open at once (assumed), so that thousands of redundant ones cannot use up time and memory."""

_JOINT = re.compile(r"\s*(and|or)\b\s*", re.ASCII | re.IGNORECASE)
_SPECIAL = re.compile(r"[^\w\s.,@'+-]")

NOT_AVAILABLE = "the field is not available for search"
WRONG_OPERATOR = "The operator is not valid for the field type"
WRONG_VALUE = "invalid value for search"


def parse_search(text: str, fields: Mapping[str, Field], version: ApiVersion) -> Criteria:
    """Return the criteria of a search; `fields` are the searchable ones. Raises InvalidQuery, or
    CriteriaLimitExceeded for too many conditions."""
    return _Parser(text, fields, version).parse()


def equal_in(fields: Iterable[Field], value: str) -> Criteria | None:
    """Return criteria that match records in which any of the fields equals `value`; None without fields."""
    return _any(Leaf(item, "equal", value, (value,)) for item in fields)


def word_in(fields: Iterable[Field], word: str) -> Criteria | None:
    """Return criteria that match records in which any of the fields contains the word, as a part of its text and
    ignoring case (assumed); None without fields."""
    return _any(Leaf(item, "contains", word, (word,)) for item in fields)


def parse_word(word: str) -> str:
    """Return the word to search for. Raises WordTooShort below two characters or when it has special ones."""
    if len(word.strip()) < 2:
        raise errors.WordTooShort
    if _SPECIAL.search(word) or "\0" in word:
        raise errors.WordTooShort(special=True)
    return word.strip()


def _any(leaves: Iterable[Leaf]) -> Criteria | None:
    members = tuple(leaves)
    return Group("or", members) if members else None


@dataclass(slots=True)
class _Level:
    """The content of one pair of brackets: alternatives (joined by `or`) of conditions (joined by `and`)."""

    alternatives: list[list[Criteria]] = field(default_factory=lambda: [[]])

    def add(self, criteria: Criteria) -> None:
        self.alternatives[-1].append(criteria)

    def criteria(self) -> Criteria:
        return _join("or", [_join("and", members) for members in self.alternatives])


def _join(operator: str, members: list[Criteria]) -> Criteria:
    if len(members) == 1:
        return members[0]
    return Group("and" if operator == "and" else "or", tuple(members))


class _Parser:
    """Reads from left to right with a stack of open brackets, so that deep nesting cannot exceed Python's recursion
    limit."""

    def __init__(self, text: str, fields: Mapping[str, Field], version: ApiVersion) -> None:
        self.text = text.strip()
        self.place = 0
        self.fields = fields
        self.version = version
        self.conditions = 0

    def parse(self) -> Criteria:
        levels = [_Level()]
        while True:
            while self._takes("("):
                levels.append(_Level())
                if len(levels) > MAX_BRACKETS:
                    raise errors.UnreadableCriteria
            levels[-1].add(self._condition(bare=len(levels) == 1))
            while self._takes(")"):
                closed = levels.pop()
                if not levels:
                    raise errors.UnreadableCriteria
                levels[-1].add(closed.criteria())
            if self.place == len(self.text):
                break
            joint = _JOINT.match(self.text, self.place)
            if joint is None:
                raise errors.UnreadableCriteria
            self.place = joint.end()
            if joint[1].lower() == "or":
                levels[-1].alternatives.append([])
        if len(levels) != 1:
            raise errors.UnreadableCriteria
        return levels[0].criteria()

    def _takes(self, bracket: str) -> bool:
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1
        if self.text[self.place : self.place + 1] != bracket:
            return False
        self.place += 1
        return True

    def _condition(self, *, bare: bool) -> Criteria:
        """Return the condition up to its closing bracket. One without brackets (`bare`) extends to the end of the text
        and must be the only one."""
        if bare and self.place:
            raise errors.UnreadableCriteria
        end = self.place
        while end < len(self.text) and (bare or self.text[end] != ")"):
            if self.text[end] == "(":
                raise errors.UnreadableCriteria
            end += 2 if self.text[end] == "\\" else 1
        parts = self.text[self.place : end].split(":", 2)
        self.place = min(end, len(self.text))
        if len(parts) != 3:
            raise errors.UnreadableCriteria
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            raise errors.CriteriaLimitExceeded
        return self._leaf(parts[0].strip(), parts[1].strip(), parts[2])

    def _leaf(self, name: str, operator: str, text: str) -> Criteria:
        item = self._field(name)
        comparator = self._comparator(item, operator)
        if comparator is None or comparator.search is None:
            raise errors.InvalidQuery({"operator": operator, "reason": WRONG_OPERATOR, "api_name": name})
        takes_list = comparator.search.takes_list
        values = _split(text) if takes_list else [_unescape(text)]
        if operator == "in" and len(values) > MAX_VALUES:
            raise errors.TooManyValues(name)
        value: object = values if takes_list else values[0]
        wrong = {
            "expected_data_type": expected_type_name(item, self.version),
            "reason": WRONG_VALUE,
            "api_name": name,
            "value": text,
        }
        if "" in values:
            raise errors.InvalidQuery(wrong)
        try:
            return parse_criteria({"comparator": comparator.name, "field": item.api_name, "value": value}, self.fields)
        except CriteriaError:
            raise errors.InvalidQuery(wrong) from None

    def _field(self, name: str) -> Field:
        item = self.fields.get(name)
        if item is None and name.endswith(".id"):
            target = self.fields.get(name.removesuffix(".id"))
            item = target if target is not None and target.kind.part == ".id" else None
        if item is None:
            raise errors.InvalidQuery({"reason": NOT_AVAILABLE, "api_name": name})
        return item

    def _comparator(self, item: Field, operator: str) -> Comparator | None:
        """Return the comparator of a search operator; None if the field does not take it in this version."""
        for row in COMPARATORS.values():
            if row.search is not None and row.search.name == operator and item.kind in row.conditions:
                kinds = row.search.kinds_in_v2
                supported = self.version.searches_have_all_operators or kinds is None or item.kind in kinds
                return row if supported else None
        return None


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _split(text: str) -> list[str]:
    """Return the values separated by unescaped commas."""
    return [_unescape(part) for part in re.findall(r"(?:^|,)((?:\\.|[^,\\]|\\$)*)", text, flags=re.DOTALL)]
