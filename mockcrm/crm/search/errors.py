"""Errors of searching and counting records."""

from __future__ import annotations

from mockcrm.core.errors.base import ZohoError
from mockcrm.core.versions import ApiVersion
from mockcrm.http.errors import AmbiguousParameters


class AmbiguousCount(AmbiguousParameters):
    """Raised when a count has both a cvid and search parameters."""

    name = "COUNT_AMBIGUITY"
    message = "Please use either Cvid or Search Params. Combination of both the params is not allowed"
    source = "docs/contract/bulk-and-query.md 7.3 (v8 page)"
    trigger = "a count with cvid together with criteria, email, phone or word"


class InvalidQuery(ZohoError):
    """Raised when search criteria are malformed, or a field, an operator or a value in them is not accepted."""

    name = code = "INVALID_QUERY"
    status = 400
    message = "invalid query formed"
    v8_message = "Invalid query formed"
    source = "docs/contract/mass-update-and-core.md 4.7 (live responses of v2, v7 page; v8 page: its text and details)"
    trigger = "criteria that are malformed, or name a field that is not searchable"


class UnreadableCriteria(InvalidQuery):
    """Raised when search criteria are malformed; the v8 schema has an api_name in every form of the details, whose
    values are assumed."""

    def __init__(self) -> None:
        super().__init__({"reason": "the criteria cannot be read"})

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {**self.details, "api_name": "criteria"} if version.has_texts_of_v8 else self.details


class TooManyValues(InvalidQuery):
    """Raised when a condition of search criteria has more than 100 values. What is the reason up to v7 is the message
    in v8."""

    v8_message = 'Only 100 values are allowed in "IN" criteria'

    def __init__(self, api_name: str) -> None:
        super().__init__({"reason": self.v8_message, "api_name": api_name})

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"api_name": self.details["api_name"]} if version.has_texts_of_v8 else self.details


class CriteriaLimitExceeded(ZohoError):
    """Raised when search criteria have more conditions than the service takes."""

    name = code = "CRITERIA_LIMIT_EXCEEDED"
    status = 400
    message = "no of criterium that can be given exceed the limit 15"
    source = "docs/contract/mass-update-and-core.md 4.7 (v8 pages)"
    trigger = "criteria with more than 15 conditions"


class SearchParamMissing(ZohoError):
    """Raised when a search has none of criteria, email, phone and word."""

    name = code = "EXPECTED_PARAM_MISSING"
    status = 400
    message = "mandatory param missing"
    v8_message = "one of the expected parameter is missing"
    source = "docs/contract/mass-update-and-core.md 4.7 (v7 page; v8 page: its text and details)"
    trigger = "a search with none of criteria, email, phone and word"

    def __init__(self) -> None:
        super().__init__({"param_names": ["criteria", "email", "phone", "word"]})


class SearchBeyondLimit(ZohoError):
    """Raised when a page of a search extends beyond record 2000."""

    name = code = "LIMIT_REACHED"
    status = 400
    message = "Maximum response iteration limit reached"
    v8_message = "maximum response iteration limit reached"
    source = "docs/contract/mass-update-and-core.md 4.7 (v7 page; v8 page: its text and details)"
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


class FieldTypeUnavailable(ZohoError):
    """Raised in v8 when the records to count are named by an email address or phone, and the module has no such
    field."""

    name = code = "FIELD_TYPE_UNAVAILABLE"
    status = 400
    message = "this data type is not found in this module"
    source = "docs/contract/mass-update-and-core.md 4.8 (v8 page)"
    trigger = "in v8, a count by email or phone in a module without a field of that type"


class WordTooShort(ZohoError):
    """Raised when the word to search for is too short or has special characters."""

    name = "WORD_TOO_SHORT"
    code = "INVALID_DATA"
    status = 400
    message = "provide atleast 2 letters for search"
    source = "docs/contract/mass-update-and-core.md 4.7 (v8 page: text; v7 page)"
    trigger = "a word of less than two characters, or with special characters"

    def __init__(self, *, special: bool = False) -> None:
        """`special` says that the word has special characters, for which v8 has another text."""
        super().__init__({"param_name": "word"})
        self._special = special

    def message_in(self, version: ApiVersion) -> str:
        special = self._special and version.has_texts_of_v8
        return "special characters are not allowed" if special else self.message
