"""Numbers: spreads of repeated measurements, percentiles, and the lines of the table."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Spread:
    """Repeated measurements of one value."""

    samples: tuple[float, ...]

    @classmethod
    def of(cls, samples: Sequence[float]) -> Spread:
        return cls(tuple(samples))

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    def shown(self, digits: int = 2, unit: str = "") -> str:
        """`0.62 (0.60..0.65)`, with the unit behind it."""
        low, high = min(self.samples), max(self.samples)
        return f"{self.median:,.{digits}f} ({low:,.{digits}f}..{high:,.{digits}f}){unit}"

    def __truediv__(self, other: Spread) -> Spread:
        """Divide round by round, so that a slow moment of the machine affects both sides of a ratio."""
        return Spread.of([a / b for a, b in zip(self.samples, other.samples, strict=True)])


@dataclass(frozen=True)
class Line:
    """A line of the table. `met` None: the line has no target and is only for comparison."""

    name: str
    what: str
    mockcrm: str
    baseline: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None
    samples: dict[str, list[float]] = field(default_factory=dict)


def per_second(
    name: str, what: str, ours: Spread, theirs: Spread, least: float | None, baseline: str = "bare FastAPI"
) -> Line:
    """A line that compares requests per second; `least` is the target, the smallest ratio allowed."""
    ratio = ours / theirs
    return Line(
        name,
        what,
        f"{ours.median:,.0f}/s",
        f"{theirs.median:,.0f}/s ({baseline})",
        ratio.shown(),
        "" if least is None else f">= {least}",
        None if least is None else ratio.median >= least,
        {"mockcrm": list(ours.samples), "baseline": list(theirs.samples), "ratio": list(ratio.samples)},
    )


def interleaved(rounds: int, *sides: Callable[[], float]) -> list[Spread]:
    """Measure the sides in turn, `rounds` times, each round beginning with another one.

    A round in which other processes were busy is measured again, up to MAX_REPEATS times the number of rounds.
    """
    samples: list[list[float]] = [[] for _ in sides]
    repeats = rounds * MAX_REPEATS
    number = 0
    while number < rounds:
        meter = ForeignProcesses()
        taken = [0.0] * len(sides)
        for place in range(len(sides)):
            side = (place + number) % len(sides)
            taken[side] = sides[side]()
        if meter.share() > MAX_FOREIGN_CPU and repeats > 0:
            repeats -= 1
            continue
        number += 1
        for side, value in enumerate(taken):
            samples[side].append(value)
    if repeats < rounds * MAX_REPEATS:
        again = rounds * MAX_REPEATS - repeats
        more = "" if repeats else "; the figures hold for a busy machine"
        print(
            f"  .. {again} rounds measured again because other processes were busy{more}", file=sys.stderr, flush=True
        )
    return [Spread.of(values) for values in samples]


MAX_FOREIGN_CPU = 0.1
"""The most of one core that other processes may use during a round."""

MAX_REPEATS = 6


class ForeignProcesses:
    """The processor time of processes that this one did not start."""

    def __init__(self) -> None:
        self._begin = time.perf_counter()
        self._before = self._seconds()

    def share(self) -> float:
        """Return their share of one core since this object was created."""
        return (self._seconds() - self._before) / (time.perf_counter() - self._begin)

    @staticmethod
    def _seconds() -> float:
        hertz = os.sysconf("SC_CLK_TCK")
        user, nice, system = Path("/proc/stat").read_text("ascii").split()[1:4]
        everybody = (int(user) + int(nice) + int(system)) / hertz
        own = sum(os.times()[:4])
        for children in Path("/proc/self/task").glob("*/children"):
            for child in children.read_text("ascii").split():
                try:
                    text = Path(f"/proc/{child}/stat").read_text("ascii", "replace")
                except OSError:  # it has just ended
                    continue
                own += sum(map(int, text.rpartition(")")[2].split()[11:13])) / hertz
        return everybody - own


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least `share` of the samples do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 10_000) * len(ordered) // 10_000) - 1))]


class Watch:
    """Seconds that a block took."""

    seconds = 0.0


@contextmanager
def watched() -> Iterator[Watch]:
    """Time a block."""
    watch = Watch()
    begin = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - begin
