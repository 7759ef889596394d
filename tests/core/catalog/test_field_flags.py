"""The flags of every standard field and of custom fields of every type, checked against each other."""

from __future__ import annotations

from mockcrm.core.catalog.loader import custom_module, make_field, standard_modules
from mockcrm.core.catalog.model import Field
from mockcrm.core.field_types import FIELD_TYPES, MassUpdate
from tests.support.for_each import for_each

TARGETED = ("lookup", "multiselectlookup")
STANDARD = {
    f"{module.api_name}.{field.api_name}": field
    for module in [*standard_modules().values(), custom_module("Clients", "Client", "Clients", 1)]
    for field in module.fields
}
CUSTOM = {
    f"custom {name}": make_field(1, api_name="F", data_type=name, lookup="Leads" if name in TARGETED else None)
    for name in FIELD_TYPES
}
FIELDS = STANDARD | CUSTOM
MADE_BY_THE_SERVICE = {"id", "Created_By", "Created_Time", "Modified_By", "Modified_Time", "Last_Activity_Time"}
JSON_TYPES_BESIDE = {"formula": {"string", "boolean", "integer"}, "rollup_summary": {"string", "integer"}}
"""The result of these types has the type of the formula."""


def flags(field: Field) -> tuple[bool, bool, bool, bool]:
    """Return view, edit, create and quick_create of a field."""
    return field.in_view, field.editable, field.creatable, field.quick_creatable


@for_each("field", FIELDS.values())
def test_flags_agree(field: Field) -> None:
    if field.mass_updatable:
        assert field.editable, "a field that cannot be edited is not mass updated"
        assert field.type.mass_update is not MassUpdate.NEVER or field.data_type == "layout"
        assert not field.unique
    if field.read_only:
        assert not field.api_writable, "what is read-only cannot be written"
        assert (field.editable, field.creatable, field.mass_update) == (False, False, False)
    if field.editable:
        assert field.creatable, "what can be edited can be given at first"
    if field.quick_creatable:
        assert field.creatable
    if field in STANDARD.values() and field.data_type == "layout":
        assert field.mass_updatable, "in a recorded list, although mass update refuses it"
    if field.system_mandatory:
        assert (field.creatable, field.quick_creatable) == (True, True)
    if field.type.computed:
        assert (field.read_only, field.creatable) == (True, False)


@for_each("field", FIELDS.values())
def test_json_type_length_and_form_element_fit_the_type(field: Field) -> None:
    expected = {field.type.json_type} | JSON_TYPES_BESIDE.get(field.data_type, set())
    assert field.json_type in ({"jsonarray"} if field.api_name == "Tag" else expected)
    assert (field.length is None) is (field.data_type == "subform")
    assert (field.ui_type or field.type.ui_type) > 0
    assert not field.decimal_place or field.json_type == "double"


@for_each("field", [field for field in STANDARD.values() if field.api_name in MADE_BY_THE_SERVICE])
def test_what_the_service_makes_cannot_be_given(field: Field) -> None:
    assert flags(field) == (field.api_name != "id", False, False, False)
    assert (field.writable, field.mass_update) == (False, False)


def test_every_record_has_the_flags_of_a_recorded_response() -> None:
    found = {
        name: {
            (flags(field), field.ui_type, field.always_read_only)
            for key, field in STANDARD.items()
            if key.endswith(f".{name}")
        }
        for name in (
            "Owner",
            "Tag",
            "Created_By",
            "Modified_Time",
            "Last_Activity_Time",
            "id",
            "Locked__s",
            "Full_Name",
        )
    }
    shown, hidden = (True, False, False, False), (False, False, False, False)
    assert found == {
        "Owner": {((True, True, True, False), None, True)},
        "Tag": {(shown, 209, False)},
        "Created_By": {(shown, 20, False)},
        "Modified_Time": {(shown, 200, False)},
        "Last_Activity_Time": {(shown, 786, True)},
        "id": {(hidden, None, True)},
        "Locked__s": {(hidden, None, True)},
        "Full_Name": {(shown, None, False)},
    }


def test_the_parts_of_a_name_are_shown_by_the_whole() -> None:
    for module in ("Leads", "Contacts"):
        fields = standard_modules()[module].by_name
        assert flags(fields["First_Name"]) == (False, True, True, True)
        assert flags(fields["Last_Name"]) == (False, True, True, True)
        assert flags(fields["Salutation"]) == (False, True, True, False)
        numbers = [fields[name].ui_type for name in ("First_Name", "Last_Name", "Fax", "Skype_ID", "Twitter")]
        assert numbers == [27, 127, 35, 37, 22]


def test_a_repetition_is_given_with_a_new_record_only() -> None:
    for module in ("Tasks", "Events"):
        repetition = standard_modules()[module].by_name["Recurring_Activity"]
        assert (repetition.writable, repetition.updatable) == (True, False)
        assert (repetition.editable, repetition.creatable, repetition.length) == (False, True, 100)


def test_what_mass_update_of_meetings_leaves_out() -> None:
    fields = standard_modules()["Events"].by_name
    offered = {name for name, field in fields.items() if field.mass_updatable}
    assert offered == {"Event_Title", "Venue", "Layout"}


def test_the_form_elements_of_the_types() -> None:
    assert {name: row.ui_type for name, row in FIELD_TYPES.items()} == {
        "ALARM": 104,
        "RRULE": 123,
        "autonumber": 52,
        "bigint": 52,
        "boolean": 301,
        "consent_lookup": 133,
        "currency": 36,
        "date": 24,
        "datetime": 333,
        "double": 38,
        "email": 25,
        "event_reminder": 104,
        "fileupload": 555,
        "formula": 116,
        "imageupload": 556,
        "integer": 32,
        "layout": 208,
        "long": 52,
        "lookup": 133,
        "mediumtext": 1,
        "multimodulelookup": 132,
        "multireminder": 104,
        "multiselectlookup": 444,
        "multiselectpicklist": 100,
        "multiuserlookup": 444,
        "ownerlookup": 8,
        "participants": 41,
        "percent": 34,
        "phone": 33,
        "picklist": 2,
        "profileimage": 66,
        "rollup_summary": 118,
        "subform": 500,
        "territories": 999,
        "text": 1,
        "textarea": 110,
        "userlookup": 221,
        "website": 21,
    }
