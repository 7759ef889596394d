"""The pytest plugin: the fixture `mockcrm`, a fresh org on a real server for each test, and the marker of that name.

A suite that does not use it pays for this file alone; the server, the client and the rest are imported by the first
test that asks for an org. With MOCKCRM_URL the server is one that runs elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockcrm.client import ControlClient
    from mockcrm.testing.org import MockOrg

SETTINGS = (
    "job_mode",
    "status_profile",
    "edition",
    "auth",
    "strict_picklists",
    "oauth_error_status",
    "throttle_status",
    "not_found_body",
    "token_limits",
    "concurrency",
    "credits",
    "max_body_mb",
)
"""What the marker takes besides `fixture` and `strict`: the org's settings, and the mode of its job policy."""
SHOWN = 50
"""Requests in the report of a failed test."""

_ORG = pytest.StashKey["MockOrg"]()
_FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """One line for the ini file."""
    parser.addini(
        "mockcrm_strict",
        "fail tests that leave faults unused or jobs unfinished in their org",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """One marker."""
    config.addinivalue_line(
        "markers",
        "mockcrm(fixture=..., job_mode=..., status_profile=..., edition=..., strict=True, ...): "
        "what is in the org of the fixture `mockcrm`, and how it behaves",
    )


@pytest.fixture(scope="session")
def mockcrm_server() -> Iterator[ControlClient]:
    """The control API of the server: that of MOCKCRM_URL, else one of this session (of this worker under xdist)."""
    from mockcrm.client import ControlClient

    elsewhere = os.environ.get("MOCKCRM_URL")
    if elsewhere:
        with ControlClient(elsewhere) as client:
            yield client
        return
    from mockcrm.testing.process import ServerFailed, ServerProcess

    try:
        server = ServerProcess()
    except ServerFailed as fault:
        raise pytest.fail.Exception(str(fault), pytrace=False) from None
    try:
        with ControlClient(server.url) as client:
            yield client
    finally:
        server.stop()


@pytest.fixture
def mockcrm(request: pytest.FixtureRequest, mockcrm_server: ControlClient) -> Iterator[MockOrg]:
    """A fresh org on a real server, as the marker `mockcrm` describes it (else an empty standard one)."""
    from mockcrm.client import ServerUnreachable
    from mockcrm.testing.org import MockOrg

    settings = _marked(request.node)
    fixture = settings.pop("fixture", None)
    strict = settings.pop("strict", request.config.getini("mockcrm_strict"))
    folders = (request.path.parent, request.config.rootpath, Path())
    with _told_in_a_line():
        org = MockOrg.make(mockcrm_server, fixture, settings=settings, folders=folders)
    request.node.stash[_ORG] = org
    try:
        yield org
        if strict and not request.node.stash.get(_FAILED, False):
            _check_nothing_is_left(org)
    finally:
        del request.node.stash[_ORG]
        with suppress(ServerUnreachable):
            org.delete()


@contextmanager
def _told_in_a_line() -> Iterator[None]:
    """A bad fixture or setting is the test's mistake: told in its words, without our stack."""
    from mockcrm.client import ControlError, ServerUnreachable
    from mockcrm.fixture_format.errors import FixtureError

    try:
        yield
    except (ControlError, FixtureError, ServerUnreachable) as fault:
        raise pytest.fail.Exception(f"mockcrm: {fault}", pytrace=False) from None


def _marked(node: pytest.Item) -> dict[str, Any]:
    """What the markers of a test say, those nearest to it winning key by key."""
    found: dict[str, Any] = {}
    for marker in node.iter_markers("mockcrm"):
        if marker.args:
            pytest.fail(f"mockcrm: the marker takes keywords only, like fixture={marker.args[0]!r}", pytrace=False)
        found = {**marker.kwargs, **found}
    known = ("fixture", "strict", *SETTINGS)
    for key in found:
        if key not in known:
            pytest.fail(f"mockcrm: the marker does not know {key!r}; expected: {', '.join(known)}", pytrace=False)
    return found


def _check_nothing_is_left(org: MockOrg) -> None:
    left = [
        f"fault {fault['id']} never fired: {_described(fault)}" for fault in org.faults.list() if not fault["fired"]
    ]
    live = (job for job in org.jobs.list() if job["status"] in ("SCHEDULED", "RUNNING"))
    left += [f"job {job['id']} on {job['module']} is unfinished: {job['status']}" for job in live]
    if left:
        pytest.fail("mockcrm, strict: " + "; ".join(left), pytrace=False)


def _described(fault: dict[str, Any]) -> str:
    what = {key: value for key, value in fault.items() if key not in ("id", "seen", "fired", "spent", "match")}
    return ", ".join(f"{key}={value!r}" for key, value in {**fault["match"], **what}.items())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the org was asked to the report of a test that failed."""
    report = yield
    if report.failed and report.when != "teardown":
        item.stash[_FAILED] = True
    org = item.stash.get(_ORG, None)
    if org is not None and report.failed:
        report.sections.append((f"requests to mockcrm org {org.org}", _journal(org)))
    return report


def _journal(org: MockOrg) -> str:
    from mockcrm.client import ControlError, ServerUnreachable
    from mockcrm.testing.journal import report

    try:
        return report(org.requests.find(limit=SHOWN), org.requests.count())
    except (ControlError, ServerUnreachable) as fault:
        return f"cannot be told: {fault}"
