"""What is shipped: the wheel on its own, the Dockerfile, compose.yaml, and the CI files that readers copy."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from mockcrm import __version__
from mockcrm.http.data_centres import emulated_hosts

ROOT = Path(__file__).resolve().parent.parent
BASE = re.compile(r"python:3\.1[1-9]\.\d+-slim-[a-z]+")
NOBODY = 65534


def loaded(path: str) -> Any:
    """A YAML file of the repository. YAML 1.1 takes the key `on` of a workflow for true."""
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def stages(path: str) -> list[list[tuple[str, str]]]:
    """The stages of a Dockerfile, each a list of instruction and argument, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / path).read_text("utf-8"), flags=re.M).replace("\\\n", " ")
    found: list[list[tuple[str, str]]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append((word, " ".join(rest.split())))
    return found


# -- the Dockerfile ----------------------------------------------------------------------------------------------


def test_every_base_is_one_pinned_python() -> None:
    bases = [stage[0][1].partition(" ")[0] for path in ("Dockerfile", "examples/compose-app/Dockerfile")
             for stage in stages(path)]  # fmt: skip

    assert len(set(bases)) == 1
    assert BASE.fullmatch(bases[0])


def test_the_image_takes_only_the_installed_wheel_from_its_build() -> None:
    build, final = stages("Dockerfile")

    assert [argument for word, argument in final if word in ("COPY", "ADD")] == [
        "--from=build /opt/mockcrm /opt/mockcrm"
    ]
    assert any("pip wheel" in argument for word, argument in build if word == "RUN")
    assert not any("pip install" in argument or "apt-get" in argument for word, argument in final if word == "RUN")


def test_the_image_has_a_plain_user_and_a_health_check() -> None:
    final = stages("Dockerfile")[-1]
    said = dict(final)

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", said["USER"])
    # Exec form: the server itself gets the signal, no shell in between.
    assert (json.loads(said["ENTRYPOINT"]), json.loads(said["CMD"])) == (["mockcrm"], ["serve"])
    assert json.loads(said["HEALTHCHECK"].partition(" CMD ")[2]) == ["mockcrm", "health"]
    assert (said["EXPOSE"], json.loads(said["VOLUME"])) == ("9646", ["/data", "/fixtures"])
    assert "STOPSIGNAL" not in said
    for setting in ("HOST=0.0.0.0", "PORT=9646", "FIXTURE_DIR=/fixtures", "DATA_DIR=/data"):
        assert f"MOCKCRM_{setting}" in said["ENV"]


def test_only_what_the_wheel_is_made_of_goes_into_the_build() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    build = stages("Dockerfile")[0]
    copied = {name for word, argument in build if word == "COPY" for name in argument.split()[:-1]}

    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)


# -- compose and CI ----------------------------------------------------------------------------------------------


def test_compose_puts_the_server_in_the_place_of_the_services_hosts() -> None:
    compose = loaded("compose.yaml")
    server, app = compose["services"]["mockcrm"], compose["services"]["app"]

    aliases = server["networks"]["default"]["aliases"]
    expected = {"www.zohoapis.com", "zohoapis.com", "accounts.zoho.com", "content.zohoapis.com"}
    assert expected == set(aliases) <= set(emulated_hosts())
    assert server["environment"]["MOCKCRM_TLS_PORT"] == "443"
    assert server["read_only"] is True
    assert all(port.startswith("127.0.0.1:") for port in server["ports"])
    assert app["environment"] == {"REQUESTS_CA_BUNDLE": "/ca/ca.pem"}
    assert (ROOT / app["build"] / "Dockerfile").is_file()
    named = {mount.partition(":")[0] for service in compose["services"].values() for mount in service["volumes"]}
    assert {name for name in named if not name.startswith(".")} == set(compose["volumes"])
    # The CA's key stays on the server's own volume.
    assert [mount for name in ("trust", "app") for mount in compose["services"][name]["volumes"]] == [
        "ca:/data",
        "ca:/ca:ro",
    ]
    compile(compose["services"]["trust"]["command"][0], "compose.yaml", "exec")


def test_the_app_of_compose_patches_nothing_and_names_no_address() -> None:
    source = (ROOT / "examples/compose-app/app.py").read_text("utf-8")

    compile(source, "app.py", "exec")
    assert "USDataCenter.PRODUCTION()" in source
    assert not re.search(r"https?://|monkeypatch|verify|Environment\(", source)


@pytest.mark.parametrize(
    "path", ["examples/github-actions.yml", ".github/workflows/ci.yml", ".github/workflows/release.yml"]
)
def test_a_workflow_has_what_a_workflow_needs(path: str) -> None:
    workflow = loaded(path)

    assert {"name", True, "permissions", "jobs"} <= set(workflow)
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step), step
            assert re.fullmatch(r"[\w./-]+@v\d+", step["uses"]) if "uses" in step else step["run"].strip()
            for script in re.findall(r"^(?:scripts|\.ci)/\S+", step.get("run", "")):
                assert os.access(ROOT / script, os.X_OK), script


def test_the_example_for_github_waits_for_health() -> None:
    (job,) = loaded("examples/github-actions.yml")["jobs"].values()
    service = job["services"]["mockcrm"]

    assert '--health-cmd "mockcrm health"' in service["options"]
    assert service["ports"] == ["9646:9646"]
    assert job["env"] == {"MOCKCRM_URL": "http://127.0.0.1:9646"}


def test_the_example_for_gitlab_waits_for_health() -> None:
    job = loaded("examples/gitlab-ci.yml")["integration"]

    (service,) = job["services"]
    assert job["variables"]["MOCKCRM_URL"] == f"http://{service['alias']}:9646"
    assert any("mockcrm health" in line for line in job["before_script"])
    assert job["script"]


def test_a_release_is_the_wheel_and_the_image_for_both_processors() -> None:
    jobs = loaded(".github/workflows/release.yml")["jobs"]
    (build,) = (step for step in jobs["image"]["steps"] if step.get("uses", "").startswith("docker/build-push-action@"))

    assert build["with"]["platforms"] == "linux/amd64,linux/arm64"
    assert jobs["image"]["needs"] == "wheel"
    assert any("python -m build" in step.get("run", "") for step in jobs["wheel"]["steps"])
    assert any(".ci/run" in step.get("run", "") for step in jobs["wheel"]["steps"])


@pytest.mark.parametrize("script", ["scripts/image-check", "scripts/ci-setup", ".ci/run"])
def test_a_script_is_one(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    subprocess.run(["bash", "-n", ROOT / script], check=True)


# -- the real things, which take their time --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that every user may look into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="mockcrm-wheel-"))
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def wheel(place: Path) -> Path:
    """The wheel, built from a copy of what the image builds it from."""
    source = place / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("mockcrm", "fixtures"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    pip("wheel", "--no-deps", "--wheel-dir", str(place / "dist"), str(source))
    (found,) = (place / "dist").iterdir()
    return found


def pip(*arguments: str, python: str = sys.executable) -> None:
    """This environment's pip, at work for `python`."""
    command = [sys.executable, "-m", "pip", "--python", python, *arguments, "--quiet", "--disable-pip-version-check"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_its_data(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert wheel.name == f"mockcrm-{__version__}-py3-none-any.whl"
    for name in (
        "py.typed",
        "fixtures/demo.yaml",
        "core/orgs/schema.sql",
        "core/orgs/registry.sql",
        "core/catalog/catalog.json",
    ):
        assert f"mockcrm/{name}" in names
    assert {name.partition("/")[0] for name in names} == {"mockcrm", f"mockcrm-{__version__}.dist-info"}


@pytest.mark.slow
def test_the_wheel_runs_for_a_plain_user_in_a_folder_that_cannot_be_written(place: Path, wheel: Path) -> None:
    plainly = as_plain_user()
    python = a_python_for(plainly)
    code, state = place / "code", place / "state"
    subprocess.run([python, "-m", "venv", "--without-pip", str(code)], check=True)
    pip("install", str(wheel), python=str(code / "bin" / "python"))
    state.mkdir()
    if plainly:
        os.chown(state, NOBODY, NOBODY)
    for path in [*code.rglob("*"), code]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    before = {str(path) for path in code.rglob("*")}
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "MOCKCRM_TLS_PORT": "0"}
    command = [*plainly, str(code / "bin" / "mockcrm")]

    server = subprocess.Popen(
        [*command, "serve", "--port", "0", "--data-dir", str(state)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd="/",
    )  # fmt: skip
    try:
        assert server.stdout is not None
        first = server.stdout.readline()
        url = first.partition(":")[2].strip()
        assert url.startswith("http://127.0.0.1:"), first or server.communicate(timeout=30)[1]
        health = subprocess.run(
            [*command, "health", "--url", url], capture_output=True, text=True, env=env, check=False
        )
        assert (health.returncode, health.stdout) == (0, f"ok, version {__version__}\n")
        headers = {"Authorization": "Zoho-oauthtoken 1000.demo.access"}
        body = {"data": [{"Stage": "Qualification"}], "ids": ["554023000000497007"]}
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            response = client.post("/crm/v2/Deals/actions/mass_update", json=body, headers=headers).json()
            assert response["data"][0]["code"] == "SUCCESS"
            assert client.get("/_mockcrm/orgs/default/export").status_code == 200
            assert client.get("/_mockcrm/ca.pem").status_code == 200
        server.send_signal(signal.SIGTERM)
        _, output = server.communicate(timeout=5)
        assert (server.returncode, output) == (0, "")
    finally:
        if server.poll() is None:
            server.kill()
            server.communicate()
    assert {str(path) for path in code.rglob("*")} == before


def as_plain_user() -> list[str]:
    """What to put before a command so that a plain user runs it: nothing, when that is who we are."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("running as root, and setpriv is missing to drop the rights")
    user = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return ["setpriv", *user, "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]


def a_python_for(plainly: list[str]) -> str:
    """A Python that the plain user may run: root's own may lie in root's home."""
    for python in (str(Path(sys.base_prefix) / "bin" / "python3"), "/usr/bin/python3"):
        check = [*plainly, python, "-c", "import sys, venv; sys.exit(sys.version_info < (3, 11))"]
        try:
            if subprocess.run(check, capture_output=True, check=False, cwd="/").returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip("no Python 3.11 on this machine that a plain user may run")


@pytest.mark.slow
def test_the_image_builds_and_its_container_lives_and_stops() -> None:
    ran = subprocess.run([ROOT / "scripts" / "image-check"], capture_output=True, text=True, check=False)

    if ran.returncode == 77:
        pytest.skip(ran.stdout.strip())
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.rstrip().endswith("image check passed")
