"""The pages of records that a request selects, read from the org's file and written as the response of a list."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from mockcrm.core.orgs.database import read_transaction
from mockcrm.core.records import listing, tags
from mockcrm.core.records import store as records
from mockcrm.core.records.listing import Key, Ordering, Selection
from mockcrm.core.records.record_json import NOTHING, RecordWriter, Related, writer_for
from mockcrm.core.records.store import LISTED, Row
from mockcrm.http.call import Call
from mockcrm.http.record_lists import pages
from mockcrm.http.record_lists.pages import Page
from mockcrm.http.record_lists.selecting import NEWEST_FIRST, Sorting
from mockcrm.http.response import Response

MAX_SKIPPED_ON_LOOP = 2_000
"""The maximum of rows to skip on the event loop; a thread skips more."""


def is_plain(selection: Selection, ordering: Ordering) -> bool:
    """Return whether the list is that of a whole module in its default order."""
    return selection.conditions == (LISTED,) and len(selection.module_ids) == 1 and ordering == NEWEST_FIRST


@dataclass(frozen=True, slots=True)
class Found:
    """The records of a page, and one more if the list goes on. `keys` are the sort keys of the records at both ends,
    read in the same transaction, so that a change in between cannot move the position of a token."""

    rows: list[Row]
    keys: Mapping[int, Key]


async def fetch_rows(call: Call, selection: Selection, ordering: Ordering, page: Page) -> Found:
    """Return the records of one page of the selection."""
    limit = page.per_page + 1
    connection = call.org.reader
    plain = is_plain(selection, ordering)
    if plain and page.position is not None:
        module_id = selection.module_ids[0]
        return Found(listing.page_from(connection, module_id, page.position, limit, backwards=page.backwards), {})
    if plain and page.offset <= MAX_SKIPPED_ON_LOOP:
        return Found(records.page(connection, selection.module_ids[0], limit, page.offset), {})

    def select(connection: sqlite3.Connection) -> tuple[list[int], dict[int, Key]]:
        way = ordering.reverse() if page.backwards else ordering
        with read_transaction(connection):
            ids = listing.ids_of(connection, selection, way, limit, page.offset, page.position)
            ends = {*ids[:2], *ids[-2:]} if ordering.key is not None else set()
            keys = {record_id: listing.key_of(connection, record_id, ordering) for record_id in ends}
        return ids[::-1] if page.backwards else ids, keys

    if listing.HAS_ID in selection.conditions:
        ids, keys = select(connection)  # by key: no scan
    else:
        ids, keys = await call.org.scan(select)
    return Found(records.rows(connection, ids), keys)


def listed(
    call: Call, found: Found, page: Page, sorting: Sorting, requested: Sequence[str] | None, *, searched: bool = False
) -> Response:
    """Return the response to a list: the page and its `info`, which has no tokens for a search."""
    beyond = len(found.rows) > page.per_page
    if page.backwards:
        rows = found.rows[1:] if beyond else found.rows
        more, earlier = True, beyond
    else:
        rows = found.rows[: page.per_page]
        more, earlier = beyond, page.first > 0
    following = previous = None
    if not searched and call.version.records_have_page_tokens:
        if more:
            last = rows[-1].id
            following = pages.make_token(call, page, last, found.keys.get(last), backwards=False)
        if earlier:
            first = rows[0].id
            previous = pages.make_token(call, page, first, found.keys.get(first), backwards=True)
    info = pages.info_json(
        call, page, sorting, len(rows), more=more, following=following, previous=previous, searched=searched
    )
    return Response(200, f'{{"data":[{",".join(records_json(call, rows, requested))}],"info":{info}}}'.encode())


def records_json(call: Call, rows: Sequence[Row], requested: Sequence[str] | None) -> list[str]:
    """Return the records as JSON texts, with every field or the `requested` ones."""
    connection = call.org.reader
    ids = [row.id for row in rows]
    territories = records.territories_of(connection, ids) if call.module.definition.territories else {}
    writers = {module_id: _writer(call, module_id) for module_id in {row.module_id for row in rows}}
    targets: set[int] = set()
    tag_ids: set[int] = set()
    for row in rows:
        writer = writers[row.module_id]
        if writer.has_references(row):
            records_shown, tags_shown = writer.references(row)
            targets |= records_shown
            tag_ids |= tags_shown
    names: dict[int, str | None] = {}
    more = NOTHING
    if targets or tag_ids:
        shown = records.rows(connection, list(targets))
        names = {row.id: display_name(call, row) for row in shown}
        more = Related(tags.by_id(connection, tag_ids), {row.id: row.module_id for row in shown})
    if requested is None:
        return [writers[row.module_id].whole(row, territories, names, more) for row in rows]
    return [writers[row.module_id].chosen(row, requested, territories, names, more) for row in rows]


def _writer(call: Call, module_id: int) -> RecordWriter:
    return writer_for(call.metadata, call.metadata.modules_by_id[module_id], call.version, call.profile)


def display_name(call: Call, row: Row) -> str | None:
    """Return the name of a record: the value of its module's display field."""
    module = call.metadata.modules_by_id.get(row.module_id)
    value = None if module is None else orjson.loads(row.fields).get(module.definition.display_field)
    return None if value is None else str(value)
