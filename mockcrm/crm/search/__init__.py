"""Search and count of records."""

from __future__ import annotations

from mockcrm.core.errors.book import errors_of
from mockcrm.crm.capability import Capability
from mockcrm.crm.search import errors
from mockcrm.crm.search.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS, errors=errors_of(errors))
