"""Which fields a mass update may name, and with which values: FIELD_RULES in their order (contract 2.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass
from typing import Any

from mockcrm.core import errors
from mockcrm.core.catalog.model import Field
from mockcrm.core.field_values import ValueContext, ValueFault, stored
from mockcrm.core.org_metadata.model import OrgModule, Profile

REFUSED_TYPES = frozenset(
    {
        "email",
        "lookup",
        "ownerlookup",
        "multiselectlookup",
        "multiuserlookup",
        "multimodulelookup",
        "consent_lookup",
        "layout",
        "textarea",
        "subform",
    }
)
"""Refused whatever the field's own flag says: both seeds name email, lookup, layout, multi-line and line items.
`Layout` itself carries mass_update true in a real answer. (userlookup goes by its flag: contract 3.2.)"""


@dataclass(frozen=True, slots=True)
class FieldRequest:
    """What a field rule looks at: one name and value of the body, the module, and whose profile asks."""

    name: str
    value: Any
    module: OrgModule
    profile: Profile
    context: ValueContext

    @property
    def field(self) -> Field | None:
        """The field of that name, if this version shows one."""
        found = self.module.fields.get(self.name)
        return found if found is not None and found.known_in(self.context.version) else None


def some_field(values: Sized) -> None:
    """Row 1: at least one field."""
    if not values:
        raise errors.NoFieldFound


def field_count_within_limit(count: int, module: OrgModule) -> None:
    """Row 2: at most three fields in Deals, one elsewhere."""
    if count > module.module.max_fields:
        raise errors.MaxFieldLimit


def field_may_be_mass_updated(asked: FieldRequest) -> None:
    """Row 3: the field exists and mass update takes it."""
    field = asked.field
    if field is None or field.data_type in REFUSED_TYPES or not field.mass_update or field.read_only or field.unique:
        raise errors.FieldNotAllowed(asked.name)


def field_visible(asked: FieldRequest) -> None:
    """Row 6: the field is not hidden from the profile."""
    if asked.profile.field_access(asked.module.api_name, asked.name) == "hidden":
        raise errors.FieldNotVisible(asked.name)


def field_editable(asked: FieldRequest) -> None:
    """Row 17: the profile may edit the field."""
    if asked.profile.field_access(asked.module.api_name, asked.name) == "read_only":
        raise errors.FieldEditDenied(asked.name)


def field_in_no_layout_rule(asked: FieldRequest) -> None:
    """Row 4: the field is not primary in a layout rule."""
    if asked.name in asked.module.layout_rules:
        raise errors.FieldInLayoutRule(asked.name)


def field_in_no_validation_rule(asked: FieldRequest) -> None:
    """Row 5: the field is not primary in a validation rule."""
    if asked.name in asked.module.validation_rules:
        raise errors.FieldInValidationRule(asked.name)


def value_fits(asked: FieldRequest) -> None:
    """Field rule 6: the value is of the field's type and within its length."""
    assert asked.field is not None
    try:
        stored(asked.field, asked.value, asked.context)
    except ValueFault as fault:
        raise errors.InvalidValue({**fault.details, "api_name": asked.name}, path=f"$.data[0].{asked.name}") from None


FIELD_RULES: tuple[Callable[[FieldRequest], None], ...] = (
    field_may_be_mass_updated,
    field_visible,
    field_editable,
    field_in_no_layout_rule,
    field_in_no_validation_rule,
    value_fits,
)
"""All of them are asked of one field before the next: the first offending field of the body decides (assumed)."""


def check_fields(
    values: Mapping[str, Any], module: OrgModule, profile: Profile, context: ValueContext
) -> dict[Field, Any]:
    """The fields to change with their values in stored form, or the first rule that one of them breaks."""
    some_field(values)
    field_count_within_limit(len(values), module)
    checked: dict[Field, Any] = {}
    for name, value in values.items():
        asked = FieldRequest(name, value, module, profile, context)
        for rule in FIELD_RULES:
            rule(asked)
        field = asked.field
        assert field is not None
        checked[field] = stored(field, value, context)
    return checked
