"""Errors of selecting the records of a mass action: by ids or by view, with their limits.

Row numbers are those of the error table in docs/contract/mass-update-and-core.md 2.2.
"""

from __future__ import annotations

from mockcrm.core.errors.base import RequestError, Shape, StatusProfile, ZohoError, article_status
from mockcrm.core.versions import ApiVersion


class _ViewRequest(RequestError):
    """An error about the view or territory, which v8 returns at top level instead of in data[] (2.2)."""

    def shape_in(self, version: ApiVersion) -> Shape:
        return "top" if version.view_errors_are_top_level else "data"


class InvalidCvid(_ViewRequest):
    """Raised when the cvid is not the id of a custom view."""

    name = "INVALID_CVID"
    code = "INVALID_DATA"
    message = "The id given seems to be invalid"
    source = "docs/contract/mass-update-and-core.md 2.2, row 7 (v2 reference page; v8 page: its text)"
    trigger = "a cvid that is not the id of a custom view"

    def __init__(self) -> None:
        super().__init__({"api_name": "cvid"}, path="$.cvid")

    def message_in(self, version: ApiVersion) -> str:
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
        return article_status(200, version.already_scheduled_status, version, profile)

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return self.details if version.has_texts_of_v8 else super().details_in(version)


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
        return article_status(200, 400, version, profile)


class NoRecordsFound(_ViewRequest):
    """Raised when the view has no records to update."""

    name = code = "NO_RECORDS_FOUND"
    message = "no record found to update"
    source = "docs/contract/mass-update-and-core.md 2.2, row 15 (v2 reference page)"
    trigger = "no record in the view (or in the part of it in the territory)"


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


class FeatureNotSupported(ZohoError):
    """Raised when the org's edition has no mass update by view."""

    name = code = "FEATURE_NOT_SUPPORTED"
    status = 403
    message = "Scheduled Mass Operation feature is not available in your edition"
    source = "docs/contract/mass-update-and-core.md 2.1 (official v2 SDKs: text; v8 page: 400)"
    trigger = "a cvid in an edition below enterprise"

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return version.edition_error_status
