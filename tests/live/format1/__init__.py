"""A data dir of format 1 as mockcrm 0.1.0 left it, when an org's files were called by its name.

It has the orgs `default` and `Other.one`, which was made with two Leads and a view of them; then its snapshot `first`
was taken, a token that never expires created, and a job started that changed one of the Leads.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

LEADS = ("554023000000480001", "554023000000480002")
JOB = "554023000020000000"
LASTING, REFRESH, CLIENT, SECRET = "1000.lasting.access", "1000.other.refresh", "1000.OTHERCLIENT", "other-secret"
FILES = {
    "registry.sqlite": "registry",
    "orgs/default.sqlite": "org-default",
    "orgs/Other.one.sqlite": "org-other",
    "snapshots/Other.one/first.sqlite": "snapshot-other",
    "templates/cd6252c09f07ca75ac8b711e37c98e82.sqlite": "org-default",
    "templates/bef415bb6f61472ccab6ef9950b82e49.sqlite": "snapshot-other",
}


def write(folder: Path) -> Path:
    """Make the data dir, its files as open to others as they were then."""
    for name, script in FILES.items():
        path = folder / name
        for parent in (folder, path.parent):
            parent.mkdir(parents=True, exist_ok=True)
            parent.chmod(0o755)
        with closing(sqlite3.connect(path)) as file:
            if name.startswith(("registry", "orgs/")):
                file.execute("PRAGMA journal_mode = WAL")
            file.executescript((Path(__file__).parent / f"{script}.sql").read_text("utf-8"))
            file.execute("PRAGMA user_version = 1")
        path.chmod(0o644)
    lock = folder / "lock"
    lock.touch()
    lock.chmod(0o644)
    return folder
