"""Three hundred orgs are deleted under clients that do everything at once, on a data dir."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.crowd import Crowd
from tests.live.lifetime import (
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
)
from tests.live.server import RunningServer

from .evidence import evidence

DELETIONS = 300


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["manual", "auto"])
def test_three_hundred_deletions(tmp_path: Path, mode: str) -> None:
    works = (READS, READS, SCANS, WRITES, LOOKS, SNAPSHOTS, CHANGES, RESETS, STEPS)
    data_dir = tmp_path / "data"
    with evidence("deletions", tmp_path) as kept, RunningServer(data_dir=data_dir) as server:
        kept.watch(server)
        with watched(server, data_dir), Crowd(server.url, *works) as crowd:
            deleted_under(server, crowd, content(500, settings={"job_policy": {"mode": mode}}), DELETIONS)
