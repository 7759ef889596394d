"""FIELD_TYPES: every type that a field can have, one row each. CONTRIBUTING.md says how to add one.

The types are those that real clients know and those of the catalog. json_type and length are those of the catalog and
of the sample fields in a real settings/fields response; for types that are in neither they are assumed. mass_update
follows docs/contract/mass-update-and-core.md 3.2, "Rule for mass_update on fields not in the catalog"; custom fields of
types which that rule does not name cannot be mass updated (assumed), except long, an older name of bigint. Types that
are never mass updated: the v2 reference page and the article on mass update both list email, lookup, layout, multi-line
and line items; in a real response `Layout` nevertheless has mass_update true. The flag does decide for userlookup.

name_in_v2: types unknown to the v2 SDKs are replaced by known ones of the same JSON form, because the Python SDK 2.0
cannot insert a record into a module with a field of an unknown type (what the service returns is not known). ui_type is
the number seen in responses of the service (docs/contract/mass-update-and-core.md 3.2); those of event_reminder, ALARM,
mediumtext, long, multiuserlookup and consent_lookup are assumed, after the most similar type, and so is the length of
ALARM. What the service can do with fields of a type (on_business_cards to in_blueprints) is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from mockcrm.core.field_types import descriptions, fixture_values, kinds, shown, structures, values
from mockcrm.core.field_types.model import FieldType, LayoutSection, MassUpdate, Storage

_ONE_KIND: Mapping[str, kinds.Kind] = MappingProxyType({})
_RESULTS = MappingProxyType(
    {
        "string": kinds.TEXT,
        "boolean": kinds.BOOLEAN,
        "integer": kinds.NUMBER,
        "double": kinds.NUMBER,
        "bigint": kinds.NUMBER,
    }
)
"""The type of a formula or roll-up field's result is its json_type."""


def _table(*rows: FieldType) -> dict[str, FieldType]:
    table = {row.name: row for row in sorted(rows, key=lambda row: row.name)}
    if len(table) != len(rows):
        raise ValueError("two field types have the same name")
    return table


# -- rows that others are like ---------------------------------------------------------------------------------------

_TEXT = FieldType(
    name="text",
    json_type="string",
    length=255,
    read_only=False,
    computed=False,
    updatable=True,
    mass_update=MassUpdate.ALLOWED,
    has_pick_list=False,
    has_target=False,
    needs_target=False,
    by_json_type=MappingProxyType({}),
    check=values.check_text,
    expected_type=None,
    expected_type_in_v2=None,
    empty_text_clears=True,
    length_with_type=False,
    most_digits=None,
    from_fixture=fixture_values.convert_text,
    counted=False,
    unset=None,
    can_append=False,
    target_must_exist=False,
    holds_tags=False,
    is_subform=False,
    controls_blueprint=False,
    is_auto_number=False,
    storage=Storage.DOCUMENT,
    stored_last=False,
    members_are_texts=False,
    show=None,
    shows_record_names=False,
    kind=kinds.TEXT,
    kinds_by_json_type=_ONE_KIND,
    search_parameter=None,
    name_in_v2=None,
    ui_type=1,
    on_business_cards=True,
    filterable=True,
    sortable=True,
    searchable=True,
    has_separator=False,
    in_blueprints=True,
    section=LayoutSection.MAIN,
    describe=descriptions.describe_nothing,
    module_of_rows=None,
    related_list=None,
)

# Tag has the data_type text but is an array of tags.
TAGS = replace(
    _TEXT,
    json_type="jsonarray",
    length=2000,
    mass_update=MassUpdate.NEVER,
    check=values.check_tags,
    expected_type="jsonarray",
    from_fixture=fixture_values.convert_tags,
    holds_tags=True,
    stored_last=True,
    kind=kinds.TAGS,
)

# Values are checked by their JSON type, and criteria test only whether there is one.
_OTHER = replace(
    _TEXT,
    name="event_reminder",
    length=120,
    ui_type=104,
    mass_update=MassUpdate.BY_FLAG,
    check=values.check_by_json_type,
    empty_text_clears=False,
    kind=kinds.OPAQUE,
    searchable=False,
)
_PROFILE_IMAGE = replace(
    _OTHER,
    name="profileimage",
    length=255,
    ui_type=66,
    on_business_cards=False,
    filterable=False,
    sortable=False,
    in_blueprints=False,
)
_FILES = replace(
    _PROFILE_IMAGE,
    name="fileupload",
    json_type="jsonarray",
    length=1,
    ui_type=555,
    check=structures.check_files,
    from_fixture=fixture_values.list_of(fixture_values.convert_anything),
)
_ALARM = replace(
    _OTHER,
    name="ALARM",
    json_type="jsonobject",
    length=100,
    check=structures.check_alarm,
    from_fixture=fixture_values.convert_object,
    filterable=False,
    sortable=False,
    in_blueprints=False,
)
_PARTICIPANTS = replace(
    _OTHER,
    name="participants",
    json_type="jsonarray",
    length=120,
    ui_type=41,
    check=structures.check_participants,
    from_fixture=fixture_values.list_of(fixture_values.convert_object),
)

_DOUBLE = replace(
    _OTHER,
    name="double",
    json_type="double",
    length=16,
    ui_type=38,
    mass_update=MassUpdate.ALLOWED,
    check=values.check_double,
    expected_type="double",
    length_with_type=True,
    most_digits=18,
    from_fixture=fixture_values.convert_number,
    counted=True,
    kind=kinds.NUMBER,
    has_separator=True,
)
_BIG_INTEGER = replace(
    _DOUBLE,
    name="bigint",
    json_type="string",
    length=18,
    ui_type=52,
    check=values.check_bigint,
    expected_type="bigint",
    from_fixture=fixture_values.convert_big_integer,
    counted=False,
)
_FORMULA = replace(
    _OTHER,
    name="formula",
    json_type="double",
    length=16,
    ui_type=116,
    read_only=True,
    computed=True,
    from_fixture=fixture_values.convert_result,
    kinds_by_json_type=_RESULTS,
    in_blueprints=False,
    describe=descriptions.describe_formula,
)
_DATE = replace(
    _OTHER,
    name="date",
    length=20,
    ui_type=24,
    mass_update=MassUpdate.ALLOWED,
    check=values.check_date,
    expected_type="date",
    length_with_type=True,
    from_fixture=fixture_values.convert_date,
    kind=kinds.DATE,
)

_OWNER = replace(
    _OTHER,
    name="ownerlookup",
    json_type="jsonobject",
    mass_update=MassUpdate.NEVER,
    check=values.check_user,
    expected_type="jsonobject",
    from_fixture=fixture_values.convert_user,
    stored_last=True,
    show=shown.show_record,
    kind=kinds.USER,
    ui_type=8,
)
_MULTI_MODULE = replace(
    _OTHER,
    name="multimodulelookup",
    json_type="jsonobject",
    ui_type=132,
    check=structures.check_reference,
    mass_update=MassUpdate.NEVER,
    has_target=True,
    from_fixture=fixture_values.convert_lookup,
    show=shown.show_record,
)

# -- the table ---------------------------------------------------------------------------------------------------------

FIELD_TYPES: Mapping[str, FieldType] = _table(
    replace(_TEXT, by_json_type=MappingProxyType({"jsonarray": TAGS})),
    replace(
        _TEXT,
        name="picklist",
        length=120,
        has_pick_list=True,
        check=values.check_picklist,
        controls_blueprint=True,
        ui_type=2,
    ),
    replace(
        _TEXT,
        name="autonumber",
        length=120,
        ui_type=52,
        read_only=True,
        computed=True,
        mass_update=MassUpdate.BY_FLAG,
        check=values.check_by_json_type,
        is_auto_number=True,
        in_blueprints=False,
        describe=descriptions.describe_auto_number,
    ),
    replace(
        _TEXT,
        name="email",
        length=100,
        ui_type=25,
        mass_update=MassUpdate.NEVER,
        check=values.check_email,
        expected_type="email",
        search_parameter="email",
    ),
    replace(
        _TEXT,
        name="textarea",
        length=2000,
        ui_type=110,
        mass_update=MassUpdate.NEVER,
        sortable=False,
        searchable=False,
        section=LayoutSection.DESCRIPTION,
        describe=descriptions.describe_textarea,
    ),
    replace(
        _TEXT,
        name="phone",
        length=30,
        check=values.check_phone,
        expected_type="phone",
        search_parameter="phone",
        ui_type=33,
    ),
    replace(_TEXT, name="website", check=values.check_website, expected_type="website", ui_type=21),
    replace(_OTHER, check=values.check_datetime, expected_type="datetime"),  # the SDKs read it as a time
    replace(_OTHER, name="mediumtext", length=255, ui_type=1, check=values.check_text),
    _PROFILE_IMAGE,
    _FILES,
    replace(_FILES, name="imageupload", length=10, ui_type=556),
    _ALARM,
    replace(_ALARM, name="RRULE", ui_type=123, updatable=False, check=structures.check_recurrence),
    _PARTICIPANTS,
    replace(
        _PARTICIPANTS,
        name="multireminder",
        length=100,
        ui_type=104,
        check=structures.check_reminders,
        from_fixture=fixture_values.list_of(fixture_values.convert_anything),
    ),
    replace(
        _OTHER,
        name="boolean",
        json_type="boolean",
        length=5,
        ui_type=301,
        mass_update=MassUpdate.ALLOWED,
        check=values.check_boolean,
        expected_type="boolean",
        from_fixture=fixture_values.convert_boolean,
        unset=False,
        kind=kinds.BOOLEAN,
    ),
    _DOUBLE,
    replace(
        _DOUBLE,
        name="currency",
        expected_type="currency",
        expected_type_in_v2="double",
        ui_type=36,
        describe=descriptions.describe_currency,
    ),
    replace(
        _DOUBLE,
        name="percent",
        length=5,
        ui_type=34,
        expected_type="percent",
        expected_type_in_v2="double",
        has_separator=False,
    ),
    replace(
        _DOUBLE,
        name="integer",
        json_type="integer",
        length=9,
        ui_type=32,
        check=values.check_integer,
        expected_type="integer",
        from_fixture=fixture_values.convert_integer,
    ),
    _BIG_INTEGER,
    replace(_BIG_INTEGER, name="long", has_separator=False),
    _FORMULA,
    replace(
        _FORMULA,
        name="rollup_summary",
        ui_type=118,
        from_fixture=fixture_values.convert_number,
        name_in_v2="formula",
        describe=descriptions.describe_rollup_summary,
    ),
    _DATE,
    replace(
        _DATE,
        name="datetime",
        length=120,
        ui_type=333,
        check=values.check_datetime,
        expected_type="datetime",
        length_with_type=False,
        from_fixture=fixture_values.convert_datetime,
        kind=kinds.DATETIME,
    ),
    replace(
        _OTHER,
        name="multiselectpicklist",
        json_type="jsonarray",
        length=1000,
        ui_type=100,
        mass_update=MassUpdate.ALLOWED,
        has_pick_list=True,
        check=values.check_multi_select,
        expected_type="jsonarray",
        from_fixture=fixture_values.list_of(fixture_values.convert_text),
        can_append=True,
        members_are_texts=True,
        kind=kinds.TEXTS,
        sortable=False,
    ),
    replace(
        _OTHER,
        name="lookup",
        json_type="jsonobject",
        ui_type=133,
        mass_update=MassUpdate.NEVER,
        has_target=True,
        needs_target=True,
        check=values.check_lookup,
        expected_type="jsonobject",
        from_fixture=fixture_values.convert_lookup,
        target_must_exist=True,
        stored_last=True,
        show=shown.show_record,
        shows_record_names=True,
        kind=kinds.LOOKUP,
        describe=descriptions.describe_lookup,
        related_list=descriptions.list_of_lookup,
    ),
    _OWNER,
    replace(_OWNER, name="userlookup", mass_update=MassUpdate.ALLOWED, show=shown.show_user, ui_type=221),
    replace(
        _OTHER,
        name="multiselectlookup",
        json_type="jsonarray",
        ui_type=444,
        length=200,
        mass_update=MassUpdate.NEVER,
        has_target=True,
        needs_target=True,
        check=structures.check_references,
        from_fixture=fixture_values.list_of(fixture_values.convert_lookup),
        stored_last=True,
        show=shown.show_record,
        shows_record_names=True,
        kind=kinds.LOOKUPS,
        on_business_cards=False,
        sortable=False,
        describe=descriptions.describe_multi_select_lookup,
        module_of_rows=descriptions.linking_module,
        related_list=descriptions.list_of_multi_select_lookup,
    ),
    replace(
        _OTHER,
        name="multiuserlookup",
        json_type="jsonarray",
        ui_type=444,
        length=200,
        mass_update=MassUpdate.NEVER,
        check=structures.check_references,
        from_fixture=fixture_values.list_of(fixture_values.convert_user),
        stored_last=True,
        show=shown.show_record,
        kind=kinds.USERS,
        sortable=False,
        describe=descriptions.describe_multi_user_lookup,
        module_of_rows=descriptions.linking_module,
    ),
    _MULTI_MODULE,
    replace(_MULTI_MODULE, name="consent_lookup", ui_type=133, describe=descriptions.describe_lookup),
    replace(
        _PARTICIPANTS,
        name="subform",
        length=None,
        ui_type=500,
        mass_update=MassUpdate.NEVER,
        has_target=True,
        check=values.check_by_json_type,
        expected_type="jsonarray",
        is_subform=True,
        stored_last=True,
        on_business_cards=False,
        filterable=False,
        sortable=False,
        in_blueprints=False,
        section=LayoutSection.OWN,
        describe=descriptions.describe_subform,
        module_of_rows=descriptions.subform_module,
    ),
    replace(
        _OTHER,
        name="layout",
        json_type="jsonobject",
        length=50,
        check=structures.check_layout,
        mass_update=MassUpdate.NEVER,
        storage=Storage.MODULE,
        kind=kinds.LOOKUP,
        ui_type=208,
        on_business_cards=False,
        filterable=False,
        sortable=False,
        in_blueprints=False,
    ),
    replace(
        _OTHER,
        name="territories",
        json_type="jsonarray",
        ui_type=999,
        read_only=True,
        storage=Storage.TERRITORIES,
        name_in_v2="multiselectpicklist",
        sortable=False,
        in_blueprints=False,
    ),
)
"""Every field type by name, in the order of the names. Nothing changes it while the server runs; a test adds a row for
itself with pytest's monkeypatch.setitem."""
