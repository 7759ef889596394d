"""Errors of reading and writing records (contract 3 and 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockcrm.core.errors.base import RecordError, RequestError, ZohoError
from mockcrm.core.errors.mass_update import InvalidRecordId
from mockcrm.core.versions import ApiVersion


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

    @classmethod
    def sample(cls) -> ZohoError:
        return cls("update")

    def text(self, version: ApiVersion) -> str:
        return self.message.format(self._verb)


class RecordIdMalformed(ZohoError):
    name = "RECORD_ID_MALFORMED"
    code = "INVALID_DATA"
    status = 400
    message = "the id given seems to be invalid"
    source = "V8 for other resources; assumed for records"
    trigger = "an id in the path that is no number; from v2.1 on also a DELETE of one record that is not there"

    def __init__(self, index: int = 1) -> None:
        super().__init__()
        self._index = index

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": self._index} if version.module_errors_name_path_index else {}


class TooManyRecords(RequestError):
    name = "TOO_MANY_RECORDS"
    code = "INVALID_DATA"
    message = "count of records in your request exceeds the limit"
    source = "V8 (LIMIT_EXCEEDED); v2 assumed"
    trigger = "more than 100 records in one write"

    def __init__(self, key: str = "data") -> None:
        super().__init__({"maximum_length": 100, "api_name": key}, path=f"$.{key}")

    def code_in(self, version: ApiVersion) -> str:
        return "LIMIT_EXCEEDED" if version.too_many_records_is_limit_exceeded else self.code


class RecordNotDeleted(RecordError):
    name = "RECORD_NOT_DELETED"
    code = "INVALID_DATA"
    message = "record not deleted"
    source = "V7"
    trigger = "an id of a DELETE that names no record of the module"


class AlreadyModified(ZohoError):
    name = code = "ALREADY_MODIFIED"
    status = 412
    shape = "record"
    message = "Record updated time has already passed if-unmodified-since time"
    source = "V7"
    trigger = "an update with If-Unmodified-Since of a record that was modified after that time"


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


class PrivilegeMissing(ZohoError):
    name = "RECORD_PRIVILEGE_MISSING"
    code = "AUTHORIZATION_FAILED"
    status = 400
    message = "User does not have sufficient privilege to read records"
    source = "V7"
    trigger = "only by an injected fault: what a profile denies answers NO_PERMISSION"


# -- single records of a write -----------------------------------------------------------------------------------


class RecordInPathUnknown(InvalidRecordId):
    name = "RECORD_IN_PATH_UNKNOWN"
    source = "V7; V8 for resource_path_index"
    trigger = "an update of one record whose id in the path names no record of the module"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {**self.details, "resource_path_index": 1} if version.module_errors_name_path_index else self.details


class LookupNotFound(ZohoError):
    name = "LOOKUP_NOT_FOUND"
    code = "INVALID_DATA"
    status = 400
    shape = "record"
    message = "the id given seems to be invalid"
    source = "V7"
    trigger = "a lookup to a record that does not exist or is of another module; a territory that does not exist"


class DuplicateData(ZohoError):
    name = code = "DUPLICATE_DATA"
    status = 400
    shape = "record"
    message = "duplicate data"
    source = "V7, V8 (duplicate_record)"
    trigger = "the value of a unique field that another record of the module has"

    def __init__(
        self,
        details: Mapping[str, object] | None = None,
        *,
        path: str | None = None,
        duplicate: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(details, path=path)
        self._duplicate = dict(duplicate or {})

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        details = super().details_in(version)
        return {**details, **self._duplicate} if version.duplicates_show_the_record else details


class SeveralErrors(ZohoError):
    name = code = "MULTIPLE_OR_MULTI_ERRORS"
    status = 400
    shape = "record"
    message = "Multiple errors in the request"
    source = "V8"
    trigger = "from v5 on: a record with more than one wrong, missing or duplicate value"

    def __init__(self, errors: Sequence[ZohoError] = ()) -> None:
        super().__init__()
        self._errors = tuple(errors)

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"errors": [error.item(version) for error in self._errors]}


class UpdateNotApproved(RecordError):
    name = "UPDATE_NOT_APPROVED"
    code = "NOT_APPROVED"
    message = "Cannot update record that is not approved yet"
    source = "V7"
    trigger = "an update of a record in the state approval_pending"


class DeleteNotApproved(RecordError):
    name = "DELETE_NOT_APPROVED"
    code = "NOT_APPROVED"
    message = "cannot delete record that is not approved yet"
    source = "V7"
    trigger = "a DELETE of a record in the state approval_pending or image_rejected"


class DeleteInMerge(RecordError):
    name = "DELETE_IN_MERGE"
    code = "RECORD_LOCKED"
    message = "cannot delete record that is not approved yet"
    source = "V7"
    trigger = "a DELETE of a record in the state in_merge or image_pending"


# -- territories of records --------------------------------------------------------------------------------------


class TooManyTerritories(ZohoError):
    name = "TOO_MANY_TERRITORIES"
    code = "LIMIT_EXCEEDED"
    status = 400
    shape = "record"
    message = "Maximum limit of territories for that record exceeds"
    source = "V7 (details assumed)"
    trigger = "assigning more than one territory to a deal, or more than ten to another record"


class TerritoryAssigned(ZohoError):
    name = "TERRITORY_ASSIGNED"
    code = "DUPLICATE_DATA"
    status = 400
    shape = "record"
    message = "Given territory already exists for that record"
    source = "V7 (details assumed)"
    trigger = "assigning a territory that the record has"


class TerritoryRepeated(ZohoError):
    name = "TERRITORY_REPEATED"
    code = "ALREADY_USED"
    status = 400
    shape = "record"
    message = "Duplicate territory ID found"
    source = "V7 (details assumed)"
    trigger = "the same territory twice for one record"
