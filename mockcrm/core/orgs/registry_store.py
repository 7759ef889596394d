"""SQL for the registry file: the orgs, and their clients, grants and access tokens."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from mockcrm.core.orgs.rows import columns, insert_statement, row_of


@row_of("org")
class OrgRow(NamedTuple):
    """An org; `uid` is in the names of its files, `template` the file that a reset copies."""

    name: str
    uid: str
    template: str
    created_time: int


@row_of("client", json=["redirect_uris"], partial=True)
class Client(NamedTuple):
    """An OAuth client."""

    client_id: str
    org: str
    client_secret: str
    redirect_uris: list[str]


@row_of("oauth_grant")
class Grant(NamedTuple):
    """A user's grant to a client; scopes are joined by commas, times are epoch seconds by the org's clock."""

    id: int
    org: str
    client_id: str
    user_id: int
    scopes: str
    refresh_token: str | None
    refresh_live: int
    grant_code: str | None
    code_live: int
    code_expires: float | None
    redirect_uri: str | None
    access_token: str | None
    lasting: int
    entry: int | None
    origin: int


@row_of("access_token")
class Token(NamedTuple):
    """An access token; `expires` is epoch seconds by the org's clock, None for never."""

    token: str
    org: str
    client_id: str
    user_id: int
    scopes: str
    expires: float | None
    grant_id: int | None


ORGS = f"SELECT {columns(OrgRow)} FROM org ORDER BY created_time, rowid"
EXISTS = "SELECT 1 FROM org WHERE uid = ?"
INSERT_ORG = insert_statement(OrgRow)
LEFTOVERS = "SELECT uid FROM leftover"
INSERT_LEFTOVER = "INSERT OR IGNORE INTO leftover (uid) VALUES (?)"
DELETE_LEFTOVER = "DELETE FROM leftover WHERE uid = ?"
DELETE_ORG = (
    "DELETE FROM org WHERE uid = ?",
    "DELETE FROM client WHERE org = ?",
    "DELETE FROM oauth_grant WHERE org = ?",
    "DELETE FROM access_token WHERE org = ?",
)
CLIENT = f"SELECT {columns(Client)} FROM client WHERE client_id = ?"
CLIENTS = f"SELECT {columns(Client)} FROM client WHERE org = ? ORDER BY rowid"
INSERT_CLIENT = (
    "INSERT INTO client (client_id, org, client_secret, redirect_uris, origin) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (client_id) DO UPDATE "
    "SET client_secret = excluded.client_secret, redirect_uris = excluded.redirect_uris"
)
_GRANT = columns(Grant)
GRANT_BY_REFRESH = f"SELECT {_GRANT} FROM oauth_grant WHERE refresh_token = ?"
GRANT_BY_CODE = f"SELECT {_GRANT} FROM oauth_grant WHERE grant_code = ?"
GRANTS = f"SELECT {_GRANT} FROM oauth_grant WHERE org = ? AND entry IS NOT NULL ORDER BY entry"
INSERT_GRANT = (
    "INSERT INTO oauth_grant (org, client_id, user_id, scopes, refresh_token, refresh_live, grant_code, code_live, "
    "code_expires, redirect_uri, access_token, lasting, entry, origin) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?) "
    "RETURNING id"
)
GRANT_BY_LITERALS = (
    f"SELECT {_GRANT} FROM oauth_grant WHERE org = ? AND (refresh_token = ? OR grant_code = ? OR access_token = ?)"
)
CHANGE_GRANT = "UPDATE oauth_grant SET client_id = ?, user_id = ?, scopes = ?, lasting = ? WHERE id = ?"
USE_CODE = "UPDATE oauth_grant SET code_live = 0, refresh_live = 1 WHERE id = ? AND code_live = 1"
REFRESHABLE = (
    "SELECT id FROM oauth_grant "
    "WHERE client_id = ? AND user_id = ? AND refresh_token IS NOT NULL AND refresh_live = 1 ORDER BY id"
)
# A grant by consent has the redirect URI of its request, and is not a fixture's token entry.
_CONSENTS = "FROM oauth_grant WHERE client_id = ? AND user_id = ? AND entry IS NULL AND redirect_uri IS NOT NULL "
CONSENTED_OFFLINE = f"SELECT 1 {_CONSENTS} AND refresh_token IS NOT NULL AND refresh_live = 1 LIMIT 1"
SESSION_CONSENTS = f"SELECT {_GRANT} {_CONSENTS} AND grant_code IS NULL ORDER BY id DESC"
REVOKE_REFRESH = "UPDATE oauth_grant SET refresh_live = 0 WHERE id = ?"
REVIVE = "UPDATE oauth_grant SET refresh_live = 1, code_live = 1 WHERE org = ? AND origin = 1"
# SQLite reuses the id of a deleted grant.
FREE_TOKENS_OF_LATER_GRANTS = (
    "UPDATE access_token SET grant_id = NULL WHERE grant_id IN "
    "(SELECT id FROM oauth_grant WHERE org = ? AND origin = 0 AND entry IS NOT NULL)"
)
DROP_LATER_CLIENTS = "DELETE FROM client WHERE org = ? AND origin = 0"
DROP_LATER_GRANTS = "DELETE FROM oauth_grant WHERE org = ? AND origin = 0 AND entry IS NOT NULL"
TOKEN = f"SELECT {columns(Token)} FROM access_token WHERE token = ?"
INSERT_TOKEN = insert_statement(Token, verb="INSERT OR REPLACE")
DELETE_EXPIRED = "DELETE FROM access_token WHERE grant_id = ? AND expires <= ? RETURNING token"
DELETE_TOKEN = "DELETE FROM access_token WHERE token = ?"
TOKENS_OF_GRANT = "SELECT token FROM access_token WHERE grant_id = ? ORDER BY rowid"
DELETE_TOKENS_OF_GRANT = "DELETE FROM access_token WHERE grant_id = ?"


def orgs(connection: sqlite3.Connection) -> list[OrgRow]:
    """Return all orgs, oldest first."""
    return [OrgRow._make(row) for row in connection.execute(ORGS)]


def exists(connection: sqlite3.Connection, uid: str) -> bool:
    """Return whether an org has that uid."""
    return connection.execute(EXISTS, (uid,)).fetchone() is not None


def insert_org(connection: sqlite3.Connection, row: OrgRow) -> None:
    """Add an org."""
    connection.execute(INSERT_ORG, row)


def delete_org(connection: sqlite3.Connection, uid: str) -> None:
    """Delete an org and everything that belongs to it, and add its uid to the leftovers."""
    for statement in DELETE_ORG:
        connection.execute(statement, (uid,))
    connection.execute(INSERT_LEFTOVER, (uid,))


def leftovers(connection: sqlite3.Connection) -> list[str]:
    """Return the uids of deleted orgs whose files may still exist."""
    return [row[0] for row in connection.execute(LEFTOVERS)]


def delete_leftover(connection: sqlite3.Connection, uid: str) -> None:
    """Remove a uid from the leftovers, once its files have been removed."""
    connection.execute(DELETE_LEFTOVER, (uid,))


def client(connection: sqlite3.Connection, client_id: str) -> Client | None:
    """Return the client of that id in any org, None when there is none."""
    row = connection.execute(CLIENT, (client_id,)).fetchone()
    return None if row is None else Client(row[0], row[1], row[2], orjson.loads(row[3]))


def clients(connection: sqlite3.Connection, org_name: str) -> list[Client]:
    """Return the clients of an org in the order they were added."""
    rows = connection.execute(CLIENTS, (org_name,))
    return [Client(row[0], row[1], row[2], orjson.loads(row[3])) for row in rows]


def insert_client(connection: sqlite3.Connection, item: Client, *, origin: bool) -> None:
    """Add a client, or update the secret and redirect URIs of one with that id; `origin` when it is created with the
    org."""
    uris = orjson.dumps(item.redirect_uris).decode()
    connection.execute(INSERT_CLIENT, (item.client_id, item.org, item.client_secret, uris, int(origin)))


def insert_grant(
    connection: sqlite3.Connection,
    *,
    org: str,
    client_id: str,
    user_id: int,
    scopes: Sequence[str],
    refresh_token: str | None,
    refresh_live: bool = True,
    grant_code: str | None = None,
    code_expires: float | None = None,
    redirect_uri: str | None = None,
    access_token: str | None = None,
    lasting: bool = False,
    entry: int | None = None,
    origin: bool = False,
) -> int:
    """Add a grant and return its id."""
    values = (
        org,
        client_id,
        user_id,
        ",".join(scopes),
        refresh_token,
        int(refresh_live),
        grant_code,
        code_expires,
        redirect_uri,
        access_token,
        int(lasting),
        entry,
        int(origin),
    )
    return int(connection.execute(INSERT_GRANT, values).fetchall()[0][0])


def grant_by_refresh(connection: sqlite3.Connection, refresh_token: str) -> Grant | None:
    """Return the grant with that refresh token, live or not; None when there is none."""
    row = connection.execute(GRANT_BY_REFRESH, (refresh_token,)).fetchone()
    return None if row is None else Grant._make(row)


def grant_by_code(connection: sqlite3.Connection, code: str) -> Grant | None:
    """Return the grant with that grant code, used or not; None when there is none."""
    row = connection.execute(GRANT_BY_CODE, (code,)).fetchone()
    return None if row is None else Grant._make(row)


def grant_by_literals(
    connection: sqlite3.Connection,
    org_name: str,
    refresh_token: str | None,
    grant_code: str | None,
    access_token: str | None,
) -> Grant | None:
    """Return a grant of the org that has one of these tokens, None when there is none."""
    literals = (refresh_token, grant_code, access_token)
    row = connection.execute(GRANT_BY_LITERALS, (org_name, *literals)).fetchone()
    return None if row is None else Grant._make(row)


def change_grant(
    connection: sqlite3.Connection,
    grant_id: int,
    client_id: str,
    user_id: int,
    scopes: Sequence[str],
    *,
    lasting: bool,
) -> None:
    """Change the client, user, scopes and lifetime of a grant."""
    connection.execute(CHANGE_GRANT, (client_id, user_id, ",".join(scopes), int(lasting), grant_id))


def grants(connection: sqlite3.Connection, org_name: str) -> list[Grant]:
    """Return the grants of an org's token entries in order; entry 0 is the administrator's."""
    return [Grant._make(row) for row in connection.execute(GRANTS, (org_name,))]


def use_code(connection: sqlite3.Connection, grant_id: int) -> bool:
    """Mark a grant code as used and its refresh token as live; return False when the code was used before."""
    return connection.execute(USE_CODE, (grant_id,)).rowcount == 1


def refreshable(connection: sqlite3.Connection, client_id: str, user_id: int) -> list[int]:
    """Return the ids of the grants with a live refresh token of a user to a client, oldest first."""
    return [row[0] for row in connection.execute(REFRESHABLE, (client_id, user_id))]


def has_offline_consent(connection: sqlite3.Connection, client_id: str, user_id: int) -> bool:
    """Return whether the client has a live refresh token from the user's consent."""
    return connection.execute(CONSENTED_OFFLINE, (client_id, user_id)).fetchone() is not None


def session_consents(connection: sqlite3.Connection, client_id: str, user_id: int) -> list[Grant]:
    """Return the user's consents for the session to a client's token flow, the latest first."""
    return [Grant._make(row) for row in connection.execute(SESSION_CONSENTS, (client_id, user_id))]


def tokens_of_grant(connection: sqlite3.Connection, grant_id: int) -> list[str]:
    """Return the access tokens of a grant, oldest first."""
    return [row[0] for row in connection.execute(TOKENS_OF_GRANT, (grant_id,))]


def token(connection: sqlite3.Connection, text: str) -> Token | None:
    """Return the row of an access token, None when it is unknown."""
    row = connection.execute(TOKEN, (text,)).fetchone()
    return None if row is None else Token._make(row)


def insert_token(connection: sqlite3.Connection, item: Token) -> None:
    """Add an access token, or replace the row of the same token."""
    connection.execute(INSERT_TOKEN, item)


def delete_expired(connection: sqlite3.Connection, grant_id: int, now: float) -> list[str]:
    """Delete the expired access tokens of a grant and return them."""
    return [row[0] for row in connection.execute(DELETE_EXPIRED, (grant_id, now))]


def revoke_grant(connection: sqlite3.Connection, grant_id: int) -> list[str]:
    """Revoke a refresh token and every access token issued from it; return those access tokens."""
    connection.execute(REVOKE_REFRESH, (grant_id,))
    dead = tokens_of_grant(connection, grant_id)
    connection.execute(DELETE_TOKENS_OF_GRANT, (grant_id,))
    return dead


def delete_token(connection: sqlite3.Connection, text: str) -> bool:
    """Delete an access token; return False when it is unknown."""
    return connection.execute(DELETE_TOKEN, (text,)).rowcount == 1


def revive(connection: sqlite3.Connection, org_name: str) -> None:
    """Restore the clients and grants that the org was created with: codes unused, refresh tokens live, later entries
    and clients deleted. Access tokens stay."""
    connection.execute(REVIVE, (org_name,))
    connection.execute(FREE_TOKENS_OF_LATER_GRANTS, (org_name,))
    connection.execute(DROP_LATER_GRANTS, (org_name,))
    connection.execute(DROP_LATER_CLIENTS, (org_name,))
