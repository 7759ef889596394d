"""Validating the text or tree of a fixture against the format."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from mockcrm.core.strict_input import ErrorDetails, error_message, error_path
from mockcrm.fixture_format.errors import FixtureError
from mockcrm.fixture_format.model import PATTERNS, Fixture
from mockcrm.fixture_format.source import read_tree


def parse_fixture(source: bytes | str | dict[str, Any], name: str) -> Fixture:
    """Return the fixture in YAML or JSON text or in a tree; messages use `name`. Raises FixtureError for every error
    that can be found without an org (unknown users, fields and the like are found while loading)."""
    tree = read_tree(source, name)
    try:
        fixture = Fixture.model_validate(tree)
    except ValidationError as error:
        cause = _cause(error)
        raise FixtureError(error_path(cause), _message(cause), name) from None
    fixture._name = name
    return fixture


def _cause(error: ValidationError) -> ErrorDetails:
    """Return the error to report. A misspelt key often makes another one missing; the misspelt key is the cause."""
    found = error.errors(include_url=False)
    return next((item for item in found if item["type"] == "unknown_key"), found[0])


def _message(cause: ErrorDetails) -> str:
    if cause["type"] == "missing" and cause["loc"] == ("mockcrm",):
        return "missing; expected `mockcrm: 1`, the version of the format"
    return error_message(cause, mapping="a mapping", patterns=PATTERNS)
