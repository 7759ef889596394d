"""The response to a call of the real API that this server does not emulate."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from mockcrm.http import errors
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, Operation
from mockcrm.http.exchange import Exchange
from mockcrm.http.response import Response
from mockcrm.http.route import UNKNOWN, EmulatedOperation, UnknownPath
from mockcrm.http.runtime import Runtime
from mockcrm.http.scopes import OAuthScope


async def refuse_not_emulated(call: Call) -> Response:
    """Raise NotEmulated: the handler of every verb that the real API has at a path, but this server does not."""
    raise _not_emulated(call.method, call.url_path)


def no_scopes(_: Call) -> tuple[OAuthScope, ...]:
    """Return no scopes: those of what is not emulated are not known."""
    return ()


class NotEmulatedOperation(EmulatedOperation):
    """The ASGI application of the verbs of a path that are not emulated. It limits calls and injects faults as the
    other operations do, but says that the call is not emulated also without a valid access token.

    A related list has any name, so its path is only taken for one of the real API below the id of a record."""

    def __init__(self, runtime: Runtime, endpoint: Endpoint) -> None:
        super().__init__(runtime, endpoint, Operation(refuse_not_emulated, no_scopes))
        self._unknown = UnknownPath(runtime)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        params = scope["path_params"]
        if "related_list" in params and not params["id"].isdecimal() and "x-external" not in Headers(scope=scope):
            await self._unknown(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _handle(self, exchange: Exchange) -> Response:
        try:
            return await super()._handle(exchange)
        except (errors.AuthenticationFailure, errors.InvalidToken):
            raise _not_emulated(exchange.method, exchange.path) from None
        except errors.InvalidUrlPattern:
            exchange.note = UNKNOWN
            raise


def _not_emulated(method: str, path: str) -> errors.NotEmulated:
    verb = "GET" if method == "HEAD" else method  # HEAD is answered like GET, with the same Content-Length
    return errors.NotEmulated(f"{verb} {path}")
