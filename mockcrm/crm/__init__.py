"""The emulated API: one folder per capability, and the list of them from which routes, docs, errors and documents are
made."""

from __future__ import annotations

from mockcrm.crm import features, mass_update, not_emulated, org, records, search, users
from mockcrm.crm.capability import Capability
from mockcrm.crm.settings import custom_views, fields, layouts, modules, profiles, related_lists, roles, territories
from mockcrm.http.endpoint import Endpoint

CAPABILITIES: tuple[Capability, ...] = (
    mass_update.CAPABILITY,
    modules.CAPABILITY,
    fields.CAPABILITY,
    custom_views.CAPABILITY,
    layouts.CAPABILITY,
    related_lists.CAPABILITY,
    territories.CAPABILITY,
    profiles.CAPABILITY,
    roles.CAPABILITY,
    users.CAPABILITY,
    org.CAPABILITY,
    features.CAPABILITY,
    search.CAPABILITY,
    records.CAPABILITY,
    not_emulated.CAPABILITY,
)
"""Every capability. Of two rows with the same path and verb the first counts; the order of different paths does not
matter (mockcrm/http/router.py)."""

ENDPOINTS: tuple[Endpoint, ...] = tuple(endpoint for capability in CAPABILITIES for endpoint in capability.endpoints)
"""Every path of the emulated API."""
