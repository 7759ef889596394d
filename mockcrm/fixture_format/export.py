"""Exporting an org as a fixture that can be loaded again to the same state.

Equal states give equal bytes: objects are ordered by id (modules as in the catalog), and times are those of the
records. Jobs, issued tokens, the clock and values that were never set are left out. This code is called rarely, so it
reads through SQLModel sessions.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, col, select

from mockcrm.core.catalog.loader import standard_modules
from mockcrm.core.catalog.states import RecordState
from mockcrm.core.clock import iso
from mockcrm.core.line_totals import RECORD_TAXES
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.org_metadata.model import CustomView, OrgMetadata, OrgModule
from mockcrm.core.org_metadata.reading import read_metadata
from mockcrm.core.org_settings import merge
from mockcrm.core.orgs import tables
from mockcrm.core.records.documents import complete, unset_document

Tree = dict[str, Any]
_LITERALS = ("refresh_token", "access_token", "grant_code")


def export_org(source: Path | sqlite3.Connection) -> Tree:
    """Return the org in a file, or behind a connection, as the tree of a fixture: JSON values, keys in the format's
    order."""
    with _snapshot(source) as connection:
        metadata = read_metadata(connection)
        facts = metadata_store.meta(connection)
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        try:
            with Session(engine) as session:
                tree = _Exporter(session, metadata, facts).tree()
        finally:
            engine.dispose()
    return {key: value for key, value in tree.items() if value not in ({}, [])}


def without_secrets(tree: Tree) -> Tree:
    """Return an export without client secrets and literal tokens; when it is loaded, its clients get new ones."""
    clients = [
        {
            **{key: value for key, value in client.items() if key != "client_secret"},
            "tokens": [{key: token[key] for key in token if key not in _LITERALS} for token in client["tokens"]],
        }
        for client in tree.get("clients", ())
    ]
    return {key: clients if key == "clients" else value for key, value in tree.items()}


@contextmanager
def _snapshot(source: Path | sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Open a private copy of the org's present state, because another writer could change the org between two reads.

    Raises sqlite3.ProgrammingError for a connection inside a transaction: SQLite's backup would wait for it forever."""
    if isinstance(source, sqlite3.Connection) and source.in_transaction:
        raise sqlite3.ProgrammingError("cannot export an org inside a transaction")
    with closing(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)) as copy:
        if isinstance(source, sqlite3.Connection):
            source.backup(copy)
        else:
            with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True)) as original:
                original.backup(copy)
        yield copy


class _Exporter:
    def __init__(self, session: Session, metadata: OrgMetadata, facts: Mapping[str, Any]) -> None:
        self.session = session
        self.metadata = metadata
        self.facts = facts
        self.offset = metadata.org.offset
        self.emails = {user.id: user.email for user in metadata.users.values()}
        self.territories = {item.id: item.name for item in metadata.territories.values()}
        self.tag_names: dict[int, str] = {}

    def tree(self) -> Tree:
        facts, metadata = self.facts, self.metadata
        settings = merge(
            facts.get("settings") or {},
            {"job_policy": facts["job_policy"]} if facts.get("job_policy") else {},
            facts.get("changed_settings") or {},
        )
        org = facts["org"]
        return {
            "mockcrm": 1,
            "org": {key: org[key] for key in sorted(org, key=_org_order)},
            "settings": {key: settings[key] for key in sorted(settings)},
            "roles": [
                {
                    "id": str(item.id),
                    "name": item.name,
                    # Null is written too: without the key, the value of the standard org would remain.
                    "reports_to": item.reports_to and metadata.roles[item.reports_to].name,
                }
                for item in metadata.roles.values()
            ],
            "profiles": [
                {"id": str(row.id), "name": row.name, **_sorted_rules(orjson.loads(row.rules))}
                for row in self.session.exec(select(tables.Profile).order_by(col(tables.Profile.id)))
            ],
            "users": [
                _entry(
                    id=user.id,
                    email=user.email,
                    full_name=user.full_name,
                    role=metadata.roles[user.role_id].name,
                    profile=metadata.profile_of(user).name,
                    status=user.status,
                )
                for user in metadata.users.values()
            ],
            "clients": [self.client(item) for item in facts.get("clients") or ()],
            "modules": self.modules(),
            "custom_views": self.views(),
            "territories": [
                _entry(id=item.id, name=item.name, parent=item.parent_id and self.territories[item.parent_id])
                for item in metadata.territories.values()
            ],
            "tags": self.tags(),
            "records": self.records(),
            "deleted": self.deleted(),
        }

    def stamp(self, time: int, user: int) -> Tree:
        return {"time": iso(time, self.offset), "by": self.emails[user]}

    def client(self, item: Mapping[str, Any]) -> Tree:
        tokens = []
        for token in item["tokens"]:
            expires_in = token["expires_in"] if token["expires"] else "never"
            literals = {key: token[key] for key in _LITERALS}
            user = self.emails[token["user_id"]]
            tokens.append(_entry(user=user, scopes=token["scopes"], **literals, expires_in=expires_in))
        return _entry(
            client_id=item["client_id"],
            client_secret=item["client_secret"],
            redirect_uris=item["redirect_uris"],
            tokens=tokens,
        )

    def modules(self) -> Tree:
        rows = {row.api_name: row for row in self.session.exec(select(tables.ModuleRow))}
        tree = {}
        for name, module in self.metadata.modules.items():
            if name not in rows:
                continue
            definition = orjson.loads(rows[name].definition)
            entry: Tree = {} if name in standard_modules() else {"id": str(module.id)}
            entry |= {key: definition[key] for key in _MODULE_KEYS if key in definition}
            if "fields" in entry:
                entry["fields"] = [_field(module, item) for item in entry["fields"]]
            tree[name] = entry
        return tree

    def views(self) -> list[Tree]:
        rows = self.session.exec(select(tables.CustomView).order_by(col(tables.CustomView.id)))
        return [self.view(row, self.metadata.views[row.id]) for row in rows]

    def view(self, row: tables.CustomView, view: CustomView) -> Tree:
        definition = orjson.loads(row.definition)
        tree: Tree = {}
        module = self.metadata.modules[view.module]
        # A default view with its standard id gets it again on loading; in a custom module it is part of the id block.
        if "replaces" not in definition or view.id != module.base + definition["replaces"]:
            tree["id"] = str(view.id)
        tree |= {"module": view.module, "name": view.name}
        for key in ("display_value", "default", "criteria", "shared_with", "sort_by", "sort_order", "fields"):
            if key in definition:
                tree[key] = definition[key]
        if tree.get("shared_with"):
            tree["shared_with"] = [self.emails[user] for user in tree["shared_with"]]
        for key in ("created", "modified"):
            if f"{key}_time" in definition:
                tree[key] = self.stamp(definition[f"{key}_time"], definition[f"{key}_by"])
        return tree

    def tags(self) -> Tree:
        tree: Tree = {}
        for name, module in self.metadata.modules.items():
            rows = self.session.exec(
                select(tables.Tag).where(tables.Tag.module_id == module.id).order_by(col(tables.Tag.id))
            )
            for row in rows:
                self.tag_names[row.id] = row.name
                entry = _entry(
                    id=row.id,
                    name=row.name,
                    color_code=row.color_code,
                    created=self.stamp(row.created_time, row.created_by),
                    modified=self.stamp(row.modified_time, row.modified_by),
                )
                tree.setdefault(name, []).append(entry)
        return tree

    def records(self) -> Tree:
        assigned: dict[int, list[str]] = {}
        places = select(tables.RecordTerritory.record_id, tables.RecordTerritory.territory_id).order_by(
            col(tables.RecordTerritory.territory_id)
        )
        for record, territory in self.session.exec(places):
            assigned.setdefault(record, []).append(self.territories[territory])
        tree = {}
        for name, module in self.metadata.modules.items():
            unset = unset_document(module)
            rows = self.session.exec(
                select(tables.Record)
                .where(tables.Record.module_id == module.id)
                .order_by(col(tables.Record.id))
                .execution_options(yield_per=1000)
            )
            tagged = [field.api_name for field in module.document_fields if field.type.holds_tags]
            found = [self.record(row, unset, assigned.get(row.id), tagged) for row in rows]
            if found:
                tree[name] = found
        return tree

    def record(self, row: tables.Record, unset: Tree, territories: list[str] | None, tagged: Sequence[str]) -> Tree:
        fields = _set_values(orjson.loads(row.fields), unset)
        for name in tagged:
            if name in fields:
                fields[name] = [self.tag_names[int(tag["id"])] for tag in fields[name] or ()]
        return _entry(
            id=row.id,
            owner=self.emails[row.owner_id],
            territories=territories,
            state=RecordState(row.state).names or None,
            fields=fields,
            created=self.stamp(row.created_time, row.created_by),
            modified=self.stamp(row.modified_time, row.modified_by),
        )

    def deleted(self) -> Tree:
        tree = {}
        for name, module in self.metadata.modules.items():
            rows = self.session.exec(
                select(tables.DeletedRecord)
                .where(tables.DeletedRecord.module_id == module.id)
                .order_by(col(tables.DeletedRecord.id))
            )
            found = [
                _entry(
                    id=row.id,
                    type=row.type,
                    name=row.display_name,
                    created_by=self.emails[row.created_by],
                    deleted=self.stamp(row.deleted_time, row.deleted_by),
                )
                for row in rows
            ]
            if found:
                tree[name] = found
        return tree


_MODULE_KEYS = (
    "singular_label",
    "plural_label",
    "fields",
    "layout_rules",
    "validation_rules",
    "blueprint",
    "approval",
    "workflows",
)
_FIRST_ORG_KEYS = ("id", "company_name", "edition", "time_zone")


def _org_order(key: str) -> tuple[int, str]:
    return (_FIRST_ORG_KEYS.index(key), "") if key in _FIRST_ORG_KEYS else (len(_FIRST_ORG_KEYS), key)


def _entry(**values: Any) -> Tree:
    """Return the values that are not None; an id becomes a string of digits."""
    return {key: str(value) if key == "id" else value for key, value in values.items() if value is not None}


def _sorted_rules(rules: Tree) -> Tree:
    found: Tree = {}
    if "deny" in rules:
        found["deny"] = rules["deny"]
    for key in ("modules", "fields"):
        if key in rules:
            found[key] = {name: rules[key][name] for name in sorted(rules[key])}
    for name, fields in found.get("fields", {}).items():
        found["fields"][name] = {field: fields[field] for field in sorted(fields)}
    return found


def _field(module: OrgModule, item: Mapping[str, Any]) -> Tree:
    tree = {key: value for key, value in item.items() if key != "id"}
    return {"id": str(module.base + item["id"]), **tree} if "id" in item else tree


def _set_values(document: Tree, unset: Tree) -> Tree:
    """Return the values that differ from those of a record without any values."""
    values = {name: document.get(name) for name in unset if name != "Full_Name" and document.get(name) != unset[name]}
    if document.get(RECORD_TAXES):
        values[RECORD_TAXES] = document[RECORD_TAXES]
    made = complete(unset, values)
    if "Full_Name" in unset and document.get("Full_Name") != made["Full_Name"]:
        values["Full_Name"] = document.get("Full_Name")
    return values
