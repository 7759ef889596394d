"""One real server per session and xdist worker, and fresh orgs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from .lifetime import watched
from .server import Org, RunningServer


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    with RunningServer() as running:
        yield running


@pytest.fixture(scope="module")
def watched_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of the module's own whose orgs may be deleted under their clients; watched to the end of the module."""
    temporary = tmp_path_factory.mktemp("watched")
    with RunningServer(env={"TMPDIR": str(temporary)}) as running:
        (state,) = temporary.glob("mockcrm-*")
        with watched(running, state):
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


@pytest.fixture
def org(make_org: Callable[..., Org]) -> Org:
    """A fresh standard org without records."""
    return make_org()
