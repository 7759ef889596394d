"""Requests per second against FastAPI applications that do less."""

from __future__ import annotations

from functools import partial

from benchmarks import database, fixtures
from benchmarks.bench import Bench, bare_request
from benchmarks.measure import Line, Spread, interleaved, per_second
from benchmarks.processes import free_port, uvicorn_command

MASS_UPDATE = "/Leads/actions/mass_update"
BOTH = (1, 32)
"""Connections: alone, and as many as a test suite may open."""


def _against_bare(bench: Bench, ours: list[bytes], theirs: list[bytes], connections: int) -> tuple[Spread, Spread]:
    effort, mock, bare = bench.effort, bench.mock.port, bench.bare.port
    load = partial(bench.loop.load, connections=connections, seconds=effort.seconds)
    load(mock, ours)
    load(bare, theirs)
    first, second = interleaved(effort.rounds, lambda: load(mock, ours), lambda: load(bare, theirs))
    return first, second


def _connections(number: int) -> str:
    return f"{number} connection{'s' if number > 1 else ''}"


def post_one(bench: Bench) -> list[Line]:
    """A mass update of one record, committed before the response."""
    ours = bench.singles(bench.small)
    bodies = [request.split(b"\r\n\r\n", 1)[1] for request in ours]
    theirs = [bare_request("POST", MASS_UPDATE, body) for body in bodies]
    lines = []
    for connections, least in zip(BOTH, (0.5, 0.6), strict=True):
        spreads = _against_bare(bench, ours, theirs, connections)
        lines.append(per_second("post1", f"POST with 1 id, {_connections(connections)}", *spreads, least))
    return lines


def post_many(bench: Bench) -> list[Line]:
    """A mass update of 500 records compared with a handler written by hand."""
    org = bench.middle
    ids = org.ids(2_500)
    groups = [ids[first : first + 500] for first in range(0, len(ids), 500)]
    ours = [org.mass_update(value, ids=group) for value in fixtures.RATINGS for group in groups]
    bodies = [request.split(b"\r\n\r\n", 1)[1] for request in ours]
    file = bench.folder / "handwritten.sqlite"
    database.handwritten_copy(org.template, file)
    port = free_port()
    command = uvicorn_command("benchmarks.handwritten:app", port)
    server = bench.serve(command, port, {"BENCHMARK_DATABASE": str(file)})
    each = [bare_request("POST", "/each", body) for body in bodies]
    at_once = [bare_request("POST", "/all", body) for body in bodies]
    lines = []
    for connections in (1, 8):
        load = partial(bench.loop.load, connections=connections, seconds=bench.effort.seconds)
        sides = (
            partial(load, bench.mock.port, ours),
            partial(load, server.port, each),
            partial(load, server.port, at_once),
        )
        for side in sides:
            side()
        spreads = interleaved(bench.effort.rounds, *sides)
        what = f"POST with 500 ids, {_connections(connections)}"
        compared = {"by hand, executemany": spreads[1], "by hand, one statement": spreads[2]}
        faster = max(compared, key=lambda name: compared[name].median)
        for name, spread in compared.items():
            lines.append(per_second("post500", what, spreads[0], spread, 0.8 if name == faster else None, name))
    return lines


def job_status(bench: Bench) -> list[Line]:
    """The status of a finished job."""
    path = f"{MASS_UPDATE}?job_id={bench.finished_job}"
    ours, theirs = [bench.small.request("GET", path)], [bare_request("GET", path)]
    return [
        per_second(
            "status",
            f"GET job status, {_connections(number)}",
            *_against_bare(bench, ours, theirs, number),
            0.6,
        )
        for number in BOTH
    ]


def page(bench: Bench) -> list[Line]:
    """A page of 200 records with every field."""
    ours, theirs = [bench.small.request("GET", "/Leads")], [bare_request("GET", "/Leads")]
    size = len(bench.small.get("/Leads")) // 1024
    return [
        per_second(
            "page",
            f"GET page of 200 records ({size} KiB), {_connections(number)}",
            *_against_bare(bench, ours, theirs, number),
            0.3,
        )
        for number in BOTH
    ]
