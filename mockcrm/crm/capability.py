"""What a folder of the emulated API says of itself: its endpoints, its errors and the actions of its jobs."""

from __future__ import annotations

from dataclasses import dataclass

from mockcrm.core.bulk.action import Action
from mockcrm.core.errors import ZohoError
from mockcrm.http.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability of the emulated API.

    `name` is the import name of its package, whose docs.yaml says what the docs pages tell about it. `errors` are those
    that only this capability raises; `actions` are those that the job engine runs for it.
    """

    name: str
    endpoints: tuple[Endpoint, ...]
    errors: tuple[type[ZohoError], ...] = ()
    actions: tuple[Action, ...] = ()
