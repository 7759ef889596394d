"""The record that a task, event or call (What_Id) or a note (Parent_Id) belongs to, and the module that a request names
with it (docs/contract/around-a-record.md 1.3 and 2.1)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.records import FieldMissing, InvalidRecordValue
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata.model import RELATED, SE_MODULE, OrgModule
from mockcrm.core.records import notes
from mockcrm.core.records import store as records
from mockcrm.core.records.values import RecordValues
from mockcrm.crm.records import errors
from mockcrm.http.call import Call

KEY = SE_MODULE.api_name
NOTE_FIELDS = ("Note_Content", "Note_Title")
"""The fields of a note that an update changes."""


def changeable(module: OrgModule, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the keys of a record that an update regards: of a note only its texts."""
    if module.api_name != notes.MODULE:
        return record
    return {name: record[name] for name in NOTE_FIELDS if name in record}


class Parents:
    """The parents of the records of one request."""

    def __init__(self, call: Call, connection: sqlite3.Connection) -> None:
        self._call = call
        self._connection = connection

    def resolve(
        self,
        module: OrgModule,
        index: int,
        record: Mapping[str, Any],
        values: RecordValues,
        stored: Mapping[str, Any] | None,
    ) -> tuple[RecordValues, dict[str, Any], list[ZohoError]]:
        """Return the values that remain to be checked as usual, what is stored besides them, and the errors. `stored`
        is the document of an existing record."""
        path = f"$.data[{index}]"
        if module.api_name == notes.MODULE:
            return self._note(path, record, values, stored)
        if module.has_related_module:
            return values, *self._activity(path, record, values, stored or {})
        return values, {}, []

    # -- tasks, events and calls -------------------------------------------------------------------------------

    def _activity(
        self, path: str, record: Mapping[str, Any], values: RecordValues, stored: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[ZohoError]]:
        sent = _named(record)
        what = values.document.get(RELATED, stored.get(RELATED))
        if sent is None:
            if RELATED not in values.document:
                return {}, []
            name = stored.get(KEY) if what is not None else None
            if what is not None and name is None and self._call.org.settings.se_module_required:
                return {}, [FieldMissing({"api_name": KEY}, path=f"{path}.{KEY}")]
        else:
            named = self._module(sent)
            if named is None:
                return {}, [InvalidRecordValue({"api_name": KEY}, path=f"{path}.{KEY}")]
            name = named.api_name
        own = None if what is None else self._module_of(int(what["id"]))
        if own is not None and name not in (None, own.api_name):
            return {}, [errors.LookupNotFound({"api_name": RELATED}, path=f"{path}.{RELATED}")]
        return {KEY: name if own is None else own.api_name}, []

    # -- notes -------------------------------------------------------------------------------------------------

    def _note(
        self, path: str, record: Mapping[str, Any], values: RecordValues, stored: Mapping[str, Any] | None
    ) -> tuple[RecordValues, dict[str, Any], list[ZohoError]]:
        found = self._content_errors(path, {**(stored or {}), **values.document})
        if stored is not None:
            return values, {}, found
        sent = record.get(notes.PARENT)
        if sent is None:
            found.append(FieldMissing({"api_name": notes.PARENT}, path=f"{path}.{notes.PARENT}"))
        reference = values.document.get(notes.PARENT)
        remaining = replace(values, document={k: v for k, v in values.document.items() if k != notes.PARENT})
        if reference is not None:
            found += self._parent_errors(path, record, int(reference["id"]))
        return remaining, {notes.PARENT: reference}, found

    def _content_errors(self, path: str, texts: Mapping[str, Any]) -> list[ZohoError]:
        if texts.get("Note_Content"):
            return []
        if not self._call.version.notes_need_content_or_title:
            return [FieldMissing({"api_name": "Note_Content"}, path=f"{path}.Note_Content")]
        return [] if texts.get("Note_Title") else [errors.ContentOrTitleMissing(path)]

    def _parent_errors(self, path: str, record: Mapping[str, Any], parent_id: int) -> list[ZohoError]:
        """Return an error when the module of a parent is not named or unknown, or has no such record."""
        parent = record[notes.PARENT]
        inner = parent.get("module") if isinstance(parent, dict) else None
        sent = _named(record) if inner is None else inner
        by_module = self._call.version.notes_name_parents_by_module
        key, where = ("module", f"{path}.{notes.PARENT}.module") if by_module else (KEY, f"{path}.{KEY}")
        own = self._module_of(parent_id)
        if sent is None:
            if self._call.org.settings.se_module_required:
                return [FieldMissing({"api_name": key}, path=where)]
            return [] if own is not None else [errors.ParentUnknown()]
        named = self._module(sent)
        if named is None:
            return [InvalidRecordValue({"api_name": key}, path=where)]
        return [] if own is named else [errors.ParentUnknown()]

    # -- modules -----------------------------------------------------------------------------------------------

    def _module(self, sent: object) -> OrgModule | None:
        """Return the module that a request names: by api_name, or as an object with `api_name` or `id`."""
        metadata = self._call.metadata
        if isinstance(sent, dict):
            module_id = parse_id(sent.get("id"))
            found = None if module_id is None else metadata.modules_by_id.get(module_id)
            sent = sent.get("api_name", found and found.api_name)
        if not isinstance(sent, str):
            return None
        named = metadata.find_module(sent)
        return None if named is None or named.api_name == notes.MODULE else named

    def _module_of(self, record_id: int) -> OrgModule | None:
        head = records.head(self._connection, record_id)
        module = None if head is None else self._call.metadata.modules_by_id.get(head.module_id)
        return None if module is None or module.api_name == notes.MODULE else module


def _named(record: Mapping[str, Any]) -> object:
    """Return `$se_module` of a record in a request; the pages of v2 spell it without the sign."""
    return record.get(KEY, record.get("se_module"))
