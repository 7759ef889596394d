"""Errors of the metadata endpoints: ids in the path, territories, custom views (contract 3)."""

from __future__ import annotations

from mockcrm.core.errors.base import StatusProfile, ZohoError
from mockcrm.core.errors.request import RequiredParamMissing
from mockcrm.core.versions import ApiVersion


class InvalidPathId(ZohoError):
    name = "INVALID_PATH_ID"
    code = "INVALID_DATA"
    status = 400
    message = "the id given seems to be invalid"
    source = "V8; v2 assumed"
    trigger = "a field, layout, view, related list, territory, profile, role or user that does not exist, by its id"

    def __init__(self, index: int = 2) -> None:
        super().__init__()
        self._index = index

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"resource_path_index": self._index} if version.module_errors_name_path_index else {}


class TerritoryNotEnabled(ZohoError):
    name = code = "TERRITORY_NOT_ENABLED"
    status = 403
    message = "the territory feature is not enabled"
    source = "V7 (code, status), V8 (texts, FEATURE_NOT_ENABLED)"
    trigger = "territories of an org that has none, after v2"

    def code_in(self, version: ApiVersion) -> str:
        return "FEATURE_NOT_ENABLED" if version.territories_off_is_feature_error else self.code

    def status_in(self, version: ApiVersion, profile: StatusProfile) -> int:
        return 400 if version.territories_off_is_feature_error else self.status

    def text(self, version: ApiVersion) -> str:
        return "Territory Management is not enabled" if version.territories_off_is_feature_error else self.message


class ViewDenied(ZohoError):
    name = "VIEW_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "permission denied"
    source = "SDK2 (code), V8"
    trigger = (
        "a custom view that is not shared with the user; from v8 on changing one without being its maker or an "
        "administrator, or deleting one that is the system's"
    )

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"permissions": []} if version.permission_errors_name_the_permission else {}


class ViewNameMissing(RequiredParamMissing):
    name = "VIEW_NAME_MISSING"
    message = "invalid data"
    source = "V8"
    trigger = "v8: a custom view to be created without a name"

    @classmethod
    def sample(cls) -> ZohoError:
        return cls({"param_name": "name"})


class DuplicateView(ZohoError):
    name = "DUPLICATE_VIEW"
    code = "DUPLICATE_DATA"
    status = 400
    shape = "record"
    message = "duplicate data"
    source = "V8"
    trigger = "v8: a custom view named like another one of its module"


class InvalidViewValue(ZohoError):
    name = "INVALID_VIEW_VALUE"
    code = "INVALID_DATA"
    status = 400
    shape = "record"
    message = "invalid data"
    source = "V8 (code); details assumed"
    trigger = "v8: criteria, fields, sorting or sharing of a custom view that cannot be; details say where"


class ViewNotDeleted(ZohoError):
    name = "VIEW_NOT_DELETED"
    code = "INVALID_DATA"
    status = 400
    shape = "record"
    message = "The provided CustomView is either invalid or already Deleted"
    source = "V8"
    trigger = "v8: deleting a custom view that does not exist"
