"""The HTML pages: the consent page and the error page. Every value is escaped."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from importlib.resources import files
from string import Template

from mockcrm.accounts.base import BrowserResponse
from mockcrm.accounts.tickets import ConsentRequest
from mockcrm.core.org_metadata.model import User
from mockcrm.core.orgs.org import Org
from mockcrm.http.exchange import Exchange

# These forbid scripts, framing and caching. form-action is left out on purpose: browsers also apply it to the redirect
# that follows the form.
_HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


def choices(org: Org) -> list[User]:
    """Return the users who may consent: the active ones, with the org's administrator first."""
    metadata = org.metadata
    users = [user for user in metadata.users.values() if user.status == "active"]
    return sorted(users, key=lambda user: user.id != metadata.admin_id)


def consent(request: ConsentRequest, org: Org, chosen: User | None, ticket: str, exchange: Exchange) -> BrowserResponse:
    """Return the consent page; the user `chosen` is preselected in its list."""
    users = choices(org)
    chosen = chosen or (users[0] if users else None)
    options = (
        f'<option value="{user.id}"{" selected" if user is chosen else ""}>'
        f"{escape(user.full_name)} ({escape(user.email)})</option>"
        for user in users
    )
    return _page(
        200,
        "consent.html",
        action=escape(f"{exchange.scope.get('root_path', '')}/oauth/v2/auth"),
        ticket=escape(ticket),
        company=escape(org.metadata.org.company_name),
        client=escape(request.client_id),
        redirect_uri=escape(request.redirect_uri),
        scopes="\n".join(f"<li><code>{escape(name)}</code></li>" for name in request.scopes),
        users="\n".join(options),
        access=_access(request, org.settings.access_token_seconds),
        session=_template("session.html").template if request.response_type == "token" else "",
    )


def _access(request: ConsentRequest, life: int) -> str:
    if request.response_type == "code" and request.offline:
        return "Until that is revoked"
    return "For one hour" if life == 3600 else f"For {life} seconds"


def error_page(code: str, reason: str) -> BrowserResponse:
    """Return the error page, which a browser gets instead of `{"error": code}`."""
    return _page(400, "error.html", code=escape(code), reason=escape(reason))


def _page(status: int, name: str, **values: str) -> BrowserResponse:
    text = _template(name).substitute(values)
    return BrowserResponse(status, _HEADERS, text.encode("utf-8", "replace"))


@lru_cache
def _template(name: str) -> Template:
    return Template(files("mockcrm.accounts").joinpath("templates", name).read_text("utf-8"))
