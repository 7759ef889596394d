"""Secrets out of what a request and its response say, before the journal keeps any of it.

Masked by name (the parameters of OAuth, wherever they stand) and by form (a token of ours in any text). Every request
pays for the question whether there is anything to mask, so that is asked of bytes first (`suspects`); and a client
chooses what is masked, so every way through a body is linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_to_bytes

import orjson

MASK = "***"
SECRETS = frozenset(
    {
        "access_token",
        "authtoken",
        "client_secret",
        "code_verifier",
        "grant_code",
        "grant_token",
        "id_token",
        "password",
        "refresh_token",
        "ticket",
        "token",
    }
)
"""Names whose values are never shown. The `code` of a response is no secret, a grant's is: see `parameters`."""
HEADERS = frozenset(
    {
        b"authorization",
        b"content-type",
        b"accept",
        b"user-agent",
        b"x-zoho-sdk",
        b"if-modified-since",
        b"x-external",
        b"origin",
    }
)
"""The request headers that are shown; no other is kept."""
FORM = b"application/x-www-form-urlencoded"
MAX_DEPTH = 200
"""JSON that is nested deeper is shown as text: the journal's own response is JSON, and has an end there."""

_NAMES = "|".join(sorted(SECRETS))
_FLAGS = re.ASCII | re.IGNORECASE | re.DOTALL
# The second is a token that was cut off with the text it ends.
_TOKEN = re.compile(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}|1000\.[0-9a-f]{8,32}(?:\.[0-9a-f]{0,31})?\Z")
# A value ends at the next quote; one that is cut off, at the end. The next name has quotes, so no two overlap.
_MEMBER = re.compile(rf'("(?:{_NAMES})"\s*+:\s*+)"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', _FLAGS)
_PARAMETER = re.compile(r"((?:\A|[?&])([^=&?\s]*+)=)[^&\s]*+")
_PART_NAME = re.compile(rf'\bname\s*+=\s*+"?(?:{_NAMES}|code)"?[ \t]*+(?:[;\r\n]|\Z)', _FLAGS)
_ESCAPED = re.compile(r"\\u00([2-7][0-9a-f])", re.IGNORECASE)
_STRUCTURE = ("22", "5c")
"""Quote and backslash: the escapes without which a text of JSON would fall apart."""

_HINTS = ("1000.", "token", "client_secret", "password", "ticket", "t_code", "code_v", "code=", "content-disposition")
"""In lower case: one of them stands wherever something may have to be masked. Every part of a multipart form has the
last."""
_HARMLESS = "page_token"
"""In every list of the later versions; no secret."""


class Masked(bytes):
    """What is shown of a body or a query that had something to mask, as JSON."""

    __slots__ = ()


def suspects(raw: bytes) -> bool:
    """Whether there may be something to mask, also behind the escapes of JSON (\\u0074oken) and forms (%74oken)."""
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    text = raw.lower().decode("latin-1")  # finding something in text takes a third of the time that it takes in bytes
    if any(map(text.__contains__, _HINTS)) and (
        _HARMLESS not in text or any(map(text.replace(_HARMLESS, " ").__contains__, _HINTS))
    ):
        return True
    return "\\u00" in text and _ESCAPED.search(text) is not None


def headers(sent: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What is kept of the headers of a request: of several with one name the last, which is the one that is shown."""
    kept = list({name: (name, value) for name, value in sent if name in HEADERS}.values())
    for place, (name, value) in enumerate(kept):
        if name == b"authorization":
            kept[place] = (name, authorization(value.decode("latin-1")).encode("latin-1"))
        elif b"1000." in value:
            kept[place] = (name, plain(value.decode("latin-1")).encode("latin-1"))
    return kept


def authorization(value: str) -> str:
    """An Authorization header with its scheme alone."""
    scheme, space, _ = value.strip().partition(" ")
    return f"{scheme} {MASK}" if space else MASK


def query(raw: bytes) -> bytes:
    """A query as it is kept: as it came when there is nothing to mask in it, else Masked."""
    return Masked(orjson.dumps(parameters(raw.decode("latin-1")))) if suspects(raw) else raw


def body(raw: bytes, content_type: bytes, *, whole: bool) -> bytes:
    """A body as it is kept: as it came when there is nothing to mask in it, else Masked."""
    return Masked(orjson.dumps(content(raw, content_type, whole=whole))) if suspects(raw) else raw


def shown_query(kept: bytes) -> Any:
    """The parameters of a query that was kept."""
    return orjson.loads(bytes(kept)) if isinstance(kept, Masked) else parameters(kept.decode("latin-1"))


def shown_body(kept: bytes, content_type: bytes, *, whole: bool) -> Any:
    """A body that was kept, as `content` tells it."""
    return orjson.loads(bytes(kept)) if isinstance(kept, Masked) else content(kept, content_type, whole=whole)


def parameters(text: str) -> dict[str, str]:
    """Query or form parameters; the last of several with one name, as the server takes them."""
    found = parse_qsl(text, keep_blank_values=True)
    return {name: MASK if _secret(name) or name == "code" else plain(value) for name, value in found}


def content(raw: bytes, content_type: bytes, *, whole: bool) -> Any:
    """A body as it may be read: JSON as such, a form as its parameters, anything else as text, none as None.

    `whole` is false for the beginning of a body that is longer."""
    if not raw:
        return None
    if whole:
        try:
            found = orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass
        else:
            if _depth(found) <= MAX_DEPTH:
                return _masked(found)
        if content_type.startswith(FORM):
            return parameters(raw.decode("utf-8", "replace"))
    return _text(raw.decode("utf-8", "replace"))


def plain(text: str) -> str:
    """A text without the tokens in it."""
    return _TOKEN.sub(f"1000.{MASK}", text)


def _secret(name: str) -> bool:
    return name.isascii() and name.lower() in SECRETS


def _depth(tree: Any) -> int:
    depth = 0
    level = [tree]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return depth


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return {
            plain(name): MASK if _secret(name) and isinstance(item, str | int | float) else _masked(item)
            for name, item in value.items()
        }
    return [_masked(item) for item in value] if isinstance(value, list) else value


def _text(text: str) -> str:
    """A text of any kind, or the beginning of one: JSON, form and multipart form are looked for in it."""
    masked = _masked_text(text)
    if "\\u00" in text:
        # Names and tokens with escapes in them: the text is shown without those only when they hid something.
        spelled = _ESCAPED.sub(lambda found: found[0] if found[1].lower() in _STRUCTURE else _character(found), text)
        found = _masked_text(spelled)
        if found != spelled:
            return found
    return masked


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _masked_text(text: str) -> str:
    text = _MEMBER.sub(rf'\1"{MASK}"', text)
    text = _PARAMETER.sub(_masked_parameter, text)
    return plain(_masked_parts(text))


def _masked_parameter(found: re.Match[str]) -> str:
    name = unquote(found[2]) if "%" in found[2] else found[2]
    return found[1] + MASK if _secret(name) or name == "code" else found[0]


def _masked_parts(text: str) -> str:
    """A multipart form without the values of its secret parts."""
    parts = text.split("\r\n--")
    for place, part in enumerate(parts):
        head, blank, _ = part.partition("\r\n\r\n")
        if blank and _PART_NAME.search(head):
            parts[place] = f"{head}{blank}{MASK}"
    return "\r\n--".join(parts)
