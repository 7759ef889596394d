"""What an OpenAPI document says of an operation beyond its endpoint row: parameters, bodies, responses, errors.

The models.py of a capability has one mapping DOCUMENTED of these, keyed by the name of the handler. It is imported when
a document is first requested, never at start: building models takes longer than a start may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockcrm.core.versions import ApiVersion
from mockcrm.http.schema.base import ErrorsInData

Model = Any
"""A pydantic model, or what a TypeAdapter takes."""
ByVersion = Model | Mapping[ApiVersion, Model]
"""One model for every version, or models by the first version that has them; None: not in that version."""
EMPTY = object()
"""Stands for the model of a response without a body."""
HTML = object()
"""Stands for the model of a page."""

COMMON_ERRORS = (
    "INVALID_URL_PATTERN",
    "API_VERSION_UNKNOWN",
    "NOT_IN_THIS_VERSION",
    "AUTHENTICATION_FAILURE",
    "INVALID_TOKEN",
    "TOO_MANY_REQUESTS",
    "API_LIMIT_EXCEEDED",
    "INVALID_REQUEST_METHOD",
    "NOT_EMULATED",
    "OAUTH_SCOPE_MISMATCH",
    "MALFORMED_REQUEST",
    "BODY_TOO_LARGE",
    "INTERNAL_ERROR",
)
"""Errors that any request can lead to."""
BODY_ERRORS = ("INVALID_REQUEST", "WRONG_TYPE", "MISSING_KEY")
"""Errors that any request with a body can lead to."""


def model_in(choice: ByVersion, version: ApiVersion) -> Model:
    """Return the model that `version` has; None if it has none."""
    if not isinstance(choice, Mapping):
        return choice
    since = [first for first in choice if first <= version]
    return choice[max(since)] if since else None


@dataclass(frozen=True, slots=True)
class Documented:
    """An operation as its OpenAPI document describes it. The first sentence of `description` is its summary.

    `responses` has the models of the HTTP statuses of requests that succeed, at least in part. `errors` are the names
    of the errors that belong to the operation: COMMON_ERRORS are added, and BODY_ERRORS where there is a body.
    `error_list` is the model of a response whose items are all errors. `examples` are bodies by a short title.
    `form`: the body is a form, not JSON.
    """

    description: str
    responses: Mapping[int, ByVersion]
    query: ByVersion = None
    headers: ByVersion = None
    body: ByVersion = None
    errors: tuple[str, ...] = ()
    error_list: type[Any] = ErrorsInData
    examples: Mapping[str, Any] = field(default_factory=dict)
    form: bool = False

    def every_error(self) -> tuple[str, ...]:
        """Return the names of all errors of the operation, its own last."""
        return tuple(dict.fromkeys((*COMMON_ERRORS, *(() if self.body is None else BODY_ERRORS), *self.errors)))
