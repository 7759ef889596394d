"""Custom modules start from the template, custom fields from the defaults of their type."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.core.catalog.loader import custom_module, custom_template_size, make_field
from mockcrm.core.catalog.model import COLUMN_FIELDS, STATE_FIELDS, Field
from mockcrm.core.field_types import FIELD_TYPES
from mockcrm.core.versions import ApiVersion


def test_a_custom_module_has_its_labels_and_ids() -> None:
    fields, views = custom_template_size()
    module = custom_module(
        "Clients",
        "Client",
        "Clients",
        9_000_001,
        field_ids=range(9_100_000, 9_100_000 + fields),
        view_ids=range(9_200_000, 9_200_000 + views),
    )
    assert (module.id, module.api_name, module.module_name) == (9_000_001, "Clients", "Clients")
    assert (module.singular_label, module.plural_label, module.scope) == ("Client", "Clients", "custom")
    assert (module.display_field, module.upsert_key, module.max_fields) == ("Name", "Name", 1)
    assert (module.custom, module.territories, module.pseudo) == (True, False, False)
    assert [field.id for field in module.fields] == list(range(9_100_000, 9_100_000 + fields))
    assert [view.id for view in module.views] == list(range(9_200_000, 9_200_000 + views))
    assert module.by_name["Name"] == Field(
        id=9_100_000,
        api_name="Name",
        field_label="Client Name",
        data_type="text",
        json_type="string",
        length=120,
        mass_update=True,
        system_mandatory=True,
    )
    assert [view.display_value for view in module.views] == [
        "All Clients",
        "My Clients",
        "Recently Created Clients",
        "Recently Modified Clients",
        "Today's Clients",
        "Unread Clients",
    ]
    assert module.views[1].criteria == {"comparator": "equal", "field": "Owner", "value": "${CURRENTUSER}"}
    assert all(module.mass_updatable_in(version) for version in ApiVersion)


def test_a_custom_module_has_the_fields_of_every_record() -> None:
    module = custom_module("Clients", "Client", "Clients", 1)
    assert COLUMN_FIELDS | STATE_FIELDS - {"Converted__s"} | {"id", "Tag", "Layout"} <= set(module.by_name)
    assert {field.id for field in module.fields} | {view.id for view in module.views} == {0}


def test_two_custom_modules_share_nothing() -> None:
    first = custom_module("Clients", "Client", "Clients", 1)
    second = custom_module("Sites", "Site", "{Sites}", 2)
    assert first.by_name["Owner"].field_label == "Client Owner"
    assert second.by_name["Owner"].field_label == "Site Owner"
    assert second.views[0].name == "All {Sites}"


def test_the_wrong_number_of_ids_is_refused() -> None:
    fields, views = custom_template_size()
    with pytest.raises(ValueError, match=rf"^field_ids: expected {fields} ids, got 1$"):
        custom_module("Clients", "Client", "Clients", 1, field_ids=[5])
    with pytest.raises(ValueError, match=rf"^view_ids: expected {views} ids, got 2$"):
        custom_module("Clients", "Client", "Clients", 1, view_ids=[5, 6])


def test_a_custom_field_takes_the_defaults_of_its_type() -> None:
    assert make_field(7, api_name="Tier_Level", data_type="picklist", pick_list_values=["A", "B"]) == Field(
        id=7,
        api_name="Tier_Level",
        field_label="Tier Level",
        data_type="picklist",
        json_type="string",
        length=120,
        mass_update=True,
        custom=True,
        pick_list_values=("A", "B"),
    )


def test_a_custom_field_takes_what_it_is_given() -> None:
    made = make_field(
        7,
        api_name="Site",
        data_type="lookup",
        field_label="Main site",
        length=50,
        lookup="Accounts",
        system_mandatory=True,
        mass_update=True,
    )
    assert made == Field(
        id=7,
        api_name="Site",
        field_label="Main site",
        data_type="lookup",
        json_type="jsonobject",
        length=50,
        mass_update=True,
        system_mandatory=True,
        custom=True,
        lookup="Accounts",
    )


def test_mass_update_by_type() -> None:
    offered = {name for name in FIELD_TYPES if make_field(1, api_name="F", data_type=name).mass_update}
    assert offered == (
        {"text", "phone", "website", "picklist", "multiselectpicklist", "boolean", "date", "datetime"}
        | {"integer", "bigint", "long", "currency", "double", "percent", "userlookup"}
    )


@pytest.mark.parametrize("keys", [{"unique": True}, {"read_only": True}])
def test_unique_and_read_only_fields_are_not_mass_updated(keys: dict[str, Any]) -> None:
    assert make_field(1, api_name="F", data_type="text", **keys).mass_update is False


def test_a_type_that_computes_its_value_is_read_only() -> None:
    total = make_field(1, api_name="Total", data_type="formula")
    assert (total.read_only, total.api_writable, total.mass_update) == (True, False, False)


def test_an_unknown_type_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"^unknown data_type 'string'; expected one of ALARM, RRULE, "):
        make_field(1, api_name="F", data_type="string")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"pick_list_values": ["A"]}, "pick_list_values: a field of data_type 'text' cannot have them"),
        ({"lookup": "Leads"}, "lookup: a field of data_type 'text' does not point to a module"),
    ],
)
def test_a_key_that_the_type_cannot_have_is_refused(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        make_field(1, api_name="F", data_type="text", **keys)
    assert str(caught.value) == message
