"""Validating the value of a field and converting it to its stored form.

`to_stored` returns the value as it is in the record's document: text as text, numbers as JSON numbers, bigint as a
string of digits, lookups as {"id"}, multi-selects as lists without duplicates. InvalidFieldValue carries the details
of the error item; the caller chooses the error class. See docs/contract/mass-update-and-core.md 4.1 and 4.6.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockcrm.core.versions import ApiVersion

if TYPE_CHECKING:  # a field has a type, and that has a check, which raises InvalidFieldValue
    from mockcrm.core.catalog.model import Field


class InvalidFieldValue(Exception):
    """The value is invalid for its field. `details` are those of the error item without api_name and json_path."""

    def __init__(self, details: dict[str, object]) -> None:
        super().__init__(details)
        self.details = details


@dataclass(frozen=True, slots=True)
class ValueContext:
    """What validation depends on besides the field: the API version, the ids of the org's users, whether picklists
    accept only listed values, and the org's time zone in seconds east of UTC, in which times are stored and shown."""

    version: ApiVersion
    users: Container[int] = ()
    strict_picklists: bool = False
    offset: int = 0


def to_stored(field: Field, value: Any, context: ValueContext) -> Any:
    """Return the value in its stored form; None clears the field. Raises InvalidFieldValue."""
    if value is None:
        if field.system_mandatory:
            raise wrong_type(field, context)
        return None
    if field.api_name == "Tag":
        return _tags(value)
    return field.type.check(field, value, context)


def expected_type_name(field: Field, version: ApiVersion) -> str:
    """Return the name of the field's type in `expected_data_type` (4.6)."""
    word = field.type.expected_type
    if not version.double_types_have_own_words:
        word = field.type.expected_type_in_v2 or word
    if word is not None:
        return word
    return field.json_type if field.json_type.startswith("json") else "text"


def wrong_type(field: Field, context: ValueContext) -> InvalidFieldValue:
    """Return the error for a value that is not of the field's type."""
    return InvalidFieldValue({"expected_data_type": expected_type_name(field, context.version)})


def _tags(value: Any) -> list[dict[str, str]]:
    # Tag has the type text, but its JSON is an array of {"name"}; plain names are accepted too (assumed).
    names: list[Any] = [None]
    if isinstance(value, list):
        names = [tag.get("name") if isinstance(tag, dict) else tag for tag in value]
    if not all(isinstance(name, str) and "\0" not in name for name in names):
        raise InvalidFieldValue({"expected_data_type": "jsonarray"})
    return [{"name": name} for name in dict.fromkeys(names)]
