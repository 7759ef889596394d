"""Records of a module (docs/contract/mass-update-and-core.md 4)."""

from __future__ import annotations

from mockcrm.core.errors.book import errors_of
from mockcrm.crm.capability import Capability
from mockcrm.crm.records import errors, territory_errors
from mockcrm.crm.records.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS, errors=errors_of(errors, territory_errors))
