"""Orgs are deleted while clients use them.

The server goes on in the same process; late requests with a token of a deleted org get INVALID_TOKEN and nothing else;
the other orgs are not affected; no file, file handle or line on stderr is left."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .crowd import Call, Crowd
from .lifetime import (
    CHANGES,
    LOOKS,
    READS,
    RESETS,
    SCANS,
    SNAPSHOTS,
    STEPS,
    WRITES,
    content,
    deleted_under,
    watched,
    with_a_job,
)
from .server import RunningServer


@pytest.mark.parametrize(
    ("works", "times"),
    [
        ([READS, READS], 60),
        ([SCANS, SCANS, READS], 60),
        ([WRITES, READS], 150),
        ([LOOKS, LOOKS, READS], 25),
        ([SNAPSHOTS, READS, SCANS], 25),
        ([CHANGES, READS, WRITES], 25),
        ([RESETS, READS, SCANS], 40),
        ([STEPS, STEPS, READS], 30),
    ],
    ids=["reads", "scans", "writes", "looks", "snapshots", "changes", "resets", "steps"],
)
def test_an_org_is_deleted_under(watched_server: RunningServer, works: Sequence[Sequence[Call]], times: int) -> None:
    with Crowd(watched_server.url, *works) as crowd:
        deleted_under(watched_server, crowd, content(), times)


def test_an_org_of_a_data_dir_is_deleted_under_all_of_them(tmp_path: Path) -> None:
    with (
        RunningServer(data_dir=tmp_path) as server,
        watched(server, tmp_path),
        Crowd(server.url, READS, SCANS, WRITES, LOOKS, SNAPSHOTS, CHANGES, RESETS, STEPS) as crowd,
    ):
        deleted_under(server, crowd, content(), 12)


def test_of_two_deletions_at_once_one_finds_no_org(watched_server: RunningServer) -> None:
    with Crowd(watched_server.url, READS, SCANS) as crowd, ThreadPoolExecutor(2) as pool:
        for _ in range(60):
            org, job_id = with_a_job(watched_server, content())
            visit = crowd.visit(org, job=job_id)
            visit.in_progress()
            responses = list(
                pool.map(lambda name: watched_server.http.delete(f"/_mockcrm/orgs/{name}"), [org.name] * 2)
            )
            visit.deleted.set()
            visit.end()
            assert sorted(response.status_code for response in responses) == [200, 404]
