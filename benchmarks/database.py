"""The baselines that are SQLite alone: the same rows, the same pragmas, no server around them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

CHUNK = 500


def connect(path: Path) -> sqlite3.Connection:
    """A connection with the pragmas of mockcrm's ephemeral state."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def copy(template: Path, target: sqlite3.Connection) -> None:
    """The raw backup call: the whole template into an open database."""
    with closing(sqlite3.connect(f"{template.as_uri()}?mode=ro&immutable=1", uri=True)) as source:
        source.backup(target)


def checkpoint(connection: sqlite3.Connection) -> None:
    """Empty the WAL."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def lead_ids(connection: sqlite3.Connection) -> list[int]:
    """Return the ids of the records in the view."""
    condition = "json_extract(fields, '$.Lead_Source') = 'Advertisement'"
    return [row[0] for row in connection.execute(f"SELECT id FROM record WHERE {condition} ORDER BY id")]


def update_in_chunks(connection: sqlite3.Connection, first: int, last: int, value: str) -> None:
    """json_set over the records `first` to `last`, 500 ids in a transaction: the statements of a job without everything
    else."""
    statement = "UPDATE record SET fields = json_set(fields, '$.Rating', ?), modified_time = ? WHERE id BETWEEN ? AND ?"
    for low in range(first, last + 1, CHUNK):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement, (value, low, low, min(low + CHUNK - 1, last)))
        connection.execute("COMMIT")


def handwritten_copy(template: Path, target: Path) -> None:
    """The table of the hand-written handler, with the documents of an org's records."""
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE lead (id INTEGER PRIMARY KEY, fields TEXT NOT NULL, modified TEXT)")
        connection.execute("ATTACH ? AS source", (str(template),))
        connection.execute("INSERT INTO lead SELECT id, fields, NULL FROM source.record")


def wal_sizes(folder: Path) -> dict[Path, int]:
    """Bytes of every WAL below a folder."""
    found = {}
    for path in folder.rglob("*-wal"):
        try:
            found[path] = path.stat().st_size
        except FileNotFoundError:
            continue
    return found
