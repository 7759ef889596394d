"""Resetting an org, compared with the backup call that it needs."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks import database, fixtures
from benchmarks.bench import Bench
from benchmarks.client import HOST, WrongResponse
from benchmarks.measure import Line, Spread, interleaved, percentile, watched
from benchmarks.processes import Org

WAL_LIMIT = 64 * 2**20
MEGABYTE = 2**20
Ask = Callable[[str, str, bytes], None]


def reset(bench: Bench) -> list[Line]:
    """Resets one by one, each after a change and a rest."""
    small, large = _compared(bench, bench.small, 0.05), _compared(bench, bench.middle, 0.6)
    lines = []
    for count, (ours, theirs), maximum in ((500, small, None), (50_000, large, 1.3)):
        ratio = ours / theirs
        met = ours.median <= 0.003 if maximum is None else ratio.median <= maximum
        lines.append(
            Line(
                "reset",
                f"reset of an org of {count:,} records",
                Spread.of([value * 1000 for value in ours.samples]).shown(1, " ms"),
                f"{theirs.median * 1000:,.1f} ms (raw backup)",
                ratio.shown(),
                "<= 3 ms" if maximum is None else f"<= {maximum}",
                met,
                {"mockcrm": list(ours.samples), "baseline": list(theirs.samples)},
            )
        )
    return lines


def _compared(bench: Bench, org: Org, rest: float) -> list[Spread]:
    file = bench.folder / f"backup-{org.name}.sqlite"
    (number,) = org.ids(1)
    connection = _kept_connection(org)
    values = iter(fixtures.RATINGS * 1000)
    with closing(database.connect(file)) as raw:
        database.copy(org.template, raw)
        database.checkpoint(raw)

        def ours() -> float:
            body = b'{"data":[{"Rating":"%s"}],"ids":["%s"]}' % (next(values).encode(), number.encode())
            connection("POST", "/crm/v2/Leads/actions/mass_update", body)
            time.sleep(rest)
            with watched() as watch:
                connection("POST", f"/_mockcrm/orgs/{org.name}/reset", b"")
            return watch.seconds

        def theirs() -> float:
            raw.execute("UPDATE record SET modified_time = modified_time + 1 WHERE id = ?", (int(number),))
            time.sleep(rest)
            with watched() as watch:
                database.copy(org.template, raw)
            database.checkpoint(raw)
            return watch.seconds

        ours()
        theirs()
        return interleaved(2 * bench.effort.rounds + 1, ours, theirs)


def _kept_connection(org: Org) -> Ask:
    client = http.client.HTTPConnection(HOST, org.server.port, timeout=600)
    client.connect()
    assert client.sock is not None
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    headers = {"Authorization": f"Zoho-oauthtoken {org.token}", "Content-Type": "application/json"}

    def ask(method: str, path: str, body: bytes) -> None:
        client.request(method, path, body or None, headers if body else {})
        response = client.getresponse()
        text = response.read()
        if response.status != 200:
            raise WrongResponse(f"{path}: {response.status} {text[:500]!r}")

    return ask


def _watch(folder: Path, peak: list[int], stop: threading.Event) -> None:
    while not stop.wait(0.02):
        peak[0] = max(peak[0], *database.wal_sizes(folder).values())


def many_resets(bench: Bench) -> list[Line]:
    """Resets back to back, as a test suite does them, and what they leave on the disk."""
    lines = []
    for org, number, count in (
        (bench.small, bench.effort.resets, 500),
        (bench.middle, bench.effort.resets // 20, 50_000),
    ):
        peak, stop = [0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(bench.root(), peak, stop))
        watcher.start()
        connection = _kept_connection(org)
        taken = []
        try:
            for _ in range(number):
                with watched() as one:
                    connection("POST", f"/_mockcrm/orgs/{org.name}/reset", b"")
                taken.append(one.seconds * 1000)
        finally:
            stop.set()
            watcher.join()
        time.sleep(2)
        left = max(database.wal_sizes(bench.root()).values())
        lines.append(
            Line(
                "wal",
                f"largest WAL after {number:,} resets of {count:,} records",
                f"{left / MEGABYTE:,.1f} MB (peak {peak[0] / MEGABYTE:,.0f} MB)",
                f"p50 {percentile(taken, 0.5):.1f}, p99 {percentile(taken, 0.99):.1f} ms a reset",
                "",
                "<= 64 MB",
                left <= WAL_LIMIT,
                {"left": [float(left)], "peak": [float(peak[0])], "ms": taken},
            )
        )
    return lines
