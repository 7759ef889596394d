"""Errors of mass update: of the request, of single records, and of the job's status.

Row numbers are those of the error table in docs/contract/mass-update-and-core.md 2.2; errors of the status are in 2.4.
"""

from __future__ import annotations

from mockcrm.core.errors.base import RecordError, RequestError, Shape, StatusProfile, ZohoError
from mockcrm.core.errors.request import InvalidModule
from mockcrm.core.versions import ApiVersion


class _ViewRequest(RequestError):
    """An error about the view or territory, which v8 returns at top level instead of in data[] (2.2)."""

    def shape_in(self, version: ApiVersion) -> Shape:
        return "top" if version.view_errors_are_top_level else "data"


class _FieldRequest(RequestError):
    """An error whose details name the field: the first invalid one in the order of the body."""

    code = "INVALID_DATA"

    def __init__(self, api_name: str) -> None:
        super().__init__({"api_name": api_name}, path=f"$.data[0].{api_name}")

    @classmethod
    def sample(cls) -> ZohoError:
        return cls("Email")


class NoFieldFound(RequestError):
    """Raised when a mass update names no field."""

    name = "NO_FIELD_FOUND"
    code = "INVALID_DATA"
    message = "No field found"
    source = "docs/contract/mass-update-and-core.md 2.2, row 1 (v2 reference page)"
    trigger = "data is empty, or its object is"


class MaxFieldLimit(RequestError):
    """Raised when a mass update names more fields than the module allows."""

    name = "MAX_FIELD_LIMIT"
    code = "INVALID_DATA"
    message = "Max field limit exceeded"
    source = "docs/contract/mass-update-and-core.md 2.2, row 2 (v2 reference page)"
    trigger = "more than one field, or more than three in Deals"


class FieldNotAllowed(_FieldRequest):
    """Raised when a field does not exist or cannot be mass updated."""

    name = "FIELD_NOT_ALLOWED"
    message = "This field cannot be updated in the Mass Update"
    source = "docs/contract/mass-update-and-core.md 2.2, row 3 (v2 reference page; sample in the article)"
    trigger = "an unknown field, or one that cannot be mass updated (email, lookup, layout, multi-line, line items ...)"


class FieldInLayoutRule(_FieldRequest):
    """Raised when a field is the primary field of a layout rule."""

    name = "FIELD_IN_LAYOUT_RULE"
    message = "Field cannot be updated as it is associated with a layout rule"
    source = "docs/contract/mass-update-and-core.md 2.2, row 4 (v2 reference page)"
    trigger = "the primary field of a layout rule"


class FieldInValidationRule(_FieldRequest):
    """Raised when a field is the primary field of a validation rule."""

    name = "FIELD_IN_VALIDATION_RULE"
    message = "Field cannot be updated as it is associated with a validation rule"
    source = "docs/contract/mass-update-and-core.md 2.2, row 5 (v2 reference page)"
    trigger = "the primary field of a validation rule"


class FieldNotVisible(_FieldRequest):
    """Raised when a field is hidden from the user's profile."""

    name = "FIELD_NOT_VISIBLE"
    status = 200
    message = "Field is not visible"
    source = "docs/contract/mass-update-and-core.md 2.2, row 6 (v2 reference page: 200; v7 page: 400)"
    trigger = "a field hidden from the user's profile"

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return version.hidden_field_status


class InvalidValue(RequestError):
    """Raised when a value of a mass update has the wrong type for its field or is too long."""

    name = "INVALID_VALUE"
    code = "INVALID_DATA"
    message = "invalid data"
    source = "docs/contract/mass-update-and-core.md 2.1, field rule 6, and 4.6 (v7 and v8 pages)"
    trigger = "a value of the wrong type for its field, or too long; details say what is expected"


class InvalidCvid(_ViewRequest):
    """Raised when the cvid is not the id of a custom view."""

    name = "INVALID_CVID"
    code = "INVALID_DATA"
    message = "The id given seems to be invalid"
    source = "docs/contract/mass-update-and-core.md 2.2, row 7 (v2 reference page; v8 page: its text)"
    trigger = "a cvid that is not the id of a custom view"

    def __init__(self) -> None:
        super().__init__({"api_name": "cvid"}, path="$.cvid")

    def text(self, version: ApiVersion) -> str:
        return "the cvid given seems to be invalid" if version.invalid_cvid_has_own_text else self.message


class InvalidTerritoryId(_ViewRequest):
    """Raised when the territory id is not the id of a territory."""

    name = "INVALID_TERRITORY_ID"
    code = "INVALID_DATA"
    message = "The id given seems to be invalid"
    source = "docs/contract/mass-update-and-core.md 2.2, row 7 (v2 reference page)"
    trigger = "a territory id that is not the id of a territory"

    def __init__(self) -> None:
        super().__init__({"api_name": "territory"}, path="$.territory.id")


class TerritoryNotSupported(ZohoError):
    """Raised when a territory is given for a module without territories."""

    name = "TERRITORY_NOT_SUPPORTED"
    code = "INVALID_MODULE"
    status = 400
    message = "Territory is not supported for the given module"
    source = "docs/contract/mass-update-and-core.md 2.2, below the table (official v2 SDKs)"
    trigger = "a territory with a module that has no territories"


class NeitherIdsNorCvid(RequestError):
    """Raised when a mass update has neither ids nor a cvid."""

    name = "NEITHER_IDS_NOR_CVID"
    code = "MANDATORY_NOT_FOUND"
    message = "required field not found"
    source = "docs/contract/mass-update-and-core.md 2.2, row 10 (v2 reference page)"
    trigger = "neither cvid nor ids"


class IdsExcludeCvid(ZohoError):
    """Raised in v8 when a mass update has ids together with a cvid or a territory."""

    name = "IDS_EXCLUDE_CVID"
    code = "INVALID_DATA"
    status = 400
    message = "invalid data"
    source = "docs/contract/mass-update-and-core.md 2.1 and 2.3 (v8 schema; code assumed)"
    trigger = "v8: ids together with cvid or territory"


class AlreadyScheduled(_ViewRequest):
    """Raised when a job on the same view is scheduled or running."""

    name = code = "ALREADY_SCHEDULED"
    status = 202
    message = "Already a Mass Action scheduler is running for the given cvid"
    source = "docs/contract/mass-update-and-core.md 2.2, row 12 (v2 reference page: 202; article: 200; v8 page: 400)"
    trigger = "a job on the same cvid is SCHEDULED or RUNNING"

    def __init__(self) -> None:
        super().__init__({"api_name": "cvid"}, path="$.cvid")

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return _article(200, version.already_scheduled_status, version, profile)


class LimitExceeded(_ViewRequest):
    """Raised when a mass update selects too many records."""

    name = code = "LIMIT_EXCEEDED"
    message = "Record count exceeded"
    source = (
        "docs/contract/mass-update-and-core.md 2.2, row 13 (v2 reference page: 400; article: 200; assumed for "
        "more than 500 ids)"
    )
    trigger = "more than 50,000 records in the view, or more than 500 ids"

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return _article(200, 400, version, profile)


class NoRecordsFound(_ViewRequest):
    """Raised when the view has no records to update."""

    name = code = "NO_RECORDS_FOUND"
    message = "no record found to update"
    source = "docs/contract/mass-update-and-core.md 2.2, row 15 (v2 reference page)"
    trigger = "no record in the view (or in the part of it in the territory)"


class MassUpdateDenied(ZohoError):
    """Raised when the profile denies mass update, or update, of the module."""

    name = "MASS_UPDATE_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "permission denied"
    source = "docs/contract/mass-update-and-core.md 2.2, row 16 (v2 reference page)"
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
    """Raised when the user's profile may only read a field."""

    name = "FIELD_EDIT_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "Field Edit Permission not given"
    source = "docs/contract/mass-update-and-core.md 2.2, row 17 (v2 reference page)"
    trigger = "a field that the user's profile may only read"


class ViewNotAccessible(_ViewRequest):
    """Raised when the view is of another module or not shared with the user."""

    name = "VIEW_NOT_ACCESSIBLE"
    code = "NO_PERMISSION"
    status = 403
    message = "Customview not accessible"
    source = "docs/contract/mass-update-and-core.md 2.2, row 18 (v2 reference page)"
    trigger = "a view of another module, or one not shared with the user"

    def __init__(self) -> None:
        super().__init__({"api_name": "cvid"}, path="$.cvid")


class ScheduleDenied(ZohoError):
    """Raised when the profile denies schedule_mass_update."""

    name = "SCHEDULE_DENIED"
    code = "AUTHORIZATION_FAILED"
    status = 400
    message = "User does not have sufficient privilege to schedule mass update."
    source = "docs/contract/mass-update-and-core.md 2.2, row 24 (v2 reference page)"
    trigger = "the profile denies schedule_mass_update"


class FeatureNotSupported(ZohoError):
    """Raised when the org's edition has no mass update by view."""

    name = code = "FEATURE_NOT_SUPPORTED"
    status = 403
    message = "Scheduled Mass Operation feature is not available in your edition"
    source = "docs/contract/mass-update-and-core.md 2.1 (official v2 SDKs: text; v8 page: 400)"
    trigger = "a cvid in an edition below enterprise"

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return version.edition_error_status


# -- mass update, one record (2.2, in the order of section 7) --------------------------------------------------


class InvalidRecordId(RecordError):
    """Raised when an id is not the id of a record of the module."""

    name = "INVALID_RECORD_ID"
    code = "INVALID_DATA"
    message = "the id given seems to be invalid"
    source = "docs/contract/mass-update-and-core.md 2.2, row 7 (v2 reference page and its sample)"
    trigger = "an id that is not the id of a record of the module"


class FieldNotInRecordModule(RecordError):
    """Raised when a record of Activities is of a module that lacks the field."""

    name = "FIELD_NOT_IN_RECORD_MODULE"
    code = "INVALID_DATA"
    message = "This field cannot be updated in the Mass Update"
    source = "docs/contract/mass-update-and-core.md 2.1 (assumed)"
    trigger = "Activities: the record is a task, event or call, and its module has no such field"


class NoRecordAccess(RecordError):
    """Raised when the record is in the state no_access."""

    name = code = "CANNOT_PERFORM_ACTION"
    message = "no permission to perform an action on this record"
    source = "docs/contract/mass-update-and-core.md 2.2, row 11 (v2 reference page)"
    trigger = "a record in the state no_access"


class StopProcessing(RecordError):
    """Raised when the record is in the state stop_processing."""

    name = code = "CANNOT_PROCESS"
    message = "The record is in stop processing"
    source = "docs/contract/mass-update-and-core.md 2.2, row 8 (v2 reference page)"
    trigger = "a record in the state stop_processing"


class RecordLocked(RecordError):
    """Raised when the record is in the state locked."""

    name = "RECORD_IS_LOCKED"
    code = "RECORD_LOCKED"
    message = "You cannot perform this operation as the record is locked."
    source = "docs/contract/mass-update-and-core.md 2.2, row 27 (v7 page; v8 page: its text and details)"
    trigger = "a record in the state locked"

    def text(self, version: ApiVersion) -> str:
        if version.locked_record_names_the_action:
            return "Sorry, you cannot perform this operation as the record is locked."
        return self.message

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"action": "record_locking", **self.details} if version.locked_record_names_the_action else self.details


class RecordInMerge(RecordError):
    """Raised when the record is in the state in_merge."""

    name = "RECORD_IN_MERGE"
    code = "RECORD_LOCKED"
    message = "Cannot update record that is not approved yet"
    source = "docs/contract/mass-update-and-core.md 2.2, row 25 (v2 reference page)"
    trigger = "a record in the state in_merge"


class ImagePending(RecordInMerge):
    """Raised when the record is in the state image_pending."""

    name = "IMAGE_PENDING"
    trigger = "a record in the state image_pending"


class ImageRejected(RecordError):
    """Raised when the record is in the state image_rejected."""

    name = "IMAGE_REJECTED"
    code = "NOT_APPROVED"
    message = "Cannot update record that is not approved yet"
    source = "docs/contract/mass-update-and-core.md 2.2, row 26 (v2 reference page)"
    trigger = "a record in the state image_rejected"


class RecordNotApproved(RecordError):
    """Raised when the record is in the state approval_pending."""

    name = "RECORD_NOT_APPROVED"
    code = "NOT_APPROVED"
    message = "record not approved"
    source = "docs/contract/mass-update-and-core.md 2.2, row 14 (v2 reference page)"
    trigger = "a record in the state approval_pending"


class RecordInBlueprint(RecordError):
    """Raised when the record is in the state in_blueprint and the blueprint's field is to change."""

    name = code = "RECORD_IN_BLUEPRINT"
    message = "The record is in blue print"
    source = "docs/contract/mass-update-and-core.md 2.2, row 9 (v2 reference page: 400; article: 200)"
    trigger = "a record in the state in_blueprint, when the blueprint's field is to change"

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return _article(200, 400, version, profile)


class RecordConverted(RecordError):
    """Raised when the record is in the state converted."""

    name = code = "CONVERTED_RECORD"
    message = "can't update the converted record"
    source = "docs/contract/mass-update-and-core.md 2.2, below the table (official v2 SDKs)"
    trigger = "a record in the state converted"


# -- mass update, its job (2.4) --------------------------------------------------------------------------------


class StatusModuleInvalid(InvalidModule):
    """Raised when a job status is requested for a module that this version does not mass update."""

    name = "STATUS_INVALID_MODULE"
    message = "The module name given seems to be invalid"
    source = "docs/contract/mass-update-and-core.md 2.4 (v7 page: capital letter; v8 page: lower case)"
    trigger = "a job status of a module that does not exist or that this version does not mass update"

    def text(self, version: ApiVersion) -> str:
        return self.message if version.capitalized_status_errors else InvalidModule.message


class StatusDenied(ZohoError):
    """Raised when the profile denies mass_update_status."""

    name = "STATUS_DENIED"
    code = "AUTHORIZATION_FAILED"
    status = 400
    message = "User does not have sufficient privilege to read records"
    source = "docs/contract/mass-update-and-core.md 2.4 (v7 page; the required right is assumed)"
    trigger = "the profile denies mass_update_status"


class JobIdMissing(ZohoError):
    """Raised when a job status is requested without job_id."""

    name = "JOB_ID_MISSING"
    code = "MANDATORY_NOT_FOUND"
    status = 400
    message = "mandatory param missing"
    source = "docs/contract/mass-update-and-core.md 2.4 (v7 page)"
    trigger = "no job_id parameter"

    def __init__(self) -> None:
        super().__init__({"param_name": "job_id"})


class JobNotFound(ZohoError):
    """Raised when job_id is not the id of a job of the module."""

    name = code = "NOT_FOUND"
    status = 404
    message = "Empty response"
    source = "docs/contract/mass-update-and-core.md 2.4 (v7 page and official v2 SDKs; v8 page: INVALID_DATA)"
    trigger = "a job_id that is not the id of a job of the module"

    def code_in(self, version: ApiVersion) -> str:
        return "INVALID_DATA" if version.unknown_job_is_invalid_data else self.code

    def text(self, version: ApiVersion) -> str:
        return "The jobid given seems to be invalid" if version.unknown_job_is_invalid_data else self.message

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return 400 if version.unknown_job_is_invalid_data else 404

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"param_name": "job_id"} if version.unknown_job_is_invalid_data else {}


def _article(article: int, reference: int, version: ApiVersion, profile: StatusProfile) -> int:
    """Return the status of rows 9, 12 and 13. In v2 the article on mass update gives another status than the v2
    reference page (2.2, below the table)."""
    return article if profile == "article" and version.has_article_statuses else reference
