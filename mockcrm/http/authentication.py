"""Who sent a request: its access token, the session behind it, the org and the user (step 2 of the order of checks).

The rules are those of docs/contract/mass-update-and-core.md 0.1 and 1.
"""

from __future__ import annotations

from mockcrm.core.org_metadata.model import User
from mockcrm.core.orgs.credentials import ALL_SCOPES, TokenInfo
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry import DEFAULT, OrgRegistry
from mockcrm.http import errors


def access_token(authorization: str | None) -> str:
    """Return the access token of the Authorization header; "" when the header is missing or of another scheme."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() if scheme.lower() in ("zoho-oauthtoken", "bearer") else ""


def require_token(authorization: str | None) -> str:
    """Return the access token of the Authorization header. Raises AuthenticationFailure when there is none."""
    token = access_token(authorization)
    if not token:
        raise errors.AuthenticationFailure
    return token


def find_session(registry: OrgRegistry, token: str, addressed_org: str | None) -> tuple[TokenInfo | None, str | None]:
    """Return the session of a token, None if it is unknown or belongs to another org than the one in the URL, and the
    uid of the org that the request is for, None if there is no such org."""
    session = registry.credentials.find_token(token)
    if session is not None and addressed_org is not None and session.org != registry.uid_of(addressed_org):
        session = None
    return session, session.org if session is not None else registry.uid_of(addressed_org or DEFAULT)


def sign_in(org: Org, session: TokenInfo | None) -> tuple[TokenInfo, User]:
    """Return the session and its user if the org accepts them. With the setting `auth: any` every token is the
    administrator's. Raises InvalidToken."""
    metadata = org.metadata
    if session is None or (session.expires is not None and session.expires <= org.clock.now()):
        if org.settings.auth != "any":
            raise errors.InvalidToken
        session = session or TokenInfo(org.uid, metadata.admin_id, ALL_SCOPES, None, "")
    user = metadata.users.get(session.user_id)
    if user is None or user.status != "active":
        raise errors.InvalidToken
    return session, user
