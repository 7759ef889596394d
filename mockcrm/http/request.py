"""What a request says about itself, read from its ASGI scope: for the emulated API and the control API alike."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.types import Scope

from mockcrm.http.data_centres import API_OF_ACCOUNTS, split_host


def header(scope: Scope, name: bytes) -> str | None:
    """A request header by its lower-case name; the first of several."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


def query(scope: Scope) -> dict[str, str]:
    """The query parameters; the last of several with one name. Some SDKs end the string with `&`."""
    text = scope["query_string"].decode("latin-1")
    return dict(parse_qsl(text, keep_blank_values=True)) if text else {}


def base_url(scope: Scope) -> str:
    """The address that the client came by, without a trailing slash."""
    return _address(scope, _host(scope))


def api_domain(scope: Scope) -> str:
    """What a token answer names as `api_domain`: the address that the client came by, and the API's host for a client
    that came by the accounts host of a data centre, as the service does."""
    name, port = split_host(_host(scope))
    return _address(scope, API_OF_ACCOUNTS.get(name.lower(), name) + port)


def _host(scope: Scope) -> str:
    host = header(scope, b"host")
    if not host:
        server = scope.get("server") or ("127.0.0.1", 80)
        host = f"{server[0]}:{server[1]}"
    return host


def _address(scope: Scope, host: str) -> str:
    return f"{scope['scheme']}://{host}{scope.get('mockcrm.prefix', '')}"
