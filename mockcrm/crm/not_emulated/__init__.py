"""Paths of the real API that are not emulated."""

from __future__ import annotations

from mockcrm.crm.capability import Capability
from mockcrm.crm.not_emulated.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS)
