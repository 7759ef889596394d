"""GET /{module} and /{module}/{id}: lists of records and single ones (docs/contract/mass-update-and-core.md 4.3)."""

from __future__ import annotations

from collections.abc import Sequence

from mockcrm.core.ids import parse_id
from mockcrm.core.records import listing
from mockcrm.core.records import store as records
from mockcrm.core.records.listing import Selection
from mockcrm.crm.records import errors
from mockcrm.http import parameters
from mockcrm.http.call import Call
from mockcrm.http.external_ids import note_external_ids, refuse_external_ids
from mockcrm.http.record_lists import pages, selecting
from mockcrm.http.record_lists.pages import Page
from mockcrm.http.record_lists.responses import fetch_rows, is_plain, listed, records_json
from mockcrm.http.record_lists.selecting import Sorting
from mockcrm.http.response import Response


async def get_records(call: Call) -> Response:
    """A page of records: plain, by ids, or of a view."""
    note_external_ids(call)
    requested = parameters.fields_of_list(call)
    view = selecting.view_of(call)
    sorting = selecting.parse_sorting(call, view)
    page = pages.parse_page(call)
    criteria = selecting.criteria_of(call, view)
    selection = selecting.by_criteria(call, selecting.everything(call), criteria)
    selection = selecting.by_ids(call, selecting.by_state(call, selection, criteria))
    selection = selecting.by_filters(call, selecting.by_territory(call, selection))
    since = parameters.time_header(call, "if-modified-since")
    if since is not None:
        selection = selection.narrow(listing.MODIFIED_SINCE, since)
    if not is_plain(selection, sorting.ordering) or call.version.records_have_page_tokens:
        return await _list(call, selection, sorting, page, requested, empty=204 if since is None else 304)
    # A plain list does not depend on the time: a cached page is valid until something in the org changes.
    cache = call.runtime.page_cache
    key = (call.module.api_name, call.version, call.profile.id, page, None if requested is None else tuple(requested))
    version = cache.version(call.org.reader)
    body = cache.find(call.metadata, key, version)
    if body is not None:
        return Response(200, body)
    response = await _list(call, selection, sorting, page, requested, empty=204)
    if response.status == 200:
        cache.add(call.metadata, key, version, response.body)
    return response


async def _list(
    call: Call, selection: Selection, sorting: Sorting, page: Page, requested: Sequence[str] | None, *, empty: int
) -> Response:
    found = await fetch_rows(call, selection, sorting.ordering, page)
    return listed(call, found, page, sorting, requested) if found.rows else Response(empty)


async def get_record(call: Call) -> Response:
    """One record; an unknown id is 204, a malformed one 400 (docs/contract/mass-update-and-core.md 4.3, assumed)."""
    refuse_external_ids(call)
    requested = parameters.fields_of_record(call)
    record_id = parse_id(call.path["id"])
    if record_id is None:
        raise errors.RecordIdMalformed
    row = records.row(call.org.reader, record_id)
    if row is None or call.metadata.modules_by_id.get(row.module_id) not in call.metadata.record_modules(call.module):
        return Response(204)
    since = parameters.time_header(call, "if-modified-since")
    if since is not None and row.modified_time <= since:
        return Response(304)
    return Response(200, f'{{"data":[{",".join(records_json(call, [row], requested))}]}}'.encode())


# -- records as text ---------------------------------------------------------------------------------------------
