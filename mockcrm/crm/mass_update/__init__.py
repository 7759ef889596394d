"""Mass update: by ids at once, or as a job over a custom view."""

from __future__ import annotations

from mockcrm.core.errors.book import errors_of
from mockcrm.crm.capability import Capability
from mockcrm.crm.mass_update import errors
from mockcrm.crm.mass_update.action import MassUpdate
from mockcrm.crm.mass_update.endpoints import ENDPOINTS

CAPABILITY = Capability(__name__, endpoints=ENDPOINTS, errors=errors_of(errors), actions=(MassUpdate(),))
