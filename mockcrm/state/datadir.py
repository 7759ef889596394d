"""The files of a data dir: who may use them, which format they have, what is done about damage.

Every file carries the version of its format (PRAGMA user_version). There is one format so far; a file of another is
refused, a later version of mockcrm migrates it here. A file that cannot be read is refused too and left as it is: it is
its owner who knows whether it can be repaired or thrown away.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import IO

from mockcrm.state.database import connect
from mockcrm.state.schema import FORMAT


class StateError(Exception):
    """The state cannot be used as asked; the text is one line for a person."""


class OrgUnreadable(StateError):
    """An org's file is damaged, missing or of another format; the other orgs go on."""


def prepare_root(data_dir: Path | None) -> Path:
    """The folder of the state, which can be written; None stands for a temporary one. StateError."""
    root = Path(tempfile.mkdtemp(prefix="mockcrm-")) if data_dir is None else data_dir
    try:
        for folder in ("orgs", "templates"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as fault:
        raise StateError(f"data dir {root}: cannot be written ({fault.strerror})") from fault
    return root


def lock(root: Path) -> IO[bytes]:
    """Keep other servers out, as long as the file is open. StateError when another is in."""
    # flock goes away with the process, however that ends; there is nothing to clean up after kill -9.
    file = (root / "lock").open("ab")
    try:
        import fcntl
    except ImportError:  # Windows has no flock; there the lock is not held
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        file.close()
        raise StateError(f"data dir {root}: in use by another mockcrm server") from fault
    return file


def open_registry(root: Path, *, durable: bool) -> sqlite3.Connection:
    """The registry file, made when there is none. StateError: it is not ours to use."""
    path = root / "registry.sqlite"
    try:
        version = format_of(path, whole=True) if path.exists() and path.stat().st_size else 0
        if version == 0 and any((root / "orgs").glob("*.sqlite")):
            # A new registry knows no org, and would take the files of them all for leftovers.
            raise StateError(f"data dir {root}: registry.sqlite is missing or empty, but orgs/ is not")
        _supported(version or FORMAT, "the data dir")
        connection = connect(path, durable=durable)
    except sqlite3.DatabaseError as fault:
        raise StateError(f"data dir {root}: registry.sqlite cannot be read ({fault})") from fault
    if version == 0:
        schema = files("mockcrm.state").joinpath("registry.sql").read_text("utf-8")
        try:
            connection.executescript(f"BEGIN; {schema} PRAGMA user_version = {FORMAT}; COMMIT;")
        except sqlite3.DatabaseError as fault:
            connection.close()
            raise StateError(f"data dir {root}: registry.sqlite cannot be written ({fault})") from fault
    return connection


def check_org(path: Path, name: str, *, whole: bool = False) -> None:
    """OrgUnreadable unless an org's file can be opened; `whole` reads all of it."""
    try:
        if not path.stat().st_size:
            raise OrgUnreadable(f"org {name!r}: its file {path} is empty")
        _supported(format_of(path, whole=whole), f"org {name!r}")
    except (OSError, sqlite3.DatabaseError) as fault:
        raise unreadable(path, name, fault) from fault
    except OrgUnreadable:
        raise
    except StateError as fault:
        raise OrgUnreadable(str(fault)) from fault


def unreadable(path: Path, name: str, fault: Exception) -> OrgUnreadable:
    """What is said of an org whose file turned out to be damaged."""
    why = fault.strerror if isinstance(fault, OSError) else fault
    return OrgUnreadable(f"org {name!r}: its file {path} cannot be read ({why})")


def check_copy(path: Path, what: str, *, whole: bool) -> None:
    """StateError unless a closed file (a template, a snapshot) can be copied into an org."""
    try:
        _supported(format_of(path, whole=whole, closed=True), what)
    except sqlite3.DatabaseError as fault:
        raise StateError(f"{what}: its file {path} cannot be read ({fault})") from fault


def format_of(path: Path, *, whole: bool, closed: bool = False) -> int:
    """The format that a file says it has; with `whole` every page is looked at. sqlite3.DatabaseError: damaged."""
    mode = "ro&immutable=1" if closed else "rw"
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True)) as connection:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if whole:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(" ".join(found.split()))
    return version


def _supported(version: int, what: str) -> None:
    if version != FORMAT:
        raise StateError(f"{what} has format {version}, this version of mockcrm reads format {FORMAT}")
