"""The module of a request, if its version has it (docs/contract/mass-update-and-core.md 0.1, step 5).

Sections below are those of that file.
"""

from __future__ import annotations

from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.http import errors
from mockcrm.http.call import Call

NOT_IN_API = frozenset({"Documents", "Projects", "Visits", "Forecasts", "Social", "Google_AdWords"})
"""Modules of the product that the API does not have (section 0.2 names the first two; the others assumed)."""


def find_module(call: Call, name: str, invalid: type[errors.InvalidModule] = errors.InvalidModule) -> OrgModule:
    """Return the module of that name. Raises `invalid` when this version does not have it."""
    module = call.metadata.modules.get(name)
    if module is None or not module.definition.exists_in(call.version):
        raise errors.ModuleNotInApi if name in NOT_IN_API else invalid
    return module


def record_module(call: Call) -> OrgModule:
    """Return the module of the path. Raises InvalidModule when this version does not have it."""
    return find_module(call, call.path["module"])
