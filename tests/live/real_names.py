"""Run inside a network and a mount namespace of its own: a server under the service's own names, and a client of it.

    unshare --net --mount python -m tests.live.real_names FOLDER COMMAND...

There loopback is the only network, and /etc/hosts leads the service's names to it; so nothing in the client has to be
told another address, and nothing it does can reach the real service. The server listens on 443 with TLS and on a free
port without; COMMAND gets the CA as REQUESTS_CA_BUNDLE, and its exit code is ours.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path

from mockcrm.http.data_centres import emulated_hosts
from tests.live.server import RunningServer, clean_environment

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
UNSHARE = ["unshare", "--net", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


@cache
def why_no_namespace() -> str:
    """Return why this machine cannot create namespaces; empty if it can."""
    if shutil.which("unshare") is None:
        return "no unshare on this machine"
    tried = subprocess.run([*UNSHARE, "mount", "--version"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"no network namespace can be made here: {tried.stderr.strip()}"


def command(folder: Path, *client: str) -> list[str]:
    """Return the command that runs a client in namespaces of its own; the server's state is in `folder`."""
    return [*UNSHARE, sys.executable, "-m", "tests.live.real_names", str(folder), *client]


def loopback_up() -> None:
    """Bring the namespace's loopback device up, as `ip link set lo up` does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(sock, SIOCGIFFLAGS, request))
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def name_resolution(folder: Path) -> None:
    """Make the service's names loopback's, for this namespace alone."""
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {' '.join(emulated_hosts())}\n")
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)


def main(folder: Path, command: list[str]) -> int:
    loopback_up()
    name_resolution(folder)
    with RunningServer("--tls-port", "443", data_dir=folder / "state") as server:
        ca = folder / "trusted.pem"
        ca.write_bytes(server.get("/_mockcrm/ca.pem").content)
        env = {name: value for name, value in clean_environment().items() if "proxy" not in name.lower()}
        return subprocess.run(command, env={**env, "REQUESTS_CA_BUNDLE": str(ca)}, check=False, timeout=300).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
