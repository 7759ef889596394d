"""From spawning the process to its first responses."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from benchmarks.bench import Bench
from benchmarks.client import request_bytes
from benchmarks.measure import Line, interleaved
from benchmarks.processes import HEALTH, Server, free_port, mockcrm_command, uvicorn_command

Command = Callable[[int], list[str]]
DEMO_TOKEN = "1000.demo.access"
DEMO_DEAL = "554023000000497007"
FIRST_UPDATE = request_bytes(
    "POST",
    "/crm/v2/Deals/actions/mass_update",
    token=DEMO_TOKEN,
    body=b'{"data":[{"Stage":"Qualification"}],"ids":["%s"]}' % DEMO_DEAL.encode(),
)


def _spawned(bench: Bench, command: Command, request: bytes) -> float:
    port = free_port()
    begin = time.perf_counter()
    with Server(command(port), port, bench.folder) as server:
        server.first_response(request)
        return time.perf_counter() - begin


def start(bench: Bench) -> list[Line]:
    """From the spawn to the first health response, and to the response of the first mass update in the demo org."""
    health = request_bytes("GET", HEALTH)
    sides = (
        partial(_spawned, bench, mockcrm_command, health),
        partial(_spawned, bench, mockcrm_command, FIRST_UPDATE),
        partial(_spawned, bench, partial(uvicorn_command, "benchmarks.bare:app"), health),
    )
    for side in sides * 2:  # caches: .pyc and the page cache
        side()
    healthy, updated, theirs = interleaved(bench.effort.rounds, *sides)
    lines = []
    for what, ours, maximum in (("health response", healthy, 1.3), ("mass update response", updated, None)):
        ratio = ours / theirs
        lines.append(
            Line(
                "start",
                f"spawn to first {what}, demo fixture",
                f"{ours.median * 1000:,.0f} ms",
                f"{theirs.median * 1000:,.0f} ms (bare FastAPI)",
                ratio.shown(),
                "" if maximum is None else f"<= {maximum}",
                None if maximum is None else ratio.median <= maximum,
                {"mockcrm": list(ours.samples), "baseline": list(theirs.samples)},
            )
        )
    return lines
