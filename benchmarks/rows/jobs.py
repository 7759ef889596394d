"""Scheduled jobs: how long they take, and how long others wait meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import closing

import orjson

from benchmarks import database, fixtures
from benchmarks.bench import Bench
from benchmarks.client import Paced, WrongResponse, connect
from benchmarks.measure import MAX_FOREIGN_CPU, ForeignProcesses, Line, Spread, interleaved, percentile, watched
from benchmarks.processes import Org

POLL = 0.004
"""Seconds between two reads of the status, by which a job may appear too long."""

QUIET = 0.5
"""Seconds of rest before each measurement, in which the server copies its WAL back."""

VALUES = itertools.cycle(fixtures.RATINGS)


async def _job(org: Org, value: str, view: str = fixtures.VIEW) -> float:
    """Seconds from sending the POST to reading COMPLETED."""
    connection = await connect(org.server.port)
    post = org.request("POST", "/Leads/actions/mass_update", {"data": [{"Rating": value}], "cvid": view})
    begin = time.perf_counter()
    response = orjson.loads(await connection.ask(post))
    status = org.request("GET", f"/Leads/actions/mass_update?job_id={response['data'][0]['details']['job_id']}")
    while True:
        text = await connection.ask(status)
        if b'"COMPLETED"' in text:
            break
        await asyncio.sleep(POLL)
    taken = time.perf_counter() - begin
    connection.close()
    counts = orjson.loads(text)["data"][0]
    if counts["Updated_Count"] != 50_000:
        raise WrongResponse(f"a job over 50,000 records: {counts}")
    return taken


def _timed_job(bench: Bench, org: Org, view: str = fixtures.VIEW) -> float:
    time.sleep(QUIET)
    return bench.loop.run(_job(org, next(VALUES), view))


def middle(bench: Bench) -> list[Line]:
    """50,000 of 50,000 records against the updates alone."""
    org = bench.middle
    file = bench.folder / "raw.sqlite"
    with closing(database.connect(file)) as raw:
        database.copy(org.template, raw)
        database.checkpoint(raw)
        ids = database.lead_ids(raw)

        def updates() -> float:
            time.sleep(QUIET)
            with watched() as watch:
                database.update_in_chunks(raw, ids[0], ids[-1], next(VALUES))
            database.checkpoint(raw)
            return watch.seconds

        _timed_job(bench, org)
        updates()
        chosen, every, theirs = interleaved(
            bench.effort.job_rounds,
            lambda: _timed_job(bench, org),
            lambda: _timed_job(bench, org, fixtures.WHOLE_VIEW),
            updates,
        )
    return [
        Line(
            "job",
            f"speed of a job over 50,000 of 50,000 records, {what}",
            f"{ours.median * 1000:,.0f} ms",
            f"{theirs.median * 1000:,.0f} ms (raw SQLite)",
            (theirs / ours).shown(),
            ">= 0.6",
            (theirs / ours).median >= 0.6,
            {"mockcrm": list(ours.samples), "baseline": list(theirs.samples)},
        )
        for what, ours in (("view with a criterion", chosen), ("view without criteria", every))
    ]


def large(bench: Bench) -> list[Line]:
    """The same number of records in an org that has many others."""
    count = bench.effort.large
    small, big = bench.middle, bench.org(count, count // 50_000)
    _timed_job(bench, big)
    ours, theirs = interleaved(
        max(3, bench.effort.job_rounds - 2), lambda: _timed_job(bench, big), lambda: _timed_job(bench, small)
    )
    ratio = ours / theirs
    return [
        Line(
            "job1m",
            f"time of a job over 50,000 of {count:,} records",
            f"{ours.median * 1000:,.0f} ms",
            f"{theirs.median * 1000:,.0f} ms (50,000 of 50,000)",
            ratio.shown(),
            "<= 5" + ("" if count == 1_000_000 else " at 1,000,000"),
            ratio.median <= 5,
            {"mockcrm": list(ours.samples), "baseline": list(theirs.samples)},
        )
    ]


async def _paced(bench: Bench, org: Org, job_id: str, jobs: int) -> tuple[list[float], list[float]]:
    """Latencies of paced GETs and POSTs, while `jobs` jobs run one after another or, with 0, for two seconds."""
    ids = org.ids(200)
    reads = [org.request("GET", f"/Leads/actions/mass_update?job_id={job_id}")]
    reads += [org.request("GET", f"/Leads/{number}") for number in ids[:20]]
    # What the POSTs write is changed again by the jobs, so that both work on the same records.
    gets = Paced(org.server.port, reads, interval=0.005)
    posts = Paced(org.server.port, bench.singles(org), interval=0.01)
    await gets.start()
    await posts.start()
    if jobs:
        for _ in range(jobs):
            await _job(org, next(VALUES))
    else:
        await asyncio.sleep(2)
    await gets.stop()
    await posts.stop()
    return gets.latencies, posts.latencies


def other_requests(bench: Bench) -> list[Line]:
    """Paced requests of others to the same org, alone and while jobs run back to back."""
    org = bench.middle
    scheduled = bench.schedule(org, next(VALUES))
    while b"COMPLETED" not in org.get(f"/Leads/actions/mass_update?job_id={scheduled}"):
        time.sleep(0.05)
    found: list[tuple[list[float], ...]] = []
    rounds, repeats = max(3, bench.effort.job_rounds - 2), 10
    while len(found) < rounds:
        time.sleep(QUIET)
        foreign = ForeignProcesses()
        alone = bench.loop.run(_paced(bench, org, scheduled, 0))
        beside = bench.loop.run(_paced(bench, org, scheduled, 4))
        if foreign.share() > MAX_FOREIGN_CPU and repeats:
            repeats -= 1
            continue
        found.append((*alone, *beside))
    lines = []
    for place, (what, maximum) in enumerate((("GET", 10), ("POST with 1 id", 45))):
        alone_ms = [seconds * 1000 for one in found for seconds in one[place]]
        beside_ms = [seconds * 1000 for one in found for seconds in one[place + 2]]
        spread = Spread.of([percentile(one[place + 2], 0.99) * 1000 for one in found])
        p99 = percentile(beside_ms, 0.99)
        what += " while jobs run, p99"
        lines.append(
            Line(
                "during",
                what,
                f"{p99:.1f} ms ({min(spread.samples):.1f}..{max(spread.samples):.1f}); max {max(beside_ms):.1f}",
                f"{percentile(alone_ms, 0.99):.1f} ms (no job)",
                "",
                f"<= {maximum} ms",
                p99 <= maximum,
                {"p99 of rounds": list(spread.samples), "p50": [percentile(beside_ms, 0.5)]},
            )
        )
    return lines
