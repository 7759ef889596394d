"""The worker: it moves jobs by itself, gives every org its turn, and leaves other policies alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mockcrm.jobs import engine
from mockcrm.state.org import Org
from tests.jobs.test_engine import leads, schedule
from tests.support.application import Application, OrgApi

PATIENCE = 20.0
AUTO = {"mode": "auto"}


def wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(4000):
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError("the worker did not get there")


def statuses(org: OrgApi) -> list[str]:
    return [job.status for job in org.jobs()]


def test_job_of_an_auto_org_runs_by_itself(application: Application) -> None:
    org = application.org(leads(1200, [[], [], ["locked"]], job_policy=AUTO))
    schedule(org)
    wait_until(lambda: statuses(org) == ["COMPLETED"])
    (job,) = org.jobs()
    assert (job.total, job.updated, job.failed, job.not_updated) == (1200, 800, 400, 0)


def test_manual_policy_does_nothing(application: Application) -> None:
    manual = application.org(leads(3))
    auto = application.org(leads(3, job_policy=AUTO))
    schedule(manual)
    schedule(auto)
    application.runtime.worker.notify(manual.name)
    application.runtime.worker.notify("no such org")
    wait_until(lambda: statuses(auto) == ["COMPLETED"])
    schedule(auto)  # the worker has been at the others meanwhile
    wait_until(lambda: statuses(auto) == ["COMPLETED"] * 2)
    assert statuses(manual) == ["SCHEDULED"]


def test_orgs_take_turns(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (application.org(leads(2000, job_policy=AUTO)) for _ in range(2))
    turns: list[str] = []
    go = threading.Event()
    turn = engine.turn

    def noted(org: Org) -> float | None:
        assert go.wait(PATIENCE)
        wait = turn(org)
        if wait == 0:
            turns.append(org.name)
        return wait

    monkeypatch.setattr(engine, "turn", noted)
    schedule(first)
    schedule(second)
    go.set()
    wait_until(lambda: statuses(first) == statuses(second) == ["COMPLETED"])
    assert turns == [first.name, second.name] * 5


def test_worker_survives_an_org_whose_file_is_broken(application: Application) -> None:
    broken = application.org(leads(3, job_policy=AUTO))
    broken.execute("ALTER TABLE job RENAME TO gone")
    application.runtime.worker.notify(broken.name)
    org = application.org(leads(3, job_policy=AUTO))
    schedule(org)
    wait_until(lambda: statuses(org) == ["COMPLETED"])


def test_worker_takes_up_what_an_earlier_process_left(tmp_path: Path) -> None:
    with Application(data_dir=tmp_path) as before:
        org = before.org(leads(10), name="kept")
        schedule(org)
        with org.using() as opened:
            opened.change_settings({"job_policy": {"mode": "auto"}})
    with Application(data_dir=tmp_path) as after:
        org = OrgApi(after, "kept")
        wait_until(lambda: statuses(org) == ["COMPLETED"])
