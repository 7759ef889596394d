"""Records that a write names instead of giving their ids (docs/contract/mass-update-and-core.md 4.4).

A lookup given as a name, such as `"Account_Name": "Zylker"` of a contact, refers to the record with that name; when
there is none, it is created together with the record that names it. Which lookups take names is a setting. The product
of a line item may be named too, but has to exist.

All names of a request are searched in one scan per module. Names are compared without case; of several records with
the name the oldest is meant (assumed).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from mockcrm.core import line_items
from mockcrm.core.casefold import fold
from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria.conditions import stored_source
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.records import auto_numbers, listing
from mockcrm.core.records import store as records
from mockcrm.core.records.documents import complete
from mockcrm.core.records.store import Row
from mockcrm.core.records.values import name_in
from mockcrm.http.call import Call

_LIVE = {("Contacts", "Account_Name")}
"""The lookups that live answers show to take names, as module and field."""


def lookups_by_name(call: Call) -> dict[str, OrgModule]:
    """Return the target modules of the module's lookups that take names, by the api_names of the lookups."""
    mode, module, modules = call.org.settings.lookup_by_name, call.module, call.metadata.modules
    cached: dict[Any, dict[str, OrgModule]] = call.metadata.cache.setdefault("lookups_by_name", {})
    key = (module.api_name, mode)
    if key in cached:
        return cached[key]
    found = cached[key] = {
        field.api_name: modules[field.lookup]
        for field in module.fields.values()
        if field.type.target_must_exist
        and field.lookup is not None
        and field.lookup in modules
        and (mode == "all" or (mode == "contacts" and (module.api_name, field.api_name) in _LIVE))
    }
    return found


class NamedRecords:
    """The records that the records of one request name."""

    def __init__(self, call: Call, sent: Sequence[Mapping[str, Any]]) -> None:
        self._call = call
        self._lookups = lookups_by_name(call)
        self._ids: dict[str, dict[str, int]] = {}
        self.displays: dict[str, Field] = {name: _display(target) for name, target in self._lookups.items()}
        """The field that a name is the value of, by the name of the lookup."""
        self.created: dict[str, list[int]] = {}
        """The ids of the records that were created, by module."""
        self._requested = self._names(sent)

    @property
    def any(self) -> bool:
        """Whether the request names a record."""
        return bool(self._requested)

    def find(self, connection: sqlite3.Connection) -> None:
        """Look up all names of the request, in the transaction of the write."""
        self.created = {}
        for name, texts in self._requested.items():
            module = self._call.metadata.modules[name]
            found = listing.find_values(connection, module.id, stored_source(_display(module)), list(texts))
            self._ids[name] = {text: record_id for record_id, text in reversed(found)}

    def resolve(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the valid values of a record with the ids of the existing records that it names."""
        resolved = self.resolve_lookups(document)
        if not self._requested:
            return resolved
        for name in line_items.LATER_NAMES & resolved.keys():
            if resolved[name] is not None:
                resolved[name] = [self._with_product(row) for row in resolved[name]]
        return resolved

    def resolve_lookups(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a record has, valid or not, with the ids of the existing records that its lookups name."""
        resolved = dict(record)
        if not self._requested:
            return resolved
        for name, target in self._lookups.items():
            text = name_in(resolved.get(name))
            if text:
                resolved[name] = self._reference(target, text, resolved[name])
        return resolved

    def missing(self, document: Mapping[str, Any]) -> Iterator[tuple[str, OrgModule, str]]:
        """Yield the lookups of a resolved record whose record does not exist: field, target and name."""
        for name, target in self._lookups.items() if self._requested else ():
            text = name_in(document.get(name))
            if text:
                yield name, target, text

    def needs_more(self, target: OrgModule) -> bool:
        """Return whether a new record of the module needs more than its name."""
        version = self._call.version
        needed = {item.api_name for item in target.mandatory if item.exists_in(version)}
        return not needed <= {_name_field(target)}

    def create(self, connection: sqlite3.Connection, document: dict[str, Any], now: int) -> None:
        """Create the records that a valid record names and that do not exist, owned by the caller, and refer to
        them."""
        user_id = self._call.user.id
        for name, target, text in self.missing(document):
            # Another lookup of the record may have named it too.
            document[name] = self._reference(target, text, document[name])
            if "id" in document[name]:
                continue
            record_id = metadata_store.allocate_ids(connection, 1)
            values = complete(target.unset, {_name_field(target): text})
            values |= auto_numbers.next_numbers(connection, target)
            fields = orjson.dumps(values).decode()
            records.insert(connection, [Row(record_id, target.id, 0, user_id, user_id, user_id, now, now, fields)])
            self.created.setdefault(target.api_name, []).append(record_id)
            self._ids.setdefault(target.api_name, {})[fold(text)] = record_id
            document[name] = {"id": str(record_id)}

    def note(self, module: OrgModule, document: Mapping[str, Any], record_id: int) -> None:
        """Add an inserted record, which later records of the request may name."""
        ids = self._ids.get(module.api_name)
        if ids is None:
            return
        text = document.get(_display(module).api_name)
        if isinstance(text, str):
            ids.setdefault(fold(text), record_id)

    def _names(self, sent: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, None]]:
        """Return the folded names in the request by the module of the records."""
        found: dict[str, dict[str, None]] = {}
        has_items = line_items.later_name(self._call.module) is not None
        for record in sent if self._lookups or has_items else ():
            for name, target in self._lookups.items():
                text = name_in(record.get(name))
                if text:
                    found.setdefault(target.api_name, {})[fold(text)] = None
            for text in _product_names(record) if has_items else ():
                found.setdefault(line_items.PRODUCTS, {})[fold(text)] = None
        return found

    def _reference(self, target: OrgModule, text: str, otherwise: Any) -> Any:
        record_id = self._ids.get(target.api_name, {}).get(fold(text))
        return otherwise if record_id is None else {"id": str(record_id)}

    def _with_product(self, row: dict[str, Any]) -> dict[str, Any]:
        text = line_items.product_name(row)
        if text is None:
            return row
        product = self._reference(self._call.metadata.modules[line_items.PRODUCTS], text, row["Product_Name"])
        return {**row, "Product_Name": product}


def _product_names(record: Mapping[str, Any]) -> Iterator[str]:
    for name in line_items.ITEMS & record.keys():
        rows = record[name]
        for row in rows if isinstance(rows, list) else ():
            text = line_items.product_name(row) if isinstance(row, dict) else None
            if text is not None:
                yield text


def _display(module: OrgModule) -> Field:
    return module.fields[module.definition.display_field]


def _name_field(module: OrgModule) -> str:
    """Return the field to set so that a record has a name: the last name where the name consists of two."""
    display = module.definition.display_field
    return "Last_Name" if display == "Full_Name" else display
