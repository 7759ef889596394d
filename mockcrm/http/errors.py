"""Errors of the path, version, token, limits, module, scope and size of a request, and of the pages of a list."""

from __future__ import annotations

from mockcrm.core.errors.base import SourceSettings, StatusProfile, ZohoError
from mockcrm.core.errors.request import UnreadableBody
from mockcrm.core.versions import ApiVersion


class InvalidUrlPattern(ZohoError):
    """Raised when the path is unknown."""

    name = code = "INVALID_URL_PATTERN"
    status = 404
    message = "Please check if the URL trying to access is a correct one"
    source = "docs/contract/mass-update-and-core.md 2.2, row 20 (v2 reference page)"
    trigger = "a path that is not part of the API, or whose version is not of the form v<number>"


class NotEmulated(ZohoError):
    """Raised when the real API has what is requested, but this server does not: never an error of the client. `what`
    is the call, the module or the header that is not emulated."""

    name = code = "NOT_EMULATED"
    status = 501
    message = "not emulated by mockcrm, see /_mockcrm/coverage"
    source = "mockcrm itself: the real API has no such error"
    trigger = "a path, a verb, a module or a header of the real API that mockcrm does not emulate"

    def __init__(self, what: str) -> None:
        super().__init__({"not_emulated": what})

    @classmethod
    def sample(cls) -> ZohoError:
        return cls("GET /crm/v8/settings/pipeline")


class ApiVersionUnknown(ZohoError):
    """Raised when the service has no such API version."""

    name = "API_VERSION_UNKNOWN"
    code = "API_NOT_SUPPORTED"
    status = 400
    message = "The api version {} is not supported. Please use the version 2 or above."
    source = "docs/contract/mass-update-and-core.md 0.2 (public material)"
    trigger = "a version number that the service does not have"

    def __init__(self, version: str) -> None:
        super().__init__({"supported_version": 2})
        self._version = version

    @classmethod
    def sample(cls) -> ZohoError:
        return cls("1")

    def message_in(self, version: ApiVersion) -> str:
        return self.message.format(self._version)


class NotInThisVersion(ZohoError):
    """Raised when the endpoint is newer than the version in the URL."""

    name = "NOT_IN_THIS_VERSION"
    code = "API_NOT_SUPPORTED"
    status = 400
    message = "api not supported in this version"
    source = "docs/contract/mass-update-and-core.md 0.2 (v8 pages)"
    trigger = "an endpoint that is newer than the version in the URL; details name the first version that has it"

    @classmethod
    def sample(cls) -> ZohoError:
        return cls({"supported_version": "v2.1"})


class AuthenticationFailure(ZohoError):
    """Raised when a request has no Authorization header."""

    name = code = "AUTHENTICATION_FAILURE"
    status = 401
    message = "Authentication failed"
    source = "docs/contract/mass-update-and-core.md 0.2 (official v2 SDKs)"
    trigger = "no Authorization header"


class InvalidToken(ZohoError):
    """Raised when an access token is unknown, expired or revoked."""

    name = code = "INVALID_TOKEN"
    status = 401
    message = "invalid oauth token"
    source = "docs/contract/mass-update-and-core.md 0.2 (public material)"
    trigger = "an access token that is unknown, expired or revoked"


class TooManyRequests(ZohoError):
    """Raised when more requests of the org are in progress than its settings allow."""

    name = code = "TOO_MANY_REQUESTS"
    status = 429
    message = "Too many requests..."
    source = "docs/contract/mass-update-and-core.md 0.2 and 6 (v8 page: code and status; text assumed)"
    trigger = "more simultaneous requests of the org than the setting `concurrency` allows"

    @classmethod
    def sample(cls) -> ZohoError:
        return cls({"retry_after": 1, "limit": 1, "window": 1, "trace_id": "0" * 32})

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return self.details if version.too_many_requests_shows_the_limit else {}


class ApiLimitExceeded(ZohoError):
    """Raised when the org has used up its API credits of 24 hours."""

    name = code = "API_LIMIT_EXCEEDED"
    status = 429
    message = "API limit exceeded"
    source = "docs/contract/mass-update-and-core.md 6 (assumed; v7 page: name)"
    trigger = "more requests within 24 hours than the setting `credits` allows"


class InvalidRequestMethod(ZohoError):
    """Raised when the URL does not support the HTTP method."""

    name = code = "INVALID_REQUEST_METHOD"
    status = 400
    message = "The http request method type is not a valid one"
    source = "docs/contract/mass-update-and-core.md 2.2, row 23 (v2 reference page)"
    trigger = "an HTTP method that the URL does not support"


class InvalidModule(ZohoError):
    """Raised when the module does not exist or is not available for the request."""

    name = code = "INVALID_MODULE"
    status = 400
    message = "the module name given seems to be invalid"
    source = "docs/contract/mass-update-and-core.md 2.2, row 19 (v2 reference page)"
    trigger = "a module that does not exist, or that this version does not support here"

    def __init__(self, index: int | None = 0) -> None:
        """`index` is the place of the module in the path; None for the module of a parameter (v8 pages)."""
        super().__init__()
        self._index = index

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        named = self._index is not None and version.module_errors_name_path_index
        return {"resource_path_index": self._index} if named else {}


class ModuleNotInApi(InvalidModule):
    """Raised when the module exists in the product but not in the API."""

    name = "MODULE_NOT_IN_API"
    message = "The given module is not supported in API"
    source = "docs/contract/mass-update-and-core.md 0.2 (v7 page)"
    trigger = "a module of the product that is not available in the API (Documents, Projects)"

    def message_in(self, version: ApiVersion) -> str:
        return self.message if version.module_not_in_api_has_a_capital else "the given module is not supported in api"


class InvalidModuleParameter(InvalidModule):
    """Raised when the module of a parameter does not exist, where the v8 page names the parameter."""

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"param_name": "module"} if version.has_texts_of_v8 else {}


class ModuleNotSupported(ZohoError):
    """Raised in v8 when the module exists but does not support the action."""

    name = code = "NOT_SUPPORTED"
    status = 400
    message = "the given module is not supported for this api"
    source = "docs/contract/mass-update-and-core.md 0.2 (v8 pages)"
    trigger = "v8: a module that exists but does not support this action"

    def __init__(self) -> None:
        super().__init__({"resource_path_index": 0})


class ScopeMismatch(ZohoError):
    """Raised when the access token lacks the scope that the endpoint requires."""

    name = code = "OAUTH_SCOPE_MISMATCH"
    status = 401
    message = "invalid oauth scope to access this URL"
    source = (
        "docs/contract/mass-update-and-core.md 0.2 (a live response of v2 and v8 pages; v2 reference page and other v8 "
        "pages: `Unauthorized`)"
    )
    trigger = "a token without the scope that the endpoint requires"

    def __init__(self) -> None:
        super().__init__()
        self._text = self.message

    def follow(self, settings: SourceSettings) -> None:
        self._text = "Unauthorized" if settings.scope_error == "page" else self.message

    def message_in(self, version: ApiVersion) -> str:
        return self._text


class BodyTooLarge(UnreadableBody):
    """Raised when the request body is larger than the setting max_body_mb allows."""

    name = "BODY_TOO_LARGE"
    status = 413
    source = "docs/contract/mass-update-and-core.md 0.2 (assumed; 413 is in the vendor's list of statuses)"
    trigger = "a body larger than the setting `max_body_mb`"


class MalformedRequest(UnreadableBody):
    """Raised when the data received is not an HTTP request."""

    name = "MALFORMED_REQUEST"
    source = "docs/contract/mass-update-and-core.md 0.2 (assumed)"
    trigger = "data that is not an HTTP request"


class ReadDenied(ZohoError):
    """Raised when the profile denies read of the module."""

    name = "READ_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "Permission denied to read records"
    source = "docs/contract/mass-update-and-core.md 2.4 and 4.3 (v7 page; v8 pages: texts, and a permission in details)"
    trigger = "the profile denies read of the module"

    def __init__(self, module: str, text: str = "Permission denied", *, names_permission: bool = True) -> None:
        """`text` is the message in v8, which differs between the endpoints; there details name the permission, except
        in a search."""
        super().__init__({"permissions": [f"Crm_Implied_View_{module}"]} if names_permission else {})
        self._text = text
        self._status: int = self.status

    @classmethod
    def sample(cls) -> ZohoError:
        return cls("Leads")

    def follow(self, settings: SourceSettings) -> None:
        self._status = settings.read_denied_status

    def message_in(self, version: ApiVersion) -> str:
        return self._text if version.has_texts_of_v8 else self.message

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return self._status if version.has_texts_of_v8 else self.status

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return self.details if version.has_texts_of_v8 else {}


class TooManyFields(ZohoError):
    """Raised when the parameter `fields` has more than 50 names."""

    name = "TOO_MANY_FIELDS"
    code = "LIMIT_EXCEEDED"
    status = 400
    message = "Fields limit exceeded"
    v8_message = "limit exceeded"
    source = "docs/contract/mass-update-and-core.md 4.3 (v7 page; v8 page: its text)"
    trigger = "more than 50 names in the parameter `fields`"

    def __init__(self) -> None:
        super().__init__({"limit": 50, "param_name": "fields"})


class AmbiguousParameters(ZohoError):
    """An error whose details name the parameters that exclude each other."""

    code = "AMBIGUITY_DURING_PROCESSING"
    status = 400

    def __init__(self, *names: str) -> None:
        super().__init__({"ambiguity_due_to": [{"param_name": name} for name in names]} if names else {})


class AmbiguousList(AmbiguousParameters):
    """Raised when a list of records has parameters that exclude each other."""

    name = "AMBIGUITY_DURING_PROCESSING"
    message = "You cannot use both cvid and sort_by, and page and page_token"
    source = "docs/contract/mass-update-and-core.md 4.3 (v7 page)"
    trigger = "from v3 on: cvid together with sort_by, or page together with page_token"


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
    v8_message = "You can only get upto 100000 records using page_token param"
    source = "docs/contract/mass-update-and-core.md 4.3 (v7 page; v8 page: its text and details)"
    trigger = "a page_token beyond record 100000"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"param_name": "page_token"} if version.has_texts_of_v8 else {"limit": 100_000}


class TokenMismatch(ZohoError):
    """Raised when a page_token is invalid or was issued for other parameters."""

    name = code = "TOKEN_BOUND_DATA_MISMATCH"
    status = 400
    message = "The page_token given seems to be invalid or input param is added, altered, or deleted"
    v8_message = "The page_token given seems to be invalid or input param is added or altered or deleted"
    source = "docs/contract/mass-update-and-core.md 4.3 (v7 page; v8 page: its text)"
    trigger = "a page_token that is invalid or was issued for other parameters"

    def __init__(self) -> None:
        super().__init__({"param_name": "page_token"})


class TokenExpired(ZohoError):
    """Raised when a page_token is older than 24 hours."""

    name = code = "EXPIRED_VALUE"
    status = 400
    message = "The token given has expired"
    v8_message = "Page token expired"
    source = "docs/contract/mass-update-and-core.md 4.3 (v7 page; details assumed; v8 page: its text and details)"
    trigger = "a page_token that is older than 24 hours"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        if version.has_texts_of_v8:
            return {"api_name": "page_token", "json_path": "$.query.page_token"}
        return {"param_name": "page_token"}
