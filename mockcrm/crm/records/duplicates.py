"""Which records already have a value: for unique fields, and for the duplicate check of an upsert
(docs/contract/mass-update-and-core.md 4.4).

Values are compared as text without case (assumed). All values of a request are searched in one scan per field, because
fields are not indexed. The scan is part of the write's transaction, so that two writers cannot both insert a value.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from mockcrm.core.casefold import fold
from mockcrm.core.catalog.model import Field
from mockcrm.core.criteria.conditions import stored_source
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.records import listing
from mockcrm.core.records import store as records


def comparable(value: Any) -> str | None:
    """Return a value in the form in which it is compared; None for an empty one, which equals no other."""
    if isinstance(value, dict):
        value = value.get("id")
    if value is None or value == "" or isinstance(value, bool | list):
        return None
    return fold(str(value))


class Duplicates:
    """An index of a module's records by their values in some fields, kept up to date while the request changes them."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        module: OrgModule,
        fields: Iterable[Field],
        sent: Sequence[Mapping[str, Any]],
    ) -> None:
        self._connection = connection
        self._module = module
        self._ids: dict[str, dict[str, list[int]]] = {field.api_name: {} for field in fields}
        for name in self._ids:
            values = {comparable(record.get(name)) for record in sent} - {None}
            self._look(name, [value for value in values if value is not None])

    def find(self, name: str, value: Any, apart_from: int | None = None) -> list[int]:
        """Return the ids of the records that have the value now, oldest first, without `apart_from`."""
        requested = comparable(value)
        if requested is None:
            return []
        if requested not in self._ids[name]:
            self._look(name, [requested])
        found = dict.fromkeys(self._ids[name][requested])
        return [record_id for record_id in found if record_id != apart_from and self._has(record_id, name, requested)]

    def note(self, document: Mapping[str, Any], record_id: int) -> None:
        """Add a record with its new values to the index."""
        for name, ids in self._ids.items():
            value = comparable(document.get(name))
            if value is not None and value in ids:
                ids[value].append(record_id)

    def _look(self, name: str, values: list[str]) -> None:
        ids = self._ids[name]
        ids.update((value, []) for value in values)
        if values:
            source = stored_source(self._module.fields[name])
            for record_id, value in listing.find_values(self._connection, self._module.id, source, values):
                ids[value].append(record_id)

    def _has(self, record_id: int, name: str, value: str) -> bool:
        # The request may have changed the record since the scan.
        row = records.row(self._connection, record_id)
        return row is not None and comparable(orjson.loads(row.fields).get(name)) == value
