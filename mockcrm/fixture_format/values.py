"""Validating the values that a fixture gives to a record's fields, and converting them to the stored form.

Lookups are stored as {"id": digits}, big integers as strings of digits, times in the org's time zone, other values as
they are written. A picklist accepts values that are not in its list, as the API does
(docs/contract/mass-update-and-core.md 4.1).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from mockcrm.core.catalog.model import COLUMN_FIELDS, STATE_FIELDS, Field
from mockcrm.core.clock import in_zone
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.fixture_format.errors import FixtureError, shown, unknown


class Ids(dict[str, int]):
    """Ids by name; entries are only added. Looks up ids quickly as well as names."""

    _ids: frozenset[int] = frozenset()
    _counted = 0

    def has(self, number: int) -> bool:
        """Return whether one of the names has that id."""
        if len(self) != self._counted:
            self._ids, self._counted = frozenset(self.values()), len(self)
        return number in self._ids


Users = Ids
"""Ids of users by email in lower case."""

Converter = Callable[[Any, str, Users], Any]
"""Converts a value, given its path and the users, to the stored form; raises FixtureError for another type."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_BIG = re.compile(r"-?\d{1,19}", re.ASCII)

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
    field = module.fields.get(name)
    if field is None:
        raise FixtureError(where, unknown(f"field of {module.api_name}", name, module.fields))
    if name in _ELSEWHERE:
        raise FixtureError(where, _ELSEWHERE[name])
    if name in STATE_FIELDS:
        raise FixtureError(where, "expected the key `state` beside `fields`")
    if name in COLUMN_FIELDS or field.data_type in ("layout", "territories"):
        raise FixtureError(where, f"{name} has no value of its own")
    return field


def stored_value(field: Field, value: Any, where: str, users: Users, offset: int) -> Any:
    """Return `value` in its stored form, times at `offset` seconds east of UTC; null clears any field. Raises
    FixtureError when the value has another type."""
    if value is None:
        return None
    if field.data_type == "datetime":
        return _datetime(value, where, offset)
    if field.api_name == "Tag":
        return _tags(value, where)
    convert: Converter = _CONVERTERS.get(field.data_type, _text)
    return convert(value, where, users)


def _refuse(expected: str, value: Any, where: str) -> FixtureError:
    return FixtureError(where, f"expected {expected}, got {shown(value)}")


def _text(value: Any, where: str, _: Users) -> str:
    if not isinstance(value, str):
        raise _refuse("text", value, where)
    return value


def _boolean(value: Any, where: str, _: Users) -> bool:
    if not isinstance(value, bool):
        raise _refuse("true or false", value, where)
    return value


def _integer(value: Any, where: str, _: Users) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise _refuse("a whole number", value, where)
    return value


def _big(value: Any, where: str, _: Users) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or _BIG.fullmatch(text) is None:
        raise _refuse("a whole number of at most 19 digits", value, where)
    return text


def _number(value: Any, where: str, _: Users) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refuse("a number", value, where)
    return value


def _formula(value: Any, where: str, users: Users) -> Any:
    # A formula may return a number, a text or a boolean.
    return value if isinstance(value, str | bool) else _number(value, where, users)


def _date(value: Any, where: str, _: Users) -> str:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise _refuse("a date like 2024-01-15", value, where)


def _datetime(value: Any, where: str, offset: int) -> str:
    try:
        if isinstance(value, str) and _DATETIME.fullmatch(value):
            return in_zone(value, offset)
    except (ValueError, OverflowError):
        pass
    raise _refuse("a time like 2024-01-15T10:30:00+05:30", value, where)


def _lookup(value: Any, where: str, _: Users) -> dict[str, str]:
    given = value.get("id") if isinstance(value, dict) and value.keys() <= {"id", "name"} else value
    number = parse_id(given)
    if number is None:
        raise _refuse('the id of a record, as digits or as {"id": digits}', value, where)
    return {"id": str(number)}


def _user(value: Any, where: str, users: Users) -> dict[str, str]:
    given = value.get("id") if isinstance(value, dict) and value.keys() <= {"id", "name", "email"} else value
    number = users.get(given.lower()) if isinstance(given, str) and "@" in given else parse_id(given)
    if number is None or not users.has(number):
        raise _refuse("the email or id of a user", value, where)
    return {"id": str(number)}


def _list_of(convert: Converter) -> Converter:
    def convert_all(value: Any, where: str, users: Users) -> list[Any]:
        if not isinstance(value, list):
            raise _refuse("a list", value, where)
        return [convert(item, f"{where}[{index}]", users) for index, item in enumerate(value)]

    return convert_all


def _object(value: Any, where: str, _: Users) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refuse("a mapping", value, where)
    return value


def _anything(value: Any, _where: str, _: Users) -> Any:
    return value


def _tags(value: Any, where: str) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise _refuse("a list of tags", value, where)
    tags = []
    for index, item in enumerate(value):
        tag = {"name": item} if isinstance(item, str) else item
        if not isinstance(tag, dict) or not isinstance(tag.get("name"), str):
            raise _refuse("the name of a tag", item, f"{where}[{index}]")
        tags.append(tag)
    return tags


_CONVERTERS: Mapping[str, Converter] = {
    "boolean": _boolean,
    "integer": _integer,
    "bigint": _big,
    "long": _big,
    "currency": _number,
    "double": _number,
    "percent": _number,
    "formula": _formula,
    "rollup_summary": _number,
    "date": _date,
    "lookup": _lookup,
    "multimodulelookup": _lookup,
    "consent_lookup": _lookup,
    "ownerlookup": _user,
    "userlookup": _user,
    "multiselectlookup": _list_of(_lookup),
    "multiuserlookup": _list_of(_user),
    "multiselectpicklist": _list_of(_text),
    "subform": _list_of(_object),
    "participants": _list_of(_object),
    "fileupload": _list_of(_anything),
    "imageupload": _list_of(_anything),
    "multireminder": _list_of(_anything),
    "ALARM": _object,
    "RRULE": _object,
}
