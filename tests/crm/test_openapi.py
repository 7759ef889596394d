"""The emulated API's OpenAPI document: it is made from the table of endpoints, and leaves nothing out."""

from __future__ import annotations

import re

import orjson

from mockcrm.crm import ENDPOINTS, openapi
from tests.support.application import HOST, Application

OPERATIONS = {(endpoint.path, verb) for endpoint in ENDPOINTS for verb in endpoint.operations}


def test_every_operation_is_in_it() -> None:
    paths = openapi.document(HOST)["paths"]

    found = {(path, verb.upper()) for path, item in paths.items() for verb in item if verb != "parameters"}

    assert found == OPERATIONS | {("/oauth/v2/token", "POST")}


def test_every_body_is_described() -> None:
    assert set(openapi.BODIES) == {operation for operation in OPERATIONS if operation[1] in ("POST", "PUT", "PATCH")}


def test_parameters_belong_to_operations_that_exist() -> None:
    assert {*openapi.QUERIES, *openapi.HEADERS} <= OPERATIONS


def test_every_schema_that_is_named_is_there() -> None:
    made = openapi.document(HOST)

    named = set(re.findall(r'"#/components/schemas/(\w+)"', orjson.dumps(made).decode()))

    assert named | {"Refusal"} == set(made["components"]["schemas"])


def test_it_is_served_with_the_address_that_the_client_came_by(application: Application) -> None:
    answer = application.send("GET", "/_mockcrm/api-openapi.json")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == openapi.document(HOST)
