"""The job engine: states, chunks, counters, what is recorded, and that a job resumes after its process was killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockcrm.app import open_registry
from mockcrm.core.jobs import engine
from mockcrm.core.jobs import store as jobs
from mockcrm.core.jobs.store import Job
from mockcrm.settings import Settings
from tests.support.application import NOW, Application, OrgApi

VIEW, OTHER_VIEW = 501, 502
CITY = [{"City": "New"}]


def leads(count: int, state: list[list[str]] | None = None, **settings: Any) -> dict[str, Any]:
    """Create an org with this many Leads, whose states take turns."""
    generated = {
        "module": "Leads",
        "count": count,
        "state": {"cycle": state or [[]]},
        "fields": {"Last_Name": "L {n}", "City": "Old"},
    }
    views = [{"id": number, "module": "Leads", "name": f"View {number}"} for number in (VIEW, OTHER_VIEW)]
    return {"settings": settings, "generate": [generated], "custom_views": views}


def schedule(org: OrgApi, view: int = VIEW) -> int:
    return int(org.schedule("Leads", {"data": CITY, "cvid": view}))


def counts(job: Job | None) -> tuple[str, int, int, int, int]:
    assert job is not None
    assert job.total == job.updated + job.failed + job.not_updated
    return job.status, job.total, job.updated, job.failed, job.not_updated


def new_cities(org: OrgApi) -> int:
    ((found,),) = org.rows("SELECT count(*) FROM record WHERE fields ->> 'City' = 'New'")
    return int(found)


def test_steps_of_n_records(application: Application) -> None:
    org = application.org(leads(10, [[], [], ["locked"]]))
    job = schedule(org)
    assert counts(org.jobs()[0]) == ("SCHEDULED", 10, 0, 0, 10)
    with org.using() as opened:
        assert counts(engine.step(opened, job, 0)) == ("RUNNING", 10, 0, 0, 10)
        assert counts(engine.step(opened, job, 4)) == ("RUNNING", 10, 3, 1, 6)
        assert new_cities(org) == 3
        assert counts(engine.step(opened, job, 5)) == ("RUNNING", 10, 6, 3, 1)
        assert counts(engine.step(opened, job, 1)) == ("COMPLETED", 10, 7, 3, 0)
        done = org.jobs()[0]
        assert engine.step(opened, job, 1) == done
    assert (done.created_time, done.started_time, done.ended_time) == (NOW, NOW, NOW)
    first = org.rows("SELECT min(id) FROM record")[0][0]
    assert org.failures(str(job)) == {first + place: "RECORD_IS_LOCKED" for place in (2, 5, 8)}
    assert org.rows("SELECT count(*) FROM job_ids") == [(0,)]


def test_step_without_a_number_does_a_chunk(application: Application) -> None:
    org = application.org(leads(engine.CHUNK_SIZE + 1))
    job = schedule(org)
    with org.using() as opened:
        assert counts(engine.step(opened, job)) == ("RUNNING", 501, 500, 0, 1)
        assert counts(engine.step(opened)) == ("COMPLETED", 501, 501, 0, 0)
        assert engine.step(opened) is None


def test_step_of_more_than_a_chunk(application: Application) -> None:
    org = application.org(leads(1200, [[], ["no_access"]]))
    job = schedule(org)
    with org.using() as opened:
        assert counts(engine.step(opened, job, 1001)) == ("RUNNING", 1200, 501, 500, 199)
        assert counts(engine.step(opened, job, 10_000)) == ("COMPLETED", 1200, 600, 600, 0)
    assert new_cities(org) == 600


def test_unknown_job_is_none(application: Application) -> None:
    org = application.org(leads(1))
    with org.using() as opened:
        assert engine.step(opened, 12345) is None
        assert engine.run(opened) == []
        assert engine.run_turn(opened) is None


def test_turns_of_the_worker_show_every_state(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application.runtime.worker, "notify", lambda _name: None)  # the turns are the test's
    org = application.org(leads(engine.CHUNK_SIZE + 1))
    schedule(org)
    seen = []
    with org.using() as opened:
        assert engine.run_turn(opened) is None  # the policy is manual
        opened.change_settings({"job_policy": {"mode": "auto"}})
        while engine.run_turn(opened) == 0:
            seen.append(counts(org.jobs()[0]))
    assert seen == [
        ("RUNNING", 501, 0, 0, 501),
        ("RUNNING", 501, 500, 0, 1),
        ("COMPLETED", 501, 501, 0, 0),
    ]


def test_oldest_job_moves_first_and_run_ends_them_all(application: Application) -> None:
    org = application.org(leads(3))
    first, second = schedule(org), schedule(org, OTHER_VIEW)
    with org.using() as opened:
        assert counts(engine.step(opened, second, 1)) == ("RUNNING", 3, 1, 0, 2)
        assert counts(engine.step(opened, None, 1)) == ("RUNNING", 3, 1, 0, 2)
        assert org.jobs()[0].id == first
        assert [(job.id, counts(job)) for job in engine.run(opened)] == [
            (first, ("COMPLETED", 3, 3, 0, 0)),
            (second, ("COMPLETED", 3, 3, 0, 0)),
        ]


def test_record_deleted_before_its_turn_has_failed(application: Application) -> None:
    org = application.org(leads(4))
    job = schedule(org)
    ids = [row[0] for row in org.rows("SELECT id FROM record ORDER BY id")]
    with org.using() as opened:
        engine.step(opened, job, 1)
        for number in (ids[0], ids[2]):  # the first has had its turn
            assert org.send("DELETE", f"/crm/v2/Leads/{number}").status_code == 200
        assert counts(engine.step(opened, job)) == ("COMPLETED", 4, 3, 1, 0)
    assert org.failures(str(job)) == {ids[2]: "INVALID_RECORD_ID"}


def test_record_whose_state_changes_before_its_turn_goes_by_its_new_state(application: Application) -> None:
    org = application.org(leads(3, [["locked"], [], []]))
    job = schedule(org)
    first, second, third = (row[0] for row in org.rows("SELECT id FROM record ORDER BY id"))
    org.set_state(first)
    org.set_state(second, "stop_processing", "locked")
    org.set_state(third, "converted")
    with org.using() as opened:
        assert counts(engine.step(opened, job)) == ("COMPLETED", 3, 1, 2, 0)
    assert org.failures(str(job)) == {second: "CANNOT_PROCESS", third: "CONVERTED_RECORD"}


def test_blueprint_bars_its_own_field_in_a_job_too(application: Application) -> None:
    org = application.org(leads(2, [["in_blueprint"], []]))
    org.schedule("Leads", {"data": [{"Lead_Status": "Contacted"}], "cvid": VIEW})
    schedule(org, OTHER_VIEW)
    with org.using() as opened:
        status, city = engine.run(opened)
    assert counts(status) == ("COMPLETED", 2, 1, 1, 0)
    assert counts(city) == ("COMPLETED", 2, 2, 0, 0)


def test_reset_removes_a_live_job(application: Application) -> None:
    org = application.org(leads(5))
    job = schedule(org)
    with org.using() as opened:
        engine.step(opened, job, 2)
        application.registry.reset(org.name)
        assert org.jobs() == []
        assert engine.step(opened, job) is None
    assert new_cities(org) == 0
    again = schedule(org)  # the view is free again
    with org.using() as opened:
        assert counts(engine.step(opened, again)) == ("COMPLETED", 5, 5, 0, 0)


def test_a_failing_chunk_leaves_nothing_half_done(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    org = application.org(leads(5))
    job = schedule(org)
    before = org.dump()

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "advance", broken)
    with org.using() as opened, pytest.raises(ZeroDivisionError):
        engine.step(opened, job)
    assert org.dump() == before
    monkeypatch.undo()
    with org.using() as opened:
        assert counts(engine.step(opened, job)) == ("COMPLETED", 5, 5, 0, 0)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def live_orgs(data_dir: Path) -> list[str]:
    """Return the uids of the orgs with live jobs, as a server that starts finds them; no worker runs beside."""
    registry = open_registry(Settings(data_dir=data_dir))
    try:
        return registry.uids_with_live_jobs()
    finally:
        registry.close()


def test_job_resumes_after_a_restart(data_dir: Path) -> None:
    with Application(data_dir=data_dir) as before:
        org = before.org(leads(1000, [[], ["locked"]]), name="kept")
        job = schedule(org)
        with org.using() as opened:
            assert counts(engine.step(opened, job, 300)) == ("RUNNING", 1000, 150, 150, 700)
    assert live_orgs(data_dir) == [org.uid]
    with Application(data_dir=data_dir) as after:
        assert after.registry.names() == ["default", "kept"]
        org = OrgApi(after, "kept")
        assert counts(org.jobs()[0]) == ("RUNNING", 1000, 150, 150, 700)
        with org.using() as opened:
            assert opened.now() == NOW
            assert counts(engine.step(opened, job, 1000)) == ("COMPLETED", 1000, 500, 500, 0)
        assert len(org.failures(str(job))) == 500
        assert new_cities(org) == 500
    assert live_orgs(data_dir) == []


def test_org_that_cannot_be_read_is_named_in_the_log(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Application(data_dir=data_dir) as before:
        uid = before.registry.uid_of(before.org(leads(1, []), name="damaged").name)
    file = data_dir / "orgs" / f"{uid}.sqlite"
    file.write_bytes(b"no database" * 100)
    assert live_orgs(data_dir) == []
    assert caplog.messages == [
        f"org 'damaged': its file {file} cannot be read (file is not a database); its jobs are not resumed"
    ]


def ids_of_chunks(total: int, chunk: int) -> Iterator[int]:
    left = total
    while left > 0:
        yield min(chunk, left)
        left -= chunk


@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_every_record_is_processed_once_with_any_chunks(application: Application, chunk: int) -> None:
    org = application.org(leads(20, [[], ["locked"], [], ["no_access"], []]))
    job = schedule(org)
    with org.using() as opened:
        done = 0
        for size in ids_of_chunks(20, chunk):
            moved = engine.step(opened, job, chunk)
            done += size
            assert moved is not None
            assert moved.updated + moved.failed == done == moved.cursor
    assert counts(org.jobs()[0]) == ("COMPLETED", 20, 12, 8, 0)
    assert new_cities(org) == 12
