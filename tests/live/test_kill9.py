"""A server killed in the middle of a job resumes it, and no record is lost or processed twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from .exported import values
from .server import Org, RunningServer

LEADS = 10_000
VIEW = "554023000000091518"
FEW = 1_000
"""For tests that need not kill the server while the job runs."""
ATTEMPTS = 5
"""A fast machine may finish the job before a status read sees it running; then it is tried again."""


def fixture(count: int = LEADS) -> dict[str, Any]:
    fields = {"Last_Name": "Lead {n}", "Company": "Zylker", "City": "Madurai"}
    return {
        "mockcrm": 1,
        "custom_views": [{"id": VIEW, "module": "Leads", "name": "Everybody"}],
        "generate": [{"module": "Leads", "count": count, "fields": fields}],
    }


def completed(count: int = LEADS) -> dict[str, Any]:
    return {
        "Status": "COMPLETED",
        "Failed_Count": 0,
        "Updated_Count": count,
        "Not_Updated_Count": 0,
        "Total_Count": count,
    }


def killed_in_the_middle(org: Org, city: str, start: Callable[[str], object]) -> str | None:
    """Schedule a job, `start` it in a thread, kill the server once a read sees it half done.

    The job's id, or None when the job was over before it could be caught.
    """
    job_id = org.schedule("Leads", VIEW, {"City": city})

    def started() -> None:
        with suppress(httpx.HTTPError):  # the response is lost with the server
            start(job_id)

    mover = threading.Thread(target=started)
    mover.start()
    try:
        for item in org.watch("Leads", job_id):
            if item["Status"] == "COMPLETED":
                return None
            if item["Updated_Count"] > 0:
                org.server.kill9()
                return job_id
    finally:
        mover.join(timeout=120)
    return None


def test_a_job_stands_after_a_kill_where_its_last_step_left_it(tmp_path: Path) -> None:
    with RunningServer(data_dir=tmp_path / "data") as server:
        org = server.create_org(fixture(FEW))
        org.job_policy("manual")
        job_id = org.schedule("Leads", VIEW, {"City": "Chennai"})
        org.step(job_id, records=730)
        before = org.counts("Leads", job_id)
        assert before == {
            "Status": "RUNNING",
            "Failed_Count": 0,
            "Updated_Count": 730,
            "Not_Updated_Count": 270,
            "Total_Count": FEW,
        }
        server.kill9()

    with RunningServer(data_dir=tmp_path / "data") as server:
        org = org.on(server)
        assert org.counts("Leads", job_id) == before
        assert values(org, "Leads", "City") == {"Chennai": 730, "Madurai": 270}
        again = org.mass_update("Leads", {"data": [{"City": "Erode"}], "cvid": VIEW})
        assert again.status_code == 202, "the job is still the live one of its view"

        org.step(job_id, records=70)
        assert org.counts("Leads", job_id)["Updated_Count"] == 800
        org.run_jobs()

        assert org.counts("Leads", job_id) == completed(FEW)
        assert values(org, "Leads", "City") == {"Chennai": FEW}


def test_the_counts_of_a_killed_job_are_the_records_it_changed(tmp_path: Path) -> None:
    for attempt in range(ATTEMPTS):
        data_dir = tmp_path / f"data{attempt}"
        with RunningServer(data_dir=data_dir) as server:
            org = server.create_org(fixture())
            org.job_policy("manual")
            job_id = killed_in_the_middle(org, "Chennai", lambda job: org.step(job, records=LEADS))  # noqa: B023
        if job_id is not None:
            break
    else:
        pytest.fail(f"no status read saw a job of {LEADS} records half done in {ATTEMPTS} attempts")

    with RunningServer(data_dir=data_dir) as server:
        org = org.on(server)
        after = org.counts("Leads", job_id)
        assert (after["Status"], after["Failed_Count"], after["Total_Count"]) == ("RUNNING", 0, LEADS)
        done = after["Updated_Count"]
        assert 0 < done < LEADS
        assert values(org, "Leads", "City") == {"Chennai": done, "Madurai": LEADS - done}

        org.run_jobs()

        assert org.counts("Leads", job_id) == completed()
        assert values(org, "Leads", "City") == {"Chennai": LEADS}


def test_a_killed_job_completes_by_itself_after_the_restart(tmp_path: Path) -> None:
    for attempt in range(ATTEMPTS):
        data_dir = tmp_path / f"data{attempt}"
        with RunningServer(data_dir=data_dir) as server:
            org = server.create_org(fixture())
            job_id = killed_in_the_middle(org, "Chennai", lambda job: None)
        if job_id is not None:
            break
    else:
        pytest.fail(f"no status read saw a job of {LEADS} records half done in {ATTEMPTS} attempts")

    with RunningServer(data_dir=data_dir) as server:
        org = org.on(server)
        assert org.wait_for_job("Leads", job_id) == completed()
        assert values(org, "Leads", "City") == {"Chennai": LEADS}
        (job,) = org.jobs()
        assert job


def test_sigterm_in_the_middle_of_a_job_exits_cleanly_and_the_job_resumes(tmp_path: Path) -> None:
    with RunningServer(data_dir=tmp_path / "data") as server:
        org = server.create_org(fixture())
        job_id = org.schedule("Leads", VIEW, {"City": "Chennai"})
        assert server.stop() == 0, server.printed_text()

    with RunningServer(data_dir=tmp_path / "data") as server:
        org = org.on(server)
        assert org.wait_for_job("Leads", job_id) == completed()
        assert values(org, "Leads", "City") == {"Chennai": LEADS}
