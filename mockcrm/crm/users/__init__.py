"""GET /users."""

from __future__ import annotations

from mockcrm.crm.capability import Capability
from mockcrm.crm.users.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS)
