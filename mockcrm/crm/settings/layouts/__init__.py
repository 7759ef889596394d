"""GET /settings/layouts."""

from __future__ import annotations

from mockcrm.crm.capability import Capability
from mockcrm.crm.settings.layouts.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS)
