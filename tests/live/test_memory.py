"""How much memory clients can make the server use, as the system reports it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.for_each import for_each

from .server import RunningServer

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")

MEGABYTE = 2**20
MAX_GROWTH = 40 * MEGABYTE
"""Far above the limits, far below what was sent."""
UPDATE = "/crm/v2/Leads/actions/mass_update"


def peak(server: RunningServer) -> int:
    """Return the largest resident size of the server's process, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """A server of this module's own: the peak of another's memory may be above what is looked for here."""
    with RunningServer() as running:
        yield running


@for_each(
    ("path", "token", "connections", "status"),
    [
        (UPDATE, None, 8, 401),
        (UPDATE, "1000.no.such", 3, 401),
        ("/nowhere", None, 3, 404),
        ("/oauth/v2/token", None, 3, 413),
        (UPDATE, "the org's", 3, 413),
    ],
)
def test_a_body_that_nobody_will_read_is_not_held(
    server: RunningServer, path: str, token: str | None, connections: int, status: int
) -> None:
    size = 62 * MEGABYTE
    block = b" " * MEGABYTE
    org = server.create_org()
    org.get("/crm/v2/Leads")
    with ExitStack() as stack:
        address = urlsplit(server.url)
        authorization = ""
        if token is not None:
            value = org.access_token if token == "the org's" else token
            authorization = f"Authorization: Zoho-oauthtoken {value}\r\n"
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{authorization}Content-Length: {size}\r\nConnection: close\r\n\r\n"
        before = peak(server)
        opened = []
        for _ in range(connections):
            connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=60)
            opened.append(stack.enter_context(connection))
            connection.sendall(head.encode())
            for _ in range(size // MEGABYTE - 1):
                connection.sendall(block)
            connection.sendall(block[:-1])  # the request is not whole yet

        for connection in opened:
            connection.sendall(b" ")
            with connection.makefile("rb") as stream:
                assert stream.read().startswith(b"HTTP/1.1 %d " % status)
        assert peak(server) - before < MAX_GROWTH
