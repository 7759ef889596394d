"""The rows of the table, in its order: each a function from a Bench to the lines that it adds."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.bench import Bench
from benchmarks.measure import Line
from benchmarks.rows import jobs, memory, requests, reset, start

ROWS: dict[str, Callable[[Bench], list[Line]]] = {
    "post1": requests.post_one,
    "post500": requests.post_many,
    "status": requests.job_status,
    "page": requests.page,
    "job": jobs.middle,
    "job1m": jobs.large,
    "during": jobs.other_requests,
    "start": start.start,
    "reset": reset.reset,
    "wal": reset.many_resets,
    "memory": memory.memory,
}
