"""Errors of searching and counting records."""

from __future__ import annotations

from mockcrm.core.errors.base import ZohoError
from mockcrm.http.errors import AmbiguousParameters


class AmbiguousCount(AmbiguousParameters):
    """Raised when a count has both a cvid and search parameters."""

    name = "COUNT_AMBIGUITY"
    message = "Please use either Cvid or Search Params. Combination of both the params is not allowed"
    source = "docs/contract/bulk-and-query.md 7.3 (v8 page)"
    trigger = "a count with cvid together with criteria, email, phone or word"


class InvalidQuery(ZohoError):
    """Raised when search criteria are malformed, too long or use a field that is not searchable."""

    name = code = "INVALID_QUERY"
    status = 400
    message = "invalid query formed"
    source = "docs/contract/mass-update-and-core.md 4.7 (v7 page; v8 page: details)"
    trigger = "criteria that are malformed, name a field that is not searchable, or have more than ten conditions"


class SearchParamMissing(ZohoError):
    """Raised when a search has none of criteria, email, phone and word."""

    name = code = "EXPECTED_PARAM_MISSING"
    status = 400
    message = "mandatory param missing"
    source = "docs/contract/mass-update-and-core.md 4.7 (v7 page; v8 page: details)"
    trigger = "a search with none of criteria, email, phone and word"

    def __init__(self) -> None:
        super().__init__({"param_names": ["criteria", "email", "phone", "word"]})


class SearchBeyondLimit(ZohoError):
    """Raised when a page of a search extends beyond record 2000."""

    name = code = "LIMIT_REACHED"
    status = 400
    message = "Maximum response iteration limit reached"
    source = "docs/contract/mass-update-and-core.md 4.7 (v7 page; v8 page: details)"
    trigger = "a page of a search that extends beyond record 2000"

    def __init__(self) -> None:
        super().__init__({"limit": "2000"})


class SearchNotSupported(ZohoError):
    """Raised when the module cannot be searched."""

    name = "SEARCH_NOT_SUPPORTED"
    code = "NOT_SUPPORTED"
    status = 400
    message = "module not supported for search"
    source = "docs/contract/mass-update-and-core.md 4.7 (v7 page; v8 page: details)"
    trigger = "a search of Activities, Attachments or Notes"

    def __init__(self, module: str = "Activities") -> None:
        super().__init__({"module": module})


class WordTooShort(ZohoError):
    """Raised when the word to search for is too short or has special characters."""

    name = "WORD_TOO_SHORT"
    code = "INVALID_DATA"
    status = 400
    message = "provide atleast 2 letters for search"
    source = "docs/contract/mass-update-and-core.md 4.7 (v8 page: text; v7 page)"
    trigger = "a word of less than two characters, or with special characters"

    def __init__(self) -> None:
        super().__init__({"param_name": "word"})
