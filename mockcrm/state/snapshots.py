"""Named snapshots of an org: closed files beside it, made and put back page by page.

<root>/snapshots/<uid of the org>/<name>.sqlite
"""

from __future__ import annotations

from pathlib import Path

from mockcrm.state.database import PRIVATE_FOLDER
from mockcrm.state.org import Org
from mockcrm.state.orgs import OrgRegistry


def take(registry: OrgRegistry, org: Org, name: str) -> Path:
    """Keep the org's present state under a name; one of that name is replaced. Credentials are not part of it."""
    path = _path(registry, org, name)
    path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    org.copy_content(path)
    return path


def restore(registry: OrgRegistry, org: Org, name: str) -> bool:
    """Put the org back to a snapshot; False when there is none of that name. StateError: its file is damaged."""
    path = _path(registry, org, name)
    if not path.is_file():
        return False
    org.replace_content(path, f"snapshot {name!r}")
    return True


def listed(registry: OrgRegistry, org: Org) -> list[Path]:
    """The org's snapshots, by name; the stem of each is its name."""
    return sorted(registry.snapshots_of(org.uid).glob("*.sqlite"))


def find(registry: OrgRegistry, org: Org, name: str) -> Path | None:
    """The snapshot of that name."""
    path = _path(registry, org, name)
    return path if path.is_file() else None


def remove(registry: OrgRegistry, org: Org, name: str) -> bool:
    """Forget a snapshot; False when there is none of that name."""
    path = _path(registry, org, name)
    found = path.is_file()
    path.unlink(missing_ok=True)
    return found


def _path(registry: OrgRegistry, org: Org, name: str) -> Path:
    return registry.snapshots_of(org.uid) / f"{name}.sqlite"
