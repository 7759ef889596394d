"""A custom view in a request body (v8): validated against the module and the org, and converted to its stored form.

The keys used are name, criteria, fields, sort_by, sort_order, and access_type with shared_to (only users). Other keys
of the service's responses are ignored, except cross_filters, which are rejected because they would change what the view
selects (assumed).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockcrm.core.criteria import CriteriaError, parse_criteria
from mockcrm.core.criteria.tree import MAX_DEPTH
from mockcrm.core.errors import ZohoError
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule, User
from mockcrm.crm.settings.custom_views import errors

MAX_COLUMNS = 50
MAX_NAME = 100
ACCESS_TYPES = ("public", "only_to_me", "shared")
SORT_ORDERS = ("asc", "desc")


class ViewBody:
    """One item of `custom_views`; `where` is its JSON path. Its methods raise InvalidViewValue."""

    def __init__(
        self, metadata: OrgMetadata, module: OrgModule, maker: User, item: Mapping[str, Any], where: str
    ) -> None:
        self._metadata = metadata
        self._module = module
        self._maker = maker
        self._item = item
        self._where = where

    @property
    def name(self) -> str | None:
        """The name of the view, None if missing or empty."""
        name = self._item.get("name")
        if name is None or name == "":
            return None
        if not isinstance(name, str):
            raise self._invalid("name", expected_data_type="text")
        if len(name) > MAX_NAME:
            raise self._invalid("name", maximum_length=MAX_NAME)
        return name.strip() or None

    def definition(self) -> dict[str, Any]:
        """Return the stored form of the keys that the item has."""
        if self._item.get("cross_filters"):
            raise self._invalid("cross_filters")
        readers = {
            "criteria": self._criteria,
            "fields": self._fields,
            "sort_by": self._sort_by,
            "sort_order": self._sort_order,
        }
        found: dict[str, Any] = {key: read(self._item[key]) for key, read in readers.items() if key in self._item}
        if "access_type" in self._item or "shared_to" in self._item:
            found["shared_with"] = self._shared_with()
        return found

    def _invalid(self, key: str, where: str | None = None, **details: object) -> ZohoError:
        path = f"{self._where}.{where or key}"
        return errors.InvalidViewValue({**details, "api_name": key}, path=path)

    def _criteria(self, tree: object) -> dict[str, object] | None:
        if tree is None:
            return None
        try:
            return parse_criteria(self._by_name(tree), self._module.fields).to_json()
        except CriteriaError as error:
            raise self._invalid(error.key, error.where) from error

    def _by_name(self, tree: object, depth: int = 0) -> object:
        """Return the criteria with the api_names of fields that are given only by id. Parts nested too deeply are not
        changed; `parse_criteria` rejects them."""
        if not isinstance(tree, dict) or depth > MAX_DEPTH:
            return tree
        if isinstance(tree.get("group"), list):
            return {**tree, "group": [self._by_name(member, depth + 1) for member in tree["group"]]}
        field = tree.get("field")
        if isinstance(field, dict) and "api_name" not in field:
            return {**tree, "field": self._field_name(field)}
        return tree

    def _field_name(self, value: object) -> str | None:
        """Return the api_name of a field given as an object with api_name or id, or as a string; None if unknown."""
        name = value
        if isinstance(value, dict):
            name = value.get("api_name")
            field_id = parse_id(value.get("id"))
            if name is None and field_id is not None:
                ids = {self._module.base + field.id: field.api_name for field in self._module.definition.fields}
                name = ids.get(field_id)
        return name if isinstance(name, str) and name in self._module.fields else None

    def _fields(self, value: object) -> list[str] | None:
        if value is None:
            return None
        if not isinstance(value, list):
            raise self._invalid("fields", expected_data_type="jsonarray")
        if not 1 <= len(value) <= MAX_COLUMNS:
            raise self._invalid("fields", maximum_length=MAX_COLUMNS)
        names = []
        for index, item in enumerate(value):
            name = self._field_name(item)
            if name is None:
                raise self._invalid("fields", f"fields[{index}]")
            names.append(name)
        return names

    def _sort_by(self, value: object) -> str | None:
        if value is None:
            return None
        name = self._field_name(value)
        if name is None:
            raise self._invalid("sort_by")
        return name

    def _sort_order(self, value: object) -> str | None:
        if value is not None and value not in SORT_ORDERS:
            raise self._invalid("sort_order", supported_values=list(SORT_ORDERS))
        return None if value is None else str(value)

    def _shared_with(self) -> list[int] | None:
        """Return the ids of the users who may use the view, always including its author; None for everyone."""
        shared_to = self._item.get("shared_to")
        access = self._item.get("access_type") or ("shared" if shared_to else "public")
        if access not in ACCESS_TYPES:
            raise self._invalid("access_type", supported_values=list(ACCESS_TYPES))
        if access == "public":
            return None
        users = {self._maker.id}
        if access == "shared":
            if not isinstance(shared_to, list) or not shared_to:
                raise self._invalid("shared_to", expected_data_type="jsonarray")
            users.update(self._shared_user(entry, index) for index, entry in enumerate(shared_to))
        return sorted(users)

    def _shared_user(self, entry: object, index: int) -> int:
        where = f"shared_to[{index}]"
        if not isinstance(entry, dict):
            raise self._invalid("shared_to", where, expected_data_type="jsonobject")
        # Only users can be listed: orgs store no groups or territories of users, and a role's users could change.
        if entry.get("type", "users") != "users":
            raise self._invalid("type", f"{where}.type", supported_values=["users"])
        user_id = parse_id(entry.get("id"))
        if user_id is None or user_id not in self._metadata.users:
            raise self._invalid("id", f"{where}.id")
        return user_id
