"""The plugin in suites of their own: the marker, the report of a failure, strictness, MOCKCRM_URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockcrm.client import ControlClient
from mockcrm.server import MockCRM

pytest_plugins = ["pytester"]

CALL = """
import json
import urllib.error
import urllib.request

import pytest

def call(org, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(org.url + path, data, org.headers, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code
"""


def ran(suite: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    """A suite of one file, run in this process."""
    suite.makepyfile(test_it=CALL + source)
    return suite.runpytest_inprocess("-W", "error", "-p", "no:cacheprovider", *options)


def orgs(server: ControlClient) -> list[str]:
    return [item["org"] for item in server.orgs()]


# -- the marker --------------------------------------------------------------------------------------------------


def test_the_marker_takes_a_path_beside_the_test_or_below_the_root(outer: pytest.Pytester) -> None:
    text = "mockcrm: 1\norg: {company_name: Of a file}\n"
    (outer.mkdir("fixtures") / "root.yaml").write_text(text)
    folder = outer.mkpydir("deep")
    (folder / "beside.yml").write_text(text)
    (folder / "test_it.py").write_text(
        """
import pytest

@pytest.mark.parametrize("n", [
    pytest.param(1, marks=pytest.mark.mockcrm(fixture="fixtures/root.yaml")),
    pytest.param(2, marks=pytest.mark.mockcrm(fixture="beside.yml")),
    pytest.param(3, marks=pytest.mark.mockcrm(fixture={"org": {"company_name": "Of a file"}})),
])
def test_it(mockcrm, n):
    assert mockcrm.control.export()["org"]["company_name"] == "Of a file"
    mockcrm.load("beside.yml")

@pytest.mark.mockcrm(fixture="demo")
def test_name(mockcrm):
    assert mockcrm.control.export()["org"]["company_name"] == "Zylker"
    assert mockcrm.tokens[0]["user"] == "patricia@zylker.example"
"""
    )
    outer.runpytest_inprocess("-W", "error").assert_outcomes(passed=4)


def test_markers_of_module_class_and_test_add_up_and_the_nearest_wins(outer: pytest.Pytester) -> None:
    ran(
        outer,
        """
pytestmark = pytest.mark.mockcrm(job_mode="manual", edition="free", fixture={"org": {"company_name": "Of all"}})

@pytest.mark.mockcrm(edition="ultimate", token_limits=True)
class TestIt:
    @pytest.mark.mockcrm(job_mode="polled")
    def test_it(self, mockcrm):
        assert mockcrm.control.export()["org"]["company_name"] == "Of all"
        assert mockcrm.jobs.policy()["mode"] == "polled"
        assert (mockcrm.settings()["edition"], mockcrm.settings()["token_limits"]) == ("ultimate", True)
""",
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "line"),
    [
        ("fixture='no/such.yaml'", "mockcrm: no/such.yaml: no such file in *"),
        ("fixture='bad.yaml'", "mockcrm: bad.yaml: line 2, column 1: *"),
        ("fixture={'surprise': 1}", "mockcrm: fixture: surprise: unknown key*"),
        ("fixture='no-such-name'", "mockcrm: no-such-name: *"),
        ("job_mode='sometimes'", "mockcrm: body.mode: expected one of: auto, paced, polled, manual, got 'sometimes'"),
        ("edition='huge'", "mockcrm: body.edition: expected one of: *"),
        ("fixtures='demo'", "mockcrm: unknown marker keyword 'fixtures'; expected: fixture, strict, job_mode, *"),
        ("'demo'", "mockcrm: the marker takes only keyword arguments, such as fixture='demo'"),
    ],
)
def test_a_mistake_in_the_marker_is_reported_in_one_line(
    outer: pytest.Pytester, mockcrm_server: ControlClient, marker: str, line: str
) -> None:
    (outer.path / "bad.yaml").write_text("mockcrm: [\n")
    before = orgs(mockcrm_server)
    result = ran(outer, f"@pytest.mark.mockcrm({marker})\ndef test_it(mockcrm): pass")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([line])
    result.stdout.no_fnmatch_line("*Traceback*")
    assert orgs(mockcrm_server) == before


def test_the_marker_and_the_fixture_are_listed(outer: pytest.Pytester) -> None:
    outer.runpytest_inprocess("--markers").stdout.fnmatch_lines(["@pytest.mark.mockcrm(fixture=..., *"])
    outer.runpytest_inprocess("--fixtures").stdout.fnmatch_lines(["mockcrm -- *", "*A fresh org on a real server*"])


# -- failures ----------------------------------------------------------------------------------------------------


def test_a_failure_is_reported_with_the_requests_of_its_org(outer: pytest.Pytester) -> None:
    result = ran(
        outer,
        """
def test_bad(mockcrm):
    call(mockcrm, "GET", "/crm/v2/Leads")
    call(mockcrm, "POST", "/crm/v2/Leads/actions/mass_update", {"data": [{"City": "x"}], "ids": ["1"]})
    mockcrm.faults.add(drop=True)
    with pytest.raises(OSError):
        call(mockcrm, "GET", "/crm/v2/Deals")
    assert False

def test_good(mockcrm):
    call(mockcrm, "GET", "/crm/v2/Contacts")
""",
    )

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- requests to mockcrm org org-* -*",
            "* GET /crm/v2/Leads 204 * ms",
            "* POST /crm/v2/Leads/actions/mass_update 400 INVALID_RECORD_ID * ms",
            '  request  {"data":[[]{"City":"x"}[]],"ids":[[]"1"[]]}',
            '  response {"data":[[]{"code":"INVALID_DATA",*',
            "* GET /crm/v2/Deals dropped (fault *) * ms",
        ]
    )
    result.stdout.no_fnmatch_line("*Contacts*")


def test_a_failure_of_another_fixture_is_reported_so_too(outer: pytest.Pytester) -> None:
    result = ran(
        outer,
        """
@pytest.fixture
def late(mockcrm):
    call(mockcrm, "GET", "/crm/v2/Nothing")
    assert False

def test_it(late): pass

def test_without_requests(mockcrm): assert False
""",
    )

    result.assert_outcomes(errors=1, failed=1)
    result.stdout.fnmatch_lines(["* GET /crm/v2/Nothing 400 INVALID_MODULE * ms", "no requests"])


def test_a_long_journal_and_a_long_body_are_cut(outer: pytest.Pytester) -> None:
    result = ran(
        outer,
        """
def test_it(mockcrm):
    for _ in range(60):
        call(mockcrm, "GET", "/crm/v2/Leads")
    call(mockcrm, "POST", "/crm/v2/Leads", {"data": [{"Last_Name": "x" * 5000}]})
    assert False
""",
    )

    result.stdout.fnmatch_lines(["the last 50 of 61 requests", "  request  *xxx... (5* characters)"])


def test_an_org_that_does_not_respond_does_not_hide_the_failure(outer: pytest.Pytester) -> None:
    result = ran(outer, "def test_it(mockcrm):\n    mockcrm.delete()\n    assert 1 == 2")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 1 == 2*", "cannot read the requests: path.org: unknown org *"])


# -- strictness --------------------------------------------------------------------------------------------------

LEFT = """
FIVE = {
    "custom_views": [{"id": "554023000000091518", "module": "Leads", "name": "Everybody"}],
    "generate": [{"module": "Leads", "count": 5, "fields": {"Last_Name": "L {n}", "Company": "Z"}}],
}

%s
def test_it(mockcrm):
    mockcrm.load(FIVE)
    mockcrm.jobs.policy(mode="manual")
    mockcrm.faults.add(path="*/Deals", error="INTERNAL_ERROR", times=2)
    mockcrm.faults.add(method="POST", delay_ms=1)
    body = {"data": [{"City": "x"}], "cvid": "554023000000091518"}
    assert call(mockcrm, "POST", "/crm/v2/Leads/actions/mass_update", body) == 200
    %s
"""


def test_a_strict_test_leaves_no_fault_unused_and_no_job_unfinished(outer: pytest.Pytester) -> None:
    result = ran(outer, LEFT % ("@pytest.mark.mockcrm(strict=True)", ""))

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "mockcrm, strict: fault * never fired: path='[*]/Deals', *error='INTERNAL_ERROR'*; "
            "job * on Leads is unfinished: SCHEDULED"
        ]
    )


@pytest.mark.parametrize(
    ("marker", "last"),
    [
        ("", ""),
        ("@pytest.mark.mockcrm(strict=True)", "mockcrm.jobs.run(); call(mockcrm, 'GET', '/crm/v2/Deals')"),
        ("@pytest.mark.mockcrm(strict=True)", "mockcrm.reset()"),
    ],
)
def test_a_test_that_is_not_strict_or_leaves_nothing_passes(outer: pytest.Pytester, marker: str, last: str) -> None:
    ran(outer, LEFT % (marker, last)).assert_outcomes(passed=1)


def test_a_suite_may_be_strict_and_a_test_of_it_not(outer: pytest.Pytester) -> None:
    outer.makeini("[pytest]\nmockcrm_strict = true")

    ran(outer, LEFT % ("", "")).assert_outcomes(passed=1, errors=1)
    ran(outer, LEFT % ("@pytest.mark.mockcrm(strict=False)", "")).assert_outcomes(passed=1)


def test_strictness_does_not_add_to_a_test_that_fails(outer: pytest.Pytester) -> None:
    ran(outer, LEFT % ("@pytest.mark.mockcrm(strict=True)", "assert False")).assert_outcomes(failed=1)


# -- servers -----------------------------------------------------------------------------------------------------


def test_orgs_are_deleted_in_any_case(outer: pytest.Pytester, mockcrm_server: ControlClient) -> None:
    before = orgs(mockcrm_server)
    ran(
        outer,
        """
def test_good(mockcrm): pass
def test_bad(mockcrm): assert False
def test_gone(mockcrm): mockcrm.delete()
""",
    ).assert_outcomes(passed=2, failed=1)

    assert orgs(mockcrm_server) == before


def test_a_server_elsewhere_with_a_control_token(outer: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def test_it(mockcrm):\n    assert call(mockcrm, 'GET', '/crm/v2/org') == 200"
    with MockCRM("empty", control_token="let-me-in") as crm:
        monkeypatch.setenv("MOCKCRM_URL", crm.url)
        refused = ran(outer, source)
        monkeypatch.setenv("MOCKCRM_CONTROL_TOKEN", "let-me-in")
        taken = ran(outer, source)

    refused.assert_outcomes(errors=1)
    refused.stdout.fnmatch_lines(["mockcrm: header.X-Mockcrm-Control: *"])
    taken.assert_outcomes(passed=1)


def test_an_unreachable_server_is_reported_in_one_line(outer: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKCRM_URL", "http://127.0.0.1:1")
    result = ran(outer, "def test_it(mockcrm): pass")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["mockcrm: no mockcrm server responds at http://127.0.0.1:1: *"])


def test_a_file_is_read_where_the_tests_run(outer: pytest.Pytester, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("mockcrm: 1\norg: {company_name: Of an absolute path}\n")
    ran(
        outer,
        f"""
@pytest.mark.mockcrm(fixture={str(path)!r})
def test_it(mockcrm):
    assert mockcrm.control.export()["org"]["company_name"] == "Of an absolute path"
""",
    ).assert_outcomes(passed=1)
