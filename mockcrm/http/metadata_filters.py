"""The parameters `ids` and `filters` of lists of metadata: territories, views, profiles and users.

`filters` is a condition or a group of conditions in JSON, in the form of the criteria of views, over the keys of an
item: `{"field":{"api_name":"reporting_to.id"},"comparator":"equal","value":"3001"}`. The pages show it with one
condition; groups are as the vendor's OpenAPI description of v8 has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import orjson

from mockcrm.core.errors.request import InvalidParam
from mockcrm.http import parameters
from mockcrm.http.call import Call

MAX_DEPTH = 8
MISSING = object()
"""Stands for the value of a key that the items do not have."""
EMPTY, NOT_EMPTY = "${EMPTY}", "${NOTEMPTY}"


class Identified(Protocol):
    """What has an id."""

    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=Identified)
Test = Callable[[Any], bool]
Item = Mapping[str, Any]


def requested_of(call: Call, found: Sequence[T], item_of: Callable[[T], Item]) -> Sequence[T]:
    """Return those of `found` that the parameters `ids` and `filters` select; `item_of` returns the JSON that `filters`
    is compared with. Raises InvalidParam."""
    found = with_ids(call, found)
    if "filters" in call.query:
        test = _parse(call.query["filters"])
        found = [entry for entry in found if test(item_of(entry))]
    return found


def with_ids(call: Call, found: Sequence[T]) -> Sequence[T]:
    """Return those of `found` that the parameter `ids` names, all without it. Raises InvalidParam."""
    if "ids" not in call.query:
        return found
    requested = set(parameters.ids(call))
    return [entry for entry in found if entry.id in requested]


def _parse(text: str) -> Test:
    try:
        return _test(orjson.loads(text), 0)
    except ValueError:
        raise InvalidParam({"param_name": "filters"}) from None


def _test(tree: Any, depth: int) -> Test:
    """Return the test of an item that a tree stands for. Raises ValueError when it is malformed."""
    if not isinstance(tree, dict) or depth > MAX_DEPTH:
        raise ValueError(tree)
    if "group" not in tree:
        return _condition(tree)
    members, operator = tree["group"], str(tree.get("group_operator", "and")).lower()
    if not isinstance(members, list) or not members or operator not in ("and", "or"):
        raise ValueError(tree)
    tests = [_test(member, depth + 1) for member in members]
    joined = all if operator == "and" else any
    return lambda item: joined(test(item) for test in tests)


def _condition(tree: Mapping[str, Any]) -> Test:
    field, comparator, value = tree.get("field"), COMPARATORS.get(str(tree.get("comparator"))), tree.get("value")
    name = field.get("api_name") if isinstance(field, dict) else field
    if not isinstance(name, str) or comparator is None:
        raise ValueError(tree)
    path = name.split(".")

    def test(item: Any) -> bool:
        found: Any = item
        for key in path:
            found = found.get(key, MISSING) if isinstance(found, Mapping) else None
            if found is MISSING:
                raise InvalidParam({"param_name": "filters"})
        return bool(comparator(found, value))

    return test


def _text(value: Any) -> str:
    """Return a value as it is compared: without case, an object by its id."""
    if isinstance(value, Mapping):
        value = value.get("id", value.get("name"))
    return "" if value is None else str(value).lower()


def _equal(found: Any, value: Any) -> bool:
    if value in (EMPTY, NOT_EMPTY, None):
        return bool(found in (None, "", [])) is (value != NOT_EMPTY)
    return _text(found) in {_text(one) for one in (value if isinstance(value, list) else [value])}


COMPARATORS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "equal": _equal,
        "not_equal": lambda found, value: not _equal(found, value),
        "in": _equal,
        "not_in": lambda found, value: not _equal(found, value),
        "contains": lambda found, value: _text(value) in _text(found),
        "not_contains": lambda found, value: _text(value) not in _text(found),
        "starts_with": lambda found, value: _text(found).startswith(_text(value)),
        "ends_with": lambda found, value: _text(found).endswith(_text(value)),
    }
)
"""What each comparator compares: a value of an item with the one of the condition."""
