"""Errors of the body and the parameters of a request, which any capability can raise."""

from __future__ import annotations

from mockcrm.core.errors.base import ZohoError
from mockcrm.core.versions import ApiVersion


class InternalError(ZohoError):
    """Raised by an injected fault, and for the remaining records of a job that is made to fail."""

    name = code = "INTERNAL_ERROR"
    status = 500
    message = "Internal Server Error"
    source = "docs/contract/mass-update-and-core.md 2.2, row 22 (v2 reference page)"
    trigger = "an injected fault"


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

    def message_in(self, version: ApiVersion) -> str:
        if version.unreadable_body_is_parse_error:
            return "either the request body or parameters is in wrong format"
        return self.message


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

    def message_in(self, version: ApiVersion) -> str:
        # The v8 page of the list of records has a text of its own.
        if version.has_texts_of_v8 and self.details.get("param_name") == "fields":
            return "required param is missing"
        return super().message_in(version)


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
