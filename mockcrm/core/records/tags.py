"""SQL for tags: the list of each module, and the tags that documents of records name by id.

A document has its tags as [{"id": digits}], so that a tag that is renamed, recoloured or deleted changes in one row for
every record. Names of one module compare without case.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from mockcrm.core.casefold import fold
from mockcrm.core.org_metadata import store as metadata_store
from mockcrm.core.orgs.rows import columns, insert_statement, row_of


@row_of("tag")
class Tag(NamedTuple):
    """One row of the tags; `folded` is the name in the form in which names compare, times are epoch seconds."""

    id: int
    module_id: int
    name: str
    folded: str
    color_code: str | None
    created_by: int
    modified_by: int
    created_time: int
    modified_time: int


TAG = columns(Tag)
BY_ID = f"SELECT {TAG} FROM tag WHERE id IN (SELECT value FROM json_each(?))"
BY_NAME = f"SELECT {TAG} FROM tag WHERE module_id = ? AND folded IN (SELECT value FROM json_each(?))"
COUNT = "SELECT count(*) FROM tag WHERE module_id = ?"
EVERY = f"SELECT {TAG} FROM tag ORDER BY id"
INSERT = insert_statement(Tag)


def every(connection: sqlite3.Connection) -> list[Tag]:
    """Return the tags of all modules in order of id."""
    return [Tag._make(row) for row in connection.execute(EVERY)]


def by_id(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, Tag]:
    """Return the tags in `ids` that exist, by id."""
    if not ids:
        return {}
    return {row[0]: Tag._make(row) for row in connection.execute(BY_ID, (orjson.dumps(list(ids)).decode(),))}


def by_name(connection: sqlite3.Connection, module_id: int, names: Iterable[str]) -> dict[str, Tag]:
    """Return the tags of a module with one of the names, by folded name."""
    text = orjson.dumps([fold(name) for name in names]).decode()
    found = (Tag._make(row) for row in connection.execute(BY_NAME, (module_id, text)))
    return {tag.folded: tag for tag in found}


def count(connection: sqlite3.Connection, module_id: int) -> int:
    """Return the number of tags of a module."""
    return int(connection.execute(COUNT, (module_id,)).fetchone()[0])


def insert(connection: sqlite3.Connection, tags: Iterable[Tag]) -> None:
    """Add tags. The caller has checked that no tag of the module has one of the names."""
    connection.executemany(INSERT, tags)


def find_or_make(
    connection: sqlite3.Connection, module_id: int, sent: Sequence[Mapping[str, Any]], user_id: int, now: int
) -> list[dict[str, str]]:
    """Return the tags of a record as they are stored in its document, each once. `sent` names them by `id`, which has
    to exist, or by `name`: a name that the module does not have makes a tag, with `color_code` if there is one."""
    names = {fold(item["name"]): item for item in reversed(sent) if "id" not in item}
    existing = by_name(connection, module_id, names) if names else {}
    missing = [(folded, names[folded]) for folded in reversed(names) if folded not in existing]
    if missing:
        first = metadata_store.allocate_ids(connection, len(missing))
        made = [
            Tag(first + place, module_id, item["name"], folded, item.get("color_code"), user_id, user_id, now, now)
            for place, (folded, item) in enumerate(missing)
        ]
        insert(connection, made)
        existing |= {tag.folded: tag for tag in made}
    ids = (item["id"] if "id" in item else str(existing[fold(item["name"])].id) for item in sent)
    return [{"id": tag_id} for tag_id in dict.fromkeys(ids)]
