"""Putting the tables into an org's file. The statements are those of schema.sql, which tables.py generates.

The running server uses this instead of the SQLModel classes, so that starting it does not import SQLAlchemy.
"""

from __future__ import annotations

import sqlite3
from importlib.resources import files

FORMAT = 1
"""Version of the file format: PRAGMA user_version of an org's file and of the registry file."""


def create_schema(connection: sqlite3.Connection) -> None:
    """Create every table and index of an org in an empty file and mark it with FORMAT.

    Statement by statement: executescript would commit a transaction that the caller has begun.
    """
    script = files("mockcrm.core.orgs").joinpath("schema.sql").read_text(encoding="utf-8")
    for statement in script.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {FORMAT}")
