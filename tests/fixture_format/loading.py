"""Orgs in memory for the tests of fixtures: made, loaded onto, exported."""

from __future__ import annotations

import sqlite3
import weakref
from typing import Any

import orjson

from mockcrm.core.org_metadata.reading import read_metadata
from mockcrm.core.orgs.schema import create_schema
from mockcrm.fixture_format.export import export_org
from mockcrm.fixture_format.find import packaged_fixtures
from mockcrm.fixture_format.load import apply_fixture, create_org
from mockcrm.fixture_format.parse import parse_fixture

NOW = 1_700_000_000
BASE = 554023_000000_000000
FIRST_NEW = BASE + 20_000_000


class LoadedOrg:
    """An org in memory with a few ways to look at it; it is closed when it is no longer referenced."""

    def __init__(self, fixture: dict[str, Any] | str | bytes | None = None, now: int = NOW) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self.connection.close)
        create_schema(self.connection)
        if isinstance(fixture, dict):
            fixture = {"mockcrm": 1, **fixture}
        create_org(self.connection, None if fixture is None else parse_fixture(fixture, "test"), now)

    def load(self, fixture: dict[str, Any], now: int = NOW) -> list[dict[str, Any]]:
        """Add a fixture in a transaction of its own."""
        self.connection.execute("BEGIN")
        try:
            clients = apply_fixture(self.connection, parse_fixture({"mockcrm": 1, **fixture}, "more"), now)
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return clients

    @property
    def metadata(self) -> Any:
        return read_metadata(self.connection)

    def rows(self, statement: str, *values: Any) -> list[Any]:
        return self.connection.execute(statement, values).fetchall()

    def document(self, record_id: int) -> dict[str, Any]:
        """The stored fields of a record."""
        (text,) = self.connection.execute("SELECT fields FROM record WHERE id = ?", (record_id,)).fetchone()
        return orjson.loads(text)  # type: ignore[no-any-return]

    def values(self, record_id: int) -> dict[str, Any]:
        """The fields of a record that are set."""
        return {name: value for name, value in self.document(record_id).items() if value not in (None, False, [])}

    def export(self) -> bytes:
        return orjson.dumps(export_org(self.connection))


def packaged(name: str) -> bytes:
    """Return the text of an included fixture."""
    return (packaged_fixtures() / f"{name}.yaml").read_bytes()
