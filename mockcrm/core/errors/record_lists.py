"""Errors of lists of records, their pages, and searches (contract 4.3, 4.7, 4.8)."""

from __future__ import annotations

from mockcrm.core.errors.base import ZohoError


class _Ambiguous(ZohoError):
    code = "AMBIGUITY_DURING_PROCESSING"
    status = 400

    def __init__(self, *names: str) -> None:
        super().__init__({"ambiguity_due_to": [{"param_name": name} for name in names]} if names else {})


class AmbiguousList(_Ambiguous):
    name = "AMBIGUITY_DURING_PROCESSING"
    message = "You cannot use both cvid and sort_by, and page and page_token"
    source = "V7"
    trigger = "from v3 on: a list by cvid with sort_by, or page with page_token"


class AmbiguousCount(_Ambiguous):
    name = "COUNT_AMBIGUITY"
    message = "Please use either Cvid or Search Params. Combination of both the params is not allowed"
    source = "V8"
    trigger = "a count by cvid and by criteria, email, phone or word"


class PageBeyondLimit(ZohoError):
    name = code = "DISCRETE_PAGINATION_LIMIT_EXCEEDED"
    status = 400
    message = "You can only get the first 2000 records without using page_token param"
    source = "V7"
    trigger = "from v3 on: a page of a list that reaches beyond record 2000, without page_token"

    def __init__(self) -> None:
        super().__init__({"limit": 2000})


class TokenBeyondLimit(ZohoError):
    name = code = "PAGINATION_LIMIT_EXCEEDED"
    status = 400
    message = "You can only get up to first 100000 records using page_token param"
    source = "V7"
    trigger = "a page_token beyond record 100000"

    def __init__(self) -> None:
        super().__init__({"limit": 100_000})


class TokenMismatch(ZohoError):
    name = code = "TOKEN_BOUND_DATA_MISMATCH"
    status = 400
    message = "The page_token given seems to be invalid or input param is added, altered, or deleted"
    source = "V7"
    trigger = "a page_token that is none, or one that came for other parameters"

    def __init__(self) -> None:
        super().__init__({"param_name": "page_token"})


class TokenExpired(ZohoError):
    name = code = "EXPIRED_VALUE"
    status = 400
    message = "The token given has expired"
    source = "V7 (details assumed)"
    trigger = "a page_token that is older than 24 hours"

    def __init__(self) -> None:
        super().__init__({"param_name": "page_token"})


# -- search ------------------------------------------------------------------------------------------------------


class InvalidQuery(ZohoError):
    name = code = "INVALID_QUERY"
    status = 400
    message = "invalid query formed"
    source = "V7, V8 (details)"
    trigger = "criteria that cannot be read, name a field that cannot be searched, or more than ten conditions"


class SearchParamMissing(ZohoError):
    name = code = "EXPECTED_PARAM_MISSING"
    status = 400
    message = "mandatory param missing"
    source = "V7, V8 (details)"
    trigger = "a search with none of criteria, email, phone and word"

    def __init__(self) -> None:
        super().__init__({"param_names": ["criteria", "email", "phone", "word"]})


class SearchBeyondLimit(ZohoError):
    name = code = "LIMIT_REACHED"
    status = 400
    message = "Maximum response iteration limit reached"
    source = "V7, V8 (details)"
    trigger = "a page of a search that reaches beyond record 2000"

    def __init__(self) -> None:
        super().__init__({"limit": "2000"})


class SearchNotSupported(ZohoError):
    name = "SEARCH_NOT_SUPPORTED"
    code = "NOT_SUPPORTED"
    status = 400
    message = "module not supported for search"
    source = "V7, V8 (details)"
    trigger = "a search of Activities, Attachments or Notes"

    def __init__(self, module: str = "Activities") -> None:
        super().__init__({"module": module})


class WordTooShort(ZohoError):
    name = "WORD_TOO_SHORT"
    code = "INVALID_DATA"
    status = 400
    message = "provide atleast 2 letters for search"
    source = "V8 (text), V7"
    trigger = "a search for a word of less than two characters or with special ones"

    def __init__(self) -> None:
        super().__init__({"param_name": "word"})
