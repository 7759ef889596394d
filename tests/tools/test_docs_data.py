"""Each folder's docs.yaml describes what is in that folder."""

from __future__ import annotations

from mockcrm.core import errors as core_errors
from mockcrm.core.errors.book import errors_of
from mockcrm.crm import CAPABILITIES
from mockcrm.crm.capability import Capability
from mockcrm.http import errors as http_errors
from tests.support.for_each import for_each
from tools.docs_data import docs_of


def setups_of(package: str) -> set[str]:
    return {name for rows in docs_of(package).setups.values() for name in rows}


def test_core_and_http_have_a_setup_for_each_of_their_errors() -> None:
    assert setups_of("mockcrm.core") == {row.name for row in core_errors.ERRORS}
    assert setups_of("mockcrm.http") == {row.name for row in errors_of(http_errors)}


@for_each("capability", CAPABILITIES)
def test_a_capability_describes_its_own_errors_and_endpoints(capability: Capability) -> None:
    assert setups_of(capability.name) == {row.name for row in capability.errors}
    assert {name for rows in docs_of(capability.name).endpoints.values() for name in rows} == {
        f"{method} {endpoint.path}" for endpoint in capability.endpoints for method in endpoint.operations
    }


@for_each("capability", CAPABILITIES)
def test_a_capability_lists_only_errors_of_its_folder(capability: Capability) -> None:
    assert {row.__module__.rpartition(".")[0] for row in capability.errors} <= {capability.name}
