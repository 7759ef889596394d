"""Scheduled jobs in the control API: show, step, fail, run; the policy; snapshots that contain a job."""

from __future__ import annotations

from typing import Any

import pytest

from mockcrm.crm.error_book import ERROR_BOOK
from tests.support.for_each import for_each

from .conftest import Control

VIEW = "554023000000091518"
NOW = "2024-01-15T10:30:00+00:00"


def fixture(leads: int, states: object = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"module": "Leads", "count": leads, "fields": {"Last_Name": "L {n}", "Company": "Z"}}
    if states is not None:
        entry["state"] = {"cycle": states}
    return {
        "mockcrm": 1,
        "settings": {"job_policy": {"mode": "manual"}},
        "custom_views": [{"id": VIEW, "module": "Leads", "name": "Everybody"}],
        "generate": [entry],
    }


def scheduled(control: Control, leads: int = 10, states: object = None) -> tuple[str, str]:
    """An org whose clock is frozen, with a job over its Leads."""
    org = control.org(fixture(leads, states))
    control.good("PUT", f"{org}/clock", {"now": NOW, "frozen": True})
    return org, control.schedule(org, VIEW)


def job(job_id: str, status: str, updated: int, failed: int, not_updated: int) -> dict[str, Any]:
    return {
        "id": job_id,
        "action": "mass_update",
        "module": "Leads",
        "cvid": VIEW,
        "user": "admin@mockcrm.example",
        "status": status,
        "total": updated + failed + not_updated,
        "updated": updated,
        "failed": failed,
        "not_updated": not_updated,
        "created": NOW,
        "started": None if status == "SCHEDULED" else NOW,
        "ended": NOW if status in ("COMPLETED", "FAILED") else None,
    }


def test_jobs_are_listed_and_shown(control: Control) -> None:
    org, job_id = scheduled(control)
    expected = job(job_id, "SCHEDULED", 0, 0, 10)

    assert control.good("GET", f"{org}/jobs") == {"jobs": [expected]}
    assert control.good("GET", f"{org}/jobs/{job_id}") == {**expected, "failures": []}


def test_a_step_does_so_many_records(control: Control) -> None:
    org, job_id = scheduled(control)
    step = f"{org}/jobs/{job_id}/step"

    assert control.good("POST", step, {"records": 3}) == {**job(job_id, "RUNNING", 3, 0, 7), "failures": []}
    assert control.good("POST", step, {"records": 6}) == {**job(job_id, "RUNNING", 9, 0, 1), "failures": []}
    assert control.good("POST", step) == {**job(job_id, "COMPLETED", 10, 0, 0), "failures": []}


def test_a_step_of_a_job_that_is_over_leaves_it(control: Control) -> None:
    org, job_id = scheduled(control)
    done = control.good("POST", f"{org}/jobs/{job_id}/step")

    assert done["status"] == "COMPLETED"
    assert control.good("POST", f"{org}/jobs/{job_id}/step") == done
    assert control.good("POST", f"{org}/jobs/{job_id}/fail") == done


def test_failed_records_are_listed_with_their_rule(control: Control) -> None:
    org, job_id = scheduled(control, 4, [[], ["locked"]])

    response = control.good("POST", f"{org}/jobs/{job_id}/step")

    failures = response.pop("failures")
    assert response == job(job_id, "COMPLETED", 2, 2, 0)
    row = ERROR_BOOK["RECORD_IS_LOCKED"]
    ids = [item["id"] for item in control.good("GET", f"{org}/export")["records"]["Leads"]][1::2]
    assert failures == [{"id": record, "error": row.name, "code": row.code, "message": row.message} for record in ids]


def test_run_moves_every_live_job_to_its_end(control: Control) -> None:
    org, job_id = scheduled(control, 1200)

    assert control.good("POST", f"{org}/jobs/run") == {"jobs": [job(job_id, "COMPLETED", 1200, 0, 0)]}
    assert control.good("POST", f"{org}/jobs/run") == {"jobs": []}


@pytest.mark.parametrize(
    ("leads", "after", "updated"),
    [(10, 0, 0), (10, 4, 4), (10, 10, 10), (10, 99, 10), (1200, 700, 700)],
)
def test_a_failed_job_keeps_what_was_done_and_fails_the_rest(
    control: Control, leads: int, after: int, updated: int
) -> None:
    org, job_id = scheduled(control, leads)

    response = control.good("POST", f"{org}/jobs/{job_id}/fail", {"after": after})

    failures = response.pop("failures")
    assert response == job(job_id, "FAILED", updated, leads - updated, 0)
    assert [item["error"] for item in failures] == ["INTERNAL_ERROR"] * (leads - updated)
    values = [item["fields"].get("City") for item in control.good("GET", f"{org}/export")["records"]["Leads"]]
    assert values.count("Chennai") == updated


def test_failing_counts_what_steps_did_before(control: Control) -> None:
    org, job_id = scheduled(control)
    control.good("POST", f"{org}/jobs/{job_id}/step", {"records": 3})

    response = control.good("POST", f"{org}/jobs/{job_id}/fail", {"after": 1})

    assert (response["status"], response["updated"], response["failed"], response["not_updated"]) == ("FAILED", 3, 7, 0)


def test_the_view_of_a_failed_job_is_free_again(control: Control) -> None:
    org, job_id = scheduled(control)
    control.good("POST", f"{org}/jobs/{job_id}/fail")

    assert control.schedule(org, VIEW) != job_id


@pytest.mark.parametrize("body", [{"records": 0}, {"records": "3"}, {"records": 1.5}, {"record": 1}, [3]])
def test_a_bad_step_moves_nothing(control: Control, body: object) -> None:
    org, job_id = scheduled(control)
    before = control.good("GET", f"{org}/jobs/{job_id}")

    status, response = control.call("POST", f"{org}/jobs/{job_id}/step", body)

    assert (status, list(response)) == (400, ["error"])
    assert control.good("GET", f"{org}/jobs/{job_id}") == before


@for_each("job_id", ["1", "x", "99999999999999999999"])
@for_each(("method", "action"), [("GET", ""), ("POST", "/step"), ("POST", "/fail")])
def test_an_unknown_job_is_reported(control: Control, method: str, action: str, job_id: str) -> None:
    org = control.org()
    name = org.removeprefix("/orgs/")
    expected = {"error": {"message": f"the org {name!r} has no job {job_id!r}", "where": "path.job"}}

    assert control.call(method, f"{org}/jobs/{job_id}{action}") == (404, expected)


# -- policy ------------------------------------------------------------------------------------------------------


def test_the_policy_changes_by_the_keys_given(control: Control) -> None:
    org = control.org()
    policy = {
        "mode": "auto",
        "start_delay": 0.0,
        "records_per_second": 1000.0,
        "polls": {"scheduled": 1, "running": 2},
    }

    assert control.good("GET", f"{org}/job-policy") == policy
    assert control.good("PUT", f"{org}/job-policy") == policy
    changed = {**policy, "mode": "manual", "polls": {"scheduled": 1, "running": 5}}
    assert control.good("PUT", f"{org}/job-policy", {"mode": "manual", "polls": {"running": 5}}) == changed
    assert control.good("GET", f"{org}/job-policy") == changed


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"mode": "sometimes"}, "body.mode"),
        ({"speed": 1}, "body.speed"),
        ({"polls": {"runing": 1}}, "body.polls.runing"),
        ({"polls": {"running": -1}}, "body.polls.running"),
        ({"records_per_second": 0}, "body.records_per_second"),
    ],
)
def test_a_bad_policy_changes_nothing(control: Control, body: object, where: str) -> None:
    org = control.org()
    before = control.good("GET", f"{org}/job-policy")

    status, response = control.call("PUT", f"{org}/job-policy", body)

    assert (status, response["error"]["where"]) == (400, where)
    assert control.good("GET", f"{org}/job-policy") == before


# -- snapshots ---------------------------------------------------------------------------------------------------


def test_a_snapshot_brings_back_records_jobs_clock_and_settings(control: Control) -> None:
    org, job_id = scheduled(control)
    control.good("POST", f"{org}/jobs/{job_id}/step", {"records": 4})
    before = [control.send("GET", f"{org}/{part}").content for part in ("export", "jobs", "clock", "settings")]

    status, taken = control.call("POST", f"{org}/snapshots/half-way")
    assert (status, list(taken), taken["name"]) == (201, ["name", "created"], "half-way")
    control.good("POST", f"{org}/jobs/run")
    control.good("PUT", f"{org}/settings", {"edition": "free"})
    control.good("POST", f"{org}/clock/advance", {"seconds": 100})

    assert control.good("POST", f"{org}/snapshots/half-way/restore") == {"org": org.removeprefix("/orgs/")}

    assert [control.send("GET", f"{org}/{part}").content for part in ("export", "jobs", "clock", "settings")] == before


def test_snapshots_are_listed_shown_and_deleted(control: Control) -> None:
    org = control.org()
    name = org.removeprefix("/orgs/")
    missing = {"error": {"message": f"the org {name!r} has no snapshot 'a.b'", "where": "path.name"}}

    assert control.good("GET", f"{org}/snapshots") == {"snapshots": []}
    taken = [control.good("POST", f"{org}/snapshots/{label}") for label in ("b", "a.b")]
    assert control.good("GET", f"{org}/snapshots") == {"snapshots": [taken[1], taken[0]]}
    assert control.good("GET", f"{org}/snapshots/a.b") == taken[1]
    assert control.good("DELETE", f"{org}/snapshots/a.b") == {"name": "a.b", "deleted": True}
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/restore")):
        assert control.call(method, f"{org}/snapshots/a.b{path}") == (404, missing)
    assert control.good("GET", f"{org}/snapshots") == {"snapshots": [taken[0]]}


def test_a_snapshot_has_a_plain_name(control: Control) -> None:
    expected = {"error": {"message": "expected 1 to 64 letters, digits, '.', '_' or '-'", "where": "path.name"}}

    assert control.call("POST", f"{control.org()}/snapshots/.hidden") == (400, expected)


def test_snapshots_belong_to_one_org(control: Control) -> None:
    one, other = control.org(), control.org()
    control.good("POST", f"{one}/snapshots/mine")

    assert control.good("GET", f"{other}/snapshots") == {"snapshots": []}
    assert control.call("POST", f"{other}/snapshots/mine/restore")[0] == 404
