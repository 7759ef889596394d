"""From spawning the process to its first answers."""

from __future__ import annotations

import time

from benchmarks.bench import Bench
from benchmarks.client import request_bytes
from benchmarks.measure import Line, Spread, interleaved
from benchmarks.processes import HEALTH, Server, free_port, mockcrm_command, uvicorn_command

DEMO_TOKEN = "1000.demo.access"
DEMO_DEAL = "554023000000497007"
FIRST_UPDATE = request_bytes(
    "POST",
    "/crm/v2/Deals/actions/mass_update",
    token=DEMO_TOKEN,
    body=b'{"data":[{"Stage":"Qualification"}],"ids":["%s"]}' % DEMO_DEAL.encode(),
)


def start(bench: Bench) -> list[Line]:
    """Spawn to the first health answer, and to the first mass update, of the demo org."""
    updates: list[float] = []
    stops: list[float] = []

    def mockcrm() -> float:
        port = free_port()
        begin = time.perf_counter()
        with Server(mockcrm_command(port), port, bench.folder) as server:
            server.first_answer(request_bytes("GET", HEALTH))
            taken = time.perf_counter() - begin
            server.first_answer(FIRST_UPDATE)
            updates.append(time.perf_counter() - begin)
            begin = time.perf_counter()
        stops.append(time.perf_counter() - begin)
        return taken

    def bare() -> float:
        port = free_port()
        begin = time.perf_counter()
        with Server(uvicorn_command("benchmarks.bare:app", port), port, bench.folder) as server:
            server.first_answer(request_bytes("GET", HEALTH))
            return time.perf_counter() - begin

    for side in (mockcrm, bare, mockcrm, bare):  # caches: .pyc and the page cache
        side()
    updates.clear()
    ours, theirs = interleaved(2 * bench.effort.rounds + 1, mockcrm, bare)
    lines = []
    for what, spread, most in (("health answer", ours, 1.3), ("mass update answer", Spread.of(updates), None)):
        ratio = spread / theirs
        lines.append(
            Line(
                "start",
                f"spawn to first {what}, demo fixture",
                f"{spread.median * 1000:,.0f} ms",
                f"{theirs.median * 1000:,.0f} ms (bare FastAPI)",
                ratio.shown(),
                "" if most is None else f"<= {most}",
                None if most is None else ratio.median <= most,
                {"mockcrm": list(spread.samples), "baseline": list(theirs.samples)},
            )
        )
    return lines
