"""GET /__features."""

from __future__ import annotations

from mockcrm.crm.capability import Capability
from mockcrm.crm.features.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS)
