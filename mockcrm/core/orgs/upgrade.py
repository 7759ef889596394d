"""Bringing an org's file of an earlier format to the present one, in one transaction.

Format 1 had no tags of their own: documents named them, and the field was not among the last ones of a document. The
notes of a record were not found by key.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson

from mockcrm.core.casefold import fold
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.core.org_metadata.reading import read_metadata
from mockcrm.core.orgs.database import transaction
from mockcrm.core.orgs.schema import FORMAT, create_tables
from mockcrm.core.records import notes, tags
from mockcrm.core.records import store as records
from mockcrm.core.records.documents import unset_document

FORMAT_OF = "PRAGMA user_version"
VALUES = "SELECT DISTINCT json_extract(fields, ?) FROM record WHERE module_id = ? AND json_array_length(fields, ?) > 0"


def upgrade(connection: sqlite3.Connection, now: int) -> None:
    """Upgrade an org's file if it has an earlier format. Tags get `now`, in epoch seconds, as their times."""
    if connection.execute(FORMAT_OF).fetchone()[0] == FORMAT:
        return
    with transaction(connection):
        create_tables(connection, missing=True)
        metadata = read_metadata(connection)
        for module in metadata.modules.values():
            _rewrite_documents(connection, module, metadata.admin_id, now)
        notes.link_to_parents(connection, metadata.modules["Notes"].id)
        connection.execute(f"PRAGMA user_version = {FORMAT}")


def _rewrite_documents(connection: sqlite3.Connection, module: OrgModule, admin_id: int, now: int) -> None:
    unset = unset_document(module)
    tagged = [field.api_name for field in module.document_fields if field.type.holds_tags]
    ids = {name: _make_tags(connection, module, name, admin_id, now) for name in tagged}

    def upgraded(text: str) -> str:
        document: dict[str, Any] = {**unset, **orjson.loads(text)}
        for name in tagged:
            found = dict.fromkeys(ids[name][fold(tag)] for tag in _names(document[name]))
            document[name] = [{"id": tag_id} for tag_id in found]
        return orjson.dumps(document).decode()

    records.rewrite_documents(connection, module.id, upgraded)


def _make_tags(
    connection: sqlite3.Connection, module: OrgModule, field: str, admin_id: int, now: int
) -> dict[str, str]:
    """Make a tag for each name that documents have in `field`; return the ids by folded name."""
    path = f'$."{field}"'
    rows = connection.execute(VALUES, (path, module.id, path)).fetchall()
    names: dict[str, str] = {}
    for (text,) in rows:
        for name in _names(orjson.loads(text)):
            names.setdefault(fold(name), name)
    made = tags.find_or_make(connection, module.id, [{"name": name} for name in names.values()], admin_id, now)
    return {folded: tag["id"] for folded, tag in zip(names, made, strict=True)}


def _names(value: Any) -> list[str]:
    """Return the names in a value of format 1: texts, or objects with a name."""
    named = [tag.get("name") if isinstance(tag, dict) else tag for tag in value or ()]
    return [name for name in named if isinstance(name, str)]
