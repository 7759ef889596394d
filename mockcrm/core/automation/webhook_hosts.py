"""Where webhooks may be sent: to loopback and private addresses, and where the operator's rules allow.

Fixtures contain the URLs of webhooks and may come from other people. Without this check, a fixture could make this
machine call any host of the internet, or the metadata service of a cloud, which only the machine itself may access.
Link-local addresses, which that service uses, therefore do not count as private.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PRIVATE: tuple[Network, ...] = tuple(
    ip_network(text) for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
)
"""Networks that are allowed without a rule."""
METADATA: frozenset[Address] = frozenset(
    ip_address(text)
    for text in (
        *("169.254.169.254", "100.100.100.200", "168.63.129.16"),  # of most clouds, Alibaba, Azure
        *("fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe"),  # AWS, Google, Oracle: in fc00::/7
    )
)
"""The addresses of the clouds' metadata services."""
_MAPPED = ip_network("::ffff:0:0/96")
_TRANSLATED: tuple[Network, ...] = tuple(
    ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")
)
"""Networks whose addresses end in the IPv4 address to which a gateway forwards: NAT64 (RFC 6052, RFC 8215), SIIT
(RFC 2765), IPv4-compatible addresses (RFC 4291)."""
# Docker Compose allows underscores in service names. A name whose last label is a number is not a host name (RFC 3696,
# section 2).
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(\*\.)?({_LABEL}\.)*(?![0-9]+$){_LABEL}")
_LIKE_ADDRESS = re.compile(r"[0-9.]+|.*[:/\[\]].*")


@dataclass(frozen=True, slots=True)
class HostRules:
    """What the operator allows besides loopback and private addresses."""

    everything: bool = False
    names: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    """Suffixes with their leading dot."""
    networks: tuple[Network, ...] = ()

    def allow(self, name: str, address: Address) -> bool:
        """Return whether a webhook for the host `name` may be sent to `address`, to which the name resolved."""
        address = _unmap(without_scope(address))
        if self.everything or _within(address, self.networks):
            return True
        if _special(address):
            # The owner of a name decides what it resolves to, so a rule for a name does not allow these addresses.
            return False
        return _within(address, PRIVATE) or self._named(name.lower().removesuffix("."))

    def _named(self, name: str) -> bool:
        return name in self.names or name.endswith(self.suffixes)


def parse_rules(text: str) -> HostRules:
    """Return the rules in a comma-separated list of host names, `*.suffix`, addresses, networks and `*`. Raises
    ValueError with the first item that is none of these."""
    names, suffixes, networks = [], [], []
    everything = False
    for item in [part.strip().lower() for part in text.split(",")] if text.strip() else []:
        if item == "*":
            everything = True
        elif _LIKE_ADDRESS.fullmatch(item):
            networks.append(_network(item))
        elif _NAME.fullmatch(item) is None:
            raise ValueError(_error_message(item))
        elif item.startswith("*."):
            suffixes.append(item[1:])
        else:
            names.append(item)
    return HostRules(everything, frozenset(names), tuple(suffixes), tuple(networks))


def _network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        reason = f": {error}" if "host bits" in str(error) else ""
        raise ValueError(_error_message(text) + reason) from None
    if isinstance(network, IPv6Network) and isinstance(_MAPPED, IPv6Network) and network.subnet_of(_MAPPED):
        first = IPv4Address(int(network.network_address) & 0xFFFFFFFF)
        return IPv4Network((first, network.prefixlen - _MAPPED.prefixlen))
    return network


def _error_message(item: str) -> str:
    return (
        "expected host names, *.suffixes, addresses, networks such as 203.0.113.0/24, or *, separated by commas; "
        f"got {item!r}"
    )


def without_scope(address: Address) -> Address:
    """Return the address without its scope, the interface in `fd00::1%eth0`. Only a link-local address needs a scope to
    be reached, and addresses with a scope do not equal those without."""
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return IPv6Address(int(address))
    return address


def _unmap(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _special(address: Address) -> bool:
    return any(
        meant.is_link_local or meant.is_multicast or meant.is_unspecified or meant in METADATA
        for meant in (address, *_inner(address))
    )


def _inner(address: Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses to which packets for an IPv6 address may be forwarded."""
    if isinstance(address, IPv4Address):
        return ()
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    if _within(address, _TRANSLATED):
        # `::1` looks like an IPv4-compatible address but is not one.
        return () if address.is_loopback else (last,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    # A network's own NAT64 may use any prefix, including one in fc00::/7.
    return (last,) if last in METADATA else ()
