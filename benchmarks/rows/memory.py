"""Resident memory: idle after the start, and after many requests."""

from __future__ import annotations

import time

from benchmarks.bench import Bench
from benchmarks.client import request_bytes
from benchmarks.measure import Line
from benchmarks.processes import Server, free_port, mockcrm_command
from benchmarks.rows.start import DEMO_DEAL, DEMO_TOKEN, FIRST_UPDATE

MEGABYTE = 2**20
MAX_IDLE_BYTES = 75 * MEGABYTE
MAX_GROWTH = 1.1
CONNECTIONS = 16


def memory(bench: Bench) -> list[Line]:
    """A server of its own with the demo org: updates, single reads, pages and metadata in turn."""
    count = bench.effort.requests
    requests = [
        FIRST_UPDATE,
        request_bytes("GET", f"/crm/v2/Deals/{DEMO_DEAL}", token=DEMO_TOKEN),
        request_bytes("GET", "/crm/v2/Leads", token=DEMO_TOKEN),
        request_bytes("GET", "/crm/v2/settings/modules", token=DEMO_TOKEN),
    ]
    port = free_port()
    with Server(mockcrm_command(port), port, bench.folder) as server:
        server.until_ready()
        time.sleep(1)
        idle = server.rss
        bench.loop.send(port, requests, CONNECTIONS, count=1_000)
        warm = server.rss
        rate = bench.loop.send(port, requests, CONNECTIONS, count=count)
        time.sleep(1)
        after = server.rss
    samples = {"idle": [float(idle)], "warm": [float(warm)], "after": [float(after)]}
    return [
        Line(
            "memory",
            "memory (RSS), idle, demo fixture",
            f"{idle / MEGABYTE:.1f} MB",
            target="<= 75 MB",
            met=idle <= MAX_IDLE_BYTES,
            samples=samples,
        ),
        Line(
            "memory",
            f"memory after {count:,} requests ({rate:,.0f}/s)",
            f"{after / MEGABYTE:.1f} MB",
            f"{idle / MEGABYTE:.1f} idle, {warm / MEGABYTE:.1f} MB after 1,000",
            f"{after / idle:.2f} of idle, {after / warm:.2f} of warm",
            "<= 1.1 of idle",
            after <= idle * MAX_GROWTH,
            samples,
        ),
    ]
