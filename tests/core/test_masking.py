"""Masking: the journal shows no secret, wherever it was and wherever a long body was cut off."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mockcrm.core import masking
from tests.support.for_each import for_each

NAMES = sorted(masking.SECRETS)
FORM = b"application/x-www-form-urlencoded"
SECRET = st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), min_size=8, max_size=40).map("s3cret".__add__)
PARTS = '--b\r\nContent-Disposition: form-data; name="{}"\r\nContent-Type: text/plain\r\n\r\n{}\r\n--b--\r\n'


SEEN = {"Lead_Source_Code": "A", "Zip_Code": "1", "code": "SUCCESS"}
MESSAGES = {"message": "the token is wrong", "error": "invalid_client_secret", "next_page_token": "x"}


def left(found: Any) -> bool:
    """Whether the beginning that every secret has is shown."""
    return "s3cret" in repr(found)


@given(st.sampled_from(NAMES), SECRET, st.integers(0, 200))
def test_no_secret_is_left_of_json(name: str, secret: str, cut: int) -> None:
    body = orjson.dumps({"a": [{"City": "Old", name: secret}], "b": "end"})
    assert masking.content(body, b"", whole=True) == {"a": [{"City": "Old", name: "***"}], "b": "end"}
    assert not left(masking.content(body[:cut], b"", whole=False))


@given(st.sampled_from([*NAMES, "code"]), SECRET, st.integers(0, 200))
def test_no_secret_is_left_of_a_form(name: str, secret: str, cut: int) -> None:
    text = urlencode({"grant_type": "x", name: secret, "client_id": "1000.X"})
    expected = {"grant_type": "x", name: "***", "client_id": "1000.X"}
    assert masking.parameters(text) == masking.content(text.encode(), FORM, whole=True) == expected
    assert not left(masking.content(text.encode(), b"", whole=True))
    assert not left(masking.content(text.encode()[:cut], FORM, whole=False))


@given(st.sampled_from([*NAMES, "code"]), SECRET, st.integers(0, 300))
def test_no_secret_is_left_of_a_multipart_form(name: str, secret: str, cut: int) -> None:
    body = PARTS.format(name, secret).encode()
    assert masking.content(body, b"multipart/form-data", whole=True) == PARTS.format(name, "***")
    assert not left(masking.content(body[:cut], b"multipart/form-data", whole=False))


@for_each(
    ("body", "shown"),
    [
        (b"", None),
        (b"null", None),
        (b"[1, 2.5, true]", [1, 2.5, True]),
        (b'{"code": "SUCCESS", "Token": 7, "token": null}', {"code": "SUCCESS", "Token": "***", "token": None}),
        (
            b'{"refresh_token": ["a", {"token": "b"}], "a": [{"token": "b"}]}',
            {"refresh_token": "***", "a": [{"token": "***"}]},
        ),
        (b'{"Lead_Source_Code": "A", "Zip_Code": "1", "code": "SUCCESS"}', SEEN),
        (b'{"Lead_Source_Code": "A", "Zip_Code": "1", "code": "SUCCESS", "token": "x"}', {**SEEN, "token": "***"}),
        (b'{"message": "the token is wrong", "error": "invalid_client_secret", "next_page_token": "x"}', MESSAGES),
        (b"{not json", "{not json"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_any_other_value_is_shown_unchanged(body: bytes, shown: object) -> None:
    assert masking.content(body, b"application/json", whole=True) == shown


@for_each(
    ("value", "shown"),
    [
        ("Zoho-oauthtoken 1000.a.b", "Zoho-oauthtoken ***"),
        ("bearer x y", "bearer ***"),
        ("x", "***"),
        ("", "***"),
        ("s3cret Zoho-oauthtoken", "***"),
        ("Zoho-oauthtoken,s3cret x", "***"),
    ],
)
def test_of_an_authorization_the_scheme_is_shown(value: str, shown: str) -> None:
    assert masking.authorization(value) == shown


@for_each(
    ("body", "content_type"),
    [
        (b'{"refr\\u0065sh_token": "s3cret"}', b""),
        (b'{"Refresh_Token": "s3cret", "pad": "', b""),
        (b'{"\\u0074oken": "s3cret", "pad": "', b""),
        (b'{"note": "1000\\u002e' + b"a1" * 16 + b"." + b"b2" * 16 + b'", "pad": "', b""),
        (b'{"token": "a\\\ns3cret', b""),
        (b'{"token": "s3cret\\', b""),
        (b"grant_type=x&%74oken=s3cret", FORM),
        (b"grant_type=x&%74oken=s3cret&cut=", b""),
        (b'--b\r\ncontent-disposition: form-data; name=token; x="y"\r\n\r\ns3cret\r\n--b--', b"multipart/form-data"),
        (b"[" * 500 + b'{"token": "s3cret"}' + b"]" * 500, b"application/json"),
    ],
)
@for_each("whole", [True, False])
def test_no_secret_is_left_of_an_unusual_body(body: bytes, content_type: bytes, whole: bool) -> None:
    kept = masking.body(body, content_type, whole=whole)
    shown = masking.body_json(kept, content_type, whole=whole)

    assert not left((kept, shown))
    assert "a1a1" not in repr((kept, shown))


@for_each(
    "text",
    [
        '{"refresh_token":"s3cret","client_secret":"s3cret"},',
        '{"client_secret":"a=s3cret&s3cret"},',
        "{%22client_secret%22:%22a%26s3cret%22},",
        'a=1&{"client_secret":"s3cret"}',
        '{"password":["s3cret"]}',
        '{"password":["a]", "s3cret"], "b": {"token": "s3cret',
        '{"token":{"v":"s3cret"}}',
        '{"clientSecret":"s3cret","idToken":"s3cret"}',
        '{"client_secret": "a", "pad": "{\\"client_secret\\":\\"s3cret\\"}"}',
        '{"pad": "{\\"client_secret\\":\\"a\\\\\\"s3cret\\"}"}',
        '{"pad": "x\\ntoken=s3cret',
        '{"client_secret"    :     "s3cret"',
        "x=https://h/?client_secret=s3cret",
        "x=https://h/%3Fclient_secret%3Ds3cret",
        "x=https%3A%2F%2Fh%2F%3Fcode%3Ds3cret",
        "x=client_secret%253Ds3cret",
        "%74oken=a%26s3cret",
        "client_secret[]=s3cret",
        "client_secret%5B%5D=s3cret",
        "code[]=s3cret",
        "user[password]=s3cret",
        "client_secret=ab s3cret;s3cret",
        "a=1&client_secret=ab s3cret;s3cret&b=2",
        "{'client_secret': 's3cret', \"token\": b's3cret'}",
        "[('client_secret', 's3cret')]",
        "{:client_secret => s3cret}",
        "<client_secret>s3cret</client_secret>",
        '<client_secret type="a">s3cret</client_secret>',
        "<o:client_secret><![CDATA[s3cret]]></o:client_secret>",
        "client-secret: s3cret",
        "--b\r\nContent-Disposition: form-data; name*=utf-8''client_secret\r\n\r\ns3cret\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name*=utf-8''client%5Fsecret\r\n\r\ns3cret\r\n--b--",
        "--b\nContent-Disposition: form-data; name=code\n\ns3cret\n--b--",
    ],
)
@for_each("content_type", [b"", FORM])
@for_each("whole", [True, False])
def test_no_secret_is_left_of_a_malformed_body(text: str, content_type: bytes, whole: bool) -> None:
    raw = text.encode()
    kept = masking.body(raw, content_type, whole=whole)
    assert not left((kept, masking.body_json(kept, content_type, whole=whole)))
    kept = masking.query(raw)
    assert not left((kept, masking.query_json(kept)))
    assert not left(masking.path(f"/p?{text}"))
    assert not left(masking.HeaderMasker()([(b"user-agent", raw)]))
    assert not left(masking.content(orjson.dumps({"City": text, text: 1}), b"", whole=True))


@for_each("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@for_each("whole", [True, False])
def test_a_body_that_is_not_utf_8_and_names_a_secret_is_not_shown(encoding: str, whole: bool) -> None:
    raw = '{"client_secret": "s3cret"}'.encode(encoding)
    assert masking.body_json(masking.body(raw, b"", whole=whole), b"", whole=whole) == f"*** ({len(raw)} bytes)"
    raw = b'{"client_secret": "\xff", "City": "s3cret"}'
    assert masking.body_json(masking.body(raw, b"", whole=whole), b"", whole=whole) == f"*** ({len(raw)} bytes)"


def test_a_token_is_masked_in_place_of_a_name() -> None:
    token = "1000." + "a1" * 16 + "." + "b2" * 16
    assert masking.parameters(f"{token}&a=1") == {"1000.***": "", "a": "1"}


def test_text_around_a_secret_is_shown() -> None:
    body = b'{"City": "Old", "client_secret": "s3cret", "Zip_Code": 1, "x": "https://h/?a=1"'
    assert masking.content(body, b"", whole=False) == body.decode().replace("s3cret", "***")
    assert masking.path("/oauth/v2/token") == "/oauth/v2/token"
    assert masking.path("/oauth/v2/token?client_secret=s3cret") == "/oauth/v2/token?client_secret=***"
    form = "a=1&client_secret=s3cret&b=2"
    assert masking.content(form.encode(), b"", whole=False) == "a=1&client_secret=***&b=2"


@given(st.sampled_from([*NAMES, "code"]), SECRET, st.booleans(), st.integers(0, 300))
def test_stored_bodies_are_shown_as_masked(name: str, secret: str, whole: bool, cut: int) -> None:
    form = urlencode({"grant_type": "x", name: secret}).encode()
    for raw, kind in (
        (orjson.dumps({"City": "Old", name: secret}), b"application/json"),
        (form, FORM),
        (PARTS.format(name, secret).encode(), b"multipart/form-data"),
    ):
        text = raw if whole else raw[:cut]
        shown = masking.body_json(masking.body(text, kind, whole=whole), kind, whole=whole)
        assert shown == masking.content(text, kind, whole=whole)
    assert masking.query_json(masking.query(form)) == masking.parameters(form.decode())


@for_each(
    "raw",
    [
        b'{"data": [{"City": "New"}], "ids": ["1"]}',
        b'{"data": [{"code": "SUCCESS", "message": "record updated", "status": "success"}]}',
        b'{"data": [], "info": {"next_page_token": null, "previous_page_token": "x"}}',
        b'{"City": "caf\\u00e9"}',
        b"criteria=(City%3Aequals%3AA)&page=2",
    ],
)
def test_data_without_secrets_is_stored_unchanged(raw: bytes) -> None:
    assert masking.body(raw, b"", whole=True) is raw
    assert masking.query(raw) is raw


def test_only_headers_that_are_shown_are_stored() -> None:
    token = b"1000." + b"a1" * 16 + b"." + b"b2" * 16
    sent = [(b"cookie", b"s3cret"), (b"authorization", b"Bearer s3cret"), (b"user-agent", token), (b"accept", b"*/*")]
    kept = ((b"authorization", b"Bearer ***"), (b"user-agent", b"1000.***"), (b"accept", b"*/*"))
    assert masking.HeaderMasker()(sent) == kept


def test_headers_of_a_client_are_masked_once_and_no_secret_is_cached() -> None:
    mask = masking.HeaderMasker()
    token = b"1000." + b"a1" * 16 + b"." + b"b2" * 16
    first, second, third = (
        mask([(b"authorization", credentials), (b"user-agent", agent)])
        for credentials, agent in (
            (b"Zoho-oauthtoken " + token, b"sdk"),
            (b"Zoho-oauthtoken other", b"sdk"),
            (token + b" Zoho-oauthtoken", token),
        )
    )
    assert first is second
    assert third == ((b"authorization", b"***"), (b"user-agent", b"1000.***"))
    assert b"a1" not in repr(mask._cached).encode()
    for number in range(2 * masking.MAX_CACHED):
        mask([(b"user-agent", b"%d" % number)])
    assert len(mask._cached) <= masking.MAX_CACHED


REPEATED = [
    'name="token"',
    'name="token"\r\n',
    '--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n',
    '"token":"',
    '"token" ',
    '"token":"\\',
    '\\"token":"',
    '\\"',
    '"token":"\\"',
    "token=",
    "&token",
    "?",
    "%74oken=",
    "1000.",
    "1000." + "a" * 32 + ".",
    "name ",
    "name =",
    " ",
    "\\u0074",
    '"\\u0074oken":"',
    '{"token":',
    '[{"token":1},',
    "client_secret=",
    "client_secret ",
    "client_secret]",
    "password",
    "<token>",
    "<token x",
    "</token>",
    "token,",
    "token,  '",
    "token:'",
    "'",
    "\n\n",
    "\r\n--",
    "name=",
    "%25",
    "%2525",
    "&",
    "code[",
]


@for_each("repeated", REPEATED)
@for_each("prefix", ["token", '"token"', 'content-disposition: name="token"', '"token":"'])
def test_masking_is_linear(prefix: str, repeated: str) -> None:
    """Sixteen times as much takes about sixteen times as long; were it quadratic, 256 times."""

    def seconds(length: int) -> float:
        body = (prefix + repeated * (length // len(repeated))).encode()
        begun = time.process_time()
        masking.body(body, FORM, whole=False)
        return time.process_time() - begun

    # Up to three times: something else may take the processor's time.
    assert any(seconds(2**17) < 100 * max(seconds(2**13), 1e-4) for _ in range(3))
