"""Errors that any endpoint can return: about the path, version, token, module, scope, body and parameters."""

from __future__ import annotations

from mockcrm.core.errors.base import ZohoError
from mockcrm.core.versions import ApiVersion


class InvalidUrlPattern(ZohoError):
    """Raised when the path is unknown."""

    name = code = "INVALID_URL_PATTERN"
    status = 404
    message = "Please check if the URL trying to access is a correct one"
    source = "docs/contract/mass-update-and-core.md 2.2, row 20 (v2 reference page)"
    trigger = "a path that is not part of the API, or whose version is not of the form v<number>"


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

    def text(self, version: ApiVersion) -> str:
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
        return self.details if version.too_many_requests_tells_the_limit else {}


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

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": 0} if version.module_errors_name_path_index else {}


class ModuleNotInApi(InvalidModule):
    """Raised when the module exists in the product but not in the API."""

    name = "MODULE_NOT_IN_API"
    message = "The given module is not supported in API"
    source = "docs/contract/mass-update-and-core.md 0.2 (v7 page)"
    trigger = "a module of the product that is not available in the API (Documents, Projects)"

    def text(self, version: ApiVersion) -> str:
        return self.message if version.module_not_in_api_has_a_capital else "the given module is not supported in api"


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
    message = "Unauthorized"
    source = "docs/contract/mass-update-and-core.md 2.2, row 21 (v2 reference page; v8 page: its text)"
    trigger = "a token without the scope that the endpoint requires"

    def text(self, version: ApiVersion) -> str:
        return "invalid oauth scope to access this URL" if version.scope_error_names_the_url else self.message


class UnreadableBody(ZohoError):
    """Raised when the request body is empty or not JSON."""

    name = code = "INVALID_REQUEST"
    status = 400
    message = (
        "unable to process your request. please verify whether you have entered proper method name, "
        "parameter and parameter values."
    )
    source = (
        "docs/contract/mass-update-and-core.md 0.2 (public material: v2; v8 pages: UNABLE_TO_PARSE_DATA_TYPE, "
        "from v2.1 assumed)"
    )
    trigger = "a body that is empty or not JSON"

    def code_in(self, version: ApiVersion) -> str:
        return "UNABLE_TO_PARSE_DATA_TYPE" if version.unreadable_body_is_parse_error else self.code

    def text(self, version: ApiVersion) -> str:
        if version.unreadable_body_is_parse_error:
            return "either the request body or parameters is in wrong format"
        return self.message


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


class WrongType(ZohoError):
    """Raised when a key of the body has the wrong JSON type."""

    name = "WRONG_TYPE"
    code = "INVALID_DATA"
    status = 400
    message = "invalid data"
    source = "docs/contract/mass-update-and-core.md 0.2 (v7 and v8 pages)"
    trigger = "a key of the body with the wrong JSON type; details name the key and the expected type"


class MissingKey(ZohoError):
    """Raised when a mandatory key of the body is missing."""

    name = "MISSING_KEY"
    code = "MANDATORY_NOT_FOUND"
    status = 400
    message = "required field not found"
    source = "docs/contract/mass-update-and-core.md 0.2 (assumed for `data`)"
    trigger = "a mandatory key of the body is missing; details name it"


class RequiredParamMissing(ZohoError):
    """Raised when a mandatory query parameter is missing."""

    name = code = "REQUIRED_PARAM_MISSING"
    status = 400
    message = "One of the expected parameter is missing"
    source = "docs/contract/mass-update-and-core.md 0.2 (v7 and v8 pages)"
    trigger = "a mandatory query parameter is missing; details name it"


class InvalidParam(ZohoError):
    """Raised when a query parameter has an invalid value."""

    name = "INVALID_PARAM"
    code = "INVALID_DATA"
    status = 400
    message = "invalid data"
    source = "docs/contract/mass-update-and-core.md 0.2 (v7 and v8 pages)"
    trigger = "a query parameter with an invalid value; details name it"


class PatternNotMatched(ZohoError):
    """Raised when a parameter has a value that is not in its list of values."""

    name = code = "PATTERN_NOT_MATCHED"
    status = 400
    message = "Please check whether the input values are correct"
    source = "docs/contract/mass-update-and-core.md 0.2 (official v2 SDKs)"
    trigger = "a parameter with a value that is not in its list of values"


class InternalError(ZohoError):
    """Raised by an injected fault, and for the remaining records of a job that is made to fail."""

    name = code = "INTERNAL_ERROR"
    status = 500
    message = "Internal Server Error"
    source = "docs/contract/mass-update-and-core.md 2.2, row 22 (v2 reference page)"
    trigger = "an injected fault"
