"""Errors of reading and writing records; territory_errors.py has those of assigning them to territories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockcrm.core.errors.base import RecordError, Shape, ZohoError
from mockcrm.core.errors.records import InvalidRecordId, UpdateNotApproved
from mockcrm.core.versions import ApiVersion


class WriteDenied(ZohoError):
    """Raised when the profile denies create, update or delete of the module."""

    name = "WRITE_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "Permission denied to {} records"
    source = (
        "docs/contract/mass-update-and-core.md 4.3 (v7 page: `to add records`; the other texts in full assumed; "
        "v8 pages: their texts, and a permission in details)"
    )
    trigger = "the profile denies create, update or delete of the module"

    def __init__(self, verb: str, permission: str = "") -> None:
        super().__init__({"permissions": [permission]} if permission else {})
        self._verb = verb

    @classmethod
    def sample(cls) -> ZohoError:
        return cls("update", "Crm_Implied_Edit_Leads")

    def message_in(self, version: ApiVersion) -> str:
        if not version.has_texts_of_v8:
            return self.message.format(self._verb)
        return "Permission denied to delete" if self._verb == "delete" else "Permission denied"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return self.details if version.has_texts_of_v8 else {}


class RecordIdMalformed(ZohoError):
    """Raised when an id in the path is not a number."""

    name = "RECORD_ID_MALFORMED"
    code = "INVALID_DATA"
    status = 400
    message = "the id given seems to be invalid"
    source = "docs/contract/mass-update-and-core.md 4.4 (v8 pages of other resources; assumed for records)"
    trigger = "an id in the path that is not a number; from v2.1 on also a DELETE of one record that does not exist"

    def __init__(self, index: int = 1) -> None:
        super().__init__()
        self._index = index

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": self._index} if version.module_errors_name_path_index else {}


class DeletedRecordUnknown(RecordIdMalformed):
    """Raised from v2.1 on when the id in the path of a DELETE is not the id of a record of the module."""

    v8_message = "record not deleted"


class DeletedIdMalformed(RecordIdMalformed):
    """Raised from v2.1 on when the id in the path of a DELETE is not a number; the v8 page names the place of the
    module."""

    v8_message = "invalid record id"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": 0} if version.has_texts_of_v8 else super().details_in(version)


class RecordNotDeleted(RecordError):
    """Raised when an id of a DELETE is not the id of a record of the module."""

    name = "RECORD_NOT_DELETED"
    code = "INVALID_DATA"
    message = "record not deleted"
    source = "docs/contract/mass-update-and-core.md 4.4 (v7 page)"
    trigger = "an id of a DELETE that is not the id of a record of the module"


class AlreadyModified(ZohoError):
    """Raised when a record was modified after the time in If-Unmodified-Since."""

    name = code = "ALREADY_MODIFIED"
    status = 412
    shape = "record"
    message = "Record updated time has already passed if-unmodified-since time"
    v8_message = "record updated time has already passed if-unmodified-since time"
    source = "docs/contract/mass-update-and-core.md 0.2 (v7 page; v8 page: its text and details)"
    trigger = "an update with If-Unmodified-Since of a record that was modified after that time"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return self.details if version.has_texts_of_v8 else {}


class PrivilegeMissing(ZohoError):
    """Raised only by an injected fault."""

    name = "RECORD_PRIVILEGE_MISSING"
    code = "AUTHORIZATION_FAILED"
    status = 400
    message = "User does not have sufficient privilege to read records"
    source = "docs/contract/mass-update-and-core.md 0.2 (v7 page)"
    trigger = "only an injected fault: a right that the profile denies gets NO_PERMISSION"


class RecordToUpdateUnknown(InvalidRecordId):
    """Raised when the id in the body of an update is not the id of a record of the module; the v8 schema names its
    place."""

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        if version.has_texts_of_v8:
            return {"api_name": "id", "json_path": self.path}
        return super().details_in(version)


class RecordInPathUnknown(InvalidRecordId):
    """Raised when the id in the path of an update is not the id of a record of the module."""

    name = "RECORD_IN_PATH_UNKNOWN"
    source = "docs/contract/mass-update-and-core.md 4.5 (v7 page; v8 page: resource_path_index)"
    trigger = "an update of one record whose id in the path is not the id of a record of the module"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        if version.has_texts_of_v8:
            return {"resource_path_index": 1}
        return {**self.details, "resource_path_index": 1} if version.module_errors_name_path_index else self.details


class RecordInPathNotApproved(UpdateNotApproved):
    """Raised in v8 when the record in the path of an update waits for approval."""

    def shape_in(self, version: ApiVersion) -> Shape:
        return "top"

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": 1}


class LookupNotFound(ZohoError):
    """Raised when a lookup or a territory assignment names something that does not exist."""

    name = "LOOKUP_NOT_FOUND"
    code = "INVALID_DATA"
    status = 400
    shape = "record"
    message = "the id given seems to be invalid"
    source = "docs/contract/mass-update-and-core.md 4.5 (v7 page)"
    trigger = "a lookup to a record that does not exist or is of another module, or a territory that does not exist"


class TargetCreationDenied(ZohoError):
    """Raised when a lookup names a record that does not exist and the profile denies to create it."""

    name = "TARGET_CREATION_DENIED"
    code = "NO_PERMISSION"
    status = 400
    shape = "record"
    message = "permission denied"
    source = "docs/contract/mass-update-and-core.md 4.4 and 4.5 (assumed)"
    trigger = "a lookup that names a record that does not exist, of a module in which the profile denies create"

    def __init__(self, permission: str) -> None:
        super().__init__()
        self._permission = permission

    @classmethod
    def sample(cls) -> ZohoError:
        return cls("Crm_Implied_Create_Accounts")

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"permissions": [self._permission]} if version.permission_errors_name_the_permission else {}


class DuplicateData(ZohoError):
    """Raised when another record of the module has the same value in a unique field."""

    name = code = "DUPLICATE_DATA"
    status = 400
    shape = "record"
    message = "duplicate data"
    source = "docs/contract/mass-update-and-core.md 4.5 (v7 page; v8 page: duplicate_record)"
    trigger = "a value of a unique field that another record of the module has"

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


class MultipleErrors(ZohoError):
    """Raised from v5 on when a record of a write has more than one error."""

    name = code = "MULTIPLE_OR_MULTI_ERRORS"
    status = 400
    shape = "record"
    message = "Multiple errors in the request"
    source = "docs/contract/mass-update-and-core.md 4.5 (v8 page)"
    trigger = "from v5 on: a record with more than one invalid, missing or duplicate value"

    def __init__(self, errors: Sequence[ZohoError] = ()) -> None:
        super().__init__()
        self._errors = tuple(errors)

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"errors": [error.item(version) for error in self._errors]}


MAX_TAGS_OF_RECORD = 10


class TagNameInvalid(ZohoError):
    """Raised when the name of a tag contains a character that tags cannot have."""

    name = "TAG_NAME_INVALID"
    code = "INVALID_DATA"
    status = 400
    shape = "record"
    message = "special characters found in the given name"
    source = "docs/contract/around-a-record.md 3.4 (official SDK 2.0; for records assumed)"
    trigger = "a tag whose name contains <, >, a comma or an emoji"


class TooManyTags(ZohoError):
    """Raised when a record would have more tags than the service allows."""

    name = "TOO_MANY_TAGS"
    code = "LIMIT_EXCEEDED"
    status = 400
    shape = "record"
    message = "Tag limit for record has been exceeded."
    source = "docs/contract/around-a-record.md 3.4 (code: v7 page; message: official SDK 2.1; v8: its own page)"
    trigger = "a record with more than 10 tags"

    def __init__(self, field: str = "Tag", path: str | None = None) -> None:
        super().__init__({"limit": MAX_TAGS_OF_RECORD, "api_name": field}, path=path)

    def code_in(self, version: ApiVersion) -> str:
        return "INVALID_DATA" if version.tag_limits_have_v8_texts else self.code

    def message_in(self, version: ApiVersion) -> str:
        return "invalid data" if version.tag_limits_have_v8_texts else self.message

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        details = super().details_in(version)
        if not version.tag_limits_have_v8_texts:
            return details
        return {"maximum_length" if key == "limit" else key: value for key, value in details.items()}


class TagLimitReached(ZohoError):
    """Raised when a write would make more tags than a module may have."""

    name = "TAG_LIMIT_REACHED"
    code = "LIMIT_EXCEEDED"
    status = 400
    shape = "record"
    message = "Tag limit for module has been exceeded."
    source = "docs/contract/around-a-record.md 3.4 (v2: official SDK 2.0; v2.1 to v7: SDK 2.1; v8: its own page)"
    trigger = "a record with a new tag when its module has as many as the setting tags_per_module says"

    def __init__(self, limit: int = 100) -> None:
        super().__init__({"limit": limit})

    def code_in(self, version: ApiVersion) -> str:
        return "LICENSE_LIMIT_EXCEEDED" if version.tag_limit_is_of_the_license else self.code

    def message_in(self, version: ApiVersion) -> str:
        if version.tag_limit_is_of_the_license:
            return "tag edition limit exceeded"
        return "tags edition limit exceeded" if version.tag_limits_have_v8_texts else self.message

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {} if version.tag_limit_is_of_the_license else self.details


class ParentUnknown(ZohoError):
    """Raised when the record that a new note is to belong to does not exist in the module that is named."""

    name = "PARENT_UNKNOWN"
    code = "INVALID_DATA"
    status = 400
    shape = "record"
    message = "the related id given seems to be invalid"
    source = "docs/contract/around-a-record.md 2.1 (v7 page; details assumed)"
    trigger = "a note whose Parent_Id is not the id of a record of the module that it names"


class ContentOrTitleMissing(ZohoError):
    """Raised in v8 when a note has neither a content nor a title."""

    name = "CONTENT_OR_TITLE_MISSING"
    code = "EXPECTED_FIELD_MISSING"
    status = 400
    shape = "record"
    message = "should contain either content or title"
    source = "docs/contract/around-a-record.md 2.1 (v8 page)"
    trigger = "v8: a note without content and title; before v8 a content is mandatory"

    def __init__(self, path: str = "$.data[0]") -> None:
        names = ("Note_Content", "Note_Title")
        super().__init__({"expected_fields": [{"api_name": name, "json_path": f"{path}.{name}"} for name in names]})
