"""The HTTP connections of the client.

They use the standard library, because tests patch httpx, requests and urllib3 (pytest-httpx, respx, responses), and
such a patch must not intercept the requests that set up a test. It is also imported much faster.
"""

from __future__ import annotations

import os
import select
import ssl
from collections import deque
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from mockcrm.client.errors import ServerUnreachable

Content = bytes | Iterable[bytes]
"""The bytes of a body, in one or several pieces."""


class Connections:
    """A pool of connections to one server that stay open between requests; each serves one request at a time."""

    def __init__(self, url: str, ca: Path | None) -> None:
        """`ca` is the certificate of the server's CA for an https URL, by default that of the environment. Raises
        ServerUnreachable when it cannot be read."""
        self._url = url
        self._idle: deque[HTTPConnection] = deque()
        # http.client uses no proxy, so those that the environment configures do not apply.
        self._context = _ssl_context(ca) if url.startswith("https:") else None

    def send(self, method: str, path: str, content: Content | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Send a request and return the status and body of its response. Raises OSError, HTTPException, and ValueError
        for an invalid URL."""
        connection = self._take()
        try:
            connection.request(method, urlsplit(self._url).path + path, content, dict(headers))
            response = connection.getresponse()
            body = response.read()
        except BaseException:
            connection.close()
            raise
        if connection.sock is not None:
            self._idle.append(connection)
        return response.status, body

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        # A client that is never closed must not cause a ResourceWarning in the suite that uses it.
        self.close()

    def _take(self) -> HTTPConnection:
        while self._idle:
            try:
                idle = self._idle.pop()
            except IndexError:
                break  # another thread took the last one
            # An idle connection is readable only when the server has closed it: it stopped, or the connection was idle
            # for too long.
            if idle.sock is not None and not select.select([idle.sock], [], [], 0)[0]:
                return idle
            idle.close()
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected an address like http://127.0.0.1:9646")
        if self._context is not None:
            return HTTPSConnection(parts.hostname, parts.port, context=self._context)
        return HTTPConnection(parts.hostname, parts.port)


def _ssl_context(ca: Path | None) -> ssl.SSLContext:
    """Return the SSL context that trusts the given CA or that of the environment, otherwise those of the system."""
    found = ca or _ca_of_environment()
    try:
        return ssl.create_default_context() if found is None else ssl.create_default_context(cafile=found)
    except (OSError, ssl.SSLError) as error:
        raise ServerUnreachable(f"{found}: cannot read the CA's certificate: {error}") from error


def _ca_of_environment() -> Path | None:
    named = os.environ.get("MOCKCRM_CA_FILE")
    if named:
        return Path(named)
    data_dir = os.environ.get("MOCKCRM_DATA_DIR")
    beside = None if not data_dir else Path(data_dir, "tls", "ca.pem")
    return beside if beside is not None and beside.is_file() else None
