"""Clients, grants and access tokens of every org, and whose access token a text is.

They live in the registry file, not in the org's: a reset or restore copies pages over the org's file and must
not take the credentials away that a test was told. Every token names exactly one org.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mockcrm.state.database import transaction
from mockcrm.state.repository import registry
from mockcrm.state.repository.registry import Client, Token
from mockcrm.state.tokens import ACCESS_TOKEN_LIFE, Session, Tokens, new_token

__all__ = ["ACCESS_TOKEN_LIFE", "ALL_SCOPES", "Credentials", "Entry", "Session", "new_token"]

ALL_SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.ALL",
    "ZohoCRM.org.ALL",
    "ZohoCRM.mass_update.ALL",
    "ZohoCRM.mass_delete.ALL",
    "ZohoCRM.change_owner.ALL",
    "ZohoCRM.features.ALL",
    "ZohoCRM.coql.READ",
    "ZohoCRM.bulk.ALL",
    "ZohoSearch.securesearch.READ",
)
_CLIENT_ALPHABET = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class Entry:
    """The credentials of one token entry of a fixture, or of the built-in administrator."""

    user_id: int
    client_id: str
    client_secret: str
    refresh_token: str | None
    access_token: str | None
    grant_code: str | None
    scopes: tuple[str, ...]


def new_client_id() -> str:
    """A fresh client id in the service's look."""
    return "1000." + "".join(secrets.choice(_CLIENT_ALPHABET) for _ in range(30))


class Credentials(Tokens):
    """All credentials of all orgs: how they come with an org, and what OAuth does with them."""

    def add_org(
        self,
        row: registry.OrgRow,
        clients: Sequence[dict[str, Any]],
        admin_id: int,
        *,
        literal: bool,
        now: float,
    ) -> None:
        """Make an org exist: its row, the administrator's credentials and those of the fixture's clients.

        With `literal` the fixture's own ids and tokens hold; otherwise each gets a fresh one.
        """
        with self._lock, transaction(self._connection):
            registry.insert_org(self._connection, row)
            administrator: dict[str, Any] = {"tokens": [{"user_id": admin_id}]}
            self._add_client(row.name, administrator, [0], literal=False, origin=True, now=now)
            self._add_clients(row.name, clients, 1, literal=literal, origin=True, now=now)

    def add_clients(self, org: str, clients: Sequence[dict[str, Any]], *, literal: bool, now: float) -> list[Entry]:
        """Add the clients of a fixture that was loaded later; their token entries."""
        with self._lock:
            before = len(registry.grants(self._connection, org))
            with transaction(self._connection):
                taken = [grant.entry or 0 for grant in registry.grants(self._connection, org)]
                self._add_clients(org, clients, max(taken, default=0) + 1, literal=literal, origin=False, now=now)
            return self.entries(org)[before:]

    def add_entry(self, org: str, user_id: int, scopes: Sequence[str], *, expires: float | None) -> Entry:
        """A new grant to the administrator's client with an access token until `expires` (None: for ever). It is none
        of the org's entries, so that a reset leaves it alone."""
        with self._lock, transaction(self._connection):
            client = registry.clients(self._connection, org)[0]
            refresh, code, access = new_token(), new_token(), new_token()
            grant_id = registry.insert_grant(
                self._connection,
                org=org,
                client_id=client.client_id,
                user_id=user_id,
                scopes=scopes,
                refresh_token=refresh,
                grant_code=code,
                access_token=access,
                lasting=expires is None,
            )
            token = Token(access, org, client.client_id, user_id, ",".join(scopes), expires, grant_id)
            registry.insert_token(self._connection, token)
        return Entry(user_id, client.client_id, client.client_secret, refresh, access, code, tuple(scopes))

    def _add_clients(
        self,
        org: str,
        clients: Iterable[dict[str, Any]],
        first: int,
        *,
        literal: bool,
        origin: bool,
        now: float,
    ) -> None:
        for client in clients:
            numbers = list(range(first, first + len(client.get("tokens", ()))))
            self._add_client(org, client, numbers, literal=literal, origin=origin, now=now)
            first += len(numbers)

    def _add_client(
        self, org: str, client: dict[str, Any], entries: list[int], *, literal: bool, origin: bool, now: float
    ) -> None:
        def choose(source: dict[str, Any], key: str, fresh: Callable[[], str]) -> str:
            return (literal and source.get(key)) or fresh()

        client_id = choose(client, "client_id", new_client_id)
        secret = choose(client, "client_secret", lambda: secrets.token_hex(21))
        item = Client(client_id, org, secret, list(client.get("redirect_uris") or ()))
        registry.insert_client(self._connection, item, origin=origin)
        for number, token in zip(entries, client.get("tokens", ()), strict=True):
            access = choose(token, "access_token", new_token)
            scopes = token.get("scopes") or ALL_SCOPES
            grant_id = self._known_grant(org, client_id, token, scopes) if literal else None
            grant_id = grant_id or registry.insert_grant(
                self._connection,
                org=org,
                client_id=client_id,
                user_id=token["user_id"],
                scopes=scopes,
                refresh_token=choose(token, "refresh_token", new_token),
                grant_code=choose(token, "grant_code", new_token),
                access_token=access,
                lasting=not token.get("expires", True),
                entry=number,
                origin=origin,
            )
            expires = now + (token.get("expires_in") or ACCESS_TOKEN_LIFE) if token.get("expires", True) else None
            live = Token(access, org, client_id, token["user_id"], ",".join(scopes), expires, grant_id)
            self._sessions.pop(access, None)
            registry.insert_token(self._connection, live)

    def _known_grant(self, org: str, client_id: str, token: dict[str, Any], scopes: Sequence[str]) -> int | None:
        """The grant of the org that one of the entry's literals names already, now with the entry's user and scopes."""
        grant = registry.grant_by_literals(
            self._connection, org, token.get("refresh_token"), token.get("grant_code"), token.get("access_token")
        )
        if grant is None:
            return None
        registry.change_grant(
            self._connection, grant.id, client_id, token["user_id"], scopes, lasting=not token.get("expires", True)
        )
        return grant.id

    def reset_org(self, org: str, clients: Sequence[dict[str, Any]], now: float) -> None:
        """Back to how the org was created: codes unused, nothing revoked, the entries' access tokens new. `clients` are
        those that the org was created with.

        Access tokens that were issued meanwhile live on, so that a client that signed in before keeps working.
        """
        lives = [token.get("expires_in") for client in clients for token in client.get("tokens", ())]
        life_of = {number: life for number, life in enumerate(lives, 1) if life is not None}
        with self._lock, transaction(self._connection):
            self._windows.forget(org)
            registry.revive(self._connection, org)
            for grant in registry.grants(self._connection, org):
                if grant.access_token is None:
                    continue
                expires = None if grant.lasting else now + life_of.get(grant.entry or 0, ACCESS_TOKEN_LIFE)
                token = Token(grant.access_token, org, grant.client_id, grant.user_id, grant.scopes, expires, grant.id)
                registry.insert_token(self._connection, token)
                self._sessions.pop(grant.access_token, None)

    def remove_org(self, org: str) -> None:
        """Forget an org with all its credentials."""
        with self._lock, transaction(self._connection):
            self._windows.forget(org)
            registry.delete_org(self._connection, org)
            self._sessions = {text: item for text, item in self._sessions.items() if item.org != org}

    def orgs(self) -> list[registry.OrgRow]:
        """Every org, oldest first."""
        with self._lock:
            return registry.orgs(self._connection)

    def org(self, name: str) -> registry.OrgRow | None:
        """The org of that name."""
        with self._lock:
            return registry.org(self._connection, name)

    def entries(self, org: str) -> list[Entry]:
        """The org's token entries in order; the first is the built-in administrator's."""
        with self._lock:
            grants = registry.grants(self._connection, org)
            secret_of = {item.client_id: item.client_secret for item in registry.clients(self._connection, org)}
        return [
            Entry(
                grant.user_id,
                grant.client_id,
                secret_of.get(grant.client_id, ""),
                grant.refresh_token,
                grant.access_token,
                grant.grant_code,
                tuple(grant.scopes.split(",")),
            )
            for grant in grants
        ]
