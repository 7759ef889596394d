"""An org's metadata in memory, for tests of pure functions."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from mockcrm.catalog.model import Field
from mockcrm.state.directory import Directory
from mockcrm.state.fixtures.load import create_org
from mockcrm.state.fixtures.parse import parse_fixture
from mockcrm.state.reading import read_directory
from mockcrm.state.schema import create_schema


def directory(fixture: Mapping[str, Any] | None = None) -> Directory:
    """The metadata of an org made from a fixture."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create_schema(connection)
        create_org(connection, parse_fixture({"mockcrm": 1, **(fixture or {})}, "test"), 1_700_000_000)
        return read_directory(connection)


def field(data_type: str, **more: Any) -> Field:
    """A field of a type, named F."""
    return Field(1, "F", "F", data_type, more.pop("json_type", "string"), **more)
