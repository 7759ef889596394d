"""What the plugin costs a suite that does not use it, and servers of suites in processes of their own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mockcrm.client import ControlClient, ServerUnreachable
from mockcrm.testing import process
from mockcrm.testing.process import ServerFailed, ServerProcess

pytest_plugins = ["pytester"]

USES = """
import os

def test_it(mockcrm):
    mockcrm.load({"org": {"company_name": "Loaded"}})
    with open("urls", "a") as file:
        print(os.environ.get("PYTEST_XDIST_WORKER", "alone"), mockcrm.url, mockcrm.org, file=file)
"""
HEAVY = (
    "fastapi", "starlette", "pydantic", "pydantic_settings", "sqlmodel", "sqlalchemy", "uvicorn", "httpx", "orjson",
    "yaml", "sqlite3", "http.client", "ssl", "asyncio.runners", "mockcrm.client", "mockcrm.server", "mockcrm.testing",
)  # fmt: skip


def responses(url: str) -> bool:
    try:
        with ControlClient(url) as client:
            return client.health()["status"] == "ok"
    except ServerUnreachable:
        return False


def urls(suite: pytest.Pytester) -> list[list[str]]:
    """Worker, server and org of each test."""
    return [line.split() for line in (suite.path / "urls").read_text().splitlines()]


def gone(url: str) -> bool:
    """Return whether the server ends within the time that it may take."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not responses(url):
            return True
        time.sleep(0.05)
    return False


# -- imports -----------------------------------------------------------------------------------------------------


def test_a_suite_that_does_not_use_it_imports_nothing_heavy(alone: pytest.Pytester) -> None:
    alone.makepyfile(
        f"""
import sys

def test_it():
    assert "mockcrm.pytest_plugin" in sys.modules
    assert [name for name in {HEAVY!r} if name in sys.modules] == []
"""
    )
    line = [sys.executable, "-m", "pytest", "-q"]
    done = subprocess.run(line, cwd=alone.path, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout


def test_a_suite_that_uses_it_imports_no_server(alone: pytest.Pytester) -> None:
    alone.makepyfile(
        """
import sys

def test_it(mockcrm):
    mockcrm.load({"org": {"company_name": "Loaded"}})
    assert [name for name in ("fastapi", "pydantic", "sqlmodel", "uvicorn") if name in sys.modules] == []
"""
    )
    line = [sys.executable, "-m", "pytest", "-q"]
    done = subprocess.run(line, cwd=alone.path, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout


def test_the_plugin_is_an_entry_point(alone: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.delenv("PYTEST_ADDOPTS")
    alone.makepyfile("def test_it(mockcrm): assert mockcrm.token")

    alone.runpytest_subprocess("-W", "error").assert_outcomes(passed=1)


# -- servers -----------------------------------------------------------------------------------------------------


def test_a_session_has_one_server_that_ends_with_it(alone: pytest.Pytester) -> None:
    alone.makepyfile(test_one=USES, test_two=USES)
    alone.runpytest_subprocess("-W", "error").assert_outcomes(passed=2)
    (_, one, first), (_, two, second) = urls(alone)

    assert one == two
    assert first != second
    assert not responses(one)


def test_each_xdist_worker_has_one(alone: pytest.Pytester) -> None:
    alone.makepyfile(**{f"test_{number}": USES for number in range(3)})
    alone.runpytest_subprocess("-W", "error", "-p", "xdist", "-n", "2", "--dist", "each").assert_outcomes(passed=6)
    found = {(worker, url) for worker, url, _ in urls(alone)}

    assert sorted(worker for worker, _ in found) == ["gw0", "gw1"]
    assert len({url for _, url in found}) == 2


def test_coverage_of_a_suite_is_that_of_the_suite(alone: pytest.Pytester) -> None:
    alone.makepyfile(
        own="def double(number):\n    return 2 * number\n", test_it=USES + "    import own; own.double(1)\n"
    )
    (alone.path / ".coveragerc").write_text("[run]\nparallel = true\npatch = subprocess\n")
    line = [sys.executable, "-m", "coverage", "run", "-m", "pytest", "-q", "-W", "error"]
    ran = subprocess.run(line, cwd=alone.path, capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout

    files = [path.name for path in alone.path.iterdir() if path.name.startswith(".coverage.")]
    assert len(files) == 1, "the server's process was measured too"
    for command in (["combine", "-q"], ["report"]):
        report = subprocess.run(
            [sys.executable, "-m", "coverage", *command], cwd=alone.path, capture_output=True, text=True, check=True
        ).stdout
    assert re.search(r"^own\.py +2 +0 +100%", report, re.M)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_killed_suite_leaves_no_server(alone: pytest.Pytester) -> None:
    alone.makepyfile(test_it=USES + "    print('ready', flush=True); input()\n")
    line = [sys.executable, "-m", "pytest", "-q", "-s"]
    with subprocess.Popen(line, cwd=alone.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as suite:
        assert suite.stdout is not None
        while "ready" not in suite.stdout.readline():
            assert suite.poll() is None
        ((_, url, _),) = urls(alone)
        assert responses(url)
        suite.send_signal(signal.SIGKILL)

    assert gone(url)


def test_an_interrupted_suite_deletes_its_orgs_and_leaves_no_server(alone: pytest.Pytester) -> None:
    alone.makepyfile(test_it=USES + "    raise KeyboardInterrupt\n")
    alone.runpytest_subprocess("-W", "error").stdout.fnmatch_lines(["*KeyboardInterrupt*"])
    ((_, url, _),) = urls(alone)

    assert gone(url)


def test_servers_of_the_environment_do_not_change_that_of_a_suite(
    alone: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "own.yaml").write_text("mockcrm: 1\norg: {company_name: Own}\n")
    for name, value in {
        "MOCKCRM_PORT": "1",
        "MOCKCRM_CONTROL_TOKEN": "secret",
        "MOCKCRM_DATA_DIR": str(tmp_path / "data"),
        "MOCKCRM_JOB_MODE": "nonsense",
        "MOCKCRM_FIXTURE_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    alone.makepyfile("def test_it(mockcrm):\n    mockcrm.load('own')")

    alone.runpytest_subprocess("-W", "error").assert_outcomes(passed=1)
    assert not (tmp_path / "data").exists()


def test_a_module_beside_the_tests_does_not_take_the_place_of_one_of_the_server(alone: pytest.Pytester) -> None:
    alone.makepyfile(uvicorn="raise RuntimeError('not this one')", test_it=USES)
    line = [sys.executable, "-m", "pytest", "-q"]
    done = subprocess.run(line, cwd=alone.path, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout


def test_a_server_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PROGRAM", "raise SystemExit('no room')")

    with pytest.raises(ServerFailed, match="the mockcrm server did not start: no room"):
        ServerProcess()
