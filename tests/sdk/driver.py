"""The official SDKs, each in a process of its own that gets its calls as JSON lines (scripts/python_lines.py)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest

from tests.live.server import REPOSITORY, Org

SCRIPTS = Path(__file__).parent / "scripts"
NPM_SDKS = REPOSITORY / ".cache" / "npm-sdks"
PYTHON_SDKS = REPOSITORY / ".cache" / "python-sdks"
MAX_EXACT = 2**53
"""Ids are above it, counts below: the Python SDKs give both as int, those for Node.js give ids as strings."""


@dataclass(frozen=True)
class Kind:
    """One official SDK: the version of the API that it calls, its script, and its package: what a script for Node.js
    loads, or the folder of a Python SDK that is not in this environment."""

    name: str
    version: str
    script: str
    package: str | None = None
    signs_in_once: bool = False
    """Whether the SDK breaks when it is initialized twice in a process: it is then started again."""

    def __str__(self) -> str:
        return self.name

    @property
    def later(self) -> bool:
        """Whether errors have the keys that came with v2.1."""
        return self.version != "v2"

    @property
    def v8(self) -> bool:
        return self.version == "v8"

    @property
    def written_keys(self) -> set[str]:
        """What the item of a written record has from v5 on, beside the keys of every version."""
        return set() if self.version in ("v2", "v2.1") else {"$approval_state"}

    @property
    def node(self) -> bool:
        return self.script.endswith(".cjs")

    def command(self) -> list[str]:
        script = str(SCRIPTS / self.script)
        return ["node", script, str(self.package)] if self.node else [sys.executable, script]

    def environment(self) -> dict[str, str]:
        if self.node:
            return {**os.environ, "NODE_PATH": str(NPM_SDKS / "node_modules")}
        return {**os.environ, **({"PYTHONPATH": str(PYTHON_SDKS / self.package)} if self.package else {})}

    def missing(self) -> str | None:
        """Why this SDK cannot be driven here; None where it can."""
        if self.node and shutil.which("node") is None:
            return "node is not installed"
        return self.missing_package()

    def missing_package(self) -> str | None:
        """Why the files of this SDK are not here; None where they are."""
        if self.node and not (NPM_SDKS / ".installed").exists():
            return "the SDKs for Node.js are not installed: `make test` does that where there is npm"
        if not self.node and self.package and not (PYTHON_SDKS / self.package / ".installed").exists():
            return f"the Python SDK {self.package} is not installed: `make test` does that where there is an index"
        return None


KINDS = (
    Kind("python-2.0", "v2", "python_sdk2.py"),
    Kind("python-2.1", "v2.1", "python_sdk2.py", "2.1"),
    Kind("python-8.0", "v8", "python_sdk8.py"),
    Kind("nodejs-2.0", "v2", "node_sdk2.cjs", "@zohocrm/nodejs-sdk-2.0"),
    Kind("nodejs-8.0", "v8", "node_sdk8.cjs", "@zohocrm/nodejs-sdk-8.0", signs_in_once=True),
    Kind("typescript-2.0", "v2", "node_sdk2.cjs", "@zohocrm/typescript-sdk-2.0", signs_in_once=True),
    Kind("typescript-8.0", "v8", "node_sdk8.cjs", "@zohocrm/typescript-sdk-8.0"),
)
"""Those of the first and the last version of the API."""

MORE = (
    Kind("python-zcrmsdk-3.1", "v2", "python_sdk2.py", "zcrmsdk-3"),
    *(
        Kind(f"python-{number}.0", f"v{number}", "python_sdk8.py", f"{number}.0", signs_in_once=True)
        for number in (5, 6, 7)
    ),
    Kind("nodejs-zcrmsdk-1.1", "v2", "node_sdk2.cjs", "zcrmsdk"),
    *(
        Kind(f"{make}-{sdk}", version, "node_sdk8.cjs", f"@zohocrm/{make}-sdk-{sdk}", signs_in_once=once)
        for make, version, sdk, once in (
            ("nodejs", "v2.1", "2.1", False),
            ("nodejs", "v6", "6.0", True),
            ("nodejs", "v7", "7.0", True),
            ("typescript", "v2.1", "2.1", False),
            ("typescript", "v6", "6.0", False),
            ("typescript", "v7", "7.0", False),
        )
    ),
)
"""Those between, and the forerunners of 2.0, which are called zcrmsdk. There are none for v3 and v4."""

MAIN = tuple(kind for kind in KINDS if kind.name in ("python-2.0", "python-8.0", "nodejs-2.0", "typescript-8.0"))
"""One of each make. The others share nearly all of their code with one of these."""


def kind_of(name: str) -> Kind:
    """The SDK of that name."""
    return next(kind for kind in (*KINDS, *MORE) if kind.name == name)


class SDK:
    """An SDK in a process of its own; each call returns what the SDK's object contains."""

    def __init__(self, kind: Kind) -> None:
        if (reason := kind.missing()) is not None:
            if "CI" in os.environ:
                pytest.fail(reason)
            pytest.skip(reason)
        self.kind = kind
        self._start()

    def _start(self) -> None:
        self.signed_in = False
        self.process = subprocess.Popen(
            self.kind.command(), env=self.kind.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _stop(self) -> None:
        self.process.communicate(timeout=60)

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Send one call; ids in its outcome are strings for every SDK."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([name, arguments]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the SDK's process ended with {self.process.wait(timeout=30)}"
        response = json.loads(line)
        assert "crash" not in response, response["crash"]
        return dict(_ids_as_strings(response))

    def sign_in(self, org: Org, folder: Path, **options: Any) -> dict[str, Any]:
        """Start the SDK again with its files in `folder`; by refresh token unless `options` have a grant_token."""
        if self.signed_in and self.kind.signs_in_once:
            self._stop()
            self._start()
        self.signed_in = True
        folder.mkdir(exist_ok=True)
        if "grant_token" not in options:
            options.setdefault("refresh_token", org.refresh_token)
        credentials = {"client_id": org.client_id, "client_secret": org.client_secret}
        return self.call("initialize", **{"url": org.url, **credentials, "folder": str(folder), **options})

    def mass_update(self, module: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        return self.call("mass_update", module=module, data=data, **more)

    def status(self, module: str, job_id: str) -> dict[str, Any]:
        return self.call("mass_update_status", module=module, job_id=job_id)

    def record(self, module: str, record_id: str) -> dict[str, Any]:
        """The values of a record that must be there."""
        response = self.call("get_record", module=module, record_id=record_id)
        assert (response["class"], response["http"]) == ("ResponseWrapper", 200), response
        (found,) = response["data"]
        return dict(found)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stop()


def _ids_as_strings(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ids_as_strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_ids_as_strings(item) for item in value]
    return str(value) if isinstance(value, int) and value > MAX_EXACT else value
