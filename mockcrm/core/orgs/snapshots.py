"""Named snapshots of an org: closed files beside it, made and put back page by page.

<root>/snapshots/<uid of the org>/<name>.sqlite
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mockcrm.core.orgs.database import PRIVATE_FOLDER
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry import OrgRegistry, StateError


class SnapshotBlocked(StateError):
    """Where a snapshot should be stands something else."""


def take(registry: OrgRegistry, org: Org, name: str) -> Path:
    """Keep the org's present state under a name; one of that name is replaced. Credentials are not part of it."""
    path = _path(registry, org, name)
    try:
        path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    except FileExistsError:
        raise SnapshotBlocked(f"{path.parent} should be a folder") from None
    if path.is_dir():
        raise SnapshotBlocked(f"{path} should be a file")
    org.copy_content(path)
    return path


def restore(registry: OrgRegistry, org: Org, name: str) -> bool:
    """Put the org back to a snapshot; False when there is none of that name. StateError: its file is damaged."""
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


def listed(registry: OrgRegistry, org: Org) -> list[Path]:
    """The org's snapshots, by name; the stem of each is its name."""
    return sorted(path for path in registry.snapshots_of(org.uid).glob("*.sqlite") if path.is_file())


def find(registry: OrgRegistry, org: Org, name: str) -> Path | None:
    """The snapshot of that name."""
    path = _path(registry, org, name)
    return path if path.is_file() else None


def remove(registry: OrgRegistry, org: Org, name: str) -> bool:
    """Forget a snapshot; False when there is none of that name."""
    path = _path(registry, org, name)
    if not path.is_file():
        return False
    try:
        path.unlink()
    except FileNotFoundError:
        return False  # another call was faster
    return True


def _path(registry: OrgRegistry, org: Org, name: str) -> Path:
    return registry.snapshots_of(org.uid) / f"{name}.sqlite"
