"""Write fixtures/schema.json from the models of the fixture format: `python -m tools.fixture_schema`."""

from __future__ import annotations

from pathlib import Path

from mockcrm.fixture_format.json_schema import schema_text

TARGET = Path(__file__).parents[1] / "fixtures" / "schema.json"

if __name__ == "__main__":
    TARGET.write_text(schema_text(), encoding="utf-8")
