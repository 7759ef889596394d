"""TLS under the service's own names: the CA, its certificates, http and https at once, an SDK without any
configuration."""

from __future__ import annotations

import os
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from mockcrm.http.data_centres import emulated_hosts
from mockcrm.http.tls import CA, CA_KEY, SERVER, TlsError, folder_of, server_context
from mockcrm.server import MockCRM

from . import real_names
from .server import REPOSITORY, RunningServer

APP = REPOSITORY / "examples" / "compose-app" / "app.py"
DEMO = {
    "client_id": "1000.DEMOCLIENT",
    "client_secret": "demo-secret",
    "refresh_token": "1000.demo.refresh",
    "grant_type": "refresh_token",
}


@pytest.fixture(scope="module")
def crm() -> Iterator[MockCRM]:
    with MockCRM(tls_port=0, names="crm.corp.example,Other.Corp.Example") as running:
        yield running


@pytest.fixture
def trusting(crm: MockCRM) -> Iterator[httpx.Client]:
    """A client that trusts the server's CA and nothing else."""
    with httpx.Client(verify=ssl.create_default_context(cafile=crm.ca), trust_env=False) as client:
        yield client


def shaken_hands(crm: MockCRM, name: str) -> str | None:
    """Return the TLS version negotiated with a client that trusts the CA and expects the host name `name`."""
    address = urlsplit(crm.tls_url or "")
    context = ssl.create_default_context(cafile=crm.ca)
    with (
        socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        return secure.version()


# -- names and trust ---------------------------------------------------------------------------------------------


def test_the_certificate_covers_every_host_of_every_data_centre(crm: MockCRM) -> None:
    hosts = list(emulated_hosts())
    some = "www.zohoapis.com sandbox.zohoapis.eu developer.zohoapis.in content.zohoapis.com.au accounts.zoho.com.cn"
    assert {*some.split(), "upload.zohocloud.ca"} <= set(hosts)
    suffixes = ["com", "eu", "in", "com.au", "com.cn", "jp", "ca", "sa", "uk", "ae"]
    assert {f"{label}zohoapis.{suffix}" for label in ("", "www.", "sandbox.") for suffix in suffixes} <= set(hosts)
    assert {f"accounts.zoho.{suffix}" for suffix in suffixes} | {"accounts.zohocloud.ca"} <= set(hosts)
    names = [*hosts, "localhost", "127.0.0.1", "::1", "mockcrm", "crm.corp.example", "other.corp.example"]

    assert {shaken_hands(crm, name) for name in names} == {"TLSv1.3"}


@pytest.mark.parametrize("name", ["www.zoho.com", "evil.example", "crm.zohoapis.com", "www.zohoapis.com.evil.example"])
def test_it_covers_no_other_name(crm: MockCRM, name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shaken_hands(crm, name)


def test_nobody_trusts_it_without_the_ca(crm: MockCRM) -> None:
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        client.get(f"{crm.tls_url}/_mockcrm/health")


def test_the_ca_is_served_over_http_and_https(crm: MockCRM, trusting: httpx.Client) -> None:
    assert crm.ca is not None
    for base in (crm.url, crm.tls_url):
        response = trusting.get(f"{base}/_mockcrm/ca.pem")
        assert (response.status_code, response.headers["content-type"]) == (200, "application/x-pem-file")
        assert response.content == crm.ca.read_bytes()
        assert b"PRIVATE KEY" not in response.content


def test_a_server_without_tls_has_no_ca() -> None:
    with MockCRM("empty") as crm, httpx.Client(trust_env=False) as client:
        response = client.get(f"{crm.url}/_mockcrm/ca.pem")
        assert (crm.ca, crm.tls_url) == (None, None)
        assert not folder_of(crm.runtime.registry.root).exists()

    message = "the server does not serve TLS; start it with --tls or --tls-port"
    assert (response.status_code, response.json()) == (404, {"error": {"message": message}})


# -- addresses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came_by", "api_domain"),
    [
        ("www.zohoapis.com", "https://www.zohoapis.com"),
        ("www.zohoapis.eu:8443", "https://www.zohoapis.eu:8443"),
        ("accounts.zoho.com", "https://www.zohoapis.com"),
        ("accounts.zoho.eu", "https://www.zohoapis.eu"),
        ("accounts.zohocloud.ca:8443", "https://www.zohoapis.ca:8443"),
        ("accounts.zoho.ca", "https://www.zohoapis.ca"),
        ("accounts.zoho.uk", "https://www.zohoapis.uk"),
        ("zohoapis.com", "https://zohoapis.com"),
        ("localhost:1", "https://localhost:1"),
        ("[::1]:1", "https://[::1]:1"),
        ("[::1]", "https://[::1]"),
        ("crm.corp.example", "https://crm.corp.example"),
    ],
)
def test_the_api_domain_follows_the_host_that_the_client_came_by(
    crm: MockCRM, trusting: httpx.Client, came_by: str, api_domain: str
) -> None:
    response = trusting.post(f"{crm.tls_url}/oauth/v2/token", data=DEMO, headers={"Host": came_by})

    assert response.json()["api_domain"] == api_domain


def test_http_and_https_are_one_server(crm: MockCRM, trusting: httpx.Client) -> None:
    assert (crm.url.partition(":")[0], (crm.tls_url or "").partition(":")[0]) == ("http", "https")
    token = trusting.post(f"{crm.url}/oauth/v2/token", data=DEMO).json()["access_token"]
    headers = {"Authorization": f"Zoho-oauthtoken {token}"}

    both = [trusting.get(f"{base}/crm/v2/Deals", headers=headers) for base in (crm.url, crm.tls_url)]

    assert [response.status_code for response in both] == [200, 200]
    assert both[0].json() == both[1].json()


def test_tls_on_the_port_itself(tmp_path: Path) -> None:
    with MockCRM("empty", tls=True) as crm, crm.control as control:
        assert crm.url.startswith("https://127.0.0.1:")
        assert control.info()["api_domain"] == crm.url
        with httpx.Client(trust_env=False) as client, pytest.raises(httpx.RemoteProtocolError):
            client.get(f"http://{crm.url.removeprefix('https://')}/_mockcrm/health")
        assert control.health()["status"] == "ok"


def test_the_command_prints_both_addresses_and_health_finds_its_own_way(tmp_path: Path) -> None:
    with RunningServer("--tls-port", "0", data_dir=tmp_path) as server:
        banner = dict(line.split(":", 1) for line in "".join(server.output).partition("\n\n")[0].splitlines())
        port = urlsplit(banner["over TLS"].strip()).port
        assert (banner["API"].strip(), banner["CA"].strip()) == (server.url, str(folder_of(tmp_path) / CA))
        env = {**os.environ, "MOCKCRM_TLS": "1", "MOCKCRM_PORT": str(port), "MOCKCRM_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "mockcrm", "health"]
        client = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
        assert (client.returncode, client.stdout[:3], client.stderr) == (0, "ok,", "")
        assert server.stop() == 0
        assert server.errors == []


# -- the files ---------------------------------------------------------------------------------------------------


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    server_context(tmp_path / "tls", "127.0.0.1", ())

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "tls").iterdir()}
    assert modes == {CA: 0o644, CA_KEY: 0o600, SERVER: 0o600}
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700


def test_the_ca_of_a_data_dir_outlives_restarts(tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        with MockCRM("empty", tls=True, data_dir=tmp_path) as crm:
            assert crm.ca is not None
            found.append((crm.ca.read_bytes(), (crm.ca.parent / SERVER).read_bytes()))

    assert found[0][0] == found[1][0]
    assert found[0][1] != found[1][1]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (CA, b"rubbish", "cannot be read; remove both for a new CA"),
        (CA_KEY, b"rubbish", "cannot be read; remove both for a new CA"),
        (CA_KEY, None, "is missing; put it back, or remove ca.pem for a new CA"),
    ],
)
def test_a_damaged_ca_is_refused_and_left_as_it_is(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    with MockCRM("empty", tls=True, data_dir=tmp_path):
        pass
    folder = folder_of(tmp_path)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    with pytest.raises(TlsError, match=message) as raised:
        MockCRM("empty", tls=True, data_dir=tmp_path).start()

    assert "\n" not in str(raised.value)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


# -- an SDK without any configuration ------------------------------------------------------------------------------


@pytest.mark.sdk
def test_the_python_sdk_with_its_us_data_centre(tmp_path: Path) -> None:
    if reason := real_names.why_no_namespace():
        pytest.skip(reason)
    command = real_names.command(tmp_path, sys.executable, str(APP))

    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=180)

    assert (ran.returncode, ran.stdout) == (0, '{"status": "COMPLETED", "updated": 34, "total": 34}\n'), ran.stderr
