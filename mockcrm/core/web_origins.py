"""Web origins: which pages may use credentials that are not secret.

The literal credentials of a fixture can be read by everybody who has the fixture (`demo` is public), and with
`auth: any` every token is valid. Any page in a developer's browser can send requests to the developer's machine, so
such credentials are accepted only from the developer's own pages: of this machine, of the server itself, of a client's
redirect URI, or of an origin that the operator lists. A random token needs no such check, because the page must have
been given it. Clients other than browsers send no Origin header and are not checked.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address, ip_address
from urllib.parse import urlsplit

_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://(\[[0-9a-f:.]+\]|[^\s\x00-\x20/?#@:\[\]\\,*]+)(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_PORT = 65535


def parse_origins(text: str) -> tuple[frozenset[str], bool]:
    """Return the origins in a comma-separated list, and whether `*` is one of its items. Raises ValueError with the
    first invalid item."""
    found: set[str] = set()
    for item in [part.strip() for part in text.split(",")] if text.strip() else []:
        origin = "*" if item == "*" else normal_origin(item)
        if origin is None:
            raise ValueError(f"expected origins such as https://app.test:3000, or *, separated by commas; got {item!r}")
        found.add(origin)
    return frozenset(found - {"*"}), "*" in found


def normal_origin(text: str) -> str | None:
    """Return an origin as browsers write it, in lower case and without the default port; None for other text, such as
    `null`."""
    match = _ORIGIN.fullmatch(text.lower())
    if match is None:
        return None
    scheme, host, port = match.groups()
    if host.startswith("["):
        try:
            IPv6Address(host[1:-1])
        except AddressValueError:
            return None
    if port is None or int(port) == _DEFAULT_PORTS.get(scheme):
        return f"{scheme}://{host}"
    if int(port) > MAX_PORT:
        return None
    return f"{scheme}://{host}:{int(port)}"


def origin_of(url: str) -> str | None:
    """Return the origin of a URL; None if it is not a valid http or https URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        if parts.scheme not in _DEFAULT_PORTS or not host:
            return None
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError:  # includes UnicodeError
        return None
    host = f"[{host}]" if ":" in host else host
    return normal_origin(f"{parts.scheme}://{host}" if port is None else f"{parts.scheme}://{host}:{port}")


def is_loopback_origin(page: str) -> bool:
    # urlsplit is not used because it raises errors for some of the addresses that _ORIGIN accepts.
    match = _ORIGIN.fullmatch(page)
    if match is None or match[1] not in _DEFAULT_PORTS:
        return False
    host = match[2]
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
