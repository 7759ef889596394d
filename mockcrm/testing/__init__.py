"""Helpers for tests in Python without the pytest plugin: an org for a test, and the server without a socket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockcrm.client.mock_org import MockOrg

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["MockOrg", "asgi"]


@contextmanager
def asgi(fixture: str | Path | Mapping[str, Any] = "demo", **options: Any) -> Iterator[FastAPI]:
    """Yield the server as an ASGI application in this process, for httpx.ASGITransport and the like.

    `fixture` is a fixture's name, the path of a file, or its content; it becomes the org `default`, whose tokens are
    those that the fixture gives its clients. `options` are those of `mockcrm serve` that need no socket. The control
    API is at /_mockcrm of the application. Raises FixtureError when the fixture is invalid.
    """
    from mockcrm.app import close_app, create_app
    from mockcrm.settings import Settings

    if isinstance(fixture, Mapping):
        app = create_app(Settings(**options), {"mockcrm": 1, **fixture})
    else:
        app = create_app(Settings(fixture=str(fixture), **options))
    try:
        yield app
    finally:
        close_app(app)
