"""Errors that several metadata endpoints share."""

from __future__ import annotations

from mockcrm.core.errors.base import StatusProfile, ZohoError
from mockcrm.core.versions import ApiVersion


class InvalidPathId(ZohoError):
    """Raised when an id in the path of a metadata request does not exist."""

    name = "INVALID_PATH_ID"
    code = "INVALID_DATA"
    status = 400
    message = "the id given seems to be invalid"
    source = "docs/contract/mass-update-and-core.md 3 (v8 pages; assumed for v2)"
    trigger = (
        "an id in the path that is not the id of a field, layout, view, related list, territory, profile, role or user"
    )

    def __init__(self, index: int = 2, v8_message: str | None = None) -> None:
        super().__init__()
        self._index = index
        self._in_v8 = v8_message or self.message

    def message_in(self, version: ApiVersion) -> str:
        return self._in_v8 if version.has_texts_of_v8 else self.message

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": self._index} if version.module_errors_name_path_index else {}


class TerritoryNotEnabled(ZohoError):
    """Raised when territories are requested in an org without territories."""

    name = code = "TERRITORY_NOT_ENABLED"
    status = 403
    message = "the territory feature is not enabled"
    source = "docs/contract/mass-update-and-core.md 3.6 (v7 page: code and status; v8 page: texts, FEATURE_NOT_ENABLED)"
    trigger = "territories of an org that has none, after v2"

    def code_in(self, version: ApiVersion) -> str:
        return "FEATURE_NOT_ENABLED" if version.territories_off_is_feature_error else self.code

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return 400 if version.territories_off_is_feature_error else self.status

    def message_in(self, version: ApiVersion) -> str:
        return "Territory Management is not enabled" if version.territories_off_is_feature_error else self.message
