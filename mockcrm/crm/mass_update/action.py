"""How a mass update changes records: immediately (by ids), or a chunk of a job (by view)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, ClassVar

from mockcrm.core.bulk.action import Outcome
from mockcrm.core.bulk.records import RecordCheck, check_chunk, check_ids, passed_ids
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.line_totals import PARTS
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule
from mockcrm.core.records import inventory
from mockcrm.core.records import store as records
from mockcrm.core.records.rules import RESTRICTED_STATES, RecordChange, check_record, has_fields
from mockcrm.core.records.store import Assignment, Head
from mockcrm.crm.mass_update.body import MassUpdateRequest


def update_by_ids(connection: sqlite3.Connection, request: MassUpdateRequest, now: int) -> list[Outcome]:
    """Update each record that passes the rules, inside the caller's transaction. Return one outcome per id, in the
    order sent.

    An id that is sent twice has two outcomes (assumed); its values are set once.
    """
    modules = {module.id: module for module in request.metadata.record_modules(request.module)}
    names = [item.api_name for item in request.changes]
    check = _record_check(names, several=len(modules) > 1)
    outcomes = check_ids(connection, request.body.ids, modules, check)
    passed = passed_ids(outcomes)
    if len(passed) == 1:
        records.update(connection, passed[0], request.assignments, request.user.id, now)
    elif passed:
        records.update_all(connection, passed, list(modules), request.assignments, request.user.id, now)
    if not PARTS.isdisjoint(names):
        inventory.refresh_totals(connection, request.metadata, request.module, passed, names)
    return outcomes


def _record_check(names: Sequence[str], *, several: bool) -> RecordCheck:
    """Return the check of a record whose fields `names` are to change. `several` says whether the request's module
    consists of several ones, which may lack a field."""

    def check(record_id: str, head: Head, module: OrgModule) -> None:
        if several or head.state & RESTRICTED_STATES:
            check_record(RecordChange(record_id, RecordState(head.state), module, names))

    return check


def job_parameters(request: MassUpdateRequest) -> dict[str, object]:
    """Return what `MassUpdate.run_chunk` needs to know of the request."""
    values = [[value.field, value.json, value.add] for value in request.assignments]
    return {"module": request.module.api_name, "values": values}


class MassUpdate:
    """The action that the job engine runs for a mass update by view."""

    name: ClassVar[str] = "mass_update"

    def run_chunk(
        self,
        connection: sqlite3.Connection,
        metadata: OrgMetadata,
        request: dict[str, Any],
        ids: Sequence[int],
        user_id: int,
        now: int,
    ) -> list[tuple[int, str]]:
        """Update all records in no restricted state with one statement, then check the rules for the rest. Return the
        ids of the records that failed, with the names of their errors."""
        values = [Assignment(*value) for value in request["values"]]
        names = [value.field for value in values]
        module = metadata.modules[request["module"]]
        modules = {own.id: own for own in metadata.record_modules(module)}
        whole = [own.id for own in modules.values() if len(modules) == 1 or has_fields(own, names)]
        done = (
            records.update_all(connection, ids, whole, values, user_id, now, unless_state=RESTRICTED_STATES)
            if whole
            else 0
        )
        if done == len(ids):
            inventory.refresh_totals(connection, metadata, module, ids, names)
            return []
        heads = records.heads(connection, ids)
        rest = [
            record_id
            for record_id in ids
            if (head := heads.get(record_id)) is None or head.module_id not in whole or head.state & RESTRICTED_STATES
        ]
        passed, failures = check_chunk(heads, rest, modules, _record_check(names, several=len(modules) > 1))
        if passed:
            records.update_all(connection, passed, whole, values, user_id, now)
        failed = {record_id for record_id, _ in failures}
        inventory.refresh_totals(connection, metadata, module, [item for item in ids if item not in failed], names)
        return failures
