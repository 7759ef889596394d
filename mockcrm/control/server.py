"""/health, /info, /reset-all: the server as a whole."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from mockcrm import __version__, coverage
from mockcrm.control.context import Running, Url, org_response
from mockcrm.control.errors import ControlError
from mockcrm.control.models import Info, OrgNames, PublicInfo
from mockcrm.core.orgs.org import OrgGone
from mockcrm.core.orgs.registry import DEFAULT, NoSuchOrg, StateError
from mockcrm.http.tls import CA, folder_of

router = APIRouter(tags=["server"])


@router.get("/health")
async def health() -> dict[str, Any]:
    """Report that the server is running."""
    # A running server handles this path before it reaches the control API, so that a health check does not load it.
    return {"status": "ok", "version": __version__}


@router.get("/info")
def info(runtime: Running, url: Url, request: Request) -> Info | PublicInfo:
    """Show the server's addresses, and the org `default` with its credentials. A server started with a control token
    shows no credentials to requests without it."""
    if not getattr(request.state, "trusted", True):
        return PublicInfo(version=__version__, base_url=url, org=DEFAULT, api_domain=url, accounts_url=url)
    default = org_response(runtime, DEFAULT, url)
    return Info(version=__version__, base_url=url, **dict(default))


@router.get("/ca.pem", response_class=Response, responses={200: {"content": {"application/x-pem-file": {}}}})
def ca(runtime: Running) -> Response:
    """Return the certificate of the CA that TLS clients have to trust."""
    if not runtime.settings.uses_tls:
        raise ControlError(404, "the server does not serve TLS; start it with --tls or --tls-port")
    content = (folder_of(runtime.registry.root) / CA).read_bytes()
    return Response(content, media_type="application/x-pem-file")


@router.get("/coverage", response_class=Response)
def show_coverage() -> Response:
    """List every emulated endpoint, what is not emulated or ignored, every documented error and how to trigger it,
    every assumption."""
    return Response(coverage.coverage_json(), media_type="application/json")


@router.post("/reset-all")
def reset_all(runtime: Running) -> OrgNames:
    """Put every org back to the state it was created with."""
    names = runtime.registry.names()
    done = []
    for name in names:
        try:
            uid = runtime.registry.reset(name)
        except (NoSuchOrg, OrgGone, StateError):
            continue  # deleted in the meantime, or unreadable, which requests for that org report
        runtime.worker.notify(uid)
        done.append(name)
    return OrgNames(orgs=done)
