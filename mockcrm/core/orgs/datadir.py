"""The files of a data dir: locking, permissions, file formats, and what happens when a file is damaged.

Every file carries the version of its format (PRAGMA user_version). An org's file of an earlier format is upgraded when
the org is opened (upgrade.py); a file of any other format is refused. A file that cannot be read is refused too and
left as it is: only its owner knows whether to repair it or to delete it.
"""

from __future__ import annotations

import errno
import itertools
import logging
import os
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Collection
from contextlib import ExitStack, closing, suppress
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import IO

from mockcrm.core.orgs.database import (
    PARTIAL,
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    READER_BUSY_MS,
    SUFFIXES,
    connect,
    create_private,
    is_busy,
    retry_while_busy,
    transaction,
)
from mockcrm.core.orgs.schema import FORMAT, OLDEST_FORMAT, REGISTRY_FORMAT

LOG = logging.getLogger("mockcrm.core")
FOLDERS = ("orgs", "snapshots", "templates")
LOCK, REGISTRY, LOST_FOLDER = "lock", "registry.sqlite", "lost"
TLS, CERTIFICATE = "tls", "ca.pem"
"""The same names as in the module that writes the certificates, which this layer must not import."""
TEMPORARY_PREFIX = "mockcrm-"
"""The prefix of the names of temporary folders."""
ABANDONED_SECONDS = 3600.0
"""A temporary folder without a lock file is taken for abandoned after this time."""


class StateError(Exception):
    """The data dir cannot be used: another server holds it, it is damaged, of another format or not writable.

    The message is one line for the user.
    """


class OrgUnreadable(StateError):
    """An org's file is damaged, missing or of another format; the other orgs are not affected."""


def prepare_root(data_dir: Path | None) -> Path:
    """Create the folder of the state if necessary, readable by its owner only, check that it is writable and return
    it. None creates a temporary one. Raises StateError."""
    root = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX)) if data_dir is None else data_dir
    try:
        if data_dir is not None:
            made = not root.exists()
            root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            if (made or _may_become_data_dir(root)) and _is_owned(root.stat()):
                root.chmod(PRIVATE_FOLDER)
        for name in FOLDERS:
            (root / name).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        raise StateError(f"data dir {root}: cannot be written ({error.strerror})") from error
    return root


def lock(root: Path, *, temporary: bool) -> IO[bytes]:
    """Lock the folder against other servers for as long as the returned file is open. Raises StateError when another
    server holds the lock.

    The lock file of a `temporary` folder gets a mark that allows the removal of exactly this folder. The mark does not
    fit a copy of the folder, and it is removed when the folder is used as a data dir.
    """
    # The lock ends with the process, also after kill -9, so that nothing has to be cleaned up.
    path = root / LOCK
    refuse_link(path)
    create_private(path)
    file = path.open("r+b")
    if not _try_lock(file):
        file.close()
        raise StateError(f"data dir {root}: in use by another mockcrm server")
    file.truncate(0)
    if temporary:
        file.write(temporary_mark(root))
    file.flush()
    return file


def temporary_mark(root: Path) -> bytes:
    """Return the mark in the lock file of a temporary folder."""
    found = root.stat()
    return f"temporary state of a mockcrm server: {root.resolve()} {found.st_dev}:{found.st_ino}\n".encode()


def _try_lock(file: IO[bytes]) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows has no flock, so nothing is locked there
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise  # for example a file system without locks
        return False
    return True


def restrict_permissions(root: Path) -> None:
    """Remove the permissions of group and others from the files of a data dir, which earlier versions set. Files of
    another user are only logged; files that do not belong to the state are ignored."""
    if not (root / REGISTRY).exists():
        return
    for path in [*root.glob(f"{REGISTRY}*"), root / LOCK]:
        _restrict(path, PRIVATE_FILE)
    for name in (*FOLDERS, LOST_FOLDER, TLS):
        _restrict(root / name, PRIVATE_FOLDER)
        for folder, inner, names in os.walk(root / name):
            for item in inner:
                _restrict(Path(folder, item), PRIVATE_FOLDER)
            for item in names:
                if item != CERTIFICATE:  # clients may read it
                    _restrict(Path(folder, item), PRIVATE_FILE)


def _restrict(path: Path, mode: int) -> None:
    with suppress(FileNotFoundError):
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode) or not stat.S_IMODE(found.st_mode) & 0o077:
            return
        if _is_owned(found):
            path.chmod(mode)
        else:
            LOG.warning("data dir: %s is accessible to others and owned by another user; left unchanged", path)


def _is_owned(found: os.stat_result) -> bool:
    # Windows has neither owners nor file modes in this sense.
    return hasattr(os, "getuid") and found.st_uid == os.getuid()


def _may_become_data_dir(root: Path) -> bool:
    """Return whether a folder is a data dir, or empty and about to become one; any other keeps its mode."""
    return (root / REGISTRY).exists() or not any(root.iterdir())


def remove_abandoned_roots() -> None:
    """Remove the temporary folders of servers that were killed: those whose lock is free and whose lock file has the
    mark of a temporary folder."""
    for root in Path(tempfile.gettempdir()).glob(f"{TEMPORARY_PREFIX}*"):
        with suppress(OSError):  # another server may be removing it too
            found = root.lstat()
            if stat.S_ISDIR(found.st_mode) and _is_owned(found):
                _remove_if_dead(root, found.st_mtime)


def _remove_if_dead(root: Path, changed: float) -> None:
    path = root / LOCK
    try:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW), "r+b")
    except FileNotFoundError:
        # The server was killed before it had a lock. Folders that are not empty stay.
        if time.time() - changed > ABANDONED_SECONDS:
            for name in FOLDERS:
                with suppress(FileNotFoundError):
                    (root / name).rmdir()
            root.rmdir()
        return
    with file:
        if file.read() != temporary_mark(root) or not _try_lock(file):
            return
        # Checked again under the lock: a server that uses the folder as its data dir removes the mark under it.
        file.seek(0)
        if file.read() == temporary_mark(root):
            shutil.rmtree(root, ignore_errors=True)


def move_unknown_aside(root: Path, uids: Collection[str]) -> None:
    """Move files that belong to no org of the registry into `lost`, with a warning: they are not deleted, as the
    registry may have lost its latest changes."""
    expected = {f"{uid}.sqlite{suffix}" for uid in uids for suffix in SUFFIXES}
    stray_files = (path for path in (root / "orgs").glob("*.sqlite*") if path.name not in expected)
    unknown_snapshots = (path for path in (root / "snapshots").iterdir() if path.is_dir() and path.name not in uids)
    for path in sorted([*stray_files, *unknown_snapshots]):
        target = _free_name(root / LOST_FOLDER, path.name)
        path.rename(target)
        place = path.relative_to(root)
        LOG.warning("data dir %s: %s belongs to no org of the registry; moved to %s", root, place, target)


def _free_name(folder: Path, name: str) -> Path:
    folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    candidates = (folder / (name if not count else f"{name}.{count}") for count in itertools.count())
    return next(path for path in candidates if not path.exists() and not path.is_symlink())


def remove_partial_files(root: Path) -> None:
    """Remove the incomplete files of a server that was killed."""
    for path in [*(root / "templates").glob(f"*{PARTIAL}*"), *(root / "snapshots").glob(f"*/*{PARTIAL}*")]:
        if path.is_file():
            path.unlink()


def open_registry(root: Path, *, durable: bool) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """Open the registry file, created if missing; return a connection to write and one to read. Raises StateError when
    it cannot be used."""
    path = root / REGISTRY
    try:
        return retry_while_busy(partial(_open_registry, path, root, "FULL" if durable else "OFF"))
    except (sqlite3.DatabaseError, OSError) as error:
        raise StateError(f"data dir {root}: registry.sqlite cannot be read ({_reason(error)})") from error


def _open_registry(path: Path, root: Path, synchronous: str) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    refuse_link(path)
    version = read_format(path, whole=True) if path.exists() and path.stat().st_size else 0
    if version == 0 and any((root / "orgs").glob("*.sqlite")):
        # A new registry would list none of them.
        raise StateError(f"data dir {root}: registry.sqlite is missing or empty, but orgs/ is not")
    _check_format(version or REGISTRY_FORMAT, "the data dir", REGISTRY_FORMAT, REGISTRY_FORMAT)
    create_private(path)
    with ExitStack() as stack:
        # With FULL, credentials survive a power cut once the client has the response: clients store them.
        writer = stack.enter_context(closing(connect(path, synchronous=synchronous)))
        reader = stack.enter_context(closing(connect(path, synchronous=synchronous, busy_ms=READER_BUSY_MS)))
        try:
            if version == 0:
                schema = files("mockcrm.core.orgs").joinpath("registry.sql").read_text("utf-8")
                writer.executescript(f"BEGIN; {schema} PRAGMA user_version = {REGISTRY_FORMAT}; COMMIT;")
            else:
                _upgrade_registry(writer)
        except sqlite3.DatabaseError as error:
            if is_busy(error):
                raise
            raise StateError(f"data dir {root}: registry.sqlite cannot be written ({error})") from error
        stack.pop_all()
    return writer, reader


def _upgrade_registry(connection: sqlite3.Connection) -> None:
    """Add what a registry of an earlier version lacks; the uids of its orgs are their names."""
    with transaction(connection):
        columns = [row[1] for row in connection.execute("PRAGMA table_info(org)")]
        if "uid" not in columns:
            connection.execute("ALTER TABLE org ADD COLUMN uid VARCHAR NOT NULL DEFAULT ''")
            connection.execute("UPDATE org SET uid = name")
        connection.execute("CREATE TABLE IF NOT EXISTS leftover (uid VARCHAR NOT NULL, PRIMARY KEY (uid))")


def refuse_link(path: Path) -> None:
    """Raise OSError for a symbolic link: its target does not belong to the state."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link")


def _reason(error: sqlite3.Error | OSError) -> object:
    return error.strerror if isinstance(error, OSError) else error


def check_org(path: Path, name: str, *, whole: bool = False) -> None:
    """Raise OrgUnreadable unless an org's file can be opened; with `whole`, check all of its pages."""
    try:
        refuse_link(path)
        if not path.stat().st_size:
            raise OrgUnreadable(f"org {name!r}: its file {path} is empty")
        _check_format(read_format(path, whole=whole), f"org {name!r}")
    except (OSError, sqlite3.DatabaseError) as error:
        raise to_unreadable(path, name, error) from error
    except OrgUnreadable:
        raise
    except StateError as error:
        raise OrgUnreadable(str(error)) from error


def to_unreadable(path: Path, name: str, error: Exception) -> Exception:
    """Return the exception to raise for an error in an org's file: OrgUnreadable, or the error itself if it only says
    that another process has locked the file."""
    if isinstance(error, sqlite3.Error) and is_busy(error):
        return error
    reason = error.strerror if isinstance(error, OSError) else error
    return OrgUnreadable(f"org {name!r}: its file {path} cannot be read ({reason})")


def check_copy(path: Path, what: str, *, whole: bool) -> None:
    """Raise StateError unless a closed file (a template, a snapshot) can be copied into an org."""
    try:
        refuse_link(path)
        _check_format(read_format(path, whole=whole, closed=True), what)
    except (OSError, sqlite3.DatabaseError) as error:
        raise StateError(f"{what}: its file {path} cannot be read ({_reason(error)})") from error


def read_format(path: Path, *, whole: bool, closed: bool = False) -> int:
    """Return the format version in a file; with `whole`, check every page. Raises sqlite3.DatabaseError when the file
    is damaged."""
    mode = "ro&immutable=1" if closed else "rw"
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=0)) as connection:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if whole:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(" ".join(found.split()))
    return version


def _check_format(version: int, what: str, oldest: int = OLDEST_FORMAT, newest: int = FORMAT) -> None:
    if not oldest <= version <= newest:
        known = f"format {newest}" if oldest == newest else f"formats {oldest} to {newest}"
        raise StateError(f"{what} has format {version}, this version of mockcrm reads {known}")
