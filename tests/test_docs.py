"""The pages of docs/: what a reader would run is run from the page itself, what is generated is compared."""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockcrm.client import Faults, Jobs, OrgClock, Requests
from mockcrm.server import MockCRM
from mockcrm.testing import MockOrg
from tests.support.markdown import PRINTED, REPOSITORY, blocks, commands, files, form, write
from tools.control_docs import generate

DOCS = REPOSITORY / "docs"
STUBS = Path(__file__).parent / "support" / "junit"


@pytest.fixture(scope="module")
def crm() -> Iterator[MockCRM]:
    with MockCRM() as running:
        yield running


def environment(url: str | None = None) -> dict[str, str]:
    """Return a reader's environment: nothing of this run, its commands, and MOCKCRM_URL if it is given."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MOCKCRM_", "PYTEST_", "PYTHON"))}
    # Other plugins than those of the pages only take time.
    env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p mockcrm.pytest_plugin -p xdist"}
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", "")])
    return env if url is None else {**env, "MOCKCRM_URL": url}


def ran(command: list[str] | str, folder: Path, url: str | None = None) -> str:
    """What a command prints; it must not fail."""
    shell = isinstance(command, str)
    done = subprocess.run(
        command, shell=shell, cwd=folder, env=environment(url), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


# -- Python ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["docs/quickstart-pytest.md", "docs/quickstart-unittest.md"])
def test_a_quickstart_does_what_it_shows(page: str, crm: MockCRM, tmp_path: Path) -> None:
    write(page, tmp_path)
    for block in blocks(page, "console"):
        for command, output in commands(block):
            output = ran(command.replace(PRINTED, crm.url), tmp_path)
            # pytest's lines of dots grow with its tests, so what is shown of them is `...`.
            assert form(output.strip()).fullmatch(output.strip()), command


def test_the_other_programs_of_the_unittest_page_run(tmp_path: Path) -> None:
    for name in write("docs/quickstart-unittest.md", tmp_path):
        if not name.startswith("test_"):
            ran([sys.executable, "-W", "error", name], tmp_path)


def test_every_recipe_works(tmp_path: Path) -> None:
    names = write("docs/recipes.md", tmp_path)
    output = ran([sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"], tmp_path)

    assert "11 passed" in output
    text = (DOCS / "recipes.md").read_text("utf-8")
    headings = re.findall(r"^## (?:An? )?(.+)$", text, re.M)
    assert [
        f"test_{heading.lower().replace(' ', '_').replace('-', '_').replace(',', '')}.py" for heading in headings
    ] == [name for name in names if name.startswith("test_")]


@pytest.mark.parametrize("part", [MockOrg, Jobs, Faults, OrgClock, Requests])
def test_the_fixture_is_described_in_full(part: type) -> None:
    page = (DOCS / "quickstart-pytest.md").read_text("utf-8")
    prefix = {MockOrg: "", Jobs: "jobs.", Faults: "faults.", OrgClock: "clock.", Requests: "requests."}[part]
    members = {name for name in vars(part) if not name.startswith("_")} - {"make"}
    if part is MockOrg:
        members |= set(re.findall(r"self\.([a-z]\w+)(?:: [\w\[\] |]+)? = ", inspect.getsource(MockOrg.__init__)))

    assert sorted(name for name in members if f"{prefix}{name}" not in page) == []


def test_the_settings_of_the_marker_are_described_in_full() -> None:
    from mockcrm.core.org_settings import OrgOptions
    from mockcrm.pytest_plugin import SETTINGS

    page = (DOCS / "quickstart-pytest.md").read_text("utf-8")
    assert set(SETTINGS) == {"job_mode", *OrgOptions.model_fields}
    assert [name for name in SETTINGS if f"`{name}`" not in page] == []


# -- other languages ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js on this machine")
def test_the_node_page_runs(crm: MockCRM, tmp_path: Path) -> None:
    write("docs/quickstart-node.md", tmp_path)
    output = ran(["node", "--test", "--test-reporter=tap"], tmp_path, crm.url)

    assert re.search(r"^# pass 2$", output, re.M), output
    assert orgs(crm) == ["default"]


@pytest.mark.skipif(shutil.which("javac") is None, reason="no JDK on this machine")
def test_the_junit_page_runs(crm: MockCRM, tmp_path: Path) -> None:
    """With annotations of this test in place of JUnit's, and a runner that calls the annotated methods."""
    names = write("docs/quickstart-junit.md", tmp_path)
    sources = [*names, *(str(path) for path in STUBS.rglob("*.java"))]
    ran(["javac", "-Xlint:all", "-Werror", "-d", "classes", *sources], tmp_path)
    output = ran(["java", "-cp", "classes", "Runner", "SyncTest"], tmp_path, crm.url)

    assert output.split() == ["aJobFailsHalfWay", "theServerFailsOnce"]
    assert orgs(crm) == ["default"]


def orgs(crm: MockCRM) -> list[str]:
    with crm.control as control:
        return [item["org"] for item in control.orgs()]


# -- generated ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["control-api.md", "control-openapi.json"])
def test_the_description_of_the_control_api_is_that_of_the_server(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == generate()[name], "run: python -m tools.control_docs"


def test_operation_ids_are_unique_and_the_server_serves_the_same_document(crm: MockCRM) -> None:
    with crm.control as control:
        document = control.call("GET", "/openapi.json")
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]

    assert len(ids) == len(set(ids))
    assert all(name.isidentifier() for name in ids)
    assert document["paths"].keys() == json.loads(generate()["control-openapi.json"])["paths"].keys()


# -- examples ----------------------------------------------------------------------------------------------------


EXAMPLES = REPOSITORY / "examples" / "testcontainers"


def test_the_examples_in_python_compile() -> None:
    for path in EXAMPLES.rglob("*.py"):
        compile(path.read_text("utf-8"), str(path), "exec")


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js on this machine")
def test_the_examples_for_node_parse(tmp_path: Path) -> None:
    for path in EXAMPLES.rglob("*.mjs"):
        ran(["node", "--check", str(path)], tmp_path)


@pytest.mark.skipif(shutil.which("javac") is None, reason="no JDK on this machine")
def test_the_examples_in_java_parse(tmp_path: Path) -> None:
    sources = [str(path) for path in EXAMPLES.rglob("*.java")]
    ran(["javac", "-XDshould-stop.ifNoError=PARSE", "-d", str(tmp_path), *sources], tmp_path)


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*DOCS.glob("*.md"), *EXAMPLES.glob("*.md"), *REPOSITORY.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_pages_name_each_file_once() -> None:
    for page in DOCS.glob("*.md"):
        files(f"docs/{page.name}")
