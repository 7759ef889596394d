"""What OAuth does with credentials while the server runs: access tokens, refresh tokens, grant codes, consents.

How credentials come with an org and leave with it is in `credentials`. Limits are those of contract 1.5; they hold
only where a caller says `limited`, because the setting `token_limits` is off by default.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mockcrm.state.database import transaction
from mockcrm.state.repository import registry
from mockcrm.state.repository.registry import Client, Grant, Token
from mockcrm.state.windows import Windows

ACCESS_TOKEN_LIFE = 3600.0
GRANT_CODE_LIFE = 180.0
"""Seconds; three minutes as in the documentation of v7 and v8."""
MOST_REFRESHES = 10
"""Access tokens from one refresh token in ten minutes."""
MOST_GRANT_CODES = 10
"""Grant codes for one client in ten minutes."""
MOST_LIVE_TOKENS = 15
"""Live access tokens of one refresh token; one more kills the oldest."""
MOST_REFRESH_TOKENS = 20
"""Refresh tokens of one user for one client; one more deletes the oldest with its access tokens."""
_CACHED = 20_000


class LimitReached(Exception):
    """Ten minutes have to pass before the next one."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a live access token stands for; `expires` by the org's clock, None for never."""

    org: str
    user_id: int
    scopes: tuple[str, ...]
    expires: float | None
    client_id: str


def new_token() -> str:
    """A fresh token in the service's look: `1000.` + 32 hex + `.` + 32 hex."""
    return f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"


class Tokens:
    """On one connection behind one lock: every operation is a few rows by key."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._sessions: dict[str, Session] = {}
        self._windows = Windows()

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

    def issue(self, grant: Grant, now: float, *, scopes: Sequence[str] | None = None, limited: bool = False) -> Token:
        """A new access token for a grant, with all its scopes or some; those that have expired are forgotten, and when
        `limited` the oldest of too many live ones."""
        text = grant.scopes if scopes is None else ",".join(scopes)
        expires = now + ACCESS_TOKEN_LIFE
        token = Token(new_token(), grant.org, grant.client_id, grant.user_id, text, expires, grant.id)
        with self._lock, transaction(self._connection):
            self._forget(registry.delete_expired(self._connection, grant.id, now))
            if limited:
                live = registry.tokens_of_grant(self._connection, grant.id)
                for oldest in live[: max(0, len(live) - MOST_LIVE_TOKENS + 1)]:
                    registry.delete_token(self._connection, oldest)
                    self._forget([oldest])
            registry.insert_token(self._connection, token)
        return token

    def refresh(self, grant: Grant, now: float, *, limited: bool) -> Token:
        """A new access token for a refresh token. LimitReached when it had its ten in the last ten minutes."""
        with self._lock:
            if limited and not self._windows.take(grant.org, f"refresh {grant.refresh_token}", MOST_REFRESHES, now):
                raise LimitReached
            return self.issue(grant, now, limited=limited)

    def issue_to(self, org: str, client_id: str, user_id: int, scopes: Sequence[str], expires: float | None) -> Token:
        """A new access token that no grant stands behind (client credentials, a consent for once)."""
        token = Token(new_token(), org, client_id, user_id, ",".join(scopes), expires, None)
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
                self._forget(registry.revoke_grant(self._connection, grant.id))
                return True
            token = registry.token(self._connection, text)
            if token is not None and allowed(token.org):
                self._forget([text])
                return registry.delete_token(self._connection, text)
            return False

    def _forget(self, dead: Sequence[str]) -> None:
        for text in dead:
            self._sessions.pop(text, None)

    # -- clients, refresh tokens, grant codes ------------------------------------------------------------------

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

    def use_code(self, grant: Grant, *, limited: bool = False) -> bool:
        """Use up the grant's code; False when somebody else just did. From now on its refresh token is one, and when
        `limited` the oldest of too many that the user gave the client are deleted."""
        with self._lock, transaction(self._connection):
            if not registry.use_code(self._connection, grant.id):
                return False
            if limited and grant.refresh_token is not None:
                live = registry.refreshable(self._connection, grant.client_id, grant.user_id)
                others = [grant_id for grant_id in live if grant_id != grant.id]
                for oldest in others[: max(0, len(live) - MOST_REFRESH_TOKENS)]:
                    self._forget(registry.revoke_grant(self._connection, oldest))
            return True

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
        """A grant code for a user's consent. A refresh token will come with it when `offline`, but only the first time
        that the user consents, or `again`. LimitReached when the client had its ten in the last ten minutes."""
        with self._lock, transaction(self._connection):
            if limited and not self._windows.take(client.org, f"codes {client.client_id}", MOST_GRANT_CODES, now):
                raise LimitReached
            had = registry.consented_offline(self._connection, client.client_id, user_id)
            code = new_token()
            registry.insert_grant(
                self._connection,
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

    def remember(self, client: Client, user_id: int, scopes: Sequence[str], redirect_uri: str) -> Grant:
        """The grant of a consent for the session: with it access tokens are renewed without asking."""
        with self._lock, transaction(self._connection):
            known = registry.session_consents(self._connection, client.client_id, user_id)
            text = ",".join(scopes)
            for grant in known:
                if (grant.scopes, grant.redirect_uri) == (text, redirect_uri):
                    return grant
            registry.insert_grant(
                self._connection,
                org=client.org,
                client_id=client.client_id,
                user_id=user_id,
                scopes=scopes,
                refresh_token=None,
                redirect_uri=redirect_uri,
            )
            return registry.session_consents(self._connection, client.client_id, user_id)[0]

    def remembered(self, client: Client, user_id: int) -> list[Grant]:
        """The user's consents for the session, the latest first."""
        with self._lock:
            return registry.session_consents(self._connection, client.client_id, user_id)
