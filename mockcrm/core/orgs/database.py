"""SQLite files: how they are opened, copied and kept small. Statements about an org's tables are not in this module."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from mockcrm.core.casefold import register

WAL_SOFT_BYTES = 4 * 2**20
"""Above this the maintenance thread makes a passive checkpoint, which does not stop writers."""

WAL_HARD_BYTES = 32 * 2**20
"""Above this it also takes the org's gate and empties the WAL."""

READER_BUSY_MS = 10
"""How long a reader waits for a lock; it has to wait only while a file is recovered or closed."""

BUSY_SECONDS = 10.0
"""How long a request waits for a file that another process has locked."""

PARTIAL = ".partial"
"""The suffix of a file that is not complete yet."""

SUFFIXES = ("", "-wal", "-shm", "-journal")
"""The suffixes of a database file and of the files that SQLite creates beside it."""

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

T = TypeVar("T")


def connect(path: Path, *, synchronous: str, busy_ms: int = 0) -> sqlite3.Connection:
    """Open an existing file in WAL mode; the connection may be used by one thread at a time.

    A commit is in the file before it returns, so kill -9 loses nothing. `synchronous` says what a power cut may lose:
    OFF anything, NORMAL the latest commits, FULL nothing. No request checkpoints the WAL: SQLite's automatic checkpoint
    made writers wait 62 ms. Another process's lock is an error after `busy_ms`, for BusyRetry to handle: SQLite's own
    waiting would block the event loop.
    """
    address = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(
        address, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256, timeout=0
    )
    try:
        connection.execute(f"PRAGMA busy_timeout = {busy_ms}")
        # Before the journal mode: switching a new file to WAL syncs the disk too, 17 ms of creating an org.
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA temp_store = MEMORY")
        register(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def create_private(path: Path) -> None:
    """Create an empty file that only its owner can read, unless it exists. SQLite gives the files that it creates
    beside a database the mode of the database."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))


def is_busy(error: sqlite3.Error) -> bool:
    """Return whether the error only says that another process has locked the file."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_transient(error: sqlite3.Error) -> bool:
    """Return whether the cause of an error may be temporary: a lock, a full disk, a failed read or write."""
    code = getattr(error, "sqlite_errorcode", None)
    return is_busy(error) or (code is not None and code & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR))


class BusyRetry:
    """How long to retry while another process has locked a file: with growing pauses, for BUSY_SECONDS in all."""

    def __init__(self) -> None:
        self._end = time.monotonic() + BUSY_SECONDS
        self._pause = 0.001

    def next_pause(self, error: sqlite3.Error) -> float:
        """Return the seconds to wait before the next try. Raises `error` again when it is not about a lock, or when
        BUSY_SECONDS are over."""
        if not is_busy(error) or time.monotonic() > self._end:
            raise error
        pause, self._pause = self._pause, min(self._pause * 2, 0.05)
        return pause


def retry_while_busy(work: Callable[[], T]) -> T:
    """Call `work`, in a thread that may block, and retry while another process has locked the file."""
    retry: BusyRetry | None = None
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            retry = retry or BusyRetry()
            time.sleep(retry.next_pause(error))


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Commit everything in the `with` block together, or roll it back on an error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        # A COMMIT that failed (a full disk) may already have ended the transaction.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def read_transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Let everything in the `with` block read the same state of the file, even if others commit meanwhile."""
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        connection.execute("COMMIT")


def connect_closed(path: Path) -> sqlite3.Connection:
    """Open a read-only connection to a closed file."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def copy_into(source: Path, target: sqlite3.Connection) -> None:
    """Replace the whole content of `target` with that of the closed file `source`, page by page, in one transaction."""
    with closing(connect_closed(source)) as template:
        _backup(template, target)


def copy_out(source: sqlite3.Connection, target: Path) -> None:
    """Write the content of `source` to a closed file, which gets its name only when it is complete."""
    partial = target.with_suffix(PARTIAL)
    remove_files(partial)
    create_private(partial)
    try:
        with closing(sqlite3.connect(partial)) as copy:
            _backup(source, copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        partial.replace(target)
    except BaseException:
        remove_files(partial)
        raise


def _backup(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    def report(status: int, _remaining: int, _total: int) -> None:
        # Without this, `backup` retries for ever while another process holds the lock, and the caller holds the gate.
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            busy = sqlite3.OperationalError("database is locked")
            busy.sqlite_errorcode = status
            raise busy

    source.backup(target, progress=report, sleep=0.001)


def sync(path: Path) -> None:
    """Flush a file to the disk (fsync)."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def wal_bytes(path: Path) -> int:
    """Return the size of the WAL of a database file, 0 when it has none."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def remove_files(path: Path) -> None:
    """Delete a database file and the files that SQLite created beside it."""
    for suffix in SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
