"""The journal: for each org its latest requests and their answers, in memory, as a test wants to see them.

Writing an entry keeps references and renders nothing, since every request pays for it; secrets are masked when the
journal is read (control/). A reset forgets it, since a reset org is as new; a restored snapshot does not.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from mockcrm.clock import Clock
from mockcrm.state.faults import Fault

ENTRIES = 1_000
"""Requests per org; the oldest goes when one more comes."""
MOST_BYTES = 16 * 2**10
"""What is kept of a body, and of an answer's."""
Raw = tuple[Any, ...]
"""An Entry as it is written: making a plain tuple is what costs least."""


class Entry(NamedTuple):
    """One request. Times are seconds: `moment` the system's, `clock` tells the org's; `seconds` until the answer was
    ready to be sent. `body` and `answer` are beginnings, beside their whole sizes (-1: too large to be read)."""

    number: int
    moment: float
    seconds: float
    clock: Clock
    user_id: int | None
    method: str
    path: str
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]
    client: tuple[str, int] | None
    body: bytes
    body_bytes: int
    status: int
    rules: tuple[str, ...]
    answer: bytes
    answer_bytes: int
    fault: Fault | None

    @property
    def org_time(self) -> float:
        """When the request came, by the org's clock."""
        return self.moment + self.clock.shift if self.clock.frozen_at is None else self.clock.frozen_at

    @property
    def answered(self) -> int | None:
        """The HTTP status, None when a fault broke the connection before it was sent."""
        return None if self.fault is not None and self.fault.effect.drop is not None else self.status


@dataclass(frozen=True, slots=True)
class Query:
    """Which requests are asked for; None means any. `path` is a glob over the whole path, `rule` the name of an error,
    `after` the number of the last entry that is known already."""

    method: str | None = None
    path: str | None = None
    status: int | None = None
    rule: str | None = None
    after: int = 0

    def fits(self, entry: Entry) -> bool:
        """Whether a request is asked for."""
        return (
            entry.number > self.after
            and (self.method is None or entry.method == self.method)
            and (self.path is None or fnmatchcase(entry.path, self.path))
            and (self.status is None or entry.answered == self.status)
            and (self.rule is None or self.rule in entry.rules)
        )


class Journal:
    """The journals of every org, usable from any thread."""

    def __init__(self) -> None:
        self._rings: dict[str, deque[Raw]] = {}
        self._number = itertools.count(1).__next__

    def add(
        self,
        org: str,
        clock: Clock,
        user_id: int | None,
        scope: Mapping[str, Any],
        body: bytes | None,
        status: int,
        answer: bytes,
        rules: tuple[str, ...],
        begun: float,
    ) -> None:
        """Note a request, by its ASGI scope, and its answer. `begun` is of time.perf_counter, `body` None when it was
        too large to be read."""
        ring = self._rings.get(org)
        if ring is None:
            return  # the org is gone
        size = -1 if body is None else len(body)
        answer_size = len(answer)
        ring.append(
            (
                self._number(),
                time.time(),
                time.perf_counter() - begun,
                clock,
                user_id,
                scope["method"],
                scope["path"],
                scope["query_string"],
                scope["headers"],
                scope.get("client"),
                body[:MOST_BYTES] if body else b"",
                size,
                status,
                rules,
                answer[:MOST_BYTES],
                answer_size,
                scope.get("mockcrm.fault"),
            )
        )

    def find(self, org: str, query: Query) -> list[Entry]:
        """The org's requests that are asked for, oldest first."""
        ring = self._rings.get(org)
        # A copy of a deque is made in one go, whoever appends meanwhile.
        return [] if ring is None else [entry for raw in ring.copy() if query.fits(entry := Entry._make(raw))]

    def open(self, org: str) -> None:
        """There is an org of that uid."""
        self._rings[org] = deque(maxlen=ENTRIES)

    def clear(self, org: str) -> int:
        """Forget an org's requests; how many it were."""
        ring = self._rings.get(org)
        if ring is None:
            return 0
        count = len(ring)
        ring.clear()
        return count

    def forget(self, org: str) -> None:
        """The org is gone; requests that end later are dropped."""
        self._rings.pop(org, None)
