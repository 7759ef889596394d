"""Clocks as values, and times as the API writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockcrm.core import clock
from mockcrm.core.clock import Clock, SystemClock, iso, parse_iso, parse_offset
from tests.support.for_each import for_each


@pytest.fixture(autouse=True)
def _system_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "SYSTEM", SystemClock(lambda: 1000.0, lambda: 7.0))


def test_clock_runs_freezes_and_is_advanced() -> None:
    assert Clock().now() == 1000.0
    assert Clock().advance(5).now() == 1005.0
    assert Clock().freeze(7.0).now() == 7.0
    assert Clock().advance(5).freeze().now() == 1005.0
    frozen = Clock().freeze(7.0).advance(-2)
    assert (frozen.now(), frozen.frozen_at) == (5.0, 5.0)
    running = frozen.run()
    assert (running.now(), running.frozen_at, running.shift) == (5.0, None, -995.0)
    assert frozen.run(50.0).now() == 50.0


def test_clock_is_a_value() -> None:
    first = Clock()
    first.advance(5)
    first.freeze()
    assert first == Clock()


@pytest.mark.parametrize(
    ("text", "seconds"), [("+00:00", 0), ("-00:00", 0), ("+05:30", 19800), ("-08:00", -28800), ("+14:00", 50400)]
)
def test_offset(text: str, seconds: int) -> None:
    assert parse_offset(text) == seconds


@for_each("text", ["", "Z", "+5:30", "+0530", "+15:00", "+05:60", "05:30", "+05:30 "])
def test_no_offset(text: str) -> None:
    with pytest.raises(ValueError, match="not a UTC offset"):
        parse_offset(text)


def test_time_on_the_wire() -> None:
    assert iso(1614752220, 19800) == "2021-03-03T11:47:00+05:30"
    assert iso(0, 0) == "1970-01-01T00:00:00+00:00"
    assert parse_iso("1970-01-01T00:00:01") == 1
    assert parse_iso("1970-01-01T01:00:00+01:00") == 0


@given(st.integers(0, 2**32), st.sampled_from([0, 19800, -28800, 50400]))
def test_time_that_was_written_is_read_again(seconds: int, offset: int) -> None:
    assert parse_iso(iso(seconds, offset)) == seconds


@pytest.mark.parametrize(
    ("text", "offset", "shown"),
    [
        ("2024-01-01T10:00:00Z", 19800, "2024-01-01T15:30:00+05:30"),
        ("2024-01-01T10:00:00.9+05:30", 0, "2024-01-01T04:30:00+00:00"),
        ("2024-01-01T10:00+05:30", 19800, "2024-01-01T10:00:00+05:30"),
    ],
)
def test_times_are_shown_in_the_zone_of_the_org(text: str, offset: int, shown: str) -> None:
    assert clock.in_zone(text, offset) == shown


# -- the system's clock ------------------------------------------------------------------------------------------


class Machine:
    """A machine whose clocks a test moves."""

    def __init__(self) -> None:
        self.wall, self.monotonic = 1_700_000_000.0, 50.0
        self.clock = SystemClock(lambda: self.wall, lambda: self.monotonic)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


def test_the_system_clock_reads_nothing_before_its_first_use() -> None:
    def unread() -> float:
        raise AssertionError("read")

    SystemClock(unread, unread)


def test_the_system_clock_goes_on_after_a_step_back() -> None:
    machine = Machine()
    assert machine.clock.now() == 1_700_000_000
    machine.wall -= 3600
    assert machine.clock.now() == 1_700_000_000
    machine.passes(5)
    assert machine.clock.now() == 1_700_000_005
    machine.wall += 3600
    assert machine.clock.now() == 1_700_000_005


def test_the_system_clock_follows_steps_forward_and_a_suspended_machine() -> None:
    machine = Machine()
    machine.clock.now()
    machine.wall += 7200  # while the monotonic clock stood
    assert machine.clock.now() == 1_700_007_200
    machine.passes(1)
    assert machine.clock.now() == 1_700_007_201


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6)), max_size=30))
def test_the_system_clock_never_goes_back_and_never_stands(steps: list[tuple[float, float]]) -> None:
    machine = Machine()
    before = machine.clock.now()
    for step, seconds in steps:
        machine.wall += step
        machine.passes(seconds)
        now = machine.clock.now()
        assert now >= before + seconds - 1e-3
        assert now >= machine.wall - 1e-3
        before = now


def test_an_orgs_clock_goes_by_the_system_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    monkeypatch.setattr(clock, "SYSTEM", machine.clock)
    found = Clock().run(500.0)
    machine.wall -= 3600
    machine.passes(5)
    assert found.now() == 505.0
