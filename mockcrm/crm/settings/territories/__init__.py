"""GET /settings/territories."""

from __future__ import annotations

from mockcrm.crm.capability import Capability
from mockcrm.crm.settings.territories.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS)
