"""A typed client of the control API (/_mockcrm), for the command line and for tests in Python."""

from __future__ import annotations

from mockcrm.client.control import ControlClient, OrgControl
from mockcrm.client.errors import ControlError, ServerUnreachable
from mockcrm.client.parts import Faults, Jobs, Json, OrgClock, Requests

__all__ = [
    "ControlClient",
    "ControlError",
    "Faults",
    "Jobs",
    "Json",
    "OrgClock",
    "OrgControl",
    "Requests",
    "ServerUnreachable",
]
