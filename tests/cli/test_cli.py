"""The command line in processes of its own. Refused options of `serve` are in tests/live/test_cli_errors.py."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest
import yaml

from mockcrm import __version__
from mockcrm.server import MockCRM
from tests.cli.running import invoke, spawn
from tests.live.server import RunningServer
from tests.support.for_each import for_each

BOYLE = "mockcrm: 1\nrecords: {Leads: [{fields: {Last_Name: Boyle, Company: Zylker}}]}\n"


@pytest.fixture(scope="module")
def crm() -> Iterator[MockCRM]:
    with MockCRM("empty") as running:
        yield running


def run(*arguments: str, url: str = "http://127.0.0.1:1") -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command."""
    return invoke(*arguments, env={"MOCKCRM_URL": url})


# -- serve -------------------------------------------------------------------------------------------------------


def test_serve_prints_how_to_use_it_with_a_curl_that_works() -> None:
    with RunningServer() as server:
        facts = dict(line.split(":", 1) for line in "".join(server.output).partition("\n\n")[0].splitlines())
        curl = server.output[-1]
        found = subprocess.run(curl, shell=True, capture_output=True, text=True, timeout=60)
        assert server.stop() == 0
        assert server.errors == []

    assert {name: value.strip() for name, value in facts.items()} == {
        "API": server.url,
        "accounts": server.url,
        "control": f"{server.url}/_mockcrm",
        "client id": "1000.DEMOCLIENT",
        "client secret": "demo-secret",
        "refresh token": "1000.demo.refresh",
        "access token": "1000.demo.access",
        "long refresh": "1000.4ef4e500000000000000000000000001.4ef4e500000000000000000000000001",
        "long access": "1000.acce5500000000000000000000000001.acce5500000000000000000000000001",
        "Accounts view": "554023000000091515 (All Accounts)",
        "a Deal": "554023000000497007",
    }
    assert orjson.loads(found.stdout)["data"][0]["code"] == "SUCCESS"


def test_an_option_wins_over_its_variable() -> None:
    with RunningServer("--auth", "any", env={"MOCKCRM_AUTH": "strict", "MOCKCRM_STATUS_PROFILE": "article"}) as server:
        settings = server.control("GET", "/orgs/default/settings")

    assert (settings["auth"], settings["status_profile"]) == ("any", "article")


# -- without a server --------------------------------------------------------------------------------------------


def test_a_process_of_the_command() -> None:
    """The output that the other tests get in their own process."""
    assert spawn("--version") == (0, f"mockcrm {__version__}\n", "")
    assert spawn("nonsense") == run("nonsense")


@for_each(
    ("arguments", "line"),
    [
        ((), "Missing command."),
        (("fixture",), "Missing command."),
        (("nonsense",), "No such command 'nonsense'."),
        (("jobs", "--nonsense"), "No such option: --nonsense"),
        (("fixture", "validate"), None),
        (("fixture", "validate", "/no/such.yaml"), None),
    ],
)
def test_a_mistake_is_one_line(arguments: tuple[str, ...], line: str | None) -> None:
    code, out, err = run(*arguments)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("mockcrm: ")
    assert line is None or err == f"mockcrm: {line}\n"


@for_each("command", [("health",), ("jobs",), ("reset",), ("step", "1"), ("fixture", "export")])
def test_a_server_that_does_not_respond_is_reported_in_one_line(command: tuple[str, ...]) -> None:
    code, out, err = run(*command)

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("mockcrm: no mockcrm server responds at http://127.0.0.1:1: ")


def test_fixtures_are_validated(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(BOYLE)
    bad.write_text("mockcrm: 1\nrecords: {Leads: [{fields: {Last_Name: Boyle, Company: 1}}]}\n")

    assert run("fixture", "validate", "demo", str(good)) == (0, f"demo: valid\n{good}: valid\n", "")
    code, out, err = run("fixture", "validate", str(good), str(bad))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"mockcrm: {bad}: records.Leads[0].fields.Company: ")


def test_the_schema_is_the_one_in_the_repository() -> None:
    code, out, _ = run("fixture", "schema")

    assert (code, out) == (0, (Path(__file__).parents[2] / "fixtures" / "schema.json").read_text("utf-8"))


# -- with a server -----------------------------------------------------------------------------------------------


def test_health(crm: MockCRM) -> None:
    assert run("health", url=crm.url) == (0, f"ok, version {__version__}\n", "")
    code, out, _ = run("health", "--json", "--url", crm.url)
    assert (code, orjson.loads(out)) == (0, {"status": "ok", "version": __version__})


def test_load_export_and_reset(crm: MockCRM, tmp_path: Path) -> None:
    fixture = tmp_path / "boyle.yaml"
    fixture.write_text(BOYLE)
    with crm.control as control:
        org = control.create_org()["org"]

    assert run("load", str(fixture), "--org", org, url=crm.url) == (0, f"loaded {fixture} into {org}\n", "")

    code, text, _ = run("fixture", "export", "--org", org, url=crm.url)
    as_json = orjson.loads(run("fixture", "export", "--org", org, "--json", url=crm.url)[1])
    assert (code, yaml.safe_load(text)) == (0, as_json)
    assert as_json["records"]["Leads"][0]["fields"]["Last_Name"] == "Boyle"
    exported = tmp_path / "exported.yaml"
    exported.write_text(text)
    assert run("fixture", "validate", str(exported))[0] == 0

    assert run("reset", "--org", org, url=crm.url) == (0, f"reset: {org}\n", "")
    with crm.control as control:
        assert "records" not in control.org(org).export()


def test_a_named_fixture_is_the_servers(crm: MockCRM) -> None:
    assert run("load", "blueprint", url=crm.url) == (0, "loaded blueprint into default\n", "")
    code, out, err = run("load", "no-such", url=crm.url)
    assert (code, out) == (2, "")
    assert err.startswith("mockcrm: no-such: ")
    assert err.count("\n") == 1


@for_each(
    ("text", "where"),
    [
        ("mockcrm: 1\nrecords: {Leads: [{state: [asleep]}]}\n", "records.Leads[0].state[0]"),
        ("mockcrm: 1\nusers: [\n", "line 3, column 1"),
    ],
)
def test_an_invalid_fixture_is_reported_with_file_and_place(
    crm: MockCRM, tmp_path: Path, text: str, where: str
) -> None:
    fixture = tmp_path / "bad.yaml"
    fixture.write_text(text)

    code, out, err = run("load", str(fixture), url=crm.url)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"mockcrm: {fixture}: {where}: ")


def test_jobs_and_step(crm: MockCRM) -> None:
    view = "554023000000091518"
    content = {
        "mockcrm": 1,
        "settings": {"job_policy": {"mode": "manual"}},
        "custom_views": [{"id": view, "module": "Leads", "name": "Everybody"}],
        "generate": [{"module": "Leads", "count": 5, "fields": {"Last_Name": "L {n}", "Company": "Z"}}],
    }
    with crm.control as control:
        made = control.create_org(fixture=content)
    org = made["org"]
    assert run("jobs", "--org", org, url=crm.url) == (0, f"{org} has no jobs\n", "")
    response = httpx.post(
        f"{crm.url}/crm/v2/Leads/actions/mass_update",
        json={"data": [{"City": "Erode"}], "cvid": view},
        headers={"Authorization": f"Zoho-oauthtoken {made['access_token']}"},
        trust_env=False,
    )
    job_id = response.json()["data"][0]["details"]["job_id"]

    code, out, err = run("step", job_id, "--records", "2", "--org", org, url=crm.url)
    line = f"job {job_id} on Leads: RUNNING, 2 updated, 0 failed, 3 not updated of 5\n"
    assert (code, out, err) == (0, line, "")
    assert run("jobs", job_id, "--org", org, url=crm.url) == (0, line, "")

    code, out, err = run("jobs", "--org", org, url=crm.url)
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()] == [
        ["job", "module", "view", "status", "total", "updated", "failed", "not", "updated"],
        [job_id, "Leads", view, "RUNNING", "5", "2", "0", "3"],
    ]
    (listed,) = orjson.loads(run("jobs", "--org", org, "--json", url=crm.url)[1])["jobs"]
    assert (listed["id"], listed["status"]) == (job_id, "RUNNING")
    assert run("step", "1", "--org", org, url=crm.url) == (2, "", f"mockcrm: the org '{org}' has no job '1'\n")
