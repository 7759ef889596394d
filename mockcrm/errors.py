"""Every documented error: one class per row of the error tables, and CATALOGUE, which lists them.

A rule raises one of these; nothing else in the package makes an error answer of the emulated API. A class
knows its code, message and HTTP status (per version and status profile), and where in the answer it stands.
Sources: S1 is the v2 reference page, S0 the article on mass update, V7 and V8 the pages of those versions,
SDK2 the tables inside the official v2 SDKs; "assumed" where no document says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from mockcrm.versions import ApiVersion

StatusProfile = Literal["reference", "article"]
Shape = Literal["top", "data", "record"]
"""Where an error stands: alone (`top`), as the only item of data[], or as the item of one record in data[]."""


class ZohoError(Exception):
    """A refusal in the words of the emulated API.

    `details` is the object of that name; `path` is the JSON path of the offending key of the body, which the
    versions that do so add to the details as `json_path`.
    """

    name: ClassVar[str]
    code: ClassVar[str]
    message: ClassVar[str]
    status: ClassVar[int]
    shape: ClassVar[Shape] = "top"
    source: ClassVar[str] = "assumed"
    trigger: ClassVar[str] = ""

    def __init__(self, details: Mapping[str, object] | None = None, *, path: str | None = None) -> None:
        super().__init__(self.code)
        self.details: dict[str, object] = dict(details or {})
        self.path = path

    def text(self, version: ApiVersion) -> str:
        """The message in the wording of `version`."""
        return self.message

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        """The HTTP status in `version`; `profile` settles rows 9, 12 and 13, where the v2 sources disagree."""
        return self.status

    def shape_in(self, version: ApiVersion) -> Shape:
        """Where the error stands in an answer of `version`."""
        return self.shape

    def code_in(self, version: ApiVersion) -> str:
        """The code in `version`."""
        return self.code

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        """The details as `version` gives them."""
        if self.path is not None and version.details_name_json_path:
            return {**self.details, "json_path": self.path}
        return self.details

    def item(self, version: ApiVersion) -> dict[str, object]:
        """The four keys of the answer: code, details, message, status."""
        return {
            "code": self.code_in(version),
            "details": self.details_in(version),
            "message": self.text(version),
            "status": "error",
        }


# -- any endpoint (contract 0.2) -------------------------------------------------------------------------------


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

    def text(self, version: ApiVersion) -> str:
        return self.message.format(self._version)


class NotInThisVersion(ZohoError):
    name = "NOT_IN_THIS_VERSION"
    code = "API_NOT_SUPPORTED"
    status = 400
    message = "api not supported in this version"
    source = "V8"
    trigger = "an endpoint that came after the version in the URL; details name the first version that has it"


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
    trigger = "more requests at once than the edition allows"


class ApiLimitExceeded(ZohoError):
    name = code = "API_LIMIT_EXCEEDED"
    status = 429
    message = "API limit exceeded"
    source = "assumed (the name is V7's)"
    trigger = "the credits of 24 hours are used up"


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
        return self.message if version < ApiVersion.V8 else "the given module is not supported in api"


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
        return self.message if version < ApiVersion.V8 else "invalid oauth scope to access this URL"


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


# -- mass update, the request (contract 2.2) -------------------------------------------------------------------


class _Request(ZohoError):
    """Rows 1 to 15, 17 and 18: an only item in data[] (S0's sample)."""

    status = 400
    shape = "data"


class _ViewRequest(_Request):
    """Rows about the view or territory: in v8 alone at top level (contract 2.2)."""

    def shape_in(self, version: ApiVersion) -> Shape:
        return "top" if version.view_errors_are_top_level else "data"


class _FieldRequest(_Request):
    """Rows that name the offending field, first in the order of the body."""

    code = "INVALID_DATA"

    def __init__(self, api_name: str) -> None:
        super().__init__({"api_name": api_name}, path=f"$.data[0].{api_name}")


class NoFieldFound(_Request):
    name = "NO_FIELD_FOUND"
    code = "INVALID_DATA"
    message = "No field found"
    source = "S1 row 1"
    trigger = "data is empty or its object is"


class MaxFieldLimit(_Request):
    name = "MAX_FIELD_LIMIT"
    code = "INVALID_DATA"
    message = "Max field limit exceeded"
    source = "S1 row 2"
    trigger = "more than one field, or more than three in Deals"


class FieldNotAllowed(_FieldRequest):
    name = "FIELD_NOT_ALLOWED"
    message = "This field cannot be updated in the Mass Update"
    source = "S1 row 3, S0 sample"
    trigger = "an unknown field, or one that mass update never takes (email, lookup, layout, multi-line, line items ...)"


class FieldInLayoutRule(_FieldRequest):
    name = "FIELD_IN_LAYOUT_RULE"
    message = "Field cannot be updated as it is associated with a layout rule"
    source = "S1 row 4"
    trigger = "the primary field of a layout rule"


class FieldInValidationRule(_FieldRequest):
    name = "FIELD_IN_VALIDATION_RULE"
    message = "Field cannot be updated as it is associated with a validation rule"
    source = "S1 row 5"
    trigger = "the primary field of a validation rule"


class FieldNotVisible(_FieldRequest):
    name = "FIELD_NOT_VISIBLE"
    status = 200
    message = "Field is not visible"
    source = "S1 row 6 (200), V7 (400)"
    trigger = "a field hidden from the user's profile"

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return 200 if version < ApiVersion.V7 else 400


class InvalidValue(_Request):
    name = "INVALID_VALUE"
    code = "INVALID_DATA"
    message = "invalid data"
    source = "V7, V8 (types, lengths)"
    trigger = "a value of the wrong type for its field, or too long; details say what was expected"


class InvalidCvid(_ViewRequest):
    name = "INVALID_CVID"
    code = "INVALID_DATA"
    message = "The id given seems to be invalid"
    source = "S1 row 7, V8 for its text"
    trigger = "a cvid that names no custom view"

    def __init__(self) -> None:
        super().__init__({"api_name": "cvid"}, path="$.cvid")

    def text(self, version: ApiVersion) -> str:
        return self.message if version < ApiVersion.V8 else "the cvid given seems to be invalid"


class InvalidTerritoryId(_ViewRequest):
    name = "INVALID_TERRITORY_ID"
    code = "INVALID_DATA"
    message = "The id given seems to be invalid"
    source = "S1 row 7"
    trigger = "a territory id that names no territory"

    def __init__(self) -> None:
        super().__init__({"api_name": "territory"}, path="$.territory.id")


class TerritoryNotSupported(ZohoError):
    name = "TERRITORY_NOT_SUPPORTED"
    code = "INVALID_MODULE"
    status = 400
    message = "Territory is not supported for the given module"
    source = "SDK2"
    trigger = "a territory with a module that has none"


class NeitherIdsNorCvid(_Request):
    name = "NEITHER_IDS_NOR_CVID"
    code = "MANDATORY_NOT_FOUND"
    message = "required field not found"
    source = "S1 row 10"
    trigger = "neither cvid nor ids"


class IdsExcludeCvid(ZohoError):
    name = "IDS_EXCLUDE_CVID"
    code = "INVALID_DATA"
    status = 400
    message = "invalid data"
    source = "V8 schema (code assumed)"
    trigger = "v8: ids together with cvid or territory"


class AlreadyScheduled(_ViewRequest):
    name = code = "ALREADY_SCHEDULED"
    status = 202
    message = "Already a Mass Action scheduler is running for the given cvid"
    source = "S1 row 12 (202), S0 (200), V8 (400)"
    trigger = "a job on the same cvid is SCHEDULED or RUNNING"

    def __init__(self) -> None:
        super().__init__({"api_name": "cvid"}, path="$.cvid")

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        if version >= ApiVersion.V8:
            return 400
        return _article(200, 202, version, profile)


class LimitExceeded(_ViewRequest):
    name = code = "LIMIT_EXCEEDED"
    message = "Record count exceeded"
    source = "S1 row 13 (400), S0 (200); for more than 500 ids assumed"
    trigger = "the view has more than 50,000 records, or more than 500 ids"

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return _article(200, 400, version, profile)


class NoRecordsFound(_ViewRequest):
    name = code = "NO_RECORDS_FOUND"
    message = "no record found to update"
    source = "S1 row 15"
    trigger = "no record in the view (cut to the territory)"


class MassUpdateDenied(ZohoError):
    name = "MASS_UPDATE_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "permission denied"
    source = "S1 row 16"
    trigger = "the profile denies mass_update, or update of the module"

    def __init__(self, permission: str) -> None:
        super().__init__()
        self._permission = permission

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"permissions": [self._permission]} if version >= ApiVersion.V2_1 else {}


class FieldEditDenied(_FieldRequest):
    name = "FIELD_EDIT_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "Field Edit Permission not given"
    source = "S1 row 17"
    trigger = "a field that the user's profile may only read"


class ViewNotAccessible(_ViewRequest):
    name = "VIEW_NOT_ACCESSIBLE"
    code = "NO_PERMISSION"
    status = 403
    message = "Customview not accessible"
    source = "S1 row 18"
    trigger = "a view of another module, or one not shared with the user"

    def __init__(self) -> None:
        super().__init__({"api_name": "cvid"}, path="$.cvid")


class ScheduleDenied(ZohoError):
    name = "SCHEDULE_DENIED"
    code = "AUTHORIZATION_FAILED"
    status = 400
    message = "User does not have sufficient privilege to schedule mass update."
    source = "S1 row 24"
    trigger = "the profile denies schedule_mass_update"


class FeatureNotSupported(ZohoError):
    name = code = "FEATURE_NOT_SUPPORTED"
    status = 403
    message = "Scheduled Mass Operation feature is not available in your edition"
    source = "SDK2 (text), V8 (400)"
    trigger = "an edition below enterprise, with a cvid"

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return 403 if version < ApiVersion.V8 else 400


# -- mass update, one record (contract 2.2, order of section 7) ------------------------------------------------


class _RecordError(ZohoError):
    """Stands in the place of its record; a job counts the record as Failed."""

    status = 400
    shape = "record"

    def __init__(self, record_id: str = "") -> None:
        super().__init__({"id": record_id})


class InvalidRecordId(_RecordError):
    name = "INVALID_RECORD_ID"
    code = "INVALID_DATA"
    message = "the id given seems to be invalid"
    source = "S1 row 7 and sample"
    trigger = "an id that names no record of the module"


class FieldNotInRecordModule(_RecordError):
    name = "FIELD_NOT_IN_RECORD_MODULE"
    code = "INVALID_DATA"
    message = "This field cannot be updated in the Mass Update"
    source = "assumed"
    trigger = "Activities: the record is a task, event or call, and those have no such field"


class NoRecordAccess(_RecordError):
    name = code = "CANNOT_PERFORM_ACTION"
    message = "no permission to perform an action on this record"
    source = "S1 row 11"
    trigger = "a record in the state no_access"


class StopProcessing(_RecordError):
    name = code = "CANNOT_PROCESS"
    message = "The record is in stop processing"
    source = "S1 row 8"
    trigger = "a record in the state stop_processing"


class RecordLocked(_RecordError):
    name = "RECORD_IS_LOCKED"
    code = "RECORD_LOCKED"
    message = "You cannot perform this operation as the record is locked."
    source = "V7 row 27, V8 for its text and details"
    trigger = "a record in the state locked"

    def text(self, version: ApiVersion) -> str:
        if version < ApiVersion.V8:
            return self.message
        return "Sorry, you cannot perform this operation as the record is locked."

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return self.details if version < ApiVersion.V8 else {"action": "record_locking", **self.details}


class RecordInMerge(_RecordError):
    name = "RECORD_IN_MERGE"
    code = "RECORD_LOCKED"
    message = "Cannot update record that is not approved yet"
    source = "S1 row 25"
    trigger = "a record in the state in_merge"


class ImagePending(RecordInMerge):
    name = "IMAGE_PENDING"
    trigger = "a record in the state image_pending"


class ImageRejected(_RecordError):
    name = "IMAGE_REJECTED"
    code = "NOT_APPROVED"
    message = "Cannot update record that is not approved yet"
    source = "S1 row 26"
    trigger = "a record in the state image_rejected"


class RecordNotApproved(_RecordError):
    name = "RECORD_NOT_APPROVED"
    code = "NOT_APPROVED"
    message = "record not approved"
    source = "S1 row 14"
    trigger = "a record in the state approval_pending"


class RecordInBlueprint(_RecordError):
    name = code = "RECORD_IN_BLUEPRINT"
    message = "The record is in blue print"
    source = "S1 row 9 (400), S0 (200)"
    trigger = "a record in the state in_blueprint, and the field is the blueprint's"

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return _article(200, 400, version, profile)


class RecordConverted(_RecordError):
    name = code = "CONVERTED_RECORD"
    message = "can't update the converted record"
    source = "SDK2"
    trigger = "a record in the state converted"


# -- mass update, its job (contract 2.4) -----------------------------------------------------------------------


class JobIdMissing(ZohoError):
    name = "JOB_ID_MISSING"
    code = "MANDATORY_NOT_FOUND"
    status = 400
    message = "mandatory param missing"
    source = "V7"
    trigger = "no job_id parameter"

    def __init__(self) -> None:
        super().__init__({"param_name": "job_id"})


class JobNotFound(ZohoError):
    name = code = "NOT_FOUND"
    status = 404
    message = "Empty response"
    source = "V7 and SDK2; V8 (INVALID_DATA)"
    trigger = "a job_id that names no job of the module"

    def code_in(self, version: ApiVersion) -> str:
        return "INVALID_DATA" if version.unknown_job_is_invalid_data else self.code

    def text(self, version: ApiVersion) -> str:
        return "The jobid given seems to be invalid" if version.unknown_job_is_invalid_data else self.message

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return 400 if version.unknown_job_is_invalid_data else 404

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"param_name": "job_id"} if version.unknown_job_is_invalid_data else {}


# -- records and metadata (contract 3 and 4) -------------------------------------------------------------------


class ReadDenied(ZohoError):
    name = "READ_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "Permission denied to read records"
    source = "V7"
    trigger = "the profile denies read of the module"


class WriteDenied(ZohoError):
    name = "WRITE_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "Permission denied to {} records"
    source = "V7 (`to add records`; the others as `to update`, `to delete` in full, assumed)"
    trigger = "the profile denies create, update or delete of the module"

    def __init__(self, verb: str) -> None:
        super().__init__()
        self._verb = verb

    def text(self, version: ApiVersion) -> str:
        return self.message.format(self._verb)


class RecordIdMalformed(ZohoError):
    name = "RECORD_ID_MALFORMED"
    code = "INVALID_DATA"
    status = 400
    message = "the id given seems to be invalid"
    source = "V8 for other resources; assumed for records"
    trigger = "an id in the path that is no number"

    def __init__(self, index: int = 1) -> None:
        super().__init__()
        self._index = index

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": self._index} if version >= ApiVersion.V2_1 else {}


class TooManyRecords(_Request):
    name = "TOO_MANY_RECORDS"
    code = "INVALID_DATA"
    message = "count of records in your request exceeds the limit"
    source = "V8 (LIMIT_EXCEEDED); v2 assumed"
    trigger = "more than 100 records in one write"

    def __init__(self, key: str = "data") -> None:
        super().__init__({"maximum_length": 100, "api_name": key}, path=f"$.{key}")

    def code_in(self, version: ApiVersion) -> str:
        return "LIMIT_EXCEEDED" if version >= ApiVersion.V8 else self.code


class RecordNotDeleted(_RecordError):
    name = "RECORD_NOT_DELETED"
    code = "INVALID_DATA"
    message = "record not deleted"
    source = "V7"
    trigger = "an id of a DELETE that names no record of the module"


class FieldMissing(ZohoError):
    name = "FIELD_MISSING"
    code = "MANDATORY_NOT_FOUND"
    status = 400
    shape = "record"
    message = "required field not found"
    source = "V7"
    trigger = "a system-mandatory field is missing or empty in a record write"


class InvalidRecordValue(ZohoError):
    name = "INVALID_RECORD_VALUE"
    code = "INVALID_DATA"
    status = 400
    shape = "record"
    message = "invalid data"
    source = "V7, V8"
    trigger = "a value of the wrong type or too long in a record write"


class TooManyFields(ZohoError):
    name = "TOO_MANY_FIELDS"
    code = "LIMIT_EXCEEDED"
    status = 400
    message = "Fields limit exceeded"
    source = "V7"
    trigger = "more than 50 names in the fields parameter"

    def __init__(self) -> None:
        super().__init__({"limit": 50, "param_name": "fields"})


def _article(article: int, reference: int, version: ApiVersion, profile: StatusProfile) -> int:
    """Rows 9, 12 and 13: S0 gives another status than S1, for v2 alone (contract 2.2, 'where S0 and S1 disagree')."""
    return article if profile == "article" and version == ApiVersion.V2 else reference


def _rows(base: type[ZohoError]) -> list[type[ZohoError]]:
    found: list[type[ZohoError]] = []
    for row in base.__subclasses__():
        if not row.__name__.startswith("_"):
            found.append(row)
        found.extend(_rows(row))
    return found


CATALOGUE: dict[str, type[ZohoError]] = {row.name: row for row in _rows(ZohoError)}
"""Every row by its name: what faults, the journal, the docs and X-Mockcrm-Rule call it."""


def find(name: str) -> type[ZohoError] | None:
    """The row of that name, or of that code where only one row has it; None otherwise."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    by_code = [row for row in CATALOGUE.values() if row.code == name]
    return by_code[0] if len(by_code) == 1 else None
