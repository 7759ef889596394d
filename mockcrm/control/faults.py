"""Errors of the control API, and the messages for input that pydantic rejected."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from mockcrm.control.context import Running, opened
from mockcrm.control.errors import ControlFault
from mockcrm.control.models import Body as Sent
from mockcrm.control.models import Content
from mockcrm.core import errors, globs
from mockcrm.core.faults import HALF, MAX_FAULTS, Effect, Fault, Match, Slow, TooManyFaults
from mockcrm.core.org_metadata.model import Directory
from mockcrm.core.orgs.org import OrgGone
from mockcrm.fixture_format.errors import shown, unknown

router = APIRouter(prefix="/orgs/{org}/faults", tags=["faults"])

LONGEST = 600_000
"""Milliseconds that a fault may hold an answer back."""
LONGEST_NAME = 100
"""Characters of a method, a module and an error."""


class ControlFault(Exception):
    """A request is rejected: the response is `{"error": {"message", "where"?}}` with a 4xx status. `where` is the
    invalid part of the request, such as `body.records`."""

    def __init__(self, status: int, message: str, where: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.where = where


def _drop(value: object) -> object:
    if value is None or value is True or value in ("request", "answer"):
        return "request" if value is True else value
    raise ValueError(f"expected true (same as `request`) or `answer`, got {shown(value)}")


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
