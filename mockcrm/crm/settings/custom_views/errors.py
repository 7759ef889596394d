"""Errors of custom views."""

from __future__ import annotations

from mockcrm.core.errors.base import ZohoError
from mockcrm.core.errors.request import RequiredParamMissing
from mockcrm.core.versions import ApiVersion


class ViewDenied(ZohoError):
    """Raised when the user may not see, change or delete a custom view."""

    name = "VIEW_DENIED"
    code = "NO_PERMISSION"
    status = 403
    message = "permission denied"
    source = "docs/contract/mass-update-and-core.md 3.4 (official v2 SDKs: code; v8 pages)"
    trigger = (
        "a custom view that is not shared with the user; in v8 also changing a view of another user without "
        "being an administrator, or deleting a default view"
    )

    def details_in(self, version: ApiVersion) -> dict[str, object]:
        return {"permissions": []} if version.permission_errors_name_the_permission else {}


class ViewNameMissing(RequiredParamMissing):
    """Raised in v8 when a custom view is created without a name."""

    name = "VIEW_NAME_MISSING"
    message = "invalid data"
    source = "docs/contract/mass-update-and-core.md 3.4 (v8 pages)"
    trigger = "v8: creating a custom view without a name"

    @classmethod
    def sample(cls) -> ZohoError:
        return cls({"param_name": "name"})


class DuplicateView(ZohoError):
    """Raised in v8 when another custom view of the module has the same name."""

    name = "DUPLICATE_VIEW"
    code = "DUPLICATE_DATA"
    status = 400
    shape = "record"
    message = "duplicate data"
    source = "docs/contract/mass-update-and-core.md 3.4 (v8 pages)"
    trigger = "v8: a custom view with the name of another view of its module"


class InvalidViewValue(ZohoError):
    """Raised in v8 when the criteria, fields, sorting or sharing of a custom view are invalid."""

    name = "INVALID_VIEW_VALUE"
    code = "INVALID_DATA"
    status = 400
    shape = "record"
    message = "invalid data"
    source = "docs/contract/mass-update-and-core.md 3.4 (v8 pages: code; details assumed)"
    trigger = "v8: invalid criteria, fields, sorting or sharing of a custom view; details name the key"


class ViewNotDeleted(ZohoError):
    """Raised in v8 when a custom view to be deleted does not exist."""

    name = "VIEW_NOT_DELETED"
    code = "INVALID_DATA"
    status = 400
    shape = "record"
    message = "The provided CustomView is either invalid or already Deleted"
    source = "docs/contract/mass-update-and-core.md 3.4 (v8 pages)"
    trigger = "v8: deleting a custom view that does not exist"
