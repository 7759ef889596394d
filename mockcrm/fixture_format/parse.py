"""Validating the text or tree of a fixture against the format."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from mockcrm.fixture_format.errors import FixtureError, one_of, shown
from mockcrm.fixture_format.model import Fixture, Part
from mockcrm.fixture_format.source import read_tree


def parse_fixture(source: bytes | str | dict[str, Any], name: str) -> Fixture:
    """Return the fixture in YAML or JSON text or in a tree; messages use `name`. Raises FixtureError for every error
    that can be found without an org (unknown users, fields and the like are found while loading)."""
    tree = read_tree(source, name)
    try:
        fixture = Fixture.model_validate(tree)
    except ValidationError as error:
        raise _first_fault(Fixture, error, name) from None
    fixture._name = name
    return fixture


def _first_fault(model: type[Part], error: ValidationError, name: str) -> FixtureError:
    faults = error.errors(include_url=False)
    # A misspelt key often makes another one missing; the misspelt key is the cause, so it is reported.
    fault = next((item for item in faults if item["type"] == "extra_forbidden"), faults[0])
    path = [step for step in fault["loc"] if step not in _NO_STEPS]
    return FixtureError(written(path), _expected(model, path, fault), name)


def written(path: Sequence[int | str]) -> str:
    """Return a path such as `records.Leads[3].state[0]` from its steps."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


# Steps that pydantic adds: the shape of a value that it tried, and that the error is about a key.
_NO_STEPS = ("(plain)", "(cycle)", "[key]")

_WORDS = {
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "bool_type": "expected true or false",
    "list_type": "expected a list",
    "dict_type": "expected a mapping",
    "model_type": "expected a mapping",
    "finite_number": "expected a number",
}


def _expected(model: type[Part], path: Sequence[int | str], fault: Any) -> str:
    """Return what was expected, in fixed words because pydantic's messages change between its versions."""
    kind, context, value = fault["type"], fault.get("ctx") or {}, fault["input"]
    if kind == "extra_forbidden":
        return f"unknown key; {one_of(_keys_at(model, path[:-1]))}"
    if kind == "missing":
        if path == ["mockcrm"]:
            return "missing; expected `mockcrm: 1`, the version of the format"
        return "missing"
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        names = context["expected"].replace("'", "").replace(" or ", ", ")
        return f"expected one of: {names}, got {shown(value)}"
    if kind == "string_pattern_mismatch":
        return f"expected {_PATTERNS.get(context['pattern'], context['pattern'])}, got {shown(value)}"
    if kind in _BOUNDS:
        return f"expected {_BOUNDS[kind].format(**context)}, got {shown(value)}"
    return f"{_WORDS.get(kind, fault['msg'])}, got {shown(value)}"


_BOUNDS = {
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "string_too_short": "text that is not empty",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least one member",
}
_PATTERNS = {
    r"^[A-Za-z][A-Za-z0-9_]*$": "an API name (letters, digits and _, a letter first)",
    r"^[^@\s]+@[^@\s]+$": "an email address",
    r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+$": "a scope like ZohoCRM.modules.ALL",
    r"^https?://[^\s/]+\S*$": "an http or https URL",
}


def _keys_at(model: type[Part], path: Sequence[int | str]) -> list[str]:
    """Return the keys that a mapping at `path` may have."""
    kind: Any = model
    for step in path:
        kind = _bare(kind, mapping=isinstance(step, str))
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[str(step)].annotation
        else:
            kind = get_args(kind)[-1]
    kind = _bare(kind, mapping=True)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _bare(kind: Any, *, mapping: bool) -> Any:
    """Return a type without its annotations, without None, and without the union members of another shape."""
    while True:
        if hasattr(kind, "__metadata__"):
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, types.UnionType):
            kind = next((item for item in map(_strip, get_args(kind)) if _fits(item, mapping)), None)
        else:
            return kind


def _strip(kind: Any) -> Any:
    while hasattr(kind, "__metadata__"):
        kind = get_args(kind)[0]
    return kind


def _fits(kind: Any, mapping: bool) -> bool:
    if get_origin(kind) in (Union, types.UnionType):
        return any(_fits(_strip(item), mapping) for item in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return mapping
    return get_origin(kind) is (dict if mapping else list)
