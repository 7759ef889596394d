"""GET /settings/related_lists."""

from __future__ import annotations

from mockcrm.crm.capability import Capability
from mockcrm.crm.settings.related_lists.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS)
