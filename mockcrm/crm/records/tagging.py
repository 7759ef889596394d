"""The tags in a write of records: which names and ids are refused, and what is stored. An unknown name makes a tag
(docs/contract/around-a-record.md 3.2 to 3.4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import chain, islice

from mockcrm.core.casefold import fold
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.records import FieldMissing, InvalidRecordValue
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.records import tags
from mockcrm.crm.records import errors
from mockcrm.http.call import Call

MAX_NAME = 25
FORBIDDEN = frozenset("<>,")
MAX_ERRORS = 100
"""The most tags of one record that are reported (assumed)."""
EMOJI = 0x1F000
"""From this code point on, characters are emoji or too rare to be part of a name (assumed)."""

Sent = Sequence[Mapping[str, str]]
"""The tags of one record as the request names them: each by `id`, or by `name` with perhaps a `color_code`."""


class Tagging:
    """The tags of the records of one request."""

    def __init__(self, call: Call, connection: sqlite3.Connection, now: int) -> None:
        self._call = call
        self._connection = connection
        self._now = now

    def errors(self, module: OrgModule, index: int, field: str, sent: Sent) -> list[ZohoError]:
        """Return an error for each tag of the record at `index` that is refused (MAX_ERRORS at most), then one for too
        many of them."""
        path = f"$.data[{index}].{field}"
        ids = {parse_id(tag["id"]) for tag in sent if "id" in tag}
        existing = tags.by_id(self._connection, {tag_id for tag_id in ids if tag_id is not None})
        own = {tag.id for tag in existing.values() if tag.module_id == module.id}
        places = [f"{path}[{place}]" for place in range(len(sent))]
        wrong_names = (error for tag, place in zip(sent, places, strict=True) for error in _name_errors(tag, place))
        wrong_ids = (
            errors.LookupNotFound({"api_name": "id"}, path=f"{place}.id")
            for tag, place in zip(sent, places, strict=True)
            if "id" in tag and parse_id(tag["id"]) not in own
        )
        found = list(islice(chain(wrong_names, wrong_ids), MAX_ERRORS))
        if not found:
            names = {fold(tag["name"]) for tag in sent if "id" not in tag}
            stored = tags.by_name(self._connection, module.id, names) if names else {}
            known_ids = ids | {tag.id for tag in stored.values()}
            found += self._limit_errors(module, field, path, len(known_ids), len(names - stored.keys()))
        return found

    def _limit_errors(self, module: OrgModule, field: str, path: str, known: int, new: int) -> list[ZohoError]:
        if known + new > errors.MAX_TAGS_OF_RECORD:
            return [errors.TooManyTags(field, path)]
        limit = self._call.org.settings.tags_per_module
        if new and tags.count(self._connection, module.id) + new > limit:
            return [errors.TagLimitReached(limit)]
        return []

    def store(self, module: OrgModule, sent: Sent | None) -> list[dict[str, str]]:
        """Return the tags as the document has them, and make those whose names are unknown."""
        return tags.find_or_make(self._connection, module.id, sent or (), self._call.user.id, self._now)


def _name_errors(tag: Mapping[str, str], path: str) -> list[ZohoError]:
    """Return what is wrong with the name of a tag; one that is named by its id needs none."""
    name = tag.get("name")
    if name is None:
        return []
    if not name.strip():
        return [FieldMissing({"api_name": "name"}, path=f"{path}.name")]
    if len(name) > MAX_NAME:
        return [InvalidRecordValue({"maximum_length": MAX_NAME, "api_name": "name"}, path=f"{path}.name")]
    if any(sign in FORBIDDEN or ord(sign) >= EMOJI for sign in name):
        return [errors.TagNameInvalid({"api_name": "name"}, path=f"{path}.name")]
    return []
