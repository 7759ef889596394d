"""The listening sockets of a server and their addresses."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mockcrm.settings import Settings

BACKLOG = 2048
"""Connections that may wait to be accepted."""


class CannotListen(Exception):
    """The server cannot listen on the address: it is in use, or not one of this machine; the message is one line."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 is any free port. Raises CannotListen when the address is in use or not one of
    this machine."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror}") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        # asyncio and uvicorn would print a traceback; strerror is one line, such as `Address already in use`.
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return sock


def address_of(sock: socket.socket, scheme: str = "http") -> str:
    """Return the base URL of a listening socket, for clients on this machine."""
    host, port = sock.getsockname()[:2]
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"{scheme}://[{local}]:{port}" if ":" in local else f"{scheme}://{local}:{port}"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a server: its base URL, that of the second socket if it has one, and the file of the CA's
    certificate if it serves TLS."""

    url: str
    tls_url: str | None = None
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Sockets:
    """The listening sockets: `main`, and `extra` for TLS on a second port."""

    main: socket.socket
    extra: socket.socket | None
    tls: bool

    def addresses(self, ca: Path | None) -> Addresses:
        """Return the addresses; `ca` is the file of the CA's certificate, None without TLS."""
        return Addresses(
            address_of(self.main, "https" if self.tls else "http"),
            None if self.extra is None else address_of(self.extra, "https"),
            ca,
        )

    @property
    def plain(self) -> list[socket.socket]:
        """The sockets without TLS."""
        return [] if self.tls else [self.main]

    @property
    def secure(self) -> list[socket.socket]:
        """The sockets with TLS."""
        return [*([self.main] if self.tls else []), *([] if self.extra is None else [self.extra])]


@contextmanager
def open_sockets(settings: Settings) -> Iterator[Sockets]:
    """Open the sockets of the settings and close them at the end. Raises CannotListen."""
    with ExitStack() as stack:
        main = stack.enter_context(listen(settings.host, settings.port))
        extra = None
        if settings.tls_port is not None:
            extra = stack.enter_context(listen(settings.host, settings.tls_port))
        yield Sockets(main, extra, settings.tls)
