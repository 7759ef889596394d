"""A typed client of the control API (/_mockcrm), for the command line and for tests in Python."""

from __future__ import annotations

from mockcrm.client.control import ControlClient, ControlError, Json, OrgControl, ServerUnreachable

__all__ = ["ControlClient", "ControlError", "Json", "OrgControl", "ServerUnreachable"]
