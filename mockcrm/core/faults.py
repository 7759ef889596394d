"""Faults: failures that tests inject, matched against requests in the order they were added.

They are in memory, per org, and not in the org's file: an export does not contain them, a reset removes them.
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any, Literal

from mockcrm.core.globs import Glob

MAX_FAULTS = 200
"""The most faults of one org, spent ones included, because every request is matched against all of them."""


class TooManyFaults(Exception):
    """The org has MAX_FAULTS already."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests a fault applies to; None means any. `path` is a glob over the whole path, `module` a module's
    api_name; a request may write it in any case."""

    method: str | None = None
    path: str | None = None
    module: str | None = None
    _glob: Glob | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_glob", None if self.path is None else Glob(self.path))

    def matches(self, method: str, path: str, module: str | None) -> bool:
        """Return whether a request matches."""
        return (
            (self.method is None or self.method == method)
            and (self.module is None or self.module == module or self._is_module(module))
            and (self._glob is None or self._glob.matches(path))
        )

    def _is_module(self, name: str | None) -> bool:
        return name is not None and self.module is not None and self.module.lower() == name.lower()


@dataclass(frozen=True, slots=True)
class Slow:
    """Send the response body in `pieces`, with a pause between each two."""

    pieces: int
    pause_ms: int


@dataclass(frozen=True, slots=True)
class RawBody:
    """A response body that is sent unchanged. `given` is the text or the JSON value that it was made from."""

    content: bytes
    content_type: str
    given: Any


HALF = -1
"""A value of `truncate`: half of the body, whatever its length."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does; its parts apply in this order.

    `delay_ms` delays the request. `drop` closes the connection: `request` before the request is handled, `answer` after
    that, before the response is sent. `error`, the name of an error, or `body` is returned instead of handling the
    request; `status` overrides the HTTP status of that error (of INTERNAL_ERROR when neither is given), or the 200 of
    that body. `slow` sends the body in pieces; `truncate` closes the connection after that many bytes of the body,
    fewer than its Content-Length.
    """

    delay_ms: int = 0
    drop: Literal["request", "answer"] | None = None
    error: str | None = None
    status: int | None = None
    slow: Slow | None = None
    truncate: int | None = None
    body: RawBody | None = None

    @property
    def replaces_response(self) -> bool:
        """Whether an error or a body is returned instead of handling the request."""
        return self.error is not None or self.status is not None or self.body is not None

    @property
    def disturbs_response(self) -> bool:
        """Whether the response reaches the client in pieces, cut off or not at all."""
        return self.drop is not None or self.slow is not None or self.truncate is not None


@dataclass(slots=True)
class Fault:
    """One fault. It lets the first `after` matching requests pass, then fires `times` times (None: for ever)."""

    id: str
    match: Match
    effect: Effect = field(default_factory=Effect)
    after: int = 0
    times: int | None = None
    matched: int = 0
    fired: int = 0

    @property
    def spent(self) -> bool:
        """Whether it has fired `times` times."""
        return self.times is not None and self.fired >= self.times


class FaultStore:
    """The faults of every org. Thread-safe. An org can have faults from `open` to `forget`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, list[Fault]] = {}
        self._next = itertools.count(1).__next__

    def open(self, org: str) -> None:
        """Allow faults for the org; those that it has stay."""
        with self._lock:
            self._faults.setdefault(org, [])

    def add(self, org: str, match: Match, *, after: int = 0, times: int | None = None, **effect: Any) -> Fault | None:
        """Add a fault to an org and return it, None when the org is deleted. `effect` are the fields of Effect. Raises
        TooManyFaults."""
        with self._lock:
            faults = self._faults.get(org)
            if faults is None:
                return None
            if len(faults) >= MAX_FAULTS:
                raise TooManyFaults
            fault = Fault(str(self._next()), match, Effect(**effect), after, times)
            faults.append(fault)
            return fault

    def of(self, org: str) -> list[Fault]:
        """Return the org's faults in the order they were added, spent ones included."""
        with self._lock:
            return list(self._faults.get(org, ()))

    def remove(self, org: str, fault_id: str) -> bool:
        """Remove one fault; return False when the org has none of that id."""
        with self._lock:
            faults = self._faults.get(org, [])
            others = [fault for fault in faults if fault.id != fault_id]
            if len(others) == len(faults):
                return False
            self._faults[org] = others
            return True

    def clear(self, org: str) -> int:
        """Remove every fault of the org and return how many were removed."""
        with self._lock:
            faults = self._faults.get(org, [])
            if faults:
                self._faults[org] = []
            return len(faults)

    def forget(self, org: str) -> None:
        """Remove the faults of a deleted org."""
        with self._lock:
            self._faults.pop(org, None)

    def match_request(self, org: str, method: str, path: str, module: str | None) -> Fault | None:
        """Return the first fault that fires on this request, or None. Counts the request in every fault that matches,
        and the firing in the one returned."""
        faults = self._faults.get(org)
        if not faults:
            return None
        with self._lock:
            chosen = None
            for fault in faults:
                if not fault.match.matches(method, path, module):
                    continue
                fault.matched += 1
                if chosen is None and not fault.spent and fault.matched > fault.after:
                    fault.fired += 1
                    chosen = fault
            return chosen
