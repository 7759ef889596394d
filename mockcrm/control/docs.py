"""/docs and /api-docs: the OpenAPI documents of the server for readers, by Swagger UI.

Everything that the pages load comes from this server, because a test machine may have no internet access; their
Content-Security-Policy enforces this.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from mockcrm.core.versions import VERSIONS

STATIC = Path(__file__).parent / "static"
"""Served below /docs/static."""
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A page elsewhere could show these in a frame, and have its reader click on Execute without seeing it."""

router = APIRouter(include_in_schema=False)

_PAGE = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>{title}</title>
    <link rel="icon" href="docs/static/swagger-ui/favicon-32x32.png">
    <link rel="stylesheet" href="docs/static/swagger-ui/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script type="application/json" id="documents">{documents}</script>
    <script src="docs/static/swagger-ui/swagger-ui-bundle.js"></script>
    <script src="docs/static/swagger-ui/swagger-ui-standalone-preset.js"></script>
    <script src="docs/static/docs.js"></script>
  </body>
</html>
"""


@router.get("/docs")
def control_docs() -> HTMLResponse:
    """Show the control API."""
    return _page("mockcrm control API", [("openapi.json", "control API")])


@router.get("/api-docs")
def api_docs() -> HTMLResponse:
    """Show the emulated API, the newest version first."""
    return _page("Zoho CRM API", [(f"openapi/{label}.json", label) for label in reversed(VERSIONS)])


def _page(title: str, documents: Sequence[tuple[str, str]]) -> HTMLResponse:
    named = orjson.dumps([{"url": url, "name": name} for url, name in documents]).decode()
    return HTMLResponse(_PAGE.format(title=title, documents=named), headers={"Content-Security-Policy": POLICY})
