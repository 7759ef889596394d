"""The commands snapshot, restore, coverage, the bar of a large load, and completion."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from mockcrm.client import OrgControl
from mockcrm.server import MockCRM
from tests.cli.running import invoke, on_terminal, run
from tests.support.for_each import for_each

MANY = "mockcrm: 1\ngenerate: [{module: Leads, count: 2000, fields: {Last_Name: 'L {n}', Company: Z}}]\n"


@pytest.fixture(scope="module")
def crm() -> Iterator[MockCRM]:
    with MockCRM("empty") as running:
        yield running


@pytest.fixture
def org(crm: MockCRM) -> Iterator[OrgControl]:
    with crm.new_org() as made:
        yield made.control


def test_a_snapshot_is_taken_listed_restored_and_forgotten(crm: MockCRM, org: OrgControl) -> None:
    here = ("--org", org.name)
    assert run(crm, "snapshot", *here) == (0, f"{org.name} has no snapshots\n", "")
    assert run(crm, "snapshot", "clean", *here) == (0, f"saved {org.name} as clean\n", "")
    (kept,) = orjson.loads(run(crm, "snapshot", "--json", *here)[1])["snapshots"]
    assert run(crm, "snapshot", *here) == (0, f"clean  {kept['created']}\n", "")
    org.load({"mockcrm": 1, "org": {"company_name": "Loaded"}})
    assert run(crm, "restore", "clean", *here) == (0, f"restored {org.name} to clean\n", "")
    assert org.export()["org"]["company_name"] != "Loaded"
    code, text, _ = run(crm, "snapshot", "clean", "--delete", "--json", *here)
    assert (code, orjson.loads(text)) == (0, {"name": "clean", "deleted": True})
    assert org.snapshots() == []


@for_each(
    ("arguments", "line"),
    [
        (("restore", "nothing"), "the org 'default' has no snapshot 'nothing'"),
        (("snapshot", "nothing", "--delete"), "the org 'default' has no snapshot 'nothing'"),
        (("snapshot", "a/b"), None),
        (("snapshot", "--delete"), "--delete needs the name of a snapshot"),
        (("snapshot", "--org", "nobody"), "unknown org 'nobody'"),
        (("restore",), "Missing argument 'name'."),
    ],
)
def test_missing_snapshots_and_orgs_are_reported_in_one_line(
    crm: MockCRM, arguments: tuple[str, ...], line: str | None
) -> None:
    code, out, err = run(crm, *arguments)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert line is None or err == f"mockcrm: {line}\n"


def test_coverage_needs_no_server() -> None:
    code, text, _ = invoke("coverage")
    as_json = orjson.loads(invoke("coverage", "--json")[1])

    assert code == 0
    assert "POST   /crm/{version}/{module}/actions/mass_update" in text
    assert text.splitlines()[-1].startswith(f"{len(as_json['errors'])} errors")


def test_a_load_that_takes_long_shows_a_bar_on_a_terminal(crm: MockCRM, org: OrgControl, tmp_path: Path) -> None:
    fixture = tmp_path / "long.yaml"
    fixture.write_text(MANY + "#" * 200_000)
    held, shown = threading.Event(), threading.Event()

    def hold() -> None:
        with crm.runtime.registry.using(org.name) as busy, busy.gate.hold():
            held.set()
            shown.wait(60)

    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    held.wait(60)
    code, seen = on_terminal(
        crm, "load", str(fixture), "--org", org.name, watch=lambda text: "loading long.yaml" in text and shown.set()
    )
    holder.join()

    assert code == 0
    assert shown.is_set()
    assert f"into {org.name}" in seen


def test_a_load_in_a_pipe_shows_none(crm: MockCRM, org: OrgControl, tmp_path: Path) -> None:
    fixture = tmp_path / "many.yaml"
    fixture.write_text(MANY)

    output = f"loaded {fixture} into {org.name}\n"
    assert run(crm, "load", str(fixture), "--org", org.name) == (0, output, "")


def test_a_bad_load_on_a_terminal_is_one_line(crm: MockCRM, tmp_path: Path) -> None:
    fixture = tmp_path / "bad.yaml"
    fixture.write_text("mockcrm: 1\nsurprise: 1\n")

    code, seen = on_terminal(crm, "load", str(fixture))

    assert (code, seen.count("\n")) == (2, 1)
    assert seen.startswith(f"mockcrm: {fixture}: surprise: ")


@for_each("shell", ["bash", "zsh", "fish"])
def test_completion_is_shown_for_each_shell(shell: str) -> None:
    code, shown, _ = invoke("--show-completion", shell)

    assert code == 0
    assert "_MOCKCRM_COMPLETE" in shown


def test_a_word_is_completed() -> None:
    env = {**os.environ, "_MOCKCRM_COMPLETE": "complete_bash", "COMP_WORDS": "mockcrm re", "COMP_CWORD": "1"}
    output = subprocess.run([sys.executable, "-m", "mockcrm"], capture_output=True, text=True, env=env, check=False)

    assert output.stdout.split() == ["reset", "restore", "requests"]
