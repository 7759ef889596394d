"""The columns that statements read and write, taken from the classes that hold the rows in Python.

A column is declared in `tables`, as a field of an SQLModel class. The server starts without importing that module,
because SQLAlchemy would double the time of a start, and its statements are SQL text, because a session takes a hundred
times as long for a record (docs/architecture.md).

A class marked with `row_of` has columns of one table as its fields, and statements take their column lists from it.
tests/core/orgs/test_tables.py compares every such class with its table, in names and types.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

T = TypeVar("T", bound=type[Any])


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where the rows of a class are from. `json` names the columns that it holds decoded; a `partial` class leaves out
    columns of its table."""

    table: str
    json: Collection[str]
    partial: bool


ROW_TYPES: dict[type[Any], RowSource] = {}
"""Every class that `row_of` marks."""


def row_of(table: str, *, json: Collection[str] = (), partial: bool = False) -> Callable[[T], T]:
    """Mark a named tuple or dataclass as a row of `table`: its fields are columns, all of them unless it is `partial`.
    It holds the columns in `json` decoded; in the table they are JSON texts."""

    def mark(row: T) -> T:
        ROW_TYPES[row] = RowSource(table, json, partial)
        return row

    return mark


def columns(row: type[Any]) -> str:
    """Return the columns of a row in the order of its fields, for SELECT and INSERT: `id, name`."""
    names = [field.name for field in fields(row)] if is_dataclass(row) else row._fields
    return ", ".join(names)


def insert_statement(row: type[Any], *, verb: str = "INSERT") -> str:
    """Return the statement that adds such a row; its parameters are the row's fields. `verb` may be INSERT OR
    REPLACE."""
    names = columns(row)
    marks = ", ".join("?" * (names.count(",") + 1))
    return f"{verb} INTO {ROW_TYPES[row].table} ({names}) VALUES ({marks})"


def upsert_statement(row: type[Any], *changed: str, key: str = "id") -> str:
    """Return the statement that adds such a row or, when one with that `key` exists, replaces its columns `changed`."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in changed)
    return f"{insert_statement(row)} ON CONFLICT ({key}) DO UPDATE SET {changes}"
