"""GET /{module}/search and /{module}/actions/count (docs/contract/mass-update-and-core.md 4.7, 4.8).

Unlike the service, whose search index lags by seconds, a search finds a record as soon as it is written.
"""

from __future__ import annotations

import sqlite3
from functools import partial

from mockcrm.core.casefold import fold
from mockcrm.core.org_metadata.model import OrgModule, Profile
from mockcrm.core.records import listing
from mockcrm.core.records.listing import Selection
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.search import errors
from mockcrm.crm.search.rules import equal_in, parse_search, parse_word, word_in
from mockcrm.http import parameters
from mockcrm.http import scopes as access
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, Operation, of_module, verbs
from mockcrm.http.errors import ReadDenied
from mockcrm.http.external_ids import note_external_ids
from mockcrm.http.modules import record_module
from mockcrm.http.record_lists import responses, selecting
from mockcrm.http.record_lists.pages import Page
from mockcrm.http.response import Response, json_response

MAX_RESULTS = 2_000
WAYS = ("criteria", "email", "phone", "word")
"""The parameters of a search, by priority: the first one present is used (the v7 page)."""
NOT_SEARCHABLE = frozenset({"Activities", "Attachments", "Notes"})
"""Modules without search (Activities by the v8 page; the others assumed)."""


async def search_records(call: Call) -> Response:
    """Return a page of the records that a search finds, of a view if it names one, by default newest id first."""
    if call.module.api_name in NOT_SEARCHABLE:
        raise errors.SearchNotSupported(call.module.api_name)
    note_external_ids(call)
    requested = parameters.fields_of_record(call)
    way = _way(call)
    if way is None:
        raise errors.SearchParamMissing
    page = Page(parameters.page_of_records(call), parameters.per_page(call))
    if page.number * page.per_page > MAX_RESULTS:
        raise errors.SearchBeyondLimit
    view = selecting.view_of(call)
    sorting = selecting.parse_sorting(call, None, any_field=True)
    selection = selecting.by_criteria(call, _select_by(call, way), selecting.criteria_of(call, view))
    found = await responses.fetch_rows(call, selection, sorting.ordering, page)
    if not found.rows:
        return Response(204)
    return responses.listed(call, found, page, sorting, requested, searched=True)


async def count_records(call: Call) -> Response:
    """Return the number of records of a view, a search or the module; 200 for 0 records, too (assumed)."""
    way = _way(call)
    if way is not None:
        if "cvid" in call.query:
            raise errors.AmbiguousCount("cvid", way)
        if call.module.api_name in NOT_SEARCHABLE:
            raise errors.SearchNotSupported(call.module.api_name)
        require_field_type(call, way)
        selection = _select_by(call, way)
    else:
        criteria = selecting.criteria_of(call, selecting.view_of(call))
        selection = selecting.by_criteria(call, selecting.everything(call), criteria)
        selection = selecting.by_state(call, selection, criteria)
    selection = selecting.by_filters(call, selection)
    count = await call.org.scan(partial(_count, selection=selection))
    return json_response(200, {"count": count})


def _count(connection: sqlite3.Connection, selection: Selection) -> int:
    return listing.count_of(connection, selection)


def _way(call: Call) -> str | None:
    return next((name for name in WAYS if call.query.get(name)), None)


def require_field_type(call: Call, way: str) -> None:
    """Raise FieldTypeUnavailable in v8 when the module has no field that the parameter `way` looks in (section 4.8)."""
    if way in ("email", "phone") and call.version.has_texts_of_v8:
        fields = selecting.searchable_fields(call).values()
        if not any(field.type.search_parameter == way for field in fields):
            raise errors.FieldTypeUnavailable


def _select_by(call: Call, way: str) -> Selection:
    """Return the selection of the records that match the search parameter `way`."""
    text = call.query[way]
    fields = selecting.searchable_fields(call)
    selection = selecting.everything(call)
    if way == "criteria":
        criteria = parse_search(text, fields, call.version)
        return selecting.by_state(call, selecting.by_criteria(call, selection, criteria), criteria)
    if "\0" in text or not text.strip():
        raise errors.InvalidQuery({"param_name": way})
    if way == "word":
        word = parse_word(text)
        found = word_in((field for field in fields.values() if field.kind.has_words), word)
        # The whole document is searched first: most records lack the word, and checking 60 fields of each is slow.
        lower = "lower" if word.isascii() else "fold"
        selection = selection.narrow(f"instr({lower}(record.fields), ?) > 0", fold(word))
    else:
        found = equal_in((field for field in fields.values() if field.type.search_parameter == way), text.strip())
    if found is None:
        return selection.narrow(selecting.NOTHING)
    return selecting.by_state(call, selecting.by_criteria(call, selection, found))


SEARCH_SCOPE = access.OAuthScope("securesearch", "read", service="zohosearch")


def require_search_right(profile: Profile, module: OrgModule) -> None:
    """Raise ReadDenied, which has texts of its own here, when the profile denies read of the module (4.3)."""
    if profile.denies("read", module.api_name):
        raise ReadDenied(module.api_name, "Permission denied to read", names_permission=False)


def _search_scopes(call: Call) -> tuple[access.OAuthScope, ...]:
    return (*of_module("modules", "read")(call), SEARCH_SCOPE)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/crm/{version}/{module}/search",
        verbs(GET=Operation(search_records, _search_scopes, require_search_right)),
        module=record_module,
        summary="Search records by criteria, email, phone or word",
    ),
    Endpoint(
        "/crm/{version}/{module}/actions/count",
        verbs(GET=Operation(count_records, of_module("modules", "read"), access.require_read_right)),
        module=record_module,
        since=ApiVersion.V2_1,
        summary="How many records a view has or a search finds",
    ),
)
"""The rows of this capability, in the order in which paths are matched."""
