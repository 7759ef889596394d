"""The JSON of records: the stored document plus values from columns, states and other rows.

Most records need no parsing: the stored document already has the form of the response, except at its end, where the
fields are whose form depends on other rows or on the version (OrgModule.document_fields). If none of these is set, the
response is made by joining texts, which gives 4,174 pages of 200 records a second; parsing the documents gave 45.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from mockcrm.core import line_items, line_totals
from mockcrm.core.catalog.model import COLUMN_FIELDS, Field
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.clock import iso
from mockcrm.core.field_types import Storage
from mockcrm.core.org_metadata.model import RELATED, SE_MODULE, OrgMetadata, OrgModule, Profile, is_special
from mockcrm.core.org_metadata.users import user_json
from mockcrm.core.records import notes
from mockcrm.core.records.special_keys import every_key, missing_keys
from mockcrm.core.records.store import Row
from mockcrm.core.records.tags import Tag
from mockcrm.core.versions import ApiVersion

MAX_FRAMES = 1_000
"""The most texts around a document, of about 1 kB each, that a writer caches."""


class Related(NamedTuple):
    """What records show of other rows besides names: tags by id, and the ids of modules by the ids of records."""

    tags: Mapping[int, Tag]
    modules: Mapping[int, int]


NOTHING = Related(MappingProxyType({}), MappingProxyType({}))


def writer_for(metadata: OrgMetadata, module: OrgModule, version: ApiVersion, profile: Profile) -> RecordWriter:
    """Return the writer of a module's records for a version and profile, cached with the org's metadata."""
    cached: dict[Any, RecordWriter] = metadata.cache.setdefault("record_writers", {})
    key = (module.api_name, version, profile.id)
    writer = cached.get(key)
    if writer is None:
        writer = cached[key] = RecordWriter(metadata, module, version, profile)
    return writer


class RecordWriter:
    """Writes records of one module, for one version and profile, as JSON texts."""

    def __init__(self, metadata: OrgMetadata, module: OrgModule, version: ApiVersion, profile: Profile) -> None:
        self._metadata = metadata
        self._version = version
        self._offset = metadata.org.offset
        hidden = {name for name, access in profile.fields.get(module.api_name, {}).items() if access == "hidden"}
        self._fields: dict[str, Field] = {
            item.api_name: item
            for item in module.definition.fields
            if (item.exists_in(version) or item.api_name in SHOWN_EARLIER) and item.api_name not in hidden
        }
        stored = module.document_fields
        special = [item for item in stored if is_special(item)]
        self._tail = "".join(map(_unset_member, special)) + "}"
        shown = [item for item in special if item.api_name in self._fields or item is SE_MODULE]
        self._shown_tail = "".join(map(_unset_member, shown))
        self._by_text = len(special) < len(stored) and not hidden
        self._documents = [item.api_name for item in stored]
        self._territories = next(
            (f.api_name for f in self._fields.values() if f.type.storage is Storage.TERRITORIES), None
        )
        layout = {"name": "Standard", "id": str(module.layout_id)}
        self._layout = orjson.dumps(layout).decode() if "Layout" in self._fields else None
        self._module = module
        self._missing_keys = missing_keys(version, module)
        is_note = module.api_name == notes.MODULE
        self._related = notes.PARENT if is_note else RELATED if module.has_related_module else None
        self._shows_module = module.has_related_module or (is_note and version.notes_show_se_module)
        self._names_parents_by_module = is_note and version.notes_name_parents_by_module
        self._display_field = module.definition.display_field
        self._lookups = [f.api_name for f in self._fields.values() if f.type.shows_record_names]
        self._tags = [f.api_name for f in self._fields.values() if f.type.holds_tags]
        self._items = [name for name in line_items.ITEMS if name in module.fields]
        self._no_taxes = f',"{line_totals.RECORD_TAXES}":[]' if self._items else ""
        tax = module.fields.get("Tax") if version.taxes_of_products_are_objects else None
        self._tax_ids = line_totals.tax_ids(module) if tax is not None and tax.lists_taxes else {}
        self._state_texts: dict[int, tuple[str, str]] = {}
        self._frames: dict[tuple[object, ...], tuple[str, str]] = {}

    def references(self, row: Row) -> tuple[set[int], set[int]]:
        """Return the ids of the records whose names this record shows (lookups and the products of line items), and
        the ids of its tags."""
        found: set[int] = set()
        document = orjson.loads(row.fields)
        for name in self._lookups:
            value = document.get(name)
            for member in value if isinstance(value, list) else [value]:
                if isinstance(member, dict) and str(member.get("id", "")).isdigit():
                    found.add(int(member["id"]))
        for name in self._items:
            products = (line_items.product_id(item) for item in document.get(name) or ())
            found.update(product_id for product_id in products if product_id is not None)
        return found, {int(tag["id"]) for name in self._tags for tag in document.get(name) or ()}

    # -- whole records -----------------------------------------------------------------------------------------

    def whole(
        self,
        row: Row,
        territories: Mapping[int, list[int]],
        names: Mapping[int, str | None],
        more: Related = NOTHING,
    ) -> str:
        """Return a record with every field of the module."""
        text = row.fields
        if self._by_text and text.endswith(self._tail):
            members = text[1 : -len(self._tail)] + self._shown_tail + self._no_taxes
        else:
            document = orjson.loads(text)
            members = orjson.dumps(self._document(row, document, names, more)).decode()[1:-1] + self._taxes(document)
        # Many records differ only in id and document, so the other texts are cached.
        key = (*row[2:8], *territories.get(row.id, ()))
        frame = self._frames.get(key)
        if frame is None:
            if len(self._frames) >= MAX_FRAMES:
                self._frames.clear()
            columns = self._columns(row) + self._territory_member(row, territories)
            frame = self._frames[key] = (columns, "".join(self._state_text(row.state)))
        return f'{{"id":"{row.id}",{frame[0]},{members}{frame[1]}}}'

    def _taxes(self, document: Mapping[str, Any]) -> str:
        taxes = document.get(line_totals.RECORD_TAXES)
        return f',"{line_totals.RECORD_TAXES}":{orjson.dumps(taxes).decode()}' if taxes else self._no_taxes

    def has_references(self, row: Row) -> bool:
        """Return whether the record has values in fields that show other rows."""
        return not row.fields.endswith(self._tail)

    def _columns(self, row: Row) -> str:
        metadata, offset = self._metadata, self._offset
        members = (
            f'"Owner":{owner_json(metadata, row.owner_id)},'
            f'"Created_By":{owner_json(metadata, row.created_by)},'
            f'"Modified_By":{owner_json(metadata, row.modified_by)},'
            f'"Created_Time":"{iso(row.created_time, offset)}","Modified_Time":"{iso(row.modified_time, offset)}"'
        )
        return members if self._layout is None else f'{members},"Layout":{self._layout}'

    def _territory_member(self, row: Row, territories: Mapping[int, list[int]]) -> str:
        if self._territories is None:
            return ""
        return f',"{self._territories}":{orjson.dumps(self._territory_values(row, territories)).decode()}'

    def _territory_values(self, row: Row, territories: Mapping[int, list[int]]) -> list[Any]:
        existing = self._metadata.territories
        found = [existing[territory_id] for territory_id in territories.get(row.id, ()) if territory_id in existing]
        if self._version.territories_of_records_are_names:
            return [territory.name for territory in found]
        assigned = {
            "$assigned_by": orjson.Fragment(user_json(self._metadata, row.created_by)),
            "$assigned_time": iso(row.created_time, self._offset),
            "$assigned": "manually",
        }  # assigner and time are not stored: the record's creator and created time stand for them (assumed)
        return [{"Name": t.name, "id": str(t.id), **assigned} for t in found]

    def _document(
        self,
        row: Row,
        document: dict[str, Any],
        names: Mapping[int, str | None],
        more: Related,
    ) -> dict[str, Any]:
        found = {
            name: self._value(row, self._fields[name], document, names, more)
            for name in self._documents
            if name in self._fields
        }
        if self._shows_module:
            found[SE_MODULE.api_name] = self._module_of_related(document, more)
        return found

    def _module_of_related(self, document: Mapping[str, Any], more: Related) -> str | None:
        """Return the module of the record that a note or an activity belongs to: the stored one, or that of the record
        itself."""
        stored: str | None = document.get(SE_MODULE.api_name)
        reference = document.get(self._related or "")
        module = None if reference is None else self._module_by_record(reference, more)
        return stored if module is None else module.api_name

    def _module_by_record(self, reference: Mapping[str, str], more: Related) -> OrgModule | None:
        return self._metadata.modules_by_id.get(more.modules.get(int(reference["id"]), 0))

    def _value(
        self,
        row: Row,
        field: Field,
        document: dict[str, Any],
        names: Mapping[int, str | None],
        more: Related,
    ) -> Any:
        if field.type.holds_tags:
            return self._tag_values(document.get(field.api_name) or (), more.tags)
        if field.api_name == notes.PARENT and self._names_parents_by_module:
            return self._parent(document.get(field.api_name), names, more)
        if field.api_name not in line_items.ITEMS:
            value = document.get(field.api_name)
            if value and self._tax_ids and field.lists_taxes:
                return [{"value": name, "id": self._tax_ids.get(name)} for name in value]
            return self._wire(field, value, names)
        items = line_items.in_version(field.api_name, document.get(field.api_name), document)
        if items is None:
            return None
        return [self._item(row, field.api_name, item, document, names) for item in items]

    def _parent(
        self, reference: Mapping[str, str] | None, names: Mapping[int, str | None], more: Related
    ) -> dict[str, Any] | None:
        """Return the record that a note belongs to, with its module."""
        if reference is None:
            return None
        module = self._module_by_record(reference, more)
        shown = None if module is None else {"api_name": module.api_name, "id": str(module.id)}
        return {"module": shown, "name": names.get(int(reference["id"])), "id": reference["id"]}

    def _tag_values(self, value: Sequence[Mapping[str, str]], tags: Mapping[int, Tag]) -> list[dict[str, str | None]]:
        found = [tags[int(item["id"])] for item in value if int(item["id"]) in tags]
        if not self._version.tags_have_colors:
            return [{"name": tag.name, "id": str(tag.id)} for tag in found]
        return [{"name": tag.name, "id": str(tag.id), "color_code": tag.color_code} for tag in found]

    def _item(
        self,
        row: Row,
        name: str,
        item: dict[str, Any],
        document: dict[str, Any],
        names: Mapping[int, str | None],
    ) -> dict[str, Any]:
        product_id = line_items.product_id(item)
        product = None if product_id is None else {"name": names.get(product_id), "id": str(product_id)}
        if name == line_items.OLD_NAME:
            return {**item, "product": None if product is None else {"Product_Code": None, **product}}
        return {
            **item,
            "Product_Name": product,
            "Parent_Id": {"name": document.get(self._display_field), "id": str(row.id)},
            "Created_Time": iso(row.created_time, self._offset),
            "Modified_Time": iso(row.modified_time, self._offset),
        }

    def _wire(self, field: Field, value: Any, names: Mapping[int, str | None]) -> Any:
        show = field.type.show
        return value if value is None or show is None else show(value, names, self._metadata.users)

    # -- chosen fields -----------------------------------------------------------------------------------------

    def chosen(
        self,
        row: Row,
        requested: Sequence[str],
        territories: Mapping[int, list[int]],
        names: Mapping[int, str | None],
        more: Related = NOTHING,
    ) -> str:
        """Return a record with its id and the `requested` fields; before v3 also with the $-keys, later with the
        requested ones of any version (docs/contract/mass-update-and-core.md 4.2, assumed)."""
        document = orjson.loads(row.fields)
        members = [f'"id":"{row.id}"']
        every = self._version.chosen_fields_bring_special_keys
        for name in requested:
            if name == line_totals.RECORD_TAXES and self._items and not every:
                members.append(self._taxes(document)[1:])
                continue
            if name.startswith("$") and not every:
                special = every_key(RecordState(row.state), self._module)
                if self._related is not None:
                    special[SE_MODULE.api_name] = self._module_of_related(document, more)
                if name in special:
                    members.append(f'"{name}":{orjson.dumps(special[name]).decode()}')
                continue
            field = self._fields.get(name)
            if field is None or name == "id":
                continue
            members.append(f'"{name}":{self._member(row, field, document, territories, names, more)}')
        if every and self._shows_module:
            members.append(_members({SE_MODULE.api_name: self._module_of_related(document, more)})[1:])
        special_text = self._taxes(document) + self._state_text(row.state)[0] if every else ""
        return "{" + ",".join(members) + special_text + "}"

    def _member(
        self,
        row: Row,
        field: Field,
        document: dict[str, Any],
        territories: Mapping[int, list[int]],
        names: Mapping[int, str | None],
        more: Related,
    ) -> str:
        name = field.api_name
        if name in COLUMN_FIELDS:
            return _column(self._metadata, self._offset, row, name)
        if name == "Layout":
            return self._layout or "null"
        if name == self._territories:
            return orjson.dumps(self._territory_values(row, territories)).decode()
        state = RecordState(row.state)
        if name in _STATE_VALUES:
            return orjson.dumps(_STATE_VALUES[name](state)).decode()
        return orjson.dumps(self._value(row, field, document, names, more)).decode()

    # -- states ------------------------------------------------------------------------------------------------

    def _state_text(self, state: int) -> tuple[str, str]:
        """Return the members that depend on the states alone: the $-keys, and the fields."""
        texts = self._state_texts.get(state)
        if texts is None:
            bits = RecordState(state)
            keys = {n: value for n, value in every_key(bits, self._module).items() if n not in self._missing_keys}
            fields = {name: value(bits) for name, value in _STATE_VALUES.items() if name in self._fields}
            texts = self._state_texts[state] = (_members(keys), _members(fields))
        return texts


SHOWN_EARLIER = frozenset({"Locked__s"})
"""Fields that records have in versions whose settings/fields do not list them (live responses of v2 and v3)."""

_STATE_VALUES: dict[str, Callable[[RecordState], object]] = {
    "Converted__s": lambda state: bool(state & RecordState.CONVERTED),
    "Locked__s": lambda state: bool(state & RecordState.LOCKED),
    "Record_Status__s": lambda _: "Available",
}


def _unset_member(field: Field) -> str:
    return f',"{field.api_name}":{orjson.dumps(field.unset).decode()}'


def _members(values: Mapping[str, object]) -> str:
    return f",{orjson.dumps(values).decode()[1:-1]}" if values else ""


def owner_json(metadata: OrgMetadata, user_id: int) -> str:
    """Return `{"name","id","email"}` of a user as JSON text, cached with the org's metadata."""
    cached: dict[int, str] = metadata.cache.setdefault("owner_json", {})
    text = cached.get(user_id)
    if text is None:
        user = metadata.users.get(user_id)
        item = {"name": None, "id": str(user_id), "email": None}
        if user is not None:
            item |= {"name": user.full_name, "email": user.email}
        text = cached[user_id] = orjson.dumps(item).decode()
    return text


def _column(metadata: OrgMetadata, offset: int, row: Row, name: str) -> str:
    if name == "Created_Time":
        return f'"{iso(row.created_time, offset)}"'
    if name == "Modified_Time":
        return f'"{iso(row.modified_time, offset)}"'
    users = {"Owner": row.owner_id, "Created_By": row.created_by, "Modified_By": row.modified_by}
    return owner_json(metadata, users[name])
