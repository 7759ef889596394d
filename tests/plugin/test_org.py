"""The fixture `mockcrm`, used by this suite as any suite uses it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockcrm.client import ControlClient, ControlError, ServerUnreachable
from mockcrm.fixture_format.errors import FixtureError
from mockcrm.testing import MockOrg
from tests.plugin.crm import BOYLE, FIVE, LEADS, ONE, schedule, send, status

NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)


# -- what it is --------------------------------------------------------------------------------------------------


def test_an_org_has_a_url_and_credentials(mockcrm: MockOrg) -> None:
    form = {
        "grant_type": "refresh_token",
        "client_id": mockcrm.client_id,
        "client_secret": mockcrm.client_secret,
        "refresh_token": mockcrm.refresh_token,
    }
    response = httpx.post(f"{mockcrm.url}/oauth/v2/token", data=form, trust_env=False).json()

    assert response["api_domain"] == mockcrm.url
    assert send(mockcrm, "GET", "/crm/v2/org", token=response["access_token"]).status_code == 200
    assert send(mockcrm, "GET", "/crm/v2/org").status_code == 200
    assert repr(mockcrm) == f"<MockOrg {mockcrm.org} at {mockcrm.url}>"


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_has_an_org_of_its_own(mockcrm: MockOrg, number: int) -> None:
    assert send(mockcrm, "GET", LEADS).status_code == 204
    mockcrm.load(ONE)
    assert len(send(mockcrm, "GET", LEADS).json()["data"]) == 1


def test_an_org_is_gone_after_its_block(mockcrm_server: ControlClient) -> None:
    with MockOrg.make(mockcrm_server, ONE) as org:
        assert org.record("Leads", BOYLE)["Last_Name"] == "Boyle"

    with pytest.raises(ControlError, match="unknown org"):
        org.jobs.list()
    org.delete()


# -- content -----------------------------------------------------------------------------------------------------


def test_a_fixture_is_a_mapping_a_file_a_text_or_a_name(mockcrm: MockOrg, tmp_path: Path) -> None:
    path = tmp_path / "lead.json"
    path.write_text('{"mockcrm": 1, "org": {"company_name": "Of a file"}}')
    found = []
    for source in (
        {"org": {"company_name": "Of a mapping"}},
        path,
        str(path),
        "mockcrm: 1\norg: {company_name: Of a text}",
        "demo",
    ):
        mockcrm.load(source)
        found.append(mockcrm.control.export()["org"]["company_name"])

    assert found == ["Of a mapping", "Of a file", "Of a file", "Of a text", "Zylker"]


def test_a_file_that_changes_is_read_again(mockcrm: MockOrg, tmp_path: Path) -> None:
    path = tmp_path / "org.yaml"
    for name in ("First", "The second"):
        path.write_text(f"mockcrm: 1\norg: {{company_name: {name}}}\n")
        mockcrm.load(path)
        assert mockcrm.control.export()["org"]["company_name"] == name


def test_a_load_gives_the_credentials_it_brought(mockcrm: MockOrg) -> None:
    brought = mockcrm.load(
        {"users": [{"email": "rep@x.example"}], "clients": [{"tokens": [{"user": "rep@x.example"}]}]}
    )

    assert [entry["user"] for entry in brought] == ["rep@x.example"]
    assert send(mockcrm, "GET", "/crm/v2/org", token=brought[0]["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ({"records": {"Leads": [{"state": ["asleep"]}]}}, ControlError, "fixture: records.Leads[0].state[0]: "),
        ({"surprise": 1}, ControlError, "fixture: surprise: unknown key"),
        ("mockcrm: 1\nusers: [\n", FixtureError, "fixture: line 3, column 1: "),
        ("no/such.yaml", FixtureError, "no/such.yaml: no such file"),
        ("no-such", ControlError, "no-such: "),
    ],
)
def test_an_invalid_fixture_is_reported_with_its_place(
    mockcrm: MockOrg, source: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as caught:
        mockcrm.load(source)

    assert str(caught.value).startswith(message)


def test_a_record_is_read_as_it_is_stored(mockcrm: MockOrg) -> None:
    mockcrm.clock.freeze(NOON)
    mockcrm.load({**ONE, "territories": [{"name": "EMEA"}]})
    mockcrm.faults.add(error="INTERNAL_ERROR")
    mockcrm.set_record("Leads", BOYLE, state=["locked"], territories=["EMEA"])

    record = mockcrm.record("Leads", int(BOYLE))

    assert (record["id"], record["Last_Name"], record["City"]) == (BOYLE, "Boyle", None)
    assert (record["$state"], record["$territories"]) == (["locked"], ["EMEA"])
    assert datetime.fromisoformat(record["Modified_Time"]) == NOON
    assert mockcrm.requests.count() == 0
    with pytest.raises(ControlError, match="Leads has no record '1'"):
        mockcrm.record("Leads", 1)


def test_reset_snapshot_and_restore(mockcrm: MockOrg) -> None:
    mockcrm.load(ONE)
    mockcrm.snapshot("one")
    body = {"data": [{"City": "Erode"}], "ids": [BOYLE]}
    send(mockcrm, "POST", f"{LEADS}/actions/mass_update", body)
    assert mockcrm.record("Leads", BOYLE)["City"] == "Erode"
    mockcrm.restore("one")
    assert mockcrm.record("Leads", BOYLE)["City"] is None
    mockcrm.reset()
    assert send(mockcrm, "GET", LEADS).status_code == 204


def test_a_token_of_a_user_with_scopes_and_a_life(mockcrm: MockOrg) -> None:
    mockcrm.load({"users": [{"email": "rep@x.example"}]})
    token = mockcrm.token_for("rep@x.example", scopes=["ZohoCRM.org.READ"], expires_in=60)

    assert send(mockcrm, "GET", "/crm/v2/org", token=token).status_code == 200
    assert send(mockcrm, "GET", LEADS, token=token).headers["x-mockcrm-rule"] == "OAUTH_SCOPE_MISMATCH"
    mockcrm.clock.advance(61)
    assert send(mockcrm, "GET", "/crm/v2/org", token=token).headers["x-mockcrm-rule"] == "INVALID_TOKEN"
    assert mockcrm.credentials_for("rep@x.example")["user"] == "rep@x.example"
    with pytest.raises(ControlError, match=r"unknown user 'nobody@x\.example'"):
        mockcrm.token_for("nobody@x.example")


# -- jobs --------------------------------------------------------------------------------------------------------


@pytest.mark.mockcrm(fixture=FIVE)
def test_a_job_is_waited_for(mockcrm: MockOrg) -> None:
    job = mockcrm.jobs.wait(schedule(mockcrm))

    assert (job["status"], job["updated"], job["failures"]) == ("COMPLETED", 5, [])


@pytest.mark.mockcrm(fixture=FIVE, job_mode="manual")
def test_jobs_are_moved_by_hand(mockcrm: MockOrg) -> None:
    job_id = schedule(mockcrm)
    with pytest.raises(TimeoutError, match=f"job {job_id} is still SCHEDULED after 0 s .*; the job policy is manual"):
        mockcrm.jobs.wait(job_id, timeout=0)

    assert status(mockcrm, job_id) == "SCHEDULED"
    assert mockcrm.jobs.step(job_id, records=2)["updated"] == 2
    assert mockcrm.jobs.fail(job_id, after=3)["status"] == "FAILED"
    assert [job["failed"] for job in mockcrm.jobs.list()] == [2]
    second = schedule(mockcrm)
    assert [job["id"] for job in mockcrm.jobs.run()] == [second]
    assert mockcrm.jobs.get(second)["status"] == "COMPLETED"


@pytest.mark.mockcrm(fixture=FIVE)
def test_a_polled_job_moves_as_it_is_read(mockcrm: MockOrg) -> None:
    mockcrm.jobs.policy(mode="polled", polls={"scheduled": 1, "running": 2})
    job_id = schedule(mockcrm)

    assert [status(mockcrm, job_id) for _ in range(4)] == ["SCHEDULED", "RUNNING", "RUNNING", "COMPLETED"]


# -- faults, clock, requests, settings ---------------------------------------------------------------------------


def test_a_fault_fires_as_often_as_it_says(mockcrm: MockOrg) -> None:
    fault = mockcrm.faults.add(method="GET", path="/crm/*/Leads", error="INTERNAL_ERROR", times=1, after=1)

    assert [send(mockcrm, "GET", LEADS).status_code for _ in range(3)] == [204, 500, 204]
    assert [item["fired"] for item in mockcrm.faults.list()] == [1]
    assert (mockcrm.faults.clear(fault["id"]), mockcrm.faults.list()) == (1, [])


def test_faults_drop_connections_and_truncate_responses(mockcrm: MockOrg) -> None:
    mockcrm.faults.add(drop=True, times=1)
    mockcrm.faults.add(truncate=True, times=1)

    with pytest.raises(httpx.RemoteProtocolError):
        send(mockcrm, "GET", "/crm/v2/org")
    with pytest.raises(httpx.RemoteProtocolError):
        send(mockcrm, "GET", "/crm/v2/org")
    assert send(mockcrm, "GET", "/crm/v2/org").status_code == 200


def test_the_clock_stands_is_set_moves_and_runs(mockcrm: MockOrg) -> None:
    assert mockcrm.clock.freeze(NOON) == mockcrm.clock.now() == NOON
    assert mockcrm.clock.advance(90) == NOON + timedelta(seconds=90)
    assert mockcrm.clock.advance(timedelta(hours=1)) == NOON + timedelta(seconds=3690)
    assert mockcrm.clock.set("2030-01-01T00:00:00Z") == datetime(2030, 1, 1, tzinfo=UTC)
    assert mockcrm.clock.set(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert mockcrm.clock.run() >= datetime(1970, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="has no time zone"):
        mockcrm.clock.freeze(datetime(2024, 1, 1))


def test_requests_are_found_counted_and_forgotten(mockcrm: MockOrg) -> None:
    send(mockcrm, "GET", LEADS)
    send(mockcrm, "GET", "/crm/v2/Nothing")

    (found,) = mockcrm.requests.find(path="*/Leads")
    assert (found["status"], found["headers"]["authorization"]) == (204, "Zoho-oauthtoken ***")
    assert [entry["rules"] for entry in mockcrm.requests.find(status=400)] == [["INVALID_MODULE"]]
    assert (mockcrm.requests.count(method="GET"), mockcrm.requests.clear(), mockcrm.requests.count()) == (2, 2, 0)


@pytest.mark.mockcrm(status_profile="article", edition="free", job_mode="paced")
def test_settings_of_the_marker_outlive_a_reset(mockcrm: MockOrg) -> None:
    for _ in range(2):
        assert (mockcrm.settings()["edition"], mockcrm.settings()["status_profile"]) == ("free", "article")
        assert mockcrm.jobs.policy()["mode"] == "paced"
        assert mockcrm.settings(edition="enterprise")["edition"] == "enterprise"
        mockcrm.reset()


def test_what_a_suite_does_to_itself_does_not_reach_the_server(
    mockcrm: MockOrg, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("replaced by a test")

    monkeypatch.setattr("time.time", lambda: 0.0)
    monkeypatch.setattr("httpx.Client.send", refuse)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    mockcrm.load(ONE)

    assert mockcrm.record("Leads", BOYLE)["Last_Name"] == "Boyle"
    assert mockcrm.clock.now().year > 2020


# -- the client --------------------------------------------------------------------------------------------------


def test_an_idle_connection_that_the_server_closed_is_not_used(mockcrm: MockOrg) -> None:
    client = mockcrm.control._client
    assert mockcrm.jobs.list() == []
    (kept,) = client._connections._idle
    kept.sock.shutdown(2)

    assert mockcrm.jobs.list() == []


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1", "http://127.0.0.1:99999", "http://127.0.0.1:1"])
def test_an_address_where_no_server_responds_is_reported(url: str) -> None:
    with pytest.raises(ServerUnreachable, match="no mockcrm server responds at"), ControlClient(url) as client:
        client.health()
