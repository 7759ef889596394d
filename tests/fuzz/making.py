"""Requests out of an OpenAPI document: what it allows, with things that exist among what is made up, and what it does
not allow."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

few = settings(
    max_examples=max(1, settings.default.max_examples // 10),
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
    database=None,
)
"""Requests are dearer than values, and there are many operations."""


def operations(known: dict[str, Any], free: dict[str, Any]) -> list[Any]:
    """Every operation of a document, as parameters of a test: by a copy of it that names existing things, and by the
    unchanged document."""
    made = [
        [operation.ok() for operation in schemathesis.openapi.from_dict(document).get_all_operations()]
        for document in (known, free)
    ]
    return [pytest.param(pair, id=f"{pair[0].method.upper()} {pair[0].path}") for pair in zip(*made, strict=True)]


def conform(pairs: list[tuple[Any, Any]], case: Case, response: httpx.Response) -> None:
    """Assert that the unchanged document has the response to the case of one of the operations: its status, its
    content type and its schema."""
    free = next(free for _, free in pairs if free.path == case.operation.path)
    free.Case(path_parameters=case.path_parameters).validate_response(
        response.extensions["schemathesis"],
        checks=[status_code_conformance, content_type_conformance, response_schema_conformance],
    )


def cases_of(pair: tuple[Any, Any], *paths: dict[str, str]) -> st.SearchStrategy[Case]:
    """Requests that the operation's description allows, most of them about what exists, and some at `paths` (parameters
    of its path) that it does not: with a wrong path, nothing else would be looked at."""
    known, free = pair
    return st.one_of(
        *(known.as_strategy(generation_mode=GenerationMode.POSITIVE, path_parameters=path) for path in paths),
        known.as_strategy(generation_mode=GenerationMode.POSITIVE),
        *(known.as_strategy(generation_mode=GenerationMode.NEGATIVE, path_parameters=path) for path in paths),
        free.as_strategy(generation_mode=GenerationMode.POSITIVE),
    )
