"""The control API as a FastAPI application, mounted under /_mockcrm and imported on first use.

Handlers that may wait (for an org's gate, a file, a job) are plain functions: FastAPI runs them in threads of their
own, so that they neither hold up the event loop nor take the threads that the emulated API works with.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockcrm import __version__
from mockcrm.control import (
    automation,
    body,
    docs,
    jobs,
    orgs,
    requests,
    server,
    time,
)
from mockcrm.control import (
    faults as faultbook,
)
from mockcrm.control import (
    settings as tuning,
)
from mockcrm.control.document import describe
from mockcrm.control.errors import ControlError, sentence
from mockcrm.control.guard import Guard
from mockcrm.control.models import ErrorAnswer
from mockcrm.core.orgs.org import OrgGone
from mockcrm.core.orgs.registry import NameTaken, NoSuchOrg, OrgUnreadable, StateError
from mockcrm.core.orgs.snapshots import SnapshotPathTaken
from mockcrm.core.strict_input import error_path
from mockcrm.fixture_format.errors import FixtureError
from mockcrm.http.runtime import Runtime

LOG = logging.getLogger("mockcrm.control")


def create_control(runtime: Runtime) -> FastAPI:
    """Return the application that controls the server of `runtime`."""
    app = FastAPI(
        title="mockcrm control API",
        version=__version__,
        docs_url=None,  # control/docs.py has pages that need no network
        redoc_url=None,
        redirect_slashes=False,
        responses={
            "4XX": {"model": ErrorAnswer, "description": "invalid request; nothing was changed"},
            "5XX": {"model": ErrorAnswer, "description": "the state cannot be written (503, 507), or internal error"},
        },
    )
    app.state.runtime = runtime
    for part in (server, orgs, jobs, automation, faultbook, requests, time, tuning):
        app.include_router(part.router)
    app.include_router(docs.router)
    app.mount("/docs/static", StaticFiles(directory=docs.STATIC))
    app.add_exception_handler(ControlError, _control_error)
    app.add_exception_handler(RequestValidationError, _bad_call)
    app.add_exception_handler(ValidationError, _bad_value)
    app.add_exception_handler(FixtureError, _bad_fixture)
    app.add_exception_handler(StateError, _bad_state)
    app.add_exception_handler(NoSuchOrg, _no_such_org)
    app.add_exception_handler(OrgGone, _org_gone)
    app.add_exception_handler(sqlite3.DatabaseError, _storage_error)
    app.add_exception_handler(OSError, _disk_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # FastAPI's documented way to change it
    app.add_middleware(Edge)
    app.add_middleware(Guard, settings=runtime.settings)
    return app


def error_response(status: int, message: str, where: str | None = None) -> JSONResponse:
    """Return an error response of this API. `where` is the invalid part of the request, such as `body.records`."""
    error = {"message": " ".join(message.split())}
    if where:
        error["where"] = where
    return JSONResponse({"error": error}, status)


# Starlette gives each handler its own kind of exception, but types them all alike; hence the assertions.


async def _control_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ControlError)
    return error_response(error.status, error.message, error.where)


async def _bad_call(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = "body" if first["type"] == "json_invalid" else error_path(first)
    return error_response(400, sentence(first), where)


async def _bad_value(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ValidationError)
    first = error.errors(include_url=False)[0]
    return error_response(400, sentence(first), f"body.{error_path(first)}")


async def _bad_fixture(_request: Request, error: Exception) -> JSONResponse:
    # A fixture sent in the request is named by its place in the request ("body..."); any other is a file.
    assert isinstance(error, FixtureError)
    name = error.name or ""
    if not name.startswith("body"):
        return error_response(400, f"fixture {name}: {error.message}", error.where or None)
    separator = " " if error.where.startswith(("line ", "byte ")) else "."
    return error_response(400, error.message, f"{name}{separator}{error.where}" if error.where else name)


async def _bad_state(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, NameTaken):
        return error_response(409, str(error), "body.name")
    if isinstance(error, OrgUnreadable):
        LOG.error("%s", error)
        return error_response(409, f"{error}; restore the file or delete the org", "path.org")
    if isinstance(error, SnapshotPathTaken):
        LOG.error("%s", error)
        return error_response(409, f"{error}; move the existing file out of the way", "path.name")
    return error_response(400, str(error))


_BUSY, _IO_ERROR, _FULL = 5, 10, 13
"""SQLite's primary result codes; not every build of the sqlite3 module has names for them."""
_IN_STEPS = ("/reset-all", "/run", "/step", "/fail")
"""Requests that commit several transactions: those committed before an error are not undone."""


async def _storage_error(request: Request, error: Exception) -> JSONResponse:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (_FULL, _IO_ERROR):
        return _framework_error(request, 507, f"the disk with the state is full or failing ({error})")
    if code == _BUSY:
        return _framework_error(request, 503, f"another process has locked a state file ({error})")
    # sqlite3 raises the bare DatabaseError for a damaged file, and subclasses of it for wrong statements.
    if type(error) is not sqlite3.DatabaseError:
        raise error
    LOG.error("cannot read a state file: %s", error)
    return error_response(409, f"cannot read a file of the org: {error}")


async def _disk_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OSError)
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    return _framework_error(request, 507, f"the disk with the state is full ({error.strerror})")


def _framework_error(request: Request, status: int, message: str) -> JSONResponse:
    LOG.error("%s %s: %s", request.method, request.url.path, message)
    more = " more" if request.url.path.endswith(_IN_STEPS) else ""
    return error_response(status, f"{message}; nothing{more} was changed")


async def _no_such_org(_request: Request, error: Exception) -> JSONResponse:
    return error_response(404, f"unknown org {str(error)!r}", "path.org")


async def _org_gone(_request: Request, error: Exception) -> JSONResponse:
    return error_response(404, f"the org {str(error)!r} was deleted during the request", "path.org")


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    call = f"{request.method} {request.url.path}"
    if error.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        return error_response(error.status_code, f"unknown endpoint {call}; see /_mockcrm/docs")
    return error_response(error.status_code, str(error.detail), "body")


class Edge:
    """Middleware around the whole application. It reads the body, treats it as JSON with any Content-Type (`curl -d`
    sends that of a form), and turns an unexpected exception into an error response of this API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = [item for item in scope["headers"] if item[0] != b"content-type"]
        scope = {**scope, "headers": [*headers, (b"content-type", b"application/json")]}
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            sent = await body.read(scope, receive, scope["path"].removeprefix(scope.get("root_path", "")))
            await self._app(scope, body.replay(sent, receive), watched)
        except ControlError as error:
            await error_response(error.status, error.message, error.where)(scope, receive, send)
        except body.ClientGone:
            LOG.debug("%s %s: the client disconnected before its request was complete", scope["method"], scope["path"])
        except Exception:
            # The outermost handler of the control API: the client gets one sentence, the log gets the traceback.
            LOG.exception("%s %s", scope["method"], scope["path"])
            if not begun:
                await error_response(500, "internal error; see the server's log")(scope, receive, send)
