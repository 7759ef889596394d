"""The result of a user's decision: a redirect with a grant code, a token or an error
(docs/contract/mass-update-and-core.md 1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from mockcrm.accounts.base import Accounts, BrowserResponse
from mockcrm.accounts.tickets import ConsentRequest
from mockcrm.core.orgs.org import Org
from mockcrm.core.orgs.registry_store import Client, Token
from mockcrm.core.orgs.tokens import LimitReached
from mockcrm.http import request as wire
from mockcrm.http.exchange import Exchange

LOCATION = "us"
"""The data centre: this server has only one."""
_URI_CHARACTERS = "%/:=&?~#+!$,;'@()*[]"


def grant_access(
    accounts: Accounts,
    org: Org,
    client: Client,
    request: ConsentRequest,
    user_id: int,
    exchange: Exchange,
    *,
    for_session: bool,
) -> BrowserResponse:
    """Return the redirect after the user's consent. `for_session`: tokens of the token flow may be renewed without
    asking the user again."""
    credentials, now = accounts.credentials, org.clock.now()
    cookie = _cookie(org, user_id, exchange)
    if request.response_type == "code":
        try:
            code = credentials.add_code(
                client,
                user_id,
                request.scopes,
                request.redirect_uri,
                offline=request.offline,
                again=request.again,
                now=now,
                limited=org.settings.token_limits,
            )
        except LimitReached:
            return error_redirect(request, "access_denied")
        response = {"code": code, "location": LOCATION, "accounts-server": wire.base_url(exchange.scope)}
        return _redirect(request, response, cookie)
    life = org.settings.access_token_seconds
    if for_session:
        consent = credentials.add_session_consent(client, user_id, request.scopes, request.redirect_uri)
        issued = credentials.issue(consent, now, life=life)
    else:
        issued = credentials.issue_without_grant(org.uid, client.client_id, user_id, request.scopes, now + life)
    return token_redirect(request, issued, life, exchange, for_session=for_session, cookie=cookie)


def token_redirect(
    request: ConsentRequest,
    issued: Token,
    life: int,
    exchange: Exchange,
    *,
    for_session: bool,
    cookie: tuple[tuple[bytes, bytes], ...] = (),
) -> BrowserResponse:
    """Return the redirect of the token flow with a token that is valid for `life` seconds. As on the vendor's page,
    `granted_for_session` is present only if true."""
    response = {
        "access_token": issued.token,
        "expires_in": str(life),
        "expires_in_sec": str(life),
        "location": LOCATION,
        "api_domain": wire.api_domain(exchange.scope),
        **({"granted_for_session": "true"} if for_session else {}),
    }
    return _redirect(request, response, cookie)


def error_redirect(request: ConsentRequest, code: str) -> BrowserResponse:
    """Return the redirect with an error for the client; access_denied when the user rejected the request."""
    return _redirect(request, {"error": code})


def _redirect(
    request: ConsentRequest, response: Mapping[str, str], more: tuple[tuple[bytes, bytes], ...] = ()
) -> BrowserResponse:
    """Return a 302 to the redirect URI, with the values in the query (code flow) or in the fragment (token flow)."""
    values = dict(response) if request.state is None else {**response, "state": request.state}
    text = urlencode(values, quote_via=quote, errors="surrogateescape")
    uri = quote(request.redirect_uri.partition("#")[0], safe=_URI_CHARACTERS)
    mark = "#" if request.response_type == "token" else "&" if "?" in uri else "?"
    headers = ((b"location", f"{uri}{mark}{text}".encode("ascii")), (b"cache-control", b"no-store"), *more)
    return BrowserResponse(302, headers)


# -- the signed-in user ----------------------------------------------------------------------------------------------


def _cookie_name(org: Org) -> str:
    return f"mockcrm_user.{org.uid}"


def _cookie(org: Org, user_id: int, exchange: Exchange) -> tuple[tuple[bytes, bytes], ...]:
    """Return the cookie that signs the user in until the browser is closed. There are no passwords: consenting is what
    signs a user in."""
    secure = "; Secure" if exchange.scope["scheme"] == "https" else ""
    text = f"{_cookie_name(org)}={user_id}; Path=/; HttpOnly; SameSite=Lax{secure}"
    return ((b"set-cookie", text.encode("ascii")),)


def cookie_of(org: Org, exchange: Exchange) -> str | None:
    """Return the id of the user signed in to the org in this browser, from its cookie (not verified)."""
    for pair in (exchange.header("cookie") or "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == _cookie_name(org):
            return value
    return None
