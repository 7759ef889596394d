"""What settings/fields says only of fields of one type, and the names of the modules and related lists made from a
field (docs/contract/mass-update-and-core.md 3.2; some keys have the types that the official SDKs require)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockcrm.core.catalog.model import Field
    from mockcrm.core.org_metadata.field_json import FieldItems
    from mockcrm.core.org_metadata.model import OrgModule


def subform_module(_: OrgModule, field: Field) -> str:
    """Return the name of a subform's module: that of its rows if it is set, otherwise the field's api_name."""
    return field.lookup or field.api_name


def linking_module(module: OrgModule, field: Field) -> str:
    """Return the name of the linking module of a field that refers to several records or users; each field has its own,
    as the 8.0 SDKs require."""
    return f"{module.api_name}_X_{field.api_name}"


def list_of_lookup(field: Field) -> str:
    """Return the type of the related list of a lookup."""
    return "custom_lookup" if field.custom else "default"


def list_of_multi_select_lookup(_: Field) -> str:
    """Return the type of the related list of a multi-select lookup."""
    return "multiselectlookup"


def describe_nothing(_items: FieldItems, _field: Field) -> dict[str, Any]:
    """Return no keys."""
    return {}


def describe_textarea(items: FieldItems, field: Field) -> dict[str, Any]:
    """Return the kind of text, which goes by its length (small: 2000 characters, large: 32 000, rich text: 50 000), and
    the form element of that kind."""
    if not items.later:
        return {}
    length = field.length or 0
    kind, ui_type = ("small", 110) if length <= 2000 else ("large", 3) if length <= 32_000 else ("rich_text", 250)
    found: dict[str, Any] = {"ui_type": field.ui_type or ui_type}
    return found | {"textarea": {"type": kind}} if items.version.fields_show_the_kind_of_text else found


def describe_auto_number(items: FieldItems, field: Field) -> dict[str, Any]:
    """Return the key of an auto-number."""
    described = field.auto_number._asdict()
    if items.version.auto_numbers_show_their_length:
        described["starting_number_length"] = len(str(field.auto_number.start_number))
    return {"auto_number": described}


def describe_currency(_: FieldItems, field: Field) -> dict[str, Any]:
    """Return the key of a currency."""
    precision = 2 if field.decimal_place is None else field.decimal_place
    return {"currency": {"rounding_option": "normal", "precision": precision}}


def describe_formula(_: FieldItems, field: Field) -> dict[str, Any]:
    """Return the key of a formula."""
    return {"formula": {"return_type": "text" if field.json_type == "string" else field.json_type, "expression": None}}


def describe_rollup_summary(items: FieldItems, field: Field) -> dict[str, Any]:
    """Return the key of a roll-up summary, which is a formula in v2."""
    return {"rollup_summary": {"return_type": "double"}} if items.later else describe_formula(items, field)


def describe_lookup(items: FieldItems, field: Field) -> dict[str, Any]:
    """Return the target of a lookup; no key when its target varies or is not a module of this version."""
    target = items.target(field)
    if target is None:
        return {}
    module: object = target.api_name
    queries: dict[str, None] = {}
    if items.version.lookup_module_is_object:
        described: dict[str, object] = {"api_name": target.api_name, "id": str(target.id)}
        if items.version.lookups_are_described_by_v8:
            described["crypt"] = False
            queries["system_query_id"] = None
        module = described
    lookup = {
        "module": module,
        "display_label": items.module.definition.plural_label,
        "api_name": items.module.api_name,
        "id": items.id_of(field.id),
    }
    if items.later:
        lookup |= {"query_details": queries, "revalidate_filter_during_edit": False}
    return {"lookup": lookup}


def describe_subform(items: FieldItems, field: Field) -> dict[str, Any]:
    """Return the module of a subform's rows: a string in every version, which SDKs require."""
    target = items.target(field)
    module_id = items.id_of(field.id) if target is None else str(target.id)
    rows = {"module": subform_module(items.module, field), "id": module_id}
    # The 8.0 SDKs read a subform's module from `associated_module`.
    return {"subform": rows, "associated_module": rows} if items.later else {"subform": rows}


def describe_multi_select_lookup(items: FieldItems, field: Field) -> dict[str, Any]:
    """Return the modules that a multi-select lookup links."""
    if items.later:
        return {"multiselectlookup": _linking(items, field)}
    linking = linking_module(items.module, field)
    return {"multiselectlookup": {"linking_module": linking, **_names_of_lookups(items, field, field.lookup)}}


def _names_of_lookups(items: FieldItems, field: Field, far: str | None) -> dict[str, Any]:
    """Return what the form before v8 says of the two lookups of the linking module; `far` is the module referred to."""
    return {
        "display_label": items.module.definition.plural_label,
        "lookup_apiname": items.module.api_name,
        "api_name": field.api_name,
        "connectedlookup_apiname": far,
        "id": items.id_of(field.id),
    }


def _connected(items: FieldItems, field: Field, target: OrgModule) -> dict[str, Any]:
    """Return what v8 says of the module at the far end of a multi-select lookup, and of the related list there, which
    no field of it shows (assumed: it has the name of the field's own module)."""
    own = items.module.definition
    back = {"api_name": items.module.api_name, "field_label": own.plural_label, "id": items.id_of(field.id)}
    label = target.definition.plural_label
    module = {"plural_label": label, "api_name": target.api_name, "id": str(target.id)}
    return {"field": back, "module": module, "layouts": []}


def describe_multi_user_lookup(items: FieldItems, field: Field) -> dict[str, Any]:
    """Return the modules that a multi-user lookup links; no key before v3."""
    return {"multiuserlookup": _linking(items, field)} if items.later else {}


def _linking(items: FieldItems, field: Field) -> dict[str, Any]:
    """Return the forms of v3 to v7 and of v8, by the key tables of the SDKs: without linking_details those of 8.0 fail
    when they refresh their fields, without linking_module those before do not know the module of a link."""
    name, linking_id = linking_module(items.module, field), items.id_of(field.id)
    target = items.target(field)
    far = "Users" if target is None else target.api_name
    far_id = None if target is None else str(target.id)
    if not items.version.linking_modules_have_details:
        return {
            "linking_module": {"api_name": name, "id": linking_id},
            "connected_module": {"api_name": far, "id": far_id},
            "connectedfield_apiname": items.module.api_name,
            **_names_of_lookups(items, field, far),
            "record_access": False,
        }
    return {
        "linking_details": {
            "module": {"visibility": 0, "plural_label": name, "api_name": name, "id": linking_id},
            "lookup_field": {"api_name": items.module.api_name, "field_label": field.field_label, "id": linking_id},
            "connected_lookup_field": {"api_name": far, "field_label": field.field_label, "id": linking_id},
        },
        **({} if target is None else {"connected_details": _connected(items, field, target)}),
        "record_access": False,
    }
