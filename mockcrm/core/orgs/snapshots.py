"""Named snapshots of an org: closed database files, copied page by page from and to the org's file.

<root>/snapshots/<uid of the org>/<name>.sqlite
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mockcrm.core.orgs.database import PRIVATE_FOLDER
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry import OrgRegistry, StateError


class SnapshotPathTaken(StateError):
    """The path of a snapshot or of its folder is in use by another kind of file."""


def take(registry: OrgRegistry, org: Org, name: str) -> Path:
    """Write the org's current state to a snapshot, replacing one of that name, and return its path. It does not contain
    the credentials. Raises SnapshotPathTaken."""
    path = _path(registry, org, name)
    try:
        path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    except FileExistsError:
        raise SnapshotPathTaken(f"{path.parent} should be a folder") from None
    if path.is_dir():
        raise SnapshotPathTaken(f"{path} should be a file")
    org.copy_content(path)
    return path


def restore(registry: OrgRegistry, org: Org, name: str) -> bool:
    """Restore a snapshot; return False when there is none of that name. Raises StateError when its file is damaged."""
    path = _path(registry, org, name)
    if not path.is_file():
        return False
    try:
        org.replace_content(path, f"snapshot {name!r}")
    except (OSError, StateError, sqlite3.Error):
        if path.is_file():
            raise
        return False  # removed meanwhile
    return True


def list_snapshots(registry: OrgRegistry, org: Org) -> list[Path]:
    """Return the paths of the org's snapshots, sorted by name, which is the stem of each path."""
    return sorted(path for path in registry.snapshot_folder(org.uid).glob("*.sqlite") if path.is_file())


def find(registry: OrgRegistry, org: Org, name: str) -> Path | None:
    """Return the path of the snapshot of that name, None when there is none."""
    path = _path(registry, org, name)
    return path if path.is_file() else None


def remove(registry: OrgRegistry, org: Org, name: str) -> bool:
    """Delete a snapshot; return False when there is none of that name."""
    path = _path(registry, org, name)
    if not path.is_file():
        return False
    try:
        path.unlink()
    except FileNotFoundError:
        return False  # another call was faster
    return True


def _path(registry: OrgRegistry, org: Org, name: str) -> Path:
    return registry.snapshot_folder(org.uid) / f"{name}.sqlite"
