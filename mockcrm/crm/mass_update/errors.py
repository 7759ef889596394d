"""Errors of mass update: of the rights and the fields, and of the job's status.

Row numbers are those of the error table in docs/contract/mass-update-and-core.md 2.2; errors of the status are in 2.4.
Errors of the selected records are shared with other mass actions (mockcrm/core/errors/bulk.py).
"""

from __future__ import annotations

from mockcrm.core.errors.base import RequestError, StatusProfile, ZohoError
from mockcrm.core.versions import ApiVersion
from mockcrm.http.errors import InvalidModule


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


class FieldEditDenied(_FieldRequest):
    """Raised when the user's profile may only read a field."""

    name = "FIELD_EDIT_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "Field Edit Permission not given"
    source = "docs/contract/mass-update-and-core.md 2.2, row 17 (v2 reference page)"
    trigger = "a field that the user's profile may only read"


class InvalidValue(RequestError):
    """Raised when a value of a mass update has the wrong type for its field or is too long."""

    name = "INVALID_VALUE"
    code = "INVALID_DATA"
    message = "invalid data"
    source = "docs/contract/mass-update-and-core.md 2.1, field rule 6, and 4.6 (v7 and v8 pages)"
    trigger = "a value of the wrong type for its field, or too long; details say what is expected"


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


class ScheduleDenied(ZohoError):
    """Raised when the profile denies schedule_mass_update."""

    name = "SCHEDULE_DENIED"
    code = "AUTHORIZATION_FAILED"
    status = 400
    message = "User does not have sufficient privilege to schedule mass update."
    source = "docs/contract/mass-update-and-core.md 2.2, row 24 (v2 reference page)"
    trigger = "the profile denies schedule_mass_update"


class StatusModuleInvalid(InvalidModule):
    """Raised when a job status is requested for a module that this version does not mass update."""

    name = "STATUS_INVALID_MODULE"
    message = "The module name given seems to be invalid"
    source = "docs/contract/mass-update-and-core.md 2.4 (v7 page: capital letter; v8 page: lower case)"
    trigger = "a job status of a module that does not exist or that this version does not mass update"

    def message_in(self, version: ApiVersion) -> str:
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

    def message_in(self, version: ApiVersion) -> str:
        return "The jobid given seems to be invalid" if version.unknown_job_is_invalid_data else self.message

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return 400 if version.unknown_job_is_invalid_data else 404

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"param_name": "job_id"} if version.unknown_job_is_invalid_data else {}
