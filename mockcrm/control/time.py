"""/orgs/{org}/clock: showing, setting, freezing and advancing an org's time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body

from mockcrm.control.context import Running, open_org
from mockcrm.control.errors import ControlError
from mockcrm.control.models import MAX_TIME, Advance, ClockChange, ClockState
from mockcrm.core.clock import Clock, iso
from mockcrm.core.orgs.org import Org
from mockcrm.http.runtime import Runtime

router = APIRouter(prefix="/orgs/{org}/clock", tags=["clock"])


@router.get("")
def show(org: str, runtime: Running) -> ClockState:
    """Show the org's time, and whether it is frozen."""
    with open_org(runtime, org) as found:
        return _state(found, found.clock)


@router.put("")
def change(org: str, runtime: Running, body: Annotated[ClockChange | None, Body()] = None) -> ClockState:
    """Set, freeze or start the clock. Without `frozen` it stays frozen or running as it was."""
    requested = body or ClockChange()

    def changed(clock: Clock) -> Clock:
        frozen = clock.frozen_at is not None if requested.frozen is None else requested.frozen
        if requested.now is None and frozen == (clock.frozen_at is not None):
            return clock
        return clock.freeze(requested.now) if frozen else clock.run(requested.now)

    with open_org(runtime, org) as found:
        return _state(found, _change_clock(runtime, found, changed))


@router.post("/advance")
def advance(org: str, runtime: Running, body: Annotated[Advance | None, Body()] = None) -> ClockState:
    """Advance the clock by some seconds; a frozen clock stays frozen."""
    requested = body or Advance()

    def advanced(clock: Clock) -> Clock:
        later = clock.advance(requested.seconds)
        if later.now() > MAX_TIME:
            raise ControlError(400, "the clock would leave the year 9999", "body.seconds")
        return later

    with open_org(runtime, org) as found:
        return _state(found, _change_clock(runtime, found, advanced))


def _change_clock(runtime: Runtime, org: Org, change: Callable[[Clock], Clock]) -> Clock:
    clock = org.change_clock(change)
    # Jobs of the policy `paced` advance by this clock.
    runtime.worker.notify(org.uid)
    return clock


def _state(org: Org, clock: Clock) -> ClockState:
    return ClockState(now=iso(int(clock.now()), org.metadata.org.offset), frozen=clock.frozen_at is not None)
