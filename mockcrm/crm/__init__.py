"""The emulated API: one folder per capability, and the one list of them that everything else is made from."""

from __future__ import annotations

from types import ModuleType

from mockcrm.crm import not_emulated
from mockcrm.crm.features import endpoints as features
from mockcrm.crm.mass_update import endpoints as mass_update
from mockcrm.crm.org import endpoints as org
from mockcrm.crm.records import endpoints as records
from mockcrm.crm.search import endpoints as search
from mockcrm.crm.settings.custom_views import endpoints as custom_views
from mockcrm.crm.settings.fields import endpoints as fields
from mockcrm.crm.settings.layouts import endpoints as layouts
from mockcrm.crm.settings.modules import endpoints as modules
from mockcrm.crm.settings.profiles import endpoints as profiles
from mockcrm.crm.settings.related_lists import endpoints as related_lists
from mockcrm.crm.settings.roles import endpoints as roles
from mockcrm.crm.settings.territories import endpoints as territories
from mockcrm.crm.users import endpoints as users
from mockcrm.http.endpoint import Endpoint

CAPABILITIES: tuple[ModuleType, ...] = (
    mass_update,
    modules,
    fields,
    custom_views,
    layouts,
    related_lists,
    territories,
    profiles,
    roles,
    users,
    org,
    features,
    not_emulated,
    search,
    records,
)
"""Every capability by its module of endpoints. The order is that in which paths are matched: what is not emulated
stands before search and records, whose paths begin with the name of any module."""

ENDPOINTS: tuple[Endpoint, ...] = tuple(endpoint for capability in CAPABILITIES for endpoint in capability.ENDPOINTS)
"""Every path of the emulated API."""
