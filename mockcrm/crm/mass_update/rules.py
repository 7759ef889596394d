"""Which fields a mass update may change, and to which values: FIELD_RULES, in their order.

The field rules are in docs/contract/mass-update-and-core.md 2.1; row numbers are those of its error table, 2.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass
from typing import Any

from mockcrm.core.catalog.model import Field
from mockcrm.core.field_types import MassUpdate
from mockcrm.core.field_values import InvalidFieldValue, ValueContext, stored
from mockcrm.core.org_metadata.model import OrgModule, Profile
from mockcrm.crm.mass_update import errors
from mockcrm.http.call import Call
from mockcrm.http.errors import InvalidModule, ModuleNotSupported
from mockcrm.http.modules import known_module
from mockcrm.http.scopes import require_read_right


@dataclass(frozen=True, slots=True)
class FieldRequest:
    """The input of a field rule: one field name and value of the body, the module, and the user's profile."""

    name: str
    value: Any
    module: OrgModule
    profile: Profile
    context: ValueContext

    @property
    def field(self) -> Field | None:
        """The module's field with that name; None if it does not exist in this API version."""
        found = self.module.fields.get(self.name)
        return found if found is not None and found.known_in(self.context.version) else None


def some_field(values: Sized) -> None:
    """Raise NoFieldFound when there is no field (row 1)."""
    if not values:
        raise errors.NoFieldFound


def field_count_within_limit(count: int, module: OrgModule) -> None:
    """Raise MaxFieldLimit above the module's limit: three fields in Deals, one elsewhere (row 2)."""
    if count > module.module.max_fields:
        raise errors.MaxFieldLimit


def field_may_be_mass_updated(asked: FieldRequest) -> None:
    """Raise FieldNotAllowed when the field does not exist or cannot be mass updated (row 3)."""
    field = asked.field
    if field is None or field.type.mass_update is MassUpdate.NEVER:
        raise errors.FieldNotAllowed(asked.name)
    if not field.mass_update or field.read_only or field.unique:
        raise errors.FieldNotAllowed(asked.name)


def field_visible(asked: FieldRequest) -> None:
    """Raise FieldNotVisible when the field is hidden from the profile (row 6)."""
    if asked.profile.field_access(asked.module.api_name, asked.name) == "hidden":
        raise errors.FieldNotVisible(asked.name)


def field_editable(asked: FieldRequest) -> None:
    """Raise FieldEditDenied when the profile may only read the field (row 17)."""
    if asked.profile.field_access(asked.module.api_name, asked.name) == "read_only":
        raise errors.FieldEditDenied(asked.name)


def field_in_no_layout_rule(asked: FieldRequest) -> None:
    """Raise FieldInLayoutRule when the field is the primary field of a layout rule (row 4)."""
    if asked.name in asked.module.layout_rules:
        raise errors.FieldInLayoutRule(asked.name)


def field_in_no_validation_rule(asked: FieldRequest) -> None:
    """Raise FieldInValidationRule when the field is the primary field of a validation rule (row 5)."""
    if asked.name in asked.module.validation_rules:
        raise errors.FieldInValidationRule(asked.name)


def value_fits(asked: FieldRequest) -> None:
    """Raise InvalidValue when the value is not of the field's type or is too long (field rule 6)."""
    assert asked.field is not None
    try:
        stored(asked.field, asked.value, asked.context)
    except InvalidFieldValue as fault:
        raise errors.InvalidValue({**fault.details, "api_name": asked.name}, path=f"$.data[0].{asked.name}") from None


FIELD_RULES: tuple[Callable[[FieldRequest], None], ...] = (
    field_may_be_mass_updated,
    field_visible,
    field_editable,
    field_in_no_layout_rule,
    field_in_no_validation_rule,
    value_fits,
)
"""Every rule is checked for one field before the next field, so the first invalid field in the body determines the
error (assumed)."""


def check_fields(
    values: Mapping[str, Any], module: OrgModule, profile: Profile, context: ValueContext
) -> dict[Field, Any]:
    """Return the fields to change with their values in stored form; raise the error of the first broken rule."""
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


def require_mass_update_right(profile: Profile, module: OrgModule) -> None:
    """Raise MassUpdateDenied when the profile denies mass_update or update of the module (row 16)."""
    if profile.denies("mass_update", module.api_name) or profile.denies("update", module.api_name):
        raise errors.MassUpdateDenied(f"Crm_Implied_Mass_Update_{module.api_name}")


def require_schedule_right(profile: Profile, module: OrgModule) -> None:
    """Raise ScheduleDenied when the profile denies schedule_mass_update of the module (row 24)."""
    if profile.denies("schedule_mass_update", module.api_name):
        raise errors.ScheduleDenied


def require_status_right(profile: Profile, module: OrgModule) -> None:
    """Raise ReadDenied or StatusDenied when the profile denies read or mass_update_status of the module (2.4)."""
    require_read_right(profile, module)
    if profile.denies("mass_update_status", module.api_name):
        raise errors.StatusDenied


NOT_MASS_UPDATED = frozenset({"Services", "Services__s", "Appointments", "Appointments__s"})
"""Modules of v8 that are not emulated and that its mass update does not support (section 2.1)."""


def mass_update_module(call: Call) -> OrgModule:
    """Return the module of the path, if this version can mass update it. Others are INVALID_MODULE before v8 and
    NOT_SUPPORTED in v8 (section 2.1, assumed). A status read has a message of its own (section 2.4)."""
    invalid = errors.StatusModuleInvalid if call.method == "GET" else InvalidModule
    own_code = call.version.unsupported_module_has_own_code
    name = call.path["module"]
    if own_code and name in NOT_MASS_UPDATED and name not in call.directory.modules:
        raise ModuleNotSupported
    module = known_module(call, name, invalid)
    if not module.module.mass_updatable_in(call.version):
        raise ModuleNotSupported if own_code else invalid
    return module
