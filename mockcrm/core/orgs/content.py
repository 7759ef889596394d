"""What the registry is given by the application: how an org's content is written, the actions that jobs run, and the
settings that it reads. The fixture format and the actions are in layers above this one, which therefore defines here
what it expects of them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Protocol


class ContentWriter(Protocol):
    """Writes fixtures into the files of orgs; `mockcrm.fixture_format.load` is one. A fixture is passed on as it is."""

    def create_org(self, connection: sqlite3.Connection, fixture: Any, now: int) -> None:
        """Fill an org's file that has only its tables. `now` is in seconds since the epoch."""
        ...

    def apply_fixture(self, connection: sqlite3.Connection, fixture: Any, now: int) -> list[dict[str, Any]]:
        """Add a fixture to an org and return the fixture's OAuth clients."""
        ...


class RegistrySettings(Protocol):
    """The settings of the server that concern the registry."""

    @property
    def data_dir(self) -> Path | None:
        """The folder of the state; None for a temporary one."""
        ...

    @property
    def org_options(self) -> dict[str, Any]:
        """Settings that every org gets from the command line."""
        ...
