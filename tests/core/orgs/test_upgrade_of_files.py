"""An org's file of format 1 becomes one of the present format when the org is opened, and a restored snapshot too."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import orjson
import pytest

from mockcrm.core.orgs.schema import FORMAT
from mockcrm.core.orgs.upgrade import upgrade
from mockcrm.core.records import notes
from mockcrm.core.records.documents import unset_document
from mockcrm.server import MockCRM
from tests.fixture_format.loading import FIRST_NEW, LoadedOrg

NEW_TABLES = ("tag", "note_parent")
FIXTURE: dict[str, Any] = {
    "records": {
        "Leads": [
            {"id": "1", "fields": {"Last_Name": "A", "City": "Erode"}},
            {"id": "2", "fields": {"Last_Name": "B"}},
            {"id": "3", "fields": {"Last_Name": "C"}},
        ],
        "Deals": [{"id": "4", "fields": {"Deal_Name": "D"}}],
        "Notes": [{"id": "5", "fields": {"Note_Content": "N", "Parent_Id": "1"}}],
    }
}
TAGS = {1: [{"name": "Hot"}, {"name": "vip", "id": "9"}], 2: ["hot"], 4: [{"name": "Hot"}]}


def make_format_1(connection: sqlite3.Connection) -> None:
    """Give a file the form of format 1: documents name their tags, which are not among the last fields."""
    for table in NEW_TABLES:
        connection.execute(f"DROP TABLE {table}")
    for number, text in connection.execute("SELECT id, fields FROM record").fetchall():
        document = orjson.loads(text)
        if "Tag" in document:
            document = {"Tag": TAGS.get(number, []), **{key: document[key] for key in document if key != "Tag"}}
        connection.execute("UPDATE record SET fields = ? WHERE id = ?", (orjson.dumps(document).decode(), number))
    connection.execute("PRAGMA user_version = 1")


def test_names_in_documents_become_tags_of_their_modules() -> None:
    org = LoadedOrg(FIXTURE)
    make_format_1(org.connection)

    for _ in range(2):
        upgrade(org.connection, 7)

    leads, deals = org.metadata.modules["Leads"].id, org.metadata.modules["Deals"].id
    hot, vip, of_deals = FIRST_NEW, FIRST_NEW + 1, FIRST_NEW + 2
    admin = org.metadata.admin_id
    assert org.rows("SELECT * FROM tag ORDER BY id") == [
        (hot, leads, "Hot", "hot", None, admin, admin, 7, 7),
        (vip, leads, "vip", "vip", None, admin, admin, 7, 7),
        (of_deals, deals, "Hot", "hot", None, admin, admin, 7, 7),
    ]
    assert [org.document(number)["Tag"] for number in (1, 2, 3, 4)] == [
        [{"id": str(hot)}, {"id": str(vip)}],
        [{"id": str(hot)}],
        [],
        [{"id": str(of_deals)}],
    ]
    assert list(org.document(1)) == list(unset_document(org.metadata.modules["Leads"]))
    assert org.document(1)["City"] == "Erode"
    assert org.rows("SELECT * FROM note_parent") == [(1, 5)]
    assert org.rows("PRAGMA user_version") == [(FORMAT,)]


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    org = LoadedOrg(FIXTURE)
    make_format_1(org.connection)
    before = list(org.connection.iterdump())
    with monkeypatch.context() as patched:
        patched.setattr(notes, "link_to_parents", fail)  # the last step
        with pytest.raises(sqlite3.OperationalError):
            upgrade(org.connection, 7)

    assert list(org.connection.iterdump()) == before
    assert org.rows("PRAGMA user_version") == [(1,)]
    upgrade(org.connection, 7)
    assert org.rows("SELECT name FROM tag ORDER BY id") == [("Hot",), ("vip",), ("Hot",)]


def test_files_snapshots_and_templates_of_format_1_are_upgraded_when_they_are_used(tmp_path: Path) -> None:
    with MockCRM("empty", data_dir=tmp_path) as crm, crm.control as control:
        control.create_org("other", {"mockcrm": 1, **FIXTURE})
        control.org("other").snapshot("first")
        control.org("other").load({"mockcrm": 1, "records": {"Leads": [{"id": "1", "fields": {"City": "Salem"}}]}})
    for path in tmp_path.glob("*/**/*.sqlite"):  # orgs, snapshots and the templates of resets
        connection = sqlite3.connect(path)
        make_format_1(connection)
        connection.commit()
        connection.close()

    with MockCRM(data_dir=tmp_path) as crm, crm.control as control:
        org = control.org("other")
        for city in ("Salem", "Erode"):
            record = org.export()["records"]["Leads"][0]
            assert (record["fields"]["City"], record["fields"]["Tag"]) == (city, ["Hot", "vip"])
            assert [tag["name"] for tag in org.export()["tags"]["Leads"]] == ["Hot", "vip"]
            org.restore("first")
        org.reset()
        assert org.export()["records"]["Leads"][0]["fields"]["Tag"] == ["Hot", "vip"]
