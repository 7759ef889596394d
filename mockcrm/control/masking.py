"""Secrets out of what a request and its answer say, before anybody reads them in the journal.

Masked by name (the parameters of OAuth, wherever they stand) and by form (a token of ours in any text).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

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
"""Names whose values are never shown. A CRM answer's `code` is no secret, a grant's is: see `parameters`."""

_TOKEN = re.compile(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}")
_MEMBER = re.compile(rf'("(?:{"|".join(sorted(SECRETS))})"\s*:\s*)"(?:[^"\\]|\\.)*("|$)')
_FORM_MEMBER = re.compile(rf"((?:^|[?&])(?:{'|'.join(sorted(SECRETS))}|code)=)[^&\s]*")
_PART = re.compile(rf'(name="(?:{"|".join(sorted(SECRETS))}|code)"(?:\r\n[^\r\n]+)*\r\n\r\n).*?(?=\r\n--|$)', re.DOTALL)


def authorization(value: str) -> str:
    """An Authorization header with its scheme alone."""
    scheme, space, _ = value.strip().partition(" ")
    return f"{scheme} {MASK}" if space else MASK


def parameters(text: str) -> dict[str, str]:
    """Query or form parameters; the last of several with one name, as the server takes them."""
    found = parse_qsl(text, keep_blank_values=True)
    return {name: MASK if _secret(name) or name == "code" else plain(value) for name, value in found}


def content(raw: bytes, content_type: str, *, whole: bool) -> Any:
    """A body as it may be read: JSON as such, a form as its parameters, anything else as text, none as None.

    `whole` is false for the beginning of a body that is longer."""
    if not raw:
        return None
    text = raw.decode("utf-8", "replace")
    if whole:
        try:
            return _masked(orjson.loads(raw))
        except orjson.JSONDecodeError:
            pass
        if content_type.startswith("application/x-www-form-urlencoded"):
            return parameters(text)
    return plain(_PART.sub(rf"\1{MASK}", _FORM_MEMBER.sub(rf"\1{MASK}", _MEMBER.sub(rf'\1"{MASK}"', text))))


def plain(text: str) -> str:
    """A text without the tokens in it."""
    return _TOKEN.sub(f"1000.{MASK}", text)


def _secret(name: str) -> bool:
    return name.lower() in SECRETS


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return {
            plain(name): MASK if _secret(name) and isinstance(item, str | int | float) else _masked(item)
            for name, item in value.items()
        }
    return [_masked(item) for item in value] if isinstance(value, list) else value
