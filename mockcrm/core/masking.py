"""Masking of secrets in requests and responses, before the journal stores them.

Values are masked by name (OAuth parameters, wherever they appear) and by form (tokens that this server issues, in any
text). As every request is checked, `suspects` first searches its bytes for hints. As clients control the input, every
function takes time linear in its length.
"""

from __future__ import annotations

import codecs
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
"""Names whose values are never shown. `code` is not among them: in a response it is the error code, and only as a
parameter a grant code (see `parameters`)."""
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
"""The request headers that are stored and shown; others are dropped."""
FORM = b"application/x-www-form-urlencoded"
MAX_DEPTH = 200
"""JSON that is nested deeper is shown as text: the response that shows the journal is JSON with a limited depth too."""

_FLAGS = re.ASCII | re.IGNORECASE
_STRONG = (
    r"client[\W_]{0,3}secret|(?:access|refresh|auth|grant)[\W_]{0,3}token|grant[\W_]{0,3}code"
    r"|code[\W_]{0,3}verifier|password"
)
"""SECRETS, however their words are joined (clientSecret, client-secret), also within longer names."""
_WEAK = r"(?:(?<!\w)|(?<=\\[nrt]))(?:id[\W_]?)?(?:token|ticket)(?!\w)"
"""Those that also occur in harmless names (page_token): only as a whole word."""
_NAME = re.compile(rf"{_STRONG}|{_WEAK}", _FLAGS)
_CODE = re.compile(r"\W*code\W*", _FLAGS)
# A name in a text, what closes it, and what precedes its value. Possessive quantifiers keep it linear: at most the
# twenty characters behind a name are read again.
_NAMED = re.compile(
    rf"(?:(?P<tag><(?:[\w.-]{{1,30}}:)?(?:{_STRONG}|{_WEAK})[^<>]*+>)"
    rf"|(?<!</)(?:(?:{_STRONG})[\w\[\].-]{{0,20}}+|{_WEAK})"
    r"""["'\\\[\]\s]*+(?P<sign>=>|[=:>]|,(?=\s*+["']))"""
    r"""|(?<!\w)code["'\\\[\]]*+=)\s*+""",
    _FLAGS,
)
_QUOTE = re.compile(r"""[bru]{0,2}(\\*+)(["'])""", re.IGNORECASE)
_NEXT_PARAMETER = re.compile(r"[&\r\n]")
_PARAMETER = re.compile(r"((?:\A|[?&])([^=&?\s]*+)=)[^&\r\n]*+")
_PART = re.compile(r"(\r?\n--)")
_BLANK = re.compile(r"\r?\n\r?\n")
_PART_NAME = re.compile(rf"{_STRONG}|{_WEAK}|(?<!\w)code(?!\w)", _FLAGS)
# The second alternative is a token that was cut off at the end of the text.
_TOKEN = re.compile(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}|1000\.[0-9a-f]{8,32}(?:\.[0-9a-f]{0,31})?\Z")
_ESCAPED = re.compile(r"\\u00([2-7][0-9a-f])", re.IGNORECASE)
_STRUCTURE = ("22", "5c")
"""Quote and backslash: decoding their escapes would break the structure of a JSON text."""
_LAYERS = 3
"""How often a text may be percent-encoded."""

_NAME_HINTS = ("token", "secret", "password", "ticket", "grant", "verifier", "code=", "code[")
_HINTS = ("1000.", *_NAME_HINTS, "content-disposition")
"""In lower case: any text with a secret contains one of them. The last one is in every part of a multipart form."""
_HARMLESS = "page_token"
"""A parameter of every list in later API versions, and not a secret."""
MAX_CACHED = 256
"""The most sets of headers whose masked form is cached."""
_MASKED_CREDENTIALS = {scheme: scheme + b" ***" for scheme in (b"Zoho-oauthtoken", b"Bearer", b"Basic")}
"""The masked header values of the most frequent schemes, spelled as clients spell them."""
_SCHEMES = frozenset({"basic", "bearer", "digest", "zoho-authtoken", "zoho-oauthtoken"})


class Masked(bytes):
    """The decoded and masked form of a body or a query in which there was something to mask, as JSON."""

    __slots__ = ()


def suspects(raw: bytes) -> bool:
    """Return whether there may be something to mask, also when escaped as in JSON (\\u0074oken) or forms (%74oken)."""
    text = _bare(raw)
    return _has_hint(text, _HINTS) or ("\\u00" in text and _ESCAPED.search(text) is not None)


def _bare(raw: bytes) -> str:
    """Return `raw` in lower case, without percent-encoding and the NULs of UTF-16."""
    for _ in range(_LAYERS):
        if b"%" not in raw:
            break
        coded, raw = raw, unquote_to_bytes(raw)
        if raw == coded:
            break
    if b"\0" in raw:
        raw = raw.replace(b"\0", b"")
    return raw.lower().decode("latin-1")  # searching a str takes a third of the time of searching bytes


def _has_hint(text: str, hints: tuple[str, ...]) -> bool:
    return any(map(text.__contains__, hints)) and (
        _HARMLESS not in text or any(map(text.replace(_HARMLESS, " ").__contains__, hints))
    )


Headers = tuple[tuple[bytes, bytes], ...]


class HeaderMasker:
    """Masks the headers of requests. A client sends the same headers in every request, so the results are cached, but
    only those in which only the Authorization was masked, so that the cache holds no secret.
    """

    def __init__(self) -> None:
        self._cached: dict[Headers, Headers] = {}

    def __call__(self, sent: Iterable[tuple[bytes, bytes]]) -> Headers:
        """Return the masked headers of a request that are in HEADERS, the last of several with one name."""
        headers = {name: value for name, value in sent if name in HEADERS}
        credentials = headers.get(b"authorization")
        if credentials is not None:
            scheme, space, _ = credentials.partition(b" ")
            masked = _MASKED_CREDENTIALS.get(scheme) if space else None
            headers[b"authorization"] = masked or authorization(credentials.decode("latin-1")).encode("latin-1")
        key = tuple(headers.items())
        return self._cached.get(key) or self._mask(key)

    def _mask(self, headers: Headers) -> Headers:
        others = [value for name, value in headers if name != b"authorization"]
        if suspects(b"\n".join(others)):
            return tuple(
                (name, value)
                if name == b"authorization"
                else (name, _string(value.decode("latin-1")).encode("latin-1", "replace"))
                for name, value in headers
            )
        if len(self._cached) >= MAX_CACHED:
            self._cached = {}
        self._cached[headers] = headers
        return headers


def authorization(value: str) -> str:
    """Mask an Authorization header. A known scheme is not masked; an unknown one may be the secret itself."""
    scheme, space, _ = value.strip().partition(" ")
    return f"{scheme} {MASK}" if space and scheme.lower() in _SCHEMES else MASK


def query(raw: bytes) -> bytes:
    """Return a query string for storage: unchanged when there is nothing to mask in it, otherwise Masked."""
    return Masked(orjson.dumps(parameters(raw.decode("latin-1")))) if suspects(raw) else raw


def body(raw: bytes, content_type: bytes, *, whole: bool) -> bytes:
    """Return a body for storage: unchanged when there is nothing to mask in it, otherwise Masked."""
    return Masked(orjson.dumps(content(raw, content_type, whole=whole))) if suspects(raw) else raw


def query_json(stored: bytes) -> Any:
    """Return the parameters of a stored query string."""
    return orjson.loads(bytes(stored)) if isinstance(stored, Masked) else parameters(stored.decode("latin-1"))


def body_json(stored: bytes, content_type: bytes, *, whole: bool) -> Any:
    """Return a stored body as `content` does."""
    return orjson.loads(bytes(stored)) if isinstance(stored, Masked) else content(stored, content_type, whole=whole)


def path(text: str) -> str:
    """Mask the secrets in a path."""
    return _string(text)


def parameters(text: str) -> dict[str, str]:
    """Return masked query or form parameters; the last of several with one name, as the server reads them.

    A text with secrets in its names, or with secret multipart parts, is not a form: it becomes the only name, masked.
    """
    found = parse_qsl(text, keep_blank_values=True)
    if any(_is_encoded(name) for name, _ in found) or _mask_parts(text) != text:
        return {_text(text): ""}
    return {plain(name): MASK if _secret(name) or _CODE.fullmatch(name) else _string(value) for name, value in found}


def _is_encoded(name: str) -> bool:
    return _string(name) != plain(name)


def content(raw: bytes, content_type: bytes, *, whole: bool) -> Any:
    """Return a masked body: JSON decoded, a form as its parameters, any other body as text, an empty one as None.

    `whole` is false when `raw` is only the beginning of the body."""
    if not raw:
        return None
    if whole:
        try:
            found = orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass
        else:
            if _depth(found) <= MAX_DEPTH:
                return _mask(found)
    if not _readable(raw) and _has_hint(_bare(raw), _NAME_HINTS):
        return f"{MASK} ({len(raw)} bytes)"
    if whole and content_type.startswith(FORM):
        return parameters(raw.decode("utf-8", "replace"))
    return _text(raw.decode("utf-8", "replace"))


def _readable(raw: bytes) -> bool:
    """Return whether this is UTF-8, possibly cut off, and not UTF-16, which can look like it."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(raw)
    except UnicodeDecodeError:
        return False
    return b"\0" not in raw


def plain(text: str) -> str:
    """Return a text with the tokens in it masked."""
    return _TOKEN.sub(f"1000.{MASK}", text)


def _secret(name: str) -> bool:
    return _NAME.search(name) is not None


def _depth(tree: Any) -> int:
    depth = 0
    level = [tree]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return depth


def _mask(value: Any) -> Any:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        return {
            _string(name): MASK if item is not None and _secret(name) else _mask(item) for name, item in value.items()
        }
    return [_mask(item) for item in value] if isinstance(value, list) else value


def _string(text: str) -> str:
    """Mask a text that was decoded from something else and may itself contain JSON or a URL."""
    return _text(text) if suspects(text.encode("utf-8", "replace")) else text


def _text(text: str) -> str:
    """Mask a text of any kind, possibly cut off.

    First the text as it is, then what percent-encoding and the escapes of JSON hide: the decoded text is returned only
    when something was hidden."""
    masked = spelled = _mask_text(text)
    for _ in range(_LAYERS):
        if "%" not in spelled:
            break
        coded, spelled = spelled, unquote(spelled)
        if spelled == coded:
            break
        found = _mask_text(spelled)
        if found != spelled:
            masked = spelled = found
    if "\\u00" in spelled:
        spelled = _ESCAPED.sub(lambda found: found[0] if found[1].lower() in _STRUCTURE else _character(found), spelled)
        found = _mask_text(spelled)
        if found != spelled:
            return found
    return masked


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _mask_text(text: str) -> str:
    text = _PARAMETER.sub(_mask_parameter, _mask_parts(text))
    return plain(_mask_values(text))


def _mask_parameter(found: re.Match[str]) -> str:
    name = unquote(found[2]) if "%" in found[2] else found[2]
    return found[1] + MASK if _NAME.fullmatch(name) or _CODE.fullmatch(name) else found[0]


def _mask_values(text: str) -> str:
    """Mask what follows the names of secrets in a text: a quoted value up to its quote, an element up to the next end
    tag, an object or a list to the end of the text, anything else up to the next parameter or line."""
    pieces: list[str] = []
    done = 0
    while named := _NAMED.search(text, done):
        start = named.end()
        pieces.append(text[done:start])
        if named["tag"] or named["sign"] == ">":
            end = text.find("</", start)
        elif quote := _QUOTE.match(text, start):
            pieces.append(quote[0])
            end = _end_of_quoted(text, quote)
        elif text[start : start + 1] in ("[", "{", "("):
            end = -1
        else:
            after = _NEXT_PARAMETER.search(text, start)
            end = -1 if after is None else after.start()
        pieces.append(MASK)
        if end < 0:
            return "".join(pieces)
        done = end
    pieces.append(text[done:])
    return "".join(pieces)


def _end_of_quoted(text: str, opened: re.Match[str]) -> int:
    """Return the index of the closing quote and its backslashes, -1 when there is none. In JSON within JSON it has no
    more backslashes before it than the opening quote. Skipping one too many masks more, not less."""
    escapes, quote = len(opened[1]), opened[2]
    last = opened.end()
    while (place := text.find(quote, last)) >= 0:
        before = place
        while before > last and text[before - 1] == "\\":
            before -= 1
        if place - before <= escapes:
            return before
        last = place + 1
    return -1


def _mask_parts(text: str) -> str:
    """Mask the values of the secret parts of a multipart form."""
    if "disposition" not in text.lower():
        return text
    parts = _PART.split(text)
    for place, part in enumerate(parts):
        blank = _BLANK.search(part)
        if blank and _PART_NAME.search(unquote(part[: blank.start()])):
            parts[place] = part[: blank.end()] + MASK
    return "".join(parts)
