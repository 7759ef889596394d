"""GET /settings/related_lists and /settings/related_lists/{id} (docs/contract/mass-update-and-core.md 3.5).

The lists are derived: notes, attachments and activities, then one for every lookup and multi-select lookup of another
module that refers to this one (which lists a real org has, their names and their order are assumed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mockcrm.core.errors.metadata import InvalidPathId
from mockcrm.core.org_metadata.model import OrgMetadata, OrgModule
from mockcrm.core.versions import ApiVersion
from mockcrm.crm.settings.related_lists.errors import LayoutUnknown, StatusUnknown
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint, settings_endpoint
from mockcrm.http.errors import InvalidModuleParameter
from mockcrm.http.metadata_responses import module_in_query, path_id, require_layout
from mockcrm.http.response import Response, json_response

OWN_LIST_IDS = 450_000_000_000
"""First id of the lists that every module has: ten ids for each module (assumed; no other ids are that large)."""
LOOKUP_LIST_IDS = 400_000_000_000
"""The id of a lookup's list is this plus the field's id."""

WITHOUT_LISTS = frozenset({"Notes", "Attachments"})
WITHOUT_ACTIVITIES = frozenset({"Tasks", "Events", "Calls", "Activities"})
ACTIVITIES = ("Tasks", "Events", "Calls")
STATUSES = ("visible", "user_hidden", "scheduled_for_deletion")


@dataclass(frozen=True, slots=True)
class RelatedList:
    """A related list: `module` is that of its records, `linking` the linking module of a multi-select lookup."""

    id: int
    api_name: str
    label: str
    module: OrgModule
    kind: str = "default"
    linking: str | None = None


async def get_related_lists(call: Call) -> Response:
    """Return the related lists of the module in the query."""
    module = module_in_query(call, InvalidModuleParameter)
    require_layout(call, module, LayoutUnknown)
    status = call.query.get("status", "visible")
    if status not in STATUSES:
        raise StatusUnknown(STATUSES)
    found = list(related_lists(call.metadata, module, call.version))
    if not found or status != "visible":
        return Response(204)
    items = [_item(entry, module, number, call.version) for number, entry in enumerate(found, 1)]
    return json_response(200, {"related_lists": items})


async def get_related_list(call: Call) -> Response:
    """Return one related list of the module in the query, by its id."""
    module = module_in_query(call, InvalidModuleParameter)
    require_layout(call, module, LayoutUnknown)
    requested = path_id(call)
    for number, entry in enumerate(related_lists(call.metadata, module, call.version), 1):
        if entry.id == requested:
            return json_response(200, {"related_lists": [_item(entry, module, number, call.version)]})
    raise InvalidPathId


def related_lists(metadata: OrgMetadata, module: OrgModule, version: ApiVersion) -> Iterator[RelatedList]:
    """Yield the related lists of a module, in order."""
    name = module.api_name
    if name in WITHOUT_LISTS:
        return
    first = module.base + OWN_LIST_IDS + (module.id - module.base) * 10
    yield RelatedList(first + 1, "Notes", "Notes", metadata.modules["Notes"])
    yield RelatedList(first + 2, "Attachments", "Attachments", metadata.modules["Attachments"])
    if name not in WITHOUT_ACTIVITIES:
        if version.has_activities:
            whole = metadata.modules["Activities"]
            yield RelatedList(first + 3, "Activities", "Open Activities", whole)
            yield RelatedList(first + 4, "Activities_History", "Closed Activities", whole)
        else:
            for number, kind in enumerate(ACTIVITIES, 5):
                other = metadata.modules[kind]
                yield RelatedList(first + number, kind, other.definition.plural_label, other)
    yield from _of_lookups(metadata, module, version)


def _of_lookups(metadata: OrgMetadata, module: OrgModule, version: ApiVersion) -> Iterator[RelatedList]:
    taken = {"Notes", "Attachments", *ACTIVITIES}
    for other in metadata.modules.values():
        # Activities are in the lists above.
        if other.api_name in WITHOUT_ACTIVITIES or not other.definition.exists_in(version):
            continue
        for field in other.definition.fields:
            if field.lookup != module.api_name or not field.exists_in(version):
                continue
            if field.type.related_list is None:
                continue
            kind = field.type.related_list(field)
            # The list of a module's first lookup has the module's name; those of others add the field's name.
            api_name = other.api_name
            if api_name in taken:
                api_name = f"{other.api_name}_{field.api_name}"
            taken.add(api_name)
            label = other.definition.plural_label
            if api_name != other.api_name:
                label = f"{label} ({field.field_label})"
            linking = None if field.type.module_of_rows is None else field.type.module_of_rows(other, field)
            number = other.base + LOOKUP_LIST_IDS + field.id
            yield RelatedList(number, api_name, label, other, kind, linking)


def _item(entry: RelatedList, module: OrgModule, number: int, version: ApiVersion) -> dict[str, Any]:
    other = entry.module
    item: dict[str, Any] = {
        "id": str(entry.id),
        # A string both in the v2 SDKs and on the v7 page.
        "sequence_number": str(number),
        "display_label": entry.label,
        "api_name": entry.api_name,
        "module": other.api_name,
        "name": entry.label,
        "action": None,
        "href": f"{module.api_name}/{{ENTITYID}}/{entry.api_name}",
        "type": entry.kind,
        "connectedmodule": None if entry.linking is None else other.api_name,
        "linkingmodule": entry.linking,
    }
    if version.has_later_metadata:
        item |= {
            "module": {"api_name": other.api_name, "id": str(other.id)},
            "customize_fields": True,
            "customize_sort": True,
            "customize_display_label": True,
            "sort_by": None,
            "sort_order": None,
            "fields": None,
            "status": "visible",
        }
    return item


ENDPOINTS: tuple[Endpoint, ...] = (
    settings_endpoint("related_lists", "The related lists of a module", get_related_lists),
    settings_endpoint("related_lists/{id}", "One related list", get_related_list),
)
"""The rows of this capability, in the order in which paths are matched."""
