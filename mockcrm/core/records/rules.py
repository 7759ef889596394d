"""Whether a single record may be updated: RECORD_RULES in the order they are asked (contract 2.2, section 7)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from mockcrm.core import errors
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.org_metadata.model import OrgModule


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What a record rule looks at: the record's states and which fields are to change."""

    record_id: str
    state: RecordState
    module: OrgModule
    fields: Collection[str]


def has_fields(module: OrgModule, names: Collection[str]) -> bool:
    """Whether the module has the fields and mass update takes them."""
    known = module.fields
    return all(name in known and known[name].mass_update for name in names)


def record_has_fields(change: RecordChange) -> None:
    """Activities only: the record's own module has the fields and takes them (assumed)."""
    if not has_fields(change.module, change.fields):
        raise errors.FieldNotInRecordModule(change.record_id)


def record_accessible(change: RecordChange) -> None:
    """Row 11: no_access binds every user, administrators too."""
    if change.state & RecordState.NO_ACCESS:
        raise errors.NoRecordAccess(change.record_id)


def record_not_stopped(change: RecordChange) -> None:
    """Row 8."""
    if change.state & RecordState.STOP_PROCESSING:
        raise errors.StopProcessing(change.record_id)


def record_not_locked(change: RecordChange) -> None:
    """Row 27."""
    if change.state & RecordState.LOCKED:
        raise errors.RecordLocked(change.record_id)


def record_not_in_merge(change: RecordChange) -> None:
    """Row 25, duplicates being merged."""
    if change.state & RecordState.IN_MERGE:
        raise errors.RecordInMerge(change.record_id)


def image_not_pending(change: RecordChange) -> None:
    """Row 25, image being checked."""
    if change.state & RecordState.IMAGE_PENDING:
        raise errors.ImagePending(change.record_id)


def image_not_rejected(change: RecordChange) -> None:
    """Row 26."""
    if change.state & RecordState.IMAGE_REJECTED:
        raise errors.ImageRejected(change.record_id)


def record_approved(change: RecordChange) -> None:
    """Row 14."""
    if change.state & RecordState.APPROVAL_PENDING:
        raise errors.RecordNotApproved(change.record_id)


def record_not_in_blueprint(change: RecordChange) -> None:
    """Row 9: only the blueprint's own field is barred; where the module names none, every picklist (assumed)."""
    if change.state & RecordState.IN_BLUEPRINT and not _blueprint_fields(change.module).isdisjoint(change.fields):
        raise errors.RecordInBlueprint(change.record_id)


def record_not_converted(change: RecordChange) -> None:
    """A converted Lead (SDK2)."""
    if change.state & RecordState.CONVERTED:
        raise errors.RecordConverted(change.record_id)


def _blueprint_fields(module: OrgModule) -> set[str]:
    if module.blueprint is not None:
        return {module.blueprint["field"]}
    return {field.api_name for field in module.fields.values() if field.data_type == "picklist"}


STATE_RULES: tuple[Callable[[RecordChange], None], ...] = (
    record_accessible,
    record_not_stopped,
    record_not_locked,
    record_not_in_merge,
    image_not_pending,
    image_not_rejected,
    record_approved,
    record_not_in_blueprint,
    record_not_converted,
)
"""What no update of whatever kind may change: the order of contract section 7."""

RECORD_RULES: tuple[Callable[[RecordChange], None], ...] = (record_has_fields, *STATE_RULES)
"""Those of a mass update; that the id is known comes before, its value (rules/values) was checked before."""

SUSPECT = sum(int(state) for state in RecordState)
"""The bits that some rule looks at, as a plain number: a record of the very module that was asked for and without
any of them passes every rule, so that bulk work need not ask."""


def check_record(change: RecordChange) -> None:
    """Every record rule of a mass update in order; the first one broken raises."""
    for rule in RECORD_RULES:
        rule(change)


def update_approved(change: RecordChange) -> None:
    """An update of single records words row 14 in its own way (contract 4.5)."""
    if change.state & RecordState.APPROVAL_PENDING:
        raise errors.UpdateNotApproved(change.record_id)


UPDATE_RULES = tuple(update_approved if rule is record_approved else rule for rule in STATE_RULES)
"""Those of an update of single records, which may change any writable field."""


def check_state(change: RecordChange) -> None:
    """Every rule of an update of single records."""
    for rule in UPDATE_RULES:
        rule(change)


def check_deletion(record_id: str, state: RecordState) -> None:
    """The states that keep a record from being deleted, in the order of section 7 (contract 4.5; no_access assumed)."""
    if state & RecordState.NO_ACCESS:
        raise errors.NoRecordAccess(record_id)
    if state & RecordState.LOCKED:
        raise errors.RecordLocked(record_id)
    if state & (RecordState.IN_MERGE | RecordState.IMAGE_PENDING):
        raise errors.DeleteInMerge(record_id)
    if state & (RecordState.IMAGE_REJECTED | RecordState.APPROVAL_PENDING):
        raise errors.DeleteNotApproved(record_id)
