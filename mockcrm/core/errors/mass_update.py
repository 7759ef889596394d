"""Errors of mass update: the request, single records, the job's status (contract 2.2 and 2.4)."""

from __future__ import annotations

from mockcrm.core.errors.base import RecordError, RequestError, Shape, StatusProfile, ZohoError
from mockcrm.core.errors.request import InvalidModule
from mockcrm.core.versions import ApiVersion


class _ViewRequest(RequestError):
    """Rows about the view or territory: in v8 alone at top level (contract 2.2)."""

    def shape_in(self, version: ApiVersion) -> Shape:
        return "top" if version.view_errors_are_top_level else "data"


class _FieldRequest(RequestError):
    """Rows that name the offending field, first in the order of the body."""

    code = "INVALID_DATA"

    def __init__(self, api_name: str) -> None:
        super().__init__({"api_name": api_name}, path=f"$.data[0].{api_name}")

    @classmethod
    def sample(cls) -> ZohoError:
        return cls("Email")


class NoFieldFound(RequestError):
    name = "NO_FIELD_FOUND"
    code = "INVALID_DATA"
    message = "No field found"
    source = "S1 row 1"
    trigger = "data is empty or its object is"


class MaxFieldLimit(RequestError):
    name = "MAX_FIELD_LIMIT"
    code = "INVALID_DATA"
    message = "Max field limit exceeded"
    source = "S1 row 2"
    trigger = "more than one field, or more than three in Deals"


class FieldNotAllowed(_FieldRequest):
    name = "FIELD_NOT_ALLOWED"
    message = "This field cannot be updated in the Mass Update"
    source = "S1 row 3, S0 sample"
    trigger = (
        "an unknown field, or one that mass update never takes (email, lookup, layout, multi-line, line items ...)"
    )


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
        return version.hidden_field_status


class InvalidValue(RequestError):
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
        return "the cvid given seems to be invalid" if version.invalid_cvid_has_own_text else self.message


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


class NeitherIdsNorCvid(RequestError):
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
        return _article(200, version.already_scheduled_status, version, profile)


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

    @classmethod
    def sample(cls) -> ZohoError:
        return cls("Crm_Implied_Mass_Update_Leads")

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"permissions": [self._permission]} if version.permission_errors_name_the_permission else {}


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
        return version.edition_error_status


# -- mass update, one record (contract 2.2, order of section 7) ------------------------------------------------


class InvalidRecordId(RecordError):
    name = "INVALID_RECORD_ID"
    code = "INVALID_DATA"
    message = "the id given seems to be invalid"
    source = "S1 row 7 and sample"
    trigger = "an id that names no record of the module"


class FieldNotInRecordModule(RecordError):
    name = "FIELD_NOT_IN_RECORD_MODULE"
    code = "INVALID_DATA"
    message = "This field cannot be updated in the Mass Update"
    source = "assumed"
    trigger = "Activities: the record is a task, event or call, and those have no such field"


class NoRecordAccess(RecordError):
    name = code = "CANNOT_PERFORM_ACTION"
    message = "no permission to perform an action on this record"
    source = "S1 row 11"
    trigger = "a record in the state no_access"


class StopProcessing(RecordError):
    name = code = "CANNOT_PROCESS"
    message = "The record is in stop processing"
    source = "S1 row 8"
    trigger = "a record in the state stop_processing"


class RecordLocked(RecordError):
    name = "RECORD_IS_LOCKED"
    code = "RECORD_LOCKED"
    message = "You cannot perform this operation as the record is locked."
    source = "V7 row 27, V8 for its text and details"
    trigger = "a record in the state locked"

    def text(self, version: ApiVersion) -> str:
        if version.locked_record_names_the_action:
            return "Sorry, you cannot perform this operation as the record is locked."
        return self.message

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"action": "record_locking", **self.details} if version.locked_record_names_the_action else self.details


class RecordInMerge(RecordError):
    name = "RECORD_IN_MERGE"
    code = "RECORD_LOCKED"
    message = "Cannot update record that is not approved yet"
    source = "S1 row 25"
    trigger = "a record in the state in_merge"


class ImagePending(RecordInMerge):
    name = "IMAGE_PENDING"
    trigger = "a record in the state image_pending"


class ImageRejected(RecordError):
    name = "IMAGE_REJECTED"
    code = "NOT_APPROVED"
    message = "Cannot update record that is not approved yet"
    source = "S1 row 26"
    trigger = "a record in the state image_rejected"


class RecordNotApproved(RecordError):
    name = "RECORD_NOT_APPROVED"
    code = "NOT_APPROVED"
    message = "record not approved"
    source = "S1 row 14"
    trigger = "a record in the state approval_pending"


class RecordInBlueprint(RecordError):
    name = code = "RECORD_IN_BLUEPRINT"
    message = "The record is in blue print"
    source = "S1 row 9 (400), S0 (200)"
    trigger = "a record in the state in_blueprint, and the field is the blueprint's"

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return _article(200, 400, version, profile)


class RecordConverted(RecordError):
    name = code = "CONVERTED_RECORD"
    message = "can't update the converted record"
    source = "SDK2"
    trigger = "a record in the state converted"


# -- mass update, its job (contract 2.4) -----------------------------------------------------------------------


class StatusModuleInvalid(InvalidModule):
    name = "STATUS_INVALID_MODULE"
    message = "The module name given seems to be invalid"
    source = "V7 (capital letter), V8"
    trigger = "the status of a job of a module that does not exist, or that this version does not mass update"

    def text(self, version: ApiVersion) -> str:
        return self.message if version.status_errors_begin_with_capital else InvalidModule.message


class StatusDenied(ZohoError):
    name = "STATUS_DENIED"
    code = "AUTHORIZATION_FAILED"
    status = 400
    message = "User does not have sufficient privilege to read records"
    source = "V7 (which right it asks for is assumed)"
    trigger = "the profile denies mass_update_status"


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


def _article(article: int, reference: int, version: ApiVersion, profile: StatusProfile) -> int:
    """Rows 9, 12 and 13: S0 gives another status than S1, for v2 alone (contract 2.2, 'where S0 and S1 disagree')."""
    return article if profile == "article" and version.article_speaks_of_it else reference
