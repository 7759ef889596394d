"""Where webhooks may go: to loopback and private addresses, and where the operator's rules allow.

Fixtures name the receivers of webhooks, and fixtures come from other people. One that names a host of the internet
would have this machine call it, one that names the metadata service of a cloud would reach what only the machine
itself may. Link-local addresses, where that service is, are therefore no private ones here.
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
"""Allowed without a rule."""
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
"""Their addresses end in the IPv4 address that a gateway sends to: NAT64 (RFC 6052, RFC 8215), SIIT (RFC 2765),
IPv4-compatible ones (RFC 4291)."""
# Compose takes underscores in the names of services. What ends in a number is an address, or none (RFC 3696, 2).
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(\*\.)?({_LABEL}\.)*(?![0-9]+$){_LABEL}")
_LIKE_ADDRESS = re.compile(r"[0-9.]+|.*[:/\[\]].*")


@dataclass(frozen=True, slots=True)
class HostRules:
    """What the operator allows besides loopback and private addresses."""

    everything: bool = False
    names: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    """Each with its leading dot."""
    networks: tuple[Network, ...] = ()

    def allow(self, name: str, address: Address) -> bool:
        """Whether a webhook to a host of that name may go to an address that the name resolved to."""
        address = _unmapped(without_scope(address))
        if self.everything or _within(address, self.networks):
            return True
        if _special(address):
            # Who owns a name decides what it resolves to, so a rule about a name does not open these.
            return False
        return _within(address, PRIVATE) or self._named(name.lower().removesuffix("."))

    def _named(self, name: str) -> bool:
        return name in self.names or name.endswith(self.suffixes)


def parse_rules(text: str) -> HostRules:
    """The rules of a comma-separated list: host names, `*.suffix`, addresses, networks, `*`. ValueError names the item
    that is none of these."""
    names, suffixes, networks = [], [], []
    everything = False
    for item in [part.strip().lower() for part in text.split(",")] if text.strip() else []:
        if item == "*":
            everything = True
        elif _LIKE_ADDRESS.fullmatch(item):
            networks.append(_network(item))
        elif _NAME.fullmatch(item) is None:
            raise ValueError(_expected(item))
        elif item.startswith("*."):
            suffixes.append(item[1:])
        else:
            names.append(item)
    return HostRules(everything, frozenset(names), tuple(suffixes), tuple(networks))


def _network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as fault:
        reason = f": {fault}" if "host bits" in str(fault) else ""
        raise ValueError(_expected(text) + reason) from None
    if isinstance(network, IPv6Network) and isinstance(_MAPPED, IPv6Network) and network.subnet_of(_MAPPED):
        first = IPv4Address(int(network.network_address) & 0xFFFFFFFF)
        return IPv4Network((first, network.prefixlen - _MAPPED.prefixlen))
    return network


def _expected(item: str) -> str:
    return (
        "expected host names, *.suffixes, addresses, networks such as 203.0.113.0/24, or *, with commas between them; "
        f"{item!r} is none"
    )


def without_scope(address: Address) -> Address:
    """The address without the interface that it is said to be on (`fd00::1%eth0`). Only a link-local one needs that to
    be reached, and with it an address equals no other."""
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return IPv6Address(int(address))
    return address


def _unmapped(address: Address) -> Address:
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
    """The IPv4 addresses that packets to an IPv6 address may end up at."""
    if isinstance(address, IPv4Address):
        return ()
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    if _within(address, _TRANSLATED):
        # `::1` is written like an IPv4-compatible address, and is none.
        return () if address.is_loopback else (last,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    # A NAT64 of the network's own may have any prefix, one of fc00::/7 too.
    return (last,) if last in METADATA else ()
