"""A real server for the SDKs, by the same helper as in tests/live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite(*(f"tests.sdk.{name}" for name in ("driver", "outcomes", "scenario", "wire")))

from tests.live.server import Org, RunningServer  # noqa: E402

from .driver import SDK, Kind  # noqa: E402
from .scenario import FIXTURE  # noqa: E402


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


@pytest.fixture
def org(make_org: Callable[..., Org]) -> Org:
    return make_org(FIXTURE)


@pytest.fixture(scope="session")
def process(request: pytest.FixtureRequest) -> Iterator[SDK]:
    """An SDK without a signed-in user: each test signs in itself, in a folder of its own."""
    with SDK(request.param) as running:
        yield running


@pytest.fixture
def sdk(process: SDK, org: Org, tmp_path: Path) -> SDK:
    """An SDK that is signed in."""
    assert process.sign_in(org, tmp_path) == {"class": "Initializer"}
    return process


@pytest.fixture
def kind(process: SDK) -> Kind:
    return process.kind
