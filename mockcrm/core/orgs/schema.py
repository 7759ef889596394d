"""Creating the tables in an org's file, with the statements of schema.sql, which are generated from the SQLModel
classes.

The running server uses this instead of those classes, so that it starts without importing SQLAlchemy.
"""

from __future__ import annotations

import re
import sqlite3
from importlib.resources import files

FORMAT = 2
"""Version of the format of an org's file: its PRAGMA user_version."""
OLDEST_FORMAT = 1
"""The first format that is read; `upgrade` changes a file of it to FORMAT when its org is opened."""
REGISTRY_FORMAT = 1
"""Version of the format of the registry file."""


def create_schema(connection: sqlite3.Connection) -> None:
    """Create every table and index of an org in an empty file and set its format version."""
    create_tables(connection)
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def create_tables(connection: sqlite3.Connection, *, missing: bool = False) -> None:
    """Create every table and index of an org; with `missing`, those that its file does not have.

    Runs each statement separately: executescript would commit the caller's transaction.
    """
    script = files("mockcrm.core.orgs").joinpath("schema.sql").read_text(encoding="utf-8")
    if missing:
        script = _CREATE.sub(r"\1 IF NOT EXISTS ", script)
    for statement in script.split(";\n"):
        connection.execute(statement)


_CREATE = re.compile(r"^(CREATE (?:TABLE|INDEX|UNIQUE INDEX)) ", re.MULTILINE)
