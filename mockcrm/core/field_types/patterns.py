"""The shapes of phone numbers, web addresses and email addresses.

The v7 page on inserting records publishes an expression for each (docs/contract/mass-update-and-core.md 4.1 and
docs/contract/around-a-record.md 6.12). Those here match the same texts, in time linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata

MAX_MATCHED = 50_000
"""The longest text that is matched with an expression; longer ones are in no field and have no valid shape."""

_PHONE = re.compile(
    r"""
    \+?
    (?![.-])
    (?>                                                     # the number itself, in one of two forms, repeated:
        (?> [.-]? [ ]? [\da-zA-Z]+ )+                       # groups of letters and digits
      | (?: [ ]? \( (?![.-])
            (?> [ .-]? [\da-zA-Z]+ )+
            \) (?!\.)
            (?: [ -]? [\da-zA-Z]+ )? )+                     # groups in brackets
    )+
    (?>
        (?> ,* ;? [\da-zA-Z]+ )+                            # pauses and extensions
        (?: (?: \# [\da-zA-Z]+ )+ )?
    )?
    [#;]?
    """,
    re.ASCII | re.VERBOSE,
)
_HOST_PART = r"[^\x00-\x19\x22\x24-\x2C\x2E-\x2F\x3C\x3E\x40\x5B-\x5E\x60\x7B\x7D-\x7F]+"
_WEBSITE = re.compile(
    r"(?:(?:https?|ftp)://)?(?:www.)?"  # the published expression has this dot unescaped
    r"[^\x00-\x19\x22-\x27\x2A-\x2C\x2E-\x2F\x3A-\x3F\x5B-\x5E\x60\x7B\x7D-\x7F]+"
    rf"(?:\.{_HOST_PART})+"
    r"(?:[/?].*)?"
)
_EMAIL = re.compile(
    r"[\w+-][\w!#$%&'*+/=?^`{|}~.-]*"
    r"@(?=.{4,256}\Z)"
    r"(?:[A-Za-z0-9]+(?:[-_]+[A-Za-z0-9]+)*\.)+"
    r"[A-Za-z]{2,22}",
    re.ASCII,
)


def is_phone(text: str) -> bool:
    """Return whether the text has the shape of a phone number."""
    return len(text) <= MAX_MATCHED and _PHONE.fullmatch(text) is not None


def is_website(text: str) -> bool:
    """Return whether the text has the shape of a web address, with or without `http://` and `www.`."""
    return len(text) <= MAX_MATCHED and _WEBSITE.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Return whether the text has the shape of an email address. Letters, marks and digits of every script count."""
    return len(text) <= MAX_MATCHED and _EMAIL.fullmatch(_to_ascii(text)) is not None


def _to_ascii(text: str) -> str:
    """Return the text with each letter or mark beyond ASCII as `a`, each number as `0`: re has no classes for them."""
    if text.isascii():
        return text
    kinds = {"L": "a", "M": "a", "N": "0"}
    return "".join(char if char.isascii() else kinds.get(unicodedata.category(char)[0], char) for char in text)
