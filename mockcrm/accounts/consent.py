"""/oauth/v2/auth: a client requests a user's consent, and the user decides; /oauth/v2/auth/refresh: a client renews a
token without asking the user (docs/contract/mass-update-and-core.md 1.1).

Nothing is sent to a redirect URI unless the client has registered it.

Two parameters are mockcrm's own, so that a test needs no browser: `mockcrm_user` (an email or id) chooses the user,
`mockcrm_consent` (accept or reject) decides for that user, by default for the administrator.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import parse_qsl

from mockcrm.accounts import outcome, pages
from mockcrm.accounts.base import Accounts, BrowserResponse, OAuthError, Parameters, Reply, json_error, parse_scopes
from mockcrm.accounts.tickets import ConsentRequest
from mockcrm.accounts.token import token
from mockcrm.core.org_metadata.model import User
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry_store import Client
from mockcrm.http.exchange import Exchange
from mockcrm.http.response import Response

RESPONSE_TYPES = ("code", "token")
_NO_SCOPE = "A scope looks like ZohoCRM.modules.ALL; several are joined by commas or spaces."
_USED = "This consent page was used already, or it is too old. Start again in the application."


class InvalidConsentRequest(OAuthError):
    """An invalid request for consent. It leads to an error page, never to a redirect (section 1.1)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.reason = reason

    def page(self) -> BrowserResponse:
        """Return the error page, with the reason."""
        return pages.error_page(self.code, self.reason)

    def response(self) -> Response:
        """Return `{"error": code}` with HTTP 400 (assumed)."""
        return json_error(self.code)


def _no_client() -> InvalidConsentRequest:
    return InvalidConsentRequest("invalid_client", "No client with this client_id is registered in this org.")


async def authorize(accounts: Accounts, given: Parameters, exchange: Exchange) -> Reply:
    """Return the consent page, or the result of the decision when the request contains it (`mockcrm_consent`)."""
    async with accounts.org_of(given, exchange, _no_client()) as (client, org):
        faulty = await accounts.fault(org, exchange)
        if faulty is not None:
            return faulty
        client = _require_registered(client, given)
        request = _request(client, given, exchange)
        user = _find_named_user(org, given)
        decision = given.get("mockcrm_consent")
        if decision is None:
            ticket = accounts.tickets.add(request, org.clock.now())
            return pages.consent(request, org, user or _find_signed_in(org, exchange), ticket, exchange)
        if decision not in ("accept", "reject"):
            raise InvalidConsentRequest("invalid_request", "mockcrm_consent is accept or reject.")
        if decision == "reject":
            return outcome.error_redirect(request, "access_denied")
        user_id = user.id if user is not None else org.metadata.admin_id
        accepted = partial(outcome.grant_access, accounts, org, client, request, user_id, exchange, for_session=True)
        return await accounts.in_thread(accepted)


async def submit_consent(accounts: Accounts, given: Parameters, exchange: Exchange) -> Reply:
    """Handle the form of the consent page: `ticket`, `user` (an id), `decision` (accept or reject) and, from the
    checkbox, `session`. The v7 pages also send the client credentials grant to this URL."""
    if "grant_type" in given:
        if given["grant_type"] != "client_credentials":
            raise OAuthError("unsupported_grant_type")
        return await token(accounts, given, exchange)
    if not _same_origin(exchange):
        raise InvalidConsentRequest("invalid_request", "Only the consent page itself may send a decision.")
    taken = accounts.tickets.take(given.get("ticket", ""))
    addressed = exchange.addressed_org
    if taken is None or (addressed is not None and accounts.registry.uid_of(addressed) != taken[0].org):
        raise InvalidConsentRequest("invalid_request", _USED)
    request, expires = taken
    async with accounts.open_org(request.org, _no_client()) as org:
        faulty = await accounts.fault(org, exchange)
        if faulty is not None:
            return faulty
        if expires <= org.clock.now():
            raise InvalidConsentRequest("invalid_request", _USED)
        # A reset may have removed the client while the page was open.
        registered = {"redirect_uri": request.redirect_uri}
        client = _require_registered(accounts.credentials.client(request.client_id), registered)
        if given.get("decision") == "reject":
            return outcome.error_redirect(request, "access_denied")
        if given.get("decision") != "accept":
            raise InvalidConsentRequest("invalid_request", "The decision is accept or reject.")
        user = next((user for user in pages.choices(org) if str(user.id) == given.get("user")), None)
        if user is None:
            raise InvalidConsentRequest("invalid_request", "The user is not an active user of the org.")
        for_session = given.get("session") == "true"
        accepted = partial(
            outcome.grant_access, accounts, org, client, request, user.id, exchange, for_session=for_session
        )
        return await accounts.in_thread(accepted)


async def renew(accounts: Accounts, given: Parameters, exchange: Exchange) -> Reply:
    """Issue an access token for the signed-in user's earlier consent to the token flow. Without such a consent,
    redirect with an error from the vendor's page on client-based apps (that it is a redirect is assumed)."""
    async with accounts.org_of(given, exchange, _no_client()) as (client, org):
        faulty = await accounts.fault(org, exchange)
        if faulty is not None:
            return faulty
        client = _require_registered(client, given)
        if given.get("response_type") != "token":
            raise InvalidConsentRequest("invalid_response_type", "Only tokens are renewed: response_type is token.")
        scopes = parse_scopes(given["scope"]) if given.get("scope") else ()
        if scopes is None:
            raise InvalidConsentRequest("invalid_scope", _NO_SCOPE)
        request = ConsentRequest(
            org.uid,
            client.client_id,
            given["redirect_uri"],
            "token",
            scopes,
            _state(exchange),
            offline=False,
            again=False,
        )
        user = _find_named_user(org, given) or _find_signed_in(org, exchange)
        consents = accounts.credentials.session_consents(client, user.id) if user is not None else []
        if user is None or not consents:
            return outcome.error_redirect(request, "client_not_granted")
        requested = {name.lower() for name in scopes}
        for grant in consents:
            if requested <= set(grant.scopes.lower().split(",")):
                now, life = org.clock.now(), org.settings.access_token_seconds
                issue = partial(accounts.credentials.issue, grant, now, scopes=scopes or None, life=life)
                issued = await accounts.in_thread(issue)
                return outcome.token_redirect(request, issued, life, exchange, for_session=True)
        return outcome.error_redirect(request, "prompt_required")


def _require_registered(client: Client | None, given: Parameters) -> Client:
    """Return the client. Raises InvalidConsentRequest when it is unknown or has not registered the redirect URI."""
    if client is None:
        raise _no_client()
    if given.get("redirect_uri") not in client.redirect_uris:
        registered = ", ".join(client.redirect_uris) or "none"
        raise InvalidConsentRequest(
            "invalid_redirect_uri", f"The redirect_uri must equal one that the client registered: {registered}."
        )
    return client


def _request(client: Client, given: Parameters, exchange: Exchange) -> ConsentRequest:
    if given.get("response_type") not in RESPONSE_TYPES:
        raise InvalidConsentRequest("invalid_response_type", "The response_type is code or token.")
    scopes = parse_scopes(given.get("scope", ""))
    if scopes is None:
        raise InvalidConsentRequest("invalid_scope", _NO_SCOPE)
    return ConsentRequest(
        client.org,
        client.client_id,
        given["redirect_uri"],
        given["response_type"],
        scopes,
        _state(exchange),
        # `online` is the default; the vendor's pages write both values in either case.
        offline=given.get("access_type", "").lower() == "offline",
        again=given.get("prompt", "").lower() == "consent",
    )


def _state(exchange: Exchange) -> str | None:
    """Return `state`. Bytes that are not UTF-8 are escaped, so that they can be sent back unchanged."""
    pairs = parse_qsl(
        exchange.scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="surrogateescape"
    )
    return dict(pairs).get("state")


def _find_named_user(org: Org, given: Parameters) -> User | None:
    text = given.get("mockcrm_user")
    if text is None:
        return None
    for user in pages.choices(org):
        if text.lower() == user.email.lower() or text == str(user.id):
            return user
    raise InvalidConsentRequest("invalid_request", "mockcrm_user is the email or id of an active user of the org.")


def _find_signed_in(org: Org, exchange: Exchange) -> User | None:
    """Return the user who last consented in this browser, None if there is none."""
    text = outcome.cookie_of(org, exchange)
    return next((user for user in pages.choices(org) if str(user.id) == text), None) if text else None


def _same_origin(exchange: Exchange) -> bool:
    """Return whether a form was sent by a page of this server, or by a client that sends no Origin (not a browser)."""
    origin = exchange.header("origin")
    host = exchange.header("host") or ""
    # The scheme is not compared: behind a proxy that terminates TLS the page is https and the server is not.
    return origin is None or origin.partition("://")[2].lower() == host.lower()
