"""What all tests share: the same examples in every run, and one application per session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.support.application")

from tests.support.application import Application  # noqa: E402 - its asserts are rewritten only so

# A failure has to be the same on every machine; a machine that is busy must not make one.
settings.register_profile(
    "core", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
# `make fuzz`: many, and others every time; a failure prints how to see it again.
settings.register_profile("fuzz", settings.get_profile("core"), derandomize=False, max_examples=2_000, print_blob=True)
settings.load_profile("core")


@pytest.fixture(scope="session")
def application() -> Iterator[Application]:
    """The application in this process, without a server; orgs in it are made as tests need them."""
    with Application() as running:
        yield running
