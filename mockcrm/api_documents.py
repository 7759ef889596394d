"""The OpenAPI documents of the emulated API and the accounts host, served below /_mockcrm, where the control API is.

Imported with the control API; what makes the documents is imported when the first of them is requested.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import orjson
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mockcrm.core.errors.book import ErrorBook
from mockcrm.crm.capability import Capability
from mockcrm.http.request import base_url

if TYPE_CHECKING:
    from mockcrm.http.openapi import Documents


class ApiDocuments:
    """The documents of a server whose emulated API has these capabilities."""

    def __init__(self, capabilities: Sequence[Capability], book: ErrorBook) -> None:
        self._capabilities = capabilities
        self._book = book
        self._making = Lock()

    def add_to(self, control: FastAPI) -> None:
        """Add the documents to the routes of the control API."""
        control.add_route("/openapi/{label}.json", self.send)
        control.add_route("/api-openapi.json", self.send)

    def send(self, request: Request) -> Response:
        """Send the document of a version, `all` or `any` (the default). Not a coroutine: making one takes a second, for
        which Starlette uses a thread."""
        from mockcrm.http.openapi import ANY, DOCUMENTS

        label = request.path_params.get("label", ANY)
        if label not in DOCUMENTS:
            raise HTTPException(404)
        with self._making:  # FastAPI cannot describe models in two threads at once, and each would take a whole core
            document = self._documents.document(label, base_url(request.scope))
        return Response(orjson.dumps(document), media_type="application/json")

    @cached_property
    def _documents(self) -> Documents:
        from mockcrm.accounts.models import OPERATIONS
        from mockcrm.crm.openapi import operations
        from mockcrm.http.openapi import Documents

        return Documents(lambda: [*operations(self._capabilities), *OPERATIONS], self._book)
