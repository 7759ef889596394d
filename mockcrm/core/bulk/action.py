"""The interface between actions and the job engine: an action changes a chunk of records and reports failures."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from mockcrm.core.errors import ZohoError
from mockcrm.core.org_metadata.model import OrgMetadata
from mockcrm.core.records.store import Head

Outcome = Head | ZohoError
"""The result for one record of a request by ids: its `Head` if it may be changed, otherwise the error."""


class Action(Protocol):
    """An action that can run as a job."""

    name: ClassVar[str]

    def run_chunk(
        self,
        connection: sqlite3.Connection,
        metadata: OrgMetadata,
        request: dict[str, Any],
        ids: Sequence[int],
        user_id: int,
        now: int,
    ) -> list[tuple[int, str]]:
        """Change the records of `ids` inside the caller's transaction.

        `request` is what the action stored when the job was scheduled. Return the id of each record that could not be
        changed with the name of its error; all others were changed.
        """
        ...


AUTOMATION_BELOW = 1_000
"""A job with this many records or more triggers no automation (v2 reference page; exactly 1,000: assumed)."""
