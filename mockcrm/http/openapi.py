"""OpenAPI documents of the emulated API and the accounts host, made by FastAPI from endpoint rows and models.

The routes that are built here only describe: requests never reach them, because the emulated API has its own order of
checks and its own errors (mockcrm/http/exchange.py). This module is imported when a document is first requested.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from http import HTTPStatus
from operator import or_
from typing import Annotated, Any, Literal

from fastapi import Body, Form, Header, Path, Query
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute

from mockcrm import __version__
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.book import ErrorBook
from mockcrm.core.versions import LATEST, VERSIONS, ApiVersion
from mockcrm.http.documented import EMPTY, HTML, Documented, Model, model_in
from mockcrm.http.schema.base import ErrorItem, ModuleName, RecordId

Tree = dict[str, Any]

ALL = "all"
"""The document with the paths of every version."""
ANY = "any"
"""The document in which the version is a parameter of the path; its models are the newest."""
DOCUMENTS = (*VERSIONS, ALL, ANY)
SECURITY = "oauthToken"

_ABOUT = """\
The REST API of Zoho CRM as mockcrm emulates it. Which fields a record has depends on the org: read settings/fields.
Errors are listed with each response by the name that the header X-Mockcrm-Rule has; any of them can also be injected
with the control API."""
_TITLES = {
    201: "Created",
    204: "Nothing found",
    207: "Some of them failed, and have their errors in their places",
    304: "Nothing has changed since",
}


@dataclass(frozen=True, slots=True)
class DescribedOperation:
    """One verb of one path, with everything that a document says of it. `path` may contain `{version}`; `error_names`
    are those of the error book."""

    path: str
    verb: str
    name: str
    tag: str
    documented: Documented
    error_names: tuple[str, ...]
    since: ApiVersion = ApiVersion.V2
    signed_in: bool = True


class Documents:
    """The documents of one server, each made when it is first requested. `load` returns the operations in the order in
    which paths are matched; `book` has every error by name."""

    def __init__(self, load: Callable[[], Sequence[DescribedOperation]], book: ErrorBook) -> None:
        self._load = load
        self._book = book
        self._made: dict[str, Tree] = {}

    def document(self, label: str, url: str) -> Tree:
        """Return the document `label`, one of DOCUMENTS. `url` is the base URL by which the API is to be called."""
        if label not in self._made:
            self._made[label] = _document(label, self._load(), self._book)
        return {**self._made[label], "servers": [{"url": url}]}


def _document(label: str, operations: Sequence[DescribedOperation], book: ErrorBook) -> Tree:
    document = get_openapi(
        title="Zoho CRM, as mockcrm emulates it" + (f" ({label})" if label in VERSIONS else ""),
        version=__version__,
        description=_ABOUT,
        routes=list(_routes(label, operations, book)),
        separate_input_output_schemas=False,
    )
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        SECURITY: {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Zoho-oauthtoken <access token>`",
        }
    }
    document["security"] = [{SECURITY: []}]
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)  # FastAPI adds its own validation, which does not run here
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _never_null(parameter["schema"])
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    return document


def _never_null(schema: Tree) -> Tree:
    """Return the schema of an optional parameter: it may be left out, but there is no null in a URL."""
    members = [member for member in schema.get("anyOf", ()) if member.get("type") != "null"]
    if not members:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**rest, **members[0]} if len(members) == 1 else {**rest, "anyOf": members}


# -- routes ------------------------------------------------------------------------------------------------------


def _routes(label: str, operations: Iterable[DescribedOperation], book: ErrorBook) -> Iterator[APIRoute]:
    for operation in operations:
        if "{version}" not in operation.path:
            yield _route(label, operation, (LATEST,), operation.path, book)
            continue
        versions = [version for version in ApiVersion if version >= operation.since]
        if label == ANY:
            yield _route(label, operation, versions, operation.path, book)
            continue
        for version in versions:
            if label in (ALL, version.label):
                path = operation.path.replace("{version}", version.label)
                yield _route(label, operation, (version,), path, book)


def _route(
    label: str,
    operation: DescribedOperation,
    versions: Sequence[ApiVersion],
    path: str,
    book: ErrorBook,
) -> APIRoute:
    documented = operation.documented
    prefix = f"{versions[0].name.lower()}_" if label == ALL and "{version}" in operation.path else ""
    responses = _responses(operation, versions, book, examples=label != ALL)
    html = any(model is HTML for model in documented.responses.values())
    return APIRoute(
        path,
        _endpoint(operation, versions, path),
        methods=[operation.verb],
        name=operation.name,
        operation_id=prefix + operation.name,
        tags=[operation.tag],
        summary=re.split(r"[.;:]", documented.description)[0],
        description=documented.description,
        status_code=min(responses),
        response_class=HTMLResponse if html else JSONResponse,
        response_model=None,
        responses=responses,
        openapi_extra=None if operation.signed_in else {"security": []},
    )


def _endpoint(operation: DescribedOperation, versions: Sequence[ApiVersion], path: str) -> Callable[..., None]:
    """Return a function that is never called: FastAPI reads the parameters of the operation from its signature."""
    documented, newest = operation.documented, versions[-1]
    of_path: Mapping[str, Any] = {
        "version": Annotated[Literal[tuple(version.label for version in versions)], Path()],
        "module": Annotated[ModuleName, Path(description="api name of a module")],
        "api_name": Annotated[ModuleName, Path(description="api name of a module")],
        "id": Annotated[RecordId, Path()],
    }
    parameters = {part[1:-1]: of_path[part[1:-1]] for part in path.split("/") if part.startswith("{")}
    query, headers = model_in(documented.query, newest), model_in(documented.headers, newest)
    body = model_in(documented.body, newest)
    if query is not None:
        parameters["query"] = Annotated[query, Query()]
    if headers is not None:
        parameters["headers"] = Annotated[headers, Header()]
    if body is not None:
        examples: Any = {title: {"value": value} for title, value in documented.examples.items()} or None
        kind = Form if documented.form else Body
        parameters["body"] = Annotated[body, kind(openapi_examples=examples)]

    def describe() -> None:
        """Stand for the handler."""

    keyword = inspect.Parameter.KEYWORD_ONLY
    describe.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, keyword, annotation=kind) for name, kind in parameters.items()]
    )
    return describe


# -- responses ---------------------------------------------------------------------------------------------------


def models_of(
    documented: Documented, error_names: Iterable[str], version: ApiVersion, book: ErrorBook
) -> dict[int, list[Model]]:
    """Return the models of each HTTP status that an operation can have in `version`, under any status profile; EMPTY
    stands for no body."""
    models: dict[int, list[Model]] = {}
    for status, choice in documented.responses.items():
        model = model_in(choice, version)
        if model is not None:
            models.setdefault(status, []).append(model)
    for name in error_names:
        error = book[name].sample()
        listed = error.shape_in(version) != "top"
        for status in _statuses(error, version):
            _add(models, status, documented.error_list if listed else ErrorItem)
        if error.shape_in(version) == "record":
            _add(models, 400, documented.error_list)  # several records that fail for different reasons
    return models


def _add(models: dict[int, list[Model]], status: int, model: Model) -> None:
    if model not in models.setdefault(status, []):
        models[status].append(model)


def _statuses(error: ZohoError, version: ApiVersion) -> set[int]:
    return {error.status_in(version, "reference"), error.status_in(version, "article")}


def _responses(
    operation: DescribedOperation, versions: Sequence[ApiVersion], book: ErrorBook, *, examples: bool
) -> dict[Any, Tree]:
    models: dict[int, list[Model]] = {}
    errors: dict[int, dict[str, Tree]] = {}
    for version in reversed(versions):
        for status, found in models_of(operation.documented, operation.error_names, version, book).items():
            for model in found:
                _add(models, status, model)
        for name in operation.error_names:
            error = book[name].sample()
            for status in _statuses(error, version):
                example = {"summary": error.trigger or error.message, "value": _body_of(error, version, operation)}
                errors.setdefault(status, {}).setdefault(name, example)
    return {
        status: _response(status, models[status], errors.get(status, {}), examples=examples)
        for status in sorted(models)
    }


def _body_of(error: ZohoError, version: ApiVersion, operation: DescribedOperation) -> Tree:
    item = error.item(version)
    if error.shape_in(version) == "top":
        return item
    (key,) = operation.documented.error_list.model_fields
    return {key: [item]}


def _response(status: int, models: Sequence[Model], errors: Mapping[str, Tree], *, examples: bool) -> Tree:
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    lines = [f"- {name}: {example['summary']}" for name, example in errors.items()]
    described: Tree = {"description": "\n".join([title, "", *lines]) if lines else title}
    if errors:
        items = [example["value"] for example in errors.values()]
        described["x-error-codes"] = sorted({_code_of(item) for item in items})
    if HTML in models:
        return {**described, "content": {"text/html": {"schema": {"type": "string"}}}}
    bodies = [model for model in models if model is not EMPTY]
    if not bodies:
        return described
    described["model"] = reduce(or_, bodies)
    if errors and examples:
        described["content"] = {"application/json": {"examples": dict(errors)}}
    return described


def _code_of(body: Tree) -> str:
    item = body if "code" in body else next(iter(body.values()))[0]
    return str(item["code"])
