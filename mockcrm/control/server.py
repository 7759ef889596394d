"""/health, /info, /reset-all: the server as a whole."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from mockcrm import __version__, coverage
from mockcrm.control.context import Running, Url, org_answer
from mockcrm.control.models import Info, OrgNames
from mockcrm.state.orgs import DEFAULT

router = APIRouter(tags=["server"])


@router.get("/health")
async def health() -> dict[str, Any]:
    """Whether the server answers. In the running server a shorter way answers this, without loading this API."""
    return {"status": "ok", "version": __version__}


@router.get("/info")
def info(runtime: Running, url: Url) -> Info:
    """Addresses, and the org `default` with its credentials."""
    default = org_answer(runtime, DEFAULT, url)
    return Info(version=__version__, base_url=url, **dict(default))


@router.get("/coverage", response_class=Response)
def show_coverage() -> Response:
    """Every emulated endpoint, every documented error and how to get it, every assumption."""
    return Response(coverage.published(), media_type="application/json")


@router.post("/reset-all")
def reset_all(runtime: Running) -> OrgNames:
    """Put every org back to the state it was created with."""
    names = runtime.registry.names()
    done = []
    for name in names:
        try:
            runtime.registry.reset(name)
        except KeyError:
            continue  # deleted meanwhile
        runtime.worker.notify(name)
        done.append(name)
    return OrgNames(orgs=done)
