"""Which module a call means, as far as its version has it (docs/contract/mass-update-and-core.md 0.1 step 5)."""

from __future__ import annotations

from mockcrm.core import errors
from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.http.call import Call

NOT_IN_API = frozenset({"Documents", "Projects", "Visits", "Forecasts", "Social", "Google_AdWords"})
"""Modules of the product that the API leaves out
(docs/contract/mass-update-and-core.md 0.2 names the first two; the rest assumed)."""

NOT_MASS_UPDATED = frozenset({"Services", "Services__s", "Appointments", "Appointments__s"})
"""Modules of v8 that are not emulated and that its mass update does not take
(docs/contract/mass-update-and-core.md 2.1)."""


def known_module(call: Call, name: str, invalid: type[errors.InvalidModule] = errors.InvalidModule) -> OrgModule:
    """The module of that name, if this version has it; `invalid` is raised when there is none."""
    module = call.directory.modules.get(name)
    if module is None or not module.module.known_in(call.version):
        raise errors.ModuleNotInApi if name in NOT_IN_API else invalid
    return module


def record_module(call: Call) -> OrgModule:
    """The module of the path, if this version has it."""
    return known_module(call, call.path["module"])


def mass_update_module(call: Call) -> OrgModule:
    """The module of the path, if this version mass updates it. Others are INVALID_MODULE before v8, then
    NOT_SUPPORTED (docs/contract/mass-update-and-core.md 2.1, assumed). A status read has its own wording
    (docs/contract/mass-update-and-core.md 2.4)."""
    invalid = errors.StatusModuleInvalid if call.scope["method"] == "GET" else errors.InvalidModule
    own_code = call.version.unsupported_module_has_own_code
    name = call.path["module"]
    if own_code and name in NOT_MASS_UPDATED and name not in call.directory.modules:
        raise errors.ModuleNotSupported
    module = known_module(call, name, invalid)
    if not module.module.mass_updatable_in(call.version):
        raise errors.ModuleNotSupported if own_code else invalid
    return module
