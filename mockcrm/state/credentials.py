"""Clients, grants and access tokens of every org, and whose access token a text is.

They live in the registry file, not in the org's: a reset or restore copies pages over the org's file and must
not take the credentials away that a test was told. Every token names exactly one org.
"""

from __future__ import annotations

import secrets
import sqlite3
import string
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mockcrm.state.database import transaction
from mockcrm.state.repository import registry
from mockcrm.state.repository.registry import Client, Grant, Token

ACCESS_TOKEN_LIFE = 3600.0
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
_CACHED = 20_000
_CLIENT_ALPHABET = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class Session:
    """What a live access token stands for; `expires` by the org's clock, None for never."""

    org: str
    user_id: int
    scopes: tuple[str, ...]
    expires: float | None
    client_id: str


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


def new_token() -> str:
    """A fresh token in the service's look: `1000.` + 32 hex + `.` + 32 hex."""
    return f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"


def new_client_id() -> str:
    """A fresh client id in the service's look."""
    return "1000." + "".join(secrets.choice(_CLIENT_ALPHABET) for _ in range(30))


class Credentials:
    """All credentials, on one connection behind one lock: every operation is a few rows by key."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._sessions: dict[str, Session] = {}

    # -- access tokens -----------------------------------------------------------------------------------------

    def session(self, token: str) -> Session | None:
        """Whose token it is, None for an unknown one. Whether it has expired, the org's clock says."""
        known = self._sessions.get(token)
        if known is not None:
            return known
        with self._lock:
            row = registry.token(self._connection, token)
            if row is None:
                return None
            session = Session(row.org, row.user_id, tuple(row.scopes.split(",")), row.expires, row.client_id)
            if len(self._sessions) >= _CACHED:
                self._sessions.clear()
            self._sessions[token] = session
            return session

    def issue(self, grant: Grant, now: float) -> Token:
        """A new access token for a grant; those that have expired are forgotten."""
        with self._lock, transaction(self._connection):
            for dead in registry.delete_expired(self._connection, grant.id, now):
                self._sessions.pop(dead, None)
        return self._add(grant.org, grant.client_id, grant.user_id, grant.scopes, now + ACCESS_TOKEN_LIFE, grant.id)

    def issue_to(self, org: str, client_id: str, user_id: int, scopes: Sequence[str], expires: float | None) -> Token:
        """A new access token that no grant stands behind (client credentials, the control API)."""
        return self._add(org, client_id, user_id, ",".join(scopes), expires, None)

    def _add(
        self, org: str, client_id: str, user_id: int, scopes: str, expires: float | None, grant_id: int | None
    ) -> Token:
        token = Token(new_token(), org, client_id, user_id, scopes, expires, grant_id)
        with self._lock, transaction(self._connection):
            registry.insert_token(self._connection, token)
        return token

    def revoke(self, text: str, allowed: Callable[[str], bool]) -> bool:
        """Revoke a refresh token with every access token made from it, or one access token.

        `allowed` says whether tokens of that org may be revoked here; False when there is no such token.
        """
        with self._lock, transaction(self._connection):
            grant = registry.grant_by_refresh(self._connection, text)
            if grant is not None and grant.refresh_live and allowed(grant.org):
                for dead in registry.revoke_grant(self._connection, grant.id):
                    self._sessions.pop(dead, None)
                return True
            token = registry.token(self._connection, text)
            if token is not None and allowed(token.org):
                self._sessions.pop(text, None)
                return registry.delete_token(self._connection, text)
            return False

    # -- grants ------------------------------------------------------------------------------------------------

    def client(self, client_id: str) -> Client | None:
        """The client of that id."""
        with self._lock:
            return registry.client(self._connection, client_id)

    def grant_by_refresh(self, refresh_token: str) -> Grant | None:
        """The live grant with that refresh token."""
        with self._lock:
            grant = registry.grant_by_refresh(self._connection, refresh_token)
        return grant if grant is not None and grant.refresh_live else None

    def grant_by_code(self, code: str) -> Grant | None:
        """The grant whose unused code that is."""
        with self._lock:
            grant = registry.grant_by_code(self._connection, code)
        return grant if grant is not None and grant.code_live else None

    def use_code(self, grant: Grant) -> bool:
        """Use up the grant's code; False when somebody else just did."""
        with self._lock, transaction(self._connection):
            return registry.use_code(self._connection, grant.id)

    # -- orgs --------------------------------------------------------------------------------------------------

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
