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
    not_emulated.CAPABILITY,
    search.CAPABILITY,
    records.CAPABILITY,
)
"""Every capability. The order is that in which paths are matched: what is not emulated stands before search and
records, whose paths begin with the name of any module."""

ENDPOINTS: tuple[Endpoint, ...] = tuple(endpoint for capability in CAPABILITIES for endpoint in capability.endpoints)
"""Every path of the emulated API."""
