"""Errors of single records: of their values, and of the states that forbid to change or delete them.

Row numbers are those of the error table in docs/contract/mass-update-and-core.md 2.2.
"""

from __future__ import annotations

from typing import ClassVar

from mockcrm.core.errors.base import RecordError, RequestError, StatusProfile, ZohoError, article_status
from mockcrm.core.versions import ApiVersion


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
    v8_message: ClassVar[str | None] = "Sorry, you cannot perform this operation as the record is locked."
    trigger = "a record in the state locked"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"action": "record_locking", **self.details} if version.has_texts_of_v8 else self.details


class UpdateLocked(RecordLocked):
    """Raised when a record in the state locked is updated by its own request; v8 names the place of its id."""

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        if not version.has_texts_of_v8:
            return self.details
        return {"action": "record_locking", "api_name": "id", "json_path": self.path}


class DeleteLocked(RecordLocked):
    """Raised when a record in the state locked is deleted; v8 says it with the words of v7."""

    v8_message = None


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
        return article_status(200, 400, version, profile)


class RecordConverted(RecordError):
    """Raised when the record is in the state converted."""

    name = code = "CONVERTED_RECORD"
    message = "can't update the converted record"
    source = "docs/contract/mass-update-and-core.md 2.2, below the table (official v2 SDKs)"
    trigger = "a record in the state converted"


class UpdateNotApproved(RecordError):
    """Raised when a record in the state approval_pending is updated."""

    name = "UPDATE_NOT_APPROVED"
    code = "NOT_APPROVED"
    message = "Cannot update record that is not approved yet"
    source = "docs/contract/mass-update-and-core.md 4.5 (v7 page)"
    trigger = "an update of a record in the state approval_pending"


class DeleteNotApproved(RecordError):
    """Raised when a record in the state approval_pending or image_rejected is deleted."""

    name = "DELETE_NOT_APPROVED"
    code = "NOT_APPROVED"
    message = "cannot delete record that is not approved yet"
    source = "docs/contract/mass-update-and-core.md 4.5 (v7 page)"
    trigger = "a DELETE of a record in the state approval_pending or image_rejected"


class DeleteInMerge(RecordError):
    """Raised when a record in the state in_merge or image_pending is deleted."""

    name = "DELETE_IN_MERGE"
    code = "RECORD_LOCKED"
    message = "cannot delete record that is not approved yet"
    source = "docs/contract/mass-update-and-core.md 4.5 (v7 page)"
    trigger = "a DELETE of a record in the state in_merge or image_pending"


class TooManyRecords(RequestError):
    """Raised when a write has more than 100 records."""

    name = "TOO_MANY_RECORDS"
    code = "INVALID_DATA"
    message = "count of records in your request exceeds the limit"
    source = "docs/contract/mass-update-and-core.md 4.5 (v8 page: LIMIT_EXCEEDED; assumed for v2)"
    trigger = "more than 100 records in one write"

    def __init__(self, key: str = "data") -> None:
        super().__init__({"maximum_length": 100, "api_name": key}, path=f"$.{key}")

    def code_in(self, version: ApiVersion) -> str:
        return "LIMIT_EXCEEDED" if version.too_many_records_is_limit_exceeded else self.code

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return self.details if version.has_texts_of_v8 else super().details_in(version)


class FieldMissing(ZohoError):
    """Raised when a system-mandatory field is missing or empty in a record write."""

    name = "FIELD_MISSING"
    code = "MANDATORY_NOT_FOUND"
    status = 400
    shape = "record"
    message = "required field not found"
    source = "docs/contract/mass-update-and-core.md 4.5 (v7 page)"
    trigger = "a system-mandatory field is missing or empty in a record write"


class InvalidRecordValue(ZohoError):
    """Raised when a value in a record write has the wrong type or is too long."""

    name = "INVALID_RECORD_VALUE"
    code = "INVALID_DATA"
    status = 400
    shape = "record"
    message = "invalid data"
    source = "docs/contract/mass-update-and-core.md 4.5 (v7 and v8 pages)"
    trigger = "a value of the wrong type or too long in a record write"
