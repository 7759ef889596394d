"""Which fields a fixture may give values to, and the values in their stored form (converted by the field's type,
mockcrm/core/field_types/fixture_values.py)."""

from __future__ import annotations

from typing import Any

from mockcrm.core.catalog.model import COLUMN_FIELDS, STATE_FIELDS, Field
from mockcrm.core.field_types import Storage
from mockcrm.core.field_types.fixture_values import FixtureContext, UnexpectedValue
from mockcrm.core.org_metadata.model import SE_MODULE, OrgModule
from mockcrm.fixture_format.errors import FixtureError, show, unknown


class Ids(dict[str, int]):
    """Ids by name; entries are only added. Looks up ids quickly as well as names."""

    _ids: frozenset[int] = frozenset()
    _counted = 0

    def has(self, given: int) -> bool:
        """Return whether one of the names has that id."""
        if len(self) != self._counted:
            self._ids, self._counted = frozenset(self.values()), len(self)
        return given in self._ids


Users = Ids
"""Ids of users by email in lower case."""

_ELSEWHERE = {
    "Owner": "expected the key `owner` beside `fields`",
    "Created_By": "expected the key `created` beside `fields`",
    "Created_Time": "expected the key `created` beside `fields`",
    "Modified_By": "expected the key `modified` beside `fields`",
    "Modified_Time": "expected the key `modified` beside `fields`",
    "id": "expected the key `id` beside `fields`",
    "Territories": "expected the key `territories` beside `fields`",
}


def document_field(module: OrgModule, name: str, where: str) -> Field:
    """Return the document field with that name. Raises FixtureError, which says where the value of another field
    belongs."""
    if name == SE_MODULE.api_name and module.has_related_module:
        return SE_MODULE
    field = module.fields.get(name)
    if field is None:
        raise FixtureError(where, unknown(f"field of {module.api_name}", name, module.fields))
    if name in _ELSEWHERE:
        raise FixtureError(where, _ELSEWHERE[name])
    if name in STATE_FIELDS:
        raise FixtureError(where, "expected the key `state` beside `fields`")
    if name in COLUMN_FIELDS or field.type.storage is not Storage.DOCUMENT:
        raise FixtureError(where, f"{name} has no value of its own")
    return field


def stored_value(field: Field, value: Any, where: str, users: Users, offset: int) -> Any:
    """Return `value` in its stored form, times at `offset` seconds east of UTC; null clears any field. Raises
    FixtureError when the value has another type."""
    if value is None:
        return None
    try:
        return field.type.from_fixture(value, FixtureContext(users, offset))
    except UnexpectedValue as error:
        raise _refuse(error.expected, error.value, where + error.path) from None


def _refuse(expected: str, value: Any, where: str) -> FixtureError:
    return FixtureError(where, f"expected {expected}, got {show(value)}")
