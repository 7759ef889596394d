"""GET /{module} and /{module}/{id}: lists of records and single ones (contract 4.3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from mockcrm.core import errors
from mockcrm.core.ids import parse_id
from mockcrm.core.orgs.database import reading
from mockcrm.core.records import listing
from mockcrm.core.records import store as records
from mockcrm.core.records.listing import Key, Ordering, Selection
from mockcrm.core.records.record_json import RecordWriter, writer_for
from mockcrm.core.records.store import LISTED, Row
from mockcrm.http import parameters
from mockcrm.http import scopes as access
from mockcrm.http.call import Call
from mockcrm.http.record_lists import pages, selecting
from mockcrm.http.record_lists.pages import Page
from mockcrm.http.record_lists.selecting import NEWEST_FIRST, Sorting
from mockcrm.http.response import Answer

ON_THE_LOOP = 2_000
"""Up to so many rows are skipped on the event loop; beyond that a thread does it."""


async def get_records(call: Call) -> Answer:
    """A page of records: plain, by ids, or of a view."""
    access.may_read(call.profile, call.module)
    wanted = parameters.fields_of_list(call)
    view = selecting.view_of(call)
    sorting = selecting.sorting(call, view)
    page = pages.asked(call)
    criteria = selecting.criteria_of(call, view)
    selection = selecting.by_criteria(call, selecting.everything(call), criteria)
    selection = selecting.by_ids(call, selecting.by_state(call, selection, criteria))
    selection = selecting.by_territory(call, selection)
    since = parameters.time_header(call, b"if-modified-since")
    if since is not None:
        selection = selection.narrowed(listing.MODIFIED_SINCE, since)
    if not _is_plain(selection, sorting.ordering) or call.version.records_have_page_tokens:
        return await _list(call, selection, sorting, page, wanted, empty=204 if since is None else 304)
    # A plain list says nothing of the time: what was answered before holds until something in the org changes.
    kept = call.runtime.kept
    key = (call.module.api_name, call.version, call.profile.id, page, None if wanted is None else tuple(wanted))
    version = kept.version(call.org.reader)
    body = kept.find(call.directory, key, version)
    if body is not None:
        return Answer(200, body)
    answer = await _list(call, selection, sorting, page, wanted, empty=204)
    if answer.status == 200:
        kept.keep(call.directory, key, version, answer.body)
    return answer


async def _list(
    call: Call, selection: Selection, sorting: Sorting, page: Page, wanted: Sequence[str] | None, *, empty: int
) -> Answer:
    found = await rows_of(call, selection, sorting.ordering, page)
    return listed(call, found, page, sorting, wanted) if found.rows else Answer(empty)


def _is_plain(selection: Selection, ordering: Ordering) -> bool:
    """Whether the list is that of a module without any parameter that chooses or sorts."""
    return selection.conditions == (LISTED,) and len(selection.module_ids) == 1 and ordering == NEWEST_FIRST


@dataclass(frozen=True, slots=True)
class Found:
    """The records of a page, and one more where the list goes on to, if it does. `keys`: what those at the ends are
    sorted by, read together with the page, so that a change in between cannot move a token's place."""

    rows: list[Row]
    keys: Mapping[int, Key]


async def rows_of(call: Call, selection: Selection, ordering: Ordering, page: Page) -> Found:
    """The records of a page of the selected ones."""
    limit = page.per_page + 1
    connection = call.org.reader
    plain = _is_plain(selection, ordering)
    if plain and page.position is not None:
        module_id = selection.module_ids[0]
        return Found(listing.page_from(connection, module_id, page.position, limit, backwards=page.backwards), {})
    if plain and page.offset <= ON_THE_LOOP:
        return Found(records.page(connection, selection.module_ids[0], limit, page.offset), {})

    def select(connection: sqlite3.Connection) -> tuple[list[int], dict[int, Key]]:
        way = ordering.reversed() if page.backwards else ordering
        with reading(connection):
            ids = listing.ids_of(connection, selection, way, limit, page.offset, page.position)
            ends = {*ids[:2], *ids[-2:]} if ordering.key is not None else set()
            keys = {number: listing.key_of(connection, number, ordering) for number in ends}
        return ids[::-1] if page.backwards else ids, keys

    if listing.HAS_ID in selection.conditions:
        ids, keys = select(connection)  # by key: no scan
    else:
        ids, keys = await call.org.scan(call.runtime.pool, select)
    return Found(records.rows(connection, ids), keys)


def listed(
    call: Call, found: Found, page: Page, sorting: Sorting, wanted: Sequence[str] | None, *, tokens: bool = True
) -> Answer:
    """The answer to a list: the page and its `info`; a search has no tokens."""
    beyond = len(found.rows) > page.per_page
    if page.backwards:
        rows = found.rows[1:] if beyond else found.rows
        more, earlier = True, beyond
    else:
        rows = found.rows[: page.per_page]
        more, earlier = beyond, page.first > 0
    following = previous = None
    if tokens and call.version.records_have_page_tokens:
        if more:
            last = rows[-1].id
            following = pages.token(call, page, last, found.keys.get(last), backwards=False)
        if earlier:
            first = rows[0].id
            previous = pages.token(call, page, first, found.keys.get(first), backwards=True)
    info = pages.info(call, page, sorting, len(rows), more=more, following=following, previous=previous)
    return Answer(200, f'{{"data":[{",".join(written(call, rows, wanted))}],"info":{info}}}'.encode())


async def get_record(call: Call) -> Answer:
    """One record; an unknown id is 204, a malformed one 400 (contract 4.3, assumed)."""
    access.may_read(call.profile, call.module)
    wanted = parameters.fields_of_record(call)
    number = parse_id(call.path["id"])
    if number is None:
        raise errors.RecordIdMalformed
    row = records.row(call.org.reader, number)
    if row is None or call.directory.modules_by_id.get(row.module_id) not in call.directory.record_modules(call.module):
        return Answer(204)
    since = parameters.time_header(call, b"if-modified-since")
    if since is not None and row.modified_time <= since:
        return Answer(304)
    return Answer(200, f'{{"data":[{",".join(written(call, [row], wanted))}]}}'.encode())


# -- records as text ---------------------------------------------------------------------------------------------


def written(call: Call, rows: Sequence[Row], wanted: Sequence[str] | None) -> list[str]:
    """The records as JSON texts, with every field or the `wanted` ones."""
    connection = call.org.reader
    ids = [row.id for row in rows]
    territories = records.territories_of(connection, ids) if call.module.module.territories else {}
    writers = {module_id: _writer(call, module_id) for module_id in {row.module_id for row in rows}}
    targets: set[int] = set()
    for row in rows:
        writer = writers[row.module_id]
        if writer.needs_names(row):
            targets |= writer.targets(row)
    names = _display_names(call, targets) if targets else {}
    if wanted is None:
        return [writers[row.module_id].whole(row, territories, names) for row in rows]
    return [writers[row.module_id].chosen(row, wanted, territories, names) for row in rows]


def _writer(call: Call, module_id: int) -> RecordWriter:
    return writer_for(call.directory, call.directory.modules_by_id[module_id], call.version, call.profile)


def _display_names(call: Call, ids: Iterable[int]) -> dict[int, str | None]:
    found = records.rows(call.org.reader, list(ids))
    return {row.id: display_name(call, row) for row in found}


def display_name(call: Call, row: Row) -> str | None:
    """What a record is called: the value of its module's display field."""
    module = call.directory.modules_by_id.get(row.module_id)
    value = None if module is None else orjson.loads(row.fields).get(module.module.display_field)
    return None if value is None else str(value)
