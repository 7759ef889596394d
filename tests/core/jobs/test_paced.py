"""Jobs under the policy `paced`: they advance by the org's clock, however that is set."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockcrm.core import clock
from mockcrm.core.clock import SystemClock
from mockcrm.core.jobs import engine, policies
from mockcrm.core.jobs.store import Job
from mockcrm.core.org_settings import JobPolicy
from mockcrm.core.orgs.org import Org
from tests.core.jobs.leads import control, org_with_leads, schedule, seen
from tests.support.application import NOW, Application, OrgApi


def paced(**policy: Any) -> dict[str, Any]:
    return {"mode": "paced", "start_delay": 10, "records_per_second": 2, **policy}


def settle(org: OrgApi) -> float | None:
    """Run turns until nothing is due; return the result of the last one."""
    with org.using() as opened:
        while (wait := engine.run_turn(opened)) == 0:
            pass
        return wait


def advance(org: OrgApi, seconds: float) -> None:
    """Set the clock without notifying the worker, and run the turns that are then due."""
    with org.using() as opened:
        opened.set_clock(opened.clock.advance(seconds))
    settle(org)


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An application whose worker is never notified, so that the test itself runs the turns."""
    with Application() as running:
        monkeypatch.setattr(running.runtime.worker, "notify", lambda _name: None)
        yield running


def test_nothing_moves_while_the_clock_stands(application: Application) -> None:
    org = org_with_leads(application, 10, **paced(start_delay=0.5))
    job_id = schedule(org)
    assert settle(org) is None
    assert seen(org, job_id) == ("SCHEDULED", 0, 10)


def test_job_starts_after_its_delay_then_goes_at_its_pace(application: Application) -> None:
    org = org_with_leads(application, 10, **paced())
    job_id = schedule(org)
    states = []
    for seconds in (9.5, 0.5, 0.4, 0.1, 1, 0.75, 2.75):
        advance(org, seconds)
        states.append(seen(org, job_id))
    assert states == [
        ("SCHEDULED", 0, 10),
        ("RUNNING", 0, 10),
        ("RUNNING", 0, 10),
        ("RUNNING", 1, 9),
        ("RUNNING", 3, 7),
        ("RUNNING", 4, 6),
        ("COMPLETED", 10, 0),
    ]
    (job,) = org.jobs()
    assert (job.created_time, job.started_time, job.ended_time) == (NOW, NOW + 10, NOW + 15)


def test_an_advance_is_caught_up_chunk_by_chunk(application: Application) -> None:
    total = 2 * engine.CHUNK_SIZE + 100
    org = org_with_leads(application, total, **paced(records_per_second=total))
    job_id = schedule(org)
    with org.using() as opened:
        opened.set_clock(opened.clock.advance(3600))
        states = []
        while engine.run_turn(opened) == 0:
            states.append(seen(org, job_id))
    assert states == [
        ("RUNNING", 0, total),
        ("RUNNING", 500, total - 500),
        ("RUNNING", 1000, total - 1000),
        ("COMPLETED", total, 0),
    ]


def test_records_are_modified_at_the_orgs_time(application: Application) -> None:
    org = org_with_leads(application, 4, **paced())
    schedule(org)
    for _ in range(2):
        advance(org, 11)
    times = org.rows("SELECT modified_time - ?, count(*) FROM record GROUP BY 1 ORDER BY 1", NOW)
    assert times == [(11, 2), (22, 2)]


def test_jobs_of_an_org_go_beside_each_other(application: Application) -> None:
    org = org_with_leads(application, 10, views=2, **paced())
    first = schedule(org)
    advance(org, 6)
    second = schedule(org, 502)
    advance(org, 5)
    assert (seen(org, first), seen(org, second)) == (("RUNNING", 2, 8), ("SCHEDULED", 0, 10))
    advance(org, 6)
    assert (seen(org, first), seen(org, second)) == (("COMPLETED", 10, 0), ("RUNNING", 2, 8))


def test_a_clock_that_was_set_back_continues_from_there(application: Application) -> None:
    org = org_with_leads(application, 10, **paced())
    job_id = schedule(org)
    advance(org, 11)
    with org.using() as opened:
        opened.set_clock(opened.clock.freeze(NOW - 100_000))
    settle(org)
    assert seen(org, job_id) == ("RUNNING", 2, 8)
    advance(org, 2)
    assert seen(org, job_id) == ("RUNNING", 6, 4)


class Machine:
    """The clocks of the machine that the server runs on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.monotonic = float(NOW), 50.0
        self._monkeypatch = monkeypatch
        self.start_server()

    def start_server(self) -> None:
        """A server has read no clock before its start."""
        self._monkeypatch.setattr(clock, "SYSTEM", SystemClock(lambda: self.wall, lambda: self.monotonic))

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


def run_clock(org: OrgApi) -> None:
    """Let the org's clock go by the machine's."""
    with org.using() as opened:
        opened.set_clock(clock.Clock())


def test_a_step_back_of_the_systems_clock_holds_no_job_up(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(monkeypatch)
    org = org_with_leads(application, 10, **paced())
    run_clock(org)
    job_id = schedule(org)
    machine.passes(11)
    settle(org)
    machine.wall -= 3600
    machine.passes(2)
    settle(org)
    assert seen(org, job_id) == ("RUNNING", 6, 4)


@pytest.mark.parametrize(("before", "after", "state"), [(11, 1, ("RUNNING", 4, 6)), (5, 10, ("RUNNING", 0, 10))])
def test_a_job_goes_on_by_a_clock_that_was_set_back_while_the_server_was_down(
    application: Application, monkeypatch: pytest.MonkeyPatch, before: float, after: float, state: Any
) -> None:
    machine = Machine(monkeypatch)
    org = org_with_leads(application, 10, **paced())
    run_clock(org)
    job_id = schedule(org)
    machine.passes(before)
    settle(org)
    machine.wall -= 3600
    machine.start_server()
    wait = settle(org)
    assert wait is not None
    assert wait <= 10
    machine.passes(after)
    settle(org)
    assert seen(org, job_id) == state


def test_the_pace_may_change(application: Application) -> None:
    org = org_with_leads(application, 100, **paced())
    job_id = schedule(org)
    advance(org, 12)
    assert seen(org, job_id) == ("RUNNING", 4, 96)
    control(org, "PUT", "/job-policy", {"records_per_second": 10})
    advance(org, 1)
    assert seen(org, job_id) == ("RUNNING", 14, 86)


@pytest.mark.parametrize("mode", ["auto", "manual", "polled"])
def test_a_job_of_another_policy_is_paced_from_the_change_on(application: Application, mode: str) -> None:
    org = org_with_leads(application, 10, mode=mode, polls={"scheduled": 9, "running": 9})
    waiting = schedule(org)
    control(org, "POST", f"/jobs/{waiting}/step", {"records": 3})
    with org.using() as opened:
        opened.set_clock(opened.clock.advance(1000))
    control(org, "PUT", "/job-policy", paced())
    settle(org)
    assert seen(org, waiting) == ("RUNNING", 3, 7)
    advance(org, 1)
    assert seen(org, waiting) == ("RUNNING", 5, 5)


def test_a_loaded_policy_counts_from_the_load_on(application: Application) -> None:
    org = org_with_leads(application, 10, mode="manual")
    job_id = schedule(org)
    control(org, "POST", f"/jobs/{job_id}/step", {"records": 3})
    with org.using() as opened:
        opened.set_clock(opened.clock.advance(1000))
    control(org, "POST", "/load", {"mockcrm": 1, "settings": {"job_policy": paced()}})
    assert control(org, "GET", "/job-policy")["mode"] == "paced"
    advance(org, 1)
    assert seen(org, job_id) == ("RUNNING", 5, 5)


def test_a_scheduled_job_waits_the_delay_from_the_change_on(application: Application) -> None:
    org = org_with_leads(application, 10, mode="manual")
    job_id = schedule(org)
    with org.using() as opened:
        opened.set_clock(opened.clock.advance(1000))
    control(org, "PUT", "/job-policy", paced())
    advance(org, 9)
    assert seen(org, job_id) == ("SCHEDULED", 0, 10)
    advance(org, 1)
    assert seen(org, job_id) == ("RUNNING", 0, 10)


def test_leaving_the_pace_stops_or_ends_the_job(application: Application) -> None:
    org = org_with_leads(application, 10, **paced())
    job_id = schedule(org)
    advance(org, 11)
    control(org, "PUT", "/job-policy", {"mode": "manual"})
    advance(org, 1000)
    assert seen(org, job_id) == ("RUNNING", 2, 8)
    control(org, "PUT", "/job-policy", {"mode": "auto"})
    settle(org)
    assert seen(org, job_id) == ("COMPLETED", 10, 0)


def test_a_snapshot_keeps_the_pace(application: Application) -> None:
    org = org_with_leads(application, 10, **paced())
    job_id = schedule(org)
    advance(org, 11)
    control(org, "POST", "/snapshots/s")
    advance(org, 2)
    control(org, "POST", "/snapshots/s/restore")
    settle(org)
    assert seen(org, job_id) == ("RUNNING", 2, 8)
    advance(org, 1)
    assert seen(org, job_id) == ("RUNNING", 4, 6)


# -- the worker ------------------------------------------------------------------------------------------------


class Turns:
    """The turns that a worker gives: each wait, as an event to wait for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waits: list[float | None] = []
        self._rest = threading.Condition()
        turn = engine.run_turn

        def noted(org: Org) -> float | None:
            wait = turn(org)
            with self._rest:
                self.waits.append(wait)
                self._rest.notify_all()
            return wait

        monkeypatch.setattr(engine, "run_turn", noted)

    def until(self, fits: Callable[[float | None], bool], known: int = 0) -> float | None:
        """Wait for a turn, after the first `known` ones, whose wait matches; return that wait."""
        with self._rest:
            assert self._rest.wait_for(lambda: any(map(fits, self.waits[known:])), 60), self.waits
            return next(wait for wait in self.waits[known:] if fits(wait))


def forever(wait: float | None) -> bool:
    return wait is None


def some_time(wait: float | None) -> bool:
    return wait is not None and wait > 0


def test_worker_sleeps_by_a_standing_clock_and_wakes_when_it_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(monkeypatch)
    with Application() as application:
        org = org_with_leads(application, 10, **paced())
        job_id = schedule(org)
        turns.until(forever)
        for seconds, state in ((10, ("RUNNING", 0, 10)), (1, ("RUNNING", 2, 8)), (60, ("COMPLETED", 10, 0))):
            known = len(turns.waits)
            control(org, "POST", "/clock/advance", {"seconds": seconds})
            turns.until(forever, known)
            assert seen(org, job_id) == state


def test_worker_waits_for_a_running_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(monkeypatch)
    with Application() as application:
        org = org_with_leads(application, 10, **paced(start_delay=1000))
        control(org, "PUT", "/clock", {"frozen": False})
        job_id = schedule(org)
        wait = turns.until(some_time)
        assert wait is not None
        assert wait <= 1000
        assert seen(org, job_id) == ("SCHEDULED", 0, 10)
        known = len(turns.waits)
        control(org, "PUT", "/job-policy", {"start_delay": 0, "records_per_second": 1_000_000})
        turns.until(forever, known)
        assert seen(org, job_id) == ("COMPLETED", 10, 0)


# -- the arithmetic ----------------------------------------------------------------------------------------------


def job(total: int, done: int, status: str, since: float) -> Job:
    return Job(1, "", 1, 1, 1, status, {}, total, done, 0, total - done, done, 0, since, 0, None, None)


@given(
    steps=st.lists(st.floats(0.001, 50), min_size=1, max_size=40),
    delay=st.floats(0, 60),
    rate=st.floats(0.05, 2_000),
    total=st.integers(1, 5_000),
)
def test_what_is_done_depends_on_the_time_alone(steps: list[float], delay: float, rate: float, total: int) -> None:
    """With any steps of the clock and any chunks: start_delay, then records_per_second."""
    policy = JobPolicy(mode="paced", start_delay=delay, records_per_second=rate)
    now, since, done, status = float(NOW), float(NOW), 0, "SCHEDULED"
    for step in steps:
        now += step
        while done < total:
            pace = policies.due_work(job(total, done, status, since), policy, now, 500)
            if pace.wait:
                assert not pace.start
                assert not pace.records
                break
            since = pace.since
            status = "RUNNING" if pace.start else status
            done += pace.records
            assert pace.records <= 500
        elapsed = now - NOW - delay
        assert (status == "RUNNING") == (elapsed >= 0) or abs(elapsed) < 1e-5
        exact = min(max(elapsed, 0) * rate, total)
        assert exact - 1 - rate * 1e-5 <= done <= exact + rate * 1e-5 + 1e-6
