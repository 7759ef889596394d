"""The control API: for any request no 5xx, errors in its own shape, and a rejected request changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from schemathesis.generation.case import Case

from mockcrm.control.app import create_control
from mockcrm.settings import Settings
from tests.live.server import REPOSITORY

from .conftest import ORG, Fuzzed
from .making import cases_of, few, operations

KNOWN = {"org": ORG, "module": "Leads", "record": "1001", "id": "1001", "name": "one", "job": "1", "fault": "1"}


class Nothing:
    """Stands for a running server where only the document of its control API is needed."""

    settings = Settings()


def documented() -> dict[str, Any]:
    """The document of the control API."""
    made = create_control(Nothing()).openapi()  # type: ignore[arg-type]
    made["servers"] = [{"url": "/_mockcrm"}]
    return made


def known_document() -> dict[str, Any]:
    """The document with what exists for what its paths allow."""
    made = documented()
    for item in made["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["schema"] = {"enum": [KNOWN[parameter["name"]]]}
    schemas = made["components"]["schemas"]
    schemas.update(fixture_schemas())
    schemas["NewOrg"]["properties"]["fixture"] = {"$ref": "#/components/schemas/Fixture"}
    load = made["paths"]["/orgs/{org}/load"]["post"]["requestBody"]
    load["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/Fixture"}}}
    return made


def fixture_schemas() -> dict[str, Any]:
    """The published schema of fixtures, whose parts become schemas of the document."""
    text = (REPOSITORY / "fixtures" / "schema.json").read_text("utf-8")
    fixture = json.loads(text.replace('"#/$defs/', '"#/components/schemas/Fixture'))
    parts = {f"Fixture{name}": part for name, part in fixture.pop("$defs").items()}
    # No request should take long or call another host.
    parts["FixtureGenerate"]["properties"]["count"]["maximum"] = 50
    parts["FixtureWorkflow"]["properties"]["webhook"] = {"enum": ["http://127.0.0.1:9/hook"]}
    return {**parts, "Fixture": fixture}


@pytest.mark.parametrize("operation", operations(known_document(), documented()))
def test_any_call(fuzzed: Fuzzed, operation: Any) -> None:
    fuzzed.reset()
    before = fuzzed.state()

    @few
    @given(cases_of(operation, KNOWN))
    def ask(case: Case) -> None:
        response = fuzzed.send(case)
        assert response.status_code < 500, response.text
        if response.status_code >= 400:
            content = response.json()
            assert set(content) == {"error"}
            assert set(content["error"]) in ({"message"}, {"message", "where"})
            assert fuzzed.state() == before
        elif case.method != "GET":
            fuzzed.reset()

    ask()
