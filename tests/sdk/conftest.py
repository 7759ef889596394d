"""A real server for the SDKs, by the same helper as in tests/live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.live.server import Org, RunningServer


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    with RunningServer() as running:
        yield running


@pytest.fixture
def make_org(server: RunningServer) -> Iterator[Callable[..., Org]]:
    """Makes orgs from fixture objects; they are deleted when the test is over."""
    made: list[Org] = []

    def make(fixture: Mapping[str, Any] | None = None) -> Org:
        made.append(server.create_org(fixture))
        return made[-1]

    yield make
    for org in made:
        org.delete()
