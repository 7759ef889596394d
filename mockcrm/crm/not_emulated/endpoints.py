"""The rows of what the real API has but this server does not: paths, and verbs of emulated paths."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from mockcrm.core.org_metadata.model import OrgModule
from mockcrm.crm.not_emulated.table import Row, rows
from mockcrm.http import errors
from mockcrm.http.call import Call
from mockcrm.http.endpoint import Endpoint
from mockcrm.http.modules import NOT_EMULATED, record_module

VERSION = "/crm/{version}/"


def module_with_lists(call: Call) -> OrgModule:
    """Return the module of the path, which may be followed by the name of any related list. Raises InvalidUrlPattern
    when there is no such module: then nothing says that the path is one of the real API."""
    try:
        return record_module(call)
    except errors.InvalidModule:
        raise errors.InvalidUrlPattern from None


def contacts(call: Call) -> OrgModule:
    """Return the module of the path if it is Contacts. Raises InvalidModule or InvalidUrlPattern."""
    module = record_module(call)
    if module.api_name != "Contacts":
        raise errors.InvalidUrlPattern
    return module


def _endpoints() -> Iterator[Endpoint]:
    for row in rows():
        endpoint = _endpoint(row)
        if endpoint is not None:
            yield endpoint


def _endpoint(row: Row) -> Endpoint | None:
    """Return the endpoint of a row; None where the paths of any module match, which find no such module. A path that
    names a module takes that of any, since clients spell names of modules in their own way."""
    first, _, below = row.path.removeprefix(VERSION).partition("/")
    if first in NOT_EMULATED:
        return None
    path, module = row.path, None
    if first == "{module}" or first[:1].isupper():
        path = f"{VERSION}{{module}}/{below}"
        module = contacts if below.startswith("roles") else record_module
        module = module_with_lists if "{related_list}" in below else module
    return Endpoint(path, MappingProxyType({}), module=module, not_emulated=frozenset(row.verbs))


ENDPOINTS: tuple[Endpoint, ...] = tuple(_endpoints())
"""The rows of this capability."""
