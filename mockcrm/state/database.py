"""SQLite files: how they are opened, copied and kept small. No statement about the org's contents stands here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mockcrm.state.folding import register

WAL_SOFT_BYTES = 4 * 2**20
"""Above this the maintenance thread copies the WAL back beside the traffic (a passive checkpoint)."""

WAL_HARD_BYTES = 32 * 2**20
"""Above this it takes the gate and empties the WAL."""


def connect(path: Path, *, durable: bool) -> sqlite3.Connection:
    """A connection in WAL mode, to be used by one thread at a time.

    A commit is in the file before it returns, so kill -9 loses nothing. `durable` also asks the disk when the WAL
    is copied back (a power cut); a temporary state is not worth that. The WAL is never copied back by a request:
    SQLite's own automatic checkpoint made writers wait 62 ms.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    # Before the journal mode, which asks the disk too when it makes a new file WAL: 17 ms of an org's making.
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if durable else 'OFF'}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("PRAGMA temp_store = MEMORY")
    register(connection)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Everything inside is committed together, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        # A COMMIT that failed (a full disk) may have ended the transaction by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Everything inside reads the same state of the file, whatever is committed meanwhile."""
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        connection.execute("COMMIT")


def copy_into(source: Path, target: sqlite3.Connection) -> None:
    """Replace the whole content of `target` by that of the closed file `source`, page by page, in one transaction."""
    with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro&immutable=1", uri=True)) as template:
        template.backup(target)


def copy_out(source: sqlite3.Connection, target: Path) -> None:
    """Write the content of `source` as a closed file; it appears under its name only when it is whole."""
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    partial.replace(target)


def wal_bytes(path: Path) -> int:
    """Size of the WAL beside a database file, 0 when there is none."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def remove_files(path: Path) -> None:
    """Delete a database file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
