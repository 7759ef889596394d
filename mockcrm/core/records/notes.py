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
UNLINK = "DELETE FROM note_parent WHERE parent_id = ? AND note_id = ?"
HAS_NOTES = "SELECT EXISTS (SELECT 1 FROM note_parent WHERE parent_id = ?)"
BURY_ALL = (
    "INSERT OR REPLACE INTO deleted_record (id, module_id, type, display_name, created_by, deleted_by, deleted_time) "
    "SELECT id, module_id, 'recycle', json_extract(fields, '$.Note_Title'), created_by, ?, ? FROM record "
    "WHERE id IN (SELECT note_id FROM note_parent WHERE parent_id = ?)"
)
DELETE_ALL = "DELETE FROM record WHERE id IN (SELECT note_id FROM note_parent WHERE parent_id = ?)"
UNLINK_PARENT = "DELETE FROM note_parent WHERE parent_id = ?"


def link_to_parents(connection: sqlite3.Connection, module_id: int) -> None:
    """Make the table of parents anew from all notes, which are the records of the module `module_id`."""
    connection.execute(UNLINK_ALL)
    connection.execute(LINK_ALL, (module_id,))


def link(connection: sqlite3.Connection, note_id: int, parent_id: int) -> None:
    """Add a new note to those of its record."""
    connection.execute(LINK, (parent_id, note_id))


def unlink(connection: sqlite3.Connection, note_id: int, parent_id: int) -> None:
    """Remove a note from those of its record."""
    connection.execute(UNLINK, (parent_id, note_id))


def delete_of(connection: sqlite3.Connection, parent_id: int, user_id: int, now: int) -> None:
    """Delete the notes of a record, which are then among the deleted records."""
    if connection.execute(HAS_NOTES, (parent_id,)).fetchone()[0]:
        connection.execute(BURY_ALL, (user_id, now, parent_id))
        connection.execute(DELETE_ALL, (parent_id,))
        connection.execute(UNLINK_PARENT, (parent_id,))
