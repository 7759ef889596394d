"""The base of models for input by users (fixtures, bodies of the control API, settings), and the messages for what is
invalid in it. Their wording is fixed here, because that of pydantic differs between its versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from mockcrm.core.messages import format_path, one_of, show

ErrorDetails = Mapping[str, Any]
"""One entry of `ValidationError.errors()`."""


class StrictModel(BaseModel):
    """Base of models for input by users: unknown keys are errors that list the known ones, no value is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _check_keys(cls, given: Any) -> Any:
        # Raised for the first unknown key alone: pydantic would create an error of about a kilobyte for each.
        known = cls.model_fields
        if isinstance(given, dict) and not given.keys() <= known.keys():
            key = next(key for key in given if key not in known)
            raise PydanticCustomError("unknown_key", "unknown key", {"key": key, "expected": one_of(known)})
        return given


# Steps that pydantic adds to a path, which are not keys of the input: the tag of a union member, the mark of a key.
_NO_STEPS = ("(plain)", "(cycle)", "[key]")


def error_path(error: ErrorDetails) -> str:
    """Return the path of the invalid value, such as `body.polls.running`."""
    path = [step for step in error["loc"] if step not in _NO_STEPS]
    if error["type"] == "unknown_key":
        path.append(error["ctx"]["key"])
    return format_path(path)


def error_message(error: ErrorDetails, *, mapping: str = "an object", patterns: Mapping[str, str] | None = None) -> str:
    """Return what was expected. `mapping` is the word for an object in the format of the input; `patterns` has the
    words for the regular expressions of the models."""
    kind, context, value = error["type"], error.get("ctx") or {}, error.get("input")
    match kind:
        case "unknown_key":
            return f"unknown key; {context['expected']}"
        case "extra_forbidden":
            return "unknown key"
        case "missing":
            return "missing"
        case "value_error":
            return str(context["error"])
        case "literal_error":
            names = context["expected"].replace("'", "").replace(" or ", ", ")
            return f"expected one of: {names}, got {show(value)}"
        case "string_pattern_mismatch":
            expected = (patterns or {}).get(context["pattern"], context["pattern"])
        case "dict_type" | "model_type" | "model_attributes_type":
            expected = mapping
        case _ if kind in _TYPES:
            expected = _TYPES[kind]
        case _ if kind in _BOUNDS:
            expected = _BOUNDS[kind].format_map({name: _number(bound) for name, bound in context.items()})
        case _:
            return f"{error['msg']}, got {show(value)}"
    return f"expected {expected}, got {show(value)}"


_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "path_type": "a path",
}
_BOUNDS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
    "string_too_short": "text that is not empty",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least one member",
    "too_long": "at most {max_length} members",
}


def _number(bound: Any) -> Any:
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound
