"""Pages of a list: by number, or from v3 on by a token that holds a position in the list.

A position is not an offset: records that are inserted or deleted in the meantime do not shift it, so that paging to the
end returns each record once. The token itself contains the position, the parameters it is bound to and its expiry, 24
hours later by the org's clock; the server stores none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

import orjson

from mockcrm.core.clock import iso
from mockcrm.core.records.listing import Key, Position
from mockcrm.http import errors, parameters
from mockcrm.http.call import Call
from mockcrm.http.record_lists.selecting import Sorting

BY_NUMBER = 2_000
"""The last record that pages by number can reach from v3 on."""
BY_TOKEN = 100_000
TOKEN_LIFE = 86_400
"""Lifetime of a token in seconds."""
_UNBOUND = frozenset({"page", "page_token"})


@dataclass(frozen=True, slots=True)
class Page:
    """A requested page: by number, or by the position of a token, after it or (`backwards`) before it."""

    number: int
    per_page: int
    position: Position | None = None
    backwards: bool = False

    @property
    def first(self) -> int:
        """The number of records before this page."""
        return (self.number - 1) * self.per_page

    @property
    def offset(self) -> int:
        """The number of records to skip in the list, counted from the position."""
        return self.first if self.position is None else 0


def parse_page(call: Call) -> Page:
    """Return the page that the query requests."""
    per_page = parameters.per_page(call)
    if not call.version.records_have_page_tokens:
        return Page(parameters.page_of_records(call), per_page)
    if "page_token" in call.query:
        if "page" in call.query:
            raise errors.AmbiguousList("page", "page_token")
        return _parse_token(call, per_page)
    page = parameters.page(call)
    if page * per_page > BY_NUMBER:
        raise errors.PageBeyondLimit
    return Page(page, per_page)


def _parse_token(call: Call, per_page: int) -> Page:
    try:
        token = call.query["page_token"]
        content = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        text, mark = content[:-8], content[-8:]
        if mark != _mark(call, text):
            raise errors.TokenMismatch
        bound, expires, backwards, page, record_id, key = orjson.loads(text)
    except (ValueError, binascii.Error):
        raise errors.TokenMismatch from None
    if bound != _bound(call):
        raise errors.TokenMismatch
    if call.org.now() >= expires:
        raise errors.TokenExpired
    if page * per_page > BY_TOKEN:
        raise errors.TokenBeyondLimit
    return Page(page, per_page, Position(record_id, key), backwards)


def make_token(call: Call, page: Page, record_id: int, key: Key, *, backwards: bool) -> str:
    """Return the token of the page after a record, or before it."""
    number = max(1, page.number - 1) if backwards else page.number + 1
    expires = call.org.now() + TOKEN_LIFE
    text = orjson.dumps([_bound(call), expires, backwards, number, record_id, key])
    return base64.urlsafe_b64encode(text + _mark(call, text)).rstrip(b"=").decode()


def _bound(call: Call) -> str:
    """Return a hash of the request that a token is bound to: all parameters except those of the page."""
    sent = sorted((name, value) for name, value in call.query.items() if name not in _UNBOUND)
    text = orjson.dumps([call.version.label, call.module.api_name, sent])
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def _mark(call: Call, text: bytes) -> bytes:
    # A checksum: it rejects truncated or mistyped tokens and those of another org. It does not protect against forgery.
    return hashlib.blake2b(text, digest_size=8, key=call.org.uid.encode()[-64:]).digest()


def info_json(
    call: Call,
    page: Page,
    sorting: Sorting,
    count: int,
    *,
    more: bool,
    following: str | None,
    previous: str | None,
    searched: bool = False,
) -> str:
    """Return the `info` of a list as JSON text; from v3 on with its order and tokens, of which a search in v8 has the
    order only (docs/contract/mass-update-and-core.md 4.3, 4.7)."""
    content: dict[str, object] = {
        "per_page": page.per_page,
        "count": count,
        "page": page.number,
        "more_records": more,
    }
    if searched and call.version.searches_show_only_their_order:
        content |= {"sort_by": sorting.sort_by, "sort_order": sorting.sort_order}
    elif call.version.records_have_page_tokens:
        tokens = following is not None or previous is not None
        content |= {
            "call": False,
            "email": False,
            "sort_by": sorting.sort_by,
            "sort_order": sorting.sort_order,
            "next_page_token": following,
            "previous_page_token": previous,
            "page_token_expiry": iso(call.org.now() + TOKEN_LIFE, call.metadata.org.offset) if tokens else None,
        }
    return orjson.dumps(content).decode()
