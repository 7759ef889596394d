"""Validating the value of a field and converting it to its stored form.

`to_stored` returns the value as it is in the record's document: text as text, numbers as JSON numbers, bigint as a
string of digits, lookups as {"id"}, multi-selects as lists without duplicates. InvalidFieldValue carries the details
of the error item; the caller chooses the error class. See docs/contract/mass-update-and-core.md 4.1 and 4.6.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mockcrm.core.versions import ApiVersion

if TYPE_CHECKING:  # a field has a type, and that has a check, which raises InvalidFieldValue
    from mockcrm.core.catalog.model import Field
    from mockcrm.core.org_metadata.model import OrgMetadata
    from mockcrm.core.org_settings import OrgOptions


class InvalidFieldValue(Exception):
    """The value is invalid for its field. `details` are those of the error item without api_name and json_path.

    If a part of a structured value is invalid, `path` leads to it from the value of the field, such as `[0].unit`, and
    `api_name` is the name of its key; otherwise that is None, and the error names the field.
    """

    def __init__(self, details: dict[str, object], *, path: str = "", api_name: str | None = None) -> None:
        super().__init__(details)
        self.details = details
        self.path = path
        self.api_name = api_name

    def details_for(self, name: str) -> dict[str, object]:
        """Return the details of the error item of the field `name`."""
        return {**self.details, "api_name": self.api_name or name}


class EmptyMandatoryField(InvalidFieldValue):
    """The value would empty a system-mandatory field."""


WrongTypeLength = Literal["by_version", "always", "when_too_long"]
"""When the error for a value of the wrong type names the length of the field too (4.6)."""


@dataclass(frozen=True, slots=True)
class ValueContext:
    """What validation depends on besides the field: the API version, the ids of the org's users, whether picklists
    accept only listed values, and the org's time zone in seconds east of UTC, in which times are stored and shown.
    `wrong_type_length` and `refuse_computed` are settings of the org."""

    version: ApiVersion
    users: Container[int] = ()
    strict_picklists: bool = False
    offset: int = 0
    wrong_type_length: WrongTypeLength = "by_version"
    refuse_computed: bool = False

    @classmethod
    def of(cls, version: ApiVersion, metadata: OrgMetadata, settings: OrgOptions) -> ValueContext:
        """Return the context of a request to an org with these settings."""
        return cls(
            version,
            metadata.users,
            settings.strict_picklists,
            metadata.org.offset,
            settings.wrong_type_length,
            settings.computed_values == "refused",
        )

    @property
    def always_shows_length(self) -> bool:
        """Whether the error for a wrong type names the length even if the value is not too long."""
        if self.wrong_type_length == "by_version":
            return self.version.wrong_numbers_show_length
        return self.wrong_type_length == "always"


def to_stored(field: Field, value: Any, context: ValueContext) -> Any:
    """Return the value in its stored form; None clears the field, and an empty text clears one that holds text. Raises
    InvalidFieldValue."""
    if value is None or (value == "" and field.type.empty_text_clears):
        if field.system_mandatory:
            raise EmptyMandatoryField(wrong_type(field, context).details)
        return None
    return field.type.check(field, value, context)


def expected_type_name(field: Field, version: ApiVersion) -> str:
    """Return the name of the field's type in `expected_data_type` (4.6)."""
    word = field.type.expected_type
    if not version.double_types_have_own_words:
        word = field.type.expected_type_in_v2 or word
    if word is not None:
        return word
    return field.json_type if field.json_type.startswith("json") else "text"


def wrong_type(field: Field, context: ValueContext, value: object = None) -> InvalidFieldValue:
    """Return the error for a value that is not of the field's type. It names the length too if the value is a text
    that is longer, and for numbers and dates in v2 always (4.6)."""
    details: dict[str, object] = {"expected_data_type": expected_type_name(field, context.version)}
    row, most = field.type, field.max_length
    if most is None or not (row.length_with_type or row.empty_text_clears):
        return InvalidFieldValue(details)
    if (row.length_with_type and context.always_shows_length) or (isinstance(value, str) and len(value) > most):
        details["maximum_length"] = most
    return InvalidFieldValue(details)
