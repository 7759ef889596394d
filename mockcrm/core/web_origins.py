"""Web origins: which pages may use what anybody can know.

The literal credentials of a fixture can be read where the fixture is, those of `demo` by everybody, and with
`auth: any` every token will do. A page in a developer's browser can send requests to the developer's machine, so such
credentials are taken only from pages that are the developer's: of this machine, of the server itself, of a client's
redirect URI, of an origin that the operator lists. A random token is proof enough: the page was given it. Clients that
are no browsers send no Origin and are not asked.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address, ip_address
from urllib.parse import urlsplit

from mockcrm.http.data_centres import is_own_host

_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://(\[[0-9a-f:.]+\]|[^\s\x00-\x20/?#@:\[\]\\,*]+)(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins that the operator lists, and the names that this server is called by."""

    listed: frozenset[str]
    names: frozenset[str]
    everything: bool = False

    def allow(self, origin: str, scheme: str, host: str, registered: Set[str]) -> bool:
        """Whether a page of `origin` may use literal credentials of an org whose clients registered redirect URIs of
        these origins. Its request came by `scheme` and `host`, its Host header."""
        if self.everything:
            return True
        page = normal_origin(origin)
        if page is None:
            return False
        if page in self.listed or page in registered or _loopback(page):
            return True
        # A page of the server itself; but a name that anybody can own may have been pointed here (DNS rebinding).
        return page == normal_origin(f"{scheme}://{host}") and is_own_host(host, self.names)


def parse_origins(text: str) -> tuple[frozenset[str], bool]:
    """The origins of a comma-separated list, and whether `*` is one. ValueError names the item that is none."""
    found: set[str] = set()
    for item in [part.strip() for part in text.split(",")] if text.strip() else []:
        origin = "*" if item == "*" else normal_origin(item)
        if origin is None:
            raise ValueError(
                f"expected origins such as https://app.test:3000, or *, with commas between them; {item!r} is none"
            )
        found.add(origin)
    return frozenset(found - {"*"}), "*" in found


def normal_origin(text: str) -> str | None:
    """An origin as browsers write it, in lower case and without the scheme's own port; None for other text, such as
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
    """The origin of a page's address; None for one that no page of the web has."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        if parts.scheme not in _DEFAULT_PORTS or not host:
            return None
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        return None
    host = f"[{host}]" if ":" in host else host
    return normal_origin(f"{parts.scheme}://{host}" if port is None else f"{parts.scheme}://{host}:{port}")


def _loopback(page: str) -> bool:
    # Not by urlsplit, which has its own mind about what an address is and raises for others.
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
