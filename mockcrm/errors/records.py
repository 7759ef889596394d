"""Errors of reading and writing records (contract 3 and 4)."""

from __future__ import annotations

from mockcrm.errors.base import RecordError, RequestError, ZohoError
from mockcrm.versions import ApiVersion


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
    trigger = "an id in the path that is no number"

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
