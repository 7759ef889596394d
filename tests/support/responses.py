"""The check of a response against the models that document its operation (mockcrm/crm/*/models.py).

Requests of `tests.support.application` are checked as they come: the status is one that the operation documents in that
version, the body is what one of its models says, and the errors in it belong to the operation.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce
from operator import or_
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.routing import compile_path

from mockcrm.accounts import models as accounts
from mockcrm.core.versions import VERSIONS, ApiVersion
from mockcrm.crm import CAPABILITIES, ENDPOINTS
from mockcrm.crm.error_book import ERROR_BOOK
from mockcrm.crm.openapi import operations
from mockcrm.http.documented import EMPTY
from mockcrm.http.openapi import DescribedOperation, Documents, models_of

Key = tuple[str, str, ApiVersion]

DOCUMENTS = Documents(lambda: [*operations(CAPABILITIES), *accounts.OPERATIONS], ERROR_BOOK)
"""The documents as a server has them."""

OPERATIONS: dict[tuple[str, str], DescribedOperation] = {
    (operation.path, operation.verb): operation for operation in operations(CAPABILITIES)
}
"""Every documented operation by the path of its endpoint row and verb."""


@cache
def _models(key: Key) -> dict[int, list[Any]]:
    path, verb, version = key
    operation = OPERATIONS[path, verb]
    assert version >= operation.since, key
    return models_of(operation.documented, operation.error_names, version, ERROR_BOOK)


@cache
def _adapter(key: Key, status: int) -> TypeAdapter[Any]:
    return TypeAdapter(reduce(or_, [model for model in _models(key)[status] if model is not EMPTY]))


def validate(endpoint: str, verb: str, version: ApiVersion, status: int, body: bytes) -> None:
    """Raise AssertionError, with what is wrong, unless the operation documents a response with this status and body in
    this version. KeyError: there is no such operation."""
    where = f"{verb} {endpoint} {version.label} ({status})"
    models = _models((endpoint, verb, version)).get(status)
    assert models is not None, f"{where}: undocumented status"
    if not body:
        assert EMPTY in models, f"{where}: no body"
        return
    assert models != [EMPTY], f"{where}: a body"
    try:
        _adapter((endpoint, verb, version), status).validate_json(body)
    except ValidationError as error:
        raise AssertionError(f"{where}: {error}") from None


def endpoint_of(path: str) -> tuple[str, ApiVersion] | None:
    """Return the endpoint and the version of a request path; None for a path outside the emulated API."""
    for pattern, endpoint in _patterns():
        match = pattern.match(path)
        if match is not None:
            version = VERSIONS.get(match.groupdict().get("version", ""))
            return None if version is None else (endpoint, version)
    return None


@cache
def _patterns() -> list[tuple[Any, str]]:
    return [(compile_path(endpoint.path)[0], endpoint.path) for endpoint in ENDPOINTS]


def check(verb: str, path: str, status: int, body: bytes, rules: Iterable[str] = ()) -> None:
    """Validate a response, if its operation exists in its version. `rules` are the names of its errors."""
    found = endpoint_of(path)
    if found is None:
        return
    endpoint, version = found
    operation = OPERATIONS.get((endpoint, verb))
    if operation is None or version < operation.since:
        return
    undocumented = set(rules) - set(operation.error_names)
    assert not undocumented, f"{verb} {endpoint}: undocumented errors {undocumented}"
    validate(endpoint, verb, version, status, body)
