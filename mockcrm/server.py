"""The server: `serve` for the command line, and MockCRM, which runs it in a thread for tests and notebooks."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

import uvicorn
from fastapi import FastAPI

from mockcrm.app import close_app, create_app
from mockcrm.http.runtime import Runtime
from mockcrm.http.sockets import BACKLOG, Addresses, Sockets, open_sockets
from mockcrm.http.tls import CA, folder_of, server_context
from mockcrm.http.uvicorn_protocol import JsonHttpToolsProtocol
from mockcrm.settings import Settings

if TYPE_CHECKING:
    from mockcrm.client import ControlClient
    from mockcrm.client.mock_org import MockOrg

GRACE = 3
"""Seconds that current requests have to finish when the server stops."""
HANDSHAKE = 10
"""Seconds that a client has for the TLS handshake."""
KEEP_ALIVE = 75
"""Seconds until an idle connection is closed: longer than SDKs and connection pools keep theirs open."""


def _make_certificate(settings: Settings, runtime: Runtime) -> tuple[ssl.SSLContext | None, Path | None]:
    """Return the TLS context and the file of the CA's certificate, None without TLS. Raises TlsError when they cannot
    be created."""
    if not settings.uses_tls:
        return None, None
    folder = folder_of(runtime.registry.root)
    return server_context(folder, settings.host, settings.host_names), folder / CA


class _Server(uvicorn.Server):
    """uvicorn's server, which calls `ready` once it listens, and can serve with and without TLS at the same time."""

    def __init__(
        self,
        app: FastAPI,
        settings: Settings,
        ready: Callable[[], None],
        sockets: Sockets,
        context: ssl.SSLContext | None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=JsonHttpToolsProtocol,
                ws="none",
                interface="asgi3",
                lifespan="off",  # the caller closes the app, even if the server never starts
                log_config=None,
                log_level=settings.log_level,
                access_log=False,
                server_header=False,
                date_header=False,  # the application writes it, by the clock of the org
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=GRACE,
                timeout_keep_alive=KEEP_ALIVE,
            )
        )
        self._ready = ready
        self._sockets = sockets
        self._context = context

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then call `ready`."""
        await super().startup(sockets=sockets)
        loop = asyncio.get_running_loop()
        for sock in self._sockets.secure:
            listener = await loop.create_server(
                self._protocol,
                sock=sock,
                ssl=self._context,
                backlog=BACKLOG,
                ssl_handshake_timeout=HANDSHAKE,
                ssl_shutdown_timeout=GRACE,
            )
            self.servers.append(listener)
        self._ready()

    def _protocol(self) -> JsonHttpToolsProtocol:
        # Created as uvicorn does for its own sockets, so that a stop also closes these connections.
        return JsonHttpToolsProtocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def serve(settings: Settings, ready: Callable[[Addresses, Runtime], None]) -> None:
    """Run a server in the main thread until SIGTERM or SIGINT, then return.

    Args:
        settings: The settings of the server.
        ready: Called once with the server's addresses and internal state, when it listens.

    Raises:
        CannotListen: The address is in use, or not one of this machine.
        TlsError: The certificates cannot be created or read.
        StateError: The data dir cannot be used.
        FixtureError: The fixture of the default org is missing or invalid.
    """
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        _serve(settings, ready)
    except _Stopped:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stopped(BaseException):
    """A signal arrived before the server ran, or uvicorn raised the signal that stopped it again."""


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Stopped


def _serve(settings: Settings, ready: Callable[[Addresses, Runtime], None]) -> None:
    with open_sockets(settings) as sockets:
        app = create_app(settings)
        try:
            context, ca = _make_certificate(settings, app.state.runtime)
            addresses = sockets.addresses(ca)
            _Server(app, settings, lambda: ready(addresses, app.state.runtime), sockets, context).run(sockets.plain)
        finally:
            # A second signal must not interrupt the closing of the files.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            close_app(app)


class MockCRM:
    """A server in a thread of this process.

    with MockCRM(fixture="blueprint") as crm:
        httpx.get(f"{crm.url}/crm/v2/Leads", headers=crm.org.headers)
        with crm.new_org({"records": {...}}) as org:
            httpx.get(f"{org.url}/crm/v2/Leads", headers=org.headers)

    The `with` block starts and stops it; `start` and `stop` do the same. After `stop` it can be started again, with
    fresh state unless it has a `data_dir`.
    """

    def __init__(self, fixture: str | Path | Mapping[str, Any] = "demo", *, port: int = 0, **options: Any) -> None:
        """Create a server that is not started yet.

        Args:
            fixture: The content of the org `default`: the name of a fixture, the path of a file, or a mapping
                in the fixture format.
            port: The port on the loopback interface; 0 is any free port.
            options: The other options of `mockcrm serve`, with `_` for `-`: host, data_dir, auth, status_profile,
                job_mode, fixture_dir, tls, tls_port, control_token, log_level, ...

        Raises:
            pydantic.ValidationError: An option is unknown or invalid.
        """
        content = {"mockcrm": 1, **fixture} if isinstance(fixture, Mapping) else None
        name = str(fixture.resolve()) if isinstance(fixture, Path) else fixture if isinstance(fixture, str) else "demo"
        self.settings = Settings(fixture=name, port=port, **options)
        self._content = content
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._client: ControlClient | None = None
        self._org: MockOrg | None = None

    url: str
    """The base URL of API and accounts host, such as http://127.0.0.1:41235; set by `start`."""
    tls_url: str | None = None
    """The base URL of the second socket, with `tls_port`."""
    ca: Path | None = None
    """The file of the CA's certificate that clients have to trust, with `tls` or `tls_port`."""
    runtime: Runtime
    """The internal state of the server, while it runs."""

    def start(self) -> Self:
        """Start the server and wait until it listens.

        Raises:
            CannotListen: The address is in use, or not one of this machine.
            TlsError: The certificates cannot be created or read.
            StateError: The data dir cannot be used.
            FixtureError: The fixture is missing or invalid.
            RuntimeError: The server is already running.
        """
        if self._thread is not None:
            raise RuntimeError("the server is already running")
        with ExitStack() as stack:
            sockets = stack.enter_context(open_sockets(self.settings))
            self._app = create_app(self.settings, self._content)
            stack.callback(close_app, self._app)
            self.runtime = self._app.state.runtime
            context, ca = _make_certificate(self.settings, self.runtime)
            addresses = sockets.addresses(ca)
            self.url, self.tls_url, self.ca = addresses.url, addresses.tls_url, addresses.ca
            self._server = _Server(self._app, self.settings, self._ready.set, sockets, context)
            # From here on `stop` closes all of these.
            self._held = stack.pop_all()
        self._thread = threading.Thread(target=self._run, args=(sockets.plain,), name="mockcrm-server", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            error, self._error = self._error, None
            self.stop()
            raise error
        return self

    def stop(self) -> None:
        """Finish the current requests, within 3 seconds, then stop and close the state. Does nothing if the server does
        not run."""
        if self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._thread = None
        self._ready.clear()
        self._client = self._org = None
        self._held.close()

    @property
    def control(self) -> ControlClient:
        """A new client of the control API, with the server's control token and CA. As a context manager it closes its
        connections at the end."""
        from mockcrm.client import ControlClient

        token = self.settings.control_token
        return ControlClient(self.url, token=None if token is None else token.get_secret_value(), ca=self.ca)

    @property
    def org(self) -> MockOrg:
        """The org `default`, with its jobs, faults, clock and requests, and the credentials of its administrator. The
        same object until `stop`."""
        from mockcrm.client.mock_org import MockOrg

        if self._org is None:
            self._org = MockOrg(self._shared_client, self._shared_client.info())
        return self._org

    def new_org(self, fixture: str | Path | Mapping[str, Any] | None = None, **settings: Any) -> MockOrg:
        """Create an org for one test. As a context manager it is deleted at the end.

        Args:
            fixture: Its content: a mapping in the fixture format, the path of a local file, YAML or JSON text, or the
                name of a fixture of the server; None is a standard org without records.
            settings: Settings of the org (docs/control-api.md lists them), and `job_mode`: `auto`, `paced`, `polled` or
                `manual`. They override the fixture's and apply again after each reset.

        Raises:
            FixtureError: The file or text cannot be read.
            ControlError: The fixture or a setting is invalid; then no org was created.
        """
        from mockcrm.client.mock_org import MockOrg

        return MockOrg.make(self._shared_client, fixture, settings=settings)

    @property
    def _shared_client(self) -> ControlClient:
        """The client used by the orgs of this server; `stop` closes it."""
        if self._client is None:
            self._client = self._held.enter_context(self.control)
        return self._client

    def _run(self, plain: list[socket.socket]) -> None:
        try:
            self._server.run(plain)
        except BaseException as error:  # noqa: BLE001 - handed to the caller
            # `start` raises it again in the caller's thread.
            self._error = error
        finally:
            self._ready.set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
