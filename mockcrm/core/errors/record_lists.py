"""Errors of lists of records, their pages, counts and searches."""

from __future__ import annotations

from mockcrm.core.errors.base import ZohoError


class _Ambiguous(ZohoError):
    """An error whose details name the parameters that exclude each other."""

    code = "AMBIGUITY_DURING_PROCESSING"
    status = 400

    def __init__(self, *names: str) -> None:
        super().__init__({"ambiguity_due_to": [{"param_name": name} for name in names]} if names else {})


class AmbiguousList(_Ambiguous):
    """Raised when a list of records has parameters that exclude each other."""

    name = "AMBIGUITY_DURING_PROCESSING"
    message = "You cannot use both cvid and sort_by, and page and page_token"
    source = "docs/contract/mass-update-and-core.md 4.3 (v7 page)"
    trigger = "from v3 on: cvid together with sort_by, or page together with page_token"


class AmbiguousCount(_Ambiguous):
    """Raised when a count has both a cvid and search parameters."""

    name = "COUNT_AMBIGUITY"
    message = "Please use either Cvid or Search Params. Combination of both the params is not allowed"
    source = "docs/contract/mass-update-and-core.md 4.8 (v8 page)"
    trigger = "a count with cvid together with criteria, email, phone or word"


class PageBeyondLimit(ZohoError):
    """Raised when a page extends beyond record 2000 without a page_token."""

    name = code = "DISCRETE_PAGINATION_LIMIT_EXCEEDED"
    status = 400
    message = "You can only get the first 2000 records without using page_token param"
    source = "docs/contract/mass-update-and-core.md 4.3 (v7 page)"
    trigger = "from v3 on: a page of a list that extends beyond record 2000, without page_token"

    def __init__(self) -> None:
        super().__init__({"limit": 2000})


class TokenBeyondLimit(ZohoError):
    """Raised when a page_token extends beyond record 100,000."""

    name = code = "PAGINATION_LIMIT_EXCEEDED"
    status = 400
    message = "You can only get up to first 100000 records using page_token param"
    source = "docs/contract/mass-update-and-core.md 4.3 (v7 page)"
    trigger = "a page_token beyond record 100000"

    def __init__(self) -> None:
        super().__init__({"limit": 100_000})


class TokenMismatch(ZohoError):
    """Raised when a page_token is invalid or was issued for other parameters."""

    name = code = "TOKEN_BOUND_DATA_MISMATCH"
    status = 400
    message = "The page_token given seems to be invalid or input param is added, altered, or deleted"
    source = "docs/contract/mass-update-and-core.md 4.3 (v7 page)"
    trigger = "a page_token that is invalid or was issued for other parameters"

    def __init__(self) -> None:
        super().__init__({"param_name": "page_token"})


class TokenExpired(ZohoError):
    """Raised when a page_token is older than 24 hours."""

    name = code = "EXPIRED_VALUE"
    status = 400
    message = "The token given has expired"
    source = "docs/contract/mass-update-and-core.md 4.3 (v7 page; details assumed)"
    trigger = "a page_token that is older than 24 hours"

    def __init__(self) -> None:
        super().__init__({"param_name": "page_token"})


# -- search ------------------------------------------------------------------------------------------------------


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
