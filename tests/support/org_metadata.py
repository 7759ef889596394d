"""An org's metadata in memory, for tests of pure functions."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from mockcrm.core.catalog.model import Field
from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.core.org_metadata.reading import read_metadata
from mockcrm.core.orgs.schema import create_schema
from mockcrm.fixture_format.load import create_org
from mockcrm.fixture_format.parse import parse_fixture


def make_metadata(fixture: Mapping[str, Any] | None = None) -> OrgMetadata:
    """The metadata of an org made from a fixture."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create_schema(connection)
        create_org(connection, parse_fixture({"mockcrm": 1, **(fixture or {})}, "test"), 1_700_000_000)
        return read_metadata(connection)


def field(data_type: str, **more: Any) -> Field:
    """A field of a type, named F."""
    return Field(1, "F", "F", data_type, more.pop("json_type", "string"), **more)
