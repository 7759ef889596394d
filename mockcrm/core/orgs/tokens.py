"""The OAuth operations on credentials while the server runs: access tokens, refresh tokens, grant codes, consents.

Creating credentials with an org and removing them with it is in Credentials. The limits are those of
docs/contract/mass-update-and-core.md 1.5; they apply only when a caller passes `limited`, because the setting
`token_limits` is off by default.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mockcrm.core.limits import SlidingWindows
from mockcrm.core.orgs import registry_store as registry
from mockcrm.core.orgs.database import retry_while_busy, transaction
from mockcrm.core.orgs.org import OrgGone
from mockcrm.core.orgs.registry_store import Client, Grant, Token

ACCESS_TOKEN_LIFE = 3600.0
"""Seconds that an access token is valid by default; the org setting `access_token_seconds` decides for those that the
accounts host issues."""
GRANT_CODE_LIFE = 180.0
"""Seconds; three minutes as in the reference pages of v7 and v8."""
LIMIT_SECONDS = 600.0
"""The window that MAX_REFRESHES and MAX_GRANT_CODES count in, by the org's clock: ten minutes."""
MAX_REFRESHES = 10
"""Access tokens from one refresh token within LIMIT_SECONDS."""
MAX_GRANT_CODES = 10
"""Grant codes for one client within LIMIT_SECONDS."""
MAX_LIVE_TOKENS = 15
"""Live access tokens of one refresh token; one more ends the oldest."""
MAX_REFRESH_TOKENS = 20
"""Refresh tokens of one user for one client; one more deletes the oldest with its access tokens."""
MAX_CACHED_TOKENS = 20_000


T = TypeVar("T")


class ServerStopped(Exception):
    """The server is stopped; credentials can no longer be changed."""


class LimitReached(Exception):
    """The limit of tokens or codes within ten minutes is reached."""


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What a live access token gives access to. `org` is the org's uid; `expires` is epoch seconds by the org's clock,
    None for never."""

    org: str
    user_id: int
    scopes: tuple[str, ...]
    expires: float | None
    client_id: str


_FULL_TOKEN = re.compile(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}")


def new_token() -> str:
    """Return a random token in Zoho's format: `1000.`, 32 hex digits, `.`, 32 hex digits."""
    return f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"


def has_full_length(token: str | None) -> bool:
    """Return whether a token has Zoho's format. Literal tokens of a fixture may be shorter."""
    return token is not None and _FULL_TOKEN.fullmatch(token) is not None


class Tokens:
    """A connection to write and one to read, each behind a lock; every operation is a few rows by key.

    Reading never waits for the disk, so the event loop may do it. Writing waits for the disk, and for another process
    that has locked the file (`_change`), so it needs a thread.
    """

    def __init__(self, writer: sqlite3.Connection, reader: sqlite3.Connection) -> None:
        self._writer = writer
        self._lock = threading.RLock()
        self._reader = reader
        self._read_lock = threading.Lock()
        self._closed = False
        self._token_cache: dict[str, TokenInfo] = {}
        self._changes = 0
        self._checkpointed = -1  # the value of _changes at the last checkpoint
        self._invalidated: set[str] = set()  # the access tokens that the current transaction ends or changes
        self._windows = SlidingWindows(LIMIT_SECONDS)

    def close(self) -> None:
        """Close both connections; from then on nothing is found and nothing can be changed."""
        with self._lock, self._read_lock:
            self._closed = True
            self._token_cache = {}
            self._reader.close()
            self._writer.close()

    def _read(self, work: Callable[[sqlite3.Connection], T], default: T) -> T:
        with self._read_lock:
            return default if self._closed else work(self._reader)

    def _change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in one transaction, which is on the disk when this returns. Raises ServerStopped."""
        return retry_while_busy(lambda: self._try_change(work))

    def _try_change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do what `_change` does, but raise sqlite3.OperationalError (is_busy) at once when another process has locked
        the file."""
        with self._lock:
            if self._closed:
                raise ServerStopped
            self._invalidated.clear()
            with transaction(self._writer):
                result = work(self._writer)
            with self._read_lock:
                # A thread that read a token before the commit must not cache it from now on (see `find_token`).
                self._changes += 1
                for text in self._invalidated:
                    self._token_cache.pop(text, None)
            return result

    @staticmethod
    def _check_exists(connection: sqlite3.Connection, org: str) -> None:
        """Raise OrgGone when the org was deleted meanwhile: nothing would ever remove rows added now."""
        if not registry.exists(connection, org):
            raise OrgGone(org)

    # -- access tokens -----------------------------------------------------------------------------------------

    def find_token(self, token: str) -> TokenInfo | None:
        """Return what the token gives access to, None when it is unknown. It may have expired by the org's clock."""
        cached = self._token_cache.get(token)
        if cached is not None:
            return cached
        changes = self._changes
        row = self._read(lambda connection: registry.token(connection, token), None)
        if row is None:
            return None
        session = TokenInfo(row.org, row.user_id, tuple(row.scopes.split(",")), row.expires, row.client_id)
        with self._read_lock:
            if changes == self._changes:
                if len(self._token_cache) >= MAX_CACHED_TOKENS:
                    self._token_cache.clear()
                self._token_cache[token] = session
        return session

    def issue(
        self,
        grant: Grant,
        now: float,
        *,
        scopes: Sequence[str] | None = None,
        limited: bool = False,
        life: float = ACCESS_TOKEN_LIFE,
    ) -> Token:
        """Issue an access token for a grant, valid for `life` seconds, with all of its scopes or with `scopes`. Deletes
        the grant's expired tokens and, when `limited`, the oldest live ones above the limit. Raises OrgGone or
        ServerStopped."""
        text = grant.scopes if scopes is None else ",".join(scopes)
        expires = now + life
        token = Token(new_token(), grant.org, grant.client_id, grant.user_id, text, expires, grant.id)

        self._change(lambda connection: self._issue(connection, token, grant, now, limited=limited))
        return token

    def _issue(self, connection: sqlite3.Connection, token: Token, grant: Grant, now: float, *, limited: bool) -> None:
        self._check_exists(connection, grant.org)
        self._invalidated.update(registry.delete_expired(connection, grant.id, now))
        if limited:
            live = registry.tokens_of_grant(connection, grant.id)
            for oldest in live[: max(0, len(live) - MAX_LIVE_TOKENS + 1)]:
                registry.delete_token(connection, oldest)
                self._invalidated.add(oldest)
        registry.insert_token(connection, token)

    def refresh(self, grant: Grant, now: float, *, limited: bool, life: float = ACCESS_TOKEN_LIFE) -> Token:
        """Issue an access token for a refresh token, valid for `life` seconds. Raises LimitReached when `limited` and
        it got MAX_REFRESHES within ten minutes."""
        with self._lock:
            if limited and not self._windows.take(grant.org, f"refresh {grant.refresh_token}", MAX_REFRESHES, now):
                raise LimitReached
        return self.issue(grant, now, limited=limited, life=life)

    def issue_without_grant(
        self, org: str, client_id: str, user_id: int, scopes: Sequence[str], expires: float | None
    ) -> Token:
        """Issue an access token without a grant (client credentials, a one-time consent). Raises OrgGone."""
        token = Token(new_token(), org, client_id, user_id, ",".join(scopes), expires, None)

        def store(connection: sqlite3.Connection) -> None:
            self._check_exists(connection, org)
            registry.insert_token(connection, token)

        self._change(store)
        return token

    def revoke(self, text: str, allowed: Callable[[str], bool]) -> bool:
        """Revoke a refresh token with every access token issued from it, or one access token.

        `allowed` is called with the token's org and says whether to revoke it. Returns False when nothing was revoked.
        """

        def remove(connection: sqlite3.Connection) -> bool:
            grant = registry.grant_by_refresh(connection, text)
            if grant is not None and grant.refresh_live and allowed(grant.org):
                self._invalidated.update(registry.revoke_grant(connection, grant.id))
                return True
            token = registry.token(connection, text)
            if token is not None and allowed(token.org):
                self._invalidated.add(text)
                return registry.delete_token(connection, text)
            return False

        return self._change(remove)

    # -- clients, refresh tokens, grant codes ------------------------------------------------------------------

    def client(self, client_id: str) -> Client | None:
        """Return the client of that id, None when it is unknown."""
        return self._read(lambda connection: registry.client(connection, client_id), None)

    def grant_by_refresh(self, refresh_token: str) -> Grant | None:
        """Return the grant of a live refresh token, None when it is unknown or revoked."""
        grant = self._read(lambda connection: registry.grant_by_refresh(connection, refresh_token), None)
        return grant if grant is not None and grant.refresh_live else None

    def grant_by_code(self, code: str) -> Grant | None:
        """Return the grant of an unused grant code, None when it is unknown or used."""
        grant = self._read(lambda connection: registry.grant_by_code(connection, code), None)
        return grant if grant is not None and grant.code_live else None

    def exchange_code(
        self, grant: Grant, now: float, *, limited: bool = False, life: float = ACCESS_TOKEN_LIFE
    ) -> Token | None:
        """Exchange the grant's code for an access token, valid for `life` seconds; return None when the code has been
        used meanwhile. The grant's refresh token becomes live; when `limited`, the oldest ones of the user for the
        client above the limit are revoked. Raises OrgGone."""
        expires = now + life
        token = Token(new_token(), grant.org, grant.client_id, grant.user_id, grant.scopes, expires, grant.id)

        def use(connection: sqlite3.Connection) -> Token | None:
            if not registry.use_code(connection, grant.id):
                return None
            if limited and grant.refresh_token is not None:
                live = registry.refreshable(connection, grant.client_id, grant.user_id)
                others = [grant_id for grant_id in live if grant_id != grant.id]
                for oldest in others[: max(0, len(live) - MAX_REFRESH_TOKENS)]:
                    self._invalidated.update(registry.revoke_grant(connection, oldest))
            self._issue(connection, token, grant, now, limited=limited)
            return token

        return self._change(use)

    # -- consents ----------------------------------------------------------------------------------------------

    def add_code(
        self,
        client: Client,
        user_id: int,
        scopes: Sequence[str],
        redirect_uri: str,
        *,
        offline: bool,
        again: bool,
        now: float,
        limited: bool,
    ) -> str:
        """Store a user's consent and return its grant code. The code comes with a refresh token when the access is
        `offline` and it is the user's first such consent, or `again`. Raises OrgGone, and LimitReached when `limited`
        and the client got MAX_GRANT_CODES within ten minutes."""

        def store(connection: sqlite3.Connection) -> str:
            self._check_exists(connection, client.org)
            had = registry.has_offline_consent(connection, client.client_id, user_id)
            code = new_token()
            registry.insert_grant(
                connection,
                org=client.org,
                client_id=client.client_id,
                user_id=user_id,
                scopes=scopes,
                refresh_token=new_token() if offline and (again or not had) else None,
                refresh_live=False,  # until the code has been used
                grant_code=code,
                code_expires=now + GRANT_CODE_LIFE,
                redirect_uri=redirect_uri,
            )
            return code

        with self._lock:
            if limited and not self._windows.take(client.org, f"codes {client.client_id}", MAX_GRANT_CODES, now):
                raise LimitReached
        return self._change(store)

    def add_session_consent(self, client: Client, user_id: int, scopes: Sequence[str], redirect_uri: str) -> Grant:
        """Store and return the grant of a consent for the session: with it the token flow issues access tokens without
        asking the user again. Raises OrgGone."""

        def store(connection: sqlite3.Connection) -> Grant:
            self._check_exists(connection, client.org)
            existing = registry.session_consents(connection, client.client_id, user_id)
            text = ",".join(scopes)
            for grant in existing:
                if (grant.scopes, grant.redirect_uri) == (text, redirect_uri):
                    return grant
            registry.insert_grant(
                connection,
                org=client.org,
                client_id=client.client_id,
                user_id=user_id,
                scopes=scopes,
                refresh_token=None,
                redirect_uri=redirect_uri,
            )
            return registry.session_consents(connection, client.client_id, user_id)[0]

        return self._change(store)

    def session_consents(self, client: Client, user_id: int) -> list[Grant]:
        """Return the user's consents for the session, the latest first."""
        return self._read(lambda connection: registry.session_consents(connection, client.client_id, user_id), [])
