"""Jobs under the policy `polled`: they advance only when their status is read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockcrm.core.jobs import engine, policies
from mockcrm.core.jobs.policies import PollEffect
from mockcrm.core.jobs.store import Job
from mockcrm.core.org_settings import Polls
from tests.core.jobs.leads import Seen, control, org_with_leads, schedule, seen
from tests.support.application import Application


def polls(scheduled: int, running: int) -> dict[str, Any]:
    return {"mode": "polled", "polls": {"scheduled": scheduled, "running": running}}


@pytest.mark.parametrize(
    ("scheduled", "running", "reads"),
    [
        (1, 2, [("SCHEDULED", 0, 10), ("RUNNING", 5, 5), ("RUNNING", 9, 1), ("COMPLETED", 10, 0)]),
        (0, 1, [("RUNNING", 9, 1), ("COMPLETED", 10, 0)]),
        (2, 0, [("SCHEDULED", 0, 10), ("SCHEDULED", 0, 10), ("COMPLETED", 10, 0)]),
        (0, 0, [("COMPLETED", 10, 0)]),
        (0, 3, [("RUNNING", 3, 7), ("RUNNING", 6, 4), ("RUNNING", 9, 1), ("COMPLETED", 10, 0)]),
    ],
)
def test_reads_see_the_requested_states(
    application: Application, scheduled: int, running: int, reads: list[Seen]
) -> None:
    org = org_with_leads(application, 10, **polls(scheduled, running))
    job_id = schedule(org)
    assert [seen(org, job_id) for _ in reads] == reads
    assert seen(org, job_id) == reads[-1]
    assert org.rows("SELECT count(*) FROM record WHERE json_extract(fields, '$.City') = 'New'") == [(10,)]


def test_more_reads_than_records_leave_one_to_do(application: Application) -> None:
    org = org_with_leads(application, 2, **polls(0, 5))
    job_id = schedule(org)
    states = [("RUNNING", 0, 2)] * 3 + [("RUNNING", 1, 1)] * 2 + [("COMPLETED", 2, 0)]
    assert [seen(org, job_id) for _ in states] == states


def test_a_share_is_larger_than_a_chunk(application: Application) -> None:
    org = org_with_leads(application, 2 * engine.CHUNK_SIZE + 7, **polls(0, 1))
    job_id = schedule(org)
    total = 2 * engine.CHUNK_SIZE + 7
    assert seen(org, job_id) == ("RUNNING", total - 1, 1)
    assert seen(org, job_id) == ("COMPLETED", total, 0)


def test_only_clients_who_get_the_status_move_a_job(application: Application) -> None:
    org = org_with_leads(application, 4, **polls(1, 1))
    job_id = schedule(org)
    application.runtime.worker.notify(org.name)
    for _ in range(3):
        assert control(org, "GET", f"/jobs/{job_id}")["status"] == "SCHEDULED"
        assert control(org, "GET", "/jobs")["jobs"][0]["status"] == "SCHEDULED"
        assert org.status("Deals", job_id).status_code == 404
        assert org.status("Leads", "99").status_code == 404
        with org.using() as opened:
            assert engine.run_turn(opened) is None
    assert seen(org, job_id) == ("SCHEDULED", 0, 4)
    assert seen(org, job_id) == ("RUNNING", 3, 1)


def test_jobs_count_their_own_reads(application: Application) -> None:
    org = org_with_leads(application, 4, views=2, **polls(1, 1))
    first, second = schedule(org), schedule(org, 502)
    assert [seen(org, first)[0], seen(org, first)[0], seen(org, first)[0]] == ["SCHEDULED", "RUNNING", "COMPLETED"]
    assert seen(org, second) == ("SCHEDULED", 0, 4)


def test_a_job_that_runs_already_is_never_seen_scheduled_again(application: Application) -> None:
    org = org_with_leads(application, 10, mode="manual")
    job_id = schedule(org)
    control(org, "POST", f"/jobs/{job_id}/step", {"records": 4})
    control(org, "PUT", "/job-policy", polls(3, 2))
    assert [seen(org, job_id) for _ in range(3)] == [("RUNNING", 7, 3), ("RUNNING", 9, 1), ("COMPLETED", 10, 0)]


@pytest.mark.parametrize("mode", ["auto", "paced", "manual"])
def test_policy_can_be_left_while_the_job_lives(application: Application, mode: str) -> None:
    org = org_with_leads(application, 10, **polls(0, 2))
    job_id = schedule(org)
    assert seen(org, job_id) == ("RUNNING", 5, 5)
    control(org, "PUT", "/job-policy", {"mode": mode})
    if mode == "manual":
        assert [seen(org, job_id) for _ in range(3)] == [("RUNNING", 5, 5)] * 3
    else:
        with org.using() as opened:
            opened.set_clock(opened.clock.advance(60))
            while engine.run_turn(opened) is not None:
                pass
        assert seen(org, job_id) == ("COMPLETED", 10, 0)


def test_stepping_and_failing_work_between_reads(application: Application) -> None:
    org = org_with_leads(application, 10, **polls(1, 2))
    job_id = schedule(org)
    assert seen(org, job_id) == ("SCHEDULED", 0, 10)
    control(org, "POST", f"/jobs/{job_id}/step", {"records": 6})
    assert seen(org, job_id) == ("RUNNING", 8, 2)
    control(org, "POST", f"/jobs/{job_id}/fail")
    (item,) = org.status("Leads", job_id).json()["data"]
    assert item == {
        "Status": "FAILED",
        "Failed_Count": 2,
        "Updated_Count": 8,
        "Not_Updated_Count": 0,
        "Total_Count": 10,
    }


def test_pollers_at_once_never_see_a_counter_go_back(application: Application) -> None:
    pollers, reads, total = 8, 60, 60
    org = org_with_leads(application, total, **polls(5, 40))
    job_id = schedule(org)
    rank = {"SCHEDULED": 0, "RUNNING": 1, "COMPLETED": 2}

    async def poll() -> list[tuple[int, int]]:
        found = []
        for _ in range(reads):
            path = f"/crm/v2/Leads/actions/mass_update?job_id={job_id}"
            response = await application.client.get(path, headers=org.headers)
            (item,) = response.json()["data"]
            assert item["Updated_Count"] + item["Not_Updated_Count"] == total
            found.append((rank[item["Status"]], item["Updated_Count"]))
        return found

    async def all_polls() -> list[list[tuple[int, int]]]:
        return await asyncio.gather(*(poll() for _ in range(pollers)))

    seen_by = application.run(all_polls())
    assert all(found == sorted(found) for found in seen_by)
    states = [state for found in seen_by for state, _ in found]
    assert (states.count(0), states.count(1)) == (5, 40)
    assert len({done for found in seen_by for state, done in found if state == 1}) == 40


# -- the arithmetic, against a model ---------------------------------------------------------------------------


def job(total: int, done: int, count: int, status: str) -> Job:
    return Job(1, "", 1, 1, 1, status, {}, total, done, 0, total - done, done, count, 0.0, 0, None, None)


@given(total=st.integers(1, 3_000), scheduled=st.integers(0, 6), running=st.integers(0, 40))
def test_shares_are_even(total: int, scheduled: int, running: int) -> None:
    done, status, counts = 0, "SCHEDULED", []
    for number in range(1, scheduled + running + 2):
        read = policies.next_poll(job(total, done, number - 1, status), Polls(scheduled=scheduled, running=running))
        assert read.polls == number
        assert read.started == (number > scheduled)
        done += read.records
        status = "RUNNING" if read.started else "SCHEDULED"
        counts.append(done)
    assert counts[:scheduled] == [0] * scheduled
    assert counts[-1] == total
    shared = counts[scheduled:-1]
    if running:
        share, rest = divmod(total, running)
        shares = [share] * (running - rest) + [share + 1] * rest
        # The last one leaves a record, or has none to do.
        assert shared == [min(sum(shares[:number]), total - 1) for number in range(1, running + 1)]


@given(
    st.integers(1, 500),
    st.integers(0, 500),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), min_size=1, max_size=30),
)
def test_no_change_of_the_policy_takes_anything_back(total: int, done: int, policies_: list[tuple[int, int]]) -> None:
    done = min(done, total - 1)
    status, count = "RUNNING" if done else "SCHEDULED", 0
    for scheduled, running in policies_:
        read = policies.next_poll(job(total, done, count, status), Polls(scheduled=scheduled, running=running))
        assert read.polls > count
        assert read.started or status == "SCHEDULED"
        assert 0 <= read.records <= total - done
        if not read.started:
            assert read == PollEffect(count + 1, started=False, records=0)
        done, count, status = done + read.records, read.polls, "RUNNING" if read.started else status
        if done == total:
            return
