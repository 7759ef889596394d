"""The host names of the service by data centre, which certificates cover and clients may use; and which host names
belong to this server.

The names are those of the data centres in the official SDKs (Python 2.0 and 8.0, packages `dc`). The SDKs do not list
the United Kingdom and the United Arab Emirates; their names follow the same pattern. Other clients (the Zoho CRM source
of Airbyte) call the bare domain of the API, and clients that form names from a country's suffix call accounts.zoho.ca.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataCentre:
    """The hosts of one data centre: the domain `api` and `www`, `sandbox`, `developer` and `content` below it, and the
    other attributes as full names."""

    name: str
    api: str
    accounts: str
    files: tuple[str, ...]
    """Hosts for file uploads, besides content.<api>."""
    more_accounts: tuple[str, ...] = ()
    """Other names of the accounts host (assumed)."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host name, with those of the API first."""
        below = (f"{label}.{self.api}" for label in ("www", "sandbox", "developer", "content"))
        return (*below, self.api, self.accounts, *self.more_accounts, *self.files)


DATA_CENTRES = (
    DataCentre("us", "zohoapis.com", "accounts.zoho.com", ("upload.zoho.com",)),
    DataCentre("eu", "zohoapis.eu", "accounts.zoho.eu", ("upload.zoho.eu",)),
    DataCentre("in", "zohoapis.in", "accounts.zoho.in", ("upload.zoho.in",)),
    DataCentre("au", "zohoapis.com.au", "accounts.zoho.com.au", ("upload.zoho.com.au",)),
    DataCentre("cn", "zohoapis.com.cn", "accounts.zoho.com.cn", ("upload.zoho.com.cn",)),
    DataCentre("jp", "zohoapis.jp", "accounts.zoho.jp", ("upload.zoho.jp",)),
    DataCentre("ca", "zohoapis.ca", "accounts.zohocloud.ca", ("upload.zohocloud.ca",), ("accounts.zoho.ca",)),
    DataCentre("sa", "zohoapis.sa", "accounts.zoho.sa", ("files.zoho.sa", "upload.zoho.sa")),
    DataCentre("uk", "zohoapis.uk", "accounts.zoho.uk", ("upload.zoho.uk",)),
    DataCentre("ae", "zohoapis.ae", "accounts.zoho.ae", ("upload.zoho.ae",)),
)

API_OF_ACCOUNTS = {
    name: f"www.{centre.api}" for centre in DATA_CENTRES for name in (centre.accounts, *centre.more_accounts)
}
"""The API host for each accounts host; the service's token responses contain it as `api_domain`."""


def emulated_hosts() -> Iterator[str]:
    """Yield every host name of every data centre."""
    for centre in DATA_CENTRES:
        yield from centre.hosts


def split_host(host: str) -> tuple[str, str]:
    """Return name and port of a Host header. The port includes its colon or is empty; an IPv6 address keeps its
    brackets."""
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and not (name.count(":") and not name.endswith("]")):
        return name, colon + port
    return host, ""


PRIVATE_SUFFIXES = (".localhost", ".test", ".local", ".internal", ".home.arpa", ".lan")
"""Suffixes of names that cannot be registered in public DNS; containers and clusters use some of them."""


def own_names(host: str, names: Iterable[str]) -> frozenset[str]:
    """Return the names of a server that listens on `host`, in lower case: those of the service, `host`, and `names`."""
    return frozenset((*emulated_hosts(), *names, host.lower()))


def is_own_host(host: str, names: Set[str]) -> bool:
    """Return whether a Host header is an address, one of `names`, or a name that cannot be registered in public DNS.
    Any other name may belong to an attacker who has pointed it to this machine (DNS rebinding)."""
    name = split_host(host)[0].lower()
    if name in names or "." not in name or name.endswith(PRIVATE_SUFFIXES):
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
