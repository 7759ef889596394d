"""Whether a single record may be updated: RECORD_RULES, in the order in which they are checked.

Row numbers are those of the error table in docs/contract/mass-update-and-core.md 2.2; the order is in its section 7.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from mockcrm.core.catalog.states import RecordState
from mockcrm.core.errors.records import (
    DeleteInMerge,
    DeleteLocked,
    DeleteNotApproved,
    FieldNotInRecordModule,
    ImagePending,
    ImageRejected,
    NoRecordAccess,
    RecordConverted,
    RecordInBlueprint,
    RecordInMerge,
    RecordLocked,
    RecordNotApproved,
    StopProcessing,
    UpdateLocked,
    UpdateNotApproved,
)
from mockcrm.core.org_metadata.model import OrgModule


@dataclass(frozen=True, slots=True)
class RecordChange:
    """The input of a record rule: the record's states, its module, the names of the fields to change, and where its id
    is in the body."""

    record_id: str
    state: RecordState
    module: OrgModule
    fields: Collection[str]
    id_path: str = "$.data[0].id"


def has_fields(module: OrgModule, names: Collection[str]) -> bool:
    """Return whether the module has all the fields and they can be mass updated."""
    fields = module.fields
    return all(name in fields and fields[name].mass_update for name in names)


def record_has_fields(change: RecordChange) -> None:
    """Raise FieldNotInRecordModule when the record's own module lacks a field; only in Activities (assumed)."""
    if not has_fields(change.module, change.fields):
        raise FieldNotInRecordModule(change.record_id)


def record_accessible(change: RecordChange) -> None:
    """Raise NoRecordAccess in the state no_access, which applies to administrators too (row 11)."""
    if change.state & RecordState.NO_ACCESS:
        raise NoRecordAccess(change.record_id)


def record_not_stopped(change: RecordChange) -> None:
    """Raise StopProcessing in the state stop_processing (row 8)."""
    if change.state & RecordState.STOP_PROCESSING:
        raise StopProcessing(change.record_id)


def record_not_locked(change: RecordChange) -> None:
    """Raise RecordLocked in the state locked (row 27)."""
    if change.state & RecordState.LOCKED:
        raise RecordLocked(change.record_id)


def record_not_in_merge(change: RecordChange) -> None:
    """Raise RecordInMerge while duplicates are being merged (row 25)."""
    if change.state & RecordState.IN_MERGE:
        raise RecordInMerge(change.record_id)


def image_not_pending(change: RecordChange) -> None:
    """Raise ImagePending while the record's image is being reviewed (row 25)."""
    if change.state & RecordState.IMAGE_PENDING:
        raise ImagePending(change.record_id)


def image_not_rejected(change: RecordChange) -> None:
    """Raise ImageRejected when the record's image was rejected (row 26)."""
    if change.state & RecordState.IMAGE_REJECTED:
        raise ImageRejected(change.record_id)


def record_approved(change: RecordChange) -> None:
    """Raise RecordNotApproved while the record waits for approval (row 14)."""
    if change.state & RecordState.APPROVAL_PENDING:
        raise RecordNotApproved(change.record_id)


def record_not_in_blueprint(change: RecordChange) -> None:
    """Raise RecordInBlueprint when the blueprint's field is to change (row 9); if the module defines no blueprint, any
    picklist counts as its field (assumed)."""
    if change.state & RecordState.IN_BLUEPRINT and not _blueprint_fields(change.module).isdisjoint(change.fields):
        raise RecordInBlueprint(change.record_id)


def record_not_converted(change: RecordChange) -> None:
    """Raise RecordConverted for a converted Lead (error text in the official v2 SDKs)."""
    if change.state & RecordState.CONVERTED:
        raise RecordConverted(change.record_id)


def _blueprint_fields(module: OrgModule) -> set[str]:
    if module.blueprint is not None:
        return {module.blueprint["field"]}
    return {field.api_name for field in module.fields.values() if field.type.controls_blueprint}


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
"""The rules of every kind of update, in the order of section 7."""

RECORD_RULES: tuple[Callable[[RecordChange], None], ...] = (record_has_fields, *STATE_RULES)
"""The rules of a mass update. The record's existence and the new values are checked before."""

RESTRICTED_STATES = sum(int(state) for state in RecordState)
"""The state bits that some rule checks, as a plain number. A record of the requested module with none of these bits
passes every rule, so bulk updates skip the rules for it."""


def check_record(change: RecordChange) -> None:
    """Check every record rule of a mass update in order; the first broken one raises its error."""
    for rule in RECORD_RULES:
        rule(change)


def record_approved_for_update(change: RecordChange) -> None:
    """Raise UpdateNotApproved while the record waits for approval: row 14 with the text of record updates (4.5)."""
    if change.state & RecordState.APPROVAL_PENDING:
        raise UpdateNotApproved(change.record_id)


def record_not_locked_for_update(change: RecordChange) -> None:
    """Raise UpdateLocked in the state locked: row 27 with the details of record updates (4.5)."""
    if change.state & RecordState.LOCKED:
        error = UpdateLocked(change.record_id)
        error.path = change.id_path
        raise error


Rule = Callable[[RecordChange], None]
_OF_UPDATES: dict[Rule, Rule] = {
    record_approved: record_approved_for_update,
    record_not_locked: record_not_locked_for_update,
}
UPDATE_RULES = tuple(_OF_UPDATES.get(rule, rule) for rule in STATE_RULES)
"""The rules of an update of single records, which may change any writable field."""


def check_state(change: RecordChange) -> None:
    """Check every rule of an update of single records; the first broken one raises its error."""
    for rule in UPDATE_RULES:
        rule(change)


def check_deletion(record_id: str, state: RecordState) -> None:
    """Raise an error when a state prevents deletion, in the order of section 7 (4.5; no_access is assumed)."""
    if state & RecordState.NO_ACCESS:
        raise NoRecordAccess(record_id)
    if state & RecordState.LOCKED:
        raise DeleteLocked(record_id)
    if state & (RecordState.IN_MERGE | RecordState.IMAGE_PENDING):
        raise DeleteInMerge(record_id)
    if state & (RecordState.IMAGE_REJECTED | RecordState.APPROVAL_PENDING):
        raise DeleteNotApproved(record_id)
