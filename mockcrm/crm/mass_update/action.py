"""Mass update: its rules in their order, and how it changes records immediately (by ids) or as a job (by view).

The order of checks (docs/contract/mass-update-and-core.md 2.1, assumed as a whole) is BODY_RULES, then IDS_RULES or
VIEW_RULES. For a view, the checks that read records follow: `view_is_busy`, `select` and `schedule`. For ids, the
record rules are then checked for each record. Row numbers are those of the error table in 2.2.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson

from mockcrm.core.bulk import Outcome
from mockcrm.core.catalog.model import Field
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.criteria import Criteria, CriteriaContext, CriteriaError, Leaf, compile_criteria, parse_criteria
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.bulk import AlreadyScheduled
from mockcrm.core.errors.records import InvalidRecordId
from mockcrm.core.errors.request import WrongType
from mockcrm.core.field_values import ValueContext
from mockcrm.core.ids import parse_id
from mockcrm.core.jobs import store as jobs
from mockcrm.core.org_metadata import store as metadata
from mockcrm.core.org_metadata.model import CustomView, OrgMetadata, OrgModule, Profile, User
from mockcrm.core.records import store as records
from mockcrm.core.records.rules import RESTRICTED_STATES, RecordChange, check_record, has_fields
from mockcrm.core.records.store import Assignment, Head
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.mass_update import rules as fields
from mockcrm.crm.mass_update import selection
from mockcrm.crm.mass_update.models import MassUpdateBody, parse

RECORD_UPDATED = "record updated"
SCHEDULED = "mass update scheduled successfully"


@dataclass
class Request:
    """One mass update being checked; the attributes without a default are filled in by the rules for later ones."""

    raw: object
    module: OrgModule
    user: User
    profile: Profile
    directory: OrgMetadata
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
        """The values as SQL assignments; those of a multi-select are added to the stored ones unless over_write is
        true."""
        return [
            Assignment(
                item.api_name,
                orjson.dumps(value).decode(),
                add=item.type.can_append and not self.body.over_write and value is not None,
            )
            for item, value in self.changes.items()
        ]


# -- the rules, in order -----------------------------------------------------------------------------------------


def body_is_readable(request: Request) -> None:
    """Parse the body: an object with `data` in which every key has its type."""
    request.body = parse(request.raw)


def mode_given(request: Request) -> None:
    """Check that ids or a cvid is given (row 10)."""
    selection.mode_given(request.body, request.version)


def fields_allowed(request: Request) -> None:
    """Check the fields and their values (rows 1 to 6 and 17)."""
    directory = request.directory
    context = ValueContext(request.version, directory.users, request.strict_picklists, directory.org.offset)
    request.changes = fields.check_fields(request.body.values, request.module, request.profile, context)


def ids_within_limit(request: Request) -> None:
    """Check that there are at most 500 ids."""
    selection.ids_within_limit(request.body.ids)


def schedule_allowed(request: Request) -> None:
    """Check that the profile may schedule a mass update (row 24)."""
    fields.require_schedule_right(request.profile, request.module)


def edition_schedules(request: Request) -> None:
    """Check that the org's edition has scheduled mass operations."""
    selection.edition_schedules(request.edition)


def view_known(request: Request) -> None:
    """Look up the view by its cvid (row 7)."""
    request.view = selection.known_view(request.directory, request.body.cvid)


def view_accessible(request: Request) -> None:
    """Check that the view is of this module and shared with the user (row 18)."""
    selection.view_accessible(request.view, request.module, request.user)


def territory_known(request: Request) -> None:
    """Look up the territory, if one is given (row 7), in a module that has territories."""
    request.territories = selection.territories_taken(request.directory, request.module, request.body)


def criteria_readable(request: Request) -> None:
    """Parse the view's criteria and those of the body's key `criteria`, a further filter on the view's records (known
    from the SDKs only; its meaning is assumed)."""
    if request.view.criteria is not None:
        request.criteria.append(parse_criteria(request.view.criteria, request.module.fields))
    if request.body.criteria is not None:
        try:
            request.criteria.append(parse_criteria(request.body.criteria, request.module.fields))
        except CriteriaError as fault:
            details = {"api_name": "criteria", "expected_data_type": "jsonobject"}
            raise WrongType(details, path="$.criteria") from fault


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
    """Check every rule that reads no records; the first broken one raises its error."""
    for rule in BODY_RULES:
        rule(request)
    for rule in IDS_RULES if request.body.ids else VIEW_RULES:
        rule(request)


# -- by ids ------------------------------------------------------------------------------------------------------


def update_by_ids(connection: sqlite3.Connection, request: Request, now: int) -> list[Outcome]:
    """Update each record that passes the rules, inside the caller's transaction. Return one outcome per id, in the
    order sent.

    An id that is sent twice has two outcomes (assumed); its values are set once.
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
) -> ZohoError | None:
    """Return the error of one record, None when it may be updated. Used by both modes, so that they agree."""
    module = None if head is None else modules.get(head.module_id)
    if head is None or module is None:
        return InvalidRecordId(record_id)
    if len(modules) == 1 and not head.state & RESTRICTED_STATES:
        return None
    try:
        check_record(RecordChange(record_id, RecordState(head.state), module, names))
    except ZohoError as fault:
        return fault
    return None


# -- by view -----------------------------------------------------------------------------------------------------


def view_is_busy(connection: sqlite3.Connection, request: Request) -> None:
    """Raise AlreadyScheduled when a job on the view is live (row 12). Checked here for the order of checks; the unique
    index that `schedule` relies on enforces it."""
    if jobs.has_live_on_view(connection, request.view.id):
        raise AlreadyScheduled


def select(connection: sqlite3.Connection, request: Request, context: CriteriaContext) -> list[int]:
    """Return the ids of the view's present records (assumed: a job updates the records found at the time of the POST).

    Converted Leads are excluded unless the criteria name Converted__s (assumed). Raises LimitExceeded (row 13) and
    NoRecordsFound (row 15).
    """
    conditions = [compile_criteria(criteria, context) for criteria in request.criteria]
    texts = [f"({sql.text})" for sql in conditions] or ["1"]
    if not any(mentions_conversion(criteria) for criteria in request.criteria):
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


def mentions_conversion(criteria: Criteria) -> bool:
    if isinstance(criteria, Leaf):
        return criteria.field.api_name == "Converted__s"
    return any(mentions_conversion(member) for member in criteria.members)


def schedule(connection: sqlite3.Connection, request: Request, ids: Sequence[int], now: float) -> int:
    """Store the job with its record ids, inside the caller's transaction; return the job id. Raises AlreadyScheduled
    when a job on the view is live (row 12)."""
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
        raise AlreadyScheduled
    return job_id


class MassUpdate:
    """The action that the job engine runs for a mass update by view."""

    name: ClassVar[str] = "mass_update"

    def run_chunk(
        self,
        connection: sqlite3.Connection,
        directory: OrgMetadata,
        request: dict[str, Any],
        ids: Sequence[int],
        user_id: int,
        now: int,
    ) -> list[tuple[int, str]]:
        """Update all records in no restricted state with one statement, then check the rules for the rest. Return the
        ids of the records that failed, with the names of their errors."""
        values = [Assignment(*value) for value in request["values"]]
        names = [value.field for value in values]
        modules = {module.id: module for module in directory.record_modules(directory.modules[request["module"]])}
        whole = [module.id for module in modules.values() if len(modules) == 1 or has_fields(module, names)]
        done = (
            records.update_all(connection, ids, whole, values, user_id, now, unless_state=RESTRICTED_STATES)
            if whole
            else 0
        )
        if done == len(ids):
            return []
        heads = records.heads(connection, ids)
        failures: list[tuple[int, str]] = []
        good = []
        for number in ids:
            head = heads.get(number)
            if head is not None and head.module_id in whole and not head.state & RESTRICTED_STATES:
                continue
            fault = _record_fault(str(number), head, modules, names)
            if fault is None:
                good.append(number)
            else:
                failures.append((number, fault.name))
        if good:
            records.update_all(connection, good, whole, values, user_id, now)
        return failures
