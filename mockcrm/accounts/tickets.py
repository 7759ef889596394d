"""Consent tickets: each consent page may be submitted once, and only by the browser that got it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cachetools import FIFOCache

TICKET_LIFE = 600.0
"""Lifetime of a consent page in seconds by the org's clock."""
MAX_TICKETS = 1_000


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """A client's request for a user's consent, already checked against the client's registration."""

    org: str
    client_id: str
    redirect_uri: str
    response_type: str
    scopes: tuple[str, ...]
    state: str | None
    offline: bool
    """access_type=offline: the client requests a refresh token."""
    again: bool
    """prompt=consent: the client requests a refresh token even if it already got one."""


class Tickets:
    """The open consent pages, in memory, so a restart makes them invalid. Not thread-safe: for the event loop only."""

    def __init__(self) -> None:
        self._open: FIFOCache[str, tuple[ConsentRequest, float]] = FIFOCache(MAX_TICKETS)

    def add(self, request: ConsentRequest, now: float) -> str:
        """Return a ticket for one decision on the request. Above MAX_TICKETS the oldest open one is dropped."""
        ticket = secrets.token_urlsafe(32)
        self._open[ticket] = (request, now + TICKET_LIFE)
        return ticket

    def take(self, ticket: str) -> tuple[ConsentRequest, float] | None:
        """Use up a ticket and return its request and its expiry by the org's clock; None when it is unknown."""
        return self._open.pop(ticket, None)
