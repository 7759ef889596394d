"""The automation that an update triggers in its module: workflows, then approval, then blueprint.

According to the v2 reference page, an update by ids triggers all three, a job only below 1,000 records
(docs/contract/mass-update-and-core.md 2.1). All changes of records are committed together with the update that
triggered them; webhooks are sent afterwards and cannot make it fail. Assumed, because no document says it: every
workflow evaluates the record after the update, approval and blueprint evaluate it after the workflows, and changes by a
workflow trigger no further automation.
"""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mockcrm.core.automation import events
from mockcrm.core.automation.events import AutomationEvent
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.criteria import Criteria, CriteriaContext, Sql, compile_criteria, parse_criteria
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule
from mockcrm.core.records import inventory, tags
from mockcrm.core.records import store as records
from mockcrm.core.records.store import Assignment
from mockcrm.core.records.values import TRIGGERS

# Starts at the time in nanoseconds, so that ids are not reused after a reset of the org: the result of a webhook sent
# before the reset must not be stored with an event after it.
_next_id = itertools.count(time.time_ns()).__next__


@dataclass(frozen=True, slots=True)
class Trigger:
    """An update that may trigger automation: the user's id, the time, and the job's id (None for an update by ids)."""

    user_id: int
    now: int
    job_id: int | None = None


def fire(
    connection: sqlite3.Connection,
    metadata: OrgMetadata,
    module: OrgModule,
    ids: Sequence[int],
    trigger: Trigger,
    kinds: Collection[str] = TRIGGERS,
) -> list[AutomationEvent]:
    """Run the automation of the updated records' modules in the caller's transaction. Return the automation events.

    `module` is the module that was updated; for Activities the automation of each record's own module runs. Only
    `kinds` are run: a write of records may select some by `trigger` (docs/contract/mass-update-and-core.md 4.4).
    """
    fired: list[AutomationEvent] = []
    for own in metadata.record_modules(module):
        if ids and own.has_automation:
            run = _Run(connection, metadata, own, ids, trigger)
            if "workflow" in kinds:
                run.workflows()
            if "approval" in kinds:
                run.enter("approval", own.approval, RecordState.APPROVAL_PENDING)
            if "blueprint" in kinds:
                run.enter("blueprint", own.blueprint, RecordState.IN_BLUEPRINT)
            fired += run.fired
    if fired:
        events.insert_events(connection, fired)
    return fired


class _Run:
    """The automation of one module over the records of one update."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        metadata: OrgMetadata,
        module: OrgModule,
        ids: Sequence[int],
        trigger: Trigger,
    ) -> None:
        self.fired: list[AutomationEvent] = []
        self._connection = connection
        self._metadata = metadata
        self._module = module
        self._ids = ids
        self._trigger = trigger

    def workflows(self) -> None:
        """Run the workflows: for records that match its condition, each sets its fields and records its webhook."""
        matches = [
            (workflow, self._matching(("workflow", workflow["name"]), workflow.get("when")))
            for workflow in self._module.workflows
        ]
        for workflow, ids in matches:
            if not ids:
                continue
            values: Mapping[str, Any] = workflow.get("set", {})
            if values:
                trigger = self._trigger
                assignments = [self._assignment(name, value) for name, value in values.items()]
                records.update_all(self._connection, ids, [self._module.id], assignments, trigger.user_id, trigger.now)
                inventory.refresh_totals(self._connection, self._metadata, self._module, ids, values.keys())
            self._note("workflow", workflow["name"], ids, values, workflow.get("webhook"))

    def _assignment(self, name: str, value: Any) -> Assignment:
        if value is not None and self._module.fields[name].type.holds_tags:
            trigger = self._trigger
            value = tags.find_or_make(self._connection, self._module.id, value, trigger.user_id, trigger.now)
        return Assignment(name, orjson.dumps(value).decode())

    def enter(self, kind: str, rule: Mapping[str, Any] | None, state: RecordState) -> None:
        """Put the records that match the rule's enter_when into `state`; a rule without enter_when matches none."""
        if rule is None or "enter_when" not in rule:
            return
        ids = self._matching((kind,), rule["enter_when"], without=state)
        if ids:
            events.add_state(self._connection, ids, int(state))
            self._note(kind, rule.get("field", self._module.api_name), ids, {}, None)

    def _matching(self, key: tuple[str, ...], tree: Mapping[str, Any] | None, without: int = 0) -> list[int]:
        sql = self._condition(key, tree)
        return events.matching_ids(self._connection, self._ids, self._module.id, sql.text, sql.parameters, int(without))

    def _condition(self, key: tuple[str, ...], tree: Mapping[str, Any] | None) -> Sql:
        cached: dict[Any, Criteria | None] = self._metadata.cache.setdefault("automation", {})
        place = (self._module.api_name, *key)
        if place not in cached:
            cached[place] = None if tree is None else parse_criteria(tree, self._module.fields)
        context = CriteriaContext(self._trigger.user_id, self._trigger.now, self._metadata.org.offset)
        return compile_criteria(cached[place], context)

    def _note(self, kind: str, name: str, ids: Sequence[int], values: Mapping[str, Any], webhook: str | None) -> None:
        changes = orjson.dumps(values).decode()
        trigger = self._trigger
        self.fired += [
            AutomationEvent(
                _next_id(),
                trigger.now,
                kind,
                name,
                self._module.id,
                record_id,
                trigger.job_id,
                changes,
                webhook,
            )
            for record_id in ids
        ]
