"""Which addresses a webhook may go to, in every way that an address can be written."""

from __future__ import annotations

import re
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockcrm.core.automation.webhook_hosts import METADATA, PRIVATE, HostRules, parse_rules
from tests.support.for_each import for_each

NAMED = parse_rules("hooks.example,*.corp.example")
SCOPES = ("", "%1", "%251", "%lo", "%eth0")
SPECIAL = (
    *sorted(str(address) for address in METADATA if address.version == 6),
    "::ffff:169.254.169.254",  # mapped
    "::169.254.169.254",  # IPv4-compatible
    "64:ff9b::a9fe:a9fe",  # NAT64
    "64:ff9b:1::a9fe:a9fe",  # NAT64 of the network's own
    "fd64::a9fe:a9fe",  # the same with a private prefix
    "64:ff9b::169.254.170.2",
    "64:ff9b::100.100.100.200",
    "::ffff:0:169.254.169.254",  # SIIT
    "2002:a9fe:a9fe::1",  # 6to4
    "2001:0:a9fe:a9fe::1",  # the server of Teredo
    "2001:0:5db8:d822::5601:5601",  # its client, inverted
    "64:ff9b::0.0.0.0",
    "::",
    "fe80::1",
    "ff02::1",
)
PUBLIC = (
    "2606:2800:220:1::1",
    "::ffff:93.184.216.34",
    "::93.184.216.34",
    "64:ff9b::93.184.216.34",
    "::ffff:0:93.184.216.34",
    "2002:5db8:d822::1",
    "2001:0:5db8:d822::1",
    # Private ones behind a gateway are the gateway's.
    "::127.0.0.1",
    "64:ff9b::127.0.0.1",
    "2002:7f00:1::1",
)


@for_each("scope", SCOPES)
@for_each("address", SPECIAL)
def test_metadata_is_reached_neither_without_a_rule_nor_by_a_name(address: str, scope: str) -> None:
    for rules in (HostRules(), NAMED):
        assert not rules.allow("hooks.example", ip_address(address + scope))


@pytest.mark.parametrize("address", sorted(str(address) for address in METADATA if address.version == 4))
def test_metadata_of_ipv4_is_not_reached_by_a_name(address: str) -> None:
    assert not NAMED.allow("hooks.example", ip_address(address))


@for_each("scope", SCOPES)
@for_each("address", PUBLIC)
def test_public_addresses_take_a_rule(address: str, scope: str) -> None:
    assert not HostRules().allow("hooks.example", ip_address(address + scope))
    assert NAMED.allow("hooks.example", ip_address(address + scope))


@for_each("scope", SCOPES)
@for_each("address", ["::1", "fd12:3456::1", "::ffff:10.1.2.3"])
def test_a_scope_does_not_make_a_private_address_public(address: str, scope: str) -> None:
    assert HostRules().allow("app", ip_address(address + scope))


@pytest.mark.parametrize("rule", ["fd00:ec2::254", "fd00:ec2::/32", "*"])
def test_a_rule_about_the_address_opens_it(rule: str) -> None:
    assert parse_rules(rule).allow("", ip_address("fd00:ec2::254%lo"))


@given(st.integers(0, 2**128 - 1), st.sampled_from(SCOPES))
def test_a_scope_changes_nothing(number: int, scope: str) -> None:
    bare = ip_address(number.to_bytes(16))

    assert HostRules().allow("app", ip_address(f"{bare}{scope}")) == HostRules().allow("app", bare)


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_what_is_allowed_without_a_rule_is_private(address: object) -> None:
    found = ip_address(str(address))
    plain = getattr(found, "ipv4_mapped", None) or found

    if HostRules().allow("app", found):
        assert any(plain in network for network in PRIVATE)


@given(
    st.one_of(
        st.text(max_size=40),
        st.text("0123456789abcdefx.:/%[]*, -_", max_size=40),
        st.lists(st.sampled_from(["::1", "fe80::", "%lo", "/64", "/", "10.0.0.0", "1e9", "*", ".", "a", ","])).map(
            "".join
        ),
    )
)
def test_any_text_is_rules_or_a_named_error(text: str) -> None:
    message = ""
    try:
        parse_rules(text).allow("app", ip_address("fd00::1%lo"))
    except ValueError as fault:
        message = str(fault)

    assert not message or re.search(r"^expected host names, .*; got ", message, re.DOTALL)
