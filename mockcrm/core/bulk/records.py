"""Checking each record of a mass action: of a request by ids, and of a chunk of a job."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

from mockcrm.core.bulk.action import Outcome
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.records import InvalidRecordId
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.records import store as records
from mockcrm.core.records.store import Head

RecordCheck = Callable[[str, Head, OrgModule], None]
"""Takes a record's id, its head and its module, and raises an error if the record must not be changed."""
Modules = Mapping[int, OrgModule]
"""The modules whose records may be changed, by id: the module of the request; for Activities: Tasks, Events and
Calls."""


def check_record(record_id: str, head: Head | None, modules: Modules, check: RecordCheck) -> Outcome:
    """Return the outcome of one record: its head or its error. Requests by ids and jobs both
    use it, so that they apply the same rules."""
    module = None if head is None else modules.get(head.module_id)
    if head is None or module is None:
        return InvalidRecordId(record_id)
    try:
        check(record_id, head, module)
    except ZohoError as error:
        return error
    return head


def check_ids(
    connection: sqlite3.Connection, ids: Sequence[object], modules: Modules, check: RecordCheck
) -> list[Outcome]:
    """Return one outcome per id of the request, in the order sent; an id that is sent twice has two (assumed)."""
    record_ids = [parse_id(sent) for sent in ids]
    heads = records.heads(connection, {record_id for record_id in record_ids if record_id is not None})
    outcomes: list[Outcome] = []
    for sent, record_id in zip(ids, record_ids, strict=True):
        head = None if record_id is None else heads.get(record_id)
        outcomes.append(check_record(str(sent), head, modules, check))
    return outcomes


def passed_ids(outcomes: Iterable[Outcome]) -> list[int]:
    """Return the ids of the records that may be changed, without duplicates."""
    return list({outcome.id: None for outcome in outcomes if isinstance(outcome, Head)})


def check_chunk(
    heads: Mapping[int, Head], ids: Iterable[int], modules: Modules, check: RecordCheck
) -> tuple[list[int], list[tuple[int, str]]]:
    """Return the ids of a chunk that may be changed, and the others with the names of their errors."""
    passed: list[int] = []
    failures: list[tuple[int, str]] = []
    for record_id in ids:
        outcome = check_record(str(record_id), heads.get(record_id), modules, check)
        if isinstance(outcome, Head):
            passed.append(record_id)
        else:
            failures.append((record_id, outcome.name))
    return passed, failures
