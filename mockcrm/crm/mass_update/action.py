"""Mass update: its rules in their order, how it changes records at once or as a job, and its wording.

The order of checks (contract 2.1, assumed as a whole) is BODY_RULES, then IDS_RULES or VIEW_RULES, then, for a
view, what needs the records themselves: `schedule`. By ids every record is then asked on its own (rules/records).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson

from mockcrm.core import errors
from mockcrm.core.bulk import Outcome
from mockcrm.core.catalog.model import Field
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.criteria import Criteria, CriteriaContext, CriteriaError, Leaf, compile_criteria, parse_criteria
from mockcrm.core.field_values import ValueContext
from mockcrm.core.ids import parse_id
from mockcrm.core.jobs import store as jobs
from mockcrm.core.org_metadata import store as metadata
from mockcrm.core.org_metadata.model import CustomView, Directory, OrgModule, Profile, User
from mockcrm.core.records import store as records
from mockcrm.core.records.rules import SUSPECT, RecordChange, check_record, has_fields
from mockcrm.core.records.store import Assignment, Head
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.mass_update import rules as fields
from mockcrm.crm.mass_update import selection
from mockcrm.crm.mass_update.models import MassUpdateBody, parse
from mockcrm.http import scopes as access

RECORD_UPDATED = "record updated"
SCHEDULED = "mass update scheduled successfully"


@dataclass
class Request:
    """One mass update on its way through the rules; what a rule finds out is kept for the next ones."""

    raw: object
    module: OrgModule
    user: User
    profile: Profile
    directory: Directory
    edition: str
    version: ApiVersion
    strict_picklists: bool = False
    body: MassUpdateBody = field(init=False)
    changes: Mapping[Field, Any] = field(init=False)
    view: CustomView = field(init=False)
    territories: list[int] | None = field(init=False, default=None)
    criteria: list[Criteria] = field(init=False, default_factory=list)

    @property
    def assignments(self) -> list[Assignment]:
        """The values as SQL wants them; a multi-select is added to unless over_write says to replace it."""
        return [
            Assignment(
                item.api_name,
                orjson.dumps(value).decode(),
                add=item.data_type == "multiselectpicklist" and not self.body.over_write and value is not None,
            )
            for item, value in self.changes.items()
        ]


# -- the rules, in order -----------------------------------------------------------------------------------------


def body_is_readable(request: Request) -> None:
    """The body is an object with `data`, and every key has its type."""
    request.body = parse(request.raw)


def mode_given(request: Request) -> None:
    """Row 10."""
    selection.mode_given(request.body, request.version)


def fields_allowed(request: Request) -> None:
    """Rows 1 to 6 and 17."""
    directory = request.directory
    context = ValueContext(request.version, directory.users, request.strict_picklists, directory.org.offset)
    request.changes = fields.check_fields(request.body.values, request.module, request.profile, context)


def ids_within_limit(request: Request) -> None:
    """At most 500 ids."""
    selection.ids_within_limit(request.body.ids)


def schedule_allowed(request: Request) -> None:
    """Row 24."""
    access.may_schedule(request.profile, request.module)


def edition_schedules(request: Request) -> None:
    """The edition has scheduled mass operations."""
    selection.edition_schedules(request.edition)


def view_known(request: Request) -> None:
    """Row 7, cvid."""
    request.view = selection.known_view(request.directory, request.body.cvid)


def view_accessible(request: Request) -> None:
    """Row 18."""
    selection.view_accessible(request.view, request.module, request.user)


def territory_known(request: Request) -> None:
    """The module takes territories; row 7, territory."""
    request.territories = selection.territories_taken(request.directory, request.module, request.body)


def criteria_readable(request: Request) -> None:
    """The criteria key, a further filter on the view's records (no page documents it; assumed)."""
    if request.view.criteria is not None:
        request.criteria.append(parse_criteria(request.view.criteria, request.module.fields))
    if request.body.criteria is not None:
        try:
            request.criteria.append(parse_criteria(request.body.criteria, request.module.fields))
        except CriteriaError as fault:
            details = {"api_name": "criteria", "expected_data_type": "jsonobject"}
            raise errors.WrongType(details, path="$.criteria") from fault


BODY_RULES: tuple[Callable[[Request], None], ...] = (body_is_readable, mode_given, fields_allowed)
IDS_RULES: tuple[Callable[[Request], None], ...] = (ids_within_limit,)
VIEW_RULES: tuple[Callable[[Request], None], ...] = (
    schedule_allowed,
    edition_schedules,
    view_known,
    view_accessible,
    territory_known,
    criteria_readable,
)


def check(request: Request) -> None:
    """Every rule that needs no record; the first one broken raises."""
    for rule in BODY_RULES:
        rule(request)
    for rule in IDS_RULES if request.body.ids else VIEW_RULES:
        rule(request)


# -- by ids ------------------------------------------------------------------------------------------------------


def update_by_ids(connection: sqlite3.Connection, request: Request, now: int) -> list[Outcome]:
    """Update each record that may be, inside the caller's transaction; one outcome per id in the order sent.

    An id that stands twice has two outcomes (assumed); its values are set once.
    """
    numbers = [parse_id(sent) for sent in request.body.ids]
    heads = records.heads(connection, {number for number in numbers if number is not None})
    modules = {module.id: module for module in request.directory.record_modules(request.module)}
    names = [item.api_name for item in request.changes]
    outcomes = []
    good: dict[int, None] = {}
    for sent, number in zip(request.body.ids, numbers, strict=True):
        head = None if number is None else heads.get(number)
        fault = _record_fault(str(sent), head, modules, names)
        outcomes.append(Outcome(sent, head, fault))
        if fault is None and number is not None:
            good[number] = None
    if len(good) == 1:
        (only,) = good
        records.update(connection, only, request.assignments, request.user.id, now)
    elif good:
        records.update_all(connection, list(good), list(modules), request.assignments, request.user.id, now)
    return outcomes


def _record_fault(
    record_id: str, head: Head | None, modules: Mapping[int, OrgModule], names: Sequence[str]
) -> errors.ZohoError | None:
    """The error of one record, None when it may be updated. Jobs and ids share it: one truth for both ways."""
    module = None if head is None else modules.get(head.module_id)
    if head is None or module is None:
        return errors.InvalidRecordId(record_id)
    if len(modules) == 1 and not head.state & SUSPECT:
        return None
    try:
        check_record(RecordChange(record_id, RecordState(head.state), module, names))
    except errors.ZohoError as fault:
        return fault
    return None


# -- by view -----------------------------------------------------------------------------------------------------


def view_is_busy(connection: sqlite3.Connection, request: Request) -> None:
    """Row 12, asked early for the order of checks; what holds it is the unique index (`schedule`)."""
    if jobs.live_on_view(connection, request.view.id):
        raise errors.AlreadyScheduled


def select(connection: sqlite3.Connection, request: Request, context: CriteriaContext) -> list[int]:
    """The ids of the view's records at this moment (assumed: a job takes the records of the POST's time).

    Converted Leads are left out unless the view's criteria speak of them (assumed). Rows 13 and 15.
    """
    conditions = [compile_criteria(criteria, context) for criteria in request.criteria]
    texts = [f"({sql.text})" for sql in conditions] or ["1"]
    if not any(_speaks_of_conversion(criteria) for criteria in request.criteria):
        texts.append(f"state & {int(RecordState.CONVERTED)} = 0")
    ids = records.matching_ids(
        connection,
        [module.id for module in request.directory.record_modules(request.module)],
        " AND ".join(texts),
        [parameter for sql in conditions for parameter in sql.parameters],
        request.territories,
        selection.MAX_VIEW_RECORDS + 1,
    )
    selection.records_within_limit(ids)
    return ids


def _speaks_of_conversion(criteria: Criteria) -> bool:
    if isinstance(criteria, Leaf):
        return criteria.field.api_name == "Converted__s"
    return any(_speaks_of_conversion(member) for member in criteria.members)


def schedule(connection: sqlite3.Connection, request: Request, ids: Sequence[int], now: float) -> int:
    """Store the job with its ids, inside the caller's transaction; its id. Row 12 when the view has a live job."""
    job_id = metadata.allocate_ids(connection, 1)
    stored = {
        "module": request.module.api_name,
        "values": [[value.field, value.json, value.add] for value in request.assignments],
    }
    scheduled = jobs.schedule(
        connection,
        job_id=job_id,
        action=MassUpdate.name,
        module_id=request.module.id,
        cvid=request.view.id,
        user_id=request.user.id,
        request=stored,
        ids=ids,
        now=now,
    )
    if not scheduled:
        raise errors.AlreadyScheduled
    return job_id


class MassUpdate:
    """Mass update as the job engine sees it."""

    name: ClassVar[str] = "mass_update"

    def run_chunk(
        self,
        connection: sqlite3.Connection,
        directory: Directory,
        request: dict[str, Any],
        ids: Sequence[int],
        user_id: int,
        now: int,
    ) -> list[tuple[int, str]]:
        """Update all records that no rule could stop in one statement, then ask the rules about the rest."""
        values = [Assignment(*value) for value in request["values"]]
        names = [value.field for value in values]
        modules = {module.id: module for module in directory.record_modules(directory.modules[request["module"]])}
        whole = [module.id for module in modules.values() if len(modules) == 1 or has_fields(module, names)]
        done = records.update_all(connection, ids, whole, values, user_id, now, unless_state=SUSPECT) if whole else 0
        if done == len(ids):
            return []
        heads = records.heads(connection, ids)
        failures: list[tuple[int, str]] = []
        good = []
        for number in ids:
            head = heads.get(number)
            if head is not None and head.module_id in whole and not head.state & SUSPECT:
                continue
            fault = _record_fault(str(number), head, modules, names)
            if fault is None:
                good.append(number)
            else:
                failures.append((number, fault.name))
        if good:
            records.update_all(connection, good, whole, values, user_id, now)
        return failures
