"""Clients generated from the OpenAPI documents: a typed one in Python works, and the types for TypeScript hold."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live.server import REPOSITORY, Org, RunningServer

from .driver import NPM_SDKS, SCRIPTS

pytestmark = pytest.mark.sdk

GENERATOR = REPOSITORY / ".cache" / "openapi-python-client"
VIEW = "554023000000091516"
LEADS = ["554023000000480001", "554023000000480002"]
FIXTURE: dict[str, Any] = {
    "mockcrm": 1,
    "settings": {"job_policy": {"mode": "polled", "polls": {"scheduled": 0, "running": 0}}},
    "custom_views": [{"id": VIEW, "module": "Leads", "name": "Every Lead"}],
    "records": {
        "Leads": [{"id": lead, "fields": {"Last_Name": "Boyle", "Company": "Zylker", "City": "Old"}} for lead in LEADS]
    },
}
TYPED = """\
import type { components, operations, paths } from "./v8";
import type { components as old } from "./v2";

type Responses = operations["post_mass_update"]["responses"];
type Scheduled = components["schemas"]["ScheduledJob"];
export const body: components["schemas"]["MassUpdateByIds"] = { data: [{ City: "Chennai" }], ids: ["1"] };
const message: Scheduled["message"] = "mass update scheduled successfully";
export const response: Responses[200]["content"]["application/json"] = {
  data: [{ code: "SUCCESS", details: { job_id: "1" }, message, status: "success" }],
};
export const path: keyof paths = "/crm/v8/{module}/actions/mass_update";
export const role: old["schemas"]["RoleV2"]["admin_user"] = true;
"""


@pytest.fixture(scope="module")
def documents(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the documents that the tests generate from."""
    folder = tmp_path_factory.mktemp("documents")
    for label in ("v2", "v8"):
        response = server.http.get(f"/_mockcrm/openapi/{label}.json")
        assert response.status_code == 200
        (folder / f"{label}.json").write_bytes(response.content)
    return folder


def missing(reason: str) -> None:
    """Skip the test; in CI it fails, where everything is installed."""
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


def run(*command: str, cwd: Path, **env: str) -> str:
    """What a command prints; it must not fail."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def generated(documents: Path) -> Path:
    """The folder of the package crm_v8, generated from the document of v8."""
    if not (GENERATOR / ".installed").exists():
        missing("openapi-python-client is not installed: `make test` does that")
    command = (sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning")
    # The generator formats what it writes with the ruff of this environment.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    arguments = ("--path", str(documents / "v8.json"), "--output-path", "crm_v8")
    run(*command, *arguments, cwd=documents, PYTHONPATH=str(GENERATOR), PATH=path)
    return documents


def test_a_generated_python_client_mass_updates(generated: Path, make_org: Callable[..., Org]) -> None:
    org = make_org(FIXTURE)
    script = str(SCRIPTS / "generated_python8.py")
    python_path = os.pathsep.join([str(generated), str(GENERATOR)])

    printed = run(
        sys.executable, script, org.url, org.access_token, VIEW, *LEADS, cwd=generated, PYTHONPATH=python_path
    )

    assert json.loads(printed) == {
        "updated": LEADS,
        "status": "COMPLETED",
        "total": 2,
        "city": "Pune",
        "error": "the cvid given seems to be invalid",
    }


def test_the_generated_python_client_is_typed(generated: Path) -> None:
    options = ("--strict", "--follow-imports=silent", "--cache-dir", str(generated / "mypy"), "--config-file", "")
    script = str(SCRIPTS / "generated_python8.py")

    run(sys.executable, "-m", "mypy", *options, script, cwd=generated, MYPYPATH=f"{generated}{os.pathsep}{GENERATOR}")


def test_types_for_typescript(documents: Path) -> None:
    node, programs = shutil.which("node"), NPM_SDKS / "node_modules" / ".bin"
    if node is None or not (programs / "openapi-typescript").exists() or not (programs / "tsc").exists():
        missing("openapi-typescript is not installed: `make test` does that where there is npm")
    for label in ("v2", "v8"):
        run(str(programs / "openapi-typescript"), f"{label}.json", "-o", f"{label}.ts", cwd=documents)
    (documents / "typed.ts").write_text(TYPED)

    run(str(programs / "tsc"), "--noEmit", "--strict", "typed.ts", cwd=documents)
