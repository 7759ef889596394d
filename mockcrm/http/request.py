"""The path of a request and the address of the server in it, read from the ASGI scope."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope

from mockcrm.http.data_centres import API_OF_ACCOUNTS, split_host

ORG_PREFIX = "/o/"
"""`/o/{org}/...` is the same server for clients that address an org by its URL because their token cannot be chosen."""


def take_org_prefix(scope: Scope) -> str:
    """Make `/o/{org}` the root path of the request, as a mounted application sees it. Return the path below it."""
    path: str = scope["path"]
    if path.startswith(ORG_PREFIX):
        name, _, rest = path.removeprefix(ORG_PREFIX).partition("/")
        scope["root_path"] = ORG_PREFIX + name
        return "/" + rest
    return path


def request_path(scope: Scope) -> str:
    """Return the path of the request below the root path."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path or "/"


def addressed_org(scope: Scope) -> str | None:
    """Return the name of the org in the URL prefix, None without that prefix."""
    root: str = scope.get("root_path", "")
    return root.removeprefix(ORG_PREFIX) if root.startswith(ORG_PREFIX) else None


def _root_path(scope: Scope) -> str:
    # A mounted application has a root path of its own; Starlette keeps the outer one under the other key.
    root: str = scope.get("app_root_path", scope.get("root_path", ""))
    return root


def base_url(scope: Scope) -> str:
    """Return the address by which the client reached the server, without a trailing slash."""
    return _address(scope, _host(scope))


def api_domain(scope: Scope) -> str:
    """Return the `api_domain` of a token response: the address by which the client reached the server, or the API's
    host if that was the accounts host of a data centre, as the service does."""
    name, port = split_host(_host(scope))
    return _address(scope, API_OF_ACCOUNTS.get(name.lower(), name) + port)


def _host(scope: Scope) -> str:
    host = Headers(scope=scope).get("host")
    if not host:
        server = scope.get("server") or ("127.0.0.1", 80)
        host = f"{server[0]}:{server[1]}"
    return host


def _address(scope: Scope, host: str) -> str:
    return f"{scope['scheme']}://{host}{_root_path(scope)}"
