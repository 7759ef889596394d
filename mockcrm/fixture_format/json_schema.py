"""The JSON Schema of the fixture format, which `mockcrm fixture schema` prints; fixtures/schema.json is the same as a
file, with which editors check YAML.

The schema describes the shapes; what needs an org (that a user or a field exists) is only checked on loading.
"""

from __future__ import annotations

import json
from typing import Any

from mockcrm.fixture_format.model import Fixture


def fixture_schema() -> dict[str, Any]:
    """Return the JSON Schema of a fixture."""
    schema = Fixture.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the content of the schema file."""
    return json.dumps(fixture_schema(), indent=1, ensure_ascii=False) + "\n"
