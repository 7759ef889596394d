"""What the server knows about a field type: one row of FIELD_TYPES (table.py).

The columns are functions, flags and words, so that other code reads `field.type` and never compares names of types.
Every column has to be given: a new row that lacks one fails when it is constructed. Most rows are written as `replace`
of a similar type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from mockcrm.core.field_types.fixture_values import ConvertFixtureValue
from mockcrm.core.field_types.kinds import Kind

if TYPE_CHECKING:  # they have fields, which have a type
    from mockcrm.core.catalog.model import Field
    from mockcrm.core.field_values import ValueContext
    from mockcrm.core.org_metadata.field_json import FieldItems
    from mockcrm.core.org_metadata.model import OrgModule, User

    CheckValue = Callable[[Field, Any, ValueContext], Any]
    ShowValue = Callable[[Any, Mapping[int, str | None], Mapping[int, User]], Any]
    DescribeField = Callable[[FieldItems, Field], dict[str, Any]]
    NameOfModule = Callable[[OrgModule, Field], str]
    NameOfRelatedList = Callable[[Field], str]


class MassUpdate(Enum):
    """Whether fields of the type can be mass updated."""

    ALLOWED = auto()
    """Custom fields can, unless they are unique or read-only or their own flag is false."""
    BY_FLAG = auto()
    """Only fields whose own flag is true can."""
    NEVER = auto()
    """They cannot, even if their own flag is true."""


class Storage(Enum):
    """Where the value of a field is stored, unless it is a column of the record table (COLUMN_FIELDS)."""

    DOCUMENT = auto()
    """In the record's JSON document."""
    TERRITORIES = auto()
    """In the table of the territories of records."""
    MODULE = auto()
    """Nowhere: it is the same for every record of a module."""


class LayoutSection(Enum):
    """The section of a layout that shows a field."""

    MAIN = auto()
    """The module's main section, or its address section."""
    DESCRIPTION = auto()
    OWN = auto()
    """A section with this field alone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FieldType:
    """One field type. `name` is its name in `data_type`."""

    name: str

    # -- a custom field, as a fixture defines it -------------------------------------------------------------------

    json_type: str
    length: int | None
    """The json_type of the type's custom fields, and their length unless the fixture gives one."""
    read_only: bool
    """Whether custom fields are read-only unless the fixture says otherwise."""
    computed: bool
    """Whether the service computes the values, so that no write can set them."""
    updatable: bool
    """Whether a value can be changed once the record exists."""
    mass_update: MassUpdate
    has_pick_list: bool
    """Whether a field has `pick_list_values`."""
    has_target: bool
    """Whether `lookup` may name a module."""
    needs_target: bool
    """Whether a custom field has to name a module in `lookup`."""
    by_json_type: Mapping[str, FieldType]
    """The row of fields with one of these json_types, in place of this one."""

    # -- values ----------------------------------------------------------------------------------------------------

    check: CheckValue
    """Returns a value of a request in its stored form; raises InvalidFieldValue (values.py). It is not called for
    null."""
    expected_type: str | None
    """The word in `expected_data_type`; None for the field's json_type, or `text` if that is not a JSON structure."""
    expected_type_in_v2: str | None
    """The word that v2 uses instead (4.6); None if it is the same."""
    empty_text_clears: bool
    """Whether an empty text empties the field, as null does."""
    length_with_type: bool
    """Whether the error for a value of the wrong type names the length of the field in v2, whatever the value (4.6)."""
    most_digits: int | None
    """The largest length that a field of the type can have; None for types that are not numbers."""
    from_fixture: ConvertFixtureValue
    """Returns a value of a fixture in its stored form; raises UnexpectedValue (fixture_values.py)."""
    counted: bool
    """Whether "{n}" as the whole value in a `generate` block becomes the number n instead of its text."""
    unset: bool | None
    """The value of a field that was never set."""
    can_append: bool
    """Whether a write may add its values to the stored ones (`over_write` in mass update, `$append_values`)."""
    target_must_exist: bool
    """Whether the record that a written value names has to exist."""
    holds_tags: bool
    """Whether the values are tags of the module."""
    is_subform: bool
    """Whether the values are rows with ids of their own, which a write adds, changes and deletes one by one."""
    controls_blueprint: bool
    """Whether a blueprint can control the field."""
    is_auto_number: bool
    """Whether the service gives a new record the next number (Field.auto_number)."""

    # -- how records store and show it -----------------------------------------------------------------------------

    storage: Storage
    stored_last: bool
    """Whether a stored value differs from its JSON in some API version, or may: it is stored at the end of the
    document (OrgModule.document_fields)."""
    members_are_texts: bool
    """Whether an array of the type contains texts only, so that it cannot contain the key of another field."""
    show: ShowValue | None
    """Returns the JSON of a stored value, from the names of other records by id and the users by id (shown.py); None
    when it is that value itself."""
    shows_record_names: bool
    """Whether `show` needs the names of the records whose ids are in the value."""

    # -- criteria and search ---------------------------------------------------------------------------------------

    kind: Kind
    """How values compare and sort (kinds.py)."""
    kinds_by_json_type: Mapping[str, Kind]
    """The kind of fields with one of these json_types, in place of `kind`."""
    search_parameter: str | None
    """The parameter of a search that looks in fields of this type (`email`, `phone`)."""

    # -- what settings/fields and the lists made from fields say ---------------------------------------------------

    name_in_v2: str | None
    """The data_type that v2 and v2.1 say in place of `name`; None for `name` itself."""
    ui_type: int
    """The number of the form element of a field, unless the catalog has one for the field."""
    on_business_cards: bool
    filterable: bool
    sortable: bool
    searchable: bool
    has_separator: bool
    in_blueprints: bool
    section: LayoutSection
    describe: DescribeField
    """Returns the keys of settings/fields that only fields of this type fill (descriptions.py)."""
    module_of_rows: NameOfModule | None
    """Returns the name of the module that exists only as a part of the field; None if there is none."""
    related_list: NameOfRelatedList | None
    """Returns the type of the related list that the module a field points to has for it; None if it has none."""
