"""The pytest plugin: the fixture `mockcrm`, a fresh org on a real server for each test, and the marker `mockcrm`.

A suite that does not use it imports only this file; the first test that requests an org imports the rest and starts the
server. With MOCKCRM_URL the server is one that is already running.
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
    from mockcrm.client.mock_org import MockOrg

SETTINGS = (
    "job_mode",
    "status_profile",
    "edition",
    "auth",
    "strict_picklists",
    "wrong_type_length",
    "computed_values",
    "oauth_error_status",
    "throttle_status",
    "not_found_body",
    "scope_error",
    "read_denied_status",
    "token_limits",
    "concurrency",
    "credits",
    "max_body_mb",
    "access_token_seconds",
    "trial",
    "bundle_paid_type",
    "lookup_by_name",
    "se_module_required",
    "tags_per_module",
)
"""The keywords of the marker besides `fixture` and `strict`: the org's settings, and the mode of its job policy."""
MAX_REPORTED = 50
"""Maximum requests in the report of a failed test."""

_ORG = pytest.StashKey["MockOrg"]()
_FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini option `mockcrm_strict`."""
    parser.addini(
        "mockcrm_strict",
        "fail tests that leave unused faults or unfinished jobs in their org",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Add the marker `mockcrm`."""
    config.addinivalue_line(
        "markers",
        "mockcrm(fixture=..., job_mode=..., status_profile=..., edition=..., strict=True, ...): "
        "content and settings of the org of the fixture `mockcrm`",
    )


@pytest.fixture(scope="session")
def mockcrm_server() -> Iterator[ControlClient]:
    """A ControlClient of the server: that of MOCKCRM_URL, or one started for this session (or xdist worker) and
    stopped at its end."""
    from mockcrm.client import ControlClient

    running = os.environ.get("MOCKCRM_URL")
    if running:
        with ControlClient(running) as client:
            yield client
        return
    from mockcrm.testing.process import ServerFailed, ServerProcess

    try:
        server = ServerProcess()
    except ServerFailed as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    try:
        with ControlClient(server.url) as client:
            yield client
    finally:
        server.stop()


@pytest.fixture
def mockcrm(request: pytest.FixtureRequest, mockcrm_server: ControlClient) -> Iterator[MockOrg]:
    """A fresh org on a real server, as the marker `mockcrm` describes it (by default without records): a MockOrg, with
    url, token, jobs, faults, clock and requests. It is deleted after the test."""
    from mockcrm.client import ServerUnreachable
    from mockcrm.client.mock_org import MockOrg

    settings = _marker_keywords(request.node)
    fixture = settings.pop("fixture", None)
    strict = settings.pop("strict", request.config.getini("mockcrm_strict"))
    folders = (request.path.parent, request.config.rootpath, Path())
    with _short_failures():
        org = MockOrg.make(mockcrm_server, fixture, settings=settings, folders=folders)
    request.node.stash[_ORG] = org
    try:
        yield org
        if strict and not request.node.stash.get(_FAILED, False):
            _check_leftovers(org)
    finally:
        del request.node.stash[_ORG]
        with suppress(ServerUnreachable):
            org.delete()


@contextmanager
def _short_failures() -> Iterator[None]:
    """Fail the test with the message alone, without a traceback of the plugin, for an invalid fixture or setting."""
    from mockcrm.client import ControlError, ServerUnreachable
    from mockcrm.fixture_format.errors import FixtureError

    try:
        yield
    except (ControlError, FixtureError, ServerUnreachable) as error:
        raise pytest.fail.Exception(f"mockcrm: {error}", pytrace=False) from None


def _marker_keywords(node: pytest.Item) -> dict[str, Any]:
    """Return the keywords of a test's markers; for each key the marker nearest to the test wins."""
    found: dict[str, Any] = {}
    for marker in node.iter_markers("mockcrm"):
        if marker.args:
            message = f"mockcrm: the marker takes only keyword arguments, such as fixture={marker.args[0]!r}"
            pytest.fail(message, pytrace=False)
        found = {**marker.kwargs, **found}
    known = ("fixture", "strict", *SETTINGS)
    for key in found:
        if key not in known:
            pytest.fail(f"mockcrm: unknown marker keyword {key!r}; expected: {', '.join(known)}", pytrace=False)
    return found


def _check_leftovers(org: MockOrg) -> None:
    left = [f"fault {fault['id']} never fired: {_describe(fault)}" for fault in org.faults.list() if not fault["fired"]]
    live = (job for job in org.jobs.list() if job["status"] in ("SCHEDULED", "RUNNING"))
    left += [f"job {job['id']} on {job['module']} is unfinished: {job['status']}" for job in live]
    if left:
        pytest.fail("mockcrm, strict: " + "; ".join(left), pytrace=False)


def _describe(fault: dict[str, Any]) -> str:
    what = {key: value for key, value in fault.items() if key not in ("id", "seen", "fired", "spent", "match")}
    return ", ".join(f"{key}={value!r}" for key, value in {**fault["match"], **what}.items())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the org's requests to the report of a failed test."""
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
        return report(org.requests.find(limit=MAX_REPORTED), org.requests.count())
    except (ControlError, ServerUnreachable) as error:
        return f"cannot read the requests: {error}"
