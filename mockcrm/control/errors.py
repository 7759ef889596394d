"""Errors of the control API, and the messages for input that pydantic rejected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockcrm.fixture_format.errors import shown
from mockcrm.fixture_format.parse import written


class ControlError(Exception):
    """A request is rejected: the response is `{"error": {"message", "where"?}}` with a 4xx status. `where` is the
    invalid part of the request, such as `body.records`."""

    def __init__(self, status: int, message: str, where: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.where = where


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
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "path_type": "a path",
}
_WHOLE = {
    "extra_forbidden": "unknown key",
    "missing": "missing",
    "value_error": "{error}",
    "unknown_key": "unknown key; {expected}",
}
_BOUNDS = {
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "less than {lt:g}",
    "less_than_equal": "{le:g} or less",
    "string_too_short": "text that is not empty",
    "string_too_long": "at most {max_length} characters",
    "too_long": "at most {max_length} members",
}


def sentence(fault: Mapping[str, Any]) -> str:
    """Return the message for one entry of `ValidationError.errors()`. pydantic's own texts change between releases."""
    kind, context, value = fault["type"], fault.get("ctx") or {}, fault.get("input")
    if kind in _WHOLE:
        return _WHOLE[kind].format(**context)
    if kind == "json_invalid":
        return f"not JSON: {context['error']} (character {fault['loc'][-1]})"
    if kind == "literal_error":
        names = context["expected"].replace("'", "").replace(" or ", ", ")
        return f"expected one of: {names}, got {shown(value)}"
    expected = _TYPES.get(kind) or (_BOUNDS[kind].format(**context) if kind in _BOUNDS else None)
    return f"{fault['msg']}, got {shown(value)}" if expected is None else f"expected {expected}, got {shown(value)}"


def where_of(fault: Mapping[str, Any]) -> str:
    """Return the path of one entry of `ValidationError.errors()`, such as `body.polls.running`."""
    path: list[int | str] = list(fault["loc"])
    if fault["type"] == "unknown_key":
        path.append(fault["ctx"]["key"])
    return written(path)
