"""GET /oauth/user/info: who granted an access token (docs/contract/mass-update-and-core.md 1.8)."""

from __future__ import annotations

from mockcrm.accounts.base import Accounts, OAuthError, Parameters
from mockcrm.core.errors import ZohoError
from mockcrm.core.org_metadata.model import User
from mockcrm.core.org_metadata.users import first_and_last_name, zuid
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.tokens import TokenInfo
from mockcrm.http.authentication import access_token, find_session, sign_in
from mockcrm.http.exchange import Exchange
from mockcrm.http.page_origins import refused_page_note
from mockcrm.http.response import Response, json_response
from mockcrm.http.scopes import OAuthScope, covers

SCOPE = OAuthScope("profile", "read", service="aaaserver")
NO_TOKEN, NO_SCOPE = "INVALID_OAUTHTOKEN", "INVALID_OAUTHSCOPE"


async def user_info(accounts: Accounts, given: Parameters, exchange: Exchange) -> Response:  # noqa: ARG001 - a Flow
    """Return the names, the email address and the ZUID of the user whose access token the header contains."""
    token = access_token(exchange.header("authorization"))
    _, uid = find_session(accounts.registry, token, exchange.addressed_org)
    async with accounts.open_org(uid, OAuthError(NO_TOKEN)) as org:
        faulty = await accounts.fault(org, exchange)
        if faulty is not None:
            return faulty
        # Only now, since the fault may have waited.
        session, _ = find_session(accounts.registry, token, exchange.addressed_org)
        session, user = _sign_in(org, session, token, exchange)
        exchange.user_id = user.id
        if not covers(session.scopes, SCOPE):
            raise OAuthError(NO_SCOPE, org)
        first_name, last_name = first_and_last_name(user)
        content = {
            "First_Name": first_name or "",
            "Email": user.email,
            "Last_Name": last_name,
            "Display_Name": user.full_name,
            "ZUID": int(zuid(user.id)),
        }
        return json_response(200, content)


def _sign_in(org: Org, session: TokenInfo | None, token: str, exchange: Exchange) -> tuple[TokenInfo, User]:
    """Return the session and its user. Raises OAuthError for a request without a token, with one that is not valid, and
    for a page of another origin with one that anybody can know."""
    known = session is not None
    try:
        if not token:
            raise OAuthError(NO_TOKEN, org)
        session, user = sign_in(org, session)
    except ZohoError:
        raise OAuthError(NO_TOKEN, org) from None
    note = refused_page_note(exchange, org.metadata)
    if note is not None and (not known or org.metadata.is_literal(token)):
        raise OAuthError(NO_TOKEN, org, note)
    return session, user
