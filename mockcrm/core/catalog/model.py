"""Modules, fields and views as value types, which the catalog, the fixtures and the rules share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from mockcrm.core.field_types import FIELD_TYPES, FieldType
from mockcrm.core.field_types.kinds import Kind
from mockcrm.core.versions import FIRST, LATEST, ApiVersion

# Fields that are columns of the record table, not part of its JSON document.
COLUMN_FIELDS = frozenset({"Owner", "Created_By", "Modified_By", "Created_Time", "Modified_Time"})

# Fields derived from the record's state (RecordState) at each read; they are not stored.
STATE_FIELDS = frozenset({"Converted__s", "Locked__s", "Record_Status__s"})


class AutoNumber(NamedTuple):
    """How the numbers of an auto-number field look: `prefix`, a number that counts from `start_number`, `suffix`."""

    prefix: str = ""
    suffix: str = ""
    start_number: int = 1


PLAIN_NUMBERS = AutoNumber()
PICK_LIST_VALUE_IDS = 500_000_000_000
"""First id of the pick list values: a thousand ids for each field (assumed; no other ids are that large)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a module, as settings/fields describes it.

    `id` is the last part of the field's id, which follows the org's prefix. `lookup` is the api_name of the target
    module of a lookup, None for every other type (and for a lookup whose target varies). `since` and `until` are the
    first and the last version that has the field. `ui_type`, `field_read_only`, `in_edit`, `in_create` and
    `in_quick_create` are None where they follow from the other keys; `in_view` says whether the page of a record shows
    the field. `auto_number` is the format of an auto-number. `type` is the row of `data_type`, `kind` how its values
    compare.
    """

    id: int
    api_name: str
    field_label: str
    data_type: str
    json_type: str
    length: int | None = None
    mass_update: bool = False
    system_mandatory: bool = False
    read_only: bool = False
    api_writable: bool = True
    custom: bool = False
    unique: bool = False
    lookup: str | None = None
    pick_list_values: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    decimal_place: int | None = None
    ui_type: int | None = None
    field_read_only: bool | None = None
    in_view: bool = True
    in_edit: bool | None = None
    in_create: bool | None = None
    in_quick_create: bool | None = None
    since: ApiVersion = FIRST
    until: ApiVersion = LATEST
    auto_number: AutoNumber = PLAIN_NUMBERS
    type: FieldType = field(init=False, repr=False, compare=False)
    kind: Kind = field(init=False, repr=False, compare=False)
    mass_updatable: bool = field(init=False, repr=False, compare=False)
    """Whether `mass_update` is true for the field: never for one that is unique or that cannot be edited (3.2)."""
    max_length: int | None = field(init=False, repr=False, compare=False)
    """The largest length of a text, or the digits of a number before its decimal point; None without a limit."""

    def __post_init__(self) -> None:
        """Look up the type. Raises KeyError for an unknown data_type."""
        found = FIELD_TYPES[self.data_type]
        found = found.by_json_type.get(self.json_type, found)
        object.__setattr__(self, "type", found)  # as the dataclass itself sets attributes of a frozen object
        object.__setattr__(self, "kind", found.kinds_by_json_type.get(self.json_type, found.kind))
        object.__setattr__(self, "mass_updatable", self.mass_update and not self.unique and self.editable)
        length, most = self.length or found.length, found.most_digits
        object.__setattr__(self, "max_length", length if most is None or length is None else min(length, most))

    @property
    def pick_list_ids(self) -> dict[int, str]:
        """The pick list values by the last parts of their ids."""
        first = PICK_LIST_VALUE_IDS + self.id * 1000
        return dict(enumerate(self.pick_list_values, first + 1))

    @property
    def unset(self) -> Any:
        """The value of a field that was never set: an empty list for tags, otherwise that of the type."""
        return [] if self.type.holds_tags else self.type.unset

    @property
    def lists_taxes(self) -> bool:
        """Whether it is the field Tax of products, whose values have a form of their own."""
        return self.api_name == "Tax" and self.type.has_pick_list and not self.custom

    def exists_in(self, version: ApiVersion) -> bool:
        """Return whether `version` has this field."""
        return self.since <= version <= self.until

    @property
    def writable(self) -> bool:
        """Whether a new record may have a value of the field."""
        return self.api_writable and not self.read_only

    @property
    def updatable(self) -> bool:
        """Whether the value of an existing record can be changed."""
        return self.writable and self.type.updatable

    @property
    def editable(self) -> bool:
        """Whether the form of an existing record has the field."""
        return self.updatable if self.in_edit is None else self.in_edit and self.updatable

    @property
    def creatable(self) -> bool:
        """Whether the form of a new record has the field."""
        return self.writable if self.in_create is None else self.in_create and self.writable

    @property
    def quick_creatable(self) -> bool:
        """Whether the short form of a new record has the field: by default it has what is mandatory."""
        in_form = self.system_mandatory if self.in_quick_create is None else self.in_quick_create
        return in_form and self.creatable

    @property
    def always_read_only(self) -> bool:
        """Whether `field_read_only` is true: by default it follows `read_only`, except of a computed value (as in
        recorded responses)."""
        if self.field_read_only is not None:
            return self.field_read_only
        return self.read_only and not self.type.computed

    @property
    def in_every_version(self) -> bool:
        """Whether every version has this field."""
        return self.since == FIRST and self.until == LATEST


@dataclass(frozen=True, slots=True)
class View:
    """A default custom view of a module. `criteria` is a tree as in docs/contract/mass-update-and-core.md 3.4, None for
    every record."""

    id: int
    name: str
    display_value: str
    system_name: str
    default: bool = False
    criteria: dict[str, object] | None = None
    sort_by: str | None = None
    sort_order: str | None = None


@dataclass(frozen=True)
class Module:
    """A module: `id` is the last part of its id, which follows the org's prefix. `mass_update_since` and
    `mass_update_until` are the first and the last version that can mass update it (None: no version); `max_fields` is
    the largest number of fields in one mass update."""

    id: int
    api_name: str
    singular_label: str
    plural_label: str
    module_name: str
    scope: str
    display_field: str
    upsert_key: str | None = None
    mass_update_since: ApiVersion | None = FIRST
    mass_update_until: ApiVersion = LATEST
    max_fields: int = 1
    territories: bool = False
    convertable: bool = False
    custom: bool = False
    pseudo: bool = False
    since: ApiVersion = FIRST
    until: ApiVersion = LATEST
    fields: tuple[Field, ...] = ()
    views: tuple[View, ...] = field(default=(), repr=False)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by api_name."""
        return {item.api_name: item for item in self.fields}

    def exists_in(self, version: ApiVersion) -> bool:
        """Return whether `version` has this module."""
        return self.since <= version <= self.until

    def mass_updatable_in(self, version: ApiVersion) -> bool:
        """Return whether `version` can mass update this module."""
        return self.mass_update_since is not None and self.mass_update_since <= version <= self.mass_update_until
