"""GET /settings/roles."""

from __future__ import annotations

from mockcrm.crm.capability import Capability
from mockcrm.crm.settings.roles.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS)
