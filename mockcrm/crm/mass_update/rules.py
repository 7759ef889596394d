"""The documented rules of mass update in their order (docs/contract/mass-update-and-core.md 2.1, assumed as a whole).

The order is: the module, the rights, BODY_RULES, then IDS_RULES or VIEW_RULES. For a view, the checks that read records
follow (mockcrm/core/bulk/view.py); for ids, the record rules are then checked for each record. Each rule raises one
error. Row numbers are those of the error table in 2.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mockcrm.core.bulk import rules as selected
from mockcrm.core.catalog.model import Field
from mockcrm.core.field_types import MassUpdate
from mockcrm.core.field_values import InvalidFieldValue, ValueContext, to_stored
from mockcrm.core.org_metadata.model import OrgModule, Profile
from mockcrm.crm.mass_update import errors
from mockcrm.crm.mass_update.body import MassUpdateRequest, parse
from mockcrm.http.call import Call
from mockcrm.http.errors import InvalidModule, ModuleNotSupported
from mockcrm.http.modules import find_module
from mockcrm.http.scopes import require_read_right

# -- the module and the rights, before the body is read ----------------------------------------------------------

NOT_MASS_UPDATED = frozenset({"services", "services__s", "appointments", "appointments__s"})
"""Modules of v8, in lower case, that are not emulated and that its mass update does not support (section 2.1)."""


def mass_update_module(call: Call) -> OrgModule:
    """Return the module of the path, if this version can mass update it. Others are INVALID_MODULE before v8 and
    NOT_SUPPORTED in v8 (section 2.1, assumed). A status read has a message of its own (section 2.4)."""
    invalid = InvalidModule if call.method == "POST" else errors.StatusModuleInvalid
    name = call.path["module"]
    if name.lower() in NOT_MASS_UPDATED and call.metadata.find_module(name) is None:
        raise ModuleNotSupported if call.version.unsupported_module_has_own_code else invalid
    module = find_module(call, name, invalid)
    if module.definition.mass_updatable_in(call.version):
        return module
    raise ModuleNotSupported if call.version.unsupported_module_has_own_code else invalid


def require_mass_update_right(profile: Profile, module: OrgModule) -> None:
    """Raise MassUpdateDenied when the profile denies mass_update or update of the module (row 16)."""
    if profile.denies("mass_update", module.api_name) or profile.denies("update", module.api_name):
        raise errors.MassUpdateDenied(f"Crm_Implied_Mass_Update_{module.api_name}")


def require_status_right(profile: Profile, module: OrgModule) -> None:
    """Raise ReadDenied or StatusDenied when the profile denies read or mass_update_status of the module (2.4)."""
    require_read_right(profile, module)
    if profile.denies("mass_update_status", module.api_name):
        raise errors.StatusDenied


# -- one field ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class FieldChange:
    """One field of the body with its new value, being checked; the rules fill in `definition` and `stored`, the value
    in stored form."""

    name: str
    value: Any
    module: OrgModule
    profile: Profile
    context: ValueContext
    definition: Field = field(init=False)
    stored: Any = field(init=False)


def field_may_be_mass_updated(change: FieldChange) -> None:
    """Look up the field. Raises FieldNotAllowed when this version does not have it or it cannot be mass updated
    (row 3)."""
    found = change.module.fields.get(change.name)
    if found is None or not found.exists_in(change.context.version):
        raise errors.FieldNotAllowed(change.name)
    if found.type.mass_update is MassUpdate.NEVER:
        raise errors.FieldNotAllowed(change.name)
    if not found.mass_updatable:
        raise errors.FieldNotAllowed(change.name)
    change.definition = found


def field_visible(change: FieldChange) -> None:
    """Raise FieldNotVisible when the field is hidden from the profile (row 6)."""
    if change.profile.field_access(change.module.api_name, change.name) == "hidden":
        raise errors.FieldNotVisible(change.name)


def field_editable(change: FieldChange) -> None:
    """Raise FieldEditDenied when the profile may only read the field (row 17)."""
    if change.profile.field_access(change.module.api_name, change.name) == "read_only":
        raise errors.FieldEditDenied(change.name)


def field_in_no_layout_rule(change: FieldChange) -> None:
    """Raise FieldInLayoutRule when the field is the primary field of a layout rule (row 4)."""
    if change.name in change.module.layout_rules:
        raise errors.FieldInLayoutRule(change.name)


def field_in_no_validation_rule(change: FieldChange) -> None:
    """Raise FieldInValidationRule when the field is the primary field of a validation rule (row 5)."""
    if change.name in change.module.validation_rules:
        raise errors.FieldInValidationRule(change.name)


def value_fits(change: FieldChange) -> None:
    """Convert the value to its stored form. Raises InvalidValue when it is not of the field's type or is too long
    (field rule 6)."""
    try:
        change.stored = to_stored(change.definition, change.value, change.context)
    except InvalidFieldValue as error:
        path = f"$.data[0].{change.name}{error.path}"
        raise errors.InvalidValue(error.details_for(change.name), path=path) from None


FIELD_RULES: tuple[Callable[[FieldChange], None], ...] = (
    field_may_be_mass_updated,
    field_visible,
    field_editable,
    field_in_no_layout_rule,
    field_in_no_validation_rule,
    value_fits,
)
"""Every rule is checked for one field before the next field, so the first invalid field in the body determines the
error (assumed)."""

# -- the request -------------------------------------------------------------------------------------------------


def body_is_readable(request: MassUpdateRequest) -> None:
    """Parse the body. Raises UnreadableBody, MissingKey and WrongType."""
    request.body = parse(request.raw)


def some_field(request: MassUpdateRequest) -> None:
    """Raise NoFieldFound when there is no field (row 1)."""
    if not request.body.values:
        raise errors.NoFieldFound


def field_count_within_limit(request: MassUpdateRequest) -> None:
    """Raise MaxFieldLimit above the module's limit: three fields in Deals, one elsewhere (row 2)."""
    if len(request.body.values) > request.module.definition.max_fields:
        raise errors.MaxFieldLimit


def fields_allowed(request: MassUpdateRequest) -> None:
    """Check every field by FIELD_RULES, and store the new values in `changes` (rows 3 to 6 and 17)."""
    for name, value in request.body.values.items():
        change = FieldChange(name, value, request.module, request.profile, request.values)
        for rule in FIELD_RULES:
            rule(change)
        request.changes[change.definition] = change.stored


def schedule_allowed(request: MassUpdateRequest) -> None:
    """Raise ScheduleDenied when the profile denies schedule_mass_update of the module (row 24)."""
    if request.profile.denies("schedule_mass_update", request.module.api_name):
        raise errors.ScheduleDenied


Rules = tuple[Callable[[MassUpdateRequest], None], ...]

BODY_RULES: Rules = (
    body_is_readable,
    selected.mode_given,
    selected.ids_stand_alone,
    some_field,
    field_count_within_limit,
    fields_allowed,
)
IDS_RULES: Rules = (selected.ids_within_limit,)
VIEW_RULES: Rules = (
    schedule_allowed,
    selected.edition_schedules,
    selected.view_exists,
    selected.view_accessible,
    selected.territory_supported,
    selected.territory_exists,
    selected.criteria_readable,
)


def check(request: MassUpdateRequest) -> None:
    """Check every rule that reads no records; the first broken one raises its error."""
    for rule in BODY_RULES:
        rule(request)
    for rule in IDS_RULES if request.body.ids else VIEW_RULES:
        rule(request)
