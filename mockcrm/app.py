"""The application: state, worker, the emulated API and the control API, wired together by `create_app`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import orjson
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mockcrm import __version__
from mockcrm import accounts as oauth
from mockcrm.core.automation.webhooks import Webhooks
from mockcrm.core.jobs.worker import Worker
from mockcrm.core.orgs.registry import DEFAULT, OrgRegistry
from mockcrm.crm import ENDPOINTS
from mockcrm.crm.bulk_actions import ACTIONS
from mockcrm.fixture_format import load
from mockcrm.fixture_format.find import read_fixture
from mockcrm.fixture_format.parse import parse_fixture
from mockcrm.http import request as wire
from mockcrm.http import response as http
from mockcrm.http.endpoint import Endpoint
from mockcrm.http.exchange import EmulatedPath, UnknownPath
from mockcrm.http.runtime import Runtime
from mockcrm.settings import Settings

CONTROL_THREADS = 200
"""For the handlers of the control API, which may wait for an org's gate or its file."""
CONTROL = "mockcrm.control.app:create_control"
"""The control API by name: loaded when it is first used, because its typed routes double the time of a start."""


def open_registry(settings: Settings) -> OrgRegistry:
    """Open the state of the server: with the fixture format for its content and every bulk action for its jobs.
    Raises StateError when the data dir cannot be used."""
    return OrgRegistry(settings, load, ACTIONS)


def create_app(settings: Settings, fixture: dict[str, Any] | None = None) -> FastAPI:
    """The ASGI application with its state open and its worker running; `close_app` ends both.

    `fixture` is the default org's content, when it is no file. StateError, FixtureError: the data dir or the fixture
    cannot be used. As an ASGI lifespan, shutdown closes it.
    """
    registry = open_registry(settings)
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
    runtime = Runtime(settings, registry, worker, webhooks)
    app = Application(
        title="mockcrm",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.runtime = runtime
    unknown = UnknownPath(runtime)
    routes = [_route(runtime, endpoint) for endpoint in ENDPOINTS]
    app.emulated = Router(routes, redirect_slashes=False, default=unknown)
    app.router.routes[:] = [*oauth.routes(runtime), _control(runtime)]
    app.router.default = unknown
    worker.start()
    return app


class Application(FastAPI):
    """FastAPI, with a way past its middleware for the emulated API, whose callables answer every fault themselves:
    an exit stack and two layers of error handling would be a fifth of the time of a small request."""

    emulated: Router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            _leave_prefix(scope)
            if scope["path"].startswith("/crm/"):
                await self.emulated(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def _leave_prefix(scope: Scope) -> None:
    """`/o/{org}/...` is the same server seen by one org, for clients whose token cannot be chosen."""
    if scope["path"].startswith("/o/"):
        _, _, name, *rest = scope["path"].split("/", 3)
        scope["mockcrm.org"] = name
        scope["mockcrm.prefix"] = f"/o/{name}"
        scope["path"] = "/" + "".join(rest)


def _route(runtime: Runtime, endpoint: Endpoint) -> Route:
    return Route(endpoint.path, EmulatedPath(runtime, endpoint) if endpoint.operations else UnknownPath(runtime))


def _control(runtime: Runtime) -> Mount:
    mount = Mount("/_mockcrm", LazyControl(runtime))
    # Starlette's own leaves out paths with a line feed, which would then be answered as the emulated API's.
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


async def _api_document(request: Request) -> Response:
    """The emulated API as an OpenAPI document. Here, because the control API, at whose address it is to be found,
    knows nothing of the emulated one."""
    from mockcrm.crm.openapi import document

    return Response(orjson.dumps(document(wire.base_url(request.scope))), media_type="application/json")


class LazyControl:
    """The control API, imported on first use; the health check answers without it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._app: ASGIApp | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/_mockcrm/health") and scope["method"] == "GET":
            content: dict[str, Any] = {"status": "ok", "version": __version__}
            await http.send_answer(scope, send, http.Answer(200, orjson.dumps(content)))
            return
        if self._app is None:
            # Importing takes most of a second, during which others are to be answered; in one thread, once.
            async with self._lock:
                if self._app is None:
                    self._app = await asyncio.to_thread(self._made)
                    # A call that waits for one org must leave threads to the calls for others.
                    current_default_thread_limiter().total_tokens = CONTROL_THREADS
        await self._app(scope, receive, send)

    def _made(self) -> ASGIApp:
        module, _, name = CONTROL.partition(":")
        control: FastAPI = getattr(import_module(module), name)(self._runtime)
        control.add_route("/api-openapi.json", _api_document)
        return control
