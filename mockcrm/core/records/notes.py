"""SQL for notes: which notes a record has. A note is a record of the module Notes whose Parent_Id names its record; the
table of parents finds the notes of a record by key, and goes with the note or the record."""

from __future__ import annotations

import sqlite3

MODULE = "Notes"
PARENT = "Parent_Id"
LINK_ALL = (
    "INSERT INTO note_parent (parent_id, note_id) "
    "SELECT CAST(json_extract(fields, '$.Parent_Id.id') AS INTEGER), id FROM record "
    "WHERE module_id = ? AND json_extract(fields, '$.Parent_Id.id') IS NOT NULL"
)
UNLINK_ALL = "DELETE FROM note_parent"
LINK = "INSERT INTO note_parent (parent_id, note_id) VALUES (?, ?)"


def link_to_parents(connection: sqlite3.Connection, module_id: int) -> None:
    """Make the table of parents anew from all notes, which are the records of the module `module_id`."""
    connection.execute(UNLINK_ALL)
    connection.execute(LINK_ALL, (module_id,))


def link(connection: sqlite3.Connection, note_id: int, parent_id: int) -> None:
    """Add a new note to those of its record."""
    connection.execute(LINK, (parent_id, note_id))
