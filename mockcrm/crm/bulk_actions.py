"""The actions on many records, and the one table that lists them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mockcrm.core.bulk import Action
from mockcrm.crm.mass_update.action import MassUpdate

ACTIONS: Mapping[str, Action] = MappingProxyType({MassUpdate.name: MassUpdate()})
"""Every action by the name that its jobs carry; an action of the API is one file here and one line."""
