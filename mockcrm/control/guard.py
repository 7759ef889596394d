"""Who may call the control API: whoever has the control token, and no web page.

A page in a developer's browser can send requests to the developer's machine. Two ways of doing so are blocked here: the
page calls this server across origins (its Origin is not this server's), or its own host name resolves to this machine
(DNS rebinding: Host is a name that anybody can own). Only /_mockcrm is guarded: the emulated API requires its own
tokens and accepts any Host; `mockcrm.core.web_origins` decides which pages may call it.
"""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mockcrm.control.errors import ControlError
from mockcrm.http.data_centres import is_own_host, own_names
from mockcrm.settings import Settings

HEADER = "X-Mockcrm-Control"
OPEN = frozenset({"/health", "/ca.pem"})
"""Paths without secrets, needed by clients that wait for the server or do not trust its certificate yet."""
OPEN_IN_PART = frozenset({"/info"})
"""Paths that also respond to a request without the token, but then without secrets."""


class Guard:
    """Passes a request on to `app` if the settings allow it; otherwise responds with 401 or 403 and the reason.
    `request.state.trusted` says whether the caller may see secrets."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        token = settings.control_token
        self._token = None if token is None else token.get_secret_value().encode()
        self._names = own_names(settings.host, settings.host_names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            if path not in OPEN:
                try:
                    self._check(scope, path)
                except ControlError as error:
                    content = {"error": {"message": error.message, "where": error.where}}
                    await JSONResponse(content, error.status)(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope, path: str) -> None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if origin is not None and origin.lower() != f"{scope['scheme']}://{host}".lower():
            raise ControlError(403, "a page of another origin may not call the control API", "header.Origin")
        if host and not is_own_host(host, self._names):
            raise ControlError(
                403,
                f"the host name {host!r} is not allowed for the control API; if it is this server's, use --names",
                "header.Host",
            )
        trusted = self._token is None or self._has_token(headers, self._token)
        scope.setdefault("state", {})["trusted"] = trusted
        if not trusted and path not in OPEN_IN_PART:
            raise ControlError(401, f"the control API needs the server's control token in {HEADER}", f"header.{HEADER}")

    @staticmethod
    def _has_token(headers: Headers, token: bytes) -> bool:
        return hmac.compare_digest(headers.get(HEADER, "").encode("latin-1"), token)
