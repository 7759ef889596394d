"""Masking: no secret is left in what the journal shows, wherever it stood and wherever a long body was cut."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockcrm.control import masking

NAMES = sorted(masking.SECRETS)
FORM = "application/x-www-form-urlencoded"
SECRET = st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), min_size=8, max_size=40).map("s3cret".__add__)
PARTS = '--b\r\nContent-Disposition: form-data; name="{}"\r\nContent-Type: text/plain\r\n\r\n{}\r\n--b--\r\n'


def left(found: Any) -> bool:
    """Whether the beginning that every secret has is shown."""
    return "s3cret" in repr(found)


@given(st.sampled_from(NAMES), SECRET, st.integers(0, 200))
def test_no_secret_is_left_of_json(name: str, secret: str, cut: int) -> None:
    body = orjson.dumps({"a": [{"City": "Old", name: secret}], "b": "end"})
    assert masking.content(body, "", whole=True) == {"a": [{"City": "Old", name: "***"}], "b": "end"}
    assert not left(masking.content(body[:cut], "", whole=False))


@given(st.sampled_from([*NAMES, "code"]), SECRET, st.integers(0, 200))
def test_no_secret_is_left_of_a_form(name: str, secret: str, cut: int) -> None:
    text = urlencode({"grant_type": "x", name: secret, "client_id": "1000.X"})
    expected = {"grant_type": "x", name: "***", "client_id": "1000.X"}
    assert masking.parameters(text) == masking.content(text.encode(), FORM, whole=True) == expected
    assert not left(masking.content(text.encode(), "", whole=True))
    assert not left(masking.content(text.encode()[:cut], FORM, whole=False))


@given(st.sampled_from([*NAMES, "code"]), SECRET, st.integers(0, 300))
def test_no_secret_is_left_of_a_multipart_form(name: str, secret: str, cut: int) -> None:
    body = PARTS.format(name, secret).encode()
    assert masking.content(body, "multipart/form-data", whole=True) == PARTS.format(name, "***")
    assert not left(masking.content(body[:cut], "multipart/form-data", whole=False))


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", None),
        (b"null", None),
        (b"[1, 2.5, true]", [1, 2.5, True]),
        (b'{"code": "SUCCESS", "Token": 7, "token": null}', {"code": "SUCCESS", "Token": "***", "token": None}),
        (b'{"refresh_token": ["a", {"token": "b"}]}', {"refresh_token": ["a", {"token": "***"}]}),
        (b"{not json", "{not json"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_anything_else_is_shown_as_it_is(body: bytes, shown: object) -> None:
    assert masking.content(body, "application/json", whole=True) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("Zoho-oauthtoken 1000.a.b", "Zoho-oauthtoken ***"), ("bearer x y", "bearer ***"), ("x", "***"), ("", "***")],
)
def test_of_an_authorization_the_scheme_is_shown(value: str, shown: str) -> None:
    assert masking.authorization(value) == shown
