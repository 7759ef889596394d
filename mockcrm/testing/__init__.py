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
    """Yield the server as an ASGI application in this process, for httpx.ASGITransport and the like; close it at the
    end. The control API is at /_mockcrm of the application.

    Args:
        fixture: The content of the org `default`: the name of a fixture, the path of a file, or a mapping in the
            fixture format. The org's tokens are those that the fixture gives its clients.
        options: The options of `mockcrm serve` that need no socket, with `_` for `-`: job_mode, auth, data_dir, ...

    Raises:
        FixtureError: The fixture is missing or invalid.
        StateError: The data dir cannot be used.
        pydantic.ValidationError: An option is unknown or invalid.
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
