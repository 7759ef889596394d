"""Who may drive the server: the control token, and no web page.

A page in a developer's browser can send requests to the developer's machine. Two ways of that are closed here: a page
calls us across origins (its Origin is not ours), or its own name has been pointed at us (DNS rebinding: Host is a name
that anybody can own). Only /_mockcrm is guarded: the emulated API asks for tokens of its own and takes any Host; what
of pages it takes, `mockcrm.core.web_origins` says.
"""

from __future__ import annotations

import hmac

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mockcrm.control.errors import ControlFault
from mockcrm.http.data_centres import is_own_host, own_names
from mockcrm.http.request import header
from mockcrm.settings import Settings

HEADER = "X-Mockcrm-Control"
OPEN = frozenset({"/health", "/ca.pem"})
"""Nothing in them is worth guarding, and whoever waits for the server or has yet to trust it asks for them."""
OPEN_IN_PART = frozenset({"/info"})
"""Answered without the token too, but then without secrets."""
TRUSTED = "mockcrm.trusted"
"""In the scope: whether the caller may see secrets."""


class Guard:
    """Lets through to `app` whom the settings let through; others are told what is missing."""

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
                except ControlFault as fault:
                    content = {"error": {"message": fault.message, "where": fault.where}}
                    await JSONResponse(content, fault.status)(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope, path: str) -> None:
        host = header(scope, b"host") or ""
        origin = header(scope, b"origin")
        if origin is not None and origin.lower() != f"{scope['scheme']}://{host}".lower():
            raise ControlFault(403, "a page of another origin may not call the control API", "header.Origin")
        if host and not is_own_host(host, self._names):
            raise ControlFault(
                403,
                f"the control API is not called by the name {host!r}; if that is this server's, start it with --names",
                "header.Host",
            )
        scope[TRUSTED] = self._token is None or self._given(scope)
        if not scope[TRUSTED] and path not in OPEN_IN_PART:
            raise ControlFault(401, f"the control API wants the server's control token in {HEADER}", f"header.{HEADER}")

    def _given(self, scope: Scope) -> bool:
        assert self._token is not None
        given = header(scope, HEADER.lower().encode()) or ""
        return hmac.compare_digest(given.encode("latin-1"), self._token)
