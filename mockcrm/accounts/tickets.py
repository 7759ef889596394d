"""Consent tickets: each consent page that was shown may be answered once, and only by who was shown it."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass

TICKET_LIFE = 600.0
"""Seconds by the org's clock that a consent page may stay open."""
MAX_TICKETS = 1_000


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """What a client asks a user for; checked against its registration before it becomes one of these."""

    org: str
    client_id: str
    redirect_uri: str
    response_type: str
    scopes: tuple[str, ...]
    state: str | None
    offline: bool
    """access_type=offline: the client wants a refresh token."""
    again: bool
    """prompt=consent: also when it got one before."""


class Tickets:
    """The open consent pages, in memory: after a restart a page has to be asked for again. For the event loop only."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, tuple[ConsentRequest, float]] = OrderedDict()

    def add(self, request: ConsentRequest, now: float) -> str:
        """A ticket for one answer to the request; the oldest of too many open ones is forgotten."""
        ticket = secrets.token_urlsafe(32)
        self._open[ticket] = (request, now + TICKET_LIFE)
        while len(self._open) > MAX_TICKETS:
            self._open.popitem(last=False)
        return ticket

    def take(self, ticket: str) -> tuple[ConsentRequest, float] | None:
        """The request of a ticket and until when it holds by its org's clock; the ticket is used up by this."""
        return self._open.pop(ticket, None)
