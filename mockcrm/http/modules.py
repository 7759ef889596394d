"""The module of a request, if its version has it (docs/contract/mass-update-and-core.md 0.1, step 5).

Sections below are those of that file.
"""

from __future__ import annotations

from mockcrm.core import errors
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.http.call import Call

NOT_IN_API = frozenset({"Documents", "Projects", "Visits", "Forecasts", "Social", "Google_AdWords"})
"""Modules of the product that the API does not have (section 0.2 names the first two; the others assumed)."""

NOT_MASS_UPDATED = frozenset({"Services", "Services__s", "Appointments", "Appointments__s"})
"""Modules of v8 that are not emulated and that its mass update does not support (section 2.1)."""


def known_module(call: Call, name: str, invalid: type[errors.InvalidModule] = errors.InvalidModule) -> OrgModule:
    """Return the module of that name. Raises `invalid` when this version does not have it."""
    module = call.directory.modules.get(name)
    if module is None or not module.module.known_in(call.version):
        raise errors.ModuleNotInApi if name in NOT_IN_API else invalid
    return module


def record_module(call: Call) -> OrgModule:
    """Return the module of the path. Raises InvalidModule when this version does not have it."""
    return known_module(call, call.path["module"])


def mass_update_module(call: Call) -> OrgModule:
    """Return the module of the path, if this version can mass update it. Others are INVALID_MODULE before v8 and
    NOT_SUPPORTED in v8 (section 2.1, assumed). A status read has a message of its own (section 2.4)."""
    invalid = errors.StatusModuleInvalid if call.method == "GET" else errors.InvalidModule
    own_code = call.version.unsupported_module_has_own_code
    name = call.path["module"]
    if own_code and name in NOT_MASS_UPDATED and name not in call.directory.modules:
        raise errors.ModuleNotSupported
    module = known_module(call, name, invalid)
    if not module.module.mass_updatable_in(call.version):
        raise errors.ModuleNotSupported if own_code else invalid
    return module
