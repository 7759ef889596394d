"""POST /oauth/v2/token and /oauth/v2/token/revoke (docs/contract/mass-update-and-core.md 1.2 to 1.5).

A web page can post a form to any address without CORS. So a page of another origin may not use the credentials written
in a fixture here either, or it could get a valid access token with them. Such a request changes nothing, and no fault
fires for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from mockcrm.accounts.base import Accounts, OAuthError, Parameters, json_error, no_store, parse_scopes
from mockcrm.core.orgs.credentials import ALL_SCOPES
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry import DEFAULT
from mockcrm.core.orgs.registry_store import Client, Token
from mockcrm.core.orgs.tokens import LimitReached
from mockcrm.http import request as wire
from mockcrm.http.exchange import Exchange
from mockcrm.http.page_origins import refused_page_note
from mockcrm.http.response import Response, json_response


class Throttled(OAuthError):
    """A client requested more access tokens of one refresh token than the documented limit allows (section 1.4)."""

    def __init__(self, org: Org) -> None:
        super().__init__("Access Denied", org)


async def token(accounts: Accounts, given: Parameters, exchange: Exchange) -> Response:
    """Issue an access token, by the grant type."""
    grant_type = given.get("grant_type")
    if not grant_type:
        raise OAuthError("invalid_request")
    flow = _GRANT_TYPES.get(grant_type)
    if flow is None:
        raise OAuthError("unsupported_grant_type")
    async with accounts.org_of(given, exchange) as (client, org):
        page = refused_page_note(exchange, org.metadata)
        if page is not None:
            _refuse_literal_credentials(client, given, org, page)
        faulty = await accounts.fault(org, exchange)
        if faulty is not None:
            return faulty
        try:
            return await accounts.in_thread(partial(flow, accounts, _client(client, given, org), given, exchange, org))
        except Throttled:
            raise
        except OAuthError:
            if org.settings.auth != "any" or page is not None:
                raise
            admin, life = org.metadata.admin_id, org.settings.access_token_seconds
            expires = org.clock.now() + life
            client_id = given.get("client_id", "")
            issue = partial(accounts.credentials.issue_without_grant, org.uid, client_id, admin, ALL_SCOPES, expires)
            issued = await accounts.in_thread(issue)
            return _token_response(issued, life, exchange, given.get("refresh_token") or given.get("code"))


def _refuse_literal_credentials(client: Client | None, given: Parameters, org: Org, page: str) -> None:
    """Raise an error for a page of another origin unless the server itself generated all credentials it sends. `page`
    is the reason, for the note."""
    try:
        found = _client(client, given, org)
    except OAuthError as error:
        raise OAuthError(error.code, org, page) from None
    if org.metadata.is_literal(found.client_secret):
        raise OAuthError("invalid_client_secret", org, page)
    if any(given.get(key) and org.metadata.is_literal(given[key]) for key in ("refresh_token", "code")):
        raise OAuthError("invalid_code", org, page)


def _client(client: Client | None, given: Parameters, org: Org) -> Client:
    if "client_id" not in given or "client_secret" not in given:
        raise OAuthError("invalid_request", org)
    if client is None:
        raise OAuthError("invalid_client", org)
    if client.client_secret != given["client_secret"]:
        raise OAuthError("invalid_client_secret", org)
    return client


def _refresh_token(accounts: Accounts, client: Client, given: Parameters, exchange: Exchange, org: Org) -> Response:
    if not given.get("refresh_token"):
        raise OAuthError("invalid_request", org)
    grant = accounts.credentials.grant_by_refresh(given["refresh_token"])
    if grant is None or grant.client_id != client.client_id:
        raise OAuthError("invalid_code", org)
    limited, life = org.settings.token_limits, org.settings.access_token_seconds
    try:
        issued = accounts.credentials.refresh(grant, org.clock.now(), limited=limited, life=life)
    except LimitReached:
        raise Throttled(org) from None
    return _token_response(issued, life, exchange)


def _authorization_code(
    accounts: Accounts, client: Client, given: Parameters, exchange: Exchange, org: Org
) -> Response:
    if not given.get("code"):
        raise OAuthError("invalid_request", org)
    credentials, now = accounts.credentials, org.clock.now()
    grant = credentials.grant_by_code(given["code"])
    if grant is None or grant.client_id != client.client_id:
        raise OAuthError("invalid_code", org)
    if grant.code_expires is not None and grant.code_expires <= now:
        raise OAuthError("invalid_code", org)
    # A fixture's code is like that of a self client: it has no redirect URI, so the request needs none.
    uri = given.get("redirect_uri")
    if grant.redirect_uri is not None and uri != grant.redirect_uri:
        raise OAuthError("invalid_redirect_uri", org)
    if uri and client.redirect_uris and uri not in client.redirect_uris:
        raise OAuthError("invalid_redirect_uri", org)
    limited, life = org.settings.token_limits, org.settings.access_token_seconds
    issued = credentials.exchange_code(grant, now, limited=limited, life=life)
    if issued is None:
        raise OAuthError("invalid_code", org)
    return _token_response(issued, life, exchange, grant.refresh_token)


def _client_credentials(
    accounts: Accounts, client: Client, given: Parameters, exchange: Exchange, org: Org
) -> Response:
    names = parse_scopes(given.get("scope", ""))
    if names is None:
        raise OAuthError("invalid_scope", org)
    if given.get("soid") not in (None, "", f"ZohoCRM.{org.metadata.org.id}"):
        raise OAuthError("invalid_client", org)
    admin, life = org.metadata.admin_id, org.settings.access_token_seconds
    expires = org.clock.now() + life
    issued = accounts.credentials.issue_without_grant(org.uid, client.client_id, admin, names, expires)
    return _token_response(issued, life, exchange)


_GRANT_TYPES: Mapping[str, Callable[[Accounts, Client, Parameters, Exchange, Org], Response]] = {
    "refresh_token": _refresh_token,
    "authorization_code": _authorization_code,
    "client_credentials": _client_credentials,
}


def _token_response(issued: Token, life: int, exchange: Exchange, refresh_token: str | None = None) -> Response:
    # The SDKs expect one line without a trailing newline, and expires_in as a number of seconds.
    content = {
        "access_token": issued.token,
        **({"refresh_token": refresh_token} if refresh_token else {}),
        "scope": issued.scopes.replace(",", " "),
        "api_domain": wire.api_domain(exchange.scope),
        "token_type": "Bearer",
        "expires_in": life,
    }
    return no_store(json_response(200, content))


async def revoke(accounts: Accounts, given: Parameters, exchange: Exchange) -> Response:
    """Revoke a refresh token with its access tokens, or one access token; an unknown token is a 400 (assumed)."""
    addressed = exchange.addressed_org
    text = given.get("token", "")
    stored = accounts.credentials.grant_by_refresh(text) or accounts.credentials.find_token(text)
    uid = stored.org if stored is not None and addressed is None else accounts.registry.uid_of(addressed or DEFAULT)
    async with accounts.open_org(uid, _NoSuchToken("invalid_code")) as org:
        page = refused_page_note(exchange, org.metadata)
        if page is not None and (stored is None or org.metadata.is_literal(text)):
            raise _NoSuchToken("invalid_code", org, page)
        faulty = await accounts.fault(org, exchange)
        if faulty is not None:
            return faulty
        revoke_it = partial(accounts.credentials.revoke, text, lambda owner: owner == uid)
        revoked = await accounts.in_thread(revoke_it) if text else False
        if revoked:
            return json_response(200, {"status": "success"})
        raise _NoSuchToken("invalid_code")


class _NoSuchToken(OAuthError):
    def response(self) -> Response:
        return json_error(self.code)
