"""Any text in an Origin header, a redirect URI or an option is either an origin or not, without any other error."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockcrm.core.web_origins import normal_origin, origin_of, parse_origins
from mockcrm.http.origins import Origins

PIECES = st.sampled_from(
    (
        *("http", "HTTPS", "a+b", "://", ":", "/", "[", "]", "::1", ":::", "1.2.3.4", "127.0.0.1", "localhost", "."),
        *("%lo", "@", "app", "80", "65536", "xn--", ",", "*", "?", "#", " ", "\x00", "\ud800", "b\xfccher"),
        *("\N{ACCOUNT OF}", "\N{KELVIN SIGN}", "\N{ARABIC-INDIC DIGIT THREE}"),
    )
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(PIECES, max_size=6).map(lambda pieces: "http://" + "".join(pieces)),
    st.text("0123456789abcdef:.", max_size=20).map("http://[{}]".format),
)


@given(TEXTS, TEXTS)
@example("http://[:::]", "localhost")
@example("http://[1.2.3.4]", "localhost")
@example("http://\N{ACCOUNT OF}.example", "localhost")
@example("http://app", "[:::]")
def test_any_header_is_of_a_page_that_may_or_may_not(origin: str, host: str) -> None:
    for origins in (Origins(frozenset(), frozenset()), Origins(frozenset({"http://app"}), frozenset({"app"}))):
        assert origins.allow(origin, "http", host, frozenset()) in (True, False)


@given(TEXTS)
def test_a_normal_origin_is_the_normal_form_of_itself(text: str) -> None:
    found = normal_origin(text)

    assert found is None or normal_origin(found) == found


@given(TEXTS)
def test_any_address_has_an_origin_or_none(url: str) -> None:
    found = origin_of(url)

    assert found is None or found.startswith(("http://", "https://"))


@given(TEXTS)
def test_any_text_is_a_list_of_origins_or_a_named_error(text: str) -> None:
    message = ""
    try:
        parse_origins(text)
    except ValueError as fault:
        message = str(fault)

    assert not message or (message.startswith("expected origins such as ") and "; got " in message)


@pytest.mark.parametrize("text", ["http://[:::]", "http://[1.2.3.4]", "http://[]", "http://a:65536", "http://a:99999"])
def test_origins_name_a_host_and_a_port(text: str) -> None:
    assert normal_origin(text) is None
