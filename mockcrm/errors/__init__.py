"""Every documented error: one class per row of the error tables, and CATALOGUE, which lists them.

A rule raises one of these; nothing else in the package makes an error answer of the emulated API.
Sources: S1 is the v2 reference page, S0 the article on mass update, V7 and V8 the pages of those versions,
SDK2 the tables inside the official v2 SDKs, PUB other public material; "assumed" where no document says it.
"""

from __future__ import annotations

from mockcrm.errors.base import (
    RecordError,
    RequestError,
    Shape,
    StatusProfile,
    ZohoError,
)
from mockcrm.errors.mass_update import (
    AlreadyScheduled,
    FeatureNotSupported,
    FieldEditDenied,
    FieldInLayoutRule,
    FieldInValidationRule,
    FieldNotAllowed,
    FieldNotInRecordModule,
    FieldNotVisible,
    IdsExcludeCvid,
    ImagePending,
    ImageRejected,
    InvalidCvid,
    InvalidRecordId,
    InvalidTerritoryId,
    InvalidValue,
    JobIdMissing,
    JobNotFound,
    LimitExceeded,
    MassUpdateDenied,
    MaxFieldLimit,
    NeitherIdsNorCvid,
    NoFieldFound,
    NoRecordAccess,
    NoRecordsFound,
    RecordConverted,
    RecordInBlueprint,
    RecordInMerge,
    RecordLocked,
    RecordNotApproved,
    ScheduleDenied,
    StatusDenied,
    StatusModuleInvalid,
    StopProcessing,
    TerritoryNotSupported,
    ViewNotAccessible,
)
from mockcrm.errors.metadata import (
    DuplicateView,
    InvalidPathId,
    InvalidViewValue,
    TerritoryNotEnabled,
    ViewDenied,
    ViewNameMissing,
    ViewNotDeleted,
)
from mockcrm.errors.records import (
    AlreadyModified,
    FieldMissing,
    InvalidRecordValue,
    ReadDenied,
    RecordIdMalformed,
    RecordNotDeleted,
    TooManyFields,
    TooManyRecords,
    WriteDenied,
)
from mockcrm.errors.request import (
    ApiLimitExceeded,
    ApiVersionUnknown,
    AuthenticationFailure,
    BodyTooLarge,
    InternalError,
    InvalidModule,
    InvalidParam,
    InvalidRequestMethod,
    InvalidToken,
    InvalidUrlPattern,
    MalformedRequest,
    MissingKey,
    ModuleNotInApi,
    ModuleNotSupported,
    NotInThisVersion,
    PatternNotMatched,
    RequiredParamMissing,
    ScopeMismatch,
    TooManyRequests,
    UnreadableBody,
    WrongType,
)

__all__ = [
    "CATALOGUE",
    "AlreadyModified",
    "AlreadyScheduled",
    "ApiLimitExceeded",
    "ApiVersionUnknown",
    "AuthenticationFailure",
    "BodyTooLarge",
    "DuplicateView",
    "FeatureNotSupported",
    "FieldEditDenied",
    "FieldInLayoutRule",
    "FieldInValidationRule",
    "FieldMissing",
    "FieldNotAllowed",
    "FieldNotInRecordModule",
    "FieldNotVisible",
    "IdsExcludeCvid",
    "ImagePending",
    "ImageRejected",
    "InternalError",
    "InvalidCvid",
    "InvalidModule",
    "InvalidParam",
    "InvalidPathId",
    "InvalidRecordId",
    "InvalidRecordValue",
    "InvalidRequestMethod",
    "InvalidTerritoryId",
    "InvalidToken",
    "InvalidUrlPattern",
    "InvalidValue",
    "InvalidViewValue",
    "JobIdMissing",
    "JobNotFound",
    "LimitExceeded",
    "MalformedRequest",
    "MassUpdateDenied",
    "MaxFieldLimit",
    "MissingKey",
    "ModuleNotInApi",
    "ModuleNotSupported",
    "NeitherIdsNorCvid",
    "NoFieldFound",
    "NoRecordAccess",
    "NoRecordsFound",
    "NotInThisVersion",
    "PatternNotMatched",
    "ReadDenied",
    "RecordConverted",
    "RecordError",
    "RecordIdMalformed",
    "RecordInBlueprint",
    "RecordInMerge",
    "RecordLocked",
    "RecordNotApproved",
    "RecordNotDeleted",
    "RequestError",
    "RequiredParamMissing",
    "ScheduleDenied",
    "ScopeMismatch",
    "Shape",
    "StatusDenied",
    "StatusModuleInvalid",
    "StatusProfile",
    "StopProcessing",
    "TerritoryNotEnabled",
    "TerritoryNotSupported",
    "TooManyFields",
    "TooManyRecords",
    "TooManyRequests",
    "UnreadableBody",
    "ViewDenied",
    "ViewNameMissing",
    "ViewNotAccessible",
    "ViewNotDeleted",
    "WriteDenied",
    "WrongType",
    "ZohoError",
    "find",
]


def _rows(base: type[ZohoError]) -> list[type[ZohoError]]:
    found: list[type[ZohoError]] = []
    for row in base.__subclasses__():
        if "name" in row.__dict__:
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
