"""Which fields a mass update may name: FIELD_RULES in the order they are asked (contract 2.1, field rules 1 to 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mockcrm import errors
from mockcrm.catalog.model import Field
from mockcrm.state.directory import OrgModule, Profile
from mockcrm.versions import ApiVersion

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
    """What a field rule looks at: one name of the body, the module, and whose profile asks."""

    name: str
    module: OrgModule
    profile: Profile
    version: ApiVersion

    @property
    def field(self) -> Field | None:
        """The field of that name, if this version shows one."""
        found = self.module.fields.get(self.name)
        return found if found is not None and found.known_in(self.version) else None


def some_field(names: Iterable[str]) -> None:
    """Row 1: at least one field."""
    if not list(names):
        raise errors.NoFieldFound


def field_count_within_limit(count: int, module: OrgModule) -> None:
    """Row 2: at most three fields in Deals, one elsewhere."""
    if count > module.module.max_fields:
        raise errors.MaxFieldLimit


def field_may_be_mass_updated(asked: FieldRequest) -> None:
    """Row 3: the field exists and mass update takes it."""
    field = asked.field
    if (
        field is None
        or field.data_type in REFUSED_TYPES
        or not field.mass_update
        or field.read_only
        or field.unique
    ):
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


FIELD_RULES: tuple[Callable[[FieldRequest], None], ...] = (
    field_may_be_mass_updated,
    field_visible,
    field_editable,
    field_in_no_layout_rule,
    field_in_no_validation_rule,
)
"""Asked rule by rule over the fields in the order of the body (contract 2.1: the first offending field decides)."""


def check_fields(names: list[str], module: OrgModule, profile: Profile, version: ApiVersion) -> None:
    """Rules 1 to 5; the value of each field is the matter of rules/values."""
    some_field(names)
    field_count_within_limit(len(names), module)
    asked = [FieldRequest(name, module, profile, version) for name in names]
    for one in asked:
        for rule in FIELD_RULES:
            rule(one)
