"""Custom views: read in every version, written from v8 on."""

from __future__ import annotations

from mockcrm.core.errors.book import errors_of
from mockcrm.crm.capability import Capability
from mockcrm.crm.settings.custom_views import errors
from mockcrm.crm.settings.custom_views.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS, errors=errors_of(errors))
