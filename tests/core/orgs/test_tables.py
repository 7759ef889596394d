"""The SQLModel tables are the schema: its generated files, the row types and every statement agree with them."""

from __future__ import annotations

import ast
import importlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import mockcrm
from mockcrm.core.automation import events
from mockcrm.core.casefold import register
from mockcrm.core.orgs import datadir, tables
from mockcrm.core.orgs.schema import FORMAT, create_schema
from mockcrm.core.records import auto_numbers, listing
from mockcrm.core.records import store as records
from mockcrm.core.records.listing import Ordering, Position, Selection
from mockcrm.core.records.store import Assignment
from tests.support.for_each import for_each
from tests.support.org_metadata import make_metadata

KEYWORDS = ("SELECT ", "INSERT ", "UPDATE ", "DELETE FROM ", "WITH ")
PACKAGE = Path(mockcrm.__file__).parent
TABLES: dict[str, Any] = {
    table.__tablename__: table for base in (tables.OrgTable, tables.RegistryTable) for table in base.__subclasses__()
}
CASES = make_metadata().modules["Cases"]
SELECTION = Selection((1, 2), ("modified_time > ?", listing.HAS_ID), (0, "[1]"))
BUILT: dict[str, Callable[[sqlite3.Connection], object]] = {
    "core.automation.events.matching_ids": lambda connection: events.matching_ids(connection, [1], 1, "state = ?", [0]),
    "core.orgs.datadir._upgrade_registry": lambda connection: (
        connection.execute("ALTER TABLE org DROP COLUMN uid"),
        datadir._upgrade_registry(connection),
    ),
    "core.records.auto_numbers._highest_stored": lambda connection: auto_numbers._highest_stored(
        connection, CASES, CASES.fields["Case_Number"]
    ),
    "core.records.listing.count_of": lambda connection: listing.count_of(connection, SELECTION),
    "core.records.listing.deleted_page": lambda connection: listing.deleted_page(connection, [1], ["recycle"], 0, 1, 0),
    "core.records.listing.find_values": lambda connection: listing.find_values(connection, 1, "fields", ["a", "é"]),
    "core.records.listing.ids_of": lambda connection: [
        listing.ids_of(connection, SELECTION, Ordering(key), 1, 0, position)
        for key in (None, "created_time")
        for position in (None, Position(1, 1))
    ],
    "core.records.listing.key_of": lambda connection: listing.key_of(connection, 1, Ordering("created_time")),
    "core.records.store._update": lambda connection: [
        explain(connection, records._update(tuple((f"Field_{number}", add) for number in range(fields)), modules))
        for fields in (1, 3)
        for add in (True, False)
        for modules in (0, 1, 3)
    ],
    "core.records.store.matching_ids": lambda connection: records.matching_ids(
        connection, [1, 2], "state = ?", [0], [1], 1
    ),
}
"""A call of each function that builds its statement, so that SQLite prepares it."""


def sql_places() -> Iterator[tuple[str, str | None]]:
    """Every place of the package that has a statement: a module, and the function in it if it is not a constant."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for function, text in texts(ast.parse(path.read_text("utf-8")), None):
            if text.lstrip().startswith(KEYWORDS):
                yield module, function


def texts(tree: ast.AST, function: str | None) -> Iterator[tuple[str | None, str]]:
    """Every text below a node, f-strings by their beginning, with the function that it is in."""
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        beginning = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
        if isinstance(beginning, ast.Constant) and isinstance(beginning.value, str):
            yield inner, beginning.value
        else:
            yield from texts(node, inner)


def constants() -> dict[str, str]:
    """Every constant of the package that is a statement, alone or in a tuple, by its place."""
    found = {}
    for module in sorted({module for module, function in sql_places() if function is None}):
        for name, value in vars(importlib.import_module(f"mockcrm.{module}")).items():
            for number, text in enumerate(value if isinstance(value, tuple) else (value,)):
                if name.isupper() and isinstance(text, str) and text.startswith(KEYWORDS):
                    found[f"{module}.{name}.{number}"] = text
    return found


STATEMENTS = constants()


def opened(place: str) -> sqlite3.Connection:
    """An empty file of an org, or the registry for a place that has to do with that."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    if "registry" in place:
        connection.executescript(files("mockcrm.core.orgs").joinpath("registry.sql").read_text("utf-8"))
    else:
        create_schema(connection)
    register(connection)
    connection.create_function("mockcrm_rewritten", 1, lambda text: text)
    return connection


def explain(connection: sqlite3.Connection, statement: str) -> None:
    connection.execute(f"EXPLAIN {statement}", [None] * statement.count("?")).fetchall()


@pytest.mark.parametrize(
    ("name", "base"), [("schema.sql", tables.OrgTable), ("registry.sql", tables.RegistryTable)], ids=str
)
def test_schema_file_is_what_the_tables_say(name: str, base: Any) -> None:
    assert files("mockcrm.core.orgs").joinpath(name).read_text(encoding="utf-8") == tables.ddl(base)


@for_each("add", [True, False])
@for_each("modules", [0, 1, 3])
def test_update_prepares_for_every_shape(add: bool, modules: int) -> None:
    for fields in (1, 3):
        shape = tuple((f"Field_{number}", add) for number in range(fields))
        with closing(opened("records")) as connection:
            explain(connection, records._update(shape, modules))


def test_every_constant_prepares_on_the_schema() -> None:
    assert len(STATEMENTS) > 60
    for place, statement in STATEMENTS.items():
        with closing(opened(place)) as connection:
            try:
                explain(connection, statement)
            except sqlite3.Error as error:
                pytest.fail(f"{place}: {error}")


def test_every_statement_that_is_built_prepares_on_the_schema() -> None:
    assert {f"{module}.{function}" for module, function in sql_places() if function} == set(BUILT)
    for place, call in BUILT.items():
        with closing(opened(place)) as connection:
            call(connection)


def test_an_insert_sets_every_column_that_must_not_be_null() -> None:
    for place, statement in STATEMENTS.items():
        insert = re.match(r"INSERT (?:OR \w+ )?INTO (\w+) \(([^)]*)\)", statement)
        assert (insert is not None) == statement.startswith("INSERT"), place
        if insert is not None:
            table = TABLES[insert[1]].__table__
            required = {
                column.name for column in table.c if not column.nullable and column.name not in automatic(table)
            }
            assert required <= set(insert[2].split(", ")), place


def automatic(table: Any) -> set[str]:
    """The key that SQLite counts up."""
    return {"id"} if table.name == "oauth_grant" else set()


def test_org_file_carries_its_format() -> None:
    with closing(opened("records")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (FORMAT,)


def test_plain_list_uses_its_partial_index() -> None:
    with closing(opened("records")) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {records.PAGE}", (1, 1, 0)).fetchall()
    assert "record_listed" in str(plan)


@pytest.mark.parametrize(
    "values",
    [
        {"total": 3, "updated": 1, "failed": 1, "not_updated": 2},
        {"total": 1, "updated": 0, "failed": 0, "not_updated": 1, "status": "DONE"},
    ],
)
def test_a_job_whose_counts_do_not_add_up_is_refused(values: dict[str, Any]) -> None:
    row = {
        "id": 1,
        "action": "mass_update",
        "module_id": 1,
        "cvid": 1,
        "user_id": 1,
        "status": "RUNNING",
        "request": "{}",
        "cursor": 0,
        "polls": 0,
        "created_time": 0,
        **values,
    }
    with closing(opened("jobs")) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(f"INSERT INTO job ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()])


@pytest.mark.parametrize(
    ("stored", "added", "expected"),
    [
        ("null", '["A"]', '["A"]'),
        ("[]", "[]", "[]"),
        ('["B","A"]', '["C","A"]', '["B","A","C"]'),
        ('["é","\\"q\\""]', '["\\"q\\"","\\\\"]', '["é","\\"q\\"","\\\\"]'),
    ],
)
def test_members_are_added_behind_those_that_are_stored(stored: str, added: str, expected: str) -> None:
    with closing(opened("records")) as connection:
        row = (1, 1, 0, 1, 1, 1, 0, 0, f'{{"F":{stored},"G":1.50}}')
        connection.execute(records.INSERT, row)
        records.update(connection, 1, [Assignment("F", added, True)], 2, 9)
        assert connection.execute("SELECT fields, modified_by, modified_time FROM record").fetchone() == (
            f'{{"F":{expected},"G":1.50}}',
            2,
            9,
        )
