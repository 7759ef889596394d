"""TLS for a server that has the names of the real hosts: a local CA, and a certificate by it for each start.

<folder>/ca.pem         the CA's certificate, which clients are told to trust; also at /_mockcrm/ca.pem
<folder>/ca-key.pem     its key, for its owner alone: who has it can pose as any host to those that trust the CA
<folder>/server.pem     key and certificate of the server, made anew at each start

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
"""Names of the server without any setting; the last is what a compose file calls it."""
LIFE = timedelta(days=397)
"""Of the server's certificate: the longest that every client takes."""


class TlsError(Exception):
    """TLS cannot be had; the text is one line for a person."""


def folder_of(root: Path) -> Path:
    """Where the files stand in a data dir."""
    return root / "tls"


def server_context(folder: Path, host: str, names: Iterable[str]) -> ssl.SSLContext:
    """The context of a listening socket: a certificate for the local names, the service's, `names` and the address
    that is listened on. The CA is made when there is none. TlsError: the files cannot be used."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority = _authority(folder)
        now = datetime.now(UTC)
        issued = authority.issue_cert(
            *_identities(host, names), common_name="mockcrm", not_before=now - timedelta(days=1), not_after=now + LIFE
        )
        chain = folder / SERVER
        _write(chain, issued.private_key_and_cert_chain_pem.bytes(), mode=0o600)
    except OSError as fault:
        raise TlsError(f"TLS: {folder}: {fault.strerror}") from fault
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(chain)
    return context


def _authority(folder: Path) -> trustme.CA:
    try:
        import trustme
    except ImportError as fault:
        raise TlsError(f"TLS needs the package trustme, which is not installed ({fault})") from fault
    certificate, key = folder / CA, folder / CA_KEY
    if certificate.exists():
        if not key.exists():
            raise TlsError(f"TLS: {key} is missing; put it back, or remove {CA} for a new CA")
        try:
            return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
        except (ValueError, TypeError, IndexError) as fault:
            # Left as they are: somebody trusts that CA.
            raise TlsError(f"TLS: {folder}: {CA} or {CA_KEY} cannot be read; remove both for a new CA") from fault
    made = trustme.CA(organization_name="mockcrm", organization_unit_name=f"local CA on {socket.gethostname()}")
    # The key first: a certificate is only ever there together with its key.
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
    # Under its name only when it is whole, and never readable by others before its mode is set.
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    partial.replace(path)
