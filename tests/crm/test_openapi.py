"""The OpenAPI documents of the emulated API: they are valid, and no operation, parameter or error is missing."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from mockcrm.core.versions import VERSIONS, ApiVersion
from mockcrm.crm import CAPABILITIES, ENDPOINTS
from mockcrm.crm.error_book import ERROR_BOOK
from mockcrm.http import openapi
from mockcrm.http.documented import BODY_ERRORS, COMMON_ERRORS
from mockcrm.http.openapi import ALL, ANY, DOCUMENTS
from tests.support.application import HOST, Application
from tests.support.responses import OPERATIONS

ROWS = {
    (endpoint.path, verb): max(endpoint.since, operation.since)
    for endpoint in ENDPOINTS
    for verb, operation in endpoint.operations.items()
}
ACCOUNTS = {
    ("/oauth/v2/token", "POST"),
    ("/oauth/v2/token/revoke", "POST"),
    ("/oauth/v2/auth", "GET"),
    ("/oauth/v2/auth/refresh", "GET"),
    ("/oauth/user/info", "GET"),
}


FEW = ("v2", "v8", ANY)
OTHERS = tuple(label for label in DOCUMENTS if label not in FEW)
"""Making and checking a document takes about two seconds, so `make proof` has these."""


class Documents(dict[str, dict[str, Any]]):
    """Each document as the server sends it, fetched when it is first needed."""

    def __init__(self, application: Application) -> None:
        super().__init__()
        self._application = application

    def __missing__(self, label: str) -> dict[str, Any]:
        found: dict[str, Any] = self._application.send("GET", f"/_mockcrm/openapi/{label}.json").json()
        self[label] = found
        return found


@pytest.fixture(scope="module")
def documents() -> Iterator[Documents]:
    with Application() as application:
        yield Documents(application)


def test_every_row_is_documented_and_nothing_else() -> None:
    assert OPERATIONS.keys() == ROWS.keys()
    for capability in CAPABILITIES:
        handlers = {
            operation.handler.__name__
            for endpoint in capability.endpoints
            for operation in endpoint.operations.values()
        }
        assert not handlers or capability.documented().keys() == handlers, capability.name


def test_every_error_is_documented_somewhere() -> None:
    named = {name for operation in OPERATIONS.values() for name in operation.error_names}

    assert {*COMMON_ERRORS, *BODY_ERRORS} <= named
    assert named == ERROR_BOOK.keys()


@pytest.mark.parametrize("label", [*FEW, *(pytest.param(label, marks=pytest.mark.slow) for label in OTHERS)])
def test_a_document_is_valid(documents: Documents, label: str) -> None:
    document = documents[label]

    OpenAPIV31SpecValidator(document).validate()
    assert document["servers"] == [{"url": HOST}]
    operations = [item for path in document["paths"].values() for item in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    # FastAPI writes the module's name into that of a model when two have the same name.
    assert [name for name in document["components"]["schemas"] if "__" in name] == []
    named = set(re.findall(r'"#/components/schemas/(\w+)"', orjson.dumps(document).decode()))
    assert named == set(document["components"]["schemas"])
    for parameter in (item for operation in operations for item in operation.get("parameters", ())):
        assert parameter["in"] in ("path", "query", "header")
        assert "null" not in orjson.dumps(parameter["schema"]).decode(), parameter


@pytest.mark.parametrize(
    "version",
    [version if version.label in FEW else pytest.param(version, marks=pytest.mark.slow) for version in ApiVersion],
    ids=lambda version: version.label,
)
def test_a_version_has_its_own_document(documents: Documents, version: ApiVersion) -> None:
    expected = {(path.format_map(At(version)), verb) for (path, verb), since in ROWS.items() if version >= since}

    assert _operations(documents[version.label]) == expected | ACCOUNTS


@pytest.mark.slow
def test_all_versions_are_in_one_document(documents: Documents) -> None:
    expected = set().union(*(_operations(documents[label]) for label in VERSIONS))

    assert _operations(documents[ALL]) == expected
    assert documents[ALL]["paths"]["/crm/v8/{module}"]["get"]["operationId"] == "v8_get_records"
    assert documents["v8"]["paths"]["/crm/v8/{module}"]["get"]["operationId"] == "get_records"


def test_the_version_may_be_a_parameter(documents: Documents) -> None:
    assert _operations(documents[ANY]) == ROWS.keys() | ACCOUNTS
    (version,) = (
        parameter["schema"]["enum"]
        for parameter in documents[ANY]["paths"]["/crm/{version}/__features"]["get"]["parameters"]
        if parameter["name"] == "version"
    )
    assert version == ["v6", "v7", "v8"]


def test_a_mass_update_in_the_document(documents: Documents) -> None:
    operation = documents["v8"]["paths"]["/crm/v8/{module}/actions/mass_update"]["post"]

    body = operation["requestBody"]["content"]["application/json"]
    assert body["schema"]["anyOf"] == [
        {"$ref": "#/components/schemas/MassUpdateByIds"},
        {"$ref": "#/components/schemas/MassUpdateByView"},
    ]
    assert set(body["examples"]) == {"by ids", "by view", "by view and territory"}
    assert set(operation["responses"]) == {"200", "207", "400", "401", "403", "404", "413", "429", "500", "501"}
    refused = operation["responses"]["400"]
    assert "ALREADY_SCHEDULED" in refused["x-error-codes"]
    assert refused["content"]["application/json"]["examples"]["INVALID_CVID"] == {
        "summary": ERROR_BOOK["INVALID_CVID"].trigger,
        "value": {
            "code": "INVALID_DATA",
            "details": {"api_name": "cvid", "json_path": "$.cvid"},
            "message": "the cvid given seems to be invalid",
            "status": "error",
        },
    }
    assert documents["v2"]["paths"]["/crm/v2/{module}/actions/mass_update"]["post"]["responses"].keys() == {
        *("200", "202", "400", "401", "403", "404", "413", "429", "500", "501")
    }


def test_an_unknown_document(application: Application) -> None:
    response = application.send("GET", "/_mockcrm/openapi/v99.json")

    message = "unknown endpoint GET /_mockcrm/openapi/v99.json; see /_mockcrm/docs"
    assert (response.status_code, response.json()) == (404, {"error": {"message": message}})


def test_the_old_address(application: Application, documents: Documents) -> None:
    response = application.send("GET", "/_mockcrm/api-openapi.json")

    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert response.json() == documents[ANY]


class At(dict[str, str]):
    """Fills `{version}` of a path and leaves its other parameters as they are."""

    def __init__(self, version: ApiVersion) -> None:
        super().__init__(version=version.label)

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _operations(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(path, verb.upper()) for path, item in document["paths"].items() for verb in item}


def test_a_document_is_made_once_for_requests_that_come_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """FastAPI cannot describe models in two threads at once."""
    made = []

    def slow(*arguments: Any) -> dict[str, Any]:
        made.append(arguments)
        time.sleep(0.1)
        return {}

    async def requests() -> list[httpx.Response]:
        return await asyncio.gather(*(application.client.get("/_mockcrm/openapi/all.json") for _ in range(8)))

    monkeypatch.setattr(openapi, "_document", slow)
    with Application() as application:
        responses = application.run(requests())

    assert {response.status_code for response in responses} == {200}
    assert len(made) == 1
