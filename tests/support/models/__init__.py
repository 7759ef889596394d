"""One response model for each emulated endpoint, verb and version, and the check of an answer against it.

A part of the API has a module here that yields its rows ((endpoint path, verb, version), model); MODELS puts them
together. A model is anything that pydantic's TypeAdapter takes, made of `base.Strict`, and describes every answer
below 400; answers from 400 on are `base.ErrorAnswer`, unless the model takes them itself (answers with an item for
each record). Requests of `tests.support.application` are checked as they come.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.routing import compile_path

from mockcrm.core.versions import VERSIONS, ApiVersion
from mockcrm.crm import ENDPOINTS
from tests.support.models import metadata, records
from tests.support.models.base import ErrorAnswer

Key = tuple[str, str, ApiVersion]

MODELS: dict[Key, Any] = dict(chain(metadata.models(), records.models()))
"""The model of an endpoint's answers, by its path as in api/endpoints.py, verb and version."""

WITHOUT_BODY = frozenset({204, 304})


@cache
def _adapter(key: Key) -> TypeAdapter[Any]:
    return TypeAdapter(MODELS[key])


@cache
def _errors() -> TypeAdapter[Any]:
    return TypeAdapter(ErrorAnswer)


def validate(endpoint: str, method: str, version: ApiVersion, status: int, body: bytes) -> None:
    """Raise AssertionError, with what is wrong, unless `body` is what the endpoint's model (KeyError: it has none)
    says for this verb and version."""
    adapter = _adapter((endpoint, method, version))
    if status in WITHOUT_BODY:
        assert body == b"", f"{method} {endpoint} {version.label}: {status} with a body"
        return
    try:
        if status < 400:
            adapter.validate_json(body)
            return
        try:
            _errors().validate_json(body)
        except ValidationError:
            adapter.validate_json(body)
    except ValidationError as fault:
        raise AssertionError(f"{method} {endpoint} {version.label} ({status}): {fault}") from None


def endpoint_of(path: str) -> tuple[str, ApiVersion] | None:
    """The endpoint that a request path means, and its version; None for what is none of the emulated API's."""
    for pattern, endpoint in _patterns():
        match = pattern.match(path)
        if match is not None:
            version = VERSIONS.get(match.groupdict().get("version", ""))
            return None if version is None else (endpoint, version)
    return None


@cache
def _patterns() -> list[tuple[Any, str]]:
    return [(compile_path(endpoint.path)[0], endpoint.path) for endpoint in ENDPOINTS]


def check(method: str, path: str, status: int, body: bytes) -> None:
    """Validate an answer, if its endpoint has a model in this version."""
    found = endpoint_of(path)
    if found is not None and (found[0], method, found[1]) in MODELS:
        validate(found[0], method, found[1], status, body)
