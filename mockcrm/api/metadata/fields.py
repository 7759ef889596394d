"""GET /settings/fields (contract 3.2): which fields the caller sees. What each looks like: field_items."""

from __future__ import annotations

import orjson

from mockcrm import errors
from mockcrm.api.call import Call
from mockcrm.api.gateway import NOT_IN_API
from mockcrm.api.http import Answer
from mockcrm.api.metadata.common import kept
from mockcrm.api.metadata.field_items import FieldItems, linking_module, subform_module
from mockcrm.state.directory import Directory, OrgModule, Profile
from mockcrm.versions import ApiVersion

TYPES = frozenset({"all", "unused"})


async def get_fields(call: Call) -> Answer:
    """The fields of the module that the query names, as the version and the caller's profile show them. A field
    hidden from the profile is left out (V7; the same in every version, assumed). No field is ever unused.

    SDKs also ask for the modules that subforms and multi-select lookups name, which are none of the org's: 204, so
    that they take the members of such fields as they come."""
    name = call.query.get("module")
    if not name:
        raise errors.RequiredParamMissing({"param_name": "module"})
    directory, version, profile = call.directory, call.version, call.profile
    module = directory.modules.get(name)
    if module is None or not module.module.known_in(version):
        if name in modules_of_fields(directory, version):
            return Answer(204)
        raise errors.ModuleNotInApi if name in NOT_IN_API else errors.InvalidModule
    wanted = call.query.get("type", "all")
    if wanted not in TYPES:
        raise errors.PatternNotMatched({"param_name": "type"})
    if wanted == "unused":
        return Answer(204)
    body = kept(directory, ("fields", name, version, profile.id), lambda: _body(directory, module, version, profile))
    return Answer(200, body) if body else Answer(204)


def _body(directory: Directory, module: OrgModule, version: ApiVersion, profile: Profile) -> bytes:
    items = FieldItems(directory, module, version, profile).all()
    return orjson.dumps({"fields": items}) if items else b""


def modules_of_fields(directory: Directory, version: ApiVersion) -> frozenset[str]:
    """The modules that exist only as parts of fields: the rows of subforms, the links of multi-select lookups."""
    names: dict[ApiVersion, frozenset[str]] = directory.derived.setdefault("modules_of_fields", {})
    if version not in names:
        found = [
            (module, field)
            for module in directory.modules.values()
            for field in module.module.fields
            if field.known_in(version)
        ]
        names[version] = frozenset(
            subform_module(field) if field.data_type == "subform" else linking_module(module, field)
            for module, field in found
            if field.data_type in ("subform", "multiselectlookup", "multiuserlookup")
        )
    return names[version]
