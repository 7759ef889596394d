"""The journal: the latest requests of each org and their responses, in memory, for tests to read.

Adding an entry only stores references, because it costs time in every request. Secrets are masked at that point
already, so that the journal never holds one. A reset clears the journal; restoring a snapshot does not.
"""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mockcrm.core import clock as clocks
from mockcrm.core import masking
from mockcrm.core.clock import Clock
from mockcrm.core.faults import Fault
from mockcrm.core.globs import MAX_PATH, Glob

MAX_ENTRIES = 1_000
"""The most requests stored per org; one more drops the oldest."""
MAX_BYTES = 16 * 2**10
"""The most bytes stored of a request body, and of a response body."""
MAX_TOTAL_BYTES = 64 * 2**20
"""The most bytes, as estimated, of the journals of all orgs together."""
MAX_QUERY = 8 * 2**10
"""The most bytes stored of a query string; the limit for a path is MAX_PATH."""
MAX_METHOD = 100
"""The most characters stored of a method."""
ENTRY_BYTES = 1_500
"""Estimated memory of an entry's objects, without the text that the client sent."""
HEADER_BYTES = 120
"""Estimated memory of a header without its name and value: a pair, and its place in the list."""
Raw = tuple[Any, ...]
"""A JournalEntry as it is stored: a plain tuple is the cheapest to make."""


class JournalEntry(NamedTuple):
    """One request and its response. `time` is epoch seconds by the system's clock, `clock` the org's clock,
    `seconds` the time until the response was ready to be sent. `body` and `response` (its body) are cut off at
    MAX_BYTES; `body_bytes` and `response_bytes` are the whole sizes (-1: too large to be read). Secrets are masked;
    `query_json` and `body_json` of the masking module decode `query`, `body` and `response`."""

    number: int
    time: float
    seconds: float
    clock: Clock
    user_id: int | None
    method: str
    path: str
    query: bytes
    headers: masking.Headers
    client: tuple[str, int] | None
    body: bytes
    body_bytes: int
    status: int
    rules: tuple[str, ...]
    response: bytes
    response_bytes: int
    fault: Fault | None

    @property
    def org_time(self) -> float:
        """When the request arrived, in epoch seconds by the org's clock."""
        return self.time + self.clock.shift if self.clock.frozen_at is None else self.clock.frozen_at

    @property
    def sent_status(self) -> int | None:
        """The HTTP status, None when a fault closed the connection before it was sent."""
        return None if self.fault is not None and self.fault.effect.drop is not None else self.status


@dataclass(frozen=True, slots=True)
class JournalQuery:
    """Which requests to find; None means any. `path` is a glob over the whole path, `rule` the name of an error; only
    entries with a number greater than `after` are found."""

    method: str | None = None
    path: str | None = None
    status: int | None = None
    rule: str | None = None
    after: int = 0
    _glob: Glob | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_glob", None if self.path is None else Glob(self.path))

    def matches(self, entry: JournalEntry) -> bool:
        """Return whether a request matches."""
        return (
            entry.number > self.after
            and (self.method is None or entry.method == self.method)
            and (self.status is None or entry.sent_status == self.status)
            and (self.rule is None or self.rule in entry.rules)
            and (self._glob is None or self._glob.matches(entry.path))
        )


class _Ring:
    """The journal of one org: its entries, the size of each, and their total size."""

    __slots__ = ("entries", "org", "size", "sizes")

    def __init__(self, org: str) -> None:
        self.org = org
        self.entries: deque[Raw] = deque()
        self.sizes: deque[int] = deque()
        self.size = 0

    def drop_oldest(self) -> int:
        """Remove the oldest entry and return its size."""
        self.entries.popleft()
        size = self.sizes.popleft()
        self.size -= size
        return size


class Journal:
    """The journals of every org. Thread-safe. An org has a journal from `open` to `forget`; a request that ends after
    its org was deleted is not recorded.

    When all journals together exceed MAX_TOTAL_BYTES, the largest one loses its oldest entries: a test that floods the
    server does not cost other tests their journals.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rings: dict[str, _Ring] = {}
        self._size = 0
        self._number = itertools.count(1).__next__
        self._masked_headers = masking.HeaderMasker()

    def open(self, org: str) -> None:
        """Start a journal for the org unless it has one."""
        with self._lock:
            self._rings.setdefault(org, _Ring(org))

    def add(
        self,
        org: str,
        clock: Clock,
        user_id: int | None,
        scope: Mapping[str, Any],
        path: str,
        fault: Fault | None,
        body: bytes | None,
        body_bytes: int,
        status: int,
        response: bytes,
        rules: tuple[str, ...],
        started: float,
        now: float | None = None,
    ) -> None:
        """Record a request, described by its ASGI scope, and its response. `path` is the path below the root path of
        the server, `fault` the fault that was applied. `started` is the value of time.perf_counter at its start, `now`
        the system's time, by default read here. `body` is None or at least the beginning of the body; `body_bytes` is
        the whole size, -1 when it was too large to be read."""
        if org not in self._rings:
            return
        seconds = time.perf_counter() - started
        response_size = len(response)
        stored_body, stored_response = (body or b"")[:MAX_BYTES], response[:MAX_BYTES]
        method = scope["method"][:MAX_METHOD]
        path, query = path[:MAX_PATH], scope["query_string"][:MAX_QUERY]
        headers = self._masked_headers(scope["headers"])
        # Rarely true, and checking the four texts at once is faster.
        if masking.suspects(b"\n".join((path.encode("utf-8", "replace"), query, stored_body, stored_response))):
            content_type = dict(headers).get(b"content-type", b"").lower()
            path, query = masking.path(path), masking.query(query)
            stored_body = masking.body(stored_body, content_type, whole=body_bytes == len(body or b"") <= MAX_BYTES)
            stored_response = masking.body(stored_response, b"", whole=response_size <= MAX_BYTES)
        # getsizeof, since a character of a path takes up to four bytes. The names in `rules` are shared strings, of
        # which only the references count.
        size = ENTRY_BYTES + len(method) + sys.getsizeof(path) + len(query) + len(stored_body) + len(stored_response)
        size += 8 * len(rules)
        for name, value in headers:
            size += HEADER_BYTES + len(name) + len(value)
        with self._lock:
            ring = self._rings.get(org)
            if ring is None:
                return
            ring.entries.append(
                (
                    self._number(),
                    clocks.SYSTEM.now() if now is None else now,
                    seconds,
                    clock,
                    user_id,
                    method,
                    path,
                    query,
                    headers,
                    scope.get("client"),
                    stored_body,
                    body_bytes,
                    status,
                    rules,
                    stored_response,
                    response_size,
                    fault,
                )
            )
            ring.sizes.append(size)
            ring.size += size
            self._size += size
            if len(ring.entries) > MAX_ENTRIES:
                self._size -= ring.drop_oldest()
            if self._size > MAX_TOTAL_BYTES:
                self._make_room()

    def _make_room(self) -> None:
        # Frees a sixteenth at once, so that many entries fit in before all orgs have to be compared again.
        largest = [(-ring.size, ring.org) for ring in self._rings.values() if ring.entries]
        heapq.heapify(largest)
        while self._size > MAX_TOTAL_BYTES - MAX_TOTAL_BYTES // 16:
            _, org = largest[0]
            ring = self._rings[org]
            self._size -= ring.drop_oldest()
            if ring.entries:
                heapq.heapreplace(largest, (-ring.size, org))
            else:
                heapq.heappop(largest)

    def find(self, org: str, query: JournalQuery) -> list[JournalEntry]:
        """Return the org's requests that match, oldest first."""
        with self._lock:
            ring = self._rings.get(org)
            raws = () if ring is None else tuple(ring.entries)
        return [entry for raw in raws if query.matches(entry := JournalEntry._make(raw))]

    def clear(self, org: str) -> int:
        """Empty an org's journal and return how many requests were removed."""
        with self._lock:
            ring = self._rings.get(org)
            if ring is None:
                return 0
            self._rings[org] = _Ring(org)
            self._size -= ring.size
            return len(ring.entries)

    def forget(self, org: str) -> None:
        """Remove the journal of a deleted org."""
        with self._lock:
            ring = self._rings.pop(org, None)
            if ring is not None:
                self._size -= ring.size
