"""Bad input to `mockcrm serve`: one clear line on stderr, exit code 2, no traceback, nothing served."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from sys import modules

import pytest

from tests.cli.running import invoke
from tests.support.for_each import for_each

from .server import RunningServer, clean_environment, serve_command

serve = modules["mockcrm.cli.serve"]


def complaint(code: object, output: str, errors: str) -> str:
    """Return the one line that a command prints when it rejects its input."""
    printed = f"exit code {code}, stdout: {output!r}, stderr: {errors!r}"
    assert code == 2, printed
    assert output == "", printed
    assert "Traceback" not in errors, printed
    lines = errors.splitlines()
    assert len(lines) == 1, printed
    assert lines[0].strip(), printed
    return lines[0]


def refused(*args: str, env: dict[str, str] | None = None) -> str:
    """Run `mockcrm serve` in this process with arguments it must reject; return the one line it prints.

    Starting a process takes half a second; `spawned` does so for one case of each kind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serve, "_print_banner", serves)
        return complaint(*invoke("serve", *args, env=env))


def serves(*_: object) -> None:
    """Raised where the server would otherwise run until the test is interrupted."""
    raise AssertionError("the server started")


def spawned(*args: str, env: dict[str, str] | None = None) -> str:
    """The same in a process of its own."""
    run = subprocess.run(
        serve_command(*args),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environment(env),
    )
    return complaint(run.returncode, run.stdout, run.stderr)


def test_the_process_of_a_refused_command_ends_with_one_line(tmp_path: Path) -> None:
    fixture = tmp_path / "bad.yaml"
    fixture.write_text("mockcrm: 1\nsurprise: 1\n")

    line = spawned("--port", "0", "--fixture", str(fixture))
    assert line == refused("--port", "0", "--fixture", str(fixture))
    assert str(fixture) in line
    assert "MOCKCRM_PORT" in spawned(env={"MOCKCRM_PORT": "abc"})


@for_each(
    ("text", "where"),
    [
        ("mockcrm: 1\nsurprise: 1\n", "surprise"),
        ('mockcrm: 1\n"two\\nlines": 1\n', "two"),
        ('mockcrm: 1\norg: {edition: "two\\nlines"}\n', "org.edition"),
        ("mockcrm: 2\n", "mockcrm"),
        ("records: {}\n", "mockcrm"),
        ("mockcrm: 1\nrecords: {Leads: [{id: abc, fields: {Last_Name: Boyle}}]}\n", "records.Leads[0].id"),
        ("mockcrm: 1\nrecords: {Leads: [{fields: {Last_Nmae: Boyle}}]}\n", "Last_Nmae"),
        ("mockcrm: 1\nrecords: {Nowhere: [{fields: {Name: Boyle}}]}\n", "records.Nowhere"),
        ("mockcrm: 1\nusers: [{full_name: Nobody}]\n", "users[0]"),
        ("mockcrm: 1\nsettings: {job_policy: {mode: sometimes}}\n", "settings.job_policy.mode"),
        ("mockcrm: 1\nterritories: [{name: UK, parent: Nowhere}]\n", "territories[0].parent"),
        (
            "mockcrm: 1\ngenerate: [{module: Leads, count: many, fields: {Last_Name: L}}]\n",
            "generate[0].count",
        ),
    ],
)
def test_a_bad_fixture_is_named_with_the_path_inside_it(tmp_path: Path, text: str, where: str) -> None:
    fixture = tmp_path / "bad.yaml"
    fixture.write_text(text)

    line = refused("--port", "0", "--fixture", str(fixture))

    assert str(fixture) in line
    assert where in line.replace(str(fixture), "")


@for_each(
    "text",
    ["mockcrm: 1\nusers: [\n", "just words", "- mockcrm: 1\n", "", "mockcrm: 1\nusers: !!python/none 1\n"],
)
def test_a_file_that_is_not_a_fixture_is_named(tmp_path: Path, text: str) -> None:
    fixture = tmp_path / "bad.yaml"
    fixture.write_text(text)

    assert str(fixture) in refused("--port", "0", "--fixture", str(fixture))


def test_a_fixture_of_binary_rubbish_is_named(tmp_path: Path) -> None:
    fixture = tmp_path / "bad.yaml"
    fixture.write_bytes(b"\x00\xff\xfe\x80")

    assert str(fixture) in refused("--port", "0", "--fixture", str(fixture))


def test_bad_json_in_a_fixture_is_named(tmp_path: Path) -> None:
    fixture = tmp_path / "bad.json"
    fixture.write_text('{"mockcrm": 1,')

    assert str(fixture) in refused("--port", "0", "--fixture", str(fixture))


def test_a_missing_fixture_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.yaml"

    assert str(missing) in refused("--port", "0", "--fixture", str(missing))


def test_a_folder_as_fixture_is_named(tmp_path: Path) -> None:
    assert str(tmp_path) in refused("--port", "0", "--fixture", str(tmp_path))


def test_an_unknown_fixture_name_is_named() -> None:
    assert "no-such-fixture" in refused("--port", "0", "--fixture", "no-such-fixture")


@for_each(
    ("arguments", "named"),
    [
        (("--port", "abc"), "port"),
        (("--port", "70000"), "port"),
        (("--port", "-1"), "port"),
        (("--port",), "port"),
        (("--nonsense",), "--nonsense"),
        (("--auth", "maybe"), "auth"),
        (("--status-profile", "guess"), "status-profile"),
        (("--job-mode", "sometimes"), "job-mode"),
        (("--log-level", "shout"), "log-level"),
        (("--tls-port", "70000"), "tls-port"),
        (("--names", "https://crm.example"), "names"),
        (("--control-token", ""), "control-token"),
        (("--origins", "app.example"), "--origins: expected origins such as https://app.test:3000"),
        (("--webhook-hosts", "https://hooks.example"), "--webhook-hosts: expected host names"),
        (("leftover",), "leftover"),
    ],
)
def test_a_bad_option_is_named(arguments: tuple[str, ...], named: str) -> None:
    assert named in refused(*arguments)


@for_each(
    ("variable", "value"),
    [
        ("MOCKCRM_PORT", "abc"),
        ("MOCKCRM_AUTH", "maybe"),
        ("MOCKCRM_JOB_MODE", "sometimes"),
        ("MOCKCRM_TLS", "maybe"),
        ("MOCKCRM_WEBHOOK_HOSTS", "10.0.0.1/8"),
        ("MOCKCRM_ORIGINS", "null"),
    ],
)
def test_a_bad_environment_variable_is_named(variable: str, value: str) -> None:
    assert variable in refused(env={variable: value, **({} if variable == "MOCKCRM_PORT" else {"MOCKCRM_PORT": "0"})})


def test_an_address_this_machine_does_not_have_is_named() -> None:
    assert "192.0.2.1" in refused("--host", "192.0.2.1", "--port", "0")


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert port in refused("--port", port)


def test_a_file_in_the_place_of_the_data_dir_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "data"
    blocked.write_text("a file")

    assert str(blocked) in refused("--port", "0", "--data-dir", str(blocked))


def test_a_file_on_the_way_to_the_data_dir_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    blocked = tmp_path / "file" / "data"

    assert str(blocked) in refused("--port", "0", "--data-dir", str(blocked))


def test_a_second_server_on_one_data_dir_is_kept_out(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with RunningServer(data_dir=data_dir) as first:
        assert str(data_dir) in refused("--port", "0", "--data-dir", str(data_dir))
        assert first.get("/_mockcrm/health").status_code == 200


def test_a_refused_fixture_leaves_the_data_dir_usable(tmp_path: Path) -> None:
    fixture = tmp_path / "bad.yaml"
    fixture.write_text("mockcrm: 1\nsurprise: 1\n")
    refused("--port", "0", "--data-dir", str(tmp_path / "data"), "--fixture", str(fixture))

    with RunningServer(data_dir=tmp_path / "data") as server:
        assert server.default_org().access_token == "1000.demo.access"
