"""What a folder of the emulated API defines: its endpoints, its errors and the actions of its jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from mockcrm.core.bulk.action import Action
from mockcrm.core.errors import ZohoError
from mockcrm.http.endpoint import Endpoint

if TYPE_CHECKING:
    from mockcrm.http.documented import Documented


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability of the emulated API.

    `name` is the import name of its package, whose docs.yaml has its part of the docs pages. `errors` are those
    that only this capability raises; `actions` are those that the job engine runs for it. `documents` returns what the
    OpenAPI documents say of its operations, by the name of the handler; by default DOCUMENTED of the package's
    models.py, which is imported only then.
    """

    name: str
    endpoints: tuple[Endpoint, ...]
    errors: tuple[type[ZohoError], ...] = ()
    actions: tuple[Action, ...] = ()
    documents: Callable[[], Mapping[str, Documented]] | None = None

    def documented(self) -> Mapping[str, Documented]:
        """Return what the OpenAPI documents say of the operations, by the name of the handler."""
        if self.documents is not None:
            return self.documents()
        found: Mapping[str, Documented] = import_module(f"{self.name}.models").DOCUMENTED
        return found
