"""Everything that changes the state, with each of its writes failing once: run by test_disk_faults in a process of its
own, on a disk that fails on demand (tests/support/disk).

Prints a line per change: its name, how many writes it makes, and how many tries failed, went through all the same, or
broke something. Arguments: the folder of the state, and N to let only every N-th write fail.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from mockcrm.app import open_registry
from mockcrm.core.clock import Clock
from mockcrm.core.jobs import engine
from mockcrm.core.jobs import store as jobs
from mockcrm.core.orgs import snapshots
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry import OrgRegistry, StateError
from mockcrm.fixture_format.parse import parse_fixture
from mockcrm.settings import Settings

DISK = ctypes.CDLL(None)
VIEW, ORG = 554023_000000_091515, "zylker"
LEADS = {
    "mockcrm": 1,
    "settings": {"job_policy": {"mode": "manual"}},
    "custom_views": [{"id": str(VIEW), "module": "Leads", "name": "Every"}],
    "generate": [{"module": "Leads", "count": 40, "fields": {"Last_Name": "Lead {n}", "Company": "Zylker"}}],
}
MORE = {"mockcrm": 1, "records": {"Leads": [{"id": "554023000000480001", "fields": {"Last_Name": "Boyle"}}]}}
ALLOWED = (sqlite3.OperationalError, StateError, OSError)
"""What a change may raise while the disk fails."""


@contextmanager
def failing(first: int, error: int, *, again: bool) -> Iterator[None]:
    """Let the write number `first` fail, with `again` all later ones too."""
    DISK.fail_from(ctypes.c_long(first), error, int(again))
    try:
        yield
    finally:
        DISK.fail_from(ctypes.c_long(0), 0, 0)


def picture(registry: OrgRegistry) -> dict[str, Any]:
    """Return everything that a client or test can see of the state."""
    found: dict[str, Any] = {}
    for row in registry.rows():
        with registry.using(row.name) as org:
            content = org.scan_blocking(lambda connection: list(connection.iterdump()))
            taken = sorted(path.name for path in snapshots.list_snapshots(registry, org))
            memory = (org.clock, org.settings, sorted(org.metadata.users_by_email))
            entries = registry.credentials.entries(org.uid)
            found[row.name] = (content, taken, memory, entries)
    return found


def credentials_of(found: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a picture that is in the registry."""
    return {name: entries for name, (_, _, _, entries) in found.items()}


# -- the changes -----------------------------------------------------------------------------------------------------


def update(registry: OrgRegistry, org: Org) -> None:
    org.write_blocking(
        lambda connection: connection.execute("UPDATE record SET fields = json_set(fields, '$.City', 'X')")
    )


def step(registry: OrgRegistry, org: Org) -> None:
    engine.step(org, records=10)


def freeze(registry: OrgRegistry, org: Org) -> None:
    org.set_clock(Clock().freeze(2_000_000_000.0))


def change_settings(registry: OrgRegistry, org: Org) -> None:
    org.change_settings({"strict_picklists": not org.settings.strict_picklists})


def load(registry: OrgRegistry, org: Org) -> None:
    registry.load(ORG, parse_fixture(MORE, "more"))


def snapshot(registry: OrgRegistry, org: Org) -> None:
    snapshots.take(registry, org, "second")


def restore(registry: OrgRegistry, org: Org) -> None:
    snapshots.restore(registry, org, "first")


def reset(registry: OrgRegistry, org: Org) -> None:
    registry.reset(ORG)


def sign_in(registry: OrgRegistry, org: Org) -> None:
    grant = registry.credentials.grant_by_refresh(registry.credentials.entries(org.uid)[0].refresh_token or "")
    assert grant is not None
    token = registry.credentials.issue(grant, 0.0)
    assert registry.credentials.find_token(token.token) is not None


def create(registry: OrgRegistry, org: Org) -> None:
    registry.create("second", parse_fixture({"mockcrm": 1, "org": {"company_name": "Second"}}, "second"))


def delete(registry: OrgRegistry, org: Org) -> None:
    registry.delete("third")


CHANGES = (update, step, freeze, change_settings, load, snapshot, restore, reset, sign_in, create, delete)


def prepare(registry: OrgRegistry) -> None:
    """An org in the middle of a job, with a snapshot, and another one to delete."""
    for name in registry.names():
        registry.delete(name)
    registry.create(ORG, parse_fixture(LEADS, "leads"))
    registry.create("third", None)
    with registry.using(ORG) as org:
        org.set_clock(Clock().freeze(1_700_000_000.0))
        snapshots.take(registry, org, "first")
        ids = org.scan_blocking(lambda connection: [row[0] for row in connection.execute("SELECT id FROM record")])
        module = org.metadata.modules["Leads"].id
        request = {"module": "Leads", "values": [["City", '"Erode"', False]]}
        schedule = partial(jobs.schedule, job_id=1, action="mass_update", module_id=module, cvid=VIEW, user_id=1)
        org.write_blocking(partial(schedule, request=request, ids=ids, now=1.0))


def attempts(change: Callable[[OrgRegistry, Org], None], root: Path, every: int) -> str:
    """Make a change with every n-th of its writes failing; return the result."""
    registry = open_registry(Settings(data_dir=root))
    try:
        prepare(registry)
        with registry.using(ORG) as org, failing(0, 0, again=False):
            change(registry, org)
            writes = DISK.changes()
        failed = done = 0
        # A reset changes two files, the org's and the registry's: the first may be done when the second fails.
        part = credentials_of if change is reset else lambda found: found
        for first in range(1, writes + 1, every):
            for error, again in ((errno.EIO, False), (errno.ENOSPC, True)):
                prepare(registry)
                before = picture(registry)
                with registry.using(ORG) as org:
                    try:
                        with failing(first, error, again=again):
                            change(registry, org)
                        done += 1
                    except ALLOWED:
                        failed += 1
                        assert part(picture(registry)) == part(before), f"{change.__name__}: half of it at {first}"
                with registry.using(ORG) as org:
                    if picture(registry) == before:
                        change(registry, org)  # the disk works again
        return f"{change.__name__} {writes} writes {failed} failed {done} done"
    finally:
        registry.close()


def main() -> None:
    """Try every change, then open the state as a new server does."""
    root, every = Path(sys.argv[1]), int(sys.argv[2])
    os.environ["FAILING_FOLDER"] = str(root.resolve())
    for change in CHANGES:
        print(attempts(change, root, every), flush=True)
        again = open_registry(Settings(data_dir=root))
        picture(again)
        again.close()


if __name__ == "__main__":
    main()
