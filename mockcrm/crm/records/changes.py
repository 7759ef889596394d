"""Inserts, updates, upserts and deletes of single records, each with its own outcome, in the caller's transaction.

Sections are those of docs/contract/mass-update-and-core.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import orjson

from mockcrm.core import line_items, line_totals
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.clock import iso
from mockcrm.core.errors import ZohoError
from mockcrm.core.errors.records import FieldMissing
from mockcrm.core.field_values import ValueContext
from mockcrm.core.ids import parse_id
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.org_metadata.users import user_json, user_reference, zuid
from mockcrm.core.records import auto_numbers, notes
from mockcrm.core.records import store as records
from mockcrm.core.records.documents import complete
from mockcrm.core.records.rules import RecordChange, check_deletion, check_state
from mockcrm.core.records.store import Row
from mockcrm.core.records.values import RecordValues, check_values
from mockcrm.crm.records import errors
from mockcrm.crm.records.duplicates import Duplicates
from mockcrm.crm.records.named import NamedRecords
from mockcrm.crm.records.parents import Parents, changeable
from mockcrm.crm.records.tagging import Tagging
from mockcrm.http import parameters
from mockcrm.http.call import Call
from mockcrm.http.record_lists.responses import display_name

MAX_PRODUCT_ERRORS = 100
"""The maximum of line items of one record that are reported for an unknown product (assumed)."""
ADDED, UPDATED, DELETED = "record added", "record updated", "record deleted"


@dataclass(frozen=True, slots=True)
class Written:
    """A record that was written. `upsert` has the field by which it was found and the action, insert or update."""

    id: int
    message: str
    created_by: int = 0
    created_time: int = 0
    upsert: Mapping[str, str | None] | None = None


class Batch:
    """The records of one request, written one after another in one transaction. Each method raises the error of its
    record, before it changes anything."""

    def __init__(
        self,
        call: Call,
        connection: sqlite3.Connection,
        sent: Sequence[Mapping[str, Any]] = (),
        compared: Sequence[str] = (),
        named: NamedRecords | None = None,
    ) -> None:
        self.call = call
        self.connection = connection
        self.named = NamedRecords(call, sent) if named is None else named
        self.named.find(connection)
        self.now = call.org.now()
        self.context = ValueContext.of(call.version, call.metadata, call.org.settings)
        self.unmodified_since = parameters.time_header(call, "if-unmodified-since")
        self.unique = [field.api_name for field in call.module.unique]
        self.compared = tuple(dict.fromkeys((*compared, *self.unique)))
        fields = [call.module.fields[name] for name in self.compared]
        if not self.named.displays.keys().isdisjoint(self.compared):
            sent = [self.named.resolve_lookups(record) for record in sent]
        self.duplicates = Duplicates(connection, call.module, fields, sent)
        self.parents = Parents(call, connection)
        self.tagging = Tagging(call, connection, self.now)
        self._products: dict[int, Mapping[str, Any] | None] = {}

    # -- the four operations -----------------------------------------------------------------------------------

    def insert(self, index: int, record: Mapping[str, Any]) -> Written:
        """Insert a record."""
        module, user_id = self.call.module, self.call.user.id
        values, found = self._values(module, index, record, insert=True)
        values, besides, wrong = self.parents.resolve(module, index, record, values, None)
        self._raise_errors(module, index, values, [*found, *wrong])
        record_id = metadata_store.allocate_ids(self.connection, 1)
        document = complete(module.unset, {**self._complete_document(module, {}, values), **besides})
        self.named.create(self.connection, document, self.now)
        document |= self._totals(module, document, values) | auto_numbers.next_numbers(self.connection, module)
        owner_id = values.owner_id or user_id
        text = orjson.dumps(document).decode()
        row = Row(record_id, module.id, 0, owner_id, user_id, user_id, self.now, self.now, text)
        records.insert(self.connection, [row])
        if besides.get(notes.PARENT) is not None:
            notes.link(self.connection, record_id, int(besides[notes.PARENT]["id"]))
        self.duplicates.note(document, record_id)
        self.named.note(module, document, record_id)
        return Written(record_id, ADDED, user_id, self.now)

    def update(self, index: int, record: Mapping[str, Any], sent: object, *, in_path: bool = False) -> Written:
        """Update a record. A write to Activities updates the task, event or call itself (section 2.1, assumed)."""
        if sent is None:
            raise FieldMissing({"api_name": "id"}, path=f"$.data[{index}].id")
        row = self._row(sent)
        module = None if row is None else self._own_module(row)
        if row is None or module is None:
            unknown = (errors.RecordInPathUnknown if in_path else errors.RecordToUpdateUnknown)(str(sent))
            unknown.path = f"$.data[{index}].id"
            raise unknown
        if self.unmodified_since is not None and row.modified_time > self.unmodified_since:
            raise errors.AlreadyModified(self._written_details(row))
        values, found = self._values(module, index, record, insert=False)
        named = {*values.document, *(str(error.details.get("api_name")) for error in found)}
        check_state(RecordChange(str(row.id), RecordState(row.state), module, named, f"$.data[{index}].id"))
        stored = orjson.loads(row.fields)
        values, besides, wrong = self.parents.resolve(module, index, record, values, stored)
        self._raise_errors(module, index, values, [*found, *wrong], row.id)
        document = complete(stored, {**self._complete_document(module, stored, values), **besides})
        document |= self._totals(module, document, values)
        self.named.create(self.connection, document, self.now)
        owner_id, user_id = values.owner_id or row.owner_id, self.call.user.id
        text = orjson.dumps(document).decode()
        records.replace_document(self.connection, row.id, text, owner_id, user_id, self.now)
        self.duplicates.note(document, row.id)
        return Written(row.id, UPDATED, row.created_by, row.created_time)

    def upsert(self, index: int, record: Mapping[str, Any]) -> Written:
        """Update the record found by its id or by the first compared field that matches, otherwise insert one. Of
        several matching records the oldest is updated (assumed)."""
        field, found = None, record.get("id")
        if found is None:
            field, found = self._match(index, record)
        if found is None:
            done, action = self.insert(index, record), "insert"
        else:
            done, action = self.update(index, record, found), "update"
        how = {"duplicate_field": field, "action": action}
        return Written(done.id, done.message, done.created_by, done.created_time, how)

    def delete(self, sent: str) -> Written:
        """Delete a record."""
        row = self._row(sent)
        module = None if row is None else self._own_module(row)
        if row is None or module is None:
            raise errors.RecordNotDeleted(sent)
        check_deletion(str(row.id), RecordState(row.state))
        records.delete(self.connection, row, display_name(self.call, row), self.call.user.id, self.now)
        notes.delete_of(self.connection, row.id, self.call.user.id, self.now)
        parent = orjson.loads(row.fields).get(notes.PARENT) if module.api_name == notes.MODULE else None
        if parent is not None:
            notes.unlink(self.connection, row.id, int(parent["id"]))
        return Written(row.id, DELETED)

    # -- shared by the operations ------------------------------------------------------------------------------

    def _row(self, sent: object) -> Row | None:
        record_id = parse_id(sent)
        return None if record_id is None else records.row(self.connection, record_id)

    def _own_module(self, row: Row) -> OrgModule | None:
        metadata = self.call.metadata
        module = metadata.modules_by_id.get(row.module_id)
        return module if module in metadata.record_modules(self.call.module) else None

    def _values(
        self, module: OrgModule, index: int, record: Mapping[str, Any], *, insert: bool
    ) -> tuple[RecordValues, list[ZohoError]]:
        values, found = check_values(
            record if insert else changeable(module, record),
            index,
            module,
            self.call.metadata,
            self.context,
            insert=insert,
            profile=self.call.profile,
            named=self.named.displays,
        )
        if not self.named.any:
            return values, found
        return replace(values, document=self.named.resolve(values.document)), found

    def _match(self, index: int, record: Mapping[str, Any]) -> tuple[str | None, int | None]:
        values, _ = self._values(self.call.module, index, record, insert=False)
        for name in self.compared:
            found = self.duplicates.find(name, values.document.get(name))
            if found:
                return name, found[0]
        return None, None

    def _raise_errors(
        self,
        module: OrgModule,
        index: int,
        values: RecordValues,
        found: list[ZohoError],
        record_id: int | None = None,
    ) -> None:
        """Raise the errors in the values: before v5 the first one, from v5 on all of them (section 4.5)."""
        every = [
            *found,
            *self._lookup_errors(module, index, values),
            *self._tag_errors(module, index, values),
            *self._conflict_errors(index, values, record_id),
        ]
        if len(every) > 1 and self.call.version.all_errors_of_a_record:
            raise errors.MultipleErrors(every)
        if every:
            raise every[0]

    def _conflict_errors(self, index: int, values: RecordValues, record_id: int | None) -> list[ZohoError]:
        """Return an error for each unique field whose value another record has."""
        conflicts: list[ZohoError] = []
        for name in self.unique:
            found = self.duplicates.find(name, values.document.get(name), record_id)
            row = records.row(self.connection, found[0]) if found else None
            if row is not None:
                duplicate = {"duplicate_record": self._shown_value(row), "more_records": len(found) > 1}
                details = {"api_name": name, "id": str(row.id)}
                path = f"$.data[{index}].{name}"
                conflicts.append(errors.DuplicateData(details, path=path, duplicate=duplicate))
        return conflicts

    def _written_details(self, row: Row) -> dict[str, object]:
        """Return who created and last modified the record, and when."""
        metadata = self.call.metadata
        return {
            "Modified_Time": iso(row.modified_time, metadata.org.offset),
            "Modified_By": user_reference(metadata, row.modified_by),
            "Created_Time": iso(row.created_time, metadata.org.offset),
            "id": str(row.id),
            "Created_By": user_reference(metadata, row.created_by),
        }

    def _shown_value(self, row: Row) -> dict[str, object]:
        metadata, module = self.call.metadata, self.call.module
        owner = orjson.loads(user_json(metadata, row.owner_id))
        if self.call.version.has_texts_of_v8:
            owner["zuid"] = zuid(row.owner_id)
        return {
            "Owner": owner,
            "module": {"api_name": module.api_name, "id": str(module.id)},
            "id": str(row.id),
        }

    def _lookup_errors(self, module: OrgModule, index: int, values: RecordValues) -> list[ZohoError]:
        """Return an error for each lookup whose record does not exist or belongs to another module, including the
        products of line items."""
        found: list[ZohoError] = []
        for name, value in values.document.items():
            field = module.fields[name]
            path = f"$.data[{index}].{name}"
            if not field.type.target_must_exist or value is None or "id" not in value:
                pass
            elif not self._exists(int(value["id"]), field.lookup):
                found.append(errors.LookupNotFound({"api_name": name}, path=path))
            if name in line_items.LATER_NAMES and value is not None:
                found += self._product_errors(path, value)
        for name, target, _ in self.named.missing(values.document):
            path = f"$.data[{index}].{name}"
            if self.named.needs_more(target):
                found.append(errors.LookupNotFound({"api_name": name}, path=path))
            elif self.call.profile.denies("create", target.api_name):
                found.append(errors.TargetCreationDenied(f"Crm_Implied_Create_{target.api_name}"))
        return found

    def _tag_errors(self, module: OrgModule, index: int, values: RecordValues) -> list[ZohoError]:
        return [
            error
            for name, value in values.document.items()
            if value and module.fields[name].type.holds_tags
            for error in self.tagging.errors(module, index, name, value)
        ]

    def _product_errors(self, path: str, rows: Sequence[Mapping[str, Any]]) -> list[ZohoError]:
        found: list[ZohoError] = []
        for place, row in enumerate(rows):
            product_id = line_items.product_id(row)
            named = line_items.product_name(row) is not None
            if named or (product_id is not None and self._product(product_id) is None):
                details = {"api_name": "Product_Name"}
                found.append(errors.LookupNotFound(details, path=f"{path}[{place}].Product_Name"))
            if len(found) == MAX_PRODUCT_ERRORS:
                break
        return found

    def _product(self, product_id: int) -> Mapping[str, Any] | None:
        """Return the fields of a product; None if it does not exist. They are read once per request, because a write to
        a module with line items does not change products."""
        if product_id not in self._products:
            row = records.row(self.connection, product_id)
            is_product = row is not None and row.module_id == self.call.metadata.modules[line_items.PRODUCTS].id
            self._products[product_id] = orjson.loads(row.fields) if row is not None and is_product else None
        return self._products[product_id]

    def _exists(self, record_id: int, module: str | None) -> bool:
        head = records.head(self.connection, record_id)
        return head is not None and (module is None or head.module_id == self.call.metadata.modules[module].id)

    # -- what is stored ----------------------------------------------------------------------------------------

    def _complete_document(self, module: OrgModule, stored: Mapping[str, Any], values: RecordValues) -> dict[str, Any]:
        """Return the values to store: multi-selects appended, subforms merged, totals of line items computed, tags by
        their ids."""
        document = dict(values.document)
        for name in values.appended & document.keys():
            if document[name] is not None:
                document[name] = list(dict.fromkeys([*(stored.get(name) or []), *document[name]]))
        for name, value in document.items():
            if module.fields[name].type.is_subform and value is not None:
                document[name] = self._rows(name, stored, value)
            elif module.fields[name].type.holds_tags:
                document[name] = self.tagging.store(module, value)
        return document

    def _rows(self, name: str, stored: Mapping[str, Any], sent: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        existing = line_items.in_version(name, stored.get(name), stored) or []
        rows = line_items.merge_rows(existing, sent, merge=self.call.version.subforms_are_merged)
        existing_ids = {str(old.get("id")) for old in existing}
        new = [row for row in rows if str(row.get("id")) not in existing_ids]
        first = metadata_store.allocate_ids(self.connection, len(new)) if new else 0
        for place, row in enumerate(new):
            row["id"] = str(first + place)
        if name not in line_items.LATER_NAMES:
            return rows
        return [self._item(row, place) for place, row in enumerate(rows, 1)]

    def _item(self, row: dict[str, Any], place: int) -> dict[str, Any]:
        product_id = line_items.product_id(row)
        product = None if product_id is None else self._product(product_id)
        if product is not None and row.get("List_Price") is None:
            row["List_Price"] = product.get("Unit_Price")
        reference = None if product_id is None else {"id": str(product_id)}
        return line_totals.item_totals(row, place, reference, self._tax_ids)

    @cached_property
    def _tax_ids(self) -> line_totals.TaxIds:
        return line_totals.tax_ids(self.call.metadata.modules[line_items.PRODUCTS])

    def _totals(self, module: OrgModule, document: Mapping[str, Any], values: RecordValues) -> dict[str, Any]:
        """Return the calculated values of a record whose line items, taxes or amounts are written; none for others."""
        if values.taxes is None and not line_totals.depends_on(module, values.document.keys()):
            return {}
        changed = dict(document)
        if values.taxes is not None:
            changed[line_totals.RECORD_TAXES] = values.taxes
            if "Tax" not in values.document:
                changed["Tax"] = 0
        return line_totals.record_totals(module, changed, self._tax_ids)
