"""Errors of any endpoint: path, version, sign-in, module, scope, body, parameters (contract 0.2)."""

from __future__ import annotations

from mockcrm.core.errors.base import ZohoError
from mockcrm.core.versions import ApiVersion


class InvalidUrlPattern(ZohoError):
    name = code = "INVALID_URL_PATTERN"
    status = 404
    message = "Please check if the URL trying to access is a correct one"
    source = "S1"
    trigger = "the path is none of the API's, or its version part is no version"


class ApiVersionUnknown(ZohoError):
    name = "API_VERSION_UNKNOWN"
    code = "API_NOT_SUPPORTED"
    status = 400
    message = "The api version {} is not supported. Please use the version 2 or above."
    source = "PUB"
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
    name = "NOT_IN_THIS_VERSION"
    code = "API_NOT_SUPPORTED"
    status = 400
    message = "api not supported in this version"
    source = "V8"
    trigger = "an endpoint that came after the version in the URL; details name the first version that has it"

    @classmethod
    def sample(cls) -> ZohoError:
        return cls({"supported_version": "v2.1"})


class AuthenticationFailure(ZohoError):
    name = code = "AUTHENTICATION_FAILURE"
    status = 401
    message = "Authentication failed"
    source = "SDK2"
    trigger = "no Authorization header"


class InvalidToken(ZohoError):
    name = code = "INVALID_TOKEN"
    status = 401
    message = "invalid oauth token"
    source = "PUB"
    trigger = "an access token that is unknown, expired or revoked"


class TooManyRequests(ZohoError):
    name = code = "TOO_MANY_REQUESTS"
    status = 429
    message = "Too many requests..."
    source = "V8 (code and status; text assumed)"
    trigger = "more calls of the org under way at once than the setting `concurrency` allows"

    @classmethod
    def sample(cls) -> ZohoError:
        return cls({"retry_after": 1, "limit": 1, "window": 1, "trace_id": "0" * 32})

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return self.details if version.too_many_requests_tells_the_limit else {}


class ApiLimitExceeded(ZohoError):
    name = code = "API_LIMIT_EXCEEDED"
    status = 429
    message = "API limit exceeded"
    source = "assumed (the name is V7's)"
    trigger = "as many calls within 24 hours as the setting `credits` allows"


class InvalidRequestMethod(ZohoError):
    name = code = "INVALID_REQUEST_METHOD"
    status = 400
    message = "The http request method type is not a valid one"
    source = "S1 row 23"
    trigger = "a verb that the URL does not take"


class InvalidModule(ZohoError):
    name = code = "INVALID_MODULE"
    status = 400
    message = "the module name given seems to be invalid"
    source = "S1 row 19"
    trigger = "a module that does not exist, or that this version does not know here"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": 0} if version.module_errors_name_path_index else {}


class ModuleNotInApi(InvalidModule):
    name = "MODULE_NOT_IN_API"
    message = "The given module is not supported in API"
    source = "V7"
    trigger = "a module of the product that the API leaves out (Documents, Projects)"

    def text(self, version: ApiVersion) -> str:
        return self.message if version.module_not_in_api_has_a_capital else "the given module is not supported in api"


class ModuleNotSupported(ZohoError):
    name = code = "NOT_SUPPORTED"
    status = 400
    message = "the given module is not supported for this api"
    source = "V8"
    trigger = "v8: the module exists, but not for this action"

    def __init__(self) -> None:
        super().__init__({"resource_path_index": 0})


class ScopeMismatch(ZohoError):
    name = code = "OAUTH_SCOPE_MISMATCH"
    status = 401
    message = "Unauthorized"
    source = "S1 row 21; V8 for its text"
    trigger = "the token lacks the scope of the endpoint"

    def text(self, version: ApiVersion) -> str:
        return "invalid oauth scope to access this URL" if version.scope_error_names_the_url else self.message


class UnreadableBody(ZohoError):
    name = code = "INVALID_REQUEST"
    status = 400
    message = (
        "unable to process your request. please verify whether you have entered proper method name, "
        "parameter and parameter values."
    )
    source = "PUB (v2), V8 (UNABLE_TO_PARSE_DATA_TYPE, from v2.1 assumed)"
    trigger = "the body is empty or no JSON"

    def code_in(self, version: ApiVersion) -> str:
        return "UNABLE_TO_PARSE_DATA_TYPE" if version.unreadable_body_is_parse_error else self.code

    def text(self, version: ApiVersion) -> str:
        if version.unreadable_body_is_parse_error:
            return "either the request body or parameters is in wrong format"
        return self.message


class BodyTooLarge(UnreadableBody):
    name = "BODY_TOO_LARGE"
    status = 413
    source = "assumed (413 is in the status list of the docs)"
    trigger = "a body above max_body_mb"


class MalformedRequest(UnreadableBody):
    name = "MALFORMED_REQUEST"
    source = "assumed"
    trigger = "what arrives is no HTTP request"


class WrongType(ZohoError):
    name = "WRONG_TYPE"
    code = "INVALID_DATA"
    status = 400
    message = "invalid data"
    source = "V7, V8"
    trigger = "a key of the body has the wrong JSON type; details name the key and the type expected"


class MissingKey(ZohoError):
    name = "MISSING_KEY"
    code = "MANDATORY_NOT_FOUND"
    status = 400
    message = "required field not found"
    source = "assumed for data"
    trigger = "a mandatory key of the body is missing; details name it"


class RequiredParamMissing(ZohoError):
    name = code = "REQUIRED_PARAM_MISSING"
    status = 400
    message = "One of the expected parameter is missing"
    source = "V7, V8"
    trigger = "a mandatory query parameter is missing; details name it"


class InvalidParam(ZohoError):
    name = "INVALID_PARAM"
    code = "INVALID_DATA"
    status = 400
    message = "invalid data"
    source = "V7, V8"
    trigger = "a query parameter has an impossible value; details name it"


class PatternNotMatched(ZohoError):
    name = code = "PATTERN_NOT_MATCHED"
    status = 400
    message = "Please check whether the input values are correct"
    source = "SDK2"
    trigger = "an enumerated parameter has an unknown value"


class InternalError(ZohoError):
    name = code = "INTERNAL_ERROR"
    status = 500
    message = "Internal Server Error"
    source = "S1 row 22"
    trigger = "an injected fault"
