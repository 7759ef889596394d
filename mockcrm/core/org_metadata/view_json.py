"""The JSON of custom views, in lists and alone, and of their criteria (docs/contract/mass-update-and-core.md 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockcrm.core.clock import iso
from mockcrm.core.org_metadata.model import CustomView, OrgMetadata, OrgModule, User
from mockcrm.core.org_metadata.users import user_reference
from mockcrm.core.versions import ApiVersion

COLUMNS = (
    "Company",
    "Account_Name",
    "Email",
    "Phone",
    "Lead_Source",
    "Stage",
    "Amount",
    "Closing_Date",
    "Status",
    "Due_Date",
    "Priority",
    "Website",
    "Grand_Total",
)
"""The default columns of a view besides the record's name and owner: the first four of these that the module has
(assumed)."""


def default_view(metadata: OrgMetadata, module: str) -> CustomView | None:
    """Return the default view of a module, None if it has none."""
    return next((view for view in metadata.views_of(module) if view.default), None)


def default_columns(module: OrgModule, version: ApiVersion) -> list[str]:
    """Return the columns of a view without `fields`."""
    available = [name for name in COLUMNS if name in module.fields and module.fields[name].exists_in(version)]
    columns = [
        module.definition.display_field,
        *(name for name in available if name != module.definition.display_field),
    ][:5]
    return [*columns, "Owner"] if "Owner" in module.fields else columns


def maker_of(view: CustomView) -> int | None:
    """Return the id of the user who created a view; None for the views that every org has."""
    made_by: int | None = view.extra.get("created_by")
    return made_by


def access_type(view: CustomView) -> str:
    """Return `public`, `only_to_me` (only its author) or `shared`."""
    if view.shared_with is None:
        return "public"
    return "only_to_me" if view.shared_with <= {maker_of(view)} else "shared"


def category(view: CustomView, user: User) -> str:
    """Return the category in which the user finds the view."""
    if view.shared_with is None:
        return "public_views"
    if not view.open_to(user.id):
        return "other_users_views"
    return "created_by_me" if maker_of(view) == user.id else "shared_with_me"


class ViewItems:
    """Makes the JSON of custom views, for one version and user."""

    def __init__(self, metadata: OrgMetadata, version: ApiVersion, user: User) -> None:
        self._metadata = metadata
        self._version = version
        self._user = user

    def list_item(self, view: CustomView) -> dict[str, Any]:
        """Return the JSON of a view in the list."""
        item: dict[str, Any] = {
            "id": str(view.id),
            "name": view.name,
            "display_value": view.display_value,
            "system_name": view.system_name,
            "system_defined": view.system_defined,
            "default": view.default,
            "category": category(view, self._user),
            "favorite": None,
            "offline": True,
            "shared_type": access_type(view),
            "shared_details": self._shared_to(view) or None,
        }
        if self._version.views_have_later_form:
            item |= {
                "created_time": self._time(view, "created_time"),
                "created_by": user_reference(self._metadata, maker_of(view)),
                "modified_time": self._time(view, "modified_time"),
                "modified_by": user_reference(self._metadata, view.extra.get("modified_by")),
                "last_accessed_time": None,
                "access_type": access_type(view),
                "locked": False,
            }
        return item

    def whole(self, view: CustomView) -> dict[str, Any]:
        """Return the JSON of a view with its criteria, columns and sort order."""
        module = self._metadata.modules[view.module]
        columns = list(view.extra.get("fields") or default_columns(module, self._version))
        later = self._version.views_have_later_form
        sort_by: object = view.sort_by
        if view.sort_by is not None and self._version.has_later_metadata:
            sort_by = _field(module, view.sort_by)
        item = self.list_item(view) | {
            "criteria": criteria_json(view.criteria, module, self._version),
            "fields": [{**_field(module, name), "_pin": False} for name in columns] if later else columns,
            "sort_by": sort_by,
            "sort_order": view.sort_order,
        }
        if later:
            item["shared_to"] = self._shared_to(view)
        return item

    def _shared_to(self, view: CustomView) -> list[dict[str, Any]]:
        users = (view.shared_with or frozenset()) - {maker_of(view)}
        return [
            {**(user_reference(self._metadata, user) or {}), "type": "users", "subordinates": False}
            for user in sorted(user for user in users if user is not None)
        ]

    def _time(self, view: CustomView, key: str) -> str | None:
        seconds = view.extra.get(key)
        return None if seconds is None else iso(seconds, self._metadata.org.offset)


def _field(module: OrgModule, name: str) -> dict[str, Any]:
    field = module.fields.get(name)
    return {"api_name": name, "id": None if field is None else str(module.base + field.id)}


def criteria_json(tree: Mapping[str, Any] | None, module: OrgModule, version: ApiVersion) -> dict[str, Any] | None:
    """Return criteria in the form of `version`; `tree` may have the form of any version. None stays None."""
    if tree is None:
        return None
    by_object = version.criteria_name_fields_by_object
    if "group" in tree:
        operator = str(tree["group_operator"])
        return {
            "group_operator": operator.upper() if version.group_operators_in_capitals else operator.lower(),
            "group": [criteria_json(member, module, version) for member in tree["group"]],
        }
    field = tree["field"]
    name = field["api_name"] if isinstance(field, Mapping) else field
    if not by_object:
        return {"comparator": tree["comparator"], "field": name, "value": tree["value"]}
    return {
        "comparator": tree["comparator"],
        "field": _field(module, name),
        "type": "value",
        "value": tree["value"],
    }
