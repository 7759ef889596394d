"""`python -m benchmarks [names...] [--quick] [--json FILE]`: measure, and print the table."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import orjson

from benchmarks.bench import FULL, QUICK, Bench, Effort
from benchmarks.client import WrongResponse
from benchmarks.measure import Line
from benchmarks.rows import ROWS

HEAD = ("what", "mockcrm", "baseline", "ratio, median (min..max)", "target", "met")
PACKAGES = ("fastapi", "starlette", "uvicorn", "uvloop", "httptools", "orjson", "pydantic")


def machine() -> str:
    """Return the machine and versions for which the figures are valid."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {packages}"
    )


def table(lines: list[Line]) -> str:
    """Return the lines as a Markdown table."""
    marks = {True: "yes", False: "NO", None: ""}
    cells = [HEAD, *((it.what, it.mockcrm, it.baseline, it.ratio, it.target, marks[it.met]) for it in lines)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(HEAD))]
    padded = ((cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    rows = ["| " + " | ".join(row) + " |" for row in padded]
    return "\n".join([rows[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *rows[1:]])


def main() -> int:
    """Run the named rows, or all; return 1 when one could not be measured. A missed target is not a failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"rows to run (default: all): {', '.join(ROWS)}")
    parser.add_argument("--quick", action="store_true", help="shorter and less certain, 200,000 records for 1,000,000")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample there")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in ROWS]:
        parser.error(f"unknown row {unknown[0]!r}; there are {', '.join(ROWS)}")
    names = [name for name in ROWS if name in options.names or not options.names]
    lines: list[Line] = []
    print(machine(), flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
            complete = measure(names, QUICK if options.quick else FULL, Path(folder), lines)
    finally:  # what was measured before an interruption is worth having
        print(table(lines))
        if options.json is not None:
            content = {"machine": machine(), "quick": options.quick, "lines": [asdict(line) for line in lines]}
            options.json.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    return 0 if complete else 1


def measure(names: list[str], effort: Effort, folder: Path, lines: list[Line]) -> bool:
    """Add the lines of each row; return whether every row could be measured."""
    complete = True
    with Bench(folder, effort) as bench:
        for name in names:
            begin = time.monotonic()
            bench.say(f"{name}: {(ROWS[name].__doc__ or '').strip()}")
            try:
                lines += ROWS[name](bench)
            except WrongResponse as fault:
                complete = False
                bench.say(f"{name}: not measured: {fault}")
            bench.say(f"{name}: {time.monotonic() - begin:.0f} s")
    return complete


if __name__ == "__main__":
    sys.exit(main())
