"""The OAuth clients, grants and access tokens of every org.

They are in the registry file, not in the org's: a reset or restore copies pages over the org's file and must not lose
the credentials that a test holds. Every token belongs to exactly one org, by its uid, which is never reused.
"""

from __future__ import annotations

import secrets
import sqlite3
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mockcrm.core.orgs import registry_store as registry
from mockcrm.core.orgs.database import WAL_SOFT_BYTES, read_transaction, wal_bytes
from mockcrm.core.orgs.registry_store import Client, Grant, Token
from mockcrm.core.orgs.tokens import ACCESS_TOKEN_LIFE, TokenInfo, Tokens, new_token

__all__ = ["ACCESS_TOKEN_LIFE", "ALL_SCOPES", "Credentials", "IssuedCredentials", "TokenInfo", "new_token"]

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
    "aaaserver.profile.READ",
)
_CLIENT_ALPHABET = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class IssuedCredentials:
    """The credentials of one token entry of a fixture, or of the built-in administrator."""

    user_id: int
    client_id: str
    client_secret: str
    refresh_token: str | None
    access_token: str | None
    grant_code: str | None
    scopes: tuple[str, ...]


def new_client_id() -> str:
    """Return a random client id in Zoho's format."""
    return "1000." + "".join(secrets.choice(_CLIENT_ALPHABET) for _ in range(30))


class Credentials(Tokens):
    """All credentials of all orgs: creating and removing them with an org, and the OAuth operations of Tokens."""

    def add_org(
        self,
        row: registry.OrgRow,
        clients: Sequence[dict[str, Any]],
        admin_id: int,
        *,
        literal: bool,
        now: float,
    ) -> None:
        """Add an org's row, the administrator's credentials and those of the fixture's clients.

        With `literal` the ids and tokens in the fixture are used; otherwise random ones replace them.
        """

        def store(connection: sqlite3.Connection) -> None:
            registry.insert_org(connection, row)
            administrator: dict[str, Any] = {"tokens": [{"user_id": admin_id}]}
            self._add_client(row.uid, administrator, [0], literal=False, origin=True, now=now)
            self._add_clients(row.uid, clients, 1, literal=literal, origin=True, now=now)

        self._change(store)

    def add_clients(
        self, org: str, clients: Sequence[dict[str, Any]], *, literal: bool, now: float
    ) -> list[IssuedCredentials]:
        """Add the clients of a fixture that is being loaded, and return the credentials of their token entries. Raises
        OrgGone, and sqlite3.OperationalError (is_busy) at once when another process has locked the file: the caller
        holds the org's gate."""

        def store(connection: sqlite3.Connection) -> tuple[int, int]:
            self._check_exists(connection, org)
            taken = [grant.entry or 0 for grant in registry.grants(connection, org)]
            self._add_clients(org, clients, max(taken, default=0) + 1, literal=literal, origin=False, now=now)
            return len(taken), len(registry.grants(connection, org))

        if not clients:
            return []
        before, after = self._try_change(store)
        return self.entries(org)[before:after]

    def add_entry(self, org: str, user_id: int, scopes: Sequence[str], *, expires: float | None) -> IssuedCredentials:
        """Add a grant to the administrator's client, with an access token until `expires` (None: for ever). It is not
        one of the org's entries, so that a reset does not touch it. Raises OrgGone."""

        def store(connection: sqlite3.Connection) -> IssuedCredentials:
            self._check_exists(connection, org)
            client = registry.clients(connection, org)[0]
            refresh, code, access = new_token(), new_token(), new_token()
            grant_id = registry.insert_grant(
                connection,
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
            registry.insert_token(connection, token)
            return IssuedCredentials(
                user_id, client.client_id, client.client_secret, refresh, access, code, tuple(scopes)
            )

        return self._change(store)

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
        registry.insert_client(self._writer, item, origin=origin)
        for entry, token in zip(entries, client.get("tokens", ()), strict=True):
            access = choose(token, "access_token", new_token)
            scopes = token.get("scopes") or ALL_SCOPES
            grant_id = self._existing_grant(org, client_id, token, scopes) if literal else None
            grant_id = grant_id or registry.insert_grant(
                self._writer,
                org=org,
                client_id=client_id,
                user_id=token["user_id"],
                scopes=scopes,
                refresh_token=choose(token, "refresh_token", new_token),
                grant_code=choose(token, "grant_code", new_token),
                access_token=access,
                lasting=not token.get("expires", True),
                entry=entry,
                origin=origin,
            )
            expires = now + (token.get("expires_in") or ACCESS_TOKEN_LIFE) if token.get("expires", True) else None
            live = Token(access, org, client_id, token["user_id"], ",".join(scopes), expires, grant_id)
            self._invalidated.add(access)  # the same token may be cached with another user or other scopes
            registry.insert_token(self._writer, live)

    def _existing_grant(self, org: str, client_id: str, token: dict[str, Any], scopes: Sequence[str]) -> int | None:
        """Return the id of the org's grant that already has one of the entry's literal tokens, after giving it the
        entry's user and scopes; None when there is no such grant."""
        grant = registry.grant_by_literals(
            self._writer, org, token.get("refresh_token"), token.get("grant_code"), token.get("access_token")
        )
        if grant is None:
            return None
        registry.change_grant(
            self._writer, grant.id, client_id, token["user_id"], scopes, lasting=not token.get("expires", True)
        )
        return grant.id

    def reset_org(
        self, org: str, clients: Sequence[dict[str, Any]], now: float, replace_content: Callable[[], None]
    ) -> None:
        """Restore the credentials that the org was created with: codes unused, nothing revoked, the entries' access
        tokens valid from `now`. `clients` are those of the org's fixture. `replace_content` is called as the last step
        of the same transaction, so that an error leaves the credentials and the org's file as they were. Raises
        sqlite3.OperationalError (is_busy) at once when another process has locked the file.

        Other access tokens stay valid, so that a client that signed in before keeps working.
        """
        lives = [token.get("expires_in") for client in clients for token in client.get("tokens", ())]
        life_of = {entry: life for entry, life in enumerate(lives, 1) if life is not None}

        def store(connection: sqlite3.Connection) -> None:
            registry.revive(connection, org)
            for grant in registry.grants(connection, org):
                if grant.access_token is None:
                    continue
                expires = None if grant.lasting else now + life_of.get(grant.entry or 0, ACCESS_TOKEN_LIFE)
                token = Token(grant.access_token, org, grant.client_id, grant.user_id, grant.scopes, expires, grant.id)
                registry.insert_token(connection, token)
                self._invalidated.add(grant.access_token)
            replace_content()

        self._try_change(store)
        with self._lock:
            self._windows.forget(org)

    def remove_org(self, org: str) -> None:
        """Delete an org's row and credentials; from now on its files are leftovers to be removed."""
        self._change(lambda connection: registry.delete_org(connection, org))
        with self._lock, self._read_lock:
            self._windows.forget(org)
            self._token_cache = {text: item for text, item in self._token_cache.items() if item.org != org}

    # -- the list of orgs ---------------------------------------------------------------------------------------

    def orgs(self) -> list[registry.OrgRow]:
        """Return the rows of all orgs, oldest first."""
        return self._read(registry.orgs, [])

    def leftovers(self) -> list[str]:
        """Return the uids of deleted orgs whose files may still exist."""
        return self._read(registry.leftovers, [])

    def remove_leftover(self, uid: str) -> None:
        """Record that the files of a deleted org have been removed."""
        self._change(lambda connection: registry.delete_leftover(connection, uid))

    def checkpoint(self, path: Path) -> None:
        """Copy the registry's WAL into its file at `path`, so that a copy of that file alone is nearly up to date. A
        small WAL keeps its space on the disk, so that an org can be deleted even when the disk is full."""
        with self._lock:
            if self._closed or self._checkpointed == self._changes:
                return
            mode = "TRUNCATE" if wal_bytes(path) > WAL_SOFT_BYTES else "RESTART"
            ((busy, *_),) = self._writer.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
            if not busy:
                self._checkpointed = self._changes

    # -- the credentials of an org's fixture --------------------------------------------------------------------

    def entries(self, org: str) -> list[IssuedCredentials]:
        """Return the credentials of the org's token entries in order, the built-in administrator's first."""

        def read(connection: sqlite3.Connection) -> tuple[list[Grant], list[Client]]:
            with read_transaction(connection):
                return registry.grants(connection, org), registry.clients(connection, org)

        none: tuple[list[Grant], list[Client]] = ([], [])
        grants, clients = self._read(read, none)
        secret_of = {item.client_id: item.client_secret for item in clients}
        return [
            IssuedCredentials(
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
