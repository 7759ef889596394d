"""Run a client under the service's own host names, unmodified and without any configuration of the address."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.live import real_names
from tests.live.server import REPOSITORY
from tests.support.markdown import blocks

SCRIPTS = Path(__file__).parent / "scripts"
CACHE = REPOSITORY / ".cache"


def require(name: str, needs: str) -> Path:
    """Return the folder of an installed client. Skips the test where it is not installed; `needs` says what it needs
    for that."""
    folder = CACHE / name
    if not (folder / ".installed").exists():
        pytest.skip(f".cache/{name} is not installed: `make test` does that where there is {needs}")
    return folder


def printed(folder: Path, python: Path | str, script: str, *arguments: str, path: Path | None = None) -> Any:
    """Run a script of tests/clients/scripts against a server with the demo org, and return the JSON that it prints.
    Its first argument is `folder`; `path` is where it finds its packages. It trusts the server's CA as docs/tls.md says
    for clients that ignore REQUESTS_CA_BUNDLE. Skips the test where no network namespace can be made."""
    if reason := real_names.why_no_namespace():
        pytest.skip(reason)
    (trust,) = blocks("docs/tls.md", "py")
    (folder / "trust").mkdir()
    (folder / "trust" / "sitecustomize.py").write_text(trust)
    found = os.pathsep.join(str(part) for part in (folder / "trust", path) if part is not None)
    client = ("env", f"PYTHONPATH={found}", str(python), str(SCRIPTS / script), str(folder), *arguments)
    command = real_names.command(folder, *client)
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=330)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)
