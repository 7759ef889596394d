"""The generated schema files, and every statement of the repository prepared on them."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from typing import Any

import pytest

from mockcrm.core.casefold import register
from mockcrm.core.orgs import tables
from mockcrm.core.orgs.schema import FORMAT, create_schema
from mockcrm.core.records import store as records
from mockcrm.core.records.store import Assignment

STORES = (
    "mockcrm.core.automation.events",
    "mockcrm.core.jobs.store",
    "mockcrm.core.org_metadata.store",
    "mockcrm.core.orgs.registry_store",
    "mockcrm.core.records.listing",
    "mockcrm.core.records.store",
    "mockcrm.fixture_format.statements",
)
KEYWORDS = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ")


@pytest.mark.parametrize(
    ("name", "base"), [("schema.sql", tables.OrgTable), ("registry.sql", tables.RegistryTable)], ids=str
)
def test_schema_file_is_what_the_tables_say(name: str, base: Any) -> None:
    assert files("mockcrm.core.orgs").joinpath(name).read_text(encoding="utf-8") == tables.ddl(base)


def statements() -> Iterator[Any]:
    """Every constant of STORES that is a statement, alone or in a tuple."""
    for module in STORES:
        for name, value in vars(importlib.import_module(module)).items():
            for number, text in enumerate(value if isinstance(value, tuple) else (value,)):
                if name.isupper() and isinstance(text, str) and text.startswith(KEYWORDS):
                    yield pytest.param(module, text, id=f"{module.removeprefix('mockcrm.')}.{name}.{number}")


def opened(module: str) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    if module.endswith("registry_store"):
        connection.executescript(files("mockcrm.core.orgs").joinpath("registry.sql").read_text("utf-8"))
    else:
        create_schema(connection)
    register(connection)
    connection.create_function("mockcrm_rewritten", 1, lambda text: text)
    return connection


def explain(connection: sqlite3.Connection, statement: str) -> None:
    connection.execute(f"EXPLAIN {statement}", [None] * statement.count("?")).fetchall()


@pytest.mark.parametrize(("module", "statement"), list(statements()))
def test_statement_prepares_on_the_schema(module: str, statement: str) -> None:
    with closing(opened(module)) as connection:
        explain(connection, statement)


@pytest.mark.parametrize("add", [True, False])
@pytest.mark.parametrize("modules", [0, 1, 3])
def test_update_prepares_for_every_shape(add: bool, modules: int) -> None:
    for fields in (1, 3):
        shape = tuple((f"Field_{number}", add) for number in range(fields))
        with closing(opened("records")) as connection:
            explain(connection, records._update(shape, modules))


def test_statements_were_found() -> None:
    assert len(list(statements())) > 60


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
