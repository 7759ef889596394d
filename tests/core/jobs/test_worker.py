"""The worker: it advances jobs by itself, gives every org its turn, and ignores jobs under other policies."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mockcrm.core.jobs import engine, worker
from mockcrm.core.orgs.org import Org
from tests.core.jobs.test_engine import leads, schedule
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
    application.runtime.worker.notify(manual.uid)
    application.runtime.worker.notify("no such org")
    wait_until(lambda: statuses(auto) == ["COMPLETED"])
    schedule(auto)  # the worker has been at the others meanwhile
    wait_until(lambda: statuses(auto) == ["COMPLETED"] * 2)
    assert statuses(manual) == ["SCHEDULED"]


def test_orgs_take_turns(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (application.org(leads(2000, job_policy=AUTO)) for _ in range(2))
    turns: list[str] = []
    go = threading.Event()
    turn = engine.run_turn

    def noted(org: Org) -> float | None:
        assert go.wait(PATIENCE)
        wait = turn(org)
        if wait == 0:
            turns.append(org.name)
        return wait

    monkeypatch.setattr(engine, "run_turn", noted)
    schedule(first)
    schedule(second)
    go.set()
    wait_until(lambda: statuses(first) == statuses(second) == ["COMPLETED"])
    assert turns == [first.name, second.name] * 5


def test_worker_survives_an_org_whose_file_is_broken(application: Application) -> None:
    broken = application.org(leads(3, job_policy=AUTO))
    broken.execute("ALTER TABLE job RENAME TO gone")
    application.runtime.worker.notify(broken.uid)
    org = application.org(leads(3, job_policy=AUTO))
    schedule(org)
    wait_until(lambda: statuses(org) == ["COMPLETED"])


@pytest.mark.parametrize("error", [sqlite3.OperationalError("database or disk is full"), OSError(5, "I/O error")])
def test_job_goes_on_by_itself_when_the_disk_works_again(
    application: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    monkeypatch.setattr(worker, "FIRST_RETRY_PAUSE", 0.001)
    org = application.org(leads(1200, job_policy=AUTO))
    failures = iter([None, error, error, error])
    turn = engine.run_turn

    def failing(org: Org) -> float | None:
        failure = next(failures, None)
        if failure is not None:
            raise failure
        return turn(org)

    monkeypatch.setattr(engine, "run_turn", failing)
    schedule(org)
    wait_until(lambda: statuses(org) == ["COMPLETED"])
    wait_until(lambda: len(caplog.records) == 2)
    assert caplog.messages == [
        f"org {org.name}: its job cannot continue and will be retried: {error}",
        f"org {org.name}: its job continues",
    ]
    assert not any(record.exc_info for record in caplog.records)


def test_job_goes_on_by_itself_when_another_process_lets_go_of_the_file(
    application: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "FIRST_RETRY_PAUSE", 0.001)
    held, other = (application.org(leads(1200)) for _ in range(2))
    schedule(held)
    schedule(other)
    with held.using() as org, closing(sqlite3.connect(org.path, isolation_level=None)) as process:
        org.change_settings({"job_policy": AUTO})
        process.execute("BEGIN IMMEDIATE")
        application.runtime.worker.notify(held.uid)
        with other.using() as opened:
            opened.change_settings({"job_policy": AUTO})
        application.runtime.worker.notify(other.uid)
        wait_until(lambda: statuses(other) == ["COMPLETED"])
        wait_until(lambda: "cannot continue" in caplog.text)
        assert statuses(held) == ["SCHEDULED"]
        process.execute("COMMIT")
    wait_until(lambda: statuses(held) == ["COMPLETED"])


def test_job_of_one_org_does_not_wait_for_the_gate_of_another(application: Application) -> None:
    held, other = (application.org(leads(1200, job_policy=AUTO)) for _ in range(2))
    schedule(other)
    wait_until(lambda: statuses(other) == ["COMPLETED"])
    with held.using() as org:
        scheduled = schedule(held)
        with org.gate.hold():
            application.runtime.worker.notify(held.uid)
            schedule(other)
            wait_until(lambda: statuses(other) == ["COMPLETED"] * 2)
    assert scheduled
    wait_until(lambda: statuses(held) == ["COMPLETED"])


def test_pauses_between_tries_grow_to_a_bound(application: Application) -> None:
    tried = application.runtime.worker
    pauses = [tried._pause_after("x", OSError()) for _ in range(40)]
    assert pauses[:3] == [worker.FIRST_RETRY_PAUSE, 2 * worker.FIRST_RETRY_PAUSE, 4 * worker.FIRST_RETRY_PAUSE]
    assert pauses[-1] == worker.MAX_PAUSE
    tried._log_recovery("x")
    assert tried._pause_after("x", OSError()) == worker.FIRST_RETRY_PAUSE
    tried._log_recovery("x")


def test_worker_takes_up_what_an_earlier_process_left(tmp_path: Path) -> None:
    with Application(data_dir=tmp_path) as before:
        org = before.org(leads(10), name="kept")
        schedule(org)
        with org.using() as opened:
            opened.change_settings({"job_policy": {"mode": "auto"}})
    with Application(data_dir=tmp_path) as after:
        org = OrgApi(after, "kept")
        wait_until(lambda: statuses(org) == ["COMPLETED"])
