"""Creating the tables in an org's file, with the statements of schema.sql, which are generated from the SQLModel
classes.

The running server uses this instead of those classes, so that it starts without importing SQLAlchemy.
"""

from __future__ import annotations

import sqlite3
from importlib.resources import files

FORMAT = 1
"""Version of the file format: PRAGMA user_version of an org's file and of the registry file."""


def create_schema(connection: sqlite3.Connection) -> None:
    """Create every table and index of an org in an empty file and set its format version.

    Runs each statement separately: executescript would commit the caller's transaction.
    """
    script = files("mockcrm.core.orgs").joinpath("schema.sql").read_text(encoding="utf-8")
    for statement in script.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {FORMAT}")
