"""The application: state, worker, the emulated API and the control API, wired together by `create_app`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import orjson
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockcrm import __version__
from mockcrm import accounts as oauth
from mockcrm.core.automation.webhooks import Webhooks
from mockcrm.core.jobs.worker import Worker
from mockcrm.core.orgs.registry import DEFAULT, OrgRegistry
from mockcrm.crm import CAPABILITIES
from mockcrm.crm.bulk_actions import bulk_actions
from mockcrm.crm.capability import Capability
from mockcrm.crm.error_book import error_book
from mockcrm.fixture_format import load
from mockcrm.fixture_format.find import read_fixture
from mockcrm.fixture_format.parse import parse_fixture
from mockcrm.http.dates import date_now
from mockcrm.http.request import request_path, take_org_prefix
from mockcrm.http.response import Response, send_response
from mockcrm.http.route import UnknownPath
from mockcrm.http.router import EmulatedRouter
from mockcrm.http.runtime import Runtime
from mockcrm.settings import Settings

CONTROL_THREADS = 200
"""For the handlers of the control API, which may wait for an org's gate or its file."""
CONTROL = "mockcrm.control.app:create_control"
"""The control API by name: loaded when it is first used, because its typed routes double the time of a start."""


def open_registry(settings: Settings, capabilities: Sequence[Capability] = CAPABILITIES) -> OrgRegistry:
    """Open the state of the server: with the fixture format for its content and the actions of the capabilities for
    its jobs. Raises StateError when the data dir cannot be used."""
    return OrgRegistry(settings, load, bulk_actions(capabilities))


def create_app(
    settings: Settings,
    fixture: dict[str, Any] | None = None,
    *,
    capabilities: Sequence[Capability] = CAPABILITIES,
) -> FastAPI:
    """The ASGI application with its state open and its worker running; `close_app` ends both.

    `fixture` is the default org's content, if it does not come from a file. Raises StateError or FixtureError when the
    data dir or the fixture cannot be used. As an ASGI lifespan, shutdown closes it. `capabilities` are those of the
    emulated API.
    """
    registry = open_registry(settings, capabilities)
    try:
        if registry.uid_of(DEFAULT) is None:
            if fixture is None:
                name, content = read_fixture(settings.fixture, settings.fixture_dir)
                registry.create(DEFAULT, parse_fixture(content, name))
            else:
                registry.create(DEFAULT, parse_fixture(fixture, "fixture"))
    except BaseException:
        registry.close()
        raise
    webhooks = Webhooks(registry, settings.webhook_rules)
    registry.publish = webhooks.send
    worker = Worker(registry)
    runtime = Runtime(settings, registry, worker, webhooks, error_book(capabilities))
    app = Application(
        title="mockcrm",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.runtime = runtime
    app.emulated = EmulatedRouter(
        runtime, [endpoint for capability in capabilities for endpoint in capability.endpoints]
    )
    app.router.routes[:] = [*app.emulated.routes, *oauth.routes(runtime), _control(runtime, capabilities)]
    app.router.default = UnknownPath(runtime)
    worker.start()
    return app


class Application(FastAPI):
    """FastAPI, with a way past its middleware for the emulated API, whose routes respond to every error themselves;
    docs/performance.md says what that saves."""

    emulated: EmulatedRouter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = take_org_prefix(scope)
            if path.startswith("/crm/"):
                await self.emulated.handle(path, scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def _control(runtime: Runtime, capabilities: Sequence[Capability]) -> Mount:
    mount = Mount("/_mockcrm", LazyControl(runtime, capabilities))
    # Starlette's own leaves out paths with a line feed, which would then count as paths of the emulated API.
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def close_app(app: FastAPI) -> None:
    """Stop the worker after its chunk and close every file."""
    runtime: Runtime = app.state.runtime
    runtime.worker.stop()
    runtime.webhooks.stop()
    runtime.registry.close()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    # In a thread: what it waits for may itself wait for a coroutine of this loop.
    await asyncio.to_thread(close_app, app)


def _dated(send: Send, *, head: bool) -> Send:
    """Return a `send` that adds the Date header, and for a HEAD leaves out the body of what GET returns."""

    async def dated(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), date_now()]}
        elif head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return dated


class LazyControl:
    """The control API, imported on first use; the health check works without it. Its dates are the system's; the
    response to HEAD is that of GET without its body."""

    def __init__(self, runtime: Runtime, capabilities: Sequence[Capability]) -> None:
        self._runtime = runtime
        self._capabilities = capabilities
        self._app: ASGIApp | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            head = scope["method"] == "HEAD"
            if request_path(scope) == "/health" and (head or scope["method"] == "GET"):
                response = Response(200, orjson.dumps({"status": "ok", "version": __version__}))
                origin = Headers(scope=scope).get("origin")
                await send_response(origin, send, response, date_now(), head=head)
                return
            scope, send = ({**scope, "method": "GET"} if head else scope), _dated(send, head=head)
        await self._call(scope, receive, send)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            # Importing takes most of a second, during which the event loop must serve others: in one thread, once.
            async with self._lock:
                if self._app is None:
                    self._app = await asyncio.to_thread(self._made)
                    # A call that waits for one org must leave threads to the calls for others.
                    current_default_thread_limiter().total_tokens = CONTROL_THREADS
        await self._app(scope, receive, send)

    def _made(self) -> ASGIApp:
        from mockcrm.api_documents import ApiDocuments

        module, _, name = CONTROL.partition(":")
        control: FastAPI = getattr(import_module(module), name)(self._runtime)
        # Here, because the control API, below whose address they are, knows nothing of the emulated API.
        ApiDocuments(self._capabilities, self._runtime.errors).add_to(control)
        return control
