"""The module of a request, if its version has it (docs/contract/mass-update-and-core.md 0.1, step 5).

Names are accepted in any case, since several clients write them in lower case (section 0.2); responses have the
spelling of the catalog. Sections below are those of that file.
"""

from __future__ import annotations

from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.http import errors
from mockcrm.http.call import Call

NOT_IN_API = frozenset({"documents", "projects", "visits", "forecasts", "social", "google_adwords"})
"""Modules of the product that the API does not have, in lower case (section 0.2 names the first two; the others
assumed)."""

NOT_EMULATED = frozenset(
    {
        "Actions_Performed",
        "Appointments__s",
        "Appointments_Rescheduled_History__s",
        "DealHistory",
        "Email_Analytics",
        "Email_Sentiment",
        "Email_Template_Analytics",
        "Entity_Scores__s",
        "Functions__s",
        "Locking_Information__s",
        "Services__s",
        "Users",
    }
)
"""Modules of the API that no org has here: the pages on modules and scopes, the official SDKs and the vendor's OpenAPI
description name them. Requests for them are not errors of the client."""
_NOT_EMULATED = {name.lower(): name for name in NOT_EMULATED}


def find_module(
    call: Call, name: str, invalid: type[errors.InvalidModule] = errors.InvalidModule, *, index: int | None = 0
) -> OrgModule:
    """Return the module of that name, which is the part `index` of the path or a parameter (None). Raises `invalid`
    when this version does not have it."""
    module = call.metadata.modules.get(name) or call.metadata.find_module(name)  # most clients spell it so
    if module is None or not module.definition.exists_in(call.version):
        if module is None and name.lower() in _NOT_EMULATED:
            raise errors.NotEmulated(f"the module {_NOT_EMULATED[name.lower()]}")
        error = errors.ModuleNotInApi if name.lower() in NOT_IN_API else invalid
        raise error(index)
    return module


def record_module(call: Call) -> OrgModule:
    """Return the module of the path. Raises InvalidModule when this version does not have it."""
    return find_module(call, call.path["module"])
