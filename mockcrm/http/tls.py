"""TLS for a server with the host names of the real service: a local CA, which issues a certificate at each start.

<folder>/ca.pem         the CA's certificate, which clients have to trust; also at /_mockcrm/ca.pem
<folder>/ca-key.pem     its key, readable only by its owner: it can impersonate any host to clients that trust the CA
<folder>/server.pem     key and certificate of the server, created at each start

trustme (and cryptography below it) is imported only when TLS is on.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mockcrm.http.data_centres import emulated_hosts

if TYPE_CHECKING:
    import trustme

CA, CA_KEY, SERVER = "ca.pem", "ca-key.pem", "server.pem"
LOCAL = ("localhost", "127.0.0.1", "::1", "host.docker.internal", "mockcrm")
"""The server's names by default; the last is its service name in the compose file."""
LIFE = timedelta(days=397)
"""Lifetime of the server's certificate: the longest that every client accepts."""


class TlsError(Exception):
    """The certificates for TLS cannot be created or read; the message is one line for the user."""


def folder_of(root: Path) -> Path:
    """Return the folder of these files in a data dir."""
    return root / "tls"


def server_context(folder: Path, host: str, names: Iterable[str]) -> ssl.SSLContext:
    """Return the context of a listening socket with a certificate for the local names, those of the service, `names`
    and the address `host`. The CA is created if it does not exist. Raises TlsError when the files cannot be used."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority = _authority(folder)
        now = datetime.now(UTC)
        issued = authority.issue_cert(
            *_identities(host, names), common_name="mockcrm", not_before=now - timedelta(days=1), not_after=now + LIFE
        )
        chain = folder / SERVER
        _write(chain, issued.private_key_and_cert_chain_pem.bytes(), mode=0o600)
    except OSError as error:
        raise TlsError(f"TLS: {folder}: {error.strerror}") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(chain)
    return context


def _authority(folder: Path) -> trustme.CA:
    try:
        import trustme
    except ImportError as error:
        raise TlsError(f"TLS needs the package trustme, which is not installed ({error})") from error
    certificate, key = folder / CA, folder / CA_KEY
    if certificate.exists():
        if not key.exists():
            raise TlsError(f"TLS: {key} is missing; put it back, or remove {CA} for a new CA")
        try:
            return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
        except (ValueError, TypeError, IndexError) as error:
            # The files are not replaced, because clients may trust that CA.
            raise TlsError(f"TLS: {folder}: {CA} or {CA_KEY} cannot be read; remove both for a new CA") from error
    made = trustme.CA(organization_name="mockcrm", organization_unit_name=f"local CA on {socket.gethostname()}")
    # The key is written first, so that the certificate never exists without its key.
    _write(key, made.private_key_pem.bytes(), mode=0o600)
    _write(certificate, made.cert_pem.bytes(), mode=0o644)
    return made


def _identities(host: str, names: Iterable[str]) -> list[str]:
    found = [*LOCAL, *emulated_hosts(), *names]
    with suppress(ValueError):
        if not ipaddress.ip_address(host).is_unspecified:
            found.append(host)
    return list(dict.fromkeys(found))


def _write(path: Path, content: bytes, *, mode: int) -> None:
    # The file gets its name only when it is complete, and is created with its mode so that others can never read it.
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    partial.replace(path)
